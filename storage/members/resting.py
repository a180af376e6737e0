"""What rests: own things of somebody who is in no community with the bot, and all of a place the bot was taken out of.

A membership is away by the platform's word (``away``) until its member says `Go on`: ``left_at`` is set until they are
back, ``back`` from then on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal, NamedTuple

from bot.messages import Community, Person, Place
from storage.database.instants import instant, seconds
from storage.members import consents

RESTS = timedelta(days=7)
"""For so long things rest; then it is a leave."""

AGAIN = timedelta(hours=1)

Away = Literal["gone", "bot", "owner"]


class Back(NamedTuple):
    """A membership that waits for its member's `Go on`. ``owner``: somebody else owns the place now."""

    community: Community
    owner: bool


# -- going ------------------------------------------------------------------------------------------------------------


def rest_here(connection: Connection, person: Person, community: Community, now: datetime) -> None:
    """The bot was taken out of where they met: everything there stays as it is, and nothing of it happens."""
    connection.execute(
        "UPDATE memberships SET left_at = ?, away = 'bot', back = NULL, told = NULL"
        " WHERE person = ? AND community = ? AND left_at IS NULL",
        (seconds(now), person.id, community.id),
    )
    settle(connection, person)


def settle(connection: Connection, person: Person) -> None:
    """Somebody is in a community less. Without any, what is their own rests as long as they may come back to one; after
    that they have said yes to nothing.
    """
    if not count(connection, person):
        consents.withdraw_all(connection, person)


def count(connection: Connection, person: Person) -> bool:
    """See whether their own things rest, and since when. False: they have left every community for good."""
    here, since = connection.execute(
        "SELECT ifnull(max(left_at IS NULL), 0), max(CASE WHEN away IS NOT NULL THEN left_at END) FROM memberships"
        " WHERE person = ?",
        (person.id,),
    ).fetchone()
    rests = None if here else since
    connection.execute(
        "UPDATE persons SET rests = ?1, waits = CASE WHEN ?1 IS NULL THEN waits END WHERE id = ?2", (rests, person.id)
    )
    if rests is None:
        _ask_at_once(connection, person)
    return bool(here) or since is not None


def until(connection: Connection, person: Person) -> datetime | None:
    """Until when the person's own things rest; None where they do not."""
    row = connection.execute("SELECT rests FROM persons WHERE id = ?", (person.id,)).fetchone()
    return instant(row[0]) + RESTS if row and row[0] is not None else None


def held(connection: Connection, person: Person, community: Community | None, now: datetime) -> datetime | None:
    """Until when nothing is sent to them that they said yes to: their own things, or those of this community, rest. As
    long as no platform says whether they are back, that is a while longer.
    """
    row = connection.execute(
        "SELECT left_at FROM memberships WHERE person = ? AND community = ? AND left_at IS NOT NULL"
        " AND away IN ('bot', 'owner')",
        (person.id, community.id if community else None),
    ).fetchone()
    end = instant(row[0]) + RESTS if row else until(connection, person)
    return None if end is None else max(end, now + AGAIN)


# -- coming back ------------------------------------------------------------------------------------------------------


def lift(connection: Connection, person: Person, now: datetime) -> None:
    """They are in a community again: what is their own goes on, and what was held for them is asked about at once."""
    connection.execute(
        "UPDATE persons SET rests = NULL, waits = ? WHERE id = ? AND rests IS NOT NULL", (seconds(now), person.id)
    )
    _ask_at_once(connection, person)


def _ask_at_once(connection: Connection, person: Person) -> None:
    """The gate is asked about what was held for them: it may go now, or it never will."""
    connection.execute(
        "UPDATE deliveries SET next_try = due WHERE person = ? AND state = 'pending' AND held", (person.id,)
    )


def is_away(connection: Connection, person: Person, community: Community) -> bool:
    found = connection.execute(
        "SELECT 1 FROM memberships WHERE person = ? AND community = ? AND left_at IS NOT NULL AND away IS NOT NULL",
        (person.id, community.id),
    )
    return found.fetchone() is not None


def resting_in(connection: Connection, community: Community) -> list[Person]:
    """Whose things rest there because the bot was taken out."""
    rows = connection.execute(
        "SELECT person FROM memberships WHERE community = ? AND left_at IS NOT NULL AND away = 'bot' ORDER BY person",
        (community.id,),
    )
    return [Person(person) for (person,) in rows]


