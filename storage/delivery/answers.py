"""Answers that wait until the platform takes them: encrypted, under a keyed hash of whose they are, a day at most."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

from storage.database import platforms, sql
from storage.database.instants import seconds

LONGEST = timedelta(days=1)


def keep(connection: Connection, platform: str, who: bytes, event: str, seal: sql.Seal, now: datetime) -> int:
    """Keep the answer to this event, which is handled with it: nobody's command runs twice. Returns the row's id."""
    platforms.first_time(connection, platform, event, now)
    whose = {"platform": platform, "who": who}
    return sql.insert_sealed(connection, "answers", "words", seal, **whose, expires=seconds(now + LONGEST))


def waiting(connection: Connection, platform: str, now: datetime) -> list[tuple[int, bytes]]:
    """The rows whose answers still wait, oldest first, each with whose it is."""
    rows = connection.execute(
        "SELECT id, who FROM answers WHERE platform = ? AND expires > ? ORDER BY id", (platform, seconds(now))
    )
    return rows.fetchall()


def words(connection: Connection, row: int, now: datetime) -> bytes | None:
    """None where there is nothing to say any more: it is said, it is too old, or its owner wants to be forgotten."""
    found = connection.execute("SELECT words FROM answers WHERE id = ? AND expires > ?", (row, seconds(now))).fetchone()
    return bytes(found[0]) if found else None


def said(connection: Connection, row: int) -> None:
    connection.execute("DELETE FROM answers WHERE id = ?", (row,))


def forget(connection: Connection, who: bytes) -> None:
    connection.execute("DELETE FROM answers WHERE who = ?", (who,))


def sweep(connection: Connection, now: datetime) -> bool:
    return sql.erase(connection, "answers", "expires <= ?", seconds(now))
