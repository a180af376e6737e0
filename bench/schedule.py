"""Planning check-ins, against one APScheduler job per member; and a million members' planning, beside a living loop.

Both sides live through the same day with the same schedules, everybody once a day, and each firing writes what is to be
sent into the outbox of a SQLite file with `synchronous=FULL`. Ours also keeps the next due time there, which the other
keeps in memory only. A tick at which nothing is due is no firing, and a figure of its own: there is one a second.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from sqlite3 import Connection
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import apscheduler.executors.base
import apscheduler.schedulers.base
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bench.soak import _crowd as crowd
from bench.soak._model import Life
from bot.context import Delivery
from bot.messages import (
    Person,
)
from storage.checkins import checkins
from storage.database.database import Database
from storage.delivery import deliveries
from tests.engines.virtual_clock import VirtualClock, virtual_clock

NEEDS = "run"

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
ONE_DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
BATCH = 500
SETTLE_AT_ONCE = 5_000
IDLE_TICKS = 2_000
MIB = 1 << 20


class Used(NamedTuple):
    """What a day took: seconds of CPU per firing, and bytes of memory more than before."""

    fired: int
    cpu: float
    memory: int

    @property
    def us_per_firing(self) -> float:
        return self.cpu / self.fired * 1e6


def main(argv: Sequence[str]) -> dict[str, float | int]:
    """Ratios for ``--members``, figures in themselves for ``--many``."""
    parser = argparse.ArgumentParser(prog="scripts/bench schedule", description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=1_000_000)
    options = parser.parse_args(argv)
    ours, jobs, empty = in_turns((planned, job_per_member, empty_job_per_member), options.members)
    rows, many = alone(planned_beside_a_loop, options.many)
    return {
        "fired_10k": ours.fired,
        "cpu_us_per_firing_10k": round(ours.us_per_firing, 1),
        "cpu_us_per_empty_tick_10k": round(alone(idle, options.members) * 1e6, 1),
        "cpu_ratio_10k": round(jobs.us_per_firing / ours.us_per_firing, 1),
        "cpu_ratio_10k_to_empty_jobs": round(empty.us_per_firing / ours.us_per_firing, 1),
        "memory_mib_10k": round(ours.memory / MIB, 1),
        "memory_ratio_10k": round(jobs.memory / max(ours.memory, MIB // 4), 1),
        "rows_per_second_1m": round(rows / many["seconds"]),
        "memory_mib_1m": round(many["memory"] / MIB, 1),
        "stall_p999_ms_1m": round(many["stall"] * 1000, 2),
    }


def in_turns(sides: Sequence[Callable[[int], Used]], count: int) -> Iterator[Used]:
    """Three runs of each, and of those the one in the middle: what else the machine does meets all of them."""
    runs = [[alone(side, count) for side in sides] for _run in range(3)]
    return (sorted(of_one, key=lambda used: used.cpu)[1] for of_one in zip(*runs, strict=True))


def alone(measure: Callable[[int], Any], count: int) -> Any:
    """In a process of its own, so that memory is measured from the same start."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (count,))


def resident() -> int:
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


# -- one job per member ------------------------------------------------------------------------------------------------


def job_per_member(count: int) -> Used:
    """What most bots do: a cron job each, in memory. Each writes what is to be sent, as we do."""
    return _jobs(count, writing=True)


def empty_job_per_member(count: int) -> Used:
    """The same jobs doing nothing at all, so that only the scheduler is left."""
    return _jobs(count, writing=False)


def _jobs(count: int, *, writing: bool) -> Used:
    with (
        tempfile.TemporaryDirectory(prefix="kith-bench-") as folder,
        virtual_clock(START) as clock,
        _apscheduler_follows(clock),
    ):
        return clock.run(_live_by_jobs(clock, Path(folder) / "kith.db", count, writing=writing))


