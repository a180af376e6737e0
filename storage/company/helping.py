"""Who may be asked for company, and when: helpers' hours, who gave lately, and who waits for somebody to have hours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, NamedTuple

from bot.messages import Community, Person
from storage.database import sql
from storage.database.instants import instant, seconds
from storage.delivery import deliveries
from storage.members import consents, volunteers
from storage.moderation import holds

HELPER, COMPANY = "helper", "company"
"""The yes of those who help, and of those who ask and may be asked by people near them."""

LATELY = timedelta(days=28)
ENOUGH_HELPERS = 20
"""Of fewer, the busiest tenth would be one or two people."""
WISH_EVERY = timedelta(minutes=5)
"""How often it is looked whether somebody is there."""
WISH_KEPT = timedelta(days=7)
WISH = "company.available"
WISH_WINDOW = timedelta(hours=1)

AUDIENCES: Mapping[str, str] = {"helpers": HELPER, "buddy": COMPANY, "circles": COMPANY}
"""Who may see a request, and the yes each of them must have given."""

EVERY_DAY = "1234567"


class Candidate(NamedTuple):
    """Somebody who may be asked, with the hours in which they may: wall times in their zone, on ``days``."""

    person: Person
    zone: str
    start: str
    end: str
    days: str
    gave: int
    asked: int


Choose = Callable[[Sequence[Candidate], datetime], list[tuple[Candidate, datetime]]]
"""Of the candidates, those who are in their hours now, in the order they are to be asked, each with the end of these
hours.
"""

Near = Callable[[Connection, Person, Community], Mapping[str, frozenset[Person]]]
"""Who is near somebody in a community: "buddy" and "circles", as far as anybody is."""


class Routing(NamedTuple):
    """What the storage asks the feature about: whose hours it is, and who is near whom."""

    choose: Choose
    near: Near


# -- hours -------------------------------------------------------------------------------------------------------------


def set_hours(connection: Connection, person: Person, zone: str, start: str, end: str, days: str) -> None:
    """Wall times as ``HH:MM``; equal ones mean the whole day."""
    connection.execute(
        "INSERT OR REPLACE INTO helper_hours VALUES (?, ?, ?, ?, ?)", (person.id, zone, start, end, days)
    )


def hours_of(connection: Connection, person: Person) -> tuple[str, str, str, str] | None:
    """(zone, start, end, days), or None where the person named none."""
    row = connection.execute(
        'SELECT zone, start, "end", days FROM helper_hours WHERE person = ?', (person.id,)
    ).fetchone()
    return tuple(row) if row else None


# -- who may be asked --------------------------------------------------------------------------------------------------


def candidates(
    connection: Connection,
    community: Community,
    asker: Person | None,
    audience: str,
    among: Iterable[Person] | None,
    now: datetime,
) -> list[Candidate]:
    """Everybody of the audience who may see a request of the asker: consents, membership, pauses, people to avoid,
    and holds. ``among`` limits it to these people.
    """
    purpose = AUDIENCES[audience]
    rows = connection.execute(
        _CANDIDATES,
        {
            "community": community.id,
            "asker": asker.id if asker else 0,
            "now": seconds(now),
            "lately": seconds(now - LATELY),
            "purpose": purpose,
            "version": consents.version(purpose),
            "dm": consents.version("dm"),
            "adult": consents.version("adult"),
            "among": None if among is None else json.dumps([person.id for person in among]),
        },
    ).fetchall()
    found = [Candidate(Person(row[0]), *row[1:]) for row in rows]
    return [
        one
        for one in found
        if holds.obstacle(connection, community, one.person, now) is None
        and not (purpose == HELPER and volunteers.waits(connection, community, one.person, HELPER, now))
    ]


_CANDIDATES = """
SELECT persons.id, ifnull(hours.zone, persons.zone), ifnull(hours.start, quiet_end), ifnull(hours."end", quiet_start),
    ifnull(hours.days, '1234567'),
    (SELECT count(*) FROM company_gave WHERE company_gave.person = persons.id AND at > :lately),
    ifnull((SELECT max(asked) FROM company_asks WHERE company_asks.person = persons.id), 0)
FROM memberships JOIN persons ON persons.id = memberships.person
LEFT JOIN helper_hours AS hours ON hours.person = persons.id AND :purpose = 'helper'
WHERE community = :community AND left_at IS NULL AND away IS NULL AND persons.id <> :asker
AND (:among IS NULL OR persons.id IN (SELECT value FROM json_each(:among)))
AND (paused_at IS NULL OR paused_until <= :now)
AND 3 = (SELECT count(*) FROM consents WHERE consents.person = persons.id
    AND (purpose, version) IN (VALUES (:purpose, :version), ('dm', :dm), ('adult', :adult)))
AND NOT EXISTS (SELECT 1 FROM blocks WHERE (blocks.person = persons.id AND other = :asker)
    OR (blocks.person = :asker AND other = persons.id))
