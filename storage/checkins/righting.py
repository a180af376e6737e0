"""When check-ins and posts come next, once a clock that was ahead is right: what it has planned is planned anew."""

from __future__ import annotations

import logging
from datetime import datetime
from sqlite3 import Connection

from storage.checkins import checkins, posts
from storage.database.instants import seconds
from storage.members import in_touch

log = logging.getLogger(__name__)


def derive_anew(connection: Connection, now: datetime) -> None:
    """Whoever was asked for a day that is still to come is asked on it; what has been sent for it is not sent again."""
    rows = connection.execute(
        "SELECT id, person, at, zone, days, asked FROM checkin_schedules WHERE asked > ?", (seconds(now),)
    ).fetchall()
    for row, person, at, zone, days, asked in rows:
        try:
            due, nominal = checkins.first_after(at, zone, days, now)
        except (ValueError, LookupError, OSError):  # the file was damaged: one member's schedule is nobody else's
            log.error("schedule %d cannot be read", row)
            continue
        connection.execute(
            "UPDATE checkin_schedules SET due = ?, nominal = ?, asked = NULL, asked_nominal = NULL WHERE id = ?",
            (due, nominal, row),
        )
        connection.execute(
            "DELETE FROM deliveries WHERE person = ? AND kind = ? AND due = ? AND state = 'pending'"
            " AND first_try IS NULL",
            (person, checkins.PROMPT, asked),
        )
    posts.derive_anew(connection, now)
    in_touch.derive_anew(connection, now)
