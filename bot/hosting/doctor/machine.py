"""The computer: its time zones, its clock, its disk."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.clocks.clock import Machine
from bot.hosting.clock import confirming
from bot.hosting.config import Config
from bot.hosting.doctor.findings import Finding

SOME_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")


def zones() -> Iterator[Finding]:
    try:
        for name in SOME_ZONES:
            ZoneInfo(name)
    except ZoneInfoNotFoundError:
        yield Finding("zones", "wrong", "There are no time zones here.", "Run scripts/setup again: it installs tzdata.")
    else:
        yield Finding("zones", "ok", "time zones are there")


def clock(config: Config) -> Iterator[Finding]:
    """Raises FatalError where the computer's clock is not believed."""
    yield Finding("clock", "ok", confirming.look(config.data, Machine.here()))
