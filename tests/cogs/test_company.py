"""Company, as the one who asks and those who are asked live with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Button, Member, Message
from storage.company import company, helping
from storage.members import blocks, members
from storage.moderation import holds
from tests.cast import ALICE, BOB, CHANDRA, DANA, MO, ROOM, Playground, button, labels
from tests.cogs.settled import dump, pass_time, settle, tick, unasked

HOUR = timedelta(hours=1)
AVOIDED = "They're not on your list of people to avoid."


@pytest.fixture
async def evening(world: Playground) -> Playground:
    """18:00 in Berlin: Alice is set up to ask, Bob and Chandra help."""
    await settle(world, ALICE, "company")
    await settle(world, BOB, "helper")
    await settle(world, CHANDRA, "helper")
    return world


async def ask(world: Playground) -> Message:
    """Alice asks in two messages, and the first people are asked."""
    await world.chat.say(ALICE, "company")
    answer = await world.chat.say(ALICE, "ask")
    await tick(world)
    return answer


def last(world: Playground, member: Member) -> Message:
    return unasked(world, member)[-1]


# -- the steps --------------------------------------------------------------------------------------------------------


async def test_who_is_set_up_asks_in_two_messages(evening: Playground) -> None:
    proposal = await evening.chat.say(ALICE, "company")
    assert str(proposal.text) == "Ask 2 helpers now? Chat, next 2 hours, no note."
    assert labels(proposal) == ["Ask", "Change", "Not now"]
    assert "Asked, a few at a time." in (await evening.chat.say(ALICE, "ask")).text


async def test_a_newcomer_says_two_yeses_first_and_they_are_asked_once(world: Playground) -> None:
    await settle(world, BOB, "helper")
    hello = await world.chat.say(ALICE, "start")
    adult = await world.chat.press(ALICE, button(hello, "company"))
    assert str(adult.text) == "This is for adults. Are you 18 or over?"
    kept = await world.chat.press(ALICE, button(adult, "Yes"))
    assert "I keep your account id" in kept.text
    assert await world.bot.database.read(members.person_of, ALICE) is None
    proposal = await world.chat.press(ALICE, button(kept, "Yes"))
    assert str(proposal.text) == "Ask 1 helper now? Chat, next 2 hours, no note."
    await world.chat.press(ALICE, button(proposal, "Not now"))
    assert str((await world.chat.say(ALICE, "company")).text).startswith("Ask 1 helper now?")


async def test_who_is_not_an_adult_keeps_everything_else(world: Playground) -> None:
    await settle(world, BOB, "helper")
    await world.chat.say(ALICE, "company")
    assert "This part is for adults; everything else is open to you." in (await world.chat.say(ALICE, "no")).text
    assert await world.bot.database.read(members.person_of, ALICE) is None


async def test_both_learn_a_name_only_after_both_said_yes(evening: Playground) -> None:
    await ask(evening)
    asked = last(evening, BOB)
    assert str(asked.text) == "Someone who allows it would like company for a chat (next 2 hours)."
    assert labels(asked) == ["I can", "Not now"]
    thanks = await evening.chat.press(BOB, button(asked, "I can"))
    await tick(evening)
    someone = last(evening, ALICE)
    assert str(someone.text) == f"Someone can, for a chat, now. {AVOIDED}"
    assert labels(someone)[:2] == ["Yes", "Not today"]
    for member, said in ((ALICE, someone), (BOB, asked), (BOB, thanks)):
        assert not {"alice", "bob"} & set(str(said.text).casefold().split()), member
    met = await evening.chat.press(ALICE, button(someone, "Yes"))
    await tick(evening)
    assert "It's Bob." in met.text
    assert "It's Alice" in last(evening, BOB).text


async def test_the_other_who_was_asked_hears_nothing_more(evening: Playground) -> None:
    await ask(evening)
    await evening.chat.press(BOB, button(last(evening, BOB), "I can"))
    await tick(evening)
    before = len(unasked(evening, CHANDRA))
    await evening.chat.press(ALICE, button(last(evening, ALICE), "Yes"))
    await pass_time(evening, 3 * HOUR)
    assert len(unasked(evening, CHANDRA)) == before
    late = await evening.chat.press(CHANDRA, button(last(evening, CHANDRA), "I can"))
    assert str(late.text) == "That request is closed already. Thank you."


async def test_two_may_say_they_can_and_no_more(evening: Playground) -> None:
    await settle(evening, DANA, "helper")
    await ask(evening)
    for member in (BOB, CHANDRA):
        await evening.chat.press(member, button(last(evening, member), "I can"))
    late = await evening.chat.press(DANA, button(last(evening, DANA), "I can"))
    assert "That request is closed already." in late.text
    await tick(evening)
    offers = [said for said in unasked(evening, ALICE) if "Someone can" in said.text]
    assert len(offers) == 2
    await evening.chat.press(ALICE, button(offers[0], "Yes"))
    await tick(evening)
    assert "That request is over, and you're free again." in last(evening, CHANDRA).text
    assert "That offer is over." in (await evening.chat.press(ALICE, button(offers[1], "Yes"))).text


async def test_a_no_to_somebody_reads_to_them_as_any_end(evening: Playground) -> None:
    await ask(evening)
    await evening.chat.press(BOB, button(last(evening, BOB), "I can"))
    await tick(evening)
    closed = await evening.chat.press(ALICE, button(last(evening, ALICE), "Not today"))
    assert "your request is closed" in closed.text
    await tick(evening)
    assert str(last(evening, BOB).text) == "That request is over, and you're free again. Thank you for being there."


async def test_whoever_said_i_can_may_think_again_and_nobody_is_told(evening: Playground) -> None:
    await ask(evening)
    answer = await evening.chat.press(BOB, button(last(evening, BOB), "I can"))
    await evening.chat.press(BOB, button(answer, "Not after all"))
    await tick(evening)
    assert not [said for said in unasked(evening, ALICE) if "Someone can" in said.text]


async def test_an_offer_waits_an_hour_for_its_yes(evening: Playground) -> None:
    await ask(evening)
    await evening.chat.press(BOB, button(last(evening, BOB), "I can"))
    await tick(evening)
    offer = last(evening, ALICE)
    await pass_time(evening, HOUR)
    assert "you're free again" in last(evening, BOB).text
    assert "That offer is over." in (await evening.chat.press(ALICE, button(offer, "Yes"))).text


async def test_a_helper_has_one_open_claim(evening: Playground) -> None:
    await settle(evening, DANA, "company")
    await ask(evening)
    await evening.chat.press(BOB, button(last(evening, BOB), "I can"))
    await evening.chat.press(CHANDRA, button(last(evening, CHANDRA), "I can"))
    await evening.chat.say(DANA, "company")
    await evening.chat.say(DANA, "ask")
    await tick(evening)
    assert len([said for said in unasked(evening, BOB) if "would like company" in said.text]) == 1


# -- changing it ------------------------------------------------------------------------------------------------------


async def change(world: Playground, *presses: str) -> Message:
    seen = await world.chat.say(ALICE, "company")
    seen = await world.chat.press(ALICE, button(seen, "Change"))
    for label in presses:
        seen = await world.chat.press(ALICE, button(seen, label))
    return seen


async def test_kind_and_time_change_in_one_tap(evening: Playground) -> None:
    seen = await change(evening, "For: Chat", "For: Voice", "Open: 2 hours")
    assert str(seen.text).startswith("Ask 2 helpers now? Quiet company, next 6 hours, no note.")
    await evening.chat.press(ALICE, button(seen, "Ask"))
    await tick(evening)
    assert str(last(evening, BOB).text) == "Someone who allows it would like quiet company (next 6 hours)."


async def test_a_note_is_shown_before_it_goes_encrypted_and_erased_at_the_end(evening: Playground) -> None:
    await change(evening, "Note: none")
    proposal = await evening.chat.say(ALICE, "a walk by the *lake*, slowly @everyone")
    assert "with your note: “a walk by the *lake*, slowly @everyone”" in proposal.text
    sent = await evening.chat.press(ALICE, button(proposal, "Ask"))
    await tick(evening)
    assert "Their words: “a walk by the *lake*, slowly @everyone”" in last(evening, BOB).text
    assert "lake" not in await dump(evening)
    await evening.chat.press(ALICE, button(sent, "Close it"))
    notes = await evening.bot.database.read(
        lambda connection: connection.execute("SELECT count(note) FROM company_requests").fetchone()
    )
    assert notes == (0,)


async def test_a_long_note_is_refused_kindly(evening: Playground) -> None:
    await change(evening, "Note: none")
    assert "140 characters at most" in (await evening.chat.say(ALICE, "x" * 141)).text


async def test_not_now_leaves_nothing(evening: Playground) -> None:
    await evening.chat.say(ALICE, "company")
    assert "Nobody was asked." in (await evening.chat.say(ALICE, "not now")).text
    await pass_time(evening, HOUR)
    assert not unasked(evening, BOB)
    left = await evening.bot.database.read(
        lambda connection: connection.execute("SELECT count(*) FROM company_requests").fetchone()
    )
    assert left == (0,)


async def test_a_second_request_shows_the_first(evening: Playground) -> None:
    await ask(evening)
    status = await evening.chat.say(ALICE, "company")
    assert "Your request is open: Chat, next 2 hours, no note. It closes today at 20:00." in status.text
    assert "Close it" in labels(status)


async def test_a_button_pressed_twice_asks_once(evening: Playground) -> None:
    proposal = await evening.chat.say(ALICE, "company")
    for _twice in range(2):
        await evening.chat.press(ALICE, button(proposal, "Ask"))
    await pass_time(evening, HOUR)
    assert len([said for said in unasked(evening, BOB) if "would like company" in said.text]) == 1


# -- who may be asked -------------------------------------------------------------------------------------------------


async def test_nobody_is_asked_whom_one_of_the_two_avoids(evening: Playground) -> None:
    alice, bob = [await evening.bot.database.read(members.person_of, one) for one in (ALICE, BOB)]
    assert alice is not None
    assert bob is not None
    await evening.bot.database.write(blocks.add, bob, alice, evening.now)
    assert "Ask 1 helper now?" in (await evening.chat.say(ALICE, "company")).text
    await evening.chat.say(ALICE, "ask")
    await pass_time(evening, HOUR)
    assert not unasked(evening, BOB)
    assert unasked(evening, CHANDRA)


async def test_an_avoidance_in_between_ends_the_offer_without_a_word_about_it(evening: Playground) -> None:
    await ask(evening)
    await evening.chat.press(BOB, button(last(evening, BOB), "I can"))
    await tick(evening)
    alice, bob = [await evening.bot.database.read(members.person_of, one) for one in (ALICE, BOB)]
    assert alice is not None
    assert bob is not None
    await evening.bot.database.write(blocks.add, alice, bob, evening.now)
    for cog in evening.bot.registry.cogs:
        await evening.bot.database.write(cog.separate(alice, bob))
    assert "That offer is over." in (await evening.chat.press(ALICE, button(last(evening, ALICE), "Yes"))).text
    await tick(evening)
    assert "That request is over, and you're free again." in last(evening, BOB).text


async def hours(world: Playground, start: str, end: str) -> Message:
    """Bob names his hours."""
    screen = await world.chat.say(BOB, "settings helper hours")
    assert "Helper hours" in screen.text
    for answer in (start, end, "every day"):
        await world.chat.say(BOB, answer)
    return await world.chat.say(BOB, "berlin")


async def test_outside_their_hours_nobody_is_asked(evening: Playground) -> None:
    assert "19:00 to 23:00 every day, Berlin time" in (await hours(evening, "19:00", "23:00")).text
    proposal = await evening.chat.say(ALICE, "company")
    assert str(proposal.text) == (
        "Ask 1 helper now? Chat, next 2 hours, no note. Those whose hours begin in that time may see it too."
    )
    await evening.chat.say(ALICE, "ask")
    await pass_time(evening, timedelta(minutes=59))
    assert not unasked(evening, BOB)
    await pass_time(evening, timedelta(minutes=11))
    assert unasked(evening, BOB), "his hours have begun"


async def test_hours_in_the_night_are_kept_though_it_is_quiet(evening: Playground) -> None:
    await hours(evening, "22:00", "02:00")
    await pass_time(evening, 5 * HOUR)  # 23:00, and Chandra's quiet hours
    assert "Ask 1 helper now?" in (await evening.chat.say(ALICE, "company")).text
    await evening.chat.say(ALICE, "ask")
    await tick(evening)
    assert "would like company" in last(evening, BOB).text


async def test_who_pauses_or_left_is_not_asked(evening: Playground) -> None:
    await evening.chat.say(BOB, "pause")
    await evening.chat.press(CHANDRA, button(await evening.chat.say(CHANDRA, "leave"), "Yes, leave"))
    assert "Nobody has helper hours right now." in (await evening.chat.say(ALICE, "company")).text


async def test_who_gave_least_lately_is_asked_first(world: Playground) -> None:
    await settle(world, ALICE, "company")
    helpers = [BOB, CHANDRA, DANA, MO]
    people = [await settle(world, member, "helper") for member in helpers]
    for person in people[:3]:
        await world.bot.database.write(helping.gave, person, world.now)
    await ask(world)
    assert unasked(world, MO), "three are asked at first, and Mo is among them"
    assert len([member for member in helpers if unasked(world, member)]) == 3
    await pass_time(world, timedelta(minutes=10))
    assert len([member for member in helpers if unasked(world, member)]) == 4


async def test_when_all_who_were_asked_say_no_the_next_are_asked_at_once(world: Playground) -> None:
    await settle(world, ALICE, "company")
    for member in (BOB, CHANDRA, DANA, MO):
        await settle(world, member, "helper")
    await ask(world)
    first = [member for member in (BOB, CHANDRA, DANA, MO) if unasked(world, member)]
    [other] = [member for member in (BOB, CHANDRA, DANA, MO) if member not in first]
    for member in first:
        await world.chat.press(member, button(last(world, member), "Not now"))
    await tick(world)
    assert unasked(world, other)


# -- half time, and the end -------------------------------------------------------------------------------------------


async def test_an_unanswered_request_is_told_at_half_time_and_closed_with_a_word(evening: Playground) -> None:
    await ask(evening)
    await pass_time(evening, HOUR)
    half = last(evening, ALICE)
    assert str(half.text) == "Nobody has picked this up yet. It's about who is awake, not about you."
    assert "Help now" in labels(half)
    await pass_time(evening, HOUR)
    end = last(evening, ALICE)
    assert "Your company request has ended; nobody was free this time." in end.text
    assert len(unasked(evening, ALICE)) == 2


async def test_afterwards_it_is_asked_whether_somebody_came(evening: Playground) -> None:
    await ask(evening)
    await evening.chat.press(BOB, button(last(evening, BOB), "I can"))
    await tick(evening)
    await evening.chat.press(ALICE, button(last(evening, ALICE), "Yes"))
    await pass_time(evening, 2 * HOUR)
    after = last(evening, ALICE)
    assert (str(after.text), labels(after)) == ("Did someone come?", ["Yes", "Not really"])
    for _twice in range(2):
        assert "Noted. Only the number is kept." in (await evening.chat.press(ALICE, button(after, "Yes"))).text
    totals = await evening.bot.database.read(
        lambda connection: dict(connection.execute("SELECT outcome, requests FROM company_totals").fetchall())
    )
    assert totals == {"met": 1, "came": 1}


async def test_a_pause_closes_the_request_and_says_so(evening: Playground) -> None:
    await ask(evening)
    await evening.chat.press(BOB, button(last(evening, BOB), "I can"))
    await evening.chat.say(ALICE, "pause")
    await tick(evening)
    await tick(evening)
    assert "because you paused" in last(evening, ALICE).text
    assert "That request is over" in last(evening, BOB).text


async def test_after_three_days_only_numbers_are_left(evening: Playground) -> None:
    await ask(evening)
    await pass_time(evening, timedelta(hours=75))
    rows = await evening.bot.database.read(
        lambda connection: [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("company_requests", "company_asks", "company_totals")
        ]
    )
    assert rows == [0, 0, 1]


async def test_leaving_ends_it_for_both_sides(evening: Playground) -> None:
    await ask(evening)
    await evening.chat.press(BOB, button(last(evening, BOB), "I can"))
    await evening.chat.press(ALICE, button(await evening.chat.say(ALICE, "forget-me"), "Delete everything"))
    await tick(evening)
    assert "That request is over" in last(evening, BOB).text
    alice = await evening.bot.database.read(members.person_of, ALICE)
    assert alice is None


async def test_when_the_one_who_could_goes_the_next_are_asked(evening: Playground) -> None:
    await ask(evening)
    await evening.chat.press(BOB, button(last(evening, BOB), "I can"))
    await tick(evening)
    offer = last(evening, ALICE)
    await evening.chat.press(BOB, button(await evening.chat.say(BOB, "forget-me"), "Delete everything"))
    assert "That offer is over." in (await evening.chat.press(ALICE, button(offer, "Yes"))).text
    await pass_time(evening, HOUR)
    assert "It's about who is awake" in last(evening, ALICE).text


# -- nobody there -----------------------------------------------------------------------------------------------------


async def test_where_nobody_has_hours_the_bot_says_so_and_keeps_its_word(world: Playground) -> None:
    await settle(world, ALICE, "company")
    empty = await world.chat.say(ALICE, "company")
    assert str(empty.text) == "Nobody has helper hours right now. Shall I tell you when someone does?"
    assert "I'll tell you when someone has helper hours." in (await world.chat.press(ALICE, button(empty, "Yes"))).text
    await pass_time(world, HOUR)
    assert not unasked(world, ALICE)
    await settle(world, BOB, "helper")
    await pass_time(world, timedelta(minutes=10))
    told = last(world, ALICE)
    assert str(told.text) == "Someone has helper hours now, as you asked to hear."
    assert "Ask 1 helper now?" in (await world.chat.press(ALICE, button(told, "Company"))).text
    await pass_time(world, HOUR)
    assert len(unasked(world, ALICE)) == 1, "told once"


async def test_a_newcomer_may_wait_too_after_the_same_two_yeses(world: Playground) -> None:
    empty = await world.chat.say(ALICE, "company")
    adult = await world.chat.press(ALICE, button(empty, "Yes"))
    kept = await world.chat.press(ALICE, button(adult, "Yes"))
    assert "I'll tell you" in (await world.chat.press(ALICE, button(kept, "Yes"))).text


async def test_company_is_a_door_only_while_somebody_has_hours(evening: Playground) -> None:
    assert "Company" in labels(await evening.chat.say(ALICE, "learn"))
    await pass_time(evening, 4 * HOUR)  # 22:00: quiet for both helpers
    assert "Company" not in labels(await evening.chat.say(ALICE, "learn"))


# -- hostile ----------------------------------------------------------------------------------------------------------


async def test_nobody_answers_for_somebody_else(evening: Playground) -> None:
    await ask(evening)
    can = button(last(evening, BOB), "I can")
    refused = await evening.chat.press(DANA, can)
    assert "belongs to somebody else" in refused.text or "Hi, I'm Kith" in refused.text
    forged = Button(can.label, "company.can", "2", row=button(last(evening, BOB), "I can").row)
    await evening.chat.press(BOB, forged)  # another's question under a row of his own
    assert not [said for said in unasked(evening, ALICE) if "Someone can" in said.text] or forged.value == can.value


async def test_moderators_who_hold_somebody_stop_company_and_say_so(evening: Playground) -> None:
    alice = await evening.bot.database.read(members.person_of, ALICE)
    assert alice is not None
    place = await evening.bot.database.write(members.found, ROOM, evening.now)
    await ask(evening)
    await evening.bot.database.write(holds.hold, place, alice, None, evening.now)
    assert await evening.bot.database.read(company.current, alice) is not None
    await pass_time(evening, timedelta(minutes=10))
    assert "Your company request has ended." in last(evening, ALICE).text
    assert "Introductions are paused for you" in (await evening.chat.say(ALICE, "company")).text


async def test_what_is_kept_is_shown(evening: Playground) -> None:
    await ask(evening)
    files = {file.name: file.content.decode() for file in (await evening.chat.say(ALICE, "my-data")).files}
    assert "your company requests" in files["my-data.txt"]
    files = {file.name: file.content.decode() for file in (await evening.chat.say(BOB, "my-data")).files}
    assert "when you were asked for company" in files["my-data.txt"]
