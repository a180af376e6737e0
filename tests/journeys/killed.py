"""Beds where the bot is a process of its own that is killed after every step of every person, on a clock a test sets.

``KilledDiscord`` and ``KilledMatrix`` are driven like the beds of ``tests/adapters/contract.py``, with the same actors:

    async with killed_discord(tmp_path) as bed:           # or killed_matrix(tmp_path)
        alice = bed.actor("alice")
        asked = await alice.say("checkin on 19:00 utc")   # answered, then kill -9, and a start on what is on the disk
        await alice.press(asked, "Yes")
        await bed.forward(timedelta(hours=9))
        prompt = await alice.next()

It begins at ``MORNING``, and the bot ticks by itself: there is nothing to call. ``bed.spared()`` is a stretch without
kills, for what only leads to the flow that is tried. ``bed.bot`` is a bot that looks on: its database is the real one,
to read from and to settle people in; it reaches nobody and must never tick.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import TypeVar

from mautrix.types import RoomID

from bot.adapters.discord import DiscordAdapter
from bot.bot import Bot
from bot.hosting import config
from bot.hosting.clock.watch import RECORD_EVERY
from bot.hosting.installation import DATABASE, open_keys
from bot.messages import Member, Place
from cogs import COGS
from storage.database import sureness
from storage.database.database import Database
from tests.adapters import discord_world
from tests.adapters.contract import Actor, Seen
from tests.adapters.discord_bed import DiscordActor
from tests.adapters.matrix_bed import MatrixActor
from tests.beds.discord import FakeDiscord, Permission, Person
from tests.beds.matrix.member import MatrixMember
from tests.beds.matrix.synapse import Account, shared
from tests.beds.process import PATIENCE, configure
from tests.journeys.clocked import TICK, Clocked, SetClock

T = TypeVar("T")

_serial = itertools.count(1)

MORNING = datetime(2031, 3, 4, 9, 30, tzinfo=UTC)
"""A Tuesday, outside everybody's quiet hours, in the weeks in which the clocks of half the world change."""


LONG_SECONDS = 15
"""After so many seconds in which nothing comes, it is the clock that what is to come waits for."""

TRIED_AGAIN = timedelta(minutes=6)


class KilledActor:
    """Somebody who loses the bot after each thing they do."""

    def __init__(self, actor: Actor, bed: KilledBed) -> None:
        self.member = actor.member
        self.inner = actor
        self._bed = bed

    async def say(self, line: str) -> Seen:
        return await self._then(self.inner.say(line))

    async def say_in_room(self, line: str) -> Seen:
        return await self._then(self.inner.say_in_room(line))

    async def press(self, seen: Seen, label: str) -> Seen:
        return await self._then(self.inner.press(seen, label))

    async def fill(self, form: Seen, *answers: str) -> Seen:
        return await self._then(self.inner.fill(form, *answers))

    async def next(self) -> Seen:
        return await self._then(self.inner.next())

    async def hear(self, words: str) -> Seen:
        """The next thing the bot says to them with these words in it, past whatever comes before."""
        return await self._then(self._hear(words))

    async def mention(self, other: Member) -> str:
        return await self.inner.mention(other)

    async def room_texts(self) -> list[str]:
        return await self.inner.room_texts()

    async def in_group(self, channel_id: str) -> bool:
        return await self.inner.in_group(channel_id)

    async def _hear(self, words: str) -> Seen:
        for _message in range(12):
            seen = await self._in_time()
            if words in seen.text:
                return seen
        raise AssertionError(f"never heard {words!r}")

    async def _in_time(self) -> Seen:
        """What a kill interrupted, or met a platform that was not reached yet, is tried again some minutes later."""
        coming = asyncio.ensure_future(self.inner.next())
        while not (await asyncio.wait([coming], timeout=LONG_SECONDS))[0]:
            await self._bed.forward(TRIED_AGAIN)
        return coming.result()

    async def _then(self, step: Awaitable[T]) -> T:
        done = await step
        if self._bed.killing:
            await self._bed.kill()
        return done


