"""Waits for what tasks of their own bring about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds: far more than anything here takes, on a machine that does other things too."""


async def until(true: Callable[[], bool]) -> None:
    """Return as soon as it is true; fail if it does not come true."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what is waited for knows nothing of tests, and sets no event
            await asyncio.sleep(0.005)
