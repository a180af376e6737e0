"""What members asked to be reminded of: encrypted, sent once, then erased."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import Any, NamedTuple

from bot.context import NewRules
from bot.messages import Person
from storage.database import sql, walls
from storage.database.instants import instant, seconds
from storage.delivery import deliveries, moved

DUE = "reminders.due"
PURPOSE = "reminders"
MOST = 25
"""For each member (product.md 3.16)."""
WAITING = walls.Kept("reminders", only="planned IS NULL")


class Reminder(NamedTuple):
    """``words`` are encrypted."""

    id: int
    words: bytes
    due: datetime


def add(connection: Connection, person: Person, seal: sql.Seal, due: datetime) -> int | None:
    """A new reminder; ``seal`` encrypts its words for the row with this id. None if there are enough."""
    if sql.count(connection, "reminders", person) >= MOST:
        return None
    [zone] = connection.execute("SELECT zone FROM persons WHERE id = ?", (person.id,)).fetchone()
    at = {"due": seconds(due), "zone": zone, "wall": walls.wall(due, zone)}
    return sql.insert_sealed(connection, "reminders", "words", seal, person=person.id, **at)


def of_person(connection: Connection, person: Person) -> list[Reminder]:
    """What waits, in the order it comes."""
    rows = connection.execute(
        "SELECT id, words, due FROM reminders WHERE person = ? AND planned IS NULL ORDER BY due, id", (person.id,)
    )
    return [Reminder(row, words, instant(due)) for row, words, due in rows]


def walls_of(connection: Connection, person: Person, rows: Sequence[int]) -> list[tuple[datetime, str]]:
    """Of these, what still waits: when it comes, and by the clocks of which zone."""
    found = connection.execute(
        "SELECT due, zone FROM reminders WHERE person = ? AND planned IS NULL AND zone IS NOT NULL"
        " AND id IN (SELECT value FROM json_each(?)) ORDER BY due, id",
        (person.id, json.dumps([*rows])),
    )
    return [(instant(due), zone) for due, zone in found]


def get(connection: Connection, row: int) -> Reminder | None:
    found = connection.execute("SELECT id, words, due FROM reminders WHERE id = ?", (row,)).fetchone()
    return Reminder(found[0], found[1], instant(found[2])) if found else None


def remove(connection: Connection, person: Person, row: int) -> bool:
    """Delete one of the person's own. False if it is gone already."""
    is_gone = sql.remove(connection, "reminders", person, row)
    if is_gone:
        deliveries.drop_key(connection, f"{DUE}:{row}")
    return is_gone


def plan_due(connection: Connection, now: datetime, limit: int) -> bool:
    """Put what is due into the outbox; what falls into a pause or a rest waits. True if there may be more."""
    rows = connection.execute(
        "SELECT reminders.id, person, due FROM reminders JOIN persons ON persons.id = person"
        " WHERE due <= ?1 AND planned IS NULL AND (paused_at IS NULL OR paused_until <= ?1) AND rests IS NULL"
        " ORDER BY due LIMIT ?2",
        (seconds(now), limit),
    ).fetchall()
    for row, person, due in rows:
        to, args = Person(person), {"reminder": row}
        deliveries.tell(connection, to, DUE, row, instant(due), None, PURPOSE, args=args, picked=True)
        connection.execute("UPDATE reminders SET planned = ? WHERE id = ?", (seconds(now), row))
    return len(rows) == limit


def erase_sent(connection: Connection) -> None:
    """What has arrived, or never will, is erased. What lies in an inbox stays until it was read."""
    connection.execute(
        "DELETE FROM reminders WHERE planned IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deliveries"
        " WHERE nominal_key = ? || reminders.id AND state IN ('pending', 'sending', 'inbox'))",
        (f"{DUE}:",),
    )


def follow(connection: Connection, rules: NewRules, after: int) -> int | None:
    """Those in zones with new rules stay at their wall times, and their people hear it."""
    found, last = walls.portion(connection, WAITING, rules, after)
    for one in found:
        [person] = connection.execute("SELECT person FROM reminders WHERE id = ?", (one.row,)).fetchone()
        moved.note(connection, Person(person), "reminders", one.row, rules)
    return last


def export(connection: Connection, person: Person, words: Callable[[Reminder], str]) -> dict[str, Any]:
    kept = [{"when": one.due.isoformat(), "words": words(one)} for one in of_person(connection, person)]
    return {"your reminders": kept} if kept else {}


def forget(connection: Connection, person: Person) -> None:
    deliveries.drop_pending(connection, person, DUE)
    sql.forget(connection, person, "reminders")
