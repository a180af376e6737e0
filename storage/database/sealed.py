"""The encrypted texts of every table, found by the schema: so that all of them can be put under another key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from sqlite3 import Connection
from typing import NamedTuple

HASHES = frozenset({"code", "chat", "who"})
"""What every table calls a column of keyed hashes. Every other BLOB column holds encrypted texts."""

SHORTEST = 31
"""Bytes of an encrypted text at least: header, nonce and tag."""

Row = int | str
Again = Callable[[bytes, str, str, Sequence[Row]], bytes]
"""(text, table, column, what its row may be called) -> the same text under the newest key."""


class Column(NamedTuple):
    table: str
    column: str


def columns(connection: Connection) -> list[Column]:
    """Every column that holds encrypted texts."""
    rows = connection.execute(
        "SELECT tables.name, columns.name"
        " FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns"
        " WHERE tables.type = 'table' AND columns.type = 'BLOB' ORDER BY 1, 2"
    ).fetchall()
    return [Column(*row) for row in rows if row[1] not in HASHES]


def count(connection: Connection, place: Column, header: bytes) -> int:
    """How many texts do not begin with ``header``: those under other keys."""
    [found] = connection.execute(
        f'SELECT count(*) FROM "{place.table}" WHERE {_OTHERS.format(column=place.column)}', (SHORTEST, header)
    ).fetchone()
    return int(found)


def reseal(connection: Connection, place: Column, header: bytes, again: Again, limit: int) -> int:
    """Put up to ``limit`` texts under the newest key, which begin with ``header`` from then on. Returns how many."""
    names = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (place.table,))]
    keys = _primary_key(connection, place.table)
    rows = connection.execute(
        f'SELECT {", ".join(_quoted(name) for name in names)} FROM "{place.table}"'
        f" WHERE {_OTHERS.format(column=place.column)} LIMIT ?",
        (SHORTEST, header, limit),
    ).fetchall()
    for row in rows:
        values = dict(zip(names, row, strict=True))
        fresh = again(values[place.column], place.table, place.column, _names_of(values, keys))
        connection.execute(
            f'UPDATE "{place.table}" SET {_quoted(place.column)} = ?'
            f" WHERE {' AND '.join(f'{_quoted(key)} = ?' for key in keys)}",
            (fresh, *(values[key] for key in keys)),
        )
    return len(rows)


_OTHERS = '"{column}" IS NOT NULL AND length("{column}") >= ? AND substr("{column}", 1, 3) <> ?'


def _names_of(values: dict[str, object], keys: Sequence[str]) -> list[Row]:
    """What a text may be tied to, most likely first: the row's key, then whatever else stands in the row.

    Which one it was is the feature's own choice; the tag of the text tells, as no other opens it.
    """
    ordered = [values[key] for key in keys] + [value for name, value in values.items() if name not in keys]
    names: list[Row] = []
    for value in ordered:
        if isinstance(value, bytes):
            names.append(value.hex())
        elif isinstance(value, int | str):
            names += [value, str(value)]
    return names


def _primary_key(connection: Connection, table: str) -> list[str]:
    rows = connection.execute("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", (table,)).fetchall()
    return [name for (name,) in rows]


def _quoted(name: str) -> str:
    return f'"{name}"'
