"""Who asked to join a circle whose hosts decide. A no is remembered for a while, and told to nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.messages import Person
from storage.circles.answers import Seat
from storage.database.instants import seconds

AGAIN = timedelta(days=30)
"""How long a no stands before the hosts are shown the same name once more."""


def ask(connection: Connection, circle: int, person: Person, wants: Seat, now: datetime) -> bool:
    """The person would like to join. False where the hosts have been asked already, or said no lately."""
    connection.execute(
        "DELETE FROM circle_requests WHERE circle = ? AND person = ? AND declined <= ?",
        (circle, person.id, seconds(now - AGAIN)),
    )
    done = connection.execute(
        "INSERT INTO circle_requests (circle, person, wants, asked) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (circle, person.id, wants, seconds(now)),
    )
    return done.rowcount > 0


def asked(connection: Connection, circle: int, person: Person) -> Seat | None:
    """The seat this person asked for, while nobody has answered; else None."""
    row = connection.execute(
        "SELECT wants FROM circle_requests WHERE circle = ? AND person = ? AND declined IS NULL", (circle, person.id)
    ).fetchone()
    return row[0] if row else None


def decline(connection: Connection, circle: int, person: Person, now: datetime) -> None:
    connection.execute(
        "UPDATE circle_requests SET declined = ? WHERE circle = ? AND person = ? AND declined IS NULL",
        (seconds(now), circle, person.id),
    )


def take(connection: Connection, circle: int, person: Person) -> Seat | None:
    """The request is granted and gone; the seat it was for. None where there is none that waits."""
    wants = asked(connection, circle, person)
    if wants is not None:
        connection.execute("DELETE FROM circle_requests WHERE circle = ? AND person = ?", (circle, person.id))
    return wants
