"""The line that a member left themselves for a hard day: one each, encrypted."""

from __future__ import annotations

from sqlite3 import Connection

from bot.messages import Person
from storage.database import sql

PURPOSE = "what-helps"


def keep(connection: Connection, person: Person, words: bytes) -> None:
    """This line, in place of the one before. ``words`` are encrypted."""
    connection.execute("INSERT OR REPLACE INTO what_helps VALUES (?, ?)", (person.id, words))


def get(connection: Connection, person: Person) -> bytes | None:
    row = connection.execute("SELECT words FROM what_helps WHERE person = ?", (person.id,)).fetchone()
    return bytes(row[0]) if row else None


def forget(connection: Connection, person: Person) -> None:
    sql.forget(connection, person, "what_helps")
