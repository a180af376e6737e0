"""Reminders that come round again: each once; after an outage or a rest only the last one, in a pause none."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.clocks.repeats.repeat import Repeat
from bot.context import NewRules
from bot.messages import Person
from storage.database import sql, walls
from storage.database.instants import instant, seconds
from storage.delivery import deliveries, moved
from storage.personal import reminders
from storage.personal.reminders import AGAIN, PURPOSE

log = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(days=1)
"""After a rule that cannot be read."""
_PAUSED = "(paused_at IS NOT NULL AND (paused_until IS NULL OR paused_until > ?1))"


def add(connection: Connection, person: Person, seal: sql.Seal, repeat: Repeat) -> int | None:
    """A new one; ``seal`` encrypts its words for the row with this id. None if there are enough."""
    row = reminders.add(connection, person, seal, repeat.next.instant)
    if row is not None:
        _keep(connection, row, repeat)
    return row


def move(connection: Connection, person: Person, row: int, due: datetime, repeat: Repeat | None) -> bool:
    """The same words at another time, once or again and again. False if it is gone already, or on its way."""
    stands = reminders.wall(connection, person, due)
    done = connection.execute(
        "UPDATE reminders SET due = ?, zone = ?, wall = ? WHERE id = ? AND person = ? AND planned IS NULL",
        (seconds(due), stands["zone"], stands["wall"], row, person.id),
    )
    if done.rowcount:
        connection.execute("DELETE FROM repeating_reminders WHERE reminder = ?", (row,))
        if repeat is not None:
            _keep(connection, row, repeat)
    return done.rowcount > 0


def snooze(connection: Connection, person: Person, row: int, until: datetime) -> bool:
    """Once more then, beside what comes by itself. False if it is gone."""
    done = connection.execute(
        "UPDATE repeating_reminders SET snoozed = ?1"
        " WHERE reminder = (SELECT id FROM reminders WHERE id = ?2 AND person = ?3)",
        (seconds(until), row, person.id),
    )
    return done.rowcount > 0


def _keep(connection: Connection, row: int, repeat: Repeat) -> None:
    rule, at, zone, nominal = repeat.written
    sql.insert(connection, "repeating_reminders", reminder=row, rule=rule, at=at, zone=zone, nominal=nominal)
    connection.execute("UPDATE reminders SET zone = ?, wall = NULL WHERE id = ?", (zone, row))


def follow(connection: Connection, rules: NewRules, after: int) -> int | None:
    """The next of each in zones with new rules stays at its wall time, and its person hears it."""
    rows = connection.execute(
        "SELECT reminders.id, person, due, rule, at, repeating_reminders.zone, nominal FROM repeating_reminders"
        " JOIN reminders ON reminders.id = reminder WHERE reminder > ? AND due > ?"
        " AND repeating_reminders.zone IN (SELECT value FROM json_each(?)) ORDER BY reminder LIMIT ?",
        (after, seconds(rules.now), rules.names, walls.PORTION),
    ).fetchall()
    for row, person, due, *written in rows:
        repeat = reminders.repeat_of(*written)
        if repeat is not None and (fresh := seconds(repeat.next.instant)) != due:
            connection.execute("UPDATE reminders SET due = ? WHERE id = ?", (fresh, row))
            moved.note(connection, Person(person), "reminders", row, rules)
    return walls.last(row for row, *_rest in rows)


def plan_due(connection: Connection, now: datetime, limit: int) -> bool:
    """Put what is due into the outbox, and work out the next of each. True if there may be more."""
    rows = connection.execute(
        f"SELECT reminders.id, person, {_PAUSED}, rule, at, repeating_reminders.zone, nominal FROM repeating_reminders"
        " JOIN reminders ON reminders.id = reminder JOIN persons ON persons.id = person"
        " WHERE due <= ?1 AND rests IS NULL ORDER BY due LIMIT ?2",
        (seconds(now), limit),
    ).fetchall()
    for row, person, is_paused, *written in rows:
        repeat = reminders.repeat_of(*written)
        if repeat is None:
            log.warning("reminder %d has a rule that cannot be read", row)
            _next(connection, row, now + LOOK_AGAIN, written[-1])
        else:
            _plan(connection, row, None if is_paused else Person(person), repeat, now)
    return _plan_snoozed(connection, now, limit) or len(rows) == limit


def _plan(connection: Connection, row: int, to: Person | None, repeat: Repeat, now: datetime) -> None:
    """The last one that has come is told, until the next one comes; whoever paused is told nothing."""
    if repeat.next.instant > now:  # the rules of the zone have changed since
        _next(connection, row, repeat.next.instant, repeat.nominal.isoformat())
        return
    last, following = repeat.after(now)
    _next(connection, row, following.next.instant, following.nominal.isoformat())
    if to is not None:
        _tell(connection, to, row, last.nominal.isoformat(), last.instant, following.next.instant)


def _plan_snoozed(connection: Connection, now: datetime, limit: int) -> bool:
    """What was put off waits for the end of a pause or a rest."""
    rows = connection.execute(
        "SELECT reminder, person, snoozed FROM repeating_reminders JOIN reminders ON reminders.id = reminder"
        " JOIN persons ON persons.id = person"
        f" WHERE snoozed <= ?1 AND NOT {_PAUSED} AND rests IS NULL ORDER BY snoozed LIMIT ?2",
        (seconds(now), limit),
    ).fetchall()
    for row, person, snoozed in rows:
        _tell(connection, Person(person), row, f"put off {snoozed}", instant(snoozed), None)
        connection.execute("UPDATE repeating_reminders SET snoozed = NULL WHERE reminder = ?", (row,))
    return len(rows) == limit


def _tell(connection: Connection, to: Person, row: int, which: str, due: datetime, expires: datetime | None) -> None:
    args = {"reminder": row}
    deliveries.tell(connection, to, AGAIN, f"{row}:{which}", due, expires, PURPOSE, args=args, picked=True)


def _next(connection: Connection, row: int, due: datetime, nominal: str) -> None:
    connection.execute("UPDATE reminders SET due = ? WHERE id = ?", (seconds(due), row))
    connection.execute("UPDATE repeating_reminders SET nominal = ? WHERE reminder = ?", (nominal, row))
