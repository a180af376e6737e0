"""How much there is still to send: for the host, who is told numbers and no more."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Final, NamedTuple

from storage.database.instants import seconds


class Waiting(NamedTuple):
    """``planned``: for later. ``overdue``: due for longer than `OVERDUE`. ``inbox``: no platform hands it over now."""

    planned: int
    overdue: int
    inbox: int


OVERDUE: Final = timedelta(minutes=1)
"""What is due goes at the next tick; a burst takes as long as the platform's pace allows."""


def left(connection: Connection, now: datetime) -> Waiting:
    """What is still to go. What quiet hours hold is planned for their end."""
    rows = connection.execute(
        "SELECT iif(next_try <= ?, 'overdue', 'planned') AS it, count(*) FROM deliveries WHERE state = 'pending'"
        " GROUP BY it UNION ALL SELECT 'inbox', count(*) FROM deliveries WHERE state = 'inbox'",
        (seconds(now - OVERDUE),),
    )
    return Waiting(**{"planned": 0, "overdue": 0, **dict(rows.fetchall())})
