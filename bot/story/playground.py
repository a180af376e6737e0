"""A small community in one process, with a clock that somebody turns: the page's, the terminal's and the story's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from bot.adapters.local import NAME, LocalAdapter, Posted
from bot.bot import Bot
from bot.cog import Cog, Settings
from bot.hosting.config import KeyConfig
from bot.hosting.installation import claim, open_database, open_journal, open_keys
from bot.keys.crypto import Keyring
from bot.messages import Member, Place
from cogs import COGS
from storage.database import platforms
from storage.database.database import Database
from storage.delivery import agenda
from storage.members import members

ALICE, BOB, CHANDRA, DANA, MO = (
    Member(NAME, name.casefold(), name) for name in ("Alice", "Bob", "Chandra", "Dana", "Mo")
)
CAST = (ALICE, BOB, CHANDRA, DANA, MO)
"""Everybody is in the room; Mo moderates it."""

ROOM = Place(NAME, "porch", "The Porch")

HOUR = timedelta(hours=1)


class Playground:
    """``async with Playground.open(folder, now) as playground``: real cogs, a real database file, nobody outside."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        cogs: Sequence[type[Cog]],
        now: datetime,
        chat: Callable[[Bot], LocalAdapter] = LocalAdapter,
    ) -> None:
        self.now = now
        self._database = database
        self.bot = Bot(
            database, keyring, cogs, Settings("whoever runs this playground", volunteer_days=0), now=lambda: self.now
        )
        self.chat = chat(self.bot)
        for member in CAST:
            self.chat.join(member, ROOM, moderator=member == MO)
        self._drawn = len(self.chat.posted)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        folder: Path,
        now: datetime,
        cogs: Sequence[type[Cog]] = COGS,
        chat: Callable[[Bot], LocalAdapter] = LocalAdapter,
    ) -> AsyncIterator[Self]:
        """The community that lives in ``folder``, from ``now`` on, or from where its time had come to if later."""
        with claim(folder):
            async with await open_database(folder) as database:
                keyring = await open_keys(KeyConfig(file=folder / "kith.key"), database)
                kept = await database.read(platforms.state, NAME, "now")
                if kept is not None:
                    now = max(now, datetime.fromisoformat(kept))
                playground = cls(database, keyring, cogs, now.astimezone(UTC), chat)
                await open_journal(folder, keyring, database, lambda: playground.now)
                try:
                    yield playground
                finally:
                    await playground.keep_time()

    async def keep_time(self) -> None:
        """Write down how far the time has come: whoever opens the folder again goes on from here."""
        await self._database.write(platforms.set_state, NAME, "now", self.now.isoformat())

    async def wait(self, duration: timedelta) -> AsyncIterator[list[Posted]]:
        """Let time pass, from one thing that is due to the next; yields what was said, at the time it was said.

        While nothing is due it goes in steps of an hour, for the hourly and daily jobs.
        """
        end = self.now + duration
        plans = await self._database.read(agenda.plans)
        await self.bot.tick(self.now)
        while True:
            if said := self.unread():
                yield said
            if self.now >= end:
                return
            due = await self._database.read(agenda.next_due, plans, self.now)
            before, self.now = self.now, min(filter(None, (due, _next_hour(self.now), end)))
            await self._run_jobs(before)
            await self.bot.tick(self.now)

    async def _run_jobs(self, before: datetime) -> None:
        if self.now.replace(minute=0, second=0, microsecond=0) > before:
            await self.bot.run_jobs("hour", self.now)
        if self.now.date() > before.date():
            await self.bot.run_jobs("day", self.now)

    async def say(self, member: Member, line: str, place: Place | None = None) -> list[Posted]:
        """A member types to the bot, directly or in a shared place. Returns all that is said upon it, to whomever."""
        await self.bot.run_text(self.chat.incoming(member, place), line)
        await self.bot.tick(self.now)
        return self.unread()

    def unread(self) -> list[Posted]:
        """What has been said since this was last asked, by whomever to whomever."""
        said, self._drawn = self.chat.posted[self._drawn :], len(self.chat.posted)
        return said

    async def zone_of(self, member: Member) -> ZoneInfo:
        """The zone a member chose; UTC before that."""
        person = await self._database.read(members.person_of, member)
        if person is None:
            return ZoneInfo("UTC")
        return ZoneInfo((await self._database.read(members.profile, person)).zone)


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + HOUR
