"""Whoever has the database open is found and named, whatever program it is."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from storage.upkeep.holders import Holder, holder

READER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT * FROM sqlite_schema").fetchall()
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "kith.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE words (word TEXT)")
    return path


@contextmanager
def reading(path: Path) -> Iterator[int]:
    """A process that has read it, and keeps it open, as a replica does."""
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        yield process.pid
        process.stdin.close()


def test_a_reader_that_does_nothing_is_found_until_it_ends(path: Path) -> None:
    with reading(path) as process:
        found = holder(path)
        assert found is not None
        assert (found.process, "python" in found.name) == (process, True)
        assert f"(process {process})" in str(found)
    assert holder(path) is None


def test_a_reader_of_another_file_is_none(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(path.read_bytes())
    with reading(other):
        assert holder(path) is None


def test_where_there_is_no_file_nobody_holds_it(tmp_path: Path) -> None:
    assert holder(tmp_path / "none.db") is None


def test_what_runs_in_another_container_has_no_name_here() -> None:
    assert str(Holder(0, "Something")) == "Something in another container"
