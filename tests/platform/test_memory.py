"""What an adapter remembers, also while its database does not answer: then nobody waits, and nothing is done twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.hosting.installation import DATABASE
from bot.platform.memory import PATIENCE, Memory
from storage.database import platforms
from storage.database.database import Database
from tests.prepared import prepared

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(prepared(tmp_path) / DATABASE) as opened:
        yield opened


@pytest.fixture
def memory(database: Database) -> Memory:
    return Memory(database, "far", lambda: NOW)


async def test_small_values_are_kept_by_name(memory: Memory, database: Database) -> None:
    assert await memory.recall("token") is None
    await memory.remember("token", "7")
    assert await Memory(database, "far", lambda: NOW).recall("token") == "7"
    assert await Memory(database, "elsewhere", lambda: NOW).recall("token") is None


async def test_what_was_handled_is_known_in_the_next_run(memory: Memory, database: Database) -> None:
    assert not await memory.has_handled("$one")
    await memory.mark_handled("$one")
    await memory.mark_handled("$one")
    assert await Memory(database, "far", lambda: NOW).has_handled("$one")


async def test_with_the_database_gone_each_event_is_handled_once(memory: Memory, database: Database) -> None:
    await database.close()
    assert not await memory.has_handled("$one")
    await memory.mark_handled("$one")
    assert await memory.has_handled("$one")
    assert not await memory.has_handled("$two")


async def test_nobody_waits_for_a_lock_and_what_was_handled_meanwhile_is_written_after_it(
    memory: Memory, database: Database, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "kith.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(2 * PATIENCE):
            await memory.mark_handled("$one")
        assert await memory.has_handled("$one")
        other.execute("ROLLBACK")
    await memory.mark_handled("$two")
    for event in ("$one", "$two"):
        assert await database.read(platforms.is_known, "far", event)