"""


def audiences(
    connection: Connection, community: Community, asker: Person | None, near: Near, now: datetime
) -> dict[str, list[Candidate]]:
    """Each audience that exists and has people who may be asked by the asker, whatever the hour."""
    around = near(connection, asker, community) if asker else {}
    found = {"helpers": candidates(connection, community, asker, "helpers", None, now)}
    for audience in ("buddy", "circles"):
        if around.get(audience):
            found[audience] = candidates(connection, community, asker, audience, around[audience], now)
    return {audience: people for audience, people in found.items() if people}


def is_busy(connection: Connection, person: Person) -> bool:
    """Has the person said "I can" to somebody whose request is not over yet?"""
    found = connection.execute(
        "SELECT 1 FROM company_asks WHERE person = ? AND state IN ('can', 'chosen')", (person.id,)
    ).fetchone()
    return found is not None


def gave(connection: Connection, person: Person, now: datetime) -> None:
    """The person has said "I can"."""
    connection.execute("INSERT INTO company_gave (person, at) VALUES (?, ?)", (person.id, seconds(now)))


# -- waiting for somebody to have hours --------------------------------------------------------------------------------


def wish(connection: Connection, person: Person, community: Community, now: datetime) -> None:
    """Tell the person once when somebody has hours."""
    connection.execute(
        "INSERT OR REPLACE INTO company_wishes VALUES (?, ?, ?, ?)",
        (community.id, person.id, seconds(now), seconds(now)),
    )


def wishes(connection: Connection, person: Person) -> bool:
    """Does the person wait for somebody to have hours, anywhere?"""
    return connection.execute("SELECT 1 FROM company_wishes WHERE person = ?", (person.id,)).fetchone() is not None


def fulfil_wishes(connection: Connection, now: datetime, routing: Routing, limit: int) -> None:
    """Tell those who wait that somebody is there now."""
    rows = connection.execute(
        "SELECT communities.id, name, person, since FROM company_wishes JOIN communities ON communities.id = community"
        " WHERE due <= ? ORDER BY due LIMIT ?",
        (seconds(now), limit),
    ).fetchall()
    for community_id, name, person_id, since in rows:
        community, person = Community(community_id, name), Person(person_id)
        there = audiences(connection, community, person, routing.near, now)
        if not any(routing.choose(people, now) for people in there.values()):
            connection.execute(
                "UPDATE company_wishes SET due = ? WHERE community = ? AND person = ?",
                (seconds(now + WISH_EVERY), community_id, person_id),
            )
            continue
        connection.execute("DELETE FROM company_wishes WHERE community = ? AND person = ?", (community_id, person_id))
        what = f"{community_id}:{person_id}:{since}"
        # they asked to hear of it whenever it is
        deliveries.tell(connection, person, WISH, what, now, now + WISH_WINDOW, COMPANY, community, picked=True)


# -- what is kept ------------------------------------------------------------------------------------------------------


def shared(connection: Connection, community: Community, now: datetime) -> tuple[int, int]:
    """M8: the share of all "I can" of four weeks that the busiest tenth said, as a part of all who said it."""
    said = [
        int(times)
        for (times,) in connection.execute(
            "SELECT count(*) AS times FROM company_gave JOIN memberships ON memberships.person = company_gave.person"
            " WHERE community = ? AND left_at IS NULL AND at > ? GROUP BY company_gave.person ORDER BY times DESC",
            (community.id, seconds(now - LATELY)),
        )
    ]
    if len(said) < ENOUGH_HELPERS:
        return 0, len(said)
    return round(len(said) * sum(said[: -(-len(said) // 10)]) / sum(said)), len(said)


def sweep(connection: Connection, now: datetime) -> bool:
    return sql.erase(connection, "company_gave", "at <= ?", seconds(now - LATELY)) or sql.erase(
        connection, "company_wishes", "since <= ?", seconds(now - WISH_KEPT)
    )


def export(connection: Connection, person: Person) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    found = hours_of(connection, person)
    if found is not None:
        zone, start, end, days = found
        kept["helper hours"] = {"zone": zone, "from": start, "until": end, "days (Monday is 1)": days}
    given = connection.execute("SELECT at FROM company_gave WHERE person = ? ORDER BY at", (person.id,))
    if times := [instant(at).isoformat() for (at,) in given]:
        kept["when you said you could keep somebody company, last 28 days"] = times
    wished = connection.execute("SELECT since FROM company_wishes WHERE person = ? ORDER BY since", (person.id,))
    if times := [instant(since).isoformat() for (since,) in wished]:
        kept["when you asked to be told of helper hours"] = times
    return kept


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    """Hours and what was given are the person's own; a wish belongs to its community."""
    connection.execute(
        "DELETE FROM company_wishes WHERE person = :person AND community = ifnull(:community, community)",
        {"person": person.id, "community": community.id if community else None},
    )
    if community is None:
        sql.forget(connection, person, "helper_hours", "company_gave")
