"""What happens without anybody asking: the tick on the monotonic clock, and the hourly and daily jobs on APScheduler.

APScheduler's timer stands still for an hour when the wall clock goes back an hour, so everything that must be on time
hangs on the tick, and the hourly and daily jobs are planned anew when the wall clock jumps.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.clocks.clock import Clock, monotonic, utc_now
from bot.registry import Every

log = logging.getLogger(__name__)

TICK = 1.0
"""Seconds between ticks."""

JUMP = timedelta(seconds=5)
"""How far wall time and monotonic time may drift apart between two ticks."""


class Scheduler:
    """Calls ``tick`` about once a second, and the hourly and daily jobs, until it is stopped."""

    def __init__(
        self,
        tick: Callable[[datetime], Awaitable[None]],
        run_jobs: Callable[[Every, datetime], Awaitable[None]],
        now: Clock,
    ) -> None:
        self._tick = tick
        self._run = run_jobs
        self._now = now
        self._jobs = AsyncIOScheduler(timezone="UTC")
        self._stopping = asyncio.Event()
        self._turns: dict[Every, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def run(self) -> None:
        """Until ``stop`` is called. A failing job never stops the loop."""
        self._jobs.start()
        self._plan_jobs()
        try:
            wall, mono = self._now(), monotonic()
            while not self._stopping.is_set():
                await self._tick(self._now())
                await self._pause(TICK)
                drift = abs((self._now() - wall).total_seconds() - (monotonic() - mono))
                if drift > JUMP.total_seconds():
                    log.warning("the clock jumped by about %d s", drift)
                    self._plan_jobs()
                wall, mono = self._now(), monotonic()
        finally:
            self._jobs.shutdown(wait=False)

    def stop(self) -> None:
        self._stopping.set()

    async def _pause(self, delay: float) -> None:
        try:
            async with asyncio.timeout(delay):
                await self._stopping.wait()
        except TimeoutError:
            return

    def _plan_jobs(self) -> None:
        self._plan("hour", timedelta(hours=1))
        self._plan("day", timedelta(days=1))

    def _plan(self, every: Every, period: timedelta) -> None:
        """Now, and then each period."""
        self._jobs.add_job(
            self._run_jobs,  # a coroutine function itself: APScheduler would run anything else in a thread
            IntervalTrigger(seconds=int(period.total_seconds())),
            args=[every],
            id=every,
            replace_existing=True,
            next_run_time=utc_now(),  # APScheduler's own clock, which need not be the bot's
            misfire_grace_time=None,
            coalesce=True,
            max_instances=2,  # one that runs, and one planned anew meanwhile, which waits for its turn
        )

    async def _run_jobs(self, every: Every) -> None:
        async with self._turns[every]:
            await self._run(every, self._now())
