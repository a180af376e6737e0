"""Computes anew what was derived from time zones, where the rules of a zone have changed since.

Wall time, zone and nominal date are what is stored; the instant is derived, by the rules that were known then.
"""

from __future__ import annotations

from datetime import date, datetime, time
from sqlite3 import Connection
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.clocks.times import Days, instant_at
from storage.database import platforms
from storage.database.instants import seconds

NAME = ("kith", "tzdata")


def adopt(connection: Connection, version: str, fallback: str, now: datetime) -> int:
    """Use this release of the rules from now on. Returns how many instants have moved; 0 where it was in use already.

    A zone that is no more becomes ``fallback``, the host's own: asked at an odd hour is better than never asked again.
    """
    if platforms.state(connection, *NAME) == version:
        return 0
    for table in ("persons", "checkin_schedules"):
        _replace_vanished(connection, table, fallback)
    moved = _derive(connection, now)
    platforms.set_state(connection, *NAME, version)
    return moved


def _replace_vanished(connection: Connection, table: str, fallback: str) -> None:
    for (zone,) in connection.execute(f"SELECT DISTINCT zone FROM {table}").fetchall():
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            connection.execute(f"UPDATE {table} SET zone = ? WHERE zone = ?", (fallback, zone))


def _derive(connection: Connection, now: datetime) -> int:
    """What is due already stays: it is planned in a moment. One that has moved into the past is caught up with."""
    rows = connection.execute(
        "SELECT id, at, zone, days, nominal, due FROM checkin_schedules WHERE due > ?", (seconds(now),)
    ).fetchall()
    derived = [
        (_instant(at, zone, days, date.fromisoformat(nominal)), row, due) for row, at, zone, days, nominal, due in rows
    ]
    moved = [(fresh, row) for fresh, row, due in derived if fresh != due]
    connection.executemany("UPDATE checkin_schedules SET due = ? WHERE id = ?", moved)
    return len(moved)


def _instant(at: str, zone: str, days: str, nominal: date) -> int:
    """When clocks in the zone show the time that belongs to this day of the week."""
    hours = zip(at.split(), days.split(), strict=True)
    hour = next(hour for hour, on in hours if nominal in Days.from_code(on))
    return seconds(instant_at(nominal, time.fromisoformat(hour), ZoneInfo(zone)))
