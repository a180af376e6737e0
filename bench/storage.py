"""Small writes of 50 tasks at once, against a lock round plain aiosqlite transactions: as it is, and on a slow disk.

Both with `synchronous=FULL` and two statements to a write. A slow disk is 5 ms of sleep on the database thread after a
COMMIT, about what the fsync of a cheap computer takes.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import aiosqlite

from storage.database import database as ours
from storage.database import platforms
from storage.database.database import Database

NEEDS = "run"

TASKS = 50
SLOW = 0.005
Write = Callable[[int], Awaitable[None]]
NOTE = "INSERT OR REPLACE INTO adapter_state VALUES ('local', ?, 'kept')"


def main(argv: Sequence[str]) -> dict[str, float | int]:
    """Writes per second, each for ``--seconds``, the two sides in turns."""
    parser = argparse.ArgumentParser(prog="scripts/bench storage", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    seconds = parser.parse_args(argv).seconds
    with tempfile.TemporaryDirectory(prefix="kith-bench-") as folder:
        locked, shared, slow = asyncio.run(_measure(Path(folder), seconds))
    return {
        "locked_writes_per_second": round(locked),
        "writes_per_second": round(shared),
        "ratio_full": round(shared / locked, 1),
        "slow_fsync_writes_per_second": round(slow),
    }


async def _measure(folder: Path, seconds: float) -> tuple[float, float, float]:
    async with await Database.open(folder / "kith.db") as database:
        locked, shared = [], []
        for _turn in range(3):
            async with aiosqlite.connect(folder / "kith.db", isolation_level=None) as plain:
                await plain.execute("PRAGMA synchronous = FULL")
                locked.append(await _rate(_locked(plain), seconds / 3))
            shared.append(await _rate(_shared(database), seconds / 3))
        commit = ours._commit_together
        try:
            vars(ours)["_commit_together"] = _slowly(commit)
            slow = await _rate(_shared(database), seconds)
        finally:
            vars(ours)["_commit_together"] = commit
    return sorted(locked)[1], sorted(shared)[1], slow


def _slowly(commit: Callable[..., Any]) -> Callable[..., Any]:
    def commit_and_wait(*arguments: Any) -> Any:
        outcomes = commit(*arguments)
        time.sleep(SLOW)
        return outcomes

    return commit_and_wait


def _locked(plain: aiosqlite.Connection) -> Write:
    lock = asyncio.Lock()

    async def write(number: int) -> None:
        async with lock:
            await plain.execute("BEGIN IMMEDIATE")
            await plain.execute(NOTE, (f"{number} one",))
            await plain.execute(NOTE, (f"{number} other",))
            await plain.execute("COMMIT")

    return write


def _shared(database: Database) -> Write:
    async def write(number: int) -> None:
        await database.write(_note_two, number)

    return write


def _note_two(connection: Connection, number: int) -> None:
    platforms.set_state(connection, "local", f"{number} one", "kept")
    platforms.set_state(connection, "local", f"{number} other", "kept")


async def _rate(write: Write, seconds: float) -> float:
    """Writes per second of all tasks together."""
    end, since = time.perf_counter() + seconds, time.perf_counter()

    async def keep_writing(task: int) -> int:
        count = 0
        while time.perf_counter() < end:
            await write(task)
            count += 1
        return count

    counts = await asyncio.gather(*(keep_writing(task) for task in range(TASKS)))
    return sum(counts) / (time.perf_counter() - since)
