"""A word after a month of silence: once in thirty days at most, and only to whoever said yes to just this."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

import pytest

from bot.context import Delivery
from bot.messages import (
    Person,
)
from storage.delivery import deliveries
from storage.members import consents
from storage.personal import open_door
from tests.storage.conftest import DAY, HOUR, NOW


def sent(connection: Connection, now: datetime) -> int:
    """Everything that waits goes out. Returns how much it was."""
    rows = connection.execute("SELECT id FROM deliveries WHERE state = 'pending'").fetchall()
    for (row,) in rows:
        deliveries.settle(connection, row, "sent", now)
    return len(rows)


def days_it_came(connection: Connection, days: int) -> list[int]:
    came = []
    for hour in range(days * 24):
        now = NOW + hour * HOUR
        assert not open_door.plan_due(connection, now, 10)
        came += [hour // 24] * sent(connection, now)
    return came


@pytest.fixture
def willing(connection: Connection, alice: Person) -> Person:
    consents.give(connection, alice, (consents.FIRST, open_door.PURPOSE), "Yes.", NOW)
    return alice


def test_within_ninety_days_it_comes_each_month_and_no_sooner(connection: Connection, willing: Person) -> None:
    assert days_it_came(connection, 91) == [30, 60, 90]


@pytest.mark.usefixtures("alice")
def test_without_the_switch_it_never_comes(connection: Connection) -> None:
    assert days_it_came(connection, 91) == []


def test_taken_back_it_comes_no_more(connection: Connection, willing: Person) -> None:
    assert days_it_came(connection, 40) == [30]
    consents.withdraw(connection, willing, open_door.PURPOSE)
    assert not open_door.plan_due(connection, NOW + 80 * DAY, 10)
    assert sent(connection, NOW + 80 * DAY) == 0


def test_anything_else_that_came_puts_it_off(connection: Connection, willing: Person) -> None:
    other = Delivery(to=willing, kind="reminders.due", key="one", due=NOW + 20 * DAY, purpose="reminders")
    deliveries.plan(connection, other)
    open_door.plan_due(connection, NOW + 30 * DAY, 10)
    assert sent(connection, NOW + 31 * DAY) == 1, "the reminder alone, which still waited"
    open_door.plan_due(connection, NOW + 60 * DAY, 10)
    assert sent(connection, NOW + 60 * DAY) == 0
    open_door.plan_due(connection, NOW + 61 * DAY, 10)
    assert sent(connection, NOW + 61 * DAY) == 1


def test_a_full_batch_asks_for_another_turn_and_ends(connection: Connection, willing: Person) -> None:
    assert open_door.plan_due(connection, NOW + 30 * DAY, 1)
    assert not open_door.plan_due(connection, NOW + 30 * DAY, 1)
