"""Starts are counted twice, in the database and beside it, and only a database that was put back lags behind."""

from __future__ import annotations

import stat
from pathlib import Path
from sqlite3 import Connection

import pytest

from storage.database import starts
from storage.database.starts import Count


def test_a_database_nobody_has_started_knows_of_nothing(connection: Connection) -> None:
    assert starts.inside(connection) == Count(None, None)
    starts.set_starts(connection, 3)
    starts.set_journal(connection, 12)
    assert starts.inside(connection) == Count(3, 12)


def test_what_stands_beside_is_written_over_in_place(tmp_path: Path) -> None:
    path = tmp_path / "kith.starts"
    assert starts.read(path) is None
    starts.write(path, Count(7, None))
    size = path.stat().st_size
    starts.write(path, Count(10**9, 123))
    assert (starts.read(path), path.stat().st_size) == (Count(10**9, 123), size)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_we_did_not_write_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "kith.starts"
    for content in (b"", b"\0" * 40, b"7", b"seven 8", b"1 2 x", b"1 2 3 4"):
        path.write_bytes(content)
        assert starts.read(path) is None


def test_a_line_of_the_journal_is_noted_only_where_starts_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "kith.starts"
    starts.note(path, journal=4)
    assert not path.exists()
    starts.write(path, Count(2, 3))
    starts.note(path, journal=4)
    assert starts.read(path) == Count(2, 4)


@pytest.mark.parametrize(
    ("inside", "beside", "behind"),
    [
        (Count(None, None), None, False),  # the first start
        (Count(5, 9), Count(5, 9), False),
        (Count(6, 9), Count(5, 9), False),  # killed before the file followed
        (Count(5, 10), Count(5, 9), False),
        (Count(4, 9), Count(5, 9), True),
        (Count(5, 8), Count(5, 9), True),
        (Count(None, 9), Count(5, 9), True),  # written by a program from before the count
        (Count(5, 9), None, True),  # moved here without it
        (Count(5, 9, 31), Count(5, 9, 31), False),
        (Count(5, 9, 31), Count(5, 9, 30), False),  # killed before the file followed
        (Count(5, 9, 30), Count(5, 9, 31), True),  # a replica that was a second behind
        (Count(5, 9, 31), Count(5, 9), False),  # the first start that counts it
    ],
)
def test_only_a_database_that_was_put_back_is_behind(inside: Count, beside: Count | None, behind: bool) -> None:
    assert starts.is_behind(inside, beside) is behind
