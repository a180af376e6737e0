"""Where a chat stands, encrypted, under a keyed hash of who is talking where. Gone after a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

from storage.database.instants import seconds

KEPT = timedelta(days=1)


def remember(connection: Connection, chat: bytes, who: bytes, state: bytes, now: datetime) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO conversations (chat, who, state, updated) VALUES (?, ?, ?, ?)",
        (chat, who, state, seconds(now)),
    )


def recall(connection: Connection, chat: bytes) -> bytes | None:
    row = connection.execute("SELECT state FROM conversations WHERE chat = ?", (chat,)).fetchone()
    return row[0] if row else None


def drop(connection: Connection, chat: bytes) -> bool:
    """False if there was nothing."""
    return connection.execute("DELETE FROM conversations WHERE chat = ?", (chat,)).rowcount > 0


def forget(connection: Connection, who: bytes) -> None:
    """Drop every chat of one account, wherever it is."""
    connection.execute("DELETE FROM conversations WHERE who = ?", (who,))


def sweep(connection: Connection, now: datetime) -> None:
    connection.execute("DELETE FROM conversations WHERE updated <= ?", (seconds(now - KEPT),))
