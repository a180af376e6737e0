"""What the measurements of delivery share: ticks as the scheduler makes them, and the processor time they take."""

from __future__ import annotations

import asyncio
import resource
import time as stopwatch

from bot.bot import Bot
from bot.clocks.clock import utc_now


async def tick_until(end: float, bot: Bot) -> None:
    """Once a second, until the monotonic clock shows ``end``."""
    while stopwatch.monotonic() < end:
        await bot.tick(utc_now(), patience=0)
        await asyncio.sleep(min(1.0, max(0.0, end - stopwatch.monotonic())))


def used() -> float:
    """Seconds of processor time of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
