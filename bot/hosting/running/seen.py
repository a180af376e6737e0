"""How a running Kith is at one moment, for those who look after it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.delivery.tally import Tally
from storage.delivery.backlog import Waiting


@dataclass(frozen=True)
class Seen:
    """How a run is at one moment. ``tick_age``: seconds since the last round ended; ``database``: its file."""

    tally: Tally
    platforms: Collection[str]
    connected: Collection[str]
    database: Path
    build: Mapping[str, str]
    since: datetime
    tick_age: float
    waiting: Waiting


STALE = 60.0
"""Seconds without an end of a round of planning and sending, after which Kith is not well."""


def health(seen: Seen) -> Mapping[str, Any]:
    """Well: every platform is connected, and the last round of planning and sending ended within a minute."""
    missing = sorted(set(seen.platforms) - set(seen.connected))
    return {
        "well": not missing and seen.tick_age < STALE,
        "version": seen.build.get("version", ""),
        "connected": sorted(seen.connected),
        "missing": missing,
        "tick_age_seconds": round(seen.tick_age, 1),
    }
