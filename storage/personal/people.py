"""The people map: who is around for a member, in their own words. Encrypted, and for nobody else's eyes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import islice
from sqlite3 import Connection
from typing import Any, NamedTuple

from bot.context import Delivery
from bot.messages import Person
from storage.checkins import checkins
from storage.database import sql
from storage.database.instants import seconds
from storage.delivery import deliveries
from storage.members import consents, members

OPENING, REVIEW = "people.opening", "people.review"
MOST = 12
"""Entries of one member (product.md 3.9)."""
AFTER, UNTIL = timedelta(hours=1), timedelta(hours=24)
"""When after the first yes the map is opened, once."""
MONTH, REVIEW_WINDOW = timedelta(days=30), timedelta(days=2)
APART = timedelta(hours=1)
"""From a check-in, before and after it: words typed in answer to one question must not meet the other."""


SAME_QUESTION = "ci-ppl-10"
"""The check-in prompt that asks what the opening asks."""

IsQuiet = Callable[[members.Profile, datetime], bool]


class Entry(NamedTuple):
    """``entry`` is encrypted: all of it."""

    id: int
    entry: bytes


def add(connection: Connection, person: Person, seal: sql.Seal) -> int | None:
    """A new entry; ``seal`` encrypts it for the row with this id. None if there are enough."""
    if sql.count(connection, "people_map", person) >= MOST:
        return None
    return sql.insert_sealed(connection, "people_map", "entry", seal, person=person.id)


def change(connection: Connection, person: Person, row: int, entry: bytes) -> bool:
    done = connection.execute("UPDATE people_map SET entry = ? WHERE id = ? AND person = ?", (entry, row, person.id))
    return done.rowcount > 0


def of_person(connection: Connection, person: Person) -> list[Entry]:
    rows = connection.execute("SELECT id, entry FROM people_map WHERE person = ? ORDER BY id", (person.id,))
    return [Entry(*row) for row in rows]


def get(connection: Connection, person: Person, row: int) -> Entry | None:
    return next((one for one in of_person(connection, person) if one.id == row), None)


def remove(connection: Connection, person: Person, row: int) -> bool:
    return sql.remove(connection, "people_map", person, row)


def wants_opening(connection: Connection, person: Person, now: datetime) -> bool:
    """Is the person new, without an entry, and was never asked this, nor the check-in's question in the same words?"""
    found = connection.execute(
        "SELECT 1 FROM persons WHERE id = ?1 AND created > ?2 AND id NOT IN (SELECT person FROM people_openings)"
        " AND id NOT IN (SELECT person FROM people_map)"
        " AND NOT EXISTS (SELECT 1 FROM prompts_seen WHERE person = ?1 AND prompt = ?3)",
        (person.id, seconds(now - UNTIL), SAME_QUESTION),
    ).fetchone()
    return found is not None


def never_asked(connection: Connection, person: Person) -> bool:
    """Has nobody opened the map for them yet, nor asked the same in a check-in?"""
    found = connection.execute(
        "SELECT 1 FROM people_openings WHERE person = ?1 UNION ALL SELECT 1 FROM people_map WHERE person = ?1"
        " UNION ALL SELECT 1 FROM prompts_seen WHERE person = ?1 AND prompt = ?2",
        (person.id, SAME_QUESTION),
    ).fetchone()
    return found is None


def is_free(connection: Connection, person: Person, is_quiet: IsQuiet, now: datetime) -> bool:
    """Is it not quiet for the person, and are they asked nothing else around this time? Held until the end of quiet
    hours, a question would meet the check-in of the morning.
    """
    busy = connection.execute(
        "SELECT 1 FROM checkin_schedules WHERE person = ?1 AND due <= ?2 UNION ALL SELECT 1 FROM deliveries"
        " WHERE person = ?1 AND kind = ?3 AND (state IN ('pending', 'sending') OR settled > ?4)",
        (person.id, seconds(now + APART), checkins.PROMPT, seconds(now - APART)),
    ).fetchone()
    return busy is None and not is_quiet(members.profile(connection, person), now)


