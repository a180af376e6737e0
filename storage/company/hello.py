"""The standing yes to a first hello, and one name to one willing person at a time.

There is no list: a name leaves this module only in one offer to one person, at most once in ``WEEK``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.context import Delivery
from bot.messages import Community, Person
from storage.company import helping
from storage.company.helping import Candidate, Routing
from storage.database import sql
from storage.database.instants import instant, seconds
from storage.delivery import deliveries, unasked
from storage.members import consents, resting
from storage.moderation import holds

OFFER, SAID, BACK = "hello.offer", "hello.said", "hello.back"
HELLO = "hello"

WEEK = timedelta(days=7)
OPEN = timedelta(hours=48)
"""How long an offer waits for its answer."""
AGAIN = timedelta(hours=1)
"""When nobody willing is there, all who wait are looked at again together, on the hour: whoever was named longest ago
comes first, so that one name does not keep out the others.
"""
KEPT = timedelta(days=90)

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
        if _free_from(connection, wish_.person, now) <= seconds(now) and _may_be_named(
            connection, wish_.community, wish_.person, now
        ):
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


def _may_be_named(connection: Connection, community: Community, person: Person, now: datetime) -> bool:
    given = consents.given(connection, person)
    paused = connection.execute(
        "SELECT 1 FROM persons WHERE id = ? AND paused_at IS NOT NULL AND ifnull(paused_until, ? + 1) > ?",
        (person.id, seconds(now), seconds(now)),
    ).fetchone()
    return (
        {HELLO, "dm", "adult"} <= given
        and paused is None
        and not resting.waits(connection, person, community)
        and holds.obstacle(connection, community, person, now) is None
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
        hears = unasked.can_hear(connection, one.person, now) <= now
        if hears and not _was_asked(connection, one.person, wish_.person, now):
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
    whom = {"community": wish_.community.id, "person": wish_.person.id, "to": person.id}
    row = sql.insert(connection, "hello_offers", **whom, at=seconds(now))
    _tell(connection, person, OFFER, wish_.community, row, purpose, now, about=wish_.person, unasked=True)


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
    """The willing person says hello. False where that is over: too late, withdrawn, or they are kept apart."""
    offer = get(connection, row)
    if offer is None or offer.to != to or offer.answer is not None or now - offer.at > OPEN:
        return False
    if not _may_be_named(connection, offer.community, offer.person, now):
        return False
    if holds.are_kept_apart(connection, offer.community, offer.person, to, now):
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
    if holds.are_kept_apart(connection, offer.community, person, offer.to, now):
        return False
    _answer(connection, row, "answered")
    _tell(connection, offer.to, BACK, offer.community, row, "", now, about=person)
    return True


def _answer(connection: Connection, row: int, answer: str) -> None:
    connection.execute("UPDATE hello_offers SET answer = ? WHERE id = ?", (answer, row))


def _tell(
    connection: Connection,
    to: Person,
    kind: str,
    community: Community,
    row: int,
    purpose: str,
    now: datetime,
    *,
    about: Person,
    unasked: bool = False,
) -> None:
    args = {"row": row, "about": about.id}
    said = Delivery(to, kind, f"{kind}:{row}", now, now + OPEN, purpose, community, args, unasked=unasked)
    deliveries.plan(connection, said)


# -- what is kept -----------------------------------------------------------------------------------------------------


def sweep(connection: Connection, now: datetime) -> bool:
    return sql.erase(connection, "hello_offers", "at <= ?", seconds(now - KEPT))


def export(connection: Connection, person: Person) -> dict[str, Any]:
    wishes = connection.execute(
        'SELECT name, "from" FROM hello_wishes JOIN communities ON communities.id = community WHERE person = ?',
        (person.id,),
    )
    kept = [{"where": name, "from": audiences} for name, audiences in wishes]
    offers = connection.execute('SELECT at, answer FROM hello_offers WHERE "to" = ? ORDER BY at', (person.id,))
    asked = [{"when": instant(at).isoformat(), "answer": answer or "none"} for at, answer in offers]
    return {
        **({"who may say hello to you": kept} if kept else {}),
        **({"when you were asked to say hello": asked} if asked else {}),
    }


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    where = {"person": person.id, "community": community.id if community else None}
    here = "AND community = ifnull(:community, community)"
    connection.execute(f"DELETE FROM hello_wishes WHERE person = :person {here}", where)
    connection.execute(f'DELETE FROM hello_offers WHERE (person = :person OR "to" = :person) {here}', where)
