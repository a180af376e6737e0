"""What could not be delivered to a person: it waits until they read it, at most two weeks."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection
from typing import Any

from bot.context import Delivery
from bot.messages import Community, Person
from storage.database.instants import instant, seconds
from storage.delivery import deliveries

_WAITING = "person = ? AND state = 'inbox' AND (expires IS NULL OR expires > ?)"


def waiting(connection: Connection, person: Person, now: datetime) -> list[Delivery]:
    """What is still worth reading, oldest first."""
    rows = connection.execute(
        f"{deliveries.SELECT} WHERE {_WAITING} ORDER BY due, id", (person.id, seconds(now))
    ).fetchall()
    return [deliveries.read(row) for row in rows]


def news(connection: Connection, person: Person, now: datetime) -> int:
    """How many wait, if the person has not heard of one of them yet; else 0."""
    [count, untold] = connection.execute(
        f"SELECT count(*), sum(told IS NULL) FROM deliveries WHERE {_WAITING}", (person.id, seconds(now))
    ).fetchone()
    return int(count) if untold else 0


def tell(connection: Connection, person: Person, now: datetime) -> None:
    """The person has heard of all that wait."""
    connection.execute(
        "UPDATE deliveries SET told = ? WHERE person = ? AND state = 'inbox' AND told IS NULL",
        (seconds(now), person.id),
    )


def read(connection: Connection, person: Person, row: int, now: datetime) -> None:
    """They have read this one: it is delivered now, and its words are erased."""
    connection.execute(
        "UPDATE deliveries SET state = 'sent', settled = ?, body = NULL"
        " WHERE id = ? AND person = ? AND state = 'inbox'",
        (seconds(now), row, person.id),
    )


def export(connection: Connection, person: Person) -> dict[str, Any]:
    rows = connection.execute(
        "SELECT due FROM deliveries WHERE person = ? AND state = 'inbox' ORDER BY due, id", (person.id,)
    )
    kept = [instant(due).isoformat() for (due,) in rows]
    return {"messages I couldn't deliver, by when they were due": kept} if kept else {}


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    """Delete what waits; with ``community``, what waits from there."""
    connection.execute(
        "DELETE FROM deliveries WHERE person = ? AND state = 'inbox' AND (? IS NULL OR community = ?)",
        (person.id, *[community.id if community else None] * 2),
    )
