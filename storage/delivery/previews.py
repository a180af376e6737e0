"""Plain previews: a message that comes by itself says only that it is there, until its reader has it shown."""

from __future__ import annotations

from datetime import timedelta
from sqlite3 import Connection
from typing import Any

from bot.context import Delivery
from bot.messages import Person
from storage.database import sql
from storage.delivery import deliveries

SHOWABLE = timedelta(hours=24)
"""How long the words of such a message can be shown; as long as any words on their way are kept at most."""


def is_plain(connection: Connection, person: Person) -> bool:
    return connection.execute("SELECT 1 FROM plain_previews WHERE person = ?", (person.id,)).fetchone() is not None


def switch(connection: Connection, person: Person, *, on: bool) -> None:
    if on:
        connection.execute("INSERT OR IGNORE INTO plain_previews VALUES (?)", (person.id,))
    else:
        forget(connection, person)


def told(connection: Connection, row: int) -> list[Delivery]:
    """What the message of this row told: itself, or all that went in one with it, in the order in which it was due."""
    rows = connection.execute(
        f"{deliveries.SELECT} WHERE id = ?1 OR together = (SELECT together FROM deliveries WHERE id = ?1)"
        " ORDER BY due, id",
        (row,),
    )
    return [deliveries.read(found) for found in rows.fetchall()]


def export(connection: Connection, person: Person) -> dict[str, Any]:
    return {"plain previews": True} if is_plain(connection, person) else {}


def forget(connection: Connection, person: Person) -> None:
    sql.forget(connection, person, "plain_previews")
