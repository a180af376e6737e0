"""The standing yes to a first hello, one name to one willing person at a time; and who welcomes whom.

There is no list: a name leaves this module only in one offer to one person, at most once in ``WEEK``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.messages import Community, Delivery, Person
from storage import blocks, consents, deliveries, helping, holds
from storage.helping import Candidate, Routing
from storage.instants import instant, seconds

OFFER, SAID, BACK = "hello.offer", "hello.said", "hello.back"
NAMED, NOBODY, NEW = "welcome.named", "welcome.nobody", "welcome.said"
HELLO, WELCOMER, CORE = "hello", "welcomer", "core"

WEEK = timedelta(days=7)
OPEN = timedelta(hours=48)
"""How long an offer waits for its answer."""
AGAIN = timedelta(hours=1)
"""When nobody willing is there, all who wait are looked at again together, on the hour: whoever was named longest ago
comes first, so that one name does not keep out the others.
"""
KEPT = timedelta(days=90)
WELCOME_KEPT = timedelta(days=35)

NEWCOMER = timedelta(hours=24)
"""Whoever came longer ago is not welcomed as new."""
SETTLE, PATIENCE = timedelta(hours=1), timedelta(hours=10)
"""After the first yes, until a name is given, and how long a welcomer is looked for: with a night's quiet, a day."""
A_WEEK = 5
"""Newcomers one welcomer gets in a week."""

AUDIENCES = ("circles", "helpers")
"""From whom a hello may come."""


class Wish(NamedTuple):
    """Somebody welcomes a hello in a community, from these audiences."""

    community: Community
    person: Person
    audiences: frozenset[str]


class Offer(NamedTuple):
    """One name (``person``) that was given to one willing person (``to``)."""

    id: int
    community: Community
    person: Person
    to: Person
    at: datetime
    answer: Literal["said", "answered", "declined"] | None


# -- the standing yes -------------------------------------------------------------------------------------------------


def wish(
    connection: Connection, person: Person, community: Community, audiences: frozenset[str], now: datetime
) -> None:
    """From now on a hello is welcome from these; from nobody, if there are none. The week goes on where it stood."""
    if not audiences:
        connection.execute("DELETE FROM hello_wishes WHERE community = ? AND person = ?", (community.id, person.id))
        return
    connection.execute(
        'INSERT INTO hello_wishes (community, person, "from", due) VALUES (?, ?, ?, ?)'
        ' ON CONFLICT DO UPDATE SET "from" = excluded."from"',
        (community.id, person.id, " ".join(sorted(audiences)), _free_from(connection, person, now)),
    )


def _free_from(connection: Connection, person: Person, now: datetime) -> int:
    """A week after the person's name was last given to anybody, in whatever community."""
    [last] = connection.execute("SELECT max(at) FROM hello_offers WHERE person = ?", (person.id,)).fetchone()
    return max(seconds(now), (last or 0) + int(WEEK.total_seconds()))


def wished(connection: Connection, person: Person, community: Community) -> frozenset[str]:
    """From whom the person welcomes a hello there."""
    row = connection.execute(
        'SELECT "from" FROM hello_wishes WHERE community = ? AND person = ?', (community.id, person.id)
    ).fetchone()
    return frozenset(row[0].split()) if row else frozenset()


def stop(connection: Connection, person: Person) -> None:
    """No first hellos any more, from anybody."""
    connection.execute("DELETE FROM hello_wishes WHERE person = ?", (person.id,))


def offer_due(connection: Connection, now: datetime, routing: Routing, limit: int) -> bool:
    """Give each name that is due to one willing person, then wait a week: first those named longest ago, or never.
    True if there may be more.
    """
    rows = connection.execute(
        'SELECT community, name, person, "from" FROM hello_wishes JOIN communities ON communities.id = community'
        " WHERE due <= ? ORDER BY"
        " (SELECT max(at) FROM hello_offers WHERE hello_offers.person = hello_wishes.person), due LIMIT ?",
        (seconds(now), limit),
    ).fetchall()
    for community, name, person, audiences in rows:
        wish_ = Wish(Community(community, name), Person(person), frozenset(audiences.split()))
        due = max(seconds(now) + 1, _free_from(connection, wish_.person, now))
        if _free_from(connection, wish_.person, now) <= seconds(now) and _may_be_named(connection, wish_, now):
            to = _willing(connection, wish_, now, routing)
            if to is not None:
                _offer(connection, wish_, to, now)
                due = seconds(now + WEEK)
        connection.execute(
            "UPDATE hello_wishes SET due = ? WHERE community = ? AND person = ?", (_on_the_hour(due), community, person)
        )
    return len(rows) == limit


