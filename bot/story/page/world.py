"""The community behind a page: its playground, a clock that runs by itself or is turned, and an outage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Literal, Self, get_args
from zoneinfo import ZoneInfo

from bot.adapters.local import NAME
from bot.adapters.page import PageAdapter
from bot.adapters.page.lines import Kept, Line
from bot.bot import Bot
from bot.clocks.clock import monotonic, utc_now
from bot.clocks.times import ONE_DAY, instant_at, local_day
from bot.context import Spot
from bot.messages import Channel, Member
from bot.story.playground import CAST, HOUR, ROOM, Playground

CHATS = "chats.jsonl"
"""In the community's folder: what stands in the chats, as a platform keeps it."""
MODERATORS = Spot(Channel(NAME, "moderators"), "moderators", private=True)
EVENING, MORNING = time(18, 40), time(8, 30)
OUTAGE = 6 * HOUR
BEAT = 0.5
"""Seconds between two steps of a clock that runs."""
WRITTEN_EVERY = timedelta(minutes=1)
"""How far a clock goes until that is written down."""

Pace = Literal["still", "runs", "fast"]
PACES: tuple[Pace, ...] = get_args(Pace)
SPEEDS: dict[Pace, int] = {"still": 0, "runs": 1, "fast": 4 * 3600}


class World:
    """``async with World.open(folder) as world``. ``turned`` is told when the clock shows something else, or Kith is
    off or on; ``heard`` and ``moved`` are the platform's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = AsyncExitStack()
        self._turning = asyncio.Lock()
        self._on, self._idle = asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._acting = 0
        self._zones: dict[str, ZoneInfo] = {}
        self.pace: Pace = "runs"
        self.people: list[Member] = list(CAST)
        self.turned: Callable[[], None] = lambda: None
        self.heard: Callable[[Line], None] = lambda _line: None
        self.moved: Callable[[], None] = lambda: None
        self.is_watched: Callable[[], bool] = lambda: False
        self.playground: Playground
        self.chat: PageAdapter

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, now: datetime | None = None) -> AsyncIterator[Self]:
        """The community that lives in ``folder``, from this evening on, or from where its time had come to."""
        world = cls(folder)
        await world._enter(now or datetime.combine(utc_now().date(), EVENING, UTC))
        running = asyncio.create_task(world._run())
        try:
            yield world
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            await world._leave()

    @property
    def now(self) -> datetime:
        return self.playground.now

    @property
    def is_on(self) -> bool:
        return self._on.is_set()

    async def _enter(self, now: datetime) -> None:
        self.playground = await self._stack.enter_async_context(Playground.open(self.folder, now, chat=self._made))
        self.chat.spots_of[ROOM.id] = [MODERATORS]
        self._on.set()

    def _made(self, bot: Bot) -> PageAdapter:
        self.chat = PageAdapter(bot, Kept(self.folder / CHATS))
        self.chat.heard, self.chat.moved = (lambda line: self.heard(line)), (lambda: self.moved())
        return self.chat

    async def _leave(self) -> None:
        """Nobody is answered from now on, and what is under way is done first."""
        self._on.clear()
        await self._idle.wait()
        await self._stack.aclose()

    # -- what people do -----------------------------------------------------------------------------------------------

    async def act(self, member: Member, doing: Callable[[], Awaitable[None]]) -> None:
        """Somebody does something: Kith answers, and what is due because of it comes at once."""
        async with self._awake():
            self._zones.pop(member.id, None)
            await doing()
            self._zones.pop(member.id, None)
            await self.playground.bot.tick(self.now)
            await self.playground.keep_time()

    @asynccontextmanager
    async def _awake(self) -> AsyncIterator[None]:
        await self._on.wait()
        self._acting += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._acting -= 1
            if not self._acting:
                self._idle.set()

    async def zone_of(self, member: Member) -> ZoneInfo:
        if member.id not in self._zones:
            async with self._awake():
                self._zones[member.id] = await self.playground.zone_of(member)
        return self._zones[member.id]

    # -- time ---------------------------------------------------------------------------------------------------------

    async def go(self, pace: Pace) -> None:
        """From now on; what the clock is in the middle of is done first, so that it goes no further unseen."""
        async with self._turning:
            self.pace = pace
        self.turned()

    async def until_morning(self, member: Member) -> None:
        """Tomorrow, half past eight, on this member's clock."""
        zone = await self.zone_of(member)
        day = local_day(self.now, zone) + ONE_DAY
        await self.wait(instant_at(day, MORNING, zone) - self.now)

    async def wait(self, duration: timedelta) -> None:
        async with self._turning, self._awake():
            async for _said in self.playground.wait(duration):
                self.turned()
            await self.playground.keep_time()
        self.turned()

    async def _run(self) -> None:
        """Let the clock run while somebody looks."""
        last = monotonic()
        written = self.now
        while True:
            await asyncio.sleep(BEAT)
            passed, last = monotonic() - last, monotonic()
            if not SPEEDS[self.pace] or not self.is_watched():
                continue
            async with self._turning, self._awake():
                minute = self.now.minute
                async for _said in self.playground.wait(timedelta(seconds=passed * SPEEDS[self.pace])):
                    pass
                if self.pace == "fast" or self.now.minute != minute:
                    self.turned()
                if self.now - written >= WRITTEN_EVERY:
                    written = self.now
                    await self.playground.keep_time()

    async def outage(self) -> None:
        """Kith's machine loses its power for some hours, and Kith starts again on what is on its disk."""
        async with self._turning:
            now = self.now
            await self._leave()
            self.turned()
            self._stack = AsyncExitStack()
            await self._enter(now + OUTAGE)
        await self.wait(timedelta(0))
