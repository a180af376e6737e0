"""Who may not be introduced now, and about whom everything is quiet. Both are told to the person, and both end."""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta
from sqlite3 import Connection
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from bot.clocks.quiet_hours import QuietHours
from bot.context import Delivery
from bot.messages import Community, Person
from storage.database import sql
from storage.database.instants import instant, seconds
from storage.delivery import deliveries
from storage.members import blocks, community_settings, members

ALONE = timedelta(hours=72)
"""How long one moderator can keep everything quiet about a person without a second one."""

SOONEST, LATEST = timedelta(hours=2), timedelta(hours=48)
"""How long the word about a hold after a report waits, so that its moment tells nobody who reported."""
MINUTE = timedelta(minutes=1)

TOLD, ENDED = "holds.told", "holds.ended"
"""What a person hears of a hold; ``args["hold"]`` says which."""

NEWLY = timedelta(days=1)
"""How long somebody who came is looked at."""

Obstacle = Literal["held", "quiet", "new"]


class Quiet(NamedTuple):
    """Everything quiet about a person. ``ends`` is None once two moderators have said so; ``first`` is None where
    whoever asked for it has been forgotten.
    """

    id: int
    person: Person
    first: Person | None
    second: Person | None
    ends: datetime | None


def hold(connection: Connection, community: Community, person: Person, case: int | None, now: datetime) -> int | None:
    """Introduce the person to nobody here until moderators decide. None if they are held already.

    A case that stands on a hold of another case does not end with that one: each holds for itself.
    """
    held = connection.execute(
        'SELECT 1 FROM holds WHERE community = ? AND person = ? AND ended IS NULL AND "case" IS ?',
        (community.id, person.id, case),
    ).fetchone()
    if held is not None:
        return None
    return connection.execute(
        'INSERT INTO holds (community, person, "case", since) VALUES (?, ?, ?, ?)',
        (community.id, person.id, case, seconds(now)),
    ).lastrowid


def hold_and_tell(
    connection: Connection,
    community: Community,
    person: Person,
    case: int | None,
    now: datetime,
    later: timedelta | None = None,
) -> None:
    """Introductions are held from now; the person hears it now, or so much later.

    Whoever was never here hears nothing: anybody can report anybody to a place of their own. See ``tell_newcomers``.
    """
    held_before = is_held(connection, community, person)
    row = hold(connection, community, person, case, now)
    if row is not None and not held_before and community.id in _homes(connection, person):
        _tell(connection, community, person, row, now + (later or timedelta()))


def tell_newcomers(connection: Connection, now: datetime) -> None:
    """Whoever was held in a place before they came there hears it now that they are there, once."""
    rows = connection.execute(
        "SELECT community, name, person, min(holds.id) FROM holds JOIN memberships USING (community, person)"
        " JOIN communities ON communities.id = community WHERE ended IS NULL AND left_at IS NULL"
        " AND memberships.since >= holds.since AND memberships.since >= ? GROUP BY community, person",
        (seconds(now - NEWLY),),
    ).fetchall()
    for community, name, person, row in rows:
        _tell(connection, Community(community, name), Person(person), row, now)


def _tell(connection: Connection, community: Community, person: Person, row: int, due: datetime) -> None:
    told = Delivery(person, TOLD, f"{TOLD}:{row}", due, community=community, args={"hold": row})
    deliveries.plan(connection, told)


def _homes(connection: Connection, person: Person) -> list[int]:
    """The communities where the person is, or was until they left."""
    rows = connection.execute("SELECT community FROM memberships WHERE person = ?", (person.id,))
    return [community for (community,) in rows]


def hold_silently(
    connection: Connection, community: Community, person: Person, case: int | None, now: datetime
) -> None:
    """As after a report: held from now, and the word about it comes at a moment that is drawn here, once: awake hours
    are drawn from, so that nothing is put off past the last moment, and nobody reads it at night.
    """
    waits = _drawn(members.profile(connection, person), now) - now
    hold_and_tell(connection, community, person, case, now, waits)


