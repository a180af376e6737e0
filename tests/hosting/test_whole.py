"""A large file is read whole beside the running bot, not before the start; what is wrong with it reaches the host."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.errors import StorageError
from bot.hosting import whole
from bot.hosting.installation import DATABASE
from bot.hosting.whole import WholeFile
from storage.database import platforms, schema, soundness
from storage.database.database import Database
from storage.upkeep import whole as reading
from tests.beds.process import ROOT
from tests.prepared import prepared

PAGE = 4096

ENDLESS = """
import sys
from pathlib import Path
from storage.upkeep import whole

def endless(connection, _columns):
    for _row in connection.execute("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x FROM n"):
        pass
    yield "it had an end"

whole.LONGEST_LOG = 0
whole.schema.soundness.whole = endless
sys.exit(whole.main(Path(sys.argv[1])))
"""
"""Reads a file that is too large ever to be read, and holds any log to be too long."""


@pytest.fixture
async def years(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with many pages of a table in it, which counts as too large to be read before a start."""
    path = prepared(tmp_path) / DATABASE
    async with await Database.open(path) as database:
        for number in range(400):
            await database.write(platforms.set_state, "local", f"{number:04}", f"value {number} " * 20)
    monkeypatch.setattr(schema, "READ_AT_ONCE", 0)
    return path


def damage(path: Path) -> None:
    """A row in the middle, which no start meets, is in no order any more."""
    content = path.read_bytes()
    at = content.index(b"0200value 200 ")
    path.write_bytes(content[:at] + b"9" + content[at + 1 :])


async def test_a_file_that_is_well_is_said_to_be(years: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with await Database.open(years) as database:
        with caplog.at_level(logging.INFO):
            assert await WholeFile(database).look()
        assert "it is well" in caplog.text
        assert database.troubles == set()


async def test_damage_that_no_start_meets_is_told_to_the_host(years: Path, caplog: pytest.LogCaptureFixture) -> None:
    damage(years)
    async with await Database.open(years) as database:
        assert await WholeFile(database).look()
        assert database.troubles == {"damaged"}
        assert "it is damaged" in caplog.text


async def test_the_same_file_is_refused_where_it_is_small(years: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damage(years)
    monkeypatch.setattr(schema, "READ_AT_ONCE", 1 << 30)
    with pytest.raises(StorageError, match="is damaged"):
        await Database.open(years)


async def test_a_large_file_is_read_whole_before_an_upgrade(years: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damage(years)
    found = schema.migrations()
    monkeypatch.setattr(schema, "migrations", lambda _folder: (*found, schema.Migration(len(found) + 1, "next", ())))
    await refused_and_left_alone(years)


async def refused_and_left_alone(path: Path) -> None:
    content = read(path)
    with pytest.raises(StorageError, match="is damaged"):
        await Database.open(path)
    assert read(path) == content


def read(path: Path) -> bytes:
    return path.read_bytes()


@pytest.mark.parametrize("how", ["cut short", "a table gone", "no page at the end", "no database", "its last page"])
async def test_what_can_be_seen_in_a_moment_is_refused_at_the_start(years: Path, how: str) -> None:
    damage_plainly(years, how)
    await refused_and_left_alone(years)


def damage_plainly(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    if how == "cut short":
        content = content[: len(content) - PAGE]
    elif how == "a table gone":
        content = content.replace(b"CREATE TABLE reminders", b"CREATE TABLE remainder")
    elif how == "no page at the end":
        at = content.index(b"0399value 399 ") // PAGE * PAGE
        content[at : at + 100] = bytes(100)
    elif how == "its last page":
        content = content[: len(content) - PAGE // 2]
    else:
        content = bytearray(os.urandom(len(content)))
    path.write_bytes(content)


async def test_the_start_reads_a_small_part_of_a_large_file(years: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def pages(*_given: object) -> Iterator[str]:
        looked.append("pages")
        yield from ()

    monkeypatch.setattr(soundness, "pages", pages)
    await (await Database.open(years)).close()
    assert looked == []
    monkeypatch.setattr(schema, "READ_AT_ONCE", 1 << 30)
    await (await Database.open(years)).close()
    assert looked == ["pages"]


async def test_where_much_is_written_the_reading_ends_and_the_log_can_be_emptied(years: Path) -> None:
    async with await Database.open(years) as database:
        await database.write(platforms.set_state, "local", "word", "new")
        done = await asyncio.to_thread(
            lambda: subprocess.run([sys.executable, "-c", ENDLESS, str(years)], cwd=ROOT, timeout=60, check=False)
        )
        assert done.returncode == reading.NOT_NOW
        await database.scrub()


async def test_a_reading_that_came_to_no_end_is_tried_again(years: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with await Database.open(years) as database:
        monkeypatch.setattr(sys, "executable", "/bin/false")
        assert not await WholeFile(database).look()
        assert database.troubles == set()
        waits, looked = list[float](), list[bool]()

        async def passes(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                raise asyncio.CancelledError

        async def look() -> bool:
            looked.append(len(looked) > 0)
            return looked[-1]

        watched = WholeFile(database)
        monkeypatch.setattr(watched, "look", look)
        monkeypatch.setattr(asyncio, "sleep", passes)
        with suppress(asyncio.CancelledError):
            await watched.watch()
        assert waits == [whole.FIRST, whole.AGAIN, whole.WEEK]


async def test_stopping_kith_ends_the_reading(years: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with await Database.open(years) as database:
        look = asyncio.create_task(WholeFile(database).look())
        await asyncio.sleep(0.05)
        look.cancel()
        with suppress(asyncio.CancelledError):
            await look
        assert look.cancelled()
        assert database.troubles == set()
