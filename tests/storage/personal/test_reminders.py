"""Reminders: each comes once, waits for the end of a pause, and is erased when it has arrived."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

import pytest

from bot.messages import Person
from storage.members import members
from storage.personal import reminders
from storage.personal.reminders import Reminder
from tests.storage.conftest import DAY, HOUR, NOW, SECOND, rows_in

SOON = NOW + HOUR


def seal(row: int) -> bytes:
    return f"sealed {row}".encode()


def add(connection: Connection, person: Person, due: datetime = SOON) -> int:
    row = reminders.add(connection, person, seal, due)
    assert row is not None
    return row


def test_nobody_has_reminders_at_first(connection: Connection, alice: Person) -> None:
    assert reminders.of_person(connection, alice) == []
    assert reminders.get(connection, 1) is None
    assert reminders.export(connection, alice, lambda one: "words") == {}
    assert not reminders.plan_due(connection, NOW, 10)


def test_words_are_sealed_for_their_row_and_shown_in_the_order_they_come(
    connection: Connection, alice: Person, bob: Person
) -> None:
    later, sooner = add(connection, alice, NOW + DAY), add(connection, alice)
    add(connection, bob)
    assert reminders.of_person(connection, alice) == [
        Reminder(sooner, seal(sooner), SOON),
        Reminder(later, seal(later), NOW + DAY),
    ]
    assert reminders.get(connection, later) == Reminder(later, seal(later), NOW + DAY)


def test_there_are_as_many_as_was_said_for_each(connection: Connection, alice: Person, bob: Person) -> None:
    for _ in range(reminders.MOST):
        add(connection, alice)
    assert reminders.add(connection, alice, seal, SOON) is None
    add(connection, bob)


def test_it_comes_once_to_the_second(connection: Connection, alice: Person) -> None:
    add(connection, alice)
    reminders.plan_due(connection, SOON - SECOND, 10)
    assert rows_in(connection, "deliveries") == 0
    for _ in range(2):
        reminders.plan_due(connection, SOON, 10)
    assert rows_in(connection, "deliveries") == 1
    assert reminders.of_person(connection, alice) == [], "it waits no more"


def test_what_falls_into_a_pause_comes_at_its_end(connection: Connection, alice: Person, bob: Person) -> None:
    for who, until in ((alice, NOW + DAY), (bob, None)):
        add(connection, who)
        members.pause(connection, who, NOW, until)
    reminders.plan_due(connection, NOW + DAY - SECOND, 10)
    assert rows_in(connection, "deliveries") == 0
    reminders.plan_due(connection, NOW + DAY, 10)
    assert connection.execute("SELECT person FROM deliveries").fetchall() == [(alice.id,)]
    members.resume(connection, bob)
    reminders.plan_due(connection, NOW + DAY, 10)
    assert rows_in(connection, "deliveries") == 2


def test_a_batch_says_that_there_is_more(connection: Connection, alice: Person) -> None:
    for _ in range(3):
        add(connection, alice)
    assert reminders.plan_due(connection, SOON, 2)
    assert not reminders.plan_due(connection, SOON, 2)


@pytest.mark.parametrize(
    ("state", "left"),
    [("pending", 1), ("sending", 1), ("inbox", 1), ("sent", 0), ("skipped", 0), ("dead", 0), ("unknown", 0)],
)
def test_it_is_erased_when_it_has_arrived_or_never_will(
    connection: Connection, alice: Person, state: str, left: int
) -> None:
    add(connection, alice)
    waiting = add(connection, alice, NOW + DAY)
    reminders.plan_due(connection, SOON, 10)
    connection.execute("UPDATE deliveries SET state = ?", (state,))
    reminders.erase_sent(connection, SOON)
    assert rows_in(connection, "reminders") == 1 + left
    assert [one.id for one in reminders.of_person(connection, alice)] == [waiting]


def test_a_reminder_that_was_deleted_does_not_come(connection: Connection, alice: Person) -> None:
    row = add(connection, alice)
    reminders.plan_due(connection, SOON, 10)
    assert reminders.remove(connection, alice, row)
    assert not reminders.remove(connection, alice, row)
    assert rows_in(connection, "deliveries") == 0


def test_nobody_deletes_somebody_elses_nor_keeps_it_from_coming(
    connection: Connection, alice: Person, bob: Person
) -> None:
    row = add(connection, alice)
    reminders.plan_due(connection, SOON, 10)
    assert not reminders.remove(connection, bob, row)
    assert rows_in(connection, "reminders") == rows_in(connection, "deliveries") == 1


def test_an_export_shows_what_waits(connection: Connection, alice: Person, bob: Person) -> None:
    row = add(connection, alice)
    add(connection, bob)
    assert reminders.export(connection, alice, lambda one: one.words.decode()) == {
        "your reminders": [{"when": SOON.isoformat(), "words": f"sealed {row}"}]
    }


def test_nothing_is_left_of_whoever_is_forgotten(connection: Connection, alice: Person, bob: Person) -> None:
    for who in (alice, bob):
        add(connection, who)
        add(connection, who, NOW + DAY)
    reminders.plan_due(connection, SOON, 10)
    reminders.forget(connection, alice)
    for table in ("reminders", "deliveries"):
        assert {who for (who,) in connection.execute(f"SELECT person FROM {table}")} == {bob.id}
