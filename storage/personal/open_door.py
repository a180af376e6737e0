"""A word to whoever asked for it, after a month in which they heard nothing: the doors are open. It keeps no table."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.messages import Person
from storage.database.instants import seconds
from storage.delivery import deliveries

PURPOSE = "door"
KIND = "door.open"

MONTH = timedelta(days=30)
WINDOW = timedelta(days=1)


def plan_due(connection: Connection, now: datetime, limit: int) -> bool:
    """Write to everybody who said yes to it a month ago or longer, and to whom nothing was planned or settled since.

    So it comes once in a month at most, and never beside anything else. True if there may be more.
    """
    rows = connection.execute(
        "SELECT person FROM consents WHERE purpose = ?1 AND given <= ?2 AND person IN (SELECT person FROM accounts)"
        " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.person = consents.person"
        " AND ifnull(settled, ?3) > ?2) ORDER BY person LIMIT ?4",
        (PURPOSE, seconds(now - MONTH), seconds(now), limit),
    ).fetchall()
    for (person,) in rows:
        _plan(connection, Person(person), now)
    return len(rows) == limit


def _plan(connection: Connection, person: Person, now: datetime) -> None:
    deliveries.tell(connection, person, KIND, f"{person.id}:{seconds(now)}", now, now + WINDOW, PURPOSE, capped=True)
