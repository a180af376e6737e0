"""Company in the middle of things: what is changed, who is near, two communities, a restart, and every way to end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.adapters.local import NAME
from bot.messages import Button, Community, Member, Message, Person, Place, Text
from bot.registry import Work
from cogs.pause import Pause
from storage.company import company
from storage.members import blocks, consents, members
from tests.cast import ALICE, BOB, CHANDRA, DANA, EVE, MO, Playground, button, labels
from tests.cogs.settled import dump, pass_time, settle, tick, unasked
from tests.prepared import at_home

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
GARDEN = Place(NAME, "garden", "The Garden")
OVER = "That request is over, and you're free again. Thank you for being there."
WANTED = "would like company"


@pytest.fixture
async def evening(world: Playground) -> Playground:
    """18:00 in Berlin: Alice is set up to ask, Bob and Chandra help."""
    await settle(world, ALICE, "company")
    await settle(world, BOB, "helper")
    await settle(world, CHANDRA, "helper")
    return world


async def ask(world: Playground, member: Member = ALICE) -> Message:
    await world.chat.say(member, "company")
    answer = await world.chat.say(member, "ask")
    await tick(world)
    return answer


async def change(world: Playground, *presses: str) -> Message:
    screen = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "company"), "Change"))
    for label in presses:
        screen = await world.chat.press(ALICE, button(screen, label))
    return screen


async def can(world: Playground, member: Member) -> Message:
    answer = await world.chat.press(member, button(wanted(world, member)[-1], "I can"))
    await tick(world)
    return answer


def wanted(world: Playground, member: Member) -> list[Message]:
    return [said for said in unasked(world, member) if WANTED in said.text or "would like quiet" in said.text]


def told(world: Playground, member: Member, words: str) -> int:
    return sum(words in said.text for said in unasked(world, member))


def last(world: Playground, member: Member) -> Message:
    return unasked(world, member)[-1]


async def notes(world: Playground) -> int:
    """How many notes are kept, of whatever request."""
    [found] = await world.bot.database.read(
        lambda connection: connection.execute("SELECT count(note) FROM company_requests").fetchone()
    )
    return int(found)


@pytest.fixture
async def buddy(evening: Playground, monkeypatch: pytest.MonkeyPatch) -> Playground:
    """Dana is near Alice, by something that brought them together, and may be asked."""
    dana = await settle(evening, DANA, "company")
    alice = await settle(evening, ALICE)

    def nearby(_cog: Pause, person: Person, _community: Community) -> Work[Mapping[str, frozenset[Person]]]:
        found = {"buddy": frozenset({dana})} if person == alice else {}
        return lambda _connection: found

    monkeypatch.setattr(Pause, "nearby", nearby)
    return evening


# -- the Change screen ------------------------------------------------------------------------------------------------


async def test_change_shows_each_choice_and_steps_through_all_of_them(evening: Playground) -> None:
    screen = await change(evening)
    assert labels(screen) == ["For: Chat", "Open: 2 hours", "Note: none", "Ask", "Not now"]
    for now, following in (("Chat", "Voice"), ("Voice", "Quiet company"), ("Quiet company", "Practical hand")):
        screen = await evening.chat.press(ALICE, button(screen, f"For: {now}"))
        assert str(screen.text).startswith(f"Ask 2 helpers now? {following}, next 2 hours, no note.")
    assert "For: Chat" in labels(await evening.chat.press(ALICE, button(screen, "For: Practical hand")))
    for hours, longer in ((2, 6), (6, 24), (24, 2)):
        screen = await evening.chat.press(ALICE, button(screen, f"Open: {hours} hours"))
        assert f"next {longer} hours" in screen.text


@pytest.mark.parametrize(
    ("presses", "said", "offer"),
    [
        ((), "Someone who allows it would like company for a chat", "Someone can, for a chat, now."),
        (("For: Chat",), "Someone who allows it would like company for a call", "Someone can, for a call, now."),
        (
            ("For: Chat", "For: Voice", "For: Quiet company"),
            "Someone who allows it would like a practical hand",
            "Someone can, with a practical hand, now.",
        ),
    ],
)
async def test_both_sides_read_what_was_chosen(
    evening: Playground, presses: tuple[str, ...], said: str, offer: str
) -> None:
    screen = await change(evening, *presses)
    await evening.chat.press(ALICE, button(screen, "Ask"))
    await tick(evening)
    assert str(last(evening, BOB).text) == f"{said} (next 2 hours)."
    await evening.chat.press(BOB, button(last(evening, BOB), "I can"))
    await tick(evening)
    assert str(last(evening, ALICE).text).startswith(offer)


async def test_it_is_open_as_long_as_was_chosen(evening: Playground) -> None:
    screen = await change(evening, "Open: 2 hours")
    sent = await evening.chat.press(ALICE, button(screen, "Ask"))
    assert "it closes tomorrow at 00:00" in sent.text
    await pass_time(evening, 2 * HOUR + MINUTE)
    assert not told(evening, ALICE, "has ended")
    await pass_time(evening, HOUR)
    assert told(evening, ALICE, "It's about who is awake, not about you.") == 1
    await pass_time(evening, 16 * HOUR)  # the closing word waits for the morning
    assert told(evening, ALICE, "has ended") == 1


async def test_who_may_see_it_is_changed_in_one_tap_and_somebody_always_may(buddy: Playground) -> None:
    screen = await change(buddy)
    assert labels(screen)[3:5] == ["Helpers: yes", "My buddy: no"]
    screen = await buddy.chat.press(ALICE, button(screen, "My buddy: no"))
    assert str(screen.text).startswith("Ask 2 helpers, your buddy now?")
    screen = await buddy.chat.press(ALICE, button(screen, "Helpers: yes"))
    assert str(screen.text).startswith("Ask your buddy now?")
    screen = await buddy.chat.press(ALICE, button(screen, "My buddy: yes"))
    assert str(screen.text).startswith("Ask your buddy now?"), "nobody at all is no choice"
    await buddy.chat.press(ALICE, button(screen, "Ask"))
    await pass_time(buddy, HOUR)
    assert len(wanted(buddy, DANA)) == 1
    assert not wanted(buddy, BOB)
    assert not wanted(buddy, CHANDRA)


async def test_at_half_time_more_people_may_be_asked_and_are_named_first(buddy: Playground) -> None:
    await ask(buddy)
    await pass_time(buddy, HOUR)
    half = last(buddy, ALICE)
    more = await buddy.chat.press(ALICE, button(half, "Ask more people"))
    assert str(more.text) == "Ask your buddy too? Chat, next 2 hours, no note."
    assert not wanted(buddy, DANA)
    kept = await buddy.chat.press(ALICE, button(more, "Not now"))
    assert str(kept.text) == "It stays as it is."
    more = await buddy.chat.press(ALICE, button(half, "Ask more people"))
    await buddy.chat.press(ALICE, button(more, "Ask"))
    await tick(buddy)
    assert len(wanted(buddy, DANA)) == 1
    assert "nobody else to ask" in (await buddy.chat.press(ALICE, button(half, "Ask more people"))).text


async def test_a_buddy_who_did_not_say_yes_to_it_is_no_choice(buddy: Playground) -> None:
    await buddy.bot.database.write(consents.withdraw, await settle(buddy, DANA), "company")
    assert "My buddy: no" not in labels(await change(buddy))


async def test_what_was_sent_is_not_changed_any_more(evening: Playground) -> None:
    screen = await change(evening)
    await evening.chat.press(ALICE, button(screen, "Ask"))
    for label in ("For: Chat", "Note: none", "Ask"):
        after = await evening.chat.press(ALICE, button(screen, label))
        if label != "Note: none":
            assert "That request has been sent or let go." in after.text
    await evening.chat.say(ALICE, "a note that comes too late")
    assert await notes(evening) == 0
    await tick(evening)
    assert len(wanted(evening, BOB)) == 1


@pytest.mark.parametrize(
    "value", ["1 kind party", "1 hours 3", "1 hours x", "1 viewer everybody", "9 kind voice", "", "x", "1"]
)
async def test_made_up_choices_change_nothing(evening: Playground, value: str) -> None:
    screen = await change(evening)
    forged = Button(Text("x"), "company.set", value, row=button(screen, "For: Chat").row)
    await evening.chat.press(ALICE, forged)
    assert str((await evening.chat.press(ALICE, button(screen, "Open: 2 hours"))).text).startswith(
        "Ask 2 helpers now? Chat, next 6 hours, no note."
    )


async def test_a_draft_nobody_sent_is_gone_in_a_day(evening: Playground) -> None:
    proposal = await evening.chat.say(ALICE, "company")
    await pass_time(evening, 25 * HOUR)
    assert "expired" in (await evening.chat.press(ALICE, button(proposal, "Ask"))).text
    left = await evening.bot.database.read(lambda one: one.execute("SELECT * FROM company_requests").fetchall())
    assert left == []
    assert not wanted(evening, BOB)


# -- the note ---------------------------------------------------------------------------------------------------------


async def write_note(world: Playground, words: str) -> Message:
    await change(world, "Note: none")
    return await world.chat.say(ALICE, words)


async def test_140_characters_fit_and_a_line_takes_them_back(evening: Playground) -> None:
    assert "x" * 140 in (await write_note(evening, "x" * 140)).text
    screen = await evening.chat.press(ALICE, button(await write_note(evening, "y"), "Change"))
    await evening.chat.press(ALICE, button(screen, "Note: yours"))
    assert "no note." in (await evening.chat.say(ALICE, "-")).text
    assert await notes(evening) == 0


async def close_it(world: Playground, sent: Message) -> None:
    await world.chat.press(ALICE, button(sent, "Close it"))


async def meet(world: Playground, _sent: Message) -> None:
    await can(world, BOB)
    await world.chat.press(ALICE, button(last(world, ALICE), "Yes"))


async def not_today(world: Playground, _sent: Message) -> None:
    await can(world, BOB)
    await world.chat.press(ALICE, button(last(world, ALICE), "Not today"))


async def run_out(world: Playground, _sent: Message) -> None:
    await pass_time(world, 2 * HOUR)


async def pause(world: Playground, _sent: Message) -> None:
    await world.chat.say(ALICE, "pause")
    await tick(world)


async def withdraw(world: Playground, _sent: Message) -> None:
    await world.chat.say(ALICE, "settings company")


async def forget(world: Playground, _sent: Message) -> None:
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "forget-me"), "Delete everything"))


@pytest.mark.parametrize("end", [close_it, meet, not_today, run_out, pause, withdraw, forget])
async def test_whichever_way_it_ends_the_note_is_erased(evening: Playground, end) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  # one of the seven above
    proposal = await write_note(evening, "about the heron")
    sent = await evening.chat.press(ALICE, button(proposal, "Ask"))
    await tick(evening)
    assert await notes(evening) == 1
    assert "heron" not in await dump(evening)
    await end(evening, sent)
    assert await notes(evening) == 0
    assert "heron" not in await dump(evening)


async def test_a_question_that_comes_after_the_end_is_not_shown(evening: Playground) -> None:
    """Chandra's answer to a request that is closed: the words of the note are gone with it."""
    sent = await evening.chat.press(ALICE, button(await write_note(evening, "about the heron"), "Ask"))
    await close_it(evening, sent)
    await pass_time(evening, HOUR)
    assert not wanted(evening, BOB)


