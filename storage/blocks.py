"""People who must never be brought together. A block holds both ways, and nobody is told of it."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

from bot.messages import Person
from storage.instants import seconds


def add(connection: Connection, person: Person, other: Person, now: datetime) -> None:
    """``person`` wants never to be brought together with ``other``."""
    connection.execute(
        "INSERT OR IGNORE INTO blocks (person, other, since) VALUES (?, ?, ?)", (person.id, other.id, seconds(now))
    )


def lift(connection: Connection, person: Person, other: Person) -> bool:
    """Take one's own block back. False if there was none."""
    done = connection.execute("DELETE FROM blocks WHERE person = ? AND other = ?", (person.id, other.id))
    return done.rowcount > 0


def between(connection: Connection, one: Person, other: Person) -> bool:
    """Does either of them avoid the other?"""
    return (
        connection.execute(
            "SELECT 1 FROM blocks WHERE (person = ? AND other = ?) OR (person = ? AND other = ?)",
            (one.id, other.id, other.id, one.id),
        ).fetchone()
        is not None
    )


def avoided(connection: Connection, person: Person) -> frozenset[int]:
    """Everybody the person must not meet, whoever of the two asked for it: ids of persons."""
    rows = connection.execute(
        "SELECT other FROM blocks WHERE person = ? AND other IS NOT NULL UNION SELECT person FROM blocks WHERE other = ?",
        (person.id, person.id),
    )
    return frozenset(other for (other,) in rows)
