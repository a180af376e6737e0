"""Rows with an id of their own: written, their words sealed for that id, and deleted with whom they belong to."""

from __future__ import annotations

from collections.abc import Callable
from sqlite3 import Connection

from bot.messages import Person

Seal = Callable[[int], bytes]
"""Encrypts words for the row with this id."""
ALL = -1
"""As a LIMIT: none."""


def insert(connection: Connection, table: str, **values: object) -> int:
    """A new row of these columns. Returns its id."""
    columns = ", ".join(f'"{column}"' for column in values)
    marks = ", ".join("?" * len(values))
    done = connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))
    assert done.lastrowid is not None
    return done.lastrowid


def insert_sealed(connection: Connection, table: str, column: str, seal: Seal, **values: object) -> int:
    """A new row of these columns, and of words that are encrypted for it. Returns its id."""
    row = insert(connection, table, **{column: b""}, **values)
    connection.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (seal(row), row))
    return row


def count(connection: Connection, table: str, person: Person) -> int:
    """How many the person has."""
    [found] = connection.execute(f"SELECT count(*) FROM {table} WHERE person = ?", (person.id,)).fetchone()
    return int(found)


def remove(connection: Connection, table: str, person: Person, row: int) -> bool:
    """Delete one of the person's own. False if it is gone already, or somebody else's."""
    return connection.execute(f"DELETE FROM {table} WHERE id = ? AND person = ?", (row, person.id)).rowcount > 0


def forget(connection: Connection, person: Person, *tables: str) -> bool:
    """Delete all that the person has there. False if there was nothing."""
    gone = [connection.execute(f"DELETE FROM {table} WHERE person = ?", (person.id,)).rowcount for table in tables]
    return any(gone)