# -- claims -----------------------------------------------------------------------------------------------------------


async def test_two_can_and_it_is_closed_both_are_free_again(evening: Playground) -> None:
    sent = await ask(evening)
    for member in (BOB, CHANDRA):
        await can(evening, member)
    closed = await evening.chat.press(ALICE, button(sent, "Close it"))
    assert str(closed.text) == "Closed. Whoever said they can hears that it is over, and nothing else."
    await tick(evening)
    for member in (BOB, CHANDRA):
        assert [str(said.text) for said in unasked(evening, member)][-1] == OVER
    offers = [said for said in unasked(evening, ALICE) if "Someone can" in said.text]
    for offer in offers:
        assert "That offer is over." in (await evening.chat.press(ALICE, button(offer, "Yes"))).text
        assert "closed already" in (await evening.chat.press(ALICE, button(offer, "Not today"))).text
    assert "closed already" in (await evening.chat.press(ALICE, button(sent, "Close it"))).text


async def test_i_can_waits_an_hour_for_the_yes_and_no_longer(evening: Playground) -> None:
    await ask(evening)
    await can(evening, BOB)
    offer = last(evening, ALICE)
    await pass_time(evening, 59 * MINUTE)
    assert not told(evening, BOB, "That request is over")
    await pass_time(evening, 2 * MINUTE)
    assert told(evening, BOB, "That request is over") == 1
    assert "That offer is over." in (await evening.chat.press(ALICE, button(offer, "Yes"))).text


