"""Persons, their accounts, and the communities they are in."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from sqlite3 import Connection
from typing import Any, NamedTuple

from bot.context import NewRules
from bot.messages import Community, Member, Person, Place
from storage.database import sql, walls
from storage.database.instants import instant, seconds
from storage.delivery import moved
from storage.members import community_settings, resting, volunteers

SEEN_EVERY = timedelta(days=1)
"""How exactly ``last_seen`` is kept: it only decides which account to write to."""


PAUSED = walls.Kept("persons", due="paused_until", zone="paused_zone", wall="paused_wall")
_NO_PAUSE = "UPDATE persons SET paused_at = NULL, paused_until = NULL, paused_zone = NULL, paused_wall = NULL"


class Profile(NamedTuple):
    """How to reach a person, and when not to."""

    zone: str
    locale: str
    quiet_start: str
    quiet_end: str
    paused_until: datetime | None
    paused: bool


def person_of(connection: Connection, member: Member) -> Person | None:
    row = connection.execute(
        "SELECT person FROM accounts WHERE platform = ? AND platform_id = ?", (member.platform, member.id)
    ).fetchone()
    return Person(row[0]) if row else None


def create(
    connection: Connection,
    member: Member,
    zone: str,
    locale: str,
    now: datetime,
    quiet: tuple[time, time] = (time(21), time(9)),
) -> Person:
    """The person of this account, made if it has none yet. ``quiet``: their hours until they or a community choose."""
    known = person_of(connection, member)
    if known is not None:
        return known
    start, end = (hour.isoformat("minutes") for hour in quiet)
    hours = {"quiet_start": start, "quiet_end": end}
    row = sql.insert(connection, "persons", zone=zone, locale=locale, **hours, created=seconds(now))
    connection.execute(
        "INSERT INTO accounts (platform, platform_id, person, last_seen) VALUES (?, ?, ?, ?)",
        (member.platform, member.id, row, seconds(now)),
    )
    return Person(row)


def recognise(connection: Connection, member: Member, place: Place | None) -> tuple[Person | None, Community | None]:
    """Who a request is from and where, as far as we know."""
    return person_of(connection, member), community_of(connection, place) if place else None


def is_news(connection: Connection, person: Person, member: Member, community: Community | None, now: datetime) -> bool:
    """Is there something to note: the account closed or not seen for a day, the person not known in this community?"""
    [stale] = connection.execute(
        "SELECT last_seen < ? OR closed IS NOT NULL FROM accounts WHERE platform = ? AND platform_id = ?",
        (seconds(now - SEEN_EVERY), member.platform, member.id),
    ).fetchone() or (False,)
    return bool(stale) or (community is not None and community not in communities(connection, person))


def noticed(connection: Connection, person: Person, member: Member, community: Community | None, now: datetime) -> None:
    """The account is the one in use (and can be reached), and the person is in this community."""
    connection.execute(
        "UPDATE accounts SET last_seen = ?, closed = NULL WHERE platform = ? AND platform_id = ?",
        (seconds(now), member.platform, member.id),
    )
    if community is not None:
        join(connection, person, community, now)


def accounts(connection: Connection, person: Person) -> list[Member]:
    """The person's accounts, the one used last first."""
    rows = connection.execute(
        "SELECT platform, platform_id FROM accounts WHERE person = ? ORDER BY last_seen DESC, platform", (person.id,)
    )
    return [Member(platform, platform_id) for platform, platform_id in rows]


def account(connection: Connection, person: Person, platform: str | None = None) -> Member | None:
    """The person's account on this platform, else the one used last. None if they were forgotten."""
    own = accounts(connection, person)
    return next((one for one in own if one.platform == platform), own[0] if own else None)


def account_on(connection: Connection, person: Person, platform: str) -> Member | None:
    """The person's account on this platform, the one used last."""
    found = account(connection, person, platform)
    return found if found and found.platform == platform else None


def profile(connection: Connection, person: Person) -> Profile:
    zone, locale, start, end, paused_at, until = connection.execute(
        "SELECT zone, locale, quiet_start, quiet_end, paused_at, paused_until FROM persons WHERE id = ?", (person.id,)
    ).fetchone()
    return Profile(zone, locale, start, end, instant(until), paused_at is not None)


