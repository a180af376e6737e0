"""Kith in a process of its own, forked after the imports, on a clock that a test in another process sets."""

from __future__ import annotations

import asyncio
import multiprocessing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from bot import log
from bot.app import App
from bot.clocks.clock import Machine, utc_now
from bot.delivery import scheduler
from bot.hosting import config
from bot.hosting.clock.trusted import Voice
from tests.beds.process import PATIENCE

TICK = 0.1
"""Seconds between its ticks: a host's Kith does the same ten times as slowly."""

LOADED = ["bot.adapters.discord", "bot.adapters.matrix", "cogs", "tests.journeys.read_ahead", __name__]
"""What is imported once, before any start, which has a third of the work then."""


@dataclass(frozen=True)
class SetClock:
    """The system's clock, so many seconds ahead as stand in a file. It goes on between two settings."""

    file: Path

    def __call__(self) -> datetime:
        return utc_now() + timedelta(seconds=float(self.file.read_text()))

    def set(self, now: datetime) -> None:
        """From here on it is ``now``, for every process that reads the file."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str((now - utc_now()).total_seconds()))
        fresh.replace(self.file)


class Clocked:
    """``kith run`` with this configuration, on this clock."""

    def __init__(self, path: Path, now: SetClock) -> None:
        self._path = path
        self._now = now
        self._process: BaseProcess

    async def start(self) -> None:
        """Start it, and wait until it has reached its platforms."""
        ready, tell = _forkserver().Pipe(duplex=False)
        with ready, tell:
            self._process = _forkserver().Process(target=_run, args=(self._path, self._now, tell), daemon=True)
            self._process.start()
            assert await asyncio.to_thread(ready.poll, PATIENCE), "it did not start"
            assert ready.recv().startswith("ready: ")

    async def kill(self) -> None:
        """``kill -9``. Nothing is left but what is on the disk."""
        self._process.kill()
        await asyncio.to_thread(self._process.join)
        self._process.close()


def _run(path: Path, now: SetClock, tell: Connection) -> None:
    settings = config.load(path, {})
    log.setup(settings.log)
    scheduler.TICK = TICK
    asyncio.run(_serve(settings, now, tell))


async def _serve(settings: config.Config, now: SetClock, tell: Connection) -> None:
    async def right() -> list[Voice]:
        return [Voice(now())]

    async with App.open(settings, machine=Machine.believing(now), ask=right) as app:
        await app.run(tell.send)


@cache
def _forkserver() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    return context
