"""The only place that reads the clock; everything else is handed ``now``, so a test can live on any day it likes."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""What a part that must ask the time itself is given: `utc_now` in the bot, a hand-driven clock in tests."""


def utc_now() -> datetime:
    """This moment, in UTC. Moves backwards when somebody sets the clock back."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds since an arbitrary moment; never moves backwards. For waiting and for measuring, never for storing."""
    return time.monotonic()