def plan_openings(connection: Connection, now: datetime, is_quiet: IsQuiet, limit: int) -> bool:
    """Open the map once for everybody who came within the last day and belongs to no community yet; elsewhere the
    welcome opens it (``storage.company.welcome``). True if there may be more.
    """
    rows = connection.execute(
        "SELECT id FROM persons WHERE created <= ? AND created > ? AND id NOT IN (SELECT person FROM people_openings)"
        " AND id NOT IN (SELECT person FROM memberships WHERE left_at IS NULL) ORDER BY id",
        (seconds(now - AFTER), seconds(now - UNTIL)),
    ).fetchall()
    free = _free(connection, [row for (row,) in rows], is_quiet, limit, now)
    for person in free:
        if not wants_opening(connection, person, now) or not consents.allows(connection, person, "core"):
            opened(connection, person, now)
            continue
        opened(connection, person, now, asked=True)
        _plan(connection, OPENING, person, f"{OPENING}:{person.id}", now, UNTIL, unasked=True)
    return len(free) == limit


def opened(connection: Connection, person: Person, now: datetime, *, asked: bool = False) -> None:
    """The person has seen the map: it is not offered to them any more. ``asked``: with its question, which check-ins
    then leave for later.
    """
    connection.execute("INSERT OR IGNORE INTO people_openings VALUES (?, ?)", (person.id, seconds(now)))
    if asked:
        checkins.saw(connection, person, SAME_QUESTION, now)


# -- a monthly look ---------------------------------------------------------------------------------------------------


def review(connection: Connection, person: Person, now: datetime) -> None:
    """Ask the person once a month, from a month on, whether their list still fits."""
    connection.execute("INSERT OR REPLACE INTO people_reviews VALUES (?, ?)", (person.id, seconds(now + MONTH)))


def stop_review(connection: Connection, person: Person) -> None:
    connection.execute("DELETE FROM people_reviews WHERE person = ?", (person.id,))


def is_reviewed(connection: Connection, person: Person) -> bool:
    return connection.execute("SELECT 1 FROM people_reviews WHERE person = ?", (person.id,)).fetchone() is not None


def plan_reviews(connection: Connection, now: datetime, is_quiet: IsQuiet, limit: int) -> None:
    """Ask those whose month is over, at an hour at which nothing else is asked of them. An empty list is let be."""
    rows = connection.execute(
        "SELECT person, due FROM people_reviews WHERE due <= ? ORDER BY due", (seconds(now),)
    ).fetchall()
    dues = dict(rows)
    for person in _free(connection, list(dues), is_quiet, limit, now):
        if of_person(connection, person):
            _plan(
                connection, REVIEW, person, f"{REVIEW}:{person.id}:{dues[person.id]}", now, REVIEW_WINDOW, unasked=False
            )
        review(connection, person, now)


def _free(connection: Connection, people: Iterable[int], is_quiet: IsQuiet, limit: int, now: datetime) -> list[Person]:
    """The first of them who can be asked something now: whoever cannot holds up nobody behind them."""
    free = (person for person in map(Person, people) if is_free(connection, person, is_quiet, now))
    return list(islice(free, limit))


def _plan(
    connection: Connection, kind: str, person: Person, key: str, now: datetime, window: timedelta, *, unasked: bool
) -> None:
    said = Delivery(person, kind, key, now, now + window, "core", capped=True, unasked=unasked)
    deliveries.plan(connection, said)


def export(connection: Connection, person: Person, read: Callable[[Entry], dict[str, str]]) -> dict[str, Any]:
    kept = [read(one) for one in of_person(connection, person)]
    monthly = {"asked about them once a month": True} if is_reviewed(connection, person) else {}
    return {**({"your people": kept} if kept else {}), **monthly}


def forget(connection: Connection, person: Person) -> None:
    sql.forget(connection, person, "people_map", "people_openings", "people_reviews")
