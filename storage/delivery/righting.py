"""What a clock that was ahead has written into the outbox, put right: nothing waits or counts until its day comes."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

from storage.database.instants import seconds


def derive_anew(connection: Connection, now: datetime) -> None:
    """Whatever waits goes when it is due, and nothing that was done was done later than now. The gate holds again what
    it has held.
    """
    at = {"now": seconds(now)}
    connection.execute(
        "UPDATE deliveries SET next_try = max(due, :now) WHERE state = 'pending' AND next_try > max(due, :now)", at
    )
    connection.execute("UPDATE deliveries SET first_try = :now WHERE first_try > :now", at)
    connection.execute("UPDATE deliveries SET settled = :now WHERE settled > :now", at)
    connection.execute("UPDATE accounts SET closed = NULL WHERE closed > :now", at)
    connection.execute("UPDATE accounts SET last_seen = :now WHERE last_seen > :now", at)
