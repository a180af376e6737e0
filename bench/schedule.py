"""Planning check-ins, against one APScheduler job per member; and a million members' planning, beside a living loop.

Both sides live through the same day with the same schedules and do nothing with what fires; ours also writes the
outbox and the next due time to a SQLite file with `synchronous=FULL`, which the other keeps in memory only.
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
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bench.soak import _crowd as crowd
from bot.times import next_occurrence
from storage import checkins
from storage.database import Database

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
ONE_DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
BATCH = 500
SETTLE_AT_ONCE = 5_000
MIB = 1 << 20


class Used(NamedTuple):
    """What a day took: seconds of CPU per firing, and bytes of memory more than before."""

    fired: int
    cpu: float
    memory: int


def main(argv: Sequence[str]) -> dict[str, float | int]:
    """Ratios for ``--members``, figures in themselves for ``--many``."""
    parser = argparse.ArgumentParser(prog="scripts/bench schedule", description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=1_000_000)
    options = parser.parse_args(argv)
    jobs, ours = alone(job_per_member, options.members), alone(planned, options.members)
    rows, many = alone(planned_beside_a_loop, options.many)
    return {
        "fired_10k": ours.fired,
        "cpu_us_per_firing_10k": round(ours.cpu / ours.fired * 1e6, 1),
        "cpu_ratio_10k": round((jobs.cpu / jobs.fired) / (ours.cpu / ours.fired), 1),
        "memory_mib_10k": round(ours.memory / MIB, 1),
        "memory_ratio_10k": round(jobs.memory / max(ours.memory, MIB // 4), 1),
        "rows_per_second_1m": round(rows / many["seconds"]),
        "memory_mib_1m": round(many["memory"] / MIB, 1),
        "stall_p999_ms_1m": round(many["stall"] * 1000, 2),
    }


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
    """What most bots do: a cron job each, in memory, on a clock we turn."""
    from apscheduler.jobstores.memory import MemoryJobStore
    from apscheduler.triggers.cron import CronTrigger

    chance = random.Random(1)
    lives = [crowd.life(chance) for _ in range(count)]
    for zone in {life.zone for life in lives}:
        next_occurrence(START, crowd.schedule(lives[0]).at, ZoneInfo(zone))
    store, scheduler = MemoryJobStore(), _scheduler()
    before = resident()
    for number, life in enumerate(lives):
        days = ",".join(str(day) for day in sorted(life.days))
        trigger = CronTrigger(
            day_of_week=days, hour=life.minutes // 60, minute=life.minutes % 60, timezone=ZoneInfo(life.zone)
        )
        job = scheduler.add_job(_nothing, trigger, id=str(number), args=[number])
        job._modify(next_run_time=trigger.get_next_fire_time(None, START))
        store.add_job(job)
    memory, fired, since = resident() - before, 0, time.process_time()
    now = START
    while now < START + ONE_DAY:
        now += MINUTE
        for job in store.get_due_jobs(now):
            for _run in job._get_run_times(now):
                fired += 1
            job._modify(next_run_time=job.trigger.get_next_fire_time(now, now))
            store.update_job(job)
    return Used(fired, time.process_time() - since, memory)


def _scheduler() -> Any:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    return AsyncIOScheduler(timezone="UTC")


def _nothing(_number: int) -> None:
    """What is done when a job fires is the same on both sides: nothing."""


# -- ours --------------------------------------------------------------------------------------------------------------


def planned(count: int) -> Used:
    """A tick each minute, of a file that holds everybody."""
    with tempfile.TemporaryDirectory(prefix="kith-bench-") as folder:
        return asyncio.run(_planned(Path(folder) / "kith.db", count))


async def _planned(path: Path, count: int) -> Used:
    await settle(path, count)
    async with await Database.open(path) as database:
        await database.write(checkins.plan_due, START, BATCH)
        before, since, now = resident(), time.process_time(), START
        while now < START + ONE_DAY:
            now += MINUTE
            while await database.write(checkins.plan_due, now, BATCH):
                pass
        used = time.process_time() - since
        return Used(await database.read(planned_rows), used, resident() - before)


def planned_rows(connection: Any) -> int:
    from storage import deliveries

    return sum(deliveries.counts(connection).values())


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
        seconds = time.perf_counter() - since
        asking.cancel()
        rows = await database.read(planned_rows)
        late.sort()
        stall = late[int(len(late) * 0.999)] if late else 0.0
        return rows, {"seconds": seconds, "memory": resident() - before, "stall": stall}


async def _ask_the_loop(late: list[float], every: float = 0.002) -> None:
    while True:
        since = time.perf_counter()
        await asyncio.sleep(every)
        late.append(time.perf_counter() - since - every)


async def settle(path: Path, count: int) -> None:
    """Everybody in the file, in steps."""
    chance = random.Random(1)
    async with await Database.open(path) as database:
        for first in range(0, count, SETTLE_AT_ONCE):
            numbers = range(first, min(count, first + SETTLE_AT_ONCE))
            settlers = [(*crowd.known(number), crowd.life(chance)) for number in numbers]
            await database.write(crowd.settle, settlers, START)
