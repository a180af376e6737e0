"""What moderators did, in general form: the action and the time, no name and no member's words. Kept for a year."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import NamedTuple

from bot.messages import Community
from storage.database import sql
from storage.database.instants import instant, seconds

KEPT = timedelta(days=365)


class Entry(NamedTuple):
    """One thing a moderator did."""

    action: str
    at: datetime


def record(connection: Connection, community: Community, action: str, now: datetime) -> None:
    connection.execute(
        "INSERT INTO audit (community, action, at) VALUES (?, ?, ?)", (community.id, action, seconds(now))
    )


def entries(connection: Connection, community: Community, limit: int = 20, after: int = 0) -> list[Entry]:
    """The latest things done, the newest first, without so many of them."""
    rows = connection.execute(
        "SELECT action, at FROM audit WHERE community = ? ORDER BY at DESC, id DESC LIMIT ? OFFSET ?",
        (community.id, limit, after),
    )
    return [Entry(action, instant(at)) for action, at in rows]


def sweep(connection: Connection, now: datetime) -> bool:
    """Erase what was done more than a year ago."""
    return sql.erase(connection, "audit", "at <= ?", seconds(now - KEPT))
