"""One lane for each of many: what stands in a lane is done in order, and no lane waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import Any

Work = Callable[[], Awaitable[object]]


class Lanes:
    """``tasks`` are all that are under way or wait their turn; ``last`` is the one at the end of each lane."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self.last: dict[Hashable, asyncio.Task[None]] = {}

    def add(self, lane: Hashable, work: Work) -> asyncio.Task[None]:
        """Begun once what stands before it in its lane has ended, however that ended."""
        task = self.last[lane] = asyncio.create_task(_after(self.last.get(lane), work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        task.add_done_callback(lambda done: self.last.pop(lane) if self.last.get(lane) is done else None)
        return task


async def _after(before: asyncio.Task[None] | None, work: Work) -> None:
    if before is not None:
        await asyncio.wait([before])
    await work()


async def cancelled(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """End them, and come back once they have ended."""
    for task in (ending := [*tasks]):
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)
