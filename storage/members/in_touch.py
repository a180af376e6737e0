"""When each member was in touch, to the minute, and that they answered a check-in. Never what they said."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from bot.clocks.times import local_day
from bot.messages import Person
from storage.database import sql
from storage.database.instants import instant, seconds

EVERY = timedelta(minutes=1)
"""How exactly it is kept when a member was in touch."""
KEPT = timedelta(days=35)


def record(connection: Connection, person: Person, now: datetime, delivery: int | None = None) -> None:
    """The member was in touch; with ``delivery``, by answering that check-in. Saying it twice changes nothing.

    An open quiet alert is looked at again at once: any contact ends it.
    """
    connection.execute("INSERT OR IGNORE INTO contacts VALUES (?, ?)", (person.id, seconds(now)))
    connection.execute(
        "UPDATE quiet_alerts SET due = ? WHERE person = ? AND step <> 'waiting' AND due > ?",
        (seconds(now), person.id, seconds(now)),
    )
    if delivery is not None:
        connection.execute(
            "UPDATE checkins SET answered = ? WHERE delivery = ? AND person = ? AND answered IS NULL",
            (seconds(now), delivery, person.id),
        )


def is_news(connection: Connection, person: Person, now: datetime) -> bool:
    """Is this contact worth noting: the first in a minute, of somebody with check-ins or a quiet alert?"""
    [news] = connection.execute(
        "SELECT (EXISTS (SELECT 1 FROM checkin_schedules WHERE person = ?1)"
        " OR EXISTS (SELECT 1 FROM checkin_rests WHERE person = ?1)"
        " OR EXISTS (SELECT 1 FROM quiet_alerts WHERE person = ?1))"
        " AND NOT EXISTS (SELECT 1 FROM contacts WHERE person = ?1 AND at > ?2)",
        (person.id, seconds(now - EVERY)),
    ).fetchone()
    return bool(news)


def days(connection: Connection, person: Person, zone: ZoneInfo, start: datetime) -> list[date]:
    """The local dates on which there was contact, oldest first. Of the other days nothing is told."""
    rows = connection.execute(
        "SELECT at FROM contacts WHERE person = ? AND at >= ? ORDER BY at", (person.id, seconds(start))
    )
    return list(dict.fromkeys(local_day(instant(at), zone) for (at,) in rows))


def unanswered(connection: Connection, person: Person, now: datetime) -> int:
    """How many check-ins came since the member was last in touch, within the time of which anything is known."""
    [count] = connection.execute(
        "SELECT count(*) FROM checkins JOIN deliveries ON deliveries.id = delivery"
        " WHERE checkins.person = ? AND state = 'sent'"
        " AND asked > max(?, ifnull((SELECT max(at) FROM contacts WHERE contacts.person = checkins.person), 0))",
        (person.id, seconds(now - KEPT)),  # the daily sweep may be a day behind
    ).fetchone()
    return int(count)


def since(connection: Connection, person: Person, start: datetime) -> bool:
    found = connection.execute(
        "SELECT 1 FROM contacts WHERE person = ? AND at > ? LIMIT 1", (person.id, seconds(start))
    ).fetchone()
    return found is not None


def derive_anew(connection: Connection, now: datetime) -> None:
    """Nobody was in touch, asked or answering at a time that is still to come."""
    connection.execute("DELETE FROM contacts WHERE at > ?", (seconds(now),))
    connection.execute("UPDATE checkins SET asked = ?1 WHERE asked > ?1", (seconds(now),))
    connection.execute("UPDATE checkins SET answered = ?1 WHERE answered > ?1", (seconds(now),))


def sweep(connection: Connection, now: datetime) -> bool:
    return sql.erase(connection, "contacts", "at <= ?", seconds(now - KEPT))


def export(connection: Connection, person: Person) -> dict[str, Any]:
    rows = connection.execute("SELECT at FROM contacts WHERE person = ? ORDER BY at", (person.id,))
    return {"when you were in touch, last 35 days": [instant(at).isoformat() for (at,) in rows]}


def forget(connection: Connection, person: Person) -> None:
    connection.execute("DELETE FROM contacts WHERE person = ?", (person.id,))