async def _live_by_jobs(clock: VirtualClock, path: Path, count: int, *, writing: bool) -> Used:
    await settle(path, count, often=True)
    lives = list(_lives(count, often=True))
    fired = 0
    async with await Database.open(path) as database:

        async def fire(number: int) -> None:
            nonlocal fired
            fired += 1
            if writing:
                await database.write(deliveries.plan, _prompt(number, clock.now()))

        scheduler, before = AsyncIOScheduler(timezone="UTC"), resident()
        for number, life in enumerate(lives):
            zone = ZoneInfo(life.zone)
            trigger = CronTrigger(hour=life.minutes // 60, minute=life.minutes % 60, timezone=zone)
            scheduler.add_job(fire, trigger, id=str(number), args=[number])
        scheduler.start()
        since = time.process_time()
        await clock.sleep_until(START + ONE_DAY - MINUTE / 2)  # nobody twice, nobody in the middle of a firing
        used, memory = time.process_time() - since, resident() - before
        scheduler.shutdown()
    return Used(fired, used, memory)


def _prompt(number: int, now: datetime) -> Delivery:
    return Delivery(
        Person(number + 1),
        checkins.PROMPT,
        f"{checkins.PROMPT}:{now.date()}:{number}",
        now,
        now + checkins.WINDOW,
        purpose=checkins.PURPOSE,
        picked=True,
    )


@contextmanager
def _apscheduler_follows(clock: VirtualClock) -> Iterator[None]:
    """The real scheduler and executor ask a made-up clock for the time; everything else of theirs is as it is."""

    class Turned(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return clock.now().astimezone(tz)

    modules = (apscheduler.schedulers.base, apscheduler.executors.base)
    try:
        for module in modules:
            vars(module)["datetime"] = Turned
        yield
    finally:
        for module in modules:
            vars(module)["datetime"] = datetime


# -- ours --------------------------------------------------------------------------------------------------------------


def planned(count: int) -> Used:
    """A tick at each moment at which somebody is due, of a file that holds everybody."""
    with tempfile.TemporaryDirectory(prefix="kith-bench-") as folder:
        return asyncio.run(_planned(Path(folder) / "kith.db", count))


async def _planned(path: Path, count: int) -> Used:
    await settle(path, count, often=True)
    async with await Database.open(path) as database:
        await database.write(checkins.plan_due, START, BATCH)
        moments = sorted({crowd.schedule(life).next_after(START).instant for life in _lives(count, often=True)})
        before, since = resident(), time.process_time()
        for now in moments:
            while await database.write(checkins.plan_due, now, BATCH):
                pass
        used, memory = time.process_time() - since, resident() - before
        return Used(await database.read(planned_rows), used, memory)


def planned_rows(connection: Connection) -> int:
    return deliveries.counts(connection).get("pending", 0)


def idle(count: int) -> float:
    """Seconds of CPU of a tick that finds nothing due."""
    with tempfile.TemporaryDirectory(prefix="kith-bench-") as folder:
        return asyncio.run(_idle(Path(folder) / "kith.db", count))


async def _idle(path: Path, count: int) -> float:
    await settle(path, count, often=True)
    async with await Database.open(path) as database:
        since = time.process_time()
        for _tick in range(IDLE_TICKS):
            await database.write(checkins.plan_due, START, BATCH)
        return (time.process_time() - since) / IDLE_TICKS


def planned_beside_a_loop(count: int) -> tuple[int, dict[str, float]]:
    """A day's worth at once, as after an outage, while the loop is asked every few milliseconds how late it is."""
    with tempfile.TemporaryDirectory(prefix="kith-bench-") as folder:
        return asyncio.run(_planned_beside_a_loop(Path(folder) / "kith.db", count))


async def _planned_beside_a_loop(path: Path, count: int) -> tuple[int, dict[str, float]]:
    await settle(path, count)
    async with await Database.open(path) as database:
        before, late = resident(), list[float]()
        asking = asyncio.create_task(_ask_the_loop(late))
        since = time.perf_counter()
        while await database.write(checkins.plan_due, START + ONE_DAY, BATCH):
            pass
        took, memory = time.perf_counter() - since, resident() - before
        asking.cancel()
        rows = await database.read(planned_rows)
        late.sort()
        stall = late[int(len(late) * 0.999)] if late else 0.0
        return rows, {"seconds": took, "memory": memory, "stall": stall}


async def _ask_the_loop(late: list[float], every: float = 0.002) -> None:
    while True:
        since = time.perf_counter()
        await asyncio.sleep(every)
        late.append(time.perf_counter() - since - every)


async def settle(path: Path, count: int, *, often: bool = False) -> None:
    """Everybody in the file, in steps."""
    lives = _lives(count, often=often)
    async with await Database.open(path) as database:
        for first in range(0, count, SETTLE_AT_ONCE):
            numbers = range(first, min(count, first + SETTLE_AT_ONCE))
            settlers = [(*crowd.known(number), life) for number, life in zip(numbers, lives, strict=False)]
            await database.write(crowd.settle, settlers, START)


def _lives(count: int, *, often: bool) -> Iterator[Life]:
    """The same for both sides."""
    chance = random.Random(1)
    return (crowd.life(chance, often=often) for _ in range(count))
