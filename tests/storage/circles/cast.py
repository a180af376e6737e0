"""What tests of stored circles begin with: one that is published, its dates, and people who say something to them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from sqlite3 import Connection

from bot.messages import Channel, Community, Person
from storage.circles import circles, dates
from storage.circles.circles import Kind
from storage.circles.dates import Gathering
from tests.storage.conftest import DAY, HOUR, NOW, person, tables_naming

RULE = "2026-03-05 19:00 Europe/Berlin weeks:1:4 times:8"
STARTS = datetime(2026, 3, 5, 18, tzinfo=UTC)
"""The first date: 19:00 in Berlin, three days after ``NOW``."""
WEEK = 7 * DAY
PLACE = Channel("local", "circle-room")


def a_circle(
    connection: Connection,
    community: Community,
    host: Person,
    *,
    kind: Kind = "social",
    seats: int = 3,
    title: str = "Evening circle",
) -> int:
    """A circle that one host is enough for, published."""
    circle = circles.create(
        connection, community, host, kind, lambda _row: title.encode(), RULE, 60, seats, "local", NOW
    )
    assert circles.publish(connection, circle)
    return circle


def a_date(connection: Connection, circle: int, weeks: int = 0) -> int:
    """The first date of a circle, or one so many weeks later."""
    starts = STARTS + weeks * WEEK
    row = dates.add(connection, circle, nominal(weeks), starts, starts + HOUR, NOW)
    assert row is not None
    return row


def nominal(weeks: int = 0) -> date:
    return (STARTS + weeks * WEEK).date()


def stands(connection: Connection, gathering: int) -> Gathering:
    found = dates.get(connection, gathering)
    assert found is not None
    return found


def people(connection: Connection, *names: str) -> list[Person]:
    return [person(connection, name) for name in names]


def kept_about(connection: Connection, who: Person) -> set[str]:
    """The tables that name this person, besides the account itself."""
    return tables_naming(connection, who) - {"accounts"}
