"""What was held overnight and is told in one message: nothing of it is lost or told twice, whatever becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from sqlite3 import Connection

import pytest

from bot.context import Delivery
from bot.delivery import gate
from bot.messages import (
    Community,
    Person,
)
from storage.database.instants import seconds
from storage.delivery import deliveries, inbox, together
from storage.members import consents, members
from storage.moderation import claims, holds
from tests.storage.conftest import DAY, HOUR, NOW

NIGHT = NOW.replace(hour=22)
MORNING = NOW.replace(day=3, hour=8)
"""09:00 in Berlin."""


@pytest.fixture
def plan(connection: Connection, alice: Person) -> Callable[..., int]:
    """Alice has said yes; so many messages are planned for her in the night."""
    consents.give(connection, alice, ("dm", "checkin"), "Yes.", NOW)

    def planned(name: str, to: Person = alice, **what: object) -> int:
        note = Delivery(to, "notes.note", f"note:{name}", NIGHT, purpose="checkin")
        row = deliveries.plan(connection, replace(note, **what))  # type: ignore[arg-type]  # what a test is about
        assert row is not None
        return row

    return planned


def claim(connection: Connection, now: datetime) -> list[Delivery]:
    return claims.claim(connection, "local", now, gate.decide, room=100, openings=100).going


def states(connection: Connection) -> dict[int, str]:
    return dict(connection.execute("SELECT id, state FROM deliveries ORDER BY id").fetchall())


def in_one(connection: Connection, plan: Callable[..., int]) -> tuple[Delivery, list[int]]:
    """Three held notes, and the one message that tells them, on its way."""
    rows = [plan(name) for name in "abc"]
    assert claim(connection, NIGHT) == []
    [whole] = claim(connection, MORNING)
    return whole, rows


# -- put together ------------------------------------------------------------------------------------------------------


def test_what_was_held_goes_in_one_message(connection: Connection, alice: Person, plan: Callable[..., int]) -> None:
    whole, rows = in_one(connection, plan)
    assert (whole.kind, whole.to, whole.opening, whole.first_try, whole.attempts) == (
        together.KIND, alice, True, None, 0,
    )  # fmt: skip
    assert [part.id for part in together.parts(connection, whole.id)] == rows
    assert set(states(connection).values()) == {"sending"}
    assert claim(connection, MORNING + HOUR) == [], "none of it can be claimed again"


def test_one_alone_goes_as_it_is(connection: Connection, plan: Callable[..., int]) -> None:
    row = plan("a")
    assert claim(connection, NIGHT) == []
    [alone] = claim(connection, MORNING)
    assert (alone.id, alone.kind) == (row, "notes.note")


def test_what_was_never_held_goes_by_itself(connection: Connection, plan: Callable[..., int]) -> None:
    held = plan("held")
    assert claim(connection, NIGHT) == []
    fresh, picked = plan("fresh", due=MORNING), plan("picked", due=MORNING, picked=True)
    gone = []
    while going := claim(connection, MORNING):
        gone += [delivery.id for delivery in going]
        deliveries.settle(connection, going[0].id, "sent", MORNING)
    assert sorted(gone) == [held, fresh, picked]


def test_each_reader_gets_their_own(
    connection: Connection, alice: Person, bob: Person, plan: Callable[..., int]
) -> None:
    consents.give(connection, bob, ("dm", "checkin"), "Yes.", NOW)
    for name in "ab":
        plan(name)
        plan(name + "2", to=bob)
    claim(connection, NIGHT)
    found = claim(connection, MORNING)
    assert {delivery.to for delivery in found} == {alice, bob}
    for whole in found:
        assert {part.to for part in together.parts(connection, whole.id)} == {whole.to}


def test_a_long_night_makes_two_messages(connection: Connection, plan: Callable[..., int]) -> None:
    rows = [plan(str(number)) for number in range(together.MOST + 2)]
    claim(connection, NIGHT)
    [first] = claim(connection, MORNING)
    deliveries.settle(connection, first.id, "sent", MORNING)
    [second] = claim(connection, MORNING)
    told = [part.id for part in together.parts(connection, second.id)]
    assert told == rows[together.MOST :]


def test_what_is_stale_or_taken_back_by_the_morning_is_not_in_it(
    connection: Connection, porch: Community, alice: Person, plan: Callable[..., int]
) -> None:
    members.join(connection, alice, porch, NOW)
    stale, left = plan("stale", expires=MORNING), plan("left", community=porch)
    kept = [plan("a"), plan("b")]
    claim(connection, NIGHT)
    connection.execute("UPDATE memberships SET left_at = 1")
    [whole] = claim(connection, MORNING)
    assert [part.id for part in together.parts(connection, whole.id)] == kept
    assert states(connection)[stale] == states(connection)[left] == "skipped"


def test_each_part_counts_towards_the_daily_cap(connection: Connection, plan: Callable[..., int]) -> None:
    rows = [plan(str(number), capped=True) for number in range(gate.DAILY_CAP + 1)]
    claim(connection, NIGHT)
    [whole] = claim(connection, MORNING)
    assert [part.id for part in together.parts(connection, whole.id)] == rows[: gate.DAILY_CAP]
    assert states(connection)[rows[-1]] == "pending", "tomorrow"


def test_what_nobody_asked_for_comes_in_one_message_without_having_been_held(
    connection: Connection, plan: Callable[..., int]
) -> None:
    noon = NIGHT.replace(hour=12)
    rows = [plan(str(number), unasked=True, due=noon) for number in range(3)]
    scheduled = plan("scheduled", due=noon)
    [whole] = claim(connection, noon)
    assert [part.id for part in together.parts(connection, whole.id)] == rows
    deliveries.settle(connection, whole.id, "sent", noon)
    assert [one.id for one in claim(connection, noon)] == [scheduled]


def test_it_is_one_message_of_the_day_and_the_next_waits_for_tomorrow(
    connection: Connection, plan: Callable[..., int]
) -> None:
    noon = NIGHT.replace(hour=12)
    connection.execute("UPDATE persons SET created = ?", (seconds(noon - 30 * DAY),))
    for number in range(2):
        plan(str(number), unasked=True, due=noon)
    [whole] = claim(connection, noon)
    deliveries.settle(connection, whole.id, "sent", noon)
    later = plan("later", unasked=True, due=noon + HOUR)
    assert claim(connection, noon + HOUR) == claim(connection, noon + 23 * HOUR) == []
    assert [one.id for one in claim(connection, noon + DAY)] == [later]


def test_a_second_try_is_not_held_back_by_the_first(connection: Connection, plan: Callable[..., int]) -> None:
    noon = NIGHT.replace(hour=12)
    row, other = plan("a", unasked=True, due=noon), plan("b", unasked=True, due=noon + HOUR)
    [sending] = claim(connection, noon)
    deliveries.postpone(connection, sending.id, noon + 2 * HOUR)
    assert claim(connection, noon + HOUR) == [], "what may have arrived counts"
    assert [one.id for one in claim(connection, noon + 2 * HOUR)] == [row]
    assert states(connection)[other] == "pending"


# -- what becomes of it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "of_whole", "of_parts"),
    [
        ("sent", "sent", "sent"),
        ("skipped", "skipped", "skipped"),
        ("inbox", "skipped", "inbox"),
        ("dead", "skipped", "inbox"),
        ("unknown", "skipped", "inbox"),
    ],
)
def test_the_parts_share_its_fate(
    connection: Connection,
    alice: Person,
    plan: Callable[..., int],
    state: deliveries.State,
    of_whole: str,
    of_parts: str,
) -> None:
    whole, rows = in_one(connection, plan)
    deliveries.settle(connection, whole.id, state, MORNING, message_id="7", reason="so")
    assert states(connection) == {**dict.fromkeys(rows, of_parts), whole.id: of_whole}
    waiting = [delivery.id for delivery in inbox.waiting(connection, alice, MORNING)]
    assert waiting == (rows if of_parts == "inbox" else [])
    assert claim(connection, MORNING + DAY) == []


def test_who_cannot_be_reached_finds_each_in_the_inbox(
    connection: Connection, alice: Person, plan: Callable[..., int]
) -> None:
    whole, rows = in_one(connection, plan)
    deliveries.refused(connection, whole.id, MORNING)
    assert [delivery.id for delivery in inbox.waiting(connection, alice, MORNING)] == rows
    [closed] = connection.execute("SELECT closed FROM accounts").fetchone()
    assert closed is not None


# -- after a crash -----------------------------------------------------------------------------------------------------


def test_after_a_crash_it_is_the_same_message_again(connection: Connection, plan: Callable[..., int]) -> None:
    whole, rows = in_one(connection, plan)
    assert deliveries.take_up(connection) == 1
    [again] = claim(connection, MORNING + HOUR)
    assert (again.id, again.key, again.first_try) == (whole.id, whole.key, MORNING)
    assert [part.id for part in together.parts(connection, again.id)] == rows


def test_a_yes_taken_back_in_between_takes_its_part_out(
    connection: Connection, alice: Person, plan: Callable[..., int]
) -> None:
    consents.give(connection, alice, ("buddy",), "Yes.", NOW)
    buddy = plan("buddy", purpose="buddy")
    whole, rows = in_one(connection, plan)
    deliveries.postpone(connection, whole.id, MORNING + HOUR)
    consents.withdraw(connection, alice, "buddy")
    [again] = claim(connection, MORNING + HOUR)
    assert [part.id for part in together.parts(connection, again.id)] == rows
    assert states(connection)[buddy] == "skipped"


def test_in_a_pause_nothing_of_it_goes(connection: Connection, alice: Person, plan: Callable[..., int]) -> None:
    whole, _rows = in_one(connection, plan)
    deliveries.postpone(connection, whole.id, MORNING + HOUR)
    members.pause(connection, alice, MORNING, None)
    assert claim(connection, MORNING + HOUR) == []
    assert set(states(connection).values()) == {"skipped"}


def test_when_it_is_quiet_again_it_waits_as_it_is(connection: Connection, plan: Callable[..., int]) -> None:
    whole, rows = in_one(connection, plan)
    deliveries.postpone(connection, whole.id, MORNING + HOUR)
    assert claim(connection, NIGHT + DAY) == []
    [again] = claim(connection, MORNING + DAY)
    assert again.id == whole.id
    assert [part.id for part in together.parts(connection, again.id)] == rows


def test_whoever_cannot_be_reached_by_then_finds_them_in_the_inbox(
    connection: Connection, alice: Person, plan: Callable[..., int]
) -> None:
    whole, rows = in_one(connection, plan)
    deliveries.postpone(connection, whole.id, MORNING + HOUR)
    connection.execute("UPDATE accounts SET closed = ?", (int(MORNING.timestamp()),))
    assert claim(connection, MORNING + HOUR) == []
    assert [delivery.id for delivery in inbox.waiting(connection, alice, MORNING)] == rows


def test_quiet_everything_counts_for_each_part(
    connection: Connection, porch: Community, alice: Person, mo: Person, plan: Callable[..., int]
) -> None:
    members.join(connection, alice, porch, NOW)
    whole, _rows = in_one(connection, plan)
    deliveries.postpone(connection, whole.id, MORNING + HOUR)
    holds.quiet(connection, porch, alice, mo, MORNING)
    assert claim(connection, MORNING + HOUR) == []
    assert set(states(connection).values()) == {"skipped"}


def test_an_unreadable_part_puts_the_others_into_the_inbox(connection: Connection, plan: Callable[..., int]) -> None:
    whole, rows = in_one(connection, plan)
    deliveries.postpone(connection, whole.id, MORNING + HOUR)
    connection.execute("UPDATE deliveries SET args = 'damaged' WHERE id = ?", (rows[0],))
    assert claim(connection, MORNING + HOUR) == []
    assert {states(connection)[row] for row in rows} == {"inbox"}


def test_nothing_of_it_is_left_of_whoever_is_forgotten(
    connection: Connection, alice: Person, plan: Callable[..., int]
) -> None:
    in_one(connection, plan)
    members.forget(connection, alice)
    assert states(connection) == {}


def test_it_is_erased_with_its_parts(connection: Connection, plan: Callable[..., int]) -> None:
    whole, _rows = in_one(connection, plan)
    deliveries.settle(connection, whole.id, "sent", MORNING)
    deliveries.sweep(connection, MORNING + deliveries.KEPT)
    assert states(connection) == {}
