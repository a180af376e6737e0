"""Kith as a process that a host started, which can be killed in the middle of anything and started again."""

from __future__ import annotations

import signal
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.beds.process import Ended, Running, started

SOON = timedelta(seconds=20)
"""What somebody needs who sets up a check-in for the next minute, on a busy machine."""


class Hosted:
    """``async with Hosted(config) as kith``: running and ready."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._stack = AsyncExitStack()
        self._running: Running

    async def __aenter__(self) -> Hosted:
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stack.aclose()

    async def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        self._running = await self._stack.enter_async_context(started("run", "--config", self._config))
        assert (await self._running.line()).startswith("ready: ")

    async def kill(self) -> None:
        """``kill -9``, and a start on what is on the disk."""
        await self._running.end(signal.SIGKILL)
        await self.start()

    async def stop(self) -> Ended:
        """As a host stops it. ``start`` starts it again."""
        return await self._running.end(signal.SIGTERM)


def next_minute() -> datetime:
    """The next whole minute that leaves enough time to ask for it."""
    return (datetime.now(UTC) + SOON).replace(second=0, microsecond=0) + timedelta(minutes=1)
