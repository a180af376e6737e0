"""The write-ahead log is emptied without anybody waiting, and left to Litestream where a replica is kept."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import StorageError
from bot.hosting.installation import DATABASE
from storage.database import platforms, replica, write_ahead
from storage.database.database import Database
from tests.beds.reader import reading
from tests.prepared import prepared

MOMENT = 1.0
"""Seconds: less than the five that SQLite would wait, and far more than a write takes."""


def log_of(path: Path) -> int:
    return path.with_name(f"{path.name}-wal").stat().st_size


async def test_the_log_is_emptied(tmp_path: Path) -> None:
    path = prepared(tmp_path) / DATABASE
    async with await Database.open(path) as database:
        await database.write(platforms.set_state, "local", "word", "gone")
        assert log_of(path) > 0
        await database.scrub()
        assert log_of(path) == 0


async def test_whoever_writes_does_not_wait_for_a_reader_of_the_log(tmp_path: Path) -> None:
    path = prepared(tmp_path) / DATABASE
    async with await Database.open(path) as database:
        await database.write(platforms.set_state, "local", "word", "gone")
        with reading(path):
            await database.write(platforms.set_state, "local", "word", "later")
            since = time.monotonic()
            emptying = asyncio.create_task(database.scrub())
            await database.write(platforms.set_state, "local", "word", "meanwhile")
            assert time.monotonic() - since < MOMENT
            with pytest.raises(StorageError, match="in use"):
                await emptying
        await database.scrub()
        assert log_of(path) == 0


async def test_a_writer_waits_as_long_as_before_for_another_writer(tmp_path: Path) -> None:
    async with await Database.open(prepared(tmp_path) / DATABASE) as database:
        before = await database.write(lambda connection: connection.execute("PRAGMA busy_timeout").fetchone())
        await database.scrub()
        assert before == await database.write(lambda connection: connection.execute("PRAGMA busy_timeout").fetchone())
        assert before[0] > write_ahead.HOLD


async def test_the_log_is_left_alone_where_a_replica_is_kept(tmp_path: Path) -> None:
    path = prepared(tmp_path) / DATABASE
    async with await Database.open(path) as database:
        await database.write(platforms.set_state, "local", "word", "gone")
        replica.folder_of(path).mkdir()
        before = log_of(path)
        await database.scrub()
        assert log_of(path) == before
        replica.folder_of(path).rmdir()
        await database.scrub()
        assert log_of(path) == 0


async def test_who_reads_the_log_is_named(tmp_path: Path) -> None:
    path = prepared(tmp_path) / DATABASE
    async with await Database.open(path) as database:
        await database.write(platforms.set_state, "local", "word", "kept")
        assert write_ahead.readers(path) == []
        with reading(path) as process:
            [named] = write_ahead.readers(path)
            assert named.endswith(f"({process})")
            assert named.startswith("python")
            assert write_ahead.readers(path, frozenset({process})) == []
    assert write_ahead.readers(path) == [], "there is no log while nobody has it open"


async def test_nobody_is_named_where_the_system_does_not_say_who_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = prepared(tmp_path) / DATABASE
    monkeypatch.setattr(write_ahead, "LOCKS", tmp_path / "none")
    async with await Database.open(path) as database:
        await database.write(platforms.set_state, "local", "word", "kept")
        with reading(path):
            assert write_ahead.readers(path) == []


def test_a_replica_that_takes_nothing_any_more_falls_behind(tmp_path: Path) -> None:
    path, log = tmp_path / DATABASE, tmp_path / f"{DATABASE}-wal"
    taken = replica.folder_of(path) / "ltx" / "0" / "0000000000000001-0000000000000001.ltx"
    taken.parent.mkdir(parents=True)
    taken.touch()
    assert replica.behind(path) == timedelta(0), "nobody has the file open"
    log.touch()
    os.utime(taken, (1_000_000, 1_000_000))
    os.utime(log, (1_000_000 + 7_200, 1_000_000 + 7_200))
    assert replica.behind(path) == timedelta(hours=2)
    os.utime(taken, (1_000_000 + 7_200, 1_000_000 + 7_200))
    assert replica.behind(path) == timedelta(0)