async def test_one_claim_at_a_time(evening: Playground) -> None:
    """Bob is asked by two, eleven minutes apart, before he has answered either."""
    await settle(evening, DANA, "company")
    await ask(evening)
    await pass_time(evening, 11 * MINUTE)
    await ask(evening, DANA)
    first, second = wanted(evening, BOB)
    await evening.chat.press(BOB, button(first, "I can"))
    busy = await evening.chat.press(BOB, button(second, "I can"))
    assert str(busy.text) == "You said you can to somebody else already. One at a time is plenty."
    await tick(evening)
    assert told(evening, ALICE, "Someone can") == 1
    assert told(evening, DANA, "Someone can") == 0


async def test_i_can_pressed_twice_is_one_claim(evening: Playground) -> None:
    await ask(evening)
    for _twice in range(2):
        assert "Thank you. I'm asking them now" in (await can(evening, BOB)).text
    assert told(evening, ALICE, "Someone can") == 1


async def test_whoever_passed_may_think_again_while_it_is_open(evening: Playground) -> None:
    await ask(evening)
    no = await evening.chat.press(BOB, button(wanted(evening, BOB)[0], "Not now"))
    assert str(no.text) == "That's fine. Nobody is told."
    await can(evening, BOB)
    assert told(evening, ALICE, "Someone can") == 1


