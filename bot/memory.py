"""What an adapter must remember between runs: small values by name, and which events it has handled."""

from __future__ import annotations

from bot.clock import Clock
from storage import platforms
from storage.database import Database


class Memory:
    """The memory of one platform's adapter."""

    def __init__(self, database: Database, platform: str, now: Clock) -> None:
        self._database = database
        self._platform = platform
        self._now = now

    async def recall(self, name: str) -> str | None:
        return await self._database.read(platforms.state, self._platform, name)

    async def remember(self, name: str, value: str) -> None:
        await self._database.write(platforms.set_state, self._platform, name, value)

    async def has_handled(self, event: str) -> bool:
        return await self._database.read(platforms.is_known, self._platform, event)

    async def mark_handled(self, event: str) -> None:
        await self._database.write(platforms.first_time, self._platform, event, self._now())
