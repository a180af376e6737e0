"""A bot with one feature that sends what it is told to, on a platform that can be made to fail in every way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from bot.adapters.local import LocalAdapter
from bot.bot import Bot
from bot.cog import KeepsNothing, action, message
from bot.context import Context, Delivery, Reader
from bot.hosting.installation import DATABASE
from bot.keys.crypto import Keyring
from bot.messages import (
    Button,
    Channel,
    Community,
    Member,
    Message,
    Person,
    Text,
)
from bot.platform.pacing import Pace
from storage.database.database import Database
from storage.delivery import deliveries
from storage.members import consents, members
from tests.prepared import prepared

START = datetime(2026, 3, 28, 18, 0, tzinfo=UTC)
PURPOSE = "checkin"


class Notes(KeepsNothing):
    """A few words for somebody. ``silent``: there is nothing to say any more; ``broken``: it cannot be said."""

    silent = broken = False

    @message("notes.note", actions=("notes.read",))
    async def note(self, delivery: Delivery, reader: Reader) -> Message | None:
        if self.broken:
            raise ValueError("a bug")
        words = Text(str(delivery.args["words"]))
        return None if self.silent else Message(words, (Button(Text("Read"), "notes.read"),))

    @message("notes.news", unsure="resend")
    async def news(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(Text(str(delivery.args["words"])))

    @action("notes.read")
    async def read_(self, context: Context, value: str) -> str:
        return "Thank you."


Fault = Exception | Callable[[], object]


class Odd(LocalAdapter):
    """The platform in memory, with faults. ``asked`` are all requests for a message: (words, key).

    ``before`` and ``after`` go wrong one by one, before a message is taken or after it; ``gate`` keeps all requests
    waiting while it is not set; ``blind``: the history tells nothing.
    """

    def __init__(self, bot: Bot) -> None:
        super().__init__(bot)
        self.asked: list[tuple[str, str]] = []
        self.looked = 0
        self.before: list[Exception | None] = []
        self.after: list[Exception | None] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.blind: Exception | None = None
        self.forgets_keys = False

    async def send(self, member: Member, message: Message, key: str) -> str:
        await self._taking(message, key)
        sent = await super().send(member, message, key)
        self._give_up_on(self.after)
        return sent

    async def post(self, channel: Channel, message: Message, key: str) -> str:
        await self._taking(message, key)
        sent = await super().post(channel, message, key)
        self._give_up_on(self.after)
        return sent

    async def find(self, target: Member | Channel, key: str, since: datetime) -> str | None:
        self.looked += 1
        if self.blind is not None:
            raise self.blind
        return await super().find(target, key, since)

    async def _taking(self, message: Message, key: str) -> None:
        self.asked.append((str(message.text), key))
        await self.gate.wait()
        self._give_up_on(self.before)
        if self.forgets_keys:
            self.posted = [replace(posted, key="") for posted in self.posted]

    def _give_up_on(self, faults: list[Exception | None]) -> None:
        fault = faults.pop(0) if faults else None
        if fault is not None:
            raise fault


@dataclass
class Outbox:
    """The bed: a bot whose time a test moves by hand."""

    database: Database
    keyring: Keyring
    now: datetime = START
    bot: Bot = field(init=False)
    chat: Odd = field(init=False)
    planned: int = 0

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """A new process, on the same data; what was said before is still in the chats."""
        before = self.chat.posted if self.planned else []
        self.bot = Bot(self.database, self.keyring, [Notes], now=lambda: self.now)
        self.chat = Odd(self.bot)
        self.chat.posted = before

    @property
    def notes(self) -> Notes:
        [notes] = self.bot.registry.cogs
        assert isinstance(notes, Notes)
        return notes

    async def join(self, member: Member, community: Community | None = None) -> Person:
        def work(connection: Connection) -> Person:
            person = members.create(connection, member, "UTC", "en", self.now)
            consents.give(connection, person, ("dm", PURPOSE), "Write to me.", self.now)
            if community is not None:
                members.join(connection, person, community, self.now)
            return person

        return await self.database.write(work)

    async def plan(self, to: Person | Channel, words: str, **what: Any) -> int:
        """Something to say, due now unless told otherwise."""
        self.planned += 1
        defaults = {"kind": "notes.note", "key": f"note:{self.planned}", "due": self.now, "picked": True}
        delivery = Delivery(to, **{**defaults, "purpose": PURPOSE, "args": {"words": words}, **what})
        row = await self.database.write(deliveries.plan, delivery)
        assert row is not None
        return row

    async def tick(self, later: timedelta = timedelta(), patience: float | None = None) -> None:
        self.now += later
        await self.bot.tick(self.now, patience)

    async def state(self, row: int) -> tuple[str, str | None]:
        """A row's state and its reason."""

        def work(connection: Connection) -> tuple[str, str | None]:
            found = connection.execute("SELECT state, reason FROM deliveries WHERE id = ?", (row,)).fetchone()
            return found[0], found[1]

        return await self.database.read(work)

    def heard(self, member: Member) -> list[str]:
        return [str(message.text) for message in self.chat.read(member)]

    def pace(self, **limits: Any) -> None:
        self.chat.pace = Pace(**limits)


@asynccontextmanager
async def outbox_bed(path: Path) -> AsyncIterator[Outbox]:
    async with await Database.open(prepared(path) / DATABASE) as database:
        bed = Outbox(database, Keyring.new())
        yield bed
        await bed.bot.dispatcher.stop(0)