def other_owner(connection: Connection, community: Community) -> None:
    """Somebody else owns the place where the bot is back: nothing goes on there before each of them says so."""
    connection.execute(
        "UPDATE memberships SET away = 'owner', told = NULL WHERE community = ? AND left_at IS NOT NULL"
        " AND away = 'bot'",
        (community.id,),
    )


def waiting(connection: Connection, person: Person) -> list[Back]:
    """Where they are back and have not said `Go on`."""
    rows = connection.execute(
        "SELECT id, name, away = 'owner' FROM memberships JOIN communities ON communities.id = community"
        " WHERE person = ? AND away IS NOT NULL AND (left_at IS NULL OR away = 'owner') ORDER BY name, id",
        (person.id,),
    )
    return [Back(Community(community, name), bool(owner)) for community, name, owner in rows]


def waits(connection: Connection, person: Person, community: Community) -> bool:
    """Does what reaches another person there wait for this one's `Go on`?"""
    found = connection.execute(
        "SELECT 1 FROM memberships WHERE person = ? AND community = ? AND away IS NOT NULL", (person.id, community.id)
    )
    return found.fetchone() is not None


def is_resting(connection: Connection, person: Person) -> bool:
    """Do their own things rest, or does what of them reaches another person wait for their `Go on`?"""
    found = connection.execute(
        "SELECT 1 FROM persons WHERE id = ? AND (rests IS NOT NULL OR waits IS NOT NULL)", (person.id,)
    )
    return found.fetchone() is not None


def tell(connection: Connection, person: Person, by: int) -> list[Back]:
    """What is said of it, once, with the delivery ``by``. Empty where it was said with another."""
    connection.execute(
        "UPDATE memberships SET told = ? WHERE person = ? AND told IS NULL AND away IS NOT NULL"
        " AND (left_at IS NULL OR away = 'owner')",
        (by, person.id),
    )
    told = connection.execute(
        "SELECT 1 FROM memberships WHERE person = ? AND told = ? AND away IS NOT NULL", (person.id, by)
    ).fetchone()
    return waiting(connection, person) if told else []


def go_on(connection: Connection, person: Person, now: datetime) -> bool:
    """The member says so. False if nothing waited for it."""
    done = connection.execute(
        "UPDATE memberships SET left_at = NULL, away = NULL, back = NULL, told = NULL"
        " WHERE person = ? AND away IS NOT NULL AND (left_at IS NULL OR away = 'owner')",
        (person.id,),
    )
    lift(connection, person, now)
    was = connection.execute("UPDATE persons SET waits = NULL WHERE id = ? AND waits IS NOT NULL", (person.id,))
    return bool(done.rowcount or was.rowcount)


# -- in the end -------------------------------------------------------------------------------------------------------


def away(connection: Connection, limit: int) -> list[tuple[Person, Community]]:
    """Who is away where the bot still is: they may be back."""
    rows = connection.execute(
        "SELECT person, community, name FROM memberships JOIN communities ON communities.id = community"
        " WHERE left_at IS NOT NULL AND away IN ('gone', 'bot') AND EXISTS (SELECT 1 FROM places"
        " LEFT JOIN departures USING (platform, platform_id) WHERE places.community = communities.id AND at IS NULL)"
        " ORDER BY left_at DESC, person LIMIT ?",
        (limit,),
    )
    return [(Person(person), Community(community, name)) for person, community, name in rows]


def over(connection: Connection, now: datetime, limit: int) -> list[tuple[Person, Community]]:
    """Whose rest has lasted its seven days."""
    rows = connection.execute(
        "SELECT person, community, name FROM memberships JOIN communities ON communities.id = community"
        " WHERE away IS NOT NULL AND left_at <= ? ORDER BY left_at, person LIMIT ?",
        (seconds(now - RESTS), limit),
    )
    return [(Person(person), Community(community, name)) for person, community, name in rows]


# -- who owns a place -------------------------------------------------------------------------------------------------


def owner(connection: Connection, place: Place) -> bytes | None:
    """Who owned it when the platform was last asked, as a keyed hash; None where it never said."""
    row = connection.execute(
        "SELECT who FROM places WHERE platform = ? AND platform_id = ?", (place.platform, place.id)
    ).fetchone()
    return row[0] if row else None


def note_owner(connection: Connection, place: Place, owner: bytes) -> None:
    connection.execute(
        "UPDATE places SET who = ? WHERE platform = ? AND platform_id = ?", (owner, place.platform, place.id)
    )
