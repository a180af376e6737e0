"""Is a file of ours whole? Every page and every text of it, or what can be seen of it in a moment."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Set
from pathlib import Path
from typing import TypeAlias

Look: TypeAlias = Callable[[sqlite3.Connection, Set[str]], Iterator[str]]
"""(connection, the columns that must be there) -> what is wrong, the first thing first."""


def pages(connection: sqlite3.Connection, _columns: Set[str] = frozenset()) -> Iterator[str]:
    """What SQLite itself finds when it reads every page."""
    yield from (found for (found,) in connection.execute("PRAGMA integrity_check(3)") if found != "ok")


def whole(connection: sqlite3.Connection, columns: Set[str]) -> Iterator[str]:
    """Every page, and what ``integrity_check`` does not look at: are all columns there, and is text text?"""
    found = list(pages(connection)) or list(_missing(connection, columns)) or _unreadable(connection)
    yield from found


def ends(connection: sqlite3.Connection, columns: Set[str]) -> Iterator[str]:
    """As much as can be seen in a moment: the length of the file, its columns, and where each table and index begins
    and ends. A page that is no page is met here, or when it is used, or by whoever reads the whole.
    """
    yield from _cut_short(connection)
    yield from _missing(connection, columns)
    for table, order in _orders(connection):
        for way in ("ASC", "DESC"):
            by = ", ".join(f'"{column}" {way}' for column in order)
            connection.execute(f'SELECT 1 FROM "{table}" ORDER BY {by} LIMIT 1').fetchone()


def size_of(connection: sqlite3.Connection) -> int:
    """Bytes of the file, with what is still in its log."""
    [count] = connection.execute("PRAGMA page_count").fetchone()
    [size] = connection.execute("PRAGMA page_size").fetchone()
    return int(count) * int(size)


def columns_of(connection: sqlite3.Connection, kind: str = "%") -> set[str]:
    rows = connection.execute(
        "SELECT tables.name || '.' || columns.name FROM sqlite_schema AS tables"
        " JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table' AND columns.type LIKE ?",
        (kind,),
    )
    return {name for (name,) in rows}


def _cut_short(connection: sqlite3.Connection) -> Iterator[str]:
    """A file is shorter than it says while pages of it are in the log alone, and at no other time."""
    [_number, _name, path] = connection.execute("PRAGMA database_list").fetchone()
    log = Path(f"{path}-wal")
    has_log = log.exists() and log.stat().st_size > 0
    if not has_log and Path(path).stat().st_size < size_of(connection):
        yield "it is cut short"


def _orders(connection: sqlite3.Connection) -> list[tuple[str, list[str]]]:
    """The columns that each table, and each index over all of its table, is in the order of."""
    rows = connection.execute(
        "SELECT tables.name, indices.name, parts.name FROM sqlite_schema AS tables"
        " JOIN pragma_index_list(tables.name) AS indices JOIN pragma_index_info(indices.name) AS parts"
        " WHERE tables.type = 'table' AND NOT indices.partial ORDER BY tables.name, indices.name, parts.seqno"
    )
    orders = defaultdict[tuple[str, str], list[str]](list)
    for table, index, column in rows:
        orders[table, index].append(column)
    rowids = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT wr"
    )
    return [(table, ["rowid"]) for (table,) in rowids] + [
        (table, order) for (table, _index), order in orders.items() if None not in order
    ]


def _missing(connection: sqlite3.Connection, columns: Set[str]) -> Iterator[str]:
    yield from (f"{column} is missing" for column in sorted(columns - columns_of(connection)))


def _unreadable(connection: sqlite3.Connection) -> Iterator[str]:
    texts = defaultdict[str, list[str]](list)
    for name in sorted(columns_of(connection, "TEXT")):
        table, column = name.split(".")
        texts[table].append(f"ifnull(\"{column}\", '')")
    connection.text_factory = bytes
    for table, columns in texts.items():
        try:
            for (text,) in connection.execute(f'SELECT {" || char(10) || ".join(columns)} FROM "{table}"'):
                text.decode()
        except UnicodeDecodeError:
            yield f"{table} cannot be read"
    connection.text_factory = str