def set_zone(connection: Connection, person: Person, zone: str) -> None:
    connection.execute("UPDATE persons SET zone = ? WHERE id = ?", (zone, person.id))


def set_locale(connection: Connection, person: Person, locale: str) -> None:
    connection.execute("UPDATE persons SET locale = ? WHERE id = ?", (locale, person.id))


def set_quiet_hours(connection: Connection, person: Person, start: time, end: time) -> None:
    """What the member chose, from now on whatever a community says. Equal times: never quiet."""
    connection.execute(
        "UPDATE persons SET quiet_start = ?, quiet_end = ?, quiet_chosen = 1 WHERE id = ?",
        (start.isoformat("minutes"), end.isoformat("minutes"), person.id),
    )


def pause(connection: Connection, person: Person, now: datetime, until: datetime | None) -> None:
    """Hold everything back until a wall time of theirs, or (None) until the person says so."""
    moved.pause_is_over(connection, person)
    [zone] = connection.execute("SELECT zone FROM persons WHERE id = ?", (person.id,)).fetchone()
    ends = (seconds(until), zone, walls.wall(until, zone)) if until else (None, None, None)
    connection.execute(
        "UPDATE persons SET paused_at = ?, paused_until = ?, paused_zone = ?, paused_wall = ? WHERE id = ?",
        (seconds(now), *ends, person.id),
    )


def follow(connection: Connection, rules: NewRules, after: int) -> int | None:
    """Pauses end at their wall times, by new rules of their zones, and whoever has paused hears it afterwards."""
    found, last = walls.portion(connection, PAUSED, rules, after)
    for one in found:
        moved.note(connection, Person(one.row), "pause", f"{one.due} {one.zone}", rules)
    return last


def resume(connection: Connection, person: Person) -> bool:
    """End a pause. False if there was none."""
    moved.pause_is_over(connection, person)
    done = connection.execute(f"{_NO_PAUSE} WHERE id = ? AND paused_at IS NOT NULL", (person.id,))
    return done.rowcount > 0


def end_pauses(connection: Connection, now: datetime) -> None:
    """A pause until a date ends by itself."""
    connection.execute(f"{_NO_PAUSE} WHERE paused_until <= ?", (seconds(now),))


def community_of(connection: Connection, place: Place) -> Community | None:
    """The community that lives in this place; None also where the bot was taken out of it."""
    row = connection.execute(
        "SELECT id, name FROM communities JOIN places ON community = id WHERE platform = ? AND platform_id = ?"
        " AND (platform, platform_id) NOT IN (SELECT platform, platform_id FROM departures)",
        (place.platform, place.id),
    ).fetchone()
    return Community(*row) if row else None


def found(connection: Connection, place: Place, now: datetime) -> Community:
    """The community that lives in this place, made if nobody has met it yet; the old one where the bot is back."""
    connection.execute("DELETE FROM departures WHERE platform = ? AND platform_id = ?", (place.platform, place.id))
    known = community_of(connection, place)
    if known is not None:
        return known
    row = sql.insert(connection, "communities", name=place.name or place.id, created=seconds(now))
    connection.execute(
        "INSERT INTO places (platform, platform_id, community) VALUES (?, ?, ?)", (place.platform, place.id, row)
    )
    return Community(row, place.name or place.id)


def renamed(connection: Connection, place: Place, name: str) -> None:
    """A community is called as its place is; one of several places speaks for it only where it had that one's name."""
    connection.execute(
        "UPDATE communities SET name = ?1 WHERE id = (SELECT community FROM places WHERE platform = ?2"
        " AND platform_id = ?3) AND name <> ?1"
        " AND (name = ?4 OR (SELECT count(*) FROM places WHERE community = communities.id) = 1)",
        (name, place.platform, place.id, place.name),
    )


def places(connection: Connection, community: Community) -> list[Place]:
    rows = connection.execute(
        "SELECT platform, platform_id FROM places WHERE community = ? ORDER BY platform, platform_id", (community.id,)
    )
    return [Place(platform, platform_id, community.name) for platform, platform_id in rows]


