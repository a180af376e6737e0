"""Which rules of time zones instants were derived by, zone by zone. Where one has others now, what holds there moves.

Wall time and zone are what is stored (``storage.database.walls``); the instant is derived, by the rules known then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from sqlite3 import Connection
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.context import NewRules
from storage.database import platforms

VERSION, SINCE, TIMES = ("kith", "tzdata"), ("kith", "tzdata since"), ("kith", "rules")
"""The release in use, since when, and how often there were new rules."""


class InUse(NamedTuple):
    """The release that the last start worked by, and since when there were such starts; empty before the first."""

    version: str
    since: datetime | None


def changed(connection: Connection, prints: Mapping[str, str], now: datetime) -> NewRules | None:
    """The zones whose rules are others than those instants were derived by, or that were never looked at."""
    known = dict(connection.execute("SELECT zone, print FROM zone_rules").fetchall())
    zones = {zone for zone, print_ in prints.items() if known.get(zone) != print_}
    return NewRules(frozenset(zones), times(connection) + 1, now) if zones else None


def times(connection: Connection) -> int:
    """How often instants were derived anew."""
    return int(platforms.state(connection, *TIMES) or 0)


def adopted(connection: Connection, prints: Mapping[str, str], number: int) -> None:
    """Everything has followed: these are the rules that instants were derived by."""
    connection.executemany("INSERT OR REPLACE INTO zone_rules VALUES (?, ?)", prints.items())
    platforms.set_state(connection, *TIMES, str(number))


def begun(connection: Connection, version: str, now: datetime) -> None:
    """A start works by this release."""
    if in_use(connection).version != version or in_use(connection).since is None:
        platforms.set_state(connection, *VERSION, version)
        platforms.set_state(connection, *SINCE, now.isoformat())


def in_use(connection: Connection) -> InUse:
    since = platforms.state(connection, *SINCE)
    return InUse(platforms.state(connection, *VERSION) or "", datetime.fromisoformat(since) if since else None)


def replace_vanished(connection: Connection, fallback: str) -> bool:
    """A zone that is no more becomes ``fallback``, the host's own: asked at an odd hour is better than never again.
    True if there was one.
    """
    gone = False
    for table in ("persons", "checkin_schedules", "checkin_posts", "own_dates"):
        for (zone,) in connection.execute(f"SELECT DISTINCT zone FROM {table}").fetchall():
            try:
                ZoneInfo(zone)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                connection.execute(f"UPDATE {table} SET zone = ? WHERE zone = ?", (fallback, zone))
                gone = True
    return gone
