"""What rests: own things of whoever is away, everything where the bot was taken out, and how it goes on."""

from __future__ import annotations

from datetime import timedelta
from sqlite3 import Connection

import pytest

from bot.adapters.local import NAME
from bot.messages import Member, Message, Person, Place
from storage.members import consents, members
from storage.quiet import quiet
from tests.asking.test_leaving import answering, given, homes, join
from tests.cast import ALICE, BOB, ROOM, Playground, button, labels, pass_time

GARDEN = Place(NAME, "garden", "The Garden")
BACK = "We are both in The Porch again, and what is yours goes on."
ASKED = "I'm back in The Porch, and somebody else owns it now."
RESTS = "We share no community now"


def sent(world: Playground, member: Member) -> list[Message]:
    """What came to somebody unasked, in its order."""
    return [posted.message for posted in world.chat.posted if posted.to == member and posted.key]


async def goes(world: Playground, member: Member, place: Place = ROOM) -> None:
    world.chat.leave(member, place)
    await world.bot.left(member, place)


async def comes(world: Playground, member: Member, place: Place = ROOM) -> None:
    world.chat.join(member, place)
    await world.bot.joined(member, place)


async def remembers(world: Playground, member: Member, line: str = "remind me in 3 hours water the fern") -> None:
    said = await world.chat.say(member, line)
    if "Yes" in labels(said):
        await world.chat.press(member, button(said, "Yes"))


@pytest.fixture
async def alice(world: Playground) -> Person:
    """Alice has a check-in at 19:00 and a reminder in three hours."""
    person = await join(world, ALICE)
    await remembers(world, ALICE)
    return person


async def away(world: Playground, how: str) -> None:
    await (goes(world, ALICE) if how == "gone" else world.bot.removed(ROOM))


async def back(world: Playground, how: str) -> None:
    await (comes(world, ALICE) if how == "gone" else world.bot.returned(ROOM))


HOW = pytest.mark.parametrize("how", ["gone", "bot"])


# -- a short while ----------------------------------------------------------------------------------------------------


@HOW
async def test_ten_minutes_away_nothing_is_lost(world: Playground, alice: Person, how: str) -> None:
    yeses = await given(world, alice)
    await away(world, how)
    await pass_time(world, timedelta(minutes=10))
    await back(world, how)
    assert await given(world, alice) == yeses
    assert await homes(world, alice) == ["The Porch"]
    await pass_time(world, timedelta(hours=4))
    [reminder] = [one for one in sent(world, ALICE) if "water the fern" in one.text]
    assert "late" not in reminder.text


@HOW
async def test_a_reminder_that_rests_is_sent_late_and_says_so(world: Playground, alice: Person, how: str) -> None:
    await away(world, how)
    await pass_time(world, timedelta(days=2))
    assert not [one for one in sent(world, ALICE) if "fern" in one.text]
    assert "water the fern" in (await world.chat.say(ALICE, "reminders")).text, "it is not erased"
    await back(world, how)
    await pass_time(world, timedelta(minutes=5))
    [reminder] = [one for one in sent(world, ALICE) if "water the fern" in one.text]
    assert "This is late by" in reminder.text