def marks(connection: Connection, community: Community) -> tuple[str, str]:
    """What tells a community from another with its name: the platforms it lives on, and the day it was first met."""
    [created] = connection.execute("SELECT created FROM communities WHERE id = ?", (community.id,)).fetchone()
    platforms = dict.fromkeys(place.platform.title() for place in places(connection, community))
    return ", ".join(platforms), instant(created).date().isoformat()


def join(connection: Connection, person: Person, community: Community, now: datetime) -> None:
    """Know that the person is in the community, from now or since before. Its quiet hours are theirs where it is the
    first one they are in, and they have chosen none. Where somebody else owns the place now, they are asked first.
    """
    was_here = connection.execute(
        "SELECT 1 FROM memberships WHERE community = ? AND person = ?", (community.id, person.id)
    ).fetchone()
    joined = connection.execute(
        "INSERT INTO memberships (community, person, since) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET left_at = NULL, back = CASE WHEN away IS NOT NULL THEN excluded.since END"
        " WHERE left_at IS NOT NULL AND away IS NOT 'owner'",
        (community.id, person.id, seconds(now)),
    )
    if joined.rowcount:
        community_settings.adopt_quiet_hours(connection, community, person)
        resting.lift(connection, person, now)
        if not was_here:  # where they are back, what they were is known
            volunteers.came(connection, person, community, now)


def leave(
    connection: Connection, person: Person, community: Community, now: datetime, away: resting.Away | None = None
) -> bool:
    """The person is in this community no more, by their own word or (``away``) the platform's, after which they may be
    back soon. False if they were not in it before.

    What waited for them there is forgotten; what was tried already, and may have arrived, stays as a row without words,
    so that it comes no second time if they are back soon.
    """
    done = connection.execute(
        "UPDATE memberships SET left_at = ifnull(left_at, ?), away = ?, back = NULL, told = NULL"
        " WHERE person = ? AND community = ? AND (left_at IS NULL OR away IS NOT NULL)",
        (seconds(now), away, person.id, community.id),
    )
    connection.execute(
        "DELETE FROM deliveries WHERE person = ? AND community = ? AND state = 'pending' AND first_try IS NULL",
        (person.id, community.id),
    )
    connection.execute(
        "UPDATE deliveries SET state = 'skipped', reason = 'left the community', settled = ?, body = NULL"
        " WHERE person = ? AND community = ? AND state = 'pending'",
        (seconds(now), person.id, community.id),
    )
    for table in ("offers", "membership_checks"):
        connection.execute(f"DELETE FROM {table} WHERE person = ? AND community = ?", (person.id, community.id))
    return done.rowcount > 0


def of_community(connection: Connection, community: Community) -> list[Person]:
    """Everybody who is in the community now, as far as we know them."""
    rows = connection.execute(
        "SELECT person FROM memberships WHERE community = ? AND left_at IS NULL ORDER BY person", (community.id,)
    )
    return [Person(person) for (person,) in rows]


def communities(connection: Connection, person: Person) -> list[Community]:
    """The communities the person is in now."""
    rows = connection.execute(
        "SELECT id, name FROM communities JOIN memberships ON community = id"
        " WHERE person = ? AND left_at IS NULL ORDER BY name, id",
        (person.id,),
    )
    return [Community(*row) for row in rows]


def export(connection: Connection, person: Person) -> dict[str, Any]:
    zone, locale, start, end, paused_at, until = connection.execute(
        "SELECT zone, locale, quiet_start, quiet_end, paused_at, paused_until FROM persons WHERE id = ?", (person.id,)
    ).fetchone()
    kept: dict[str, Any] = {
        "accounts": [f"{member.platform}: {member.id}" for member in accounts(connection, person)],
        "time zone": zone,
        "language": locale,
        "quiet hours": f"{start} to {end}",
        "communities": [community.name for community in communities(connection, person)],
    }
    if paused_at is not None:
        kept["paused until"] = instant(until).isoformat() if until is not None else "you say"
    return kept


def forget(connection: Connection, person: Person) -> None:
    """Delete the person. Every row that hangs on them goes with them (foreign keys)."""
    connection.execute("DELETE FROM persons WHERE id = ?", (person.id,))
