"""Who welcomes whom: a newcomer is told one name within a day, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any

from bot.context import Delivery
from bot.messages import Community, Person
from storage.database import sql
from storage.database.instants import instant, seconds
from storage.delivery import deliveries, unasked
from storage.members import blocks, consents, members, volunteers
from storage.moderation import holds
from storage.personal import people

NAMED, NOBODY, NEW = "welcome.named", "welcome.nobody", "welcome.said"
WELCOMER, CORE = "welcomer", "core"

NEWCOMER = timedelta(hours=24)
"""Whoever came longer ago is not welcomed as new."""
SETTLE = timedelta(hours=1)
"""After the first yes, until a name is given."""
AT_LAST = timedelta(hours=22)
"""From then on it comes, whatever else is asked at that hour."""
OPEN = timedelta(hours=48)
WEEK = timedelta(days=7)
A_WEEK = 5
"""Newcomers one welcomer gets in a week."""
KEPT = timedelta(days=35)

IsQuiet = Callable[[members.Profile, datetime], bool]


def unplaced(connection: Connection, now: datetime, limit: int) -> list[Person]:
    """Newcomers who only ever wrote directly, so that nobody knows yet where they belong."""
    rows = connection.execute(
        "SELECT id FROM persons WHERE created > ? AND id NOT IN (SELECT person FROM memberships) LIMIT ?",
        (seconds(now - NEWCOMER), limit),
    )
    return [Person(person) for (person,) in rows]


def plan(connection: Connection, now: datetime, is_quiet: IsQuiet, limit: int) -> bool:
    """Give every newcomer a welcomer's name, as long as they are new. Whom the people map was not offered yet, it is
    offered in the same message. Where nobody welcomes, nothing is said of it. True if there may be more.
    """
    rows = connection.execute(
        "SELECT communities.id, name, person, since FROM memberships JOIN communities ON communities.id = community"
        " WHERE left_at IS NULL AND since <= ? AND since > ? AND (community, person) NOT IN"
        " (SELECT community, person FROM welcomes) AND community IN (SELECT others.community FROM memberships AS others"
        " JOIN consents ON consents.person = others.person WHERE purpose = ? AND others.left_at IS NULL)"
        " ORDER BY since LIMIT ?",
        (seconds(now - SETTLE), seconds(now - NEWCOMER), WELCOMER, limit),
    ).fetchall()
    waiting = 0
    for community_id, name, person_id, since in rows:
        community, person, came = Community(community_id, name), Person(person_id), instant(since)
        welcomer = _free_welcomer(connection, community, person, now)
        if welcomer is None or (came > now - AT_LAST and not people.is_free(connection, person, is_quiet, now)):
            waiting += 1
            continue
        connection.execute(
            "INSERT INTO welcomes (community, person, welcomer, told) VALUES (?, ?, ?, ?)",
            (community_id, person_id, welcomer.id, seconds(now)),
        )
        opens = people.wants_opening(connection, person, now)
        if opens:
            people.opened(connection, person, now, asked=True)
        _tell(connection, person, NAMED, community, person, welcomer, CORE, now, opens=opens)
    return len(rows) == limit and not waiting


def _free_welcomer(connection: Connection, community: Community, newcomer: Person, now: datetime) -> Person | None:
    """Who volunteered, is there, and welcomed fewest lately."""
    rows = connection.execute(
        "SELECT persons.id, (SELECT count(*) FROM welcomes WHERE welcomer = persons.id AND told > ?1) AS lately"
        " FROM memberships JOIN persons ON persons.id = person WHERE community = ?2 AND left_at IS NULL"
        " AND away IS NULL AND persons.id <> ?3 AND (paused_at IS NULL OR paused_until <= ?4)"
        " AND EXISTS (SELECT 1 FROM consents WHERE consents.person = persons.id AND purpose = 'welcomer')"
        " ORDER BY lately, persons.id",
        (seconds(now - WEEK), community.id, newcomer.id, seconds(now)),
    ).fetchall()
    for person_id, lately in rows:
        person = Person(person_id)
        if (
            lately < A_WEEK
            and consents.allows(connection, person, WELCOMER)
            and not volunteers.waits(connection, community, person, WELCOMER, now)
            and not blocks.between(connection, person, newcomer)
            and holds.obstacle(connection, community, person, now) is None
            and holds.obstacle(connection, community, newcomer, now) in (None, "new")
        ):
            return person
    return None


def instead(connection: Connection, community: Community, person: Person, now: datetime) -> Person | None:
    """A welcomer for somebody who was found no buddy. It counts for the welcomer's week as a welcome does."""
    welcomer = _free_welcomer(connection, community, person, now)
    if welcomer is not None:
        connection.execute(
            "INSERT INTO welcomes (community, person, welcomer, told) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET welcomer = excluded.welcomer, told = excluded.told",
            (community.id, person.id, welcomer.id, seconds(now)),
        )
    return welcomer


def named(connection: Connection, person: Person, community: Community) -> Person | None:
    """The welcomer whose name the person was given last, if they may still meet."""
    row = connection.execute(
        "SELECT welcomer FROM welcomes WHERE community = ? AND person = ? AND welcomer IS NOT NULL",
        (community.id, person.id),
    ).fetchone()
    return None if row is None or blocks.between(connection, person, Person(row[0])) else Person(row[0])


def greet(connection: Connection, person: Person, community: Community, now: datetime) -> bool:
    """The newcomer says hello to the welcomer they were named. False if there is none any more."""
    welcomer = named(connection, person, community)
    if welcomer is None:
        return False
    _tell(connection, welcomer, NEW, community, person, person, WELCOMER, now)
    return True


def _tell(
    connection: Connection,
    to: Person,
    kind: str,
    community: Community,
    newcomer: Person,
    about: Person | None,
    purpose: str,
    now: datetime,
    *,
    opens: bool = False,
) -> None:
    args = ({"about": about.id} if about else {}) | ({"opens": 1} if opens else {})
    key, is_unasked = f"{kind}:{community.id}:{newcomer.id}", kind == NAMED
    until = (unasked.can_hear(connection, to, now) if is_unasked else now) + OPEN
    deliveries.plan(connection, Delivery(to, kind, key, now, until, purpose, community, args, unasked=is_unasked))


# -- what is kept -----------------------------------------------------------------------------------------------------


def sweep(connection: Connection, now: datetime) -> bool:
    return sql.erase(connection, "welcomes", "told <= ?", seconds(now - KEPT))


def export(connection: Connection, person: Person) -> dict[str, Any]:
    told = connection.execute("SELECT told FROM welcomes WHERE person = ?", (person.id,))
    welcomed = [instant(at).isoformat() for (at,) in told]
    return {"when you were welcomed": welcomed} if welcomed else {}


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    where = {"person": person.id, "community": community.id if community else None}
    here = "AND community = ifnull(:community, community)"
    connection.execute(f"DELETE FROM welcomes WHERE person = :person {here}", where)
    connection.execute(f"UPDATE welcomes SET welcomer = NULL WHERE welcomer = :person {here}", where)
