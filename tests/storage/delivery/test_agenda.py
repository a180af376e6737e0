"""What the database next waits for, in whatever table it stands."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

from bot.context import Delivery
from bot.messages import (
    Channel,
    Person,
)
from storage.delivery import agenda, deliveries
from storage.personal import reminders
from tests.storage.conftest import DAY, HOUR, NOW, SECOND


def next_due(connection: Connection, after: datetime) -> datetime | None:
    return agenda.next_due(connection, agenda.plans(connection), after)


def seal(row: int) -> bytes:
    return b"sealed"


def test_an_empty_database_waits_for_nothing(connection: Connection) -> None:
    assert next_due(connection, NOW) is None


def test_the_earliest_of_all_tables_comes_first(connection: Connection, alice: Person) -> None:
    reminders.add(connection, alice, seal, NOW + DAY)
    assert next_due(connection, NOW) == NOW + DAY
    deliveries.plan(connection, Delivery(Channel("local", "lobby"), "notes.note", "note", NOW + HOUR))
    assert next_due(connection, NOW) == NOW + HOUR
    assert next_due(connection, NOW + HOUR - SECOND) == NOW + HOUR
    assert next_due(connection, NOW + HOUR) == NOW + DAY, "later than then, not then"
    assert next_due(connection, NOW + DAY) is None


def test_a_message_that_is_held_is_waited_for_when_it_is_tried(connection: Connection) -> None:
    row = deliveries.plan(connection, Delivery(Channel("local", "lobby"), "notes.note", "note", NOW))
    connection.execute("UPDATE deliveries SET next_try = ? WHERE id = ?", ((NOW + HOUR).timestamp(), row))
    assert next_due(connection, NOW) == NOW + HOUR
