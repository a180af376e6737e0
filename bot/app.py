"""The composition root: opens the storage and the keys, builds the bot and its platforms, and keeps them running."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeAlias

from bot.adapters import dates
from bot.bot import Bot
from bot.clocks.clock import Machine, monotonic, utc_now
from bot.clocks.quiet_hours import QuietHours
from bot.clocks.rules import running
from bot.cog import Settings
from bot.delivery import new_rules
from bot.delivery.scheduler import Scheduler
from bot.errors import DeliveryError, FatalError, NotNow
from bot.hosting.clock import righting
from bot.hosting.clock.watch import Ask, ClockWatch
from bot.hosting.config import Config
from bot.hosting.feeds import Feeds
from bot.hosting.host_notice import HostNotice
from bot.hosting.installation import claim, let_go, open_database, open_keys, refuse_emptied
from bot.hosting.putback import resume
from bot.hosting.running.run import Run
from bot.hosting.whole import WholeFile
from bot.incoming.limits import Limits
from bot.log import Word
from bot.platform.adapter import Adapter
from bot.registry import Every
from bot.words import content

log = logging.getLogger(__name__)

Build: TypeAlias = Callable[[], Adapter]

TICK_GRACE = 1.0
"""Seconds that jobs, and then messages under way, have when the host stops Kith; all of it is less than 5."""

PLATFORM_GRACE = 2.0
"""Seconds that answers under way and saying goodbye to the platforms may take."""

HOST_GRACE = 0.8
"""Seconds that a last notice to the host may take."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a platform that broke is started again: doubled each time, until it has stayed well for a minute."""


def configured(config: Config, bot: Bot) -> dict[str, Build]:
    """How to make the adapter of each platform the host configured. A platform that is not used is not imported."""
    platforms: dict[str, Build] = {}
    if config.discord is not None:
        from bot.adapters.discord import DiscordAdapter

        platforms["discord"] = partial(DiscordAdapter, bot, config.discord)
    if config.matrix is not None:
        from bot.adapters.matrix import MatrixAdapter

        platforms["matrix"] = partial(MatrixAdapter, bot, config.matrix, config.data / "matrix")
    return platforms


def prepare(config: Config, folder: Path) -> list[str]:
    """For `kith init`: make in ``folder`` what the data folder needs before the first start. Raises FatalError."""
    if config.matrix is None or (config.data / "matrix/session.json").exists():
        return []
    from bot.adapters.matrix.login import make_device

    try:
        device = asyncio.run(make_device(config.matrix, folder / "matrix", utc_now()))
    except DeliveryError as error:
        raise NotNow(f"{config.matrix.homeserver} does not answer as it should ({error}). Try again later.") from error
    return [f"{config.matrix.user} has the device {device}, cross-signed. Its keys are in {config.data / 'matrix'}."]