async def test_when_everybody_passes_the_one_who_asked_hears_nothing_of_it(evening: Playground) -> None:
    await ask(evening)
    for member in (BOB, CHANDRA):
        await evening.chat.press(member, button(wanted(evening, member)[0], "Not now"))
    await pass_time(evening, 2 * HOUR)
    assert [str(said.text).partition(".")[0] for said in unasked(evening, ALICE)] == [
        "Nobody has picked this up yet",
        "Your company request has ended; nobody was free this time",
    ]
    assert len(wanted(evening, BOB)) == 1, "nobody is asked twice for one request"


async def test_a_helper_who_pauses_with_a_claim_is_free_and_the_next_are_asked(evening: Playground) -> None:
    for member in (DANA, MO):
        await settle(evening, member, "helper")
    await ask(evening)
    helpers = [BOB, CHANDRA, DANA, MO]
    asked = [member for member in helpers if wanted(evening, member)]
    await can(evening, asked[0])
    await evening.chat.say(asked[0], "pause")
    await pass_time(evening, 11 * MINUTE)
    assert all(wanted(evening, member) for member in helpers)
    assert "offer is over" in (await evening.chat.press(ALICE, button(unasked(evening, ALICE)[0], "Yes"))).text


@pytest.mark.parametrize("end", [withdraw, forget])
async def test_whoever_can_hears_the_same_words_whatever_ended_it(evening: Playground, end) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  # one of the two
    sent = await ask(evening)
    await can(evening, BOB)
    await end(evening, sent)
    await tick(evening)
    assert str(last(evening, BOB).text) == OVER
    assert "alice" not in str(last(evening, BOB).text).casefold()


async def test_forgotten_after_they_met_the_other_is_free_and_nothing_is_asked(evening: Playground) -> None:
    await meet(evening, await ask(evening))
    await forget(evening, Message(Text("")))
    await settle(evening, DANA, "company")
    await ask(evening, DANA)
    assert len(wanted(evening, BOB)) == 2, "Bob is free for somebody else"
    await pass_time(evening, 3 * HOUR)
    assert told(evening, ALICE, "Did someone come?") == 0


