"""Private places that were asked for: the row is there before the request, and says which place came of it."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection
from typing import NamedTuple

from bot.messages import Channel
from storage.database.instants import instant, seconds


class Intent(NamedTuple):
    """When the platform was last asked (None: never), and the place that is there (None: nobody knows of one)."""

    tried: datetime | None
    channel: Channel | None


def begin(connection: Connection, key: str, platform: str, now: datetime) -> Intent:
    """The intent with this key, made if there is none."""
    connection.execute(
        "INSERT INTO intents (key, platform, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (key, platform, seconds(now)),
    )
    tried, channel, thread = connection.execute(
        "SELECT tried, channel, thread FROM intents WHERE key = ?", (key,)
    ).fetchone()
    return Intent(instant(tried), Channel(platform, channel, thread) if channel is not None else None)


def attempt(connection: Connection, key: str, now: datetime) -> None:
    """The platform is asked next."""
    connection.execute("UPDATE intents SET tried = ? WHERE key = ?", (seconds(now), key))


def opened(connection: Connection, key: str, channel: Channel) -> None:
    connection.execute("UPDATE intents SET channel = ?, thread = ? WHERE key = ?", (channel.id, channel.thread, key))


def closed(connection: Connection, channel: Channel) -> None:
    """The place is no more, and what was kept of it is erased."""
    connection.execute(
        "DELETE FROM intents WHERE platform = ? AND channel = ? AND thread IS ?",
        (channel.platform, channel.id, channel.thread),
    )
