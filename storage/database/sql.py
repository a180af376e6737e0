"""Rows with an id of their own: written, their words sealed for that id, and deleted with whom they belong to."""

from __future__ import annotations

from collections.abc import Callable
from sqlite3 import Connection

from bot.messages import Person

Seal = Callable[[int], bytes]
"""Encrypts words for the row with this id."""
ALL = -1
"""As a LIMIT: none."""
PORTION = 500
"""Rows that are erased in one transaction: some 20 ms, in which nobody else writes."""
_KEYS: dict[str, str] = {}
"""By table, once asked: a schema that Kith runs on stays as it is."""


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


def erase(connection: Connection, table: str, where: str, *parameters: object) -> bool:
    """Delete a portion of these rows, however many have waited. True if there may be more: call it again then."""
    return _some(connection, f"DELETE FROM {table}", table, where, parameters)


def change(
    connection: Connection, table: str, values: str, where: str, *parameters: object, index: str | None = None
) -> bool:
    """Set ``values`` in a portion of these rows, which are none of them afterwards. True if there may be more.

    ``index``: where SQLite would choose another.
    """
    return _some(connection, f"UPDATE {table} SET {values}", table, where, parameters, index)


def _some(
    connection: Connection, what: str, table: str, where: str, parameters: tuple[object, ...], index: str | None = None
) -> bool:
    key = _KEYS.get(table) or _KEYS.setdefault(table, _key(connection, table))
    by = f" INDEXED BY {index}" if index else ""
    done = connection.execute(
        f"{what} WHERE ({key}) IN (SELECT {key} FROM {table}{by} WHERE {where} LIMIT {PORTION})", parameters
    )
    return done.rowcount >= PORTION


def _key(connection: Connection, table: str) -> str:
    """What tells the rows of a table apart."""
    [without_rowid] = connection.execute(
        "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?", (table,)
    ).fetchone()
    if not without_rowid:
        return "rowid"
    rows = connection.execute("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", (table,))
    return ", ".join(f'"{name}"' for (name,) in rows)
