"""When the bot could not be reached on a platform. Such hours never count against anybody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.messages import Person
from storage.database import sql
from storage.database.instants import instant, seconds

EVERY = timedelta(minutes=1)
"""How exactly it is kept until when the bot was there."""
KEPT = timedelta(days=35)


def beat(connection: Connection, platforms: Iterable[str], now: datetime, silence: timedelta) -> None:
    """The bot is there now. If it last said so longer than ``silence`` ago, it was away in between."""
    for platform in platforms:
        row = connection.execute("SELECT at FROM uptime WHERE platform = ?", (platform,)).fetchone()
        if row is not None and seconds(now) - row[0] > silence.total_seconds():
            connection.execute("INSERT OR REPLACE INTO outages VALUES (?, ?, ?)", (platform, row[0], seconds(now)))
        connection.execute("INSERT OR REPLACE INTO uptime VALUES (?, ?)", (platform, seconds(now)))


def down(connection: Connection, person: Person, since: datetime, until: datetime) -> timedelta:
    """For how long, in that time, the bot was away from a platform that the person uses (the longest of several)."""
    rows = connection.execute(
        "SELECT sum(min(until, ?) - max(since, ?)) FROM outages WHERE since < ? AND until > ?"
        " AND platform IN (SELECT platform FROM accounts WHERE person = ?) GROUP BY platform",
        (seconds(until), seconds(since), seconds(until), seconds(since), person.id),
    ).fetchall()
    return timedelta(seconds=max((total for (total,) in rows), default=0))


def last_beat(connection: Connection, platform: str) -> datetime | None:
    row = connection.execute("SELECT at FROM uptime WHERE platform = ?", (platform,)).fetchone()
    return instant(row[0]) if row else None


def derive_anew(connection: Connection, now: datetime) -> None:
    """An outage that ends in a time to come, by a clock that was ahead, excuses no day that is still to come."""
    connection.execute("DELETE FROM outages WHERE since > ?", (seconds(now),))
    connection.execute("UPDATE outages SET until = ?1 WHERE until > ?1", (seconds(now),))
    connection.execute("UPDATE uptime SET at = ?1 WHERE at > ?1", (seconds(now),))


def sweep(connection: Connection, now: datetime) -> bool:
    return sql.erase(connection, "outages", "until <= ?", seconds(now - KEPT))
