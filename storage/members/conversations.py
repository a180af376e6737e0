"""Where a chat stands, encrypted, under a keyed hash of who is talking where. Gone with the last question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from sqlite3 import Connection

from storage.database import sql
from storage.database.instants import seconds

LONGEST = timedelta(days=7)
"""No question stands longer, whatever else it says."""


def remember(connection: Connection, chat: bytes, who: bytes, state: bytes, now: datetime, until: datetime) -> None:
    """Keep where a chat stands as long as something in it does."""
    connection.execute(
        "INSERT OR REPLACE INTO conversations (chat, who, state, updated, until) VALUES (?, ?, ?, ?, ?)",
        (chat, who, state, seconds(now), min(seconds(until), seconds(now + LONGEST))),
    )


def change(
    connection: Connection,
    chat: bytes,
    who: bytes,
    changed: Callable[[bytes | None], tuple[bytes, datetime] | None],
    now: datetime,
) -> None:
    """Keep what ``changed`` makes of the chat as it stands, and until when: nothing noted meanwhile is lost."""
    kept = changed(recall(connection, chat, now))
    if kept is None:
        drop(connection, chat)
    else:
        state, until = kept
        remember(connection, chat, who, state, now, until)


def recall(connection: Connection, chat: bytes, now: datetime) -> bytes | None:
    query = "SELECT state FROM conversations WHERE chat = ? AND until > ?"
    row = connection.execute(query, (chat, seconds(now))).fetchone()
    return row[0] if row else None


def drop(connection: Connection, chat: bytes) -> bool:
    """False if there was nothing."""
    return connection.execute("DELETE FROM conversations WHERE chat = ?", (chat,)).rowcount > 0


def forget(connection: Connection, who: bytes) -> None:
    """Drop every chat of one account, wherever it is."""
    connection.execute("DELETE FROM conversations WHERE who = ?", (who,))


def sweep(connection: Connection, now: datetime) -> bool:
    return sql.erase(connection, "conversations", "until <= ?", seconds(now))
