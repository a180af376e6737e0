"""Dates with a name of a member's own. The name is encrypted; nothing is counted, and a moved date leaves no trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from sqlite3 import Connection
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.clocks.times import instant_at
from bot.context import NewRules
from bot.messages import Person
from storage.database import sql, walls
from storage.database.instants import instant, seconds
from storage.delivery import deliveries

TODAY = "dates.today"
PURPOSE = "dates"
MOST = 5
"""For each member (product.md 3.16)."""
MORNING = time(9)
WINDOW = timedelta(hours=12)
"""In the evening it is still that day."""


class OwnDate(NamedTuple):
    """``label`` is encrypted; ``nominal`` is when it next comes round."""

    id: int
    label: bytes
    nominal: date


def add(connection: Connection, person: Person, seal: sql.Seal, nominal: date, zone: str, now: datetime) -> int | None:
    """A new date; ``seal`` encrypts its name for the row with this id. None if there are enough."""
    if sql.count(connection, "own_dates", person) >= MOST:
        return None
    unknown = {"day": "", "nominal": "", "due": 0}
    row = sql.insert_sealed(connection, "own_dates", "label", seal, person=person.id, zone=zone, **unknown)
    move(connection, person, row, nominal, now)
    return row


def move(connection: Connection, person: Person, row: int, nominal: date, now: datetime) -> bool:
    """The person's date is another one. False if it is gone."""
    done = connection.execute(
        "UPDATE own_dates SET day = ? WHERE id = ? AND person = ?", (f"{nominal:%m-%d}", row, person.id)
    )
    if done.rowcount:
        [zone] = connection.execute("SELECT zone FROM own_dates WHERE id = ?", (row,)).fetchone()
        _place(connection, row, nominal, zone, now)
    return done.rowcount > 0


def _place(connection: Connection, row: int, nominal: date, zone: str, now: datetime) -> None:
    """That morning, or the first one after it that is still to come, a year apart each."""
    [day] = connection.execute("SELECT day FROM own_dates WHERE id = ?", (row,)).fetchone()
    due = instant_at(nominal, MORNING, ZoneInfo(zone))
    while due <= now:
        nominal = in_year(day, nominal.year + 1)
        due = instant_at(nominal, MORNING, ZoneInfo(zone))
    connection.execute(
        "UPDATE own_dates SET nominal = ?, zone = ?, due = ? WHERE id = ?",
        (nominal.isoformat(), zone, seconds(due), row),
    )


def in_year(day: str, year: int) -> date:
    """``MM-DD`` in that year; 29 February is the 28th where there is none."""
    try:
        return date.fromisoformat(f"{year}-{day}")
    except ValueError:
        return date(year, 2, 28)


def of_person(connection: Connection, person: Person) -> list[OwnDate]:
    rows = connection.execute(
        "SELECT id, label, nominal FROM own_dates WHERE person = ? ORDER BY due, id", (person.id,)
    )
    return [OwnDate(row, label, date.fromisoformat(nominal)) for row, label, nominal in rows]


def get(connection: Connection, person: Person, row: int) -> OwnDate | None:
    found = [one for one in of_person(connection, person) if one.id == row]
    return found[0] if found else None


def remove(connection: Connection, person: Person, row: int) -> bool:
    return sql.remove(connection, "own_dates", person, row)


def plan_due(connection: Connection, now: datetime, limit: int) -> bool:
    """Put this morning's dates into the outbox and move each on by a year. True if there may be more."""
    rows = connection.execute(
        "SELECT id, person, nominal, zone, due FROM own_dates WHERE due <= ? ORDER BY due LIMIT ?",
        (seconds(now), limit),
    ).fetchall()
    for row, person, nominal, zone, due in rows:
        to, what, when = Person(person), f"{row}:{nominal}", (instant(due), instant(due) + WINDOW)
        deliveries.tell(connection, to, TODAY, what, *when, PURPOSE, args={"date": row}, picked=True)
        _place(connection, row, date.fromisoformat(nominal), zone, now)
    return len(rows) == limit


def derive_anew(connection: Connection, now: datetime) -> None:
    """A date that was moved on by more than the year until it comes round is put back."""
    rows = connection.execute(
        "SELECT id, day, zone FROM own_dates WHERE due > ?", (seconds(now + timedelta(days=366)),)
    ).fetchall()
    for row, day, zone in rows:
        _place(connection, row, in_year(day, now.year - 1), zone, now)


def follow_zones(connection: Connection, now: datetime) -> None:
    """Whoever has moved to another zone has their mornings there. One that has passed there already is due at once."""
    rows = connection.execute(
        "SELECT own_dates.id, nominal, persons.zone FROM own_dates JOIN persons ON persons.id = person"
        " WHERE own_dates.zone <> persons.zone"
    ).fetchall()
    for row, nominal, zone in rows:
        due = instant_at(date.fromisoformat(nominal), MORNING, ZoneInfo(zone))
        connection.execute("UPDATE own_dates SET zone = ?, due = ? WHERE id = ?", (zone, seconds(due), row))


def follow(connection: Connection, rules: NewRules, after: int) -> int | None:
    """Mornings in zones with new rules."""
    rows = connection.execute(
        "SELECT id, nominal, zone, due FROM own_dates WHERE id > ? AND zone IN (SELECT value FROM json_each(?))"
        " ORDER BY id LIMIT ?",
        (after, rules.names, walls.PORTION),
    ).fetchall()
    for row, nominal, zone, due in rows:
        fresh = seconds(instant_at(date.fromisoformat(nominal), MORNING, ZoneInfo(zone)))
        if fresh != due:
            connection.execute("UPDATE own_dates SET due = ? WHERE id = ?", (fresh, row))
    return walls.last(row for row, *_rest in rows)


def export(connection: Connection, person: Person, label: Callable[[OwnDate], str]) -> dict[str, Any]:
    kept = [{"date": one.nominal.isoformat(), "name": label(one)} for one in of_person(connection, person)]
    return {"your dates": kept} if kept else {}


def forget(connection: Connection, person: Person) -> None:
    deliveries.drop_pending(connection, person, TODAY)
    sql.forget(connection, person, "own_dates")