class App:
    """Kith as it runs: ``async with App.open(config) as app: await app.run(print)``."""

    def __init__(
        self, bot: Bot, platforms: Mapping[str, Build], config: Config, watch: ClockWatch, env: Mapping[str, str]
    ) -> None:
        self.bot = bot
        self._data = config.data
        self._platforms = platforms
        self._watch = watch
        self._scheduler = Scheduler(self._do_due, self._do_jobs, watch.wall)
        self._connected: set[str] = set()
        self._run = Run(bot, config.data, platforms, self._connected, env)
        self._others: dict[str, Callable[[], Awaitable[None]]] = {}
        if self._run.is_watched:
            self._others["watchdog"] = self._run.watchdog
        if config.calendar is not None:
            self._others["calendar"] = Feeds(bot.registry, config.calendar).serve
        if config.metrics is not None:
            from bot.hosting.running.page import Page  # and with it Prometheus' library

            self._others["metrics"] = Page(config.metrics, self._run.look).serve
        self._some_connected, self._stopping, self._leaving = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._fatal: FatalError | None = None
        self._host = HostNotice(config.host.contact, bot.database, bot.adapters, self._connected, bot.now)
        self._whole = WholeFile(bot.database)
        self._others |= {"host notice": self._host.watch, "whole file": self._read_whole}
        self._tell: Callable[[str], None] = lambda _line: None
        watch.on_wrong = partial(self._host.tell, "clock")
        watch.on_right = partial(righting.derive_anew, bot.database, bot.registry)
        bot.dispatcher.on_fatal = self._fail
        bot.dispatcher.waiting_for.update(platforms)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        config: Config,
        platforms: Callable[[Config, Bot], Mapping[str, Build]] = configured,
        machine: Machine | None = None,
        ask: Ask | None = None,
        env: Mapping[str, str] = os.environ,
        *,
        new: bool = False,
    ) -> AsyncIterator[Self]:
        """Hold the data folder, open the database, and build everything; close it all at the end. Raises FatalError.

        ``machine`` has the clocks to go by (this computer's own), ``ask`` asks others what time it is (the platforms).
        ``new``: the folder may have been used before and be empty now.
        """
        refuse_emptied(config.data, config.key, new=new)
        with claim(config.data):
            async with await open_database(config.data) as database:
                watch = await ClockWatch.begin(database, machine or Machine.here(), ask or dates.asking(config))
                now = watch.now
                keyring = await open_keys(config.key, database)
                from cogs import COGS  # a third of what starting loads, once the configuration and the data are well

                bot = Bot(database, keyring, COGS, _settings(config), now)
                await resume(config.data, bot, keyring)
                await new_rules.follow(database, bot.registry.cogs, running.hold(), config.default_zone.key, now())
                yield cls(bot, platforms(config, bot), config, watch, env)

    async def run(self, tell: Callable[[str], None]) -> None:
        """Serve until ``stop``; ``tell`` gets one line as soon as every platform is connected.

        Raises FatalError where only the host can mend it. Anything else that breaks is logged and started again.
        """
        self._tell = tell
        self._run.starts()
        await self._unless_stopped(self._watch.hear())  # before any member is: what they ask for is reckoned from it
        ticking = asyncio.create_task(self._keep("scheduler", self._tick))
        others = [asyncio.create_task(self._keep(name, work)) for name, work in self._others.items()]
        serving = [
            asyncio.create_task(self._keep(name, partial(self._serve, name, build)))
            for name, build in self._platforms.items()
        ]
        try:
            await self._stopping.wait()
        finally:
            self._stopping.set()
            self._run.stopping()
            self._scheduler.stop()
            if not self._some_connected.is_set():
                ticking.cancel()
            await _end([ticking], TICK_GRACE)
            await self.bot.dispatcher.stop(TICK_GRACE)  # while the platforms are still there
            for task in others:
                task.cancel()
            await self._tell_host()
            self._leaving.set()
            await _end(serving, PLATFORM_GRACE)
            self._run.stopped()
        if self._fatal is not None:
            raise self._fatal

    def stop(self) -> None:
        """Finish what is under way, and return from ``run``."""
        self._stopping.set()

    def reread(self) -> None:
        """Read questions, lines, wishes and catalogues anew, beside the rest; a file with a mistake stays as it was."""
        reading = asyncio.get_running_loop().run_in_executor(None, content.reread)
        reading.add_done_callback(lambda done: self._run.rereads(well=done.result()))

    async def _tell_host(self) -> None:
        """The last look at what only the host can mend, while some platform may still be there."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HOST_GRACE):
                await self._host.look()
                if self._fatal is not None and not isinstance(self._fatal, NotNow):
                    await self._host.tell("token")

    def _fail(self, error: FatalError) -> None:
        self._fatal = self._fatal or error
        self.stop()

    async def _keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Start again whatever ends before Kith is stopped."""
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            since = monotonic()
            try:
                await run()
            except FatalError as error:
                self._fail(error)
            except Exception:
                log.exception("%s broke and will be started again", Word(name))
            if monotonic() - since > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _stopped(self) -> None:
        await self._stopping.wait()

    async def _unless_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it, but for no longer than Kith is to run."""
        tasks = [asyncio.create_task(one) for one in (work, self._stopped())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        await _end(tasks, 0)

    async def _tick(self) -> None:
        """Only once somebody can be reached: what a long outage made stale is then skipped, not sent."""
        await self._some_connected.wait()
        await self._scheduler.run()

    async def _do_due(self, _wall: datetime) -> None:
        """What is due, if the clock is right. A slow platform holds up nothing."""
        await self._watch.tick(partial(self.bot.tick, patience=0))
        self._run.ticked()

    async def _do_jobs(self, every: Every, _wall: datetime) -> None:
        await self._watch.run_jobs(self._run_jobs, every)

    async def _run_jobs(self, every: Every, now: datetime, *, erasing: bool = True) -> None:
        await self.bot.run_jobs(every, now, erasing=erasing)
        if every == "hour" and erasing:
            is_ready = len(self._connected) == len(self._platforms)
            await let_go(self._data, self.bot.database, now, ready=is_ready)

    async def _read_whole(self) -> None:
        """Once somebody can be reached: until then the start has the computer to itself."""
        await self._some_connected.wait()
        await self._whole.watch()

    async def _serve(self, name: str, build: Build) -> None:
        """One platform, from connecting to stopping. It is built anew each time, so that nothing broken is kept."""
        adapter = self.bot.adapters[name] = build()
        serving = asyncio.create_task(self._connect(name, adapter))
        leaving = asyncio.create_task(self._leaving.wait())
        try:
            await asyncio.wait([serving, leaving], return_when=asyncio.FIRST_COMPLETED)
            if name not in self._connected:
                serving.cancel()
            self._connected.discard(name)
            self._run.loses(name)
            self.bot.dispatcher.waiting_for.add(name)
            await adapter.stop()
            await asyncio.wait([serving])
        finally:
            leaving.cancel()
            serving.cancel()
        if not serving.cancelled():
            serving.result()

    async def _connect(self, name: str, adapter: Adapter) -> None:
        await adapter.start()
        self._connected.add(name)
        self.bot.dispatcher.waiting_for.discard(name)
        self._some_connected.set()
        self._run.connects(name)
        if len(self._connected) == len(self._platforms):
            _give_memory_back()
            asyncio.get_running_loop().run_in_executor(None, content.read_ahead)
            self._run.ready()
            self._tell(f"ready: {', '.join(self._platforms)}")
            self._tell = lambda _line: None
        await adapter.serve()


def _settings(config: Config) -> Settings:
    closed = {"discord"} if config.discord is not None and not config.discord.notebook else set()
    community = config.community
    return Settings(
        config.host.name,
        config.default_zone.key,
        Limits(),
        frozenset(closed),
        frozenset({"discord"}),
        QuietHours(community.quiet_from, community.quiet_until),
        community.daily_cap,
        calendar=config.calendar.address if config.calendar else "",
    )


def _give_memory_back() -> None:
    """Hand the system what the imports needed for a moment: 14 of 90 MiB where the C library is glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


async def _end(tasks: Iterable[asyncio.Task[None]], grace: float) -> None:
    """Wait for tasks that were told to end, and cancel what has not after ``grace`` seconds."""
    _done, late = await asyncio.wait(tasks, timeout=grace)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
