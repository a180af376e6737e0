"""Holds the outbox's rows to their life: planned once, claimed once, settled once, and erased in time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.context import Delivery
from bot.delivery import gate
from bot.hosting.installation import DATABASE
from bot.messages import Channel, Community, Member, Person
from storage.delivery import deliveries, inbox, intents
from storage.members import consents, members
from storage.moderation import claims
from storage.moderation.claims import Claimed, Facts, Verdict
from tests.prepared import prepared

NOW = datetime(2026, 3, 28, 18, 0, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
LOBBY = Channel("local", "lobby")
NOTE = Delivery(to=LOBBY, kind="notes.note", key="note:1", due=NOW)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(prepared(tmp_path) / DATABASE, isolation_level=None)) as opened:
        opened.execute("PRAGMA foreign_keys = ON")
        yield opened


@pytest.fixture
def alice(connection: sqlite3.Connection) -> Person:
    return members.create(connection, Member("local", "alice"), "UTC", "en", NOW)


def send(_delivery: Delivery, _facts: Facts, _now: datetime) -> Verdict:
    return Verdict("send")


def claim(connection: sqlite3.Connection, now: datetime = NOW, room: int = 100, openings: int = 100) -> Claimed:
    return claims.claim(connection, "local", now, send, room=room, openings=openings)


def state(connection: sqlite3.Connection, row: int | None) -> str:
    [found] = connection.execute("SELECT state FROM deliveries WHERE id = ?", (row,)).fetchone()
    return str(found)


def body(connection: sqlite3.Connection, row: int | None) -> bytes | None:
    [found] = connection.execute("SELECT body FROM deliveries WHERE id = ?", (row,)).fetchone()
    assert found is None or isinstance(found, bytes)
    return found


# -- planned -----------------------------------------------------------------------------------------------------------


def test_an_occurrence_is_planned_once_ever(connection: sqlite3.Connection) -> None:
    row = deliveries.plan(connection, NOTE)
    assert row is not None
    assert deliveries.plan(connection, replace(NOTE, due=NOW + DAY)) is None
    deliveries.settle(connection, row, "sent", NOW, message_id="7")
    assert deliveries.plan(connection, NOTE) is None


def test_somebody_without_an_account_gets_nothing_planned(connection: sqlite3.Connection) -> None:
    assert deliveries.plan(connection, replace(NOTE, to=Person(99))) is None


def test_many_planned_at_once_are_as_if_each_were_planned_alone(connection: sqlite3.Connection, alice: Person) -> None:
    known = members.create(connection, Member("local", "known"), "UTC", "en", NOW)
    moved = members.create(connection, Member("local", "moved"), "UTC", "en", NOW)
    connection.execute(
        "INSERT INTO accounts (platform, platform_id, person, last_seen) VALUES ('far', '9', ?, 9999999999)",
        (moved.id,),
    )
    earlier = deliveries.plan(connection, replace(NOTE, to=known, key="earlier"))
    assert earlier is not None
    deliveries.settle(connection, earlier, "sent", NOW, message_id="7")
    here = (alice, known, moved)
    each = [
        Delivery(who, "notes.note", f"each:{who.id}", NOW, NOW + HOUR, purpose="notes", picked=True) for who in here
    ]
    for one in each:
        deliveries.plan(connection, one)
    everybody = (
        f"SELECT 'many:' || id AS key, id AS person, {int(NOW.timestamp())} AS due,"
        f" {int((NOW + HOUR).timestamp())} AS expires FROM persons"
    )
    for _twice in range(2):
        deliveries.plan_picked(connection, "notes.note", "notes", everybody)
    many, alone = (planned_with(connection, key) for key in ("many:", "each:"))
    assert many == alone
    assert [(row[1], row[-1]) for row in many] == [("local", 1), ("local", 0), ("far", 1)]


def planned_with(connection: sqlite3.Connection, key: str) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT person, platform, target, thread, community, purpose, kind, args, body, picked, capped, due, expires,"
        " state, next_try, attempts, opening FROM deliveries WHERE nominal_key LIKE ? || '%' ORDER BY person",
        (key,),
    ).fetchall()


def test_it_goes_to_the_account_used_last(connection: sqlite3.Connection, alice: Person) -> None:
    connection.execute(
        "INSERT INTO accounts (platform, platform_id, person, last_seen) VALUES ('far', '9', 1, 9999999999)"
    )
    row = deliveries.plan(connection, replace(NOTE, to=alice))
    assert row is not None
    found = deliveries.get(connection, row)
    assert found is not None
    assert found.account == Member("far", "9")


def test_what_comes_back_is_what_was_planned(connection: sqlite3.Connection) -> None:
    planned = replace(
        NOTE,
        to=Channel("local", "lobby", "thread"),
        expires=NOW + HOUR,
        args={"n": 1, "w": "x"},
        picked=True,
        capped=True,
    )
    row = deliveries.plan(connection, planned)
    assert row is not None
    assert deliveries.get(connection, row) == replace(planned, id=row)


def test_the_first_message_to_somebody_opens_a_conversation(connection: sqlite3.Connection, alice: Person) -> None:
    rows = [deliveries.plan(connection, replace(NOTE, to=alice, key=str(number))) for number in range(3)]
    [first] = claim(connection).going
    assert first.opening
    deliveries.settle(connection, first.id, "sent", NOW, message_id="7")
    assert not any(delivery.opening for delivery in claim(connection).going)
    later = deliveries.plan(connection, replace(NOTE, to=alice, key="later"))
    assert later is not None
    found = deliveries.get(connection, later)
    assert found is not None
    assert not found.opening
    assert len(rows) == 3


# -- claimed -----------------------------------------------------------------------------------------------------------


def test_a_row_under_way_is_in_no_queue(connection: sqlite3.Connection) -> None:
    row = deliveries.plan(connection, NOTE)
    assert [delivery.id for delivery in claim(connection).going] == [row]
    assert claim(connection, NOW + 365 * DAY) == Claimed([], (0, 0), False)


def test_a_row_that_is_postponed_comes_back_and_knows_its_first_try(connection: sqlite3.Connection) -> None:
    row = deliveries.plan(connection, NOTE)
    assert row is not None
    claim(connection)
    deliveries.postpone(connection, row, NOW + HOUR)
    assert claim(connection, NOW + HOUR - SECOND).going == []
    [again] = claim(connection, NOW + HOUR).going
    assert (again.first_try, again.attempts) == (NOW, 1)


def test_what_a_process_left_is_taken_up_at_the_start(connection: sqlite3.Connection) -> None:
    deliveries.plan(connection, NOTE)
    claim(connection)
    assert deliveries.take_up(connection) == 1
    assert deliveries.take_up(connection) == 0
    [again] = claim(connection, NOW + SECOND).going
    assert again.first_try == NOW


def test_what_was_settled_stays_settled(connection: sqlite3.Connection) -> None:
    row = deliveries.plan(connection, NOTE)
    assert row is not None
    claim(connection)
    deliveries.settle(connection, row, "sent", NOW, message_id="7")
    deliveries.settle(connection, row, "dead", NOW, reason="late")
    deliveries.postpone(connection, row, NOW)
    assert state(connection, row) == "sent"
    assert claim(connection, NOW + DAY).going == []


def test_a_reader_has_one_message_under_way(connection: sqlite3.Connection) -> None:
    for number in range(3):
        deliveries.plan(connection, replace(NOTE, key=str(number), due=NOW - number * SECOND))
    [first] = claim(connection).going
    assert first.key == "2", "the one that waits longest"
    busy = [deliveries.target_of(first)]
    assert claims.claim(connection, "local", NOW, send, room=9, openings=9, busy=busy).going == []


def test_a_thread_is_another_reader_than_its_channel(connection: sqlite3.Connection) -> None:
    deliveries.plan(connection, NOTE)
    deliveries.plan(connection, replace(NOTE, to=Channel("local", "lobby", "1"), key="note:2"))
    assert len(claim(connection).going) == 2


def test_communities_take_turns_and_the_next_claim_goes_on_after_the_last(connection: sqlite3.Connection) -> None:
    for community in (1, 2, 3):
        connection.execute("INSERT INTO communities (name, created) VALUES (?, 0)", (str(community),))
        for number in range(4):
            to = Channel("local", f"{community}-{number}")
            key = f"{community}:{number}"
            deliveries.plan(connection, replace(NOTE, to=to, key=key, community=Community(community)))
    order: list[int] = []
    after = (0, 0)
    for _ in range(6):
        claimed = claims.claim(connection, "local", NOW, send, room=2, openings=0, after=after)
        after = claimed.after
        order += [delivery.community.id for delivery in claimed.going if delivery.community]
    assert order == [1, 2, 3] * 4


def test_the_gate_is_asked_about_no_more_than_fits_a_transaction(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "ASKED_AT_ONCE", 5)
    for number in range(12):
        deliveries.plan(connection, replace(NOTE, to=Channel("local", str(number)), key=str(number)))

    def skip(_delivery: Delivery, _facts: Facts, _now: datetime) -> Verdict:
        return Verdict("skip", "no")

    claimed = [claims.claim(connection, "local", NOW, skip, room=9, openings=9).found for _ in range(4)]
    assert claimed == [True, True, True, False]
    assert deliveries.counts(connection) == {"skipped": 12}


@pytest.mark.parametrize(
    "damage", ["UPDATE deliveries SET args = '{' WHERE id = 1", "UPDATE persons SET quiet_start = '2Q:00'"]
)
def test_a_message_that_cannot_be_read_holds_up_no_other(
    connection: sqlite3.Connection, alice: Person, damage: str
) -> None:
    unreadable = deliveries.plan(connection, replace(NOTE, to=alice, purpose="checkin"))
    other = deliveries.plan(connection, replace(NOTE, key="note:2"))
    consents.give(connection, alice, ("dm", "checkin"), "Ask me.", NOW)
    connection.execute(damage)
    going = claims.claim(connection, "local", NOW, gate.decide, room=100, openings=100).going
    assert [one.id for one in going] == [other]
    assert state(connection, unreadable) == "dead"


def test_what_is_held_comes_when_it_may(connection: sqlite3.Connection) -> None:
    deliveries.plan(connection, NOTE)

    def hold(_delivery: Delivery, _facts: Facts, _now: datetime) -> Verdict:
        return Verdict("hold", until=NOW + HOUR)

    claims.claim(connection, "local", NOW, hold, room=9, openings=9)
    assert claim(connection, NOW + HOUR - SECOND).going == []
    [held] = claim(connection, NOW + HOUR).going
    assert held.first_try is None


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM deliveries WHERE platform = 'x' AND state = 'pending' AND next_try <= 1 LIMIT 1",
        "SELECT ifnull(community, 0) FROM deliveries WHERE platform = 'x' AND opening = 0 AND state = 'pending'"
        " AND ifnull(community, 0) > 1 ORDER BY ifnull(community, 0) LIMIT 1",
        "SELECT id FROM deliveries WHERE platform = 'x' AND opening = 0 AND ifnull(community, 0) = 1"
        " AND state = 'pending' AND next_try <= 1 ORDER BY next_try, id LIMIT 1",
    ],
)
def test_every_question_of_a_claim_is_answered_by_an_index(connection: sqlite3.Connection, sql: str) -> None:
    plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}"))
    assert "USING" in plan
    assert "INDEX" in plan
    assert "TEMP B-TREE" not in plan


# -- settled and erased ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["sent", "skipped", "dead", "unknown"])
def test_words_are_erased_when_they_have_arrived_or_never_will(
    connection: sqlite3.Connection, end: deliveries.State
) -> None:
    row = deliveries.plan(connection, replace(NOTE, body=b"sealed"))
    assert row is not None
    deliveries.settle(connection, row, end, NOW)
    assert body(connection, row) is None


def test_words_in_the_inbox_wait_to_be_read(connection: sqlite3.Connection, alice: Person) -> None:
    row = deliveries.plan(connection, replace(NOTE, to=alice, body=b"sealed"))
    assert row is not None
    claim(connection)
    deliveries.refused(connection, row, NOW)
    deliveries.sweep(connection, NOW + 2 * DAY)
    assert (state(connection, row), body(connection, row)) == ("inbox", b"sealed")
    inbox.read(connection, alice, row, NOW + 2 * DAY)
    assert (state(connection, row), body(connection, row)) == ("sent", None)


def test_words_on_their_way_wait_for_a_day(connection: sqlite3.Connection) -> None:
    row = deliveries.plan(connection, replace(NOTE, body=b"sealed"))
    deliveries.sweep(connection, NOW + DAY - SECOND)
    assert body(connection, row) == b"sealed"
    deliveries.sweep(connection, NOW + DAY)
    assert body(connection, row) is None


def test_old_rows_are_erased(connection: sqlite3.Connection) -> None:
    row = deliveries.plan(connection, NOTE)
    assert row is not None
    deliveries.settle(connection, row, "sent", NOW)
    deliveries.sweep(connection, NOW + deliveries.KEPT - SECOND)
    assert deliveries.get(connection, row) is not None
    deliveries.sweep(connection, NOW + deliveries.KEPT)
    assert deliveries.get(connection, row) is None


def test_what_was_planned_can_be_dropped_but_not_what_was_tried(connection: sqlite3.Connection, alice: Person) -> None:
    tried = deliveries.plan(connection, replace(NOTE, to=alice))
    assert tried is not None
    claim(connection)
    deliveries.postpone(connection, tried, NOW + HOUR)
    planned = deliveries.plan(connection, replace(NOTE, to=alice, key="note:2"))
    deliveries.drop_pending(connection, alice, NOTE.kind)
    assert state(connection, tried) == "pending"
    assert planned is not None
    assert deliveries.get(connection, planned) is None


# -- intents -----------------------------------------------------------------------------------------------------------


def test_an_intent_remembers_when_it_was_tried_and_what_came_of_it(connection: sqlite3.Connection) -> None:
    assert intents.begin(connection, "key", "local", NOW) == (None, None)
    intents.attempt(connection, "key", NOW)
    assert intents.begin(connection, "key", "local", NOW + DAY) == (NOW, None)
    intents.opened(connection, "key", LOBBY)
    assert intents.begin(connection, "key", "local", NOW).channel == LOBBY
    intents.closed(connection, LOBBY)
    assert intents.begin(connection, "key", "local", NOW) == (None, None)
