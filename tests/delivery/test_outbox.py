"""Holds the dispatcher to its word: each message once, on time, in order and paced, whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest

from bot.delivery import outbox, outcomes
from bot.errors import CannotReach, DeliveryError, FatalError, RetryAfter
from bot.messages import Channel, Community, Member, Person
from bot.platform.pacing import Limit
from storage.database.database import Database
from storage.members import consents, members
from tests.beds.eventually import PATIENCE, until
from tests.cast import ALICE, BOB, CHANDRA, ROOM, button
from tests.outbox_bed import PURPOSE, START, Outbox, outbox_bed

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
PUBLIC = Channel("local", "lobby")


@pytest.fixture
async def bed(tmp_path: Path) -> AsyncIterator[Outbox]:
    async with outbox_bed(tmp_path) as opened:
        yield opened


@pytest.fixture
async def alice(bed: Outbox) -> Person:
    return await bed.join(ALICE)


@pytest.fixture
async def bob(bed: Outbox) -> Person:
    return await bed.join(BOB)


# -- once, on time, in order -------------------------------------------------------------------------------------------


async def test_what_is_due_is_sent_once(bed: Outbox, alice: Person) -> None:
    row = await bed.plan(alice, "good evening")
    await bed.tick()
    await bed.tick(SECOND)
    assert bed.heard(ALICE) == ["good evening"]
    assert await bed.state(row) == ("sent", None)


async def test_what_is_not_due_waits(bed: Outbox, alice: Person) -> None:
    await bed.plan(alice, "good morning", due=START + DAY)
    await bed.tick(DAY - SECOND)
    assert bed.heard(ALICE) == []
    await bed.tick(SECOND)
    assert bed.heard(ALICE) == ["good morning"]


async def test_one_readers_messages_keep_their_order(bed: Outbox, alice: Person) -> None:
    for number in range(25):
        await bed.plan(alice, str(number), due=START - (25 - number) * SECOND)
    await bed.tick()
    assert bed.heard(ALICE) == [str(number) for number in range(25)]


async def test_a_prompt_can_be_answered(bed: Outbox, alice: Person) -> None:
    await bed.plan(alice, "good evening")
    await bed.tick()
    reply = await bed.chat.press(ALICE, button(bed.chat.read(ALICE)[0], "Read"))
    assert str(reply.text) == "Thank you."


async def test_nothing_left_to_say_is_no_message(bed: Outbox, alice: Person) -> None:
    row = await bed.plan(alice, "good evening")
    bed.notes.silent = True
    await bed.tick()
    assert (bed.chat.asked, await bed.state(row)) == ([], ("skipped", "nothing to say any more"))


async def test_the_night_holds_what_nobody_picked_and_the_morning_brings_it_in_one(bed: Outbox, alice: Person) -> None:
    """In the order in which it was due, without what the morning makes stale."""
    night = START + timedelta(hours=4)
    for words, later in (("first", MINUTE), ("second", 2 * MINUTE), ("third", 3 * MINUTE)):
        await bed.plan(alice, words, picked=False, due=night + later)
    stale = await bed.plan(alice, "for tonight", picked=False, due=night, expires=night + timedelta(hours=2))
    await bed.tick(timedelta(hours=5))
    assert bed.heard(ALICE) == []
    assert await bed.state(stale) == ("skipped", "stale after the quiet hours")
    await bed.tick(timedelta(hours=9))
    await bed.tick(timedelta(hours=1))
    [morning] = bed.heard(ALICE)
    assert [line.rpartition(" ")[2] for line in morning.split("\n\n")[1:]] == ["first", "second", "third"]


async def test_a_feature_that_fails_holds_up_no_other_message(
    bed: Outbox, alice: Person, bob: Person, caplog: pytest.LogCaptureFixture
) -> None:
    bed.notes.broken = True
    row = await bed.plan(alice, "good evening")
    await bed.plan(bob, "good evening", kind="notes.news")
    with caplog.at_level(logging.ERROR):
        await bed.tick()
    assert await bed.state(row) == ("dead", "failed")
    assert bed.heard(BOB) == ["good evening"]
    assert "notes.note" in caplog.text


async def test_a_withdrawal_counts_for_the_very_next_message(bed: Outbox, alice: Person) -> None:
    """She says stop while the first of two is on its way."""
    bed.chat.gate.clear()
    await bed.plan(alice, "one")
    second = await bed.plan(alice, "two")
    await bed.tick(patience=0)
    await until(lambda: bed.chat.asked != [])
    await bed.database.write(consents.withdraw, alice, PURPOSE)
    bed.chat.gate.set()
    await bed.tick()
    assert (bed.heard(ALICE), await bed.state(second)) == (["one"], ("skipped", "no consent"))


# -- slow platforms ----------------------------------------------------------------------------------------------------


async def test_a_tick_does_not_wait_for_a_slow_platform(bed: Outbox, alice: Person, bob: Person) -> None:
    bed.chat.gate.clear()
    await bed.plan(alice, "one")
    async with asyncio.timeout(PATIENCE):  # the platform answers when it is let go, below
        await bed.tick(patience=0)
    await until(lambda: len(bed.chat.asked) == 1)
    await bed.plan(bob, "two")
    await bed.tick(SECOND, patience=0)
    await until(lambda: len(bed.chat.asked) == 2)
    bed.chat.gate.set()
    await bed.tick(SECOND)
    assert (bed.heard(ALICE), bed.heard(BOB)) == (["one"], ["two"])


async def test_overlapping_ticks_never_send_a_row_twice(bed: Outbox, alice: Person) -> None:
    bed.chat.gate.clear()
    for number in range(3):
        await bed.plan(alice, str(number))
        await bed.plan(PUBLIC, str(number), purpose="")
    ticks = [asyncio.create_task(bed.tick(SECOND)) for _ in range(8)]
    await until(lambda: len(bed.chat.asked) == 2)
    await bed.tick(DAY, patience=0.01)
    assert len(bed.chat.asked) == 2, "one for each reader"
    bed.chat.gate.set()
    await asyncio.gather(*ticks)
    assert len(bed.chat.asked) == 6
    assert bed.heard(ALICE) == ["0", "1", "2"]


async def test_a_platform_that_hangs_is_given_up_and_asked_again(
    bed: Outbox, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "DEADLINE", 0.05)
    bed.chat.gate.clear()
    await bed.plan(alice, "one")
    await bed.tick()
    bed.chat.gate.set()
    await bed.tick(MINUTE)
    assert bed.heard(ALICE) == ["one"]
    assert len({key for _words, key in bed.chat.asked}) == 1


async def test_a_platform_that_is_away_is_not_asked(bed: Outbox, alice: Person) -> None:
    bed.bot.dispatcher.waiting_for.add("local")
    await bed.plan(alice, "one")
    await bed.tick(MINUTE)
    assert bed.chat.asked == []
    bed.bot.dispatcher.waiting_for.clear()
    await bed.tick(SECOND)
    assert bed.heard(ALICE) == ["one"]


async def test_stopping_finishes_what_is_under_way_and_begins_nothing(bed: Outbox, alice: Person, bob: Person) -> None:
    bed.pace(at_once=1)
    bed.chat.gate.clear()
    first, second = await bed.plan(alice, "one"), await bed.plan(bob, "two")
    await bed.tick(patience=0)
    await until(lambda: bed.chat.asked != [])
    stopping = asyncio.create_task(bed.bot.dispatcher.stop(5))
    await asyncio.sleep(0)
    bed.chat.gate.set()
    await stopping
    assert ((await bed.state(first))[0], (await bed.state(second))[0]) == ("sent", "pending")


async def test_what_stopping_cuts_off_is_sent_at_the_next_start(bed: Outbox, alice: Person) -> None:
    bed.chat.gate.clear()
    row = await bed.plan(alice, "one")
    await bed.tick(patience=0)
    await until(lambda: bed.chat.asked != [])
    await bed.bot.dispatcher.stop(0)
    assert (await bed.state(row))[0] == "sending"
    bed.start()
    await bed.tick(SECOND)
    assert bed.heard(ALICE) == ["one"]


# -- answers that never came -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [DeliveryError("no answer"), TimeoutError(), ConnectionResetError()], ids=repr)
async def test_a_lost_answer_makes_no_second_message(bed: Outbox, alice: Person, fault: Exception) -> None:
    bed.chat.after = [fault, fault]
    row = await bed.plan(alice, "one")
    await bed.tick()
    for _ in range(3):
        await bed.tick(10 * SECOND)
    assert [key for _words, key in bed.chat.asked] == [bed.chat.asked[0][1]] * 3
    assert (bed.heard(ALICE), await bed.state(row)) == (["one"], ("sent", None))


async def test_what_a_crash_left_is_sent_again_with_the_same_key(bed: Outbox, alice: Person) -> None:
    await left_by_a_crash(bed, alice, arrived=True)
    await bed.tick(MINUTE)
    assert (bed.heard(ALICE), bed.chat.looked, len(bed.chat.asked)) == (["one"], 0, 1)


async def test_a_key_the_platform_has_forgotten_is_looked_for_first(bed: Outbox, alice: Person) -> None:
    row = await left_by_a_crash(bed, alice, arrived=True)
    bed.chat.forgets_keys = True
    await bed.tick(DAY)
    assert (bed.heard(ALICE), bed.chat.looked, bed.chat.asked) == (["one"], 1, [])
    assert await bed.state(row) == ("sent", None)


async def test_what_is_not_found_is_sent(bed: Outbox, alice: Person) -> None:
    await left_by_a_crash(bed, alice, arrived=False)
    await bed.tick(DAY)
    assert (bed.heard(ALICE), bed.chat.looked) == (["one"], 1)


async def test_after_looking_once_the_key_is_trusted_again(bed: Outbox, alice: Person) -> None:
    await left_by_a_crash(bed, alice, arrived=False)
    bed.chat.before = [DeliveryError("no answer")]
    await bed.tick(DAY)
    await bed.tick(MINUTE)
    assert (bed.heard(ALICE), bed.chat.looked) == (["one"], 1)


async def test_where_nobody_can_tell_a_prompt_is_not_repeated(bed: Outbox, alice: Person) -> None:
    row = await left_by_a_crash(bed, alice, arrived=False)
    bed.chat.blind = CannotReach("no history")
    await bed.tick(DAY)
    assert (bed.heard(ALICE), await bed.state(row)) == ([], ("unknown", "nobody can tell whether it arrived"))


async def test_where_nobody_can_tell_what_says_so_itself_is_repeated(bed: Outbox, alice: Person) -> None:
    await left_by_a_crash(bed, alice, arrived=False, kind="notes.news")
    bed.chat.blind = CannotReach("no history")
    await bed.tick(DAY)
    assert bed.heard(ALICE) == ["one"]


async def test_a_history_that_does_not_answer_is_asked_again(bed: Outbox, alice: Person) -> None:
    await left_by_a_crash(bed, alice, arrived=True)
    bed.chat.blind = DeliveryError("no answer")
    await bed.tick(DAY)
    bed.chat.blind = None
    await bed.tick(MINUTE)
    assert (bed.heard(ALICE), bed.chat.looked) == (["one"], 2)


async def test_who_was_busy_when_a_claim_was_made_is_not_left_waiting(
    bed: Outbox, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, arrived = bed.chat.send, asyncio.Event()

    async def slowly(*what: Any) -> str:
        message_id = await send(*what)
        await arrived.wait()
        return message_id

    monkeypatch.setattr(bed.chat, "send", slowly)
    for words in ("one", "two"):
        await bed.plan(alice, words)
    await bed.tick(patience=0.1)
    earlier, beside = threading.Event(), threading.Event()
    busy = [asyncio.create_task(bed.database.write(wait_for, earlier))]
    await asyncio.sleep(0)
    arrived.set()  # "one" has arrived, and is written down once the disk is free, with something slow beside it
    await asyncio.sleep(0.02)
    busy.append(asyncio.create_task(bed.database.write(wait_for, beside)))
    await asyncio.sleep(0)
    earlier.set()
    await asyncio.sleep(0.02)
    ticking = asyncio.create_task(bed.tick())  # asks for more while Alice is still busy
    await asyncio.sleep(0.02)
    beside.set()
    await asyncio.gather(ticking, *busy)
    assert bed.heard(ALICE) == ["one", "two"]


def wait_for(_connection: Connection, event: threading.Event) -> None:
    assert event.wait(PATIENCE)


async def left_by_a_crash(bed: Outbox, alice: Person, *, arrived: bool, kind: str = "notes.note") -> int:
    """A bot that is gone had marked a message as sending; it may have arrived or not."""
    (bed.chat.after if arrived else bed.chat.before).append(asyncio.CancelledError())  # type: ignore[arg-type]  # it stops there
    row = await bed.plan(alice, "one", kind=kind)
    await bed.tick()
    bed.start()
    assert (await bed.state(row))[0] == "sending"
    return row


# -- refusals ----------------------------------------------------------------------------------------------------------


async def test_closed_messages_go_to_the_inbox_and_are_not_tried_again(bed: Outbox, alice: Person) -> None:
    bed.chat.closed.add(ALICE.id)
    rows = [await bed.plan(alice, "one"), await bed.plan(alice, "two")]
    await bed.tick()
    await bed.tick(MINUTE)
    assert [await bed.state(row) for row in rows] == [("inbox", "cannot be reached")] * 2
    assert len(bed.chat.asked) == 1, "each refusal counts against the bot"


async def test_who_acts_again_can_be_written_to_again(bed: Outbox, alice: Person) -> None:
    bed.chat.closed.add(ALICE.id)
    await bed.plan(alice, "one")
    await bed.tick()
    bed.chat.closed.clear()
    await bed.chat.say(ALICE, "thank you")
    await bed.plan(alice, "two")
    await bed.tick(SECOND)
    assert bed.heard(ALICE)[-1] == "two"


async def test_a_day_later_it_is_tried_once_more(bed: Outbox, alice: Person) -> None:
    bed.chat.closed.add(ALICE.id)
    for _ in range(3):
        await bed.plan(alice, "one")
        await bed.tick(DAY)
    assert len(bed.chat.asked) == 3


async def test_a_channel_that_is_gone_gets_nothing_and_nobody_elses_does(bed: Outbox) -> None:
    bed.chat.before = [CannotReach("gone")]
    row = await bed.plan(PUBLIC, "one", purpose="")
    await bed.tick()
    assert (bed.chat.posted, await bed.state(row)) == ([], ("dead", "cannot be reached"))


async def test_a_message_with_an_end_is_given_up_at_its_end(bed: Outbox, alice: Person) -> None:
    bed.chat.before = [DeliveryError("no answer")] * 99
    row = await bed.plan(alice, "one", expires=START + MINUTE)
    for _ in range(60):
        await bed.tick(2 * SECOND)
    assert (await bed.state(row))[0] in ("dead", "skipped")
    assert bed.heard(ALICE) == []


async def test_a_message_without_an_end_is_tried_for_a_day_and_then_kept_for_its_reader(
    bed: Outbox, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "GIVE_UP", 5)
    bed.chat.before = [DeliveryError("no answer")] * 99
    row, other = await bed.plan(alice, "one"), await bed.plan(PUBLIC, "two", purpose="")
    for _ in range(10):
        await bed.tick(10 * MINUTE)
    assert await bed.state(row) == ("inbox", "too late")
    assert await bed.state(other) == ("dead", "too late")
    assert len(bed.chat.asked) == 2 * 6


async def test_a_refused_token_ends_all_requests_at_once(bed: Outbox) -> None:
    bed.pace(at_once=3)
    for number in range(9):
        await bed.plan(await bed.join(Member("local", str(number))), "one")
    bed.chat.gate.clear()
    await bed.tick(patience=0)
    await until(lambda: len(bed.chat.asked) == 3)
    bed.chat.before = [FatalError("Signed out.")]
    told: list[FatalError] = []
    bed.bot.dispatcher.on_fatal = told.append
    bed.chat.gate.set()
    await bed.tick(SECOND)
    await bed.tick(DAY)
    assert len(bed.chat.asked) == 3
    assert [str(error) for error in told] == ["Signed out."]


async def test_after_a_new_login_everything_arrives_once(bed: Outbox, alice: Person, bob: Person) -> None:
    bed.chat.before = [FatalError("Signed out.")]
    await bed.plan(alice, "one")
    await bed.plan(bob, "two")
    await bed.tick()
    bed.start()
    await bed.tick(MINUTE)
    assert (bed.heard(ALICE), bed.heard(BOB)) == (["one"], ["two"])


async def test_a_platform_that_asks_for_patience_gets_it(bed: Outbox, alice: Person, bob: Person) -> None:
    clock = [0.0]
    bed.pace(clock=lambda: clock[0])
    await bed.plan(alice, "hello")
    await bed.plan(bob, "hello")
    await bed.tick()
    bed.chat.before = [RetryAfter(30 * SECOND)]
    await bed.plan(alice, "one")
    await bed.tick(SECOND)
    await bed.plan(bob, "two")
    await bed.tick(20 * SECOND)
    assert len(bed.chat.asked) == 3, "nobody is asked for anything meanwhile"
    clock[0] = 31.0
    await bed.tick(20 * SECOND)
    assert (bed.heard(ALICE), bed.heard(BOB)) == (["hello", "one"], ["hello", "two"])


async def test_enough_refusals_leave_the_platform_in_peace(bed: Outbox) -> None:
    bed.pace(refusals=Limit(5, 600.0), at_once=1)
    for number in range(20):
        bed.chat.closed.add(str(number))
        await bed.plan(await bed.join(Member("local", str(number))), "one")
    await bed.tick()
    await bed.tick(MINUTE)
    assert len(bed.chat.asked) == 5


# -- whose turn it is --------------------------------------------------------------------------------------------------


async def test_new_people_wait_for_their_turn_and_hold_up_nobody_known(bed: Outbox, alice: Person) -> None:
    await bed.plan(alice, "one")
    await bed.tick()
    bed.pace(openings=Limit(2, 60.0))
    for number in range(5):
        await bed.plan(await bed.join(Member("local", str(number))), "welcome", due=START - MINUTE)
    await bed.plan(alice, "two")
    await bed.tick(SECOND)
    assert bed.heard(ALICE) == ["one", "two"]
    assert [words for words, _key in bed.chat.asked].count("welcome") == 2


async def test_opening_conversations_too_fast_stops_only_openings(bed: Outbox, alice: Person, bob: Person) -> None:
    await bed.plan(alice, "one")
    await bed.tick()
    bed.chat.before = [RetryAfter(10 * MINUTE)]
    await bed.plan(bob, "welcome")
    await bed.tick(SECOND)
    await bed.plan(alice, "two")
    await bed.plan(await bed.join(CHANDRA), "welcome")
    await bed.tick(MINUTE)
    assert bed.heard(ALICE) == ["one", "two"]
    assert (bed.heard(BOB), bed.heard(CHANDRA)) == ([], [])


async def test_communities_take_turns(bed: Outbox) -> None:
    """A long queue of one does not make the others wait for its end."""
    bed.pace(at_once=1)
    for name, count in (("large", 30), ("small", 3), ("late", 1)):
        community = await bed.database.write(found, name)
        for number in range(count):
            person = await bed.join(Member("local", f"{name}-{number}"), community)
            due = START - timedelta(hours=2 if name == "large" else 1 if name == "small" else 0)
            await bed.plan(person, name, community=community, due=due)
    await bed.tick()
    order = [words for words, _key in bed.chat.asked]
    assert len(order) == 34
    assert max(index for index, words in enumerate(order) if words == "small") < 10
    assert order.index("late") < 4


def found(connection: Connection, name: str) -> Community:
    row = connection.execute("INSERT INTO communities (name, created) VALUES (?, 0)", (name,)).lastrowid
    assert row is not None
    return Community(row, name)


async def test_who_left_the_community_hears_no_more_of_it(bed: Outbox) -> None:
    community = await bed.database.write(members.found, ROOM, START)
    alice = await bed.join(ALICE, community)
    await bed.plan(alice, "one", community=community)
    await bed.database.write(members.leave, alice, community, START)
    await bed.tick()
    assert bed.heard(ALICE) == []


# -- the disk ----------------------------------------------------------------------------------------------------------


async def test_what_could_not_be_written_is_written_later_and_never_sent_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with outbox_bed(tmp_path) as bed:
        alice = await bed.join(ALICE)
        row = await bed.plan(alice, "one")
        bed.chat.gate.clear()
        await bed.tick(patience=0)
        await until(lambda: bed.chat.asked != [])
        await full(bed.database, True)
        bed.chat.gate.set()
        with caplog.at_level(logging.ERROR):
            await bed.tick(SECOND)
            await bed.tick(SECOND)
        assert (await bed.state(row))[0] == "sending"
        await full(bed.database, False)
        await bed.tick(SECOND)
        assert (await bed.state(row), len(bed.chat.asked)) == (("sent", None), 1)
    assert "could not be written" in caplog.text


async def full(database: Database, is_full: bool) -> None:
    """A table that refuses every change stands for a disk that takes none."""

    def work(connection: Connection) -> None:
        connection.execute("DROP TRIGGER IF EXISTS full")
        if is_full:
            connection.execute(
                "CREATE TRIGGER full BEFORE UPDATE ON deliveries BEGIN SELECT raise(ABORT, 'disk is full'); END"
            )

    await database.write(work)
