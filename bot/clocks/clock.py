"""The only place that reads the clock; everything else is handed ``now``, so a test can live on any day it likes."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Self, TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""What a part that must ask the time itself is given: `utc_now` in the bot, a hand-driven clock in tests."""


def utc_now() -> datetime:
    """This moment, in UTC. Moves backwards when somebody sets the clock back."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds since an arbitrary moment; never moves backwards. For waiting and for measuring, never for storing."""
    return time.monotonic()


class Machine(NamedTuple):
    """The clocks of one computer: the one on its wall, which anybody may set, and one that only counts.

    ``elapsed`` is seconds since ``boot``, those in which the machine slept among them where the system counts those.
    ``boot`` names the start that they count from; empty where nobody can tell one from another.
    """

    wall: Clock
    elapsed: Callable[[], float]
    boot: str = ""

    @classmethod
    def here(cls) -> Self:
        boot = ""
        with suppress(OSError):
            boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return cls(utc_now, _since_boot, boot)

    @classmethod
    def believing(cls, wall: Clock) -> Self:
        """One whose wall clock is never wrong, however far it is set: all that time has passed."""
        return cls(wall, lambda: wall().timestamp())


def _since_boot() -> float:
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
