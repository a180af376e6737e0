"""What members asked to be reminded of: encrypted, sent once, then erased; or again and again (``repeating``)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import Any, NamedTuple

from bot.clocks.repeats.repeat import Repeat
from bot.context import NewRules
from bot.messages import Person
from storage.database import sql, walls
from storage.database.instants import instant, seconds
from storage.delivery import deliveries, moved, previews

DUE = "reminders.due"
AGAIN = "reminders.again"
PURPOSE = "reminders"
MOST = 25
"""For each member (product.md 3.16)."""
WAITING = walls.Kept("reminders", only="planned IS NULL AND id NOT IN (SELECT reminder FROM repeating_reminders)")
"""What comes once; what comes again and again has a rule to be derived from (``repeating.follow``)."""


class Reminder(NamedTuple):
    """``words`` are encrypted. ``due`` is when it comes next; ``snoozed`` when the last one comes once more."""

    id: int
    words: bytes
    due: datetime
    repeat: Repeat | None = None
    snoozed: datetime | None = None


_COLUMNS = (
    "SELECT id, words, due, rule, at, repeating_reminders.zone, nominal, snoozed FROM reminders"
    " LEFT JOIN repeating_reminders ON reminder = reminders.id"
)


def add(connection: Connection, person: Person, seal: sql.Seal, due: datetime) -> int | None:
    """A new reminder; ``seal`` encrypts its words for the row with this id. None if there are enough."""
    if sql.count(connection, "reminders", person) >= MOST:
        return None
    return sql.insert_sealed(
        connection, "reminders", "words", seal, person=person.id, due=seconds(due), **wall(connection, person, due)
    )


def wall(connection: Connection, person: Person, due: datetime) -> dict[str, str]:
    """What the member's clocks show then, and in which zone: that is what was asked for."""
    [zone] = connection.execute("SELECT zone FROM persons WHERE id = ?", (person.id,)).fetchone()
    return {"zone": zone, "wall": walls.wall(due, zone)}


def of_person(connection: Connection, person: Person) -> list[Reminder]:
    """What waits, in the order it comes."""
    rows = connection.execute(f"{_COLUMNS} WHERE person = ? AND planned IS NULL ORDER BY due, id", (person.id,))
    return [_read(*row) for row in rows]


def walls_of(connection: Connection, person: Person, rows: Sequence[int]) -> list[tuple[datetime, str]]:
    """Of these, what still waits: when it comes, and by the clocks of which zone."""
    found = connection.execute(
        "SELECT due, zone FROM reminders WHERE person = ? AND planned IS NULL AND zone IS NOT NULL"
        " AND id IN (SELECT value FROM json_each(?)) ORDER BY due, id",
        (person.id, json.dumps([*rows])),
    )
    return [(instant(due), zone) for due, zone in found]


def get(connection: Connection, row: int) -> Reminder | None:
    found = connection.execute(f"{_COLUMNS} WHERE id = ?", (row,)).fetchone()
    return _read(*found) if found else None


def _read(row: int, words: bytes, due: int, *rule: Any) -> Reminder:
    *written, snoozed = rule
    return Reminder(row, words, instant(due), repeat_of(*written), instant(snoozed))


def repeat_of(rule: str | None, at: str, zone: str, nominal: str) -> Repeat | None:
    """None where there is none, or it can't be read: then it comes when it was to come next."""
    try:
        return Repeat.read(rule, at, zone, nominal) if rule else None
    except ValueError:
        return None


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
        " AND NOT EXISTS (SELECT 1 FROM repeating_reminders WHERE reminder = reminders.id)"
        " ORDER BY due LIMIT ?2",
        (seconds(now), limit),
    ).fetchall()
    for row, person, due in rows:
        to, args = Person(person), {"reminder": row}
        deliveries.tell(connection, to, DUE, row, instant(due), None, PURPOSE, args=args, picked=True)
        connection.execute("UPDATE reminders SET planned = ? WHERE id = ?", (seconds(now), row))
    return len(rows) == limit


def erase_sent(connection: Connection, now: datetime) -> bool:
    """What has arrived, or never will, is erased. What lies in an inbox stays until it was read, and behind a plain
    preview as long as it can be shown.
    """
    over = (
        "planned IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deliveries"
        " WHERE nominal_key = ? || reminders.id AND (state IN ('pending', 'sending', 'inbox') OR (state = 'sent'"
        " AND settled > ? AND person IN (SELECT person FROM plain_previews))))"
    )
    return sql.erase(connection, "reminders", over, f"{DUE}:", seconds(now - previews.SHOWABLE))


def follow(connection: Connection, rules: NewRules, after: int) -> int | None:
    """Those in zones with new rules stay at their wall times, and their people hear it."""
    found, last = walls.portion(connection, WAITING, rules, after)
    for one in found:
        [person] = connection.execute("SELECT person FROM reminders WHERE id = ?", (one.row,)).fetchone()
        moved.note(connection, Person(person), "reminders", one.row, rules)
    return last


def export(connection: Connection, person: Person, words: Callable[[Reminder], str]) -> dict[str, Any]:
    kept = [{"when": one.due.isoformat(), "words": words(one), **_again(one)} for one in of_person(connection, person)]
    return {"your reminders": kept} if kept else {}


def _again(one: Reminder) -> dict[str, str]:
    again = {"again": one.repeat.in_zone()} if one.repeat else {}
    return again | ({"snoozed until": one.snoozed.isoformat()} if one.snoozed else {})


def forget(connection: Connection, person: Person) -> None:
    for kind in (DUE, AGAIN):
        deliveries.drop_pending(connection, person, kind)
    sql.forget(connection, person, "reminders")
