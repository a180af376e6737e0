"""Who went: places the bot was taken out of, and members who have left, until they are forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.context import Delivery
from bot.messages import Community, Person, Place
from storage.database import sql
from storage.database.instants import instant, seconds
from storage.delivery import deliveries

KEPT = timedelta(days=30)
"""For so long a member who left can come back to what they had; then they are forgotten."""

LOOK_EVERY = timedelta(days=1)
ASKED_AGAIN = timedelta(hours=1)
"""Whoever is gone by a platform's answer is asked about once more, so much later or more: one answer ends nothing."""
TOLD = "departures.removed"
"""What members hear when the bot was taken out of the place where they met."""


def lost(connection: Connection, place: Place, now: datetime) -> Community | None:
    """The bot was taken out of a place. Returns the community that lives there."""
    row = connection.execute(
        "SELECT id, name FROM communities JOIN places ON community = id WHERE platform = ? AND platform_id = ?",
        (place.platform, place.id),
    ).fetchone()
    if row is None:
        return None
    connection.execute(
        "INSERT OR IGNORE INTO departures (platform, platform_id, at) VALUES (?, ?, ?)",
        (place.platform, place.id, seconds(now)),
    )
    return Community(*row)


def tell(connection: Connection, person: Person, community: Community, due: datetime) -> None:
    """The person hears, once, that the bot was taken out of the community where they met."""
    key = f"{TOLD}:{community.id}:{person.id}:{seconds(due)}"
    deliveries.plan(connection, Delivery(person, TOLD, key, due, args={"community": community.id}))


def left(connection: Connection, person: Person, community: int) -> tuple[str, datetime] | None:
    """The name of a community where their things rest, and since when; None if they are back, or it is a leave."""
    row = connection.execute(
        "SELECT name, left_at FROM communities JOIN memberships ON community = id"
        " WHERE id = ? AND person = ? AND left_at IS NOT NULL AND away = 'bot'",
        (community, person.id),
    ).fetchone()
    return (row[0], instant(row[1])) if row else None


def homes(connection: Connection, platform: str) -> list[Place]:
    """Every place of a platform where a community lives and the bot was not taken out."""
    rows = connection.execute(
        "SELECT platform_id, name FROM places JOIN communities ON id = community"
        " LEFT JOIN departures USING (platform, platform_id) WHERE platform = ? AND at IS NULL ORDER BY platform_id",
        (platform,),
    )
    return [Place(platform, place, name) for place, name in rows]


def moved(connection: Connection, place: Place, to: Place) -> None:
    """A room was replaced by another: its community lives there now, unless one lives there already."""
    connection.execute(
        "UPDATE OR IGNORE places SET platform_id = ? WHERE platform = ? AND platform_id = ?",
        (to.id, place.platform, place.id),
    )


def is_lost(connection: Connection, place: Place) -> bool:
    known = connection.execute(
        "SELECT 1 FROM departures WHERE platform = ? AND platform_id = ?", (place.platform, place.id)
    )
    return known.fetchone() is not None


def all_lost(connection: Connection, platform: str) -> list[Place]:
    """Every place of a platform that the bot was taken out of."""
    rows = connection.execute("SELECT platform_id FROM departures WHERE platform = ? ORDER BY platform_id", (platform,))
    return [Place(platform, place) for (place,) in rows]


def undelivered_or_unseen(connection: Connection, now: datetime, limit: int) -> list[tuple[Person, Community]]:
    """Whom to ask the platform about: messages did not reach them since the last look, that was a day ago, or they were
    gone by its answer an hour ago.
    """
    rows = connection.execute(
        "SELECT memberships.person, memberships.community, communities.name FROM memberships"
        " JOIN communities ON communities.id = memberships.community"
        " LEFT JOIN membership_checks AS checks"
        "  ON checks.person = memberships.person AND checks.community = memberships.community"
        " WHERE left_at IS NULL AND (ifnull(checked, since) <= :day_ago OR gone <= :hour_ago OR EXISTS ("
        "  SELECT 1 FROM deliveries WHERE deliveries.person = memberships.person AND state = 'inbox'"
        "  AND settled > ifnull(checked, since)))"
        " ORDER BY ifnull(checked, since), memberships.person LIMIT :limit",
        {"day_ago": seconds(now - LOOK_EVERY), "hour_ago": seconds(now - ASKED_AGAIN), "limit": limit},
    )
    return [(Person(person), Community(community, name)) for person, community, name in rows]


def looked(connection: Connection, memberships: Iterable[tuple[Person, Community]], now: datetime) -> None:
    """They are there, or have gone for good: what was said of them before counts no more."""
    connection.executemany(
        "INSERT OR REPLACE INTO membership_checks (community, person, checked) VALUES (?, ?, ?)",
        [(community.id, person.id, seconds(now)) for person, community in memberships],
    )


def said_gone(connection: Connection, person: Person, community: Community, now: datetime) -> bool:
    """The platform says that they are not there. Has it said so before, long enough ago to believe it?"""
    [first] = connection.execute(
        "INSERT INTO membership_checks (community, person, checked, gone) VALUES (:community, :person, :now, :now)"
        " ON CONFLICT DO UPDATE SET checked = :now, gone = min(ifnull(gone, :now), :now) RETURNING gone",
        {"community": community.id, "person": person.id, "now": seconds(now)},
    ).fetchone()
    return bool(first <= seconds(now - ASKED_AGAIN))


def long_gone(connection: Connection, now: datetime, limit: int) -> list[Person]:
    """Who was in a community, is in none now, and left the last one 30 days ago."""
    rows = connection.execute(
        "SELECT person FROM memberships GROUP BY person"
        " HAVING count(left_at) = count(*) AND max(left_at) <= ? ORDER BY person LIMIT ?",
        (seconds(now - KEPT), limit),
    )
    return [Person(person) for (person,) in rows]


def sweep(connection: Connection, now: datetime) -> bool:
    """After 30 days: past memberships of people who are elsewhere, and communities that live nowhere any more."""
    before = seconds(now - KEPT)
    elsewhere = (
        "left_at <= ? AND EXISTS (SELECT 1 FROM memberships AS elsewhere"
        " WHERE elsewhere.person = memberships.person AND elsewhere.left_at IS NULL)"
    )
    gone = "(platform, platform_id) IN (SELECT platform, platform_id FROM departures WHERE at <= ?)"
    nowhere = "id NOT IN (SELECT community FROM places) AND id NOT IN (SELECT community FROM memberships)"
    return (
        sql.erase(connection, "memberships", elsewhere, before)
        or sql.erase(connection, "places", gone, before)
        or sql.erase(connection, "communities", nowhere)
        or sql.erase(connection, "departures", "at <= ?", before)
    )
