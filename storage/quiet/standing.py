"""Whether a quiet alert could do what it is for if it had to: what it lacks, and what its member was told of that."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal

from bot.messages import Person
from storage.database.instants import seconds
from storage.members import community_settings
from storage.quiet import contacts, quiet

SETTLE = timedelta(days=3)
"""So long after it was written there is time to ask somebody, and to answer."""

Lack = Literal["closed", "checkin", "nobody", "reach"]
"""Nothing reaches the member; nothing is sent that could go unanswered; nobody said yes; nobody can be reached."""
ORDER: tuple[Lack, ...] = ("closed", "checkin", "nobody", "reach")


def lacks(connection: Connection, found: quiet.Setup, now: datetime) -> list[Lack]:
    """What keeps it from working now, in the order in which it would come to matter."""
    missing: list[Lack] = []
    if not contacts.takes_messages(connection, found.person):
        missing.append("closed")
    if not connection.execute("SELECT 1 FROM checkin_schedules WHERE person = ?", (found.person.id,)).fetchone():
        missing.append("checkin")
    if not can_tell(connection, found, now):
        missing.append("reach" if _agreed(connection, found, now) else "nobody")
    return missing


def can_tell(connection: Connection, found: quiet.Setup, now: datetime) -> bool:
    """Is there anybody on the list who would be told at this moment?"""
    helpers = contacts.helpers_to_tell(connection, found.person, found.helpers, now) if found.helpers else []
    people = contacts.people_to_tell(connection, found.person) + helpers
    has_place = found.moderators is not None and community_settings.get(connection, found.moderators).reports
    return bool(has_place) or any(contacts.is_in_reach(connection, one, now) for one in people)


def _agreed(connection: Connection, found: quiet.Setup, now: datetime) -> bool:
    """Somebody said yes to being told, or stands on the list by their role."""
    if found.helpers is not None and contacts.helpers_to_tell(connection, found.person, found.helpers, now):
        return True
    return bool(contacts.people_to_tell(connection, found.person))


def waiting(connection: Connection, now: datetime) -> list[Person]:
    """Whose alert is asleep and was written long enough ago, and who takes no rest."""
    rows = connection.execute(
        "SELECT person FROM quiet_alerts JOIN persons ON persons.id = person WHERE step = 'waiting' AND written <= ?"
        " AND (paused_at IS NULL OR paused_until <= ?) ORDER BY person",
        (seconds(now - SETTLE), seconds(now)),
    )
    return [Person(person) for (person,) in rows]


def look(connection: Connection, found: quiet.Setup, now: datetime) -> list[Lack]:
    """What it lacks that the member was not told of. From here on they were."""
    [told] = connection.execute("SELECT lacks FROM quiet_alerts WHERE person = ?", (found.person.id,)).fetchone()
    missing = lacks(connection, found, now)
    if " ".join(missing) != told:
        connection.execute("UPDATE quiet_alerts SET lacks = ? WHERE person = ?", (" ".join(missing), found.person.id))
    return missing if set(missing) - set(told.split()) else []