def _drawn(profile: members.Profile, now: datetime) -> datetime:
    """Any moment between the two ends, each as likely as another, that is not in the person's quiet hours.

    Those begin and end with a minute of the clock, so whole minutes are looked at.
    """
    quiet = QuietHours(time.fromisoformat(profile.quiet_start), time.fromisoformat(profile.quiet_end))
    zone, first = ZoneInfo(profile.zone), (now + SOONEST).replace(second=0, microsecond=0) + MINUTE
    minutes = [first + number * MINUTE for number in range((LATEST - SOONEST) // MINUTE - 1)]
    free = [minute for minute in minutes if minute.astimezone(zone).time() not in quiet]
    return secrets.choice(free or minutes) + timedelta(seconds=secrets.randbelow(60))


def let_go(connection: Connection, community: Community, person: Person, now: datetime) -> bool:
    """Moderators have decided: the person may be introduced again, and hears it if they knew. False if not held."""
    knew = is_known(connection, community, person)
    if not end(connection, community, person, now):
        return False
    if not knew:
        return True
    key = f"{ENDED}:{community.id}:{person.id}:{seconds(now)}"
    deliveries.plan(connection, Delivery(person, ENDED, key, now, community=community))
    return True


def is_known(connection: Connection, community: Community, person: Person) -> bool:
    """Is the person held, and has the word about it gone to them?"""
    rows = connection.execute(
        "SELECT id FROM holds WHERE community = ? AND person = ? AND ended IS NULL", (community.id, person.id)
    ).fetchall()
    waits = any(deliveries.waits(connection, f"{TOLD}:{row}") for (row,) in rows)
    return bool(rows) and community.id in _homes(connection, person) and not waits


def is_open(connection: Connection, hold: int) -> bool:
    return connection.execute("SELECT 1 FROM holds WHERE id = ? AND ended IS NULL", (hold,)).fetchone() is not None


def end(connection: Connection, community: Community, person: Person, now: datetime) -> bool:
    """Moderators have decided: the person may be introduced again. False if they were not held."""
    done = connection.execute(
        "UPDATE holds SET ended = ? WHERE community = ? AND person = ? AND ended IS NULL",
        (seconds(now), community.id, person.id),
    )
    return done.rowcount > 0


def is_held(connection: Connection, community: Community, person: Person) -> bool:
    found = connection.execute(
        "SELECT 1 FROM holds WHERE community = ? AND person = ? AND ended IS NULL", (community.id, person.id)
    ).fetchone()
    return found is not None


def obstacle(connection: Connection, community: Community, person: Person, now: datetime) -> Obstacle | None:
    """What stands against introducing this person to anybody here now: matching, company and hellos ask this.

    ``new``: they are not here for as many days as the community asks (0 by default).
    """
    if is_held(connection, community, person):
        return "held"
    if is_quiet(connection, person, community, now):
        return "quiet"
    tenure = timedelta(days=community_settings.get(connection, community).tenure_days)
    row = connection.execute(
        "SELECT since FROM memberships WHERE community = ? AND person = ? AND left_at IS NULL",
        (community.id, person.id),
    ).fetchone()
    if tenure and (row is None or instant(row[0]) > now - tenure):
        return "new"
    return None


def are_kept_apart(connection: Connection, community: Community, one: Person, other: Person, now: datetime) -> bool:
    """Do the two avoid each other, or may either of them be introduced to nobody there now?"""
    return blocks.between(connection, one, other) or any(
        obstacle(connection, community, person, now) is not None for person in (one, other)
    )


def quiet(connection: Connection, community: Community, person: Person, by: Person, now: datetime) -> Quiet:
    """One moderator asks for quiet: for 72 hours, or, if another one has asked already, until one ends it.

    Where whoever asked first has been forgotten, the next one takes their place, and it ends when it would have ended:
    nobody can tell any more whether they are two.
    """
    known = quiet_about(connection, community, person, now)
    if known is None:
        whom = {"community": community.id, "person": person.id, "first": by.id}
        row = sql.insert(connection, "quieted", **whom, since=seconds(now), ends=seconds(now + ALONE))
        return Quiet(row, person, by, None, instant(seconds(now + ALONE)))
    if known.ends is None or known.first == by:
        return known
    if known.first is not None:
        connection.execute("UPDATE quieted SET second = ?, ends = NULL WHERE id = ?", (by.id, known.id))
        return known._replace(second=by, ends=None)
    connection.execute("UPDATE quieted SET first = ? WHERE id = ?", (by.id, known.id))
    return known._replace(first=by)


def unquiet(connection: Connection, community: Community, person: Person, now: datetime) -> bool:
    """A moderator ends the quiet. False if there was none."""
    known = quiet_about(connection, community, person, now)
    if known is not None:
        connection.execute("UPDATE quieted SET ended = ? WHERE id = ?", (seconds(now), known.id))
    return known is not None


def quiet_about(connection: Connection, community: Community, person: Person, now: datetime) -> Quiet | None:
    row = connection.execute(
        "SELECT id, first, second, ends FROM quieted WHERE community = ? AND person = ? AND ended IS NULL"
        " AND (ends IS NULL OR ends > ?)",
        (community.id, person.id, seconds(now)),
    ).fetchone()
    if row is None:
        return None
    id_, first, second, ends = row
    return Quiet(id_, person, Person(first) if first else None, Person(second) if second else None, instant(ends))


def is_quiet(connection: Connection, person: Person, community: Community | None, now: datetime) -> bool:
    """Is everything quiet about the person in this community; with None (their own things), in any they are in?"""
    found = connection.execute(
        "SELECT 1 FROM quieted WHERE person = ? AND ended IS NULL AND (ends IS NULL OR ends > ?)"
        " AND (? IS NULL OR community = ?)",
        (person.id, seconds(now), community.id if community else None, community.id if community else None),
    ).fetchone()
    return found is not None


def has_run_out(connection: Connection, now: datetime) -> bool:
    """Has any quiet that one moderator asked for come to its end?"""
    found = connection.execute("SELECT 1 FROM quieted WHERE ended IS NULL AND ends <= ?", (seconds(now),)).fetchone()
    return found is not None


def end_run_out(connection: Connection, now: datetime) -> list[tuple[Community, Person]]:
    """End the quiet that nobody agreed to in time. Returns about whom it is over, unless it was asked for anew."""
    rows = connection.execute(
        "SELECT communities.id, name, person FROM quieted JOIN communities ON communities.id = community"
        " WHERE ended IS NULL AND ends <= ?",
        (seconds(now),),
    ).fetchall()
    connection.execute("UPDATE quieted SET ended = ? WHERE ended IS NULL AND ends <= ?", (seconds(now),) * 2)
    over = [(Community(id_, name), Person(person)) for id_, name, person in rows]
    return [one for one in over if quiet_about(connection, *one, now) is None]


def export(connection: Connection, person: Person) -> list[dict[str, str]]:
    """What is decided about the person now: what, where, since when. Never by whom or because of whom, and no hold
    before the word about it: its moment would tell who reported.
    """
    held = connection.execute(
        "SELECT communities.id, name, since FROM holds JOIN communities ON communities.id = community"
        " WHERE person = ? AND ended IS NULL",
        (person.id,),
    ).fetchall()
    quiet = connection.execute(
        "SELECT name, since FROM quieted JOIN communities ON communities.id = community"
        " WHERE person = ? AND ended IS NULL",
        (person.id,),
    ).fetchall()
    rows = [
        *(
            ("introductions are held", name, since)
            for community, name, since in held
            if is_known(connection, Community(community), person)
        ),
        *(("everything is quiet", name, since) for name, since in quiet),
    ]
    return [{"what": what, "where": name, "since": instant(since).isoformat()} for what, name, since in rows]


def sweep(connection: Connection, now: datetime) -> bool:
    """What ended is of no use any more."""
    return sql.erase(connection, "holds", "ended <= ?", seconds(now)) or sql.erase(
        connection, "quieted", "ended <= ?", seconds(now)
    )