def _on_the_hour(due: int) -> int:
    """The first look at or after ``due``."""
    every = int(AGAIN.total_seconds())
    return -(-due // every) * every


def _may_be_named(connection: Connection, wish_: Wish, now: datetime) -> bool:
    given = consents.given(connection, wish_.person)
    paused = connection.execute(
        "SELECT 1 FROM persons WHERE id = ? AND paused_at IS NOT NULL AND ifnull(paused_until, ? + 1) > ?",
        (wish_.person.id, seconds(now), seconds(now)),
    ).fetchone()
    return (
        {HELLO, "dm", "adult"} <= given
        and paused is None
        and holds.obstacle(connection, wish_.community, wish_.person, now) is None
    )


def _willing(connection: Connection, wish_: Wish, now: datetime, routing: Routing) -> tuple[Person, str] | None:
    """Whoever is asked next, and the yes by which: in their hours, not asked lately, and never asked for this name
    after a no.
    """
    there = helping.audiences(connection, wish_.community, wish_.person, routing.near, now)
    people: list[tuple[Candidate, str]] = []
    for audience in AUDIENCES:
        if audience in wish_.audiences:
            purpose = helping.AUDIENCES[audience]
            people += [(one, purpose) for one, _until in routing.choose(there.get(audience, []), now)]
    for one, purpose in people:
        if not _was_asked(connection, one.person, wish_.person, now):
            return one.person, purpose
    return None


def _was_asked(connection: Connection, to: Person, person: Person, now: datetime) -> bool:
    """Has this one an offer in the last week, or said no to this name before?"""
    found = connection.execute(
        "SELECT 1 FROM hello_offers WHERE \"to\" = ? AND (at > ? OR (person = ? AND answer = 'declined'))",
        (to.id, seconds(now - WEEK), person.id),
    ).fetchone()
    return found is not None


def _offer(connection: Connection, wish_: Wish, to: tuple[Person, str], now: datetime) -> None:
    person, purpose = to
    row = connection.execute(
        'INSERT INTO hello_offers (community, person, "to", at) VALUES (?, ?, ?, ?)',
        (wish_.community.id, wish_.person.id, person.id, seconds(now)),
    ).lastrowid
    assert row is not None
    _tell(connection, person, OFFER, wish_.community, row, purpose, now, about=wish_.person, capped=True)


def declined_before(connection: Connection, offer: Offer) -> bool:
    """Did the one who is asked say no the last time?"""
    row = connection.execute(
        'SELECT answer FROM hello_offers WHERE "to" = ? AND id < ? ORDER BY id DESC LIMIT 1', (offer.to.id, offer.id)
    ).fetchone()
    return row is not None and row[0] == "declined"


def get(connection: Connection, row: int) -> Offer | None:
    found = connection.execute(
        'SELECT hello_offers.id, communities.id, communities.name, person, "to", at, answer FROM hello_offers'
        " JOIN communities ON communities.id = community WHERE hello_offers.id = ?",
        (row,),
    ).fetchone()
    if found is None:
        return None
    id_, community, name, person, to, at, answer = found
    return Offer(id_, Community(community, name), Person(person), Person(to), instant(at), answer)


def say(connection: Connection, to: Person, row: int, now: datetime) -> bool:
    """The willing person says hello. False where that is over: too late, withdrawn, or the two avoid each other."""
    offer = get(connection, row)
    if offer is None or offer.to != to or offer.answer is not None or now - offer.at > OPEN:
        return False
    if not consents.allows(connection, offer.person, HELLO) or blocks.between(connection, to, offer.person):
        return False
    _answer(connection, row, "said")
    _tell(connection, offer.person, SAID, offer.community, row, HELLO, now, about=to)
    return True


def decline(connection: Connection, to: Person, row: int) -> None:
    connection.execute(
        "UPDATE hello_offers SET answer = 'declined' WHERE id = ? AND \"to\" = ? AND answer IS NULL", (row, to.id)
    )


def say_back(connection: Connection, person: Person, row: int, now: datetime) -> bool:
    """The one who was greeted answers with a hello, once."""
    offer = get(connection, row)
    if offer is None or offer.person != person or offer.answer != "said":
        return False
    if blocks.between(connection, person, offer.to):
        return False
    _answer(connection, row, "answered")
    _tell(connection, offer.to, BACK, offer.community, row, "", now, about=person)
    return True


def _answer(connection: Connection, row: int, answer: str) -> None:
    connection.execute("UPDATE hello_offers SET answer = ? WHERE id = ?", (answer, row))


# -- welcome ----------------------------------------------------------------------------------------------------------


def unplaced(connection: Connection, now: datetime, limit: int) -> list[Person]:
    """Newcomers who only ever wrote directly, so that nobody knows yet where they belong."""
    rows = connection.execute(
        "SELECT id FROM persons WHERE created > ? AND id NOT IN (SELECT person FROM memberships) LIMIT ?",
        (seconds(now - NEWCOMER), limit),
    )
    return [Person(person) for (person,) in rows]


def welcome(connection: Connection, now: datetime, limit: int) -> bool:
    """Give every newcomer a welcomer's name, or an honest word within a day. True if there may be more."""
    rows = connection.execute(
        "SELECT communities.id, name, person, since FROM memberships JOIN communities ON communities.id = community"
        " WHERE left_at IS NULL AND since <= ? AND since > ? AND (community, person) NOT IN"
        " (SELECT community, person FROM welcomes) ORDER BY since LIMIT ?",
        (seconds(now - SETTLE), seconds(now - NEWCOMER), limit),
    ).fetchall()
    waiting = 0
    for community_id, name, person_id, since in rows:
        community, person = Community(community_id, name), Person(person_id)
        welcomer = _free_welcomer(connection, community, person, now)
        if welcomer is None and instant(since) > now - PATIENCE:
            waiting += 1
            continue
        connection.execute(
            "INSERT INTO welcomes (community, person, welcomer, told) VALUES (?, ?, ?, ?)",
            (community_id, person_id, welcomer.id if welcomer else None, seconds(now)),
        )
        kind = NAMED if welcomer else NOBODY
        _tell(connection, person, kind, community, person_id, CORE, now, about=welcomer, unique=community_id)
    return len(rows) == limit and not waiting


def _free_welcomer(connection: Connection, community: Community, newcomer: Person, now: datetime) -> Person | None:
    """Who volunteered, is there, and welcomed fewest lately."""
    rows = connection.execute(
        "SELECT persons.id, (SELECT count(*) FROM welcomes WHERE welcomer = persons.id AND told > ?1) AS lately"
        " FROM memberships JOIN persons ON persons.id = person WHERE community = ?2 AND left_at IS NULL"
        " AND persons.id <> ?3 AND (paused_at IS NULL OR paused_until <= ?4)"
        " AND EXISTS (SELECT 1 FROM consents WHERE consents.person = persons.id AND purpose = 'welcomer')"
        " ORDER BY lately, persons.id",
        (seconds(now - WEEK), community.id, newcomer.id, seconds(now)),
    ).fetchall()
    for person_id, lately in rows:
        person = Person(person_id)
        if (
            lately < A_WEEK
            and consents.allows(connection, person, WELCOMER)
            and not blocks.between(connection, person, newcomer)
            and holds.obstacle(connection, community, person, now) is None
            and holds.obstacle(connection, community, newcomer, now) in (None, "new")
        ):
            return person
    return None


def greet_welcomer(connection: Connection, person: Person, community: Community, now: datetime) -> bool:
    """The newcomer says hello to the welcomer they were named. False if there is none any more."""
    row = connection.execute(
        "SELECT welcomer FROM welcomes WHERE community = ? AND person = ? AND welcomer IS NOT NULL",
        (community.id, person.id),
    ).fetchone()
    if row is None or blocks.between(connection, person, Person(row[0])):
        return False
    _tell(connection, Person(row[0]), NEW, community, person.id, WELCOMER, now, about=person, unique=community.id)
    return True


def _tell(
    connection: Connection,
    to: Person,
    kind: str,
    community: Community,
    row: int,
    purpose: str,
    now: datetime,
    *,
    about: Person | None,
    capped: bool = False,
    unique: int | None = None,
) -> None:
    key = f"{kind}:{row}" if unique is None else f"{kind}:{unique}:{row}"
    args = {"row": row} | ({"about": about.id} if about else {})
    deliveries.plan(connection, Delivery(to, kind, key, now, now + OPEN, purpose, community, args, capped=capped))


# -- what is kept -----------------------------------------------------------------------------------------------------


def sweep(connection: Connection, now: datetime) -> None:
    connection.execute("DELETE FROM hello_offers WHERE at <= ?", (seconds(now - KEPT),))
    connection.execute("DELETE FROM welcomes WHERE told <= ?", (seconds(now - WELCOME_KEPT),))


def export(connection: Connection, person: Person) -> dict[str, Any]:
    wishes = connection.execute(
        'SELECT name, "from" FROM hello_wishes JOIN communities ON communities.id = community WHERE person = ?',
        (person.id,),
    )
    kept = [{"where": name, "from": audiences} for name, audiences in wishes]
    offers = connection.execute('SELECT at, answer FROM hello_offers WHERE "to" = ? ORDER BY at', (person.id,))
    asked = [{"when": instant(at).isoformat(), "answer": answer or "none"} for at, answer in offers]
    told = connection.execute("SELECT told FROM welcomes WHERE person = ?", (person.id,))
    welcomed = [instant(at).isoformat() for (at,) in told]
    return {
        **({"who may say hello to you": kept} if kept else {}),
        **({"when you were asked to say hello": asked} if asked else {}),
        **({"when you were welcomed": welcomed} if welcomed else {}),
    }


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    where = {"person": person.id, "community": community.id if community else None}
    here = "AND community = ifnull(:community, community)"
    connection.execute(f"DELETE FROM hello_wishes WHERE person = :person {here}", where)
    connection.execute(f'DELETE FROM hello_offers WHERE (person = :person OR "to" = :person) {here}', where)
    connection.execute(f"DELETE FROM welcomes WHERE person = :person {here}", where)
    connection.execute(f"UPDATE welcomes SET welcomer = NULL WHERE welcomer = :person {here}", where)
