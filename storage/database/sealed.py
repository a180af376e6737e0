"""The encrypted texts of every table, found by the schema: so that all of them can be put under another key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from sqlite3 import Connection
from typing import NamedTuple

HASHES = frozenset({"code", "chat", "who"})
"""What every table calls a column of keyed hashes. Every other BLOB column holds encrypted texts."""

SHORTEST = 31
"""Bytes of an encrypted text at least: header, nonce and tag."""

SAMPLES = 3
"""Of each column and key: one may have been damaged, or moved by hand, though the key is right."""

Row = int | str
Again = Callable[[bytes, str, str, Sequence[Row]], bytes]
"""(text, table, column, what its row may be called) -> the same text under the newest key."""


class Column(NamedTuple):
    table: str
    column: str


class Sample(NamedTuple):
    """One encrypted text, and all that its row may be called."""

    place: Column
    blob: bytes
    names: tuple[Row, ...]


class Under(NamedTuple):
    """How many texts are under one data key, and a few of each column that has any."""

    total: int
    samples: tuple[Sample, ...]


def columns(connection: Connection) -> list[Column]:
    """Every column that holds encrypted texts."""
    rows = connection.execute(
        "SELECT tables.name, columns.name"
        " FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns"
        " WHERE tables.type = 'table' AND columns.type = 'BLOB' ORDER BY 1, 2"
    ).fetchall()
    return [Column(*row) for row in rows if row[1] not in HASHES]


def by_key(connection: Connection) -> dict[int, Under]:
    """The texts of all columns by the number of their key. Reads every row."""
    found: dict[int, Under] = {}
    for place in columns(connection):
        texts = f'FROM "{place.table}" WHERE length("{place.column}") >= ?'
        header = f'substr("{place.column}", 1, 3)'
        for head, count in connection.execute(
            f"SELECT {header}, count(*) {texts} GROUP BY 1 ORDER BY 1", (SHORTEST,)
        ).fetchall():
            rows = f"SELECT * {texts} AND {header} = ? LIMIT ?"
            samples = _samples(connection, place, rows, (SHORTEST, head, SAMPLES))
            known = found.get(_number(head), Under(0, ()))
            found[_number(head)] = Under(known.total + count, known.samples + samples)
    return found


def _samples(connection: Connection, place: Column, rows: str, values: tuple[object, ...]) -> tuple[Sample, ...]:
    names, keys = _columns_of(connection, place.table), _primary_key(connection, place.table)
    found = (dict(zip(names, row, strict=True)) for row in connection.execute(rows, values).fetchall())
    return tuple(Sample(place, row[place.column], tuple(_names_of(row, keys))) for row in found)


def _number(header: bytes) -> int:
    return int.from_bytes(header[1:], "big")


def count(connection: Connection, place: Column, header: bytes, lost: Collection[bytes] = ()) -> int:
    """How many texts do not begin with ``header``: those under other keys. Those with a ``lost`` one are let be."""
    others, values = _others(place, header, lost)
    [found] = connection.execute(f'SELECT count(*) FROM "{place.table}" WHERE {others}', values).fetchone()
    return int(found)


def reseal(
    connection: Connection, place: Column, header: bytes, again: Again, limit: int, lost: Collection[bytes] = ()
) -> int:
    """Put up to ``limit`` texts under the newest key, which begin with ``header`` from then on. Returns how many.

    Those whose header is ``lost`` are let be: no key opens them.
    """
    others, values_of = _others(place, header, lost)
    names = _columns_of(connection, place.table)
    keys = _primary_key(connection, place.table)
    rows = connection.execute(
        f'SELECT {", ".join(_quoted(name) for name in names)} FROM "{place.table}" WHERE {others} LIMIT ?',
        (*values_of, limit),
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


def _others(place: Column, header: bytes, lost: Collection[bytes]) -> tuple[str, tuple[object, ...]]:
    """Those under other keys than these, as a condition and its values."""
    marks = ", ".join("?" * (1 + len(lost)))
    condition = f'length("{place.column}") >= ? AND substr("{place.column}", 1, 3) NOT IN ({marks})'
    return condition, (SHORTEST, header, *lost)


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


def _columns_of(connection: Connection, table: str) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]


def _primary_key(connection: Connection, table: str) -> list[str]:
    rows = connection.execute("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", (table,)).fetchall()
    return [name for (name,) in rows]


def _quoted(name: str) -> str:
    return f'"{name}"'