# -- half time, and afterwards ----------------------------------------------------------------------------------------


async def test_somebody_who_can_makes_half_time_silent(evening: Playground) -> None:
    await ask(evening)
    await pass_time(evening, 50 * MINUTE)
    await can(evening, BOB)
    await pass_time(evening, 20 * MINUTE)
    assert told(evening, ALICE, "Nobody has picked this up yet") == 0


async def test_not_really_is_told_to_nobody_and_opens_doors(evening: Playground) -> None:
    await meet(evening, await ask(evening))
    await pass_time(evening, 2 * HOUR)
    answer = await evening.chat.press(ALICE, button(last(evening, ALICE), "Not really"))
    assert "Noted. Nobody is told. What would help now?" in answer.text
    assert "Help now" in labels(answer)
    before = len(unasked(evening, BOB))
    await pass_time(evening, HOUR)
    assert len(unasked(evening, BOB)) == before


async def test_yes_offers_a_note_of_ones_own(evening: Playground) -> None:
    await meet(evening, await ask(evening))
    await pass_time(evening, 2 * HOUR)
    answer = await evening.chat.press(ALICE, button(last(evening, ALICE), "Yes"))
    noted = await evening.chat.press(ALICE, button(answer, "Note that I received"))
    assert "received once" in noted.text
    assert "noted no giving and noted no receiving" in (await evening.chat.say(BOB, "thanks")).text


async def test_after_the_end_one_may_ask_again_and_the_same_people_are_asked(evening: Playground) -> None:
    await ask(evening)
    await pass_time(evening, 2 * HOUR)
    ended = last(evening, ALICE)
    again = await evening.chat.press(ALICE, button(ended, "Ask again"))
    await evening.chat.press(ALICE, button(again, "Ask"))
    await tick(evening)
    assert len(wanted(evening, BOB)) == 2


# -- adults, avoidance, communities -----------------------------------------------------------------------------------


async def test_the_line_for_adults_comes_once_for_everything(world: Playground) -> None:
    await settle(world, BOB, "helper")
    adult = await world.chat.say(ALICE, "company")
    assert str(adult.text) == "This is for adults. Are you 18 or over?"
    yes = await world.chat.press(ALICE, button(adult, "Yes"))
    await world.chat.press(ALICE, button(yes, "Yes"))
    for line in ("company", "settings hellos", "settings helper", "settings welcomer"):
        assert "18 or over" not in (await world.chat.say(ALICE, line)).text, line


@pytest.mark.parametrize("turned", [False, True])
async def test_whoever_avoids_whom_the_two_never_meet(evening: Playground, turned: bool) -> None:
    pair = [await settle(evening, ALICE), await settle(evening, BOB)]
    one, other = reversed(pair) if turned else pair
    await evening.bot.database.write(blocks.add, one, other, evening.now)
    assert "Ask 1 helper now?" in (await evening.chat.say(ALICE, "company")).text
    await evening.chat.say(ALICE, "ask")
    await pass_time(evening, 2 * HOUR)
    assert not unasked(evening, BOB)


async def test_with_only_somebody_to_avoid_nobody_is_there(world: Playground) -> None:
    alice, bob = await settle(world, ALICE, "company"), await settle(world, BOB, "helper")
    await world.bot.database.write(blocks.add, bob, alice, world.now)
    assert "Nobody has helper hours right now." in (await world.chat.say(ALICE, "company")).text


def _join_garden(connection: Connection, person: Person, now: datetime) -> None:
    members.join(connection, person, members.found(connection, GARDEN, now), now - timedelta(days=20))


async def plant(world: Playground, *garden: Member) -> None:
    """A second community, of these members."""
    for member in garden:
        world.chat.join(member, GARDEN)
        person = await world.bot.database.read(members.person_of, member)
        assert person is not None
        await world.bot.database.write(_join_garden, person, world.now)


