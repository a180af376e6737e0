"""What an adapter must remember between runs: small values by name, and which events it has handled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Connection

from bot.clocks.clock import Clock
from bot.errors import StorageError
from storage.database import platforms
from storage.database.database import Database

PATIENCE = 1.0
"""Seconds that what comes next waits for the database. Whoever asks for help must not."""

log = logging.getLogger(__name__)


class Memory:
    """The memory of one platform's adapter. While the database does not answer, what was handled stands here."""

    def __init__(self, database: Database, platform: str, now: Clock) -> None:
        self._database = database
        self._platform = platform
        self._now = now
        self._unwritten: set[str] = set()
        self._marked: set[str] = set()

    async def recall(self, name: str) -> str | None:
        return await self._database.read(platforms.state, self._platform, name)

    async def remember(self, name: str, value: str) -> None:
        await self._database.write(platforms.set_state, self._platform, name, value)

    async def has_handled(self, event: str) -> bool:
        """Where nobody can tell, it has not been: an answer twice is better than none."""
        if event in self._unwritten:
            return True
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._database.read(platforms.is_known, self._platform, event)
        except (StorageError, TimeoutError) as error:
            log.error("what was handled cannot be looked up: %s", type(error))
            return False

    def marked(self, event: str) -> None:
        """That it was handled is written down already, together with what came of it."""
        self._marked.add(event)

    async def mark_handled(self, event: str) -> None:
        """What cannot be written down now is written together with the next one that can."""
        if event in self._marked:
            self._marked.remove(event)
            return
        self._unwritten.add(event)
        events = tuple(self._unwritten)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._database.write(_mark, self._platform, events, self._now())
        except (StorageError, TimeoutError) as error:
            log.error("what was handled cannot be written down yet: %s", type(error))
        else:
            self._unwritten.difference_update(events)


def _mark(connection: Connection, platform: str, events: Iterable[str], now: datetime) -> None:
    for event in events:
        platforms.first_time(connection, platform, event, now)