class KilledBed(ABC):
    """What both platforms share: the process, its clock, and a bot that looks on."""

    place: Place

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.now = SetClock(folder / "clock")
        self.now.set(MORNING)
        self.killing = True
        self.started: datetime
        """When the process began that runs now."""
        self.bot: Bot
        self._stack = AsyncExitStack()
        self._kith: Clocked
        self._actors: dict[str, KilledActor] = {}

    @abstractmethod
    def configure(self) -> Path:
        """Write the configuration of this platform into the folder."""

    async def open(self) -> None:
        path = self.configure()
        self._kith = Clocked(path, self.now)
        await self._start()
        self._stack.push_async_callback(self._kith.kill)
        settings = config.load(path, {})
        database = await self._stack.enter_async_context(await Database.open(settings.data / DATABASE))
        self.bot = Bot(database, await open_keys(settings.key, database), COGS, now=self.now)

    async def close(self) -> None:
        await self._stack.aclose()

    def actor(self, name: str) -> KilledActor:
        return self._actors[name]

    async def kill(self) -> None:
        """``kill -9``, and a start on what is on the disk."""
        await self._kith.kill()
        await self._start()

    restart = kill

    async def _start(self) -> None:
        self.started = self.now()
        await self._kith.start()

    @contextmanager
    def spared(self) -> Iterator[None]:
        """A stretch in which the bot is left alive."""
        self.killing, before = False, self.killing
        try:
            yield
        finally:
            self.killing = before

    async def forward(self, period: timedelta) -> None:
        """So much later: the running bot notices that its clock jumped, and has noted it.

        Killed before that, it would find itself stopped for so long, and refuse to start after more than a month.
        """
        later = self.now() + period
        self.now.set(later)
        noted = later - timedelta(seconds=RECORD_EVERY)
        async with asyncio.timeout(PATIENCE):
            while not await self.bot.database.read(_was_sure, noted):  # noqa: ASYNC110 - by another process
                await asyncio.sleep(TICK / 4)

    @abstractmethod
    async def close_messages(self, name: str) -> None:
        """From now on this person takes no direct messages from the bot."""

    @abstractmethod
    async def delivered(self, name: str, words: str) -> int:
        """How many messages holding these words reached this person's direct conversation."""


def _was_sure(connection: Connection, of: datetime) -> bool:
    last = sureness.last(connection)
    return last is not None and last.at >= of.replace(microsecond=0)


class KilledDiscord(KilledBed):
    def __init__(self, folder: Path, fake: FakeDiscord) -> None:
        super().__init__(folder)
        self.fake = fake
        self.guild = fake.add_guild()
        self.place = Place("discord", self.guild.id, self.guild.name)
        self.adapter: DiscordAdapter
        self._people = {name: fake.add_person(name.title(), self.guild) for name in ("alice", "bob")}
        self._people["mo"] = fake.add_person("Mo", self.guild, permissions=Permission.MANAGE_GUILD)
        self._people["eve"] = fake.add_person("Eve")

    def configure(self) -> Path:
        return configure(self.folder, self.fake)

    async def open(self) -> None:
        await super().open()
        self.adapter = DiscordAdapter(self.bot, discord_world.config(self.fake))  # it reads mentions, and never starts
        for name, person in self._people.items():
            self._actors[name] = KilledActor(DiscordActor(self, person), self)

    def person(self, name: str) -> Person:
        return self._people[name]

    async def close_messages(self, name: str) -> None:
        self._people[name].close_dms()

    async def delivered(self, name: str, words: str) -> int:
        return sum(
            any(words in text for text in (message.text, *message.told)) for message in self._people[name].sees()
        )


class KilledMatrix(KilledBed):
    def __init__(self, folder: Path, account: Account) -> None:
        super().__init__(folder)
        self._account = account
        self._members: dict[str, MatrixMember] = {}

    def configure(self) -> Path:
        return configure(self.folder, matrix=(shared(), self._account))

    async def open(self) -> None:
        await super().open()
        for name in ("alice", "bob", "mo", "eve"):
            member = self._members[name] = await MatrixMember.arrive(shared(), name)
            self._stack.push_async_callback(member.leave)
            self._actors[name] = KilledActor(MatrixActor(self, name, member), self)
        mo, others = self._members["mo"], [self._members[name] for name in ("alice", "bob")]
        room = await mo.open_room(self._account.user_id, *(member.id for member in others))
        for member in others:
            await member.accept()
        await mo.wait_for_member(self._account.user_id)
        self.place = Place("matrix", room, "the garden")

    async def open_direct(self, person: MatrixMember) -> str:
        return await person.open_direct(self._account.user_id)

    async def close_messages(self, name: str) -> None:
        actor = self._actors[name].inner
        assert isinstance(actor, MatrixActor)
        await self._members[name].client.leave_room(RoomID(actor.direct))

    async def delivered(self, name: str, words: str) -> int:
        actor = self._actors[name].inner
        assert isinstance(actor, MatrixActor)
        heard = [one for one in self._members[name].log if one.room == actor.direct]
        return sum(words in one.text for one in heard)


@asynccontextmanager
async def killed_discord(folder: Path) -> AsyncIterator[KilledDiscord]:
    async with FakeDiscord() as fake:
        bed = KilledDiscord(folder, fake)
        await bed.open()
        try:
            yield bed
        finally:
            await bed.close()


@asynccontextmanager
async def killed_matrix(folder: Path) -> AsyncIterator[KilledMatrix]:
    bed = KilledMatrix(folder, shared().register(f"killed-{next(_serial)}"))
    await bed.open()
    try:
        yield bed
    finally:
        await bed.close()


KILLED: dict[str, Callable[[Path], AbstractAsyncContextManager[KilledBed]]] = {
    "discord": killed_discord,
    "matrix": killed_matrix,
}

TRIED = sorted(KILLED) if "KITH_JOURNEYS" in os.environ else ["discord"]
"""Where long journeys are made: everywhere with ``KITH_JOURNEYS=all``, which takes too long for every change."""