async def test_two_communities_never_mix(evening: Playground) -> None:
    await settle(evening, EVE, "helper")
    connection = evening.bot.database
    await connection.write(lambda one: one.execute("DELETE FROM memberships WHERE person = 4").rowcount)
    await plant(evening, ALICE, EVE)
    which = await evening.chat.say(ALICE, "company")
    assert str(which.text) == "Which community is this for?"
    assert sorted(labels(which)) == ["The Garden", "The Porch"]
    garden = await evening.chat.press(ALICE, button(which, "The Garden"))
    assert "Ask 1 helper now?" in garden.text
    await evening.chat.press(ALICE, button(garden, "Ask"))
    await pass_time(evening, HOUR)
    assert len(wanted(evening, EVE)) == 1
    assert not unasked(evening, BOB)
    assert not unasked(evening, CHANDRA)


async def test_a_community_one_is_not_in_cannot_be_asked(evening: Playground) -> None:
    await plant(evening, BOB)
    forged = Button(Text("x"), "company.ask", "2", row="-")
    assert "I don't know of a community we share." in (await evening.chat.press(ALICE, forged)).text


async def test_what_is_said_in_the_room_stays_private(evening: Playground) -> None:
    """Nothing of a request ever reaches a shared place."""
    await ask(evening)
    await can(evening, BOB)
    await evening.chat.press(ALICE, button(last(evening, ALICE), "Yes"))
    await pass_time(evening, 5 * HOUR)
    assert all(isinstance(posted.to, Member) for posted in evening.chat.posted)
    assert all(posted.message.private for posted in evening.chat.posted)


# -- a restart in the middle ------------------------------------------------------------------------------------------


async def test_a_restart_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    start = datetime(2026, 3, 28, 17, tzinfo=UTC)
    async with at_home(tmp_path / "world", start) as world:
        await settle(world, ALICE, "company")
        await settle(world, BOB, "helper")
        await ask(world)
        question = wanted(world, BOB)[0]
    async with at_home(tmp_path / "world", start) as world:
        await pass_time(world, 20 * MINUTE)
        assert not unasked(world, BOB), "asked once"
        await world.chat.press(BOB, button(question, "I can"))
    async with at_home(tmp_path / "world", start) as world:
        await tick(world)
        offer = last(world, ALICE)
        assert "Someone can" in offer.text
    async with at_home(tmp_path / "world", start) as world:
        assert "It's Bob." in (await world.chat.press(ALICE, button(offer, "Yes"))).text
        await tick(world)
        assert "It's Alice" in last(world, BOB).text
        await pass_time(world, 3 * HOUR)
        assert told(world, ALICE, "Did someone come?") == 1


async def test_a_restart_at_half_time_tells_it_once(tmp_path: Path) -> None:
    start = datetime(2026, 3, 28, 17, tzinfo=UTC)
    said: list[str] = []
    for minutes in (0, 59, 2, 30, 40):
        async with at_home(tmp_path / "world", start) as world:
            if not minutes:
                await settle(world, ALICE, "company")
                await settle(world, BOB, "helper")
                await ask(world)
            await pass_time(world, minutes * MINUTE)
            said += [str(one.text).partition(".")[0] for one in unasked(world, ALICE)]
    assert said == ["Nobody has picked this up yet", "Your company request has ended; nobody was free this time"]


async def test_a_request_that_ended_while_the_bot_was_down_is_closed_with_a_word(tmp_path: Path) -> None:
    start = datetime(2026, 3, 28, 17, tzinfo=UTC)
    async with at_home(tmp_path / "world", start) as world:
        await settle(world, ALICE, "company")
        await settle(world, BOB, "helper")
        await ask(world)
        question = wanted(world, BOB)[0]
    async with at_home(tmp_path / "world", start + 3 * HOUR) as world:
        await tick(world)
        assert told(world, ALICE, "has ended") == 1
        assert told(world, ALICE, "Nobody has picked this up yet") == 0
        assert "That request is closed already." in (await world.chat.press(BOB, button(question, "I can"))).text
        alice = await world.bot.database.read(members.person_of, ALICE)
        assert alice is not None
        assert await world.bot.database.read(company.current, alice) is None
