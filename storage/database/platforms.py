"""What adapters keep: events handled, so that a repeated one is not, and their place in the stream."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

from storage.database import sql
from storage.database.instants import seconds

KEPT = timedelta(days=7)


def first_time(connection: Connection, platform: str, event: str, now: datetime) -> bool:
    """True once per event id."""
    done = connection.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?)", (platform, event, seconds(now)))
    return done.rowcount > 0


def is_known(connection: Connection, platform: str, event: str) -> bool:
    """Whether ``first_time`` was told of this event."""
    known = connection.execute("SELECT 1 FROM events WHERE platform = ? AND id = ?", (platform, event))
    return known.fetchone() is not None


def sweep(connection: Connection, now: datetime) -> bool:
    return sql.erase(connection, "events", "seen <= ?", seconds(now - KEPT))


def state(connection: Connection, platform: str, name: str) -> str | None:
    row = connection.execute(
        "SELECT value FROM adapter_state WHERE platform = ? AND name = ?", (platform, name)
    ).fetchone()
    return row[0] if row else None


def set_state(connection: Connection, platform: str, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO adapter_state VALUES (?, ?, ?)", (platform, name, value))


def states(connection: Connection, platform: str) -> dict[str, str]:
    """All of a platform's values, by name."""
    return dict(connection.execute("SELECT name, value FROM adapter_state WHERE platform = ?", (platform,)).fetchall())


def drop_state(connection: Connection, platform: str, name: str) -> None:
    connection.execute("DELETE FROM adapter_state WHERE platform = ? AND name = ?", (platform, name))
