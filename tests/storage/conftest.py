"""What a test of the storage starts from: an empty database on the disk, three people and two communities."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection, connect

import pytest

from bot.hosting.installation import DATABASE
from bot.messages import Community, Member, Person, Place
from storage.members import members
from tests import late
from tests.prepared import prepared

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday, weeks before any clock changes in Europe."""
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

HOSTILE = "'; DROP TABLE persons; --\x00\u202e@everyone \N{PILE OF POO}"
"""Text that is harmless only as long as it stays data."""


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with closing(connect(prepared(tmp_path) / DATABASE, isolation_level=None)) as opened:
        opened.execute("PRAGMA foreign_keys = ON")
        yield opened
        assert late.without_end(opened) == []


@pytest.fixture
def alice(connection: Connection) -> Person:
    return person(connection, "alice")


@pytest.fixture
def bob(connection: Connection) -> Person:
    return person(connection, "bob")


@pytest.fixture
def mo(connection: Connection) -> Person:
    return person(connection, "mo")


@pytest.fixture
def porch(connection: Connection) -> Community:
    return members.found(connection, Place("local", "porch", "The Porch"), NOW)


@pytest.fixture
def garden(connection: Connection) -> Community:
    return members.found(connection, Place("local", "garden", "The Garden"), NOW)


def person(connection: Connection, name: str) -> Person:
    return members.create(connection, Member("local", name), "Europe/Berlin", "en", NOW)


def rows_in(connection: Connection, table: str) -> int:
    [count] = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    return int(count)


def tables_naming(connection: Connection, who: Person) -> set[str]:
    """Every table with a row that hangs on this person: nothing of it may be left when they are forgotten."""
    keys = connection.execute(
        'SELECT tables.name, keys."from" FROM sqlite_schema AS tables JOIN pragma_foreign_key_list(tables.name) AS keys'
        " WHERE tables.type = 'table' AND keys.\"table\" = 'persons'"
    ).fetchall()
    return {
        table
        for table, column in keys
        if connection.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" = ?', (who.id,)).fetchone()
    }
