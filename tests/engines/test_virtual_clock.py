"""Holds the virtual clock to what simulations rely on: instant waiting, and no time while SQLite works."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from storage.database import platforms
from storage.database.database import Database
from tests.engines.virtual_clock import VirtualClock, virtual_clock

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def slow_read(_connection: Connection) -> str:
    time.sleep(0.05)
    return "read"


def test_a_year_of_waiting_takes_no_time() -> None:
    since = time.monotonic()
    with virtual_clock(START) as clock:
        clock.run(asyncio.sleep(365 * 86400))
        assert clock.now() == START + 365 * DAY
    assert time.monotonic() - since < 5


def test_timers_fire_in_order_at_their_own_time() -> None:
    fired: list[tuple[str, datetime]] = []

    async def wait(clock: VirtualClock, name: str, hours: int) -> None:
        await clock.sleep_until(START + timedelta(hours=hours))
        fired.append((name, clock.now()))

    async def main(clock: VirtualClock) -> None:
        await asyncio.gather(wait(clock, "late", 30), wait(clock, "soon", 1), wait(clock, "at once", 0))

    with virtual_clock(START) as clock:
        clock.run(main(clock))
    hours = {"at once": 0, "soon": 1, "late": 30}
    assert fired == [(name, START + timedelta(hours=after)) for name, after in hours.items()]


def test_time_stands_still_while_the_database_works(tmp_path: Path) -> None:
    """A deadline must not run out only because a thread took real time."""

    async def main() -> str:
        async with await Database.open(tmp_path / "kith.db") as database:
            async with asyncio.timeout(0.001):
                return await database.read(slow_read)

    with virtual_clock(START) as clock:
        assert clock.run(main()) == "read"
        assert clock.now() == START


def test_a_deadline_still_ends_what_only_waits(tmp_path: Path) -> None:
    async def main() -> None:
        async with await Database.open(tmp_path / "kith.db") as database:
            await database.read(slow_read)
            async with asyncio.timeout(60):
                await asyncio.Event().wait()

    with virtual_clock(START) as clock:
        with pytest.raises(TimeoutError):
            clock.run(main())
        assert clock.now() == START + timedelta(minutes=1)


def test_what_is_written_in_virtual_time_is_really_stored(tmp_path: Path) -> None:
    async def write(database: Database, name: str, after: float) -> None:
        await asyncio.sleep(after)
        await database.write(platforms.set_state, "local", name, "kept")

    async def main() -> None:
        async with await Database.open(tmp_path / "kith.db") as database:
            await asyncio.gather(*(write(database, str(hour), hour * 3600) for hour in range(48)))

    with virtual_clock(START) as clock:
        clock.run(main())
        assert clock.now() == START + timedelta(hours=47)

    async def count() -> int:
        async with await Database.open(tmp_path / "kith.db") as database:
            kept = [await database.read(platforms.state, "local", str(hour)) for hour in range(48)]
            return kept.count("kept")

    assert asyncio.run(count()) == 48


def test_work_in_an_executor_takes_no_virtual_time() -> None:
    async def main() -> None:
        async with asyncio.timeout(0.001):
            await asyncio.to_thread(time.sleep, 0.05)

    with virtual_clock(START) as clock:
        clock.run(main())
        assert clock.now() == START


def test_the_wall_clock_can_be_set_without_the_loop_noticing() -> None:
    async def main(clock: VirtualClock) -> float:
        since = asyncio.get_running_loop().time()
        clock.set_by(-DAY)
        await asyncio.sleep(10)
        return asyncio.get_running_loop().time() - since

    with virtual_clock(START) as clock:
        assert clock.run(main(clock)) == 10
        assert clock.now() == START - DAY + timedelta(seconds=10)


def test_what_is_left_running_ends_with_the_clock() -> None:
    ended = []

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def main() -> asyncio.Task[None]:
        task = asyncio.create_task(forever())
        await asyncio.sleep(1)
        return task

    with virtual_clock(START) as clock:
        clock.run(main())
    assert ended == [True]
