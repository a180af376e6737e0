"""The people map: who is around for a member, in their own words. Encrypted, and for nobody else's eyes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, NamedTuple

from bot.messages import Delivery, Person
from storage import checkins, consents, deliveries, members
from storage.instants import seconds

OPENING = "people.opening"
MOST = 12
"""Entries of one member (product.md 3.9)."""
AFTER, UNTIL = timedelta(hours=1), timedelta(hours=24)
"""When after the first yes the map is opened, once."""
APART = timedelta(hours=1)
"""From a check-in, before and after it: words typed in answer to one question must not meet the other."""


class Entry(NamedTuple):
    """``entry`` is encrypted: all of it."""

    id: int
    entry: bytes


def add(connection: Connection, person: Person, seal: Callable[[int], bytes]) -> int | None:
    """A new entry; ``seal`` encrypts it for the row with this id. None if there are enough."""
    [count] = connection.execute("SELECT count(*) FROM people_map WHERE person = ?", (person.id,)).fetchone()
    if count >= MOST:
        return None
    row = connection.execute("INSERT INTO people_map (person, entry) VALUES (?, x'')", (person.id,)).lastrowid
    assert row is not None
    connection.execute("UPDATE people_map SET entry = ? WHERE id = ?", (seal(row), row))
    return row


def change(connection: Connection, person: Person, row: int, entry: bytes) -> bool:
    done = connection.execute("UPDATE people_map SET entry = ? WHERE id = ? AND person = ?", (entry, row, person.id))
    return done.rowcount > 0


def of_person(connection: Connection, person: Person) -> list[Entry]:
    rows = connection.execute("SELECT id, entry FROM people_map WHERE person = ? ORDER BY id", (person.id,))
    return [Entry(*row) for row in rows]


def get(connection: Connection, person: Person, row: int) -> Entry | None:
    return next((one for one in of_person(connection, person) if one.id == row), None)


def remove(connection: Connection, person: Person, row: int) -> bool:
    done = connection.execute("DELETE FROM people_map WHERE id = ? AND person = ?", (row, person.id))
    return done.rowcount > 0


def plan_openings(
    connection: Connection, now: datetime, is_quiet: Callable[[members.Profile, datetime], bool], limit: int
) -> bool:
    """Open the map once for everybody who came within the last day, has no entry yet, and is asked nothing else around
    this time. Whose quiet hours it is comes later: held until their end, it would meet the check-in of the morning.
    True if there may be more.
    """
    rows = connection.execute(
        "SELECT id FROM persons WHERE created <= ? AND created > ? AND id NOT IN (SELECT person FROM people_openings)"
        " AND id NOT IN (SELECT person FROM checkin_schedules WHERE due <= ?)"
        " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.person = persons.id AND kind = ?"
        " AND (state IN ('pending', 'sending') OR settled > ?)) ORDER BY id LIMIT ?",
        (
            seconds(now - AFTER),
            seconds(now - UNTIL),
            seconds(now + APART),
            checkins.PROMPT,
            seconds(now - APART),
            limit,
        ),
    ).fetchall()
    awake = [Person(row) for (row,) in rows if not is_quiet(members.profile(connection, Person(row)), now)]
    for person in awake:
        opened(connection, person, now)
        if consents.allows(connection, person, "core") and not of_person(connection, person):
            deliveries.plan(
                connection,
                Delivery(
                    to=person,
                    kind=OPENING,
                    key=f"{OPENING}:{person.id}",
                    due=now,
                    expires=now + UNTIL,
                    purpose="core",
                    capped=True,
                ),
            )
    return len(rows) == limit and bool(awake)


def opened(connection: Connection, person: Person, now: datetime) -> None:
    """The person has seen the map: it is not offered to them any more."""
    connection.execute("INSERT OR IGNORE INTO people_openings VALUES (?, ?)", (person.id, seconds(now)))


def export(connection: Connection, person: Person, read: Callable[[Entry], dict[str, str]]) -> dict[str, Any]:
    kept = [read(one) for one in of_person(connection, person)]
    return {"your people": kept} if kept else {}


def forget(connection: Connection, person: Person) -> None:
    connection.execute("DELETE FROM people_map WHERE person = ?", (person.id,))
    connection.execute("DELETE FROM people_openings WHERE person = ?", (person.id,))
