"""Holds the tick, the hourly and the daily jobs to coming round, whatever fails and whatever the clock does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.bot import Bot
from bot.clocks.clock import utc_now
from bot.cog import Core, KeepsNothing, job
from bot.delivery.scheduler import Scheduler
from bot.hosting.installation import DATABASE
from bot.keys.crypto import Keyring
from storage.database.database import Database
from tests.beds.eventually import PATIENCE, until
from tests.engines.virtual_clock import VirtualClock, virtual_clock
from tests.prepared import prepared


class Diary(KeepsNothing):
    """Writes down when it was called."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.ticks: list[datetime] = []
        self.hours: list[datetime] = []
        self.days: list[datetime] = []
        self.left_to_do = 0
        self.free = asyncio.Event()
        self.free.set()

    @job(every="tick")
    async def each_tick(self, now: datetime) -> bool:
        self.ticks.append(now)
        self.left_to_do = max(0, self.left_to_do - 1)
        return self.left_to_do > 0

    @job(every="hour")
    async def each_hour(self, now: datetime) -> None:
        self.hours.append(now)
        await self.free.wait()

    @job(every="day")
    async def each_day(self, now: datetime) -> None:
        self.days.append(now)


class Faulty(Diary):
    """Fails whatever it is asked to do."""

    @job(every="tick")
    async def each_tick(self, now: datetime) -> bool:
        raise ValueError("a bug")

    @job(every="hour")
    async def each_hour(self, now: datetime) -> None:
        raise ValueError("a bug")


class Clock:
    """The wall clock, which somebody may set back or forward."""

    def __init__(self) -> None:
        self.moved = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.moved


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def bot(tmp_path: Path, clock: Clock) -> AsyncIterator[Bot]:
    async with opened(tmp_path, clock) as bot:
        yield bot


@asynccontextmanager
async def opened(folder: Path, now: Callable[[], datetime]) -> AsyncIterator[Bot]:
    async with await Database.open(prepared(folder) / DATABASE) as database:
        yield Bot(database, Keyring.new(), (Faulty, Diary), now=now)


@pytest.fixture
def diary(bot: Bot) -> Diary:
    return diary_of(bot)


def diary_of(bot: Bot) -> Diary:
    [_faulty, diary] = bot.registry.cogs
    assert isinstance(diary, Diary)
    return diary


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second is a hundredth of one."""
    monkeypatch.setattr("bot.delivery.scheduler.TICK", 0.01)


@asynccontextmanager
async def running(bot: Bot) -> AsyncIterator[Scheduler]:
    scheduler = Scheduler(partial(bot.tick, patience=0), bot.run_jobs, bot.now)
    work = asyncio.create_task(scheduler.run())
    try:
        yield scheduler
    finally:
        scheduler.stop()
        async with asyncio.timeout(PATIENCE):
            await work


@pytest.mark.usefixtures("quick")
async def test_ticks_come_again_and_again_though_one_cog_fails_each_time(bot: Bot, diary: Diary) -> None:
    async with running(bot):
        await until(lambda: len(diary.ticks) >= 5)
    assert diary.ticks == sorted(diary.ticks)


def test_a_tick_comes_about_once_a_second(tmp_path: Path) -> None:
    ticks: list[datetime] = []

    async def three(clock: VirtualClock) -> None:
        async with opened(tmp_path, clock.now) as bot, running(bot):
            await until(lambda: len(diary_of(bot).ticks) == 3)
            ticks.extend(diary_of(bot).ticks)

    with virtual_clock(datetime(2026, 3, 1, tzinfo=UTC)) as clock:
        clock.run(three(clock))
    assert 1.9 < (ticks[2] - ticks[0]).total_seconds() < 4


async def test_a_job_with_more_to_do_runs_again_at_once(bot: Bot, diary: Diary) -> None:
    diary.left_to_do = 50
    async with running(bot):
        await until(lambda: len(diary.ticks) >= 50)
    assert len(set(diary.ticks)) == 1


async def test_the_hourly_and_daily_jobs_run_at_the_start_though_one_cog_fails(bot: Bot, diary: Diary) -> None:
    async with running(bot):
        await until(lambda: bool(diary.hours and diary.days))
        await asyncio.sleep(0.1)
    assert (len(diary.hours), len(diary.days)) == (1, 1)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=-30), timedelta(seconds=-6)])
async def test_setting_the_clock_back_plans_the_hourly_and_daily_jobs_anew(
    bot: Bot, diary: Diary, clock: Clock, jump: timedelta
) -> None:
    async with running(bot):
        await until(lambda: len(diary.days) == 1)
        clock.moved = jump
        await until(lambda: (len(diary.hours), len(diary.days)) == (2, 2))
    assert diary.hours[1] < diary.hours[0]


@pytest.mark.usefixtures("quick")
async def test_an_hourly_run_that_takes_long_is_followed_by_the_one_of_the_new_time(
    bot: Bot, diary: Diary, clock: Clock
) -> None:
    diary.free.clear()
    async with running(bot):
        await until(lambda: len(diary.hours) == 1)
        clock.moved = timedelta(hours=3)
        await until(lambda: len(diary.days) == 2)
        assert len(diary.hours) == 1, "never two at once"
        diary.free.set()
        await until(lambda: len(diary.hours) == 2)
    assert diary.hours[1] - diary.hours[0] >= timedelta(hours=3)


@pytest.mark.usefixtures("quick")
async def test_ticks_are_told_the_new_time_after_a_jump(bot: Bot, diary: Diary, clock: Clock) -> None:
    async with running(bot):
        await until(lambda: bool(diary.ticks))
        clock.moved = timedelta(days=1)
        await until(lambda: diary.ticks[-1] - diary.ticks[0] >= timedelta(days=1))


@pytest.mark.usefixtures("quick")
async def test_a_clock_that_is_put_right_a_little_changes_nothing(bot: Bot, diary: Diary, clock: Clock) -> None:
    async with running(bot):
        await until(lambda: len(diary.days) == 1)
        clock.moved = timedelta(seconds=-4)
        seen = len(diary.ticks)
        await until(lambda: len(diary.ticks) > seen + 5)
    assert (len(diary.hours), len(diary.days)) == (1, 1)


def test_stopping_does_not_wait_for_the_next_tick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery.scheduler.TICK", 60.0)

    async def stopped(clock: VirtualClock) -> timedelta:
        async with opened(tmp_path, clock.now) as bot:
            async with running(bot) as scheduler:
                await until(lambda: bool(diary_of(bot).ticks))
                since = clock.now()
                scheduler.stop()
            return clock.now() - since

    with virtual_clock(datetime(2026, 3, 1, tzinfo=UTC)) as clock:
        assert clock.run(stopped(clock)) < timedelta(seconds=1)


async def test_the_scheduler_stops_before_it_began(bot: Bot, diary: Diary) -> None:
    scheduler = Scheduler(partial(bot.tick, patience=0), bot.run_jobs, bot.now)
    scheduler.stop()
    async with asyncio.timeout(PATIENCE):
        await scheduler.run()
    assert diary.ticks == []
