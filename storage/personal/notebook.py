"""Notes a member asked to keep: encrypted, by date, for their own eyes, and gone when they said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, NamedTuple

from bot.messages import Person
from storage.database import sql
from storage.database.instants import instant, seconds
from storage.members import consents

PURPOSE = "notebook"
MOST = 400
"""Notes of one member."""
TERMS = (30, 90, 0)
"""Days a note is kept; 0: until the member deletes it (product.md 3.17)."""
SECOND_THOUGHTS = timedelta(hours=24)
"""After the notebook was switched off, until its notes are erased: switching it on again in time keeps them."""


class Note(NamedTuple):
    """``words`` are encrypted."""

    id: int
    words: bytes
    written: datetime


def set_days(connection: Connection, person: Person, days: int) -> None:
    """From now on, and for what is there already, each note is kept so many days from when it was written."""
    connection.execute("INSERT OR REPLACE INTO notebooks VALUES (?, ?)", (person.id, days))
    connection.execute(
        "UPDATE notes SET erase = CASE WHEN ?1 = 0 THEN NULL ELSE written + ?1 * 86400 END WHERE person = ?2",
        (days, person.id),
    )


def days(connection: Connection, person: Person) -> int | None:
    """How long notes are kept, or None where the notebook was never opened."""
    row = connection.execute("SELECT days FROM notebooks WHERE person = ?", (person.id,)).fetchone()
    return int(row[0]) if row else None


def add(connection: Connection, person: Person, seal: sql.Seal, now: datetime) -> int | None:
    """Keep a note; ``seal`` encrypts it for the row with this id. None if the notebook is full or was never opened."""
    kept = days(connection, person)
    if kept is None or sql.count(connection, "notes", person) >= MOST:
        return None
    when = {"written": seconds(now), "erase": seconds(now + timedelta(days=kept)) if kept else None}
    return sql.insert_sealed(connection, "notes", "words", seal, person=person.id, **when)


def of_person(connection: Connection, person: Person, limit: int = MOST, offset: int = 0) -> list[Note]:
    """The person's notes, the newest first."""
    found = connection.execute(
        "SELECT id, words, written FROM notes WHERE person = ? ORDER BY written DESC, id DESC LIMIT ? OFFSET ?",
        (person.id, limit, offset),
    )
    return [Note(row, words, instant(written)) for row, words, written in found]


def remove(connection: Connection, person: Person, row: int) -> bool:
    return sql.remove(connection, "notes", person, row)


def sweep(connection: Connection, now: datetime) -> bool:
    """Erase what has been kept as long as its member said. A notebook that was switched off ends after a day."""
    end, now_ = seconds(now + SECOND_THOUGHTS), seconds(now)
    off = (
        "(erase IS NULL OR erase > ?1) AND person NOT IN"
        " (SELECT person FROM consents WHERE purpose = ?2 AND version = ?3)"
    )
    return sql.change(connection, "notes", "erase = ?1", off, end, PURPOSE, consents.version(PURPOSE)) or sql.erase(
        connection, "notes", "erase <= ?", now_
    )


def export(connection: Connection, person: Person, words: Callable[[Note], str]) -> dict[str, Any]:
    kept = [{"when": one.written.isoformat(), "words": words(one)} for one in of_person(connection, person)]
    return {"your notebook": kept} if kept else {}


def forget(connection: Connection, person: Person) -> None:
    sql.forget(connection, person, "notes", "notebooks")
