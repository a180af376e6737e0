"""Private addresses of members' own calendars. An address is made from the row's id, which is never used twice."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

from bot.messages import Person
from storage.database import sql
from storage.database.instants import seconds


def of(connection: Connection, person: Person) -> int | None:
    """The row behind this person's address, if they have one."""
    row = connection.execute("SELECT id FROM circle_feeds WHERE person = ?", (person.id,)).fetchone()
    return int(row[0]) if row else None


def renew(connection: Connection, person: Person, now: datetime) -> int:
    """Another address; the one before leads nowhere from now on."""
    close(connection, person)
    return sql.insert(connection, "circle_feeds", person=person.id, since=seconds(now))


def close(connection: Connection, person: Person) -> bool:
    """No address any more. False if there was none."""
    return sql.forget(connection, person, "circle_feeds")


def reader(connection: Connection, row: int) -> Person | None:
    """Whose address this row is."""
    found = connection.execute("SELECT person FROM circle_feeds WHERE id = ?", (row,)).fetchone()
    return Person(found[0]) if found else None