async def test_a_reminder_that_is_on_its_way_when_they_are_taken_out_waits_too(
    world: Playground, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was planned, and the platform did not answer: it is not skipped, and not erased."""
    world.now += timedelta(hours=3)
    await world.bot.run_jobs("tick", world.now)
    await goes(world, ALICE)
    await pass_time(world, timedelta(days=1))
    assert not [one for one in sent(world, ALICE) if "fern" in one.text]
    await comes(world, ALICE)
    await pass_time(world, timedelta(minutes=5))
    assert [one for one in sent(world, ALICE) if "water the fern" in one.text]


async def test_who_comes_back_without_the_platform_saying_so_is_found_within_the_hour(
    world: Playground, alice: Person
) -> None:
    await goes(world, ALICE)
    await pass_time(world, timedelta(days=1))
    world.chat.join(ALICE, ROOM)
    await pass_time(world, timedelta(hours=1, minutes=5))
    assert await homes(world, alice) == ["The Porch"]
    assert [one for one in sent(world, ALICE) if "water the fern" in one.text]


async def test_who_writes_there_again_is_back(world: Playground, alice: Person) -> None:
    await goes(world, ALICE)
    await pass_time(world, timedelta(hours=5))
    world.chat.join(ALICE, ROOM)
    assert BACK in (await world.chat.say(ALICE, "reminders", ROOM)).text
    assert await homes(world, alice) == ["The Porch"]


# -- while it rests ---------------------------------------------------------------------------------------------------


@HOW
@pytest.mark.parametrize("line", ["checkin change", "reminders", "remind me in 2 days call the vet", "settings"])
async def test_no_screen_promises_what_will_not_come(world: Playground, alice: Person, how: str, line: str) -> None:
    await away(world, how)
    said = await world.chat.say(ALICE, line)
    assert str(said.text).startswith(RESTS)
    assert "The next one is" not in said.text
    assert "I'll" not in said.text


@HOW
async def test_nothing_comes_while_it_rests(world: Playground, alice: Person, how: str) -> None:
    await away(world, how)
    before = len(sent(world, ALICE))
    await pass_time(world, timedelta(days=3))
    assert all("I was taken out of" in one.text for one in sent(world, ALICE)[before:])


@HOW
async def test_forget_me_works_meanwhile(world: Playground, alice: Person, how: str) -> None:
    await away(world, how)
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "forget-me"), "Delete everything"))
    assert await world.bot.database.read(members.person_of, ALICE) is None


async def test_who_leaves_by_their_own_word_has_left_at_once(world: Playground, alice: Person) -> None:
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "leave"), "Yes, leave"))
    assert await given(world, alice) == frozenset()
    await comes(world, ALICE)
    assert BACK not in (await world.chat.say(ALICE, "help", ROOM)).text


async def test_who_is_elsewhere_too_rests_nowhere(world: Playground) -> None:
    bob = await join(world, BOB, ROOM, GARDEN)
    await remembers(world, BOB)
    await goes(world, BOB)
    await pass_time(world, timedelta(hours=4))
    assert [one for one in sent(world, BOB) if "water the fern" in one.text]
    assert await homes(world, bob) == ["The Garden"]


@HOW
async def test_after_a_week_it_is_a_leave_and_after_30_days_forgotten(
    world: Playground, alice: Person, how: str
) -> None:
    await away(world, how)
    await pass_time(world, timedelta(days=7, hours=2))
    assert await given(world, alice) == frozenset()
    assert RESTS not in (await world.chat.say(ALICE, "help")).text
    await pass_time(world, timedelta(days=24))
    assert await world.bot.database.read(members.person_of, ALICE) is None


@pytest.mark.parametrize("answer", [True, None])
async def test_after_a_week_the_platform_is_asked_once_more(
    world: Playground, alice: Person, monkeypatch: pytest.MonkeyPatch, *, answer: bool | None
) -> None:
    await goes(world, ALICE)
    answering(world, monkeypatch, answer)
    await pass_time(world, timedelta(days=8))
    assert "checkin" in await given(world, alice)


# -- going on ---------------------------------------------------------------------------------------------------------


@HOW
async def test_the_word_rides_on_the_next_thing_they_had_chosen_and_once(
    world: Playground, alice: Person, how: str
) -> None:
    await away(world, how)
    await pass_time(world, timedelta(minutes=10))
    await back(world, how)
    await pass_time(world, timedelta(days=2))
    chosen = [one for one in sent(world, ALICE) if "I was taken out" not in one.text]
    told = [one for one in chosen if BACK in one.text]
    assert told == chosen[:1], "it came with the first of them, and not by itself"
    assert str(told[0].text).index(BACK) > 0
    assert len(chosen) > 2
    assert "Go on" in labels(told[0])
    done = await world.chat.press(ALICE, button(told[0], "Go on"))
    assert str(done.text) == "It goes on: what reaches another person, too."
    assert str((await world.chat.press(ALICE, button(told[0], "Go on"))).text) == "Nothing waits for that."


async def test_settings_has_the_tap_as_long_as_something_waits(world: Playground, alice: Person) -> None:
    await goes(world, ALICE)
    await comes(world, ALICE)
    screen = await world.chat.say(ALICE, "settings")
    assert "Go on" in labels(screen)
    await world.chat.press(ALICE, button(screen, "Go on"))
    assert "Go on" not in labels(await world.chat.say(ALICE, "settings"))


async def test_nobody_else_presses_it(world: Playground, alice: Person) -> None:
    await join(world, BOB)
    await goes(world, ALICE)
    await comes(world, ALICE)
    await pass_time(world, timedelta(hours=4))
    [told] = [one for one in sent(world, ALICE) if BACK in one.text]
    assert "somebody else" in (await world.chat.press(BOB, button(told, "Go on"))).text


# -- somebody else owns it --------------------------------------------------------------------------------------------


async def test_where_the_owner_changed_everybody_is_asked_again(world: Playground, alice: Person) -> None:
    await pass_time(world, timedelta(hours=1))
    await world.bot.removed(ROOM)
    world.chat.owners[ROOM.id] = "eve"
    await world.bot.returned(ROOM)
    await pass_time(world, timedelta(days=1))
    assert not [one for one in sent(world, ALICE) if "fern" in one.text], "nothing goes on by itself"
    said = await world.chat.say(ALICE, "reminders", ROOM)
    assert ASKED in said.text
    await world.chat.press(ALICE, button(said, "Go on"))
    await pass_time(world, timedelta(minutes=5))
    assert [one for one in sent(world, ALICE) if "water the fern" in one.text]
    assert await homes(world, alice) == ["The Porch"]


async def test_where_the_owner_changed_and_nobody_answers_it_is_a_leave(world: Playground, alice: Person) -> None:
    await pass_time(world, timedelta(hours=1))
    await world.bot.removed(ROOM)
    world.chat.owners[ROOM.id] = "eve"
    world.chat.leave(ALICE, ROOM)
    await world.bot.returned(ROOM)
    await pass_time(world, timedelta(days=8))
    assert await given(world, alice) == frozenset()


async def test_an_owner_who_changes_while_the_bot_is_there_is_only_noted(world: Playground, alice: Person) -> None:
    await pass_time(world, timedelta(hours=1))
    world.chat.owners[ROOM.id] = "bob"
    await pass_time(world, timedelta(hours=1, minutes=5))
    await world.bot.removed(ROOM)
    await world.bot.returned(ROOM)
    assert ASKED not in (await world.chat.say(ALICE, "reminders")).text


# -- quiet alerts -----------------------------------------------------------------------------------------------------


async def test_quiet_days_start_at_zero_and_nobody_is_told_before_go_on(world: Playground, alice: Person) -> None:
    now = world.now

    def begin(connection: Connection) -> None:
        consents.give(connection, alice, ("quiet",), "words", now)
        quiet.begin(connection, alice, now, now + timedelta(days=1), now)
        connection.execute("UPDATE quiet_alerts SET quiet = 2, delivered = 1")

    await world.bot.database.write(begin)
    await goes(world, ALICE)
    await pass_time(world, timedelta(days=2))
    await comes(world, ALICE)
    await pass_time(world, timedelta(days=10))
    found = await world.bot.database.read(quiet.setup, alice)
    assert found is not None
    assert (found.quiet, found.step) == (0, "waiting")
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "settings"), "Go on"))
    found = await world.bot.database.read(quiet.setup, alice)
    assert found is not None
    assert found.quiet == 0
