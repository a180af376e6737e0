"""Company requests, from the first word to the last: who asks, who was asked, who can, and that each is closed.

draft ──send──> open ──yes to somebody──> met ──"did someone come?"──> closed
                 └──nobody, withdrawn, paused, not today──────────────────^

Whoever said "I can" holds a claim until the request is over, at most ``CLAIM`` long: one claim for each person, and
two for each request. Every open request has a ``due``: the next moment at which it is looked at.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.context import Delivery
from bot.messages import Community, Person
from storage.company import helping
from storage.database import sql
from storage.database.instants import instant, seconds
from storage.delivery import concerned, deliveries
from storage.moderation import holds

ASKED, SOMEONE, NAMES, OVER = "company.asked", "company.someone", "company.names", "company.over"
HALF, CLOSED, AFTER = "company.half", "company.closed", "company.after"

CLAIM = timedelta(hours=1)
"""How long "I can" waits for the other's yes."""
CLAIMS = 2
"""On one request at a time: no pile-on."""
TOGETHER = timedelta(hours=2)
"""After the yes, until it is asked whether somebody came."""
KEPT = timedelta(hours=72)

Kind = Literal["chat", "voice", "quiet", "hand"]
Outcome = Literal["met", "unanswered", "not today", "withdrawn", "paused", "held", "left"]


class Request(NamedTuple):
    """One wish for company. ``viewers`` are those chosen of ``helping.AUDIENCES``; ``hours`` how long it is open."""

    id: int
    community: Community
    person: Person
    kind: Kind
    viewers: frozenset[str]
    hours: int
    note: bytes | None
    state: Literal["draft", "open", "met", "closed"]
    created: datetime
    closes: datetime | None


class Asked(NamedTuple):
    """Somebody who was asked, and where they stand."""

    id: int
    request: int
    person: Person
    state: Literal["asked", "can", "chosen", "no", "ended"]
    since: datetime


class Claim(NamedTuple):
    """Somebody who was asked, and when they answered."""

    asked: Asked
    answered: datetime | None


# -- the one who asks --------------------------------------------------------------------------------------------------


def draft(
    connection: Connection,
    person: Person,
    community: Community,
    viewers: frozenset[str],
    now: datetime,
    kind: Kind = "chat",
) -> int:
    """A request nobody has seen yet, in place of an earlier one that was not sent."""
    connection.execute("DELETE FROM company_requests WHERE person = ? AND state = 'draft'", (person.id,))
    usual = {"kind": kind, "viewers": _viewers(viewers), "hours": 2, "state": "draft"}
    values = {"community": community.id, "person": person.id, "created": seconds(now), **usual}
    return sql.insert(connection, "company_requests", **values)


def change(
    connection: Connection,
    person: Person,
    row: int,
    *,
    kind: Kind | None = None,
    hours: int | None = None,
    viewers: frozenset[str] | None = None,
) -> None:
    """Change the person's own draft."""
    connection.execute(
        "UPDATE company_requests SET kind = ifnull(?, kind), hours = ifnull(?, hours), viewers = ifnull(?, viewers)"
        " WHERE id = ? AND person = ? AND state = 'draft'",
        (kind, hours, _viewers(viewers) if viewers is not None else None, row, person.id),
    )


def set_note(connection: Connection, person: Person, row: int, note: bytes | None) -> None:
    connection.execute(
        "UPDATE company_requests SET note = ? WHERE id = ? AND person = ? AND state = 'draft'", (note, row, person.id)
    )


def drop(connection: Connection, person: Person, row: int) -> None:
    connection.execute("DELETE FROM company_requests WHERE id = ? AND person = ? AND state = 'draft'", (row, person.id))


def get(connection: Connection, row: int) -> Request | None:
    found = connection.execute(f"{SELECT} WHERE company_requests.id = ?", (row,)).fetchone()
    return read(found) if found else None


def current(connection: Connection, person: Person) -> Request | None:
    """The person's request that is open now."""
    found = connection.execute(f"{SELECT} WHERE person = ? AND state = 'open'", (person.id,)).fetchone()
    return read(found) if found else None


def send(connection: Connection, person: Person, row: int, now: datetime) -> Request | None:
    """Open the person's draft; the next tick asks the first people. None if it is no draft any more, or another one is
    open.
    """
    request = get(connection, row)
    if request is None or request.person != person or request.state != "draft" or current(connection, person):
        return None
    closes = now + timedelta(hours=request.hours)
    connection.execute(
        "UPDATE company_requests SET state = 'open', created = ?, closes = ?, due = ? WHERE id = ?",
        (seconds(now), seconds(closes), seconds(now), row),
    )
    return get(connection, row)


def widen(connection: Connection, person: Person, row: int, viewers: frozenset[str], now: datetime) -> bool:
    """Show an open request to more people. False if it is not open any more."""
    request = get(connection, row)
    if request is None or request.person != person or request.state != "open":
        return False
    connection.execute(
        "UPDATE company_requests SET viewers = ? WHERE id = ?", (_viewers(request.viewers | viewers), row)
    )
    look_again_by(connection, row, now)
    return True


def accept(connection: Connection, person: Person, ask: int, now: datetime) -> Person | None:
    """Yes to somebody who can: both learn the other's name. None if that is over, or they are kept apart."""
    offer, request = claim(connection, ask)
    if offer is None or request is None or request.person != person or request.state != "open" or offer.state != "can":
        return None
    if holds.are_kept_apart(connection, request.community, person, offer.person, now):
        end_claim(connection, offer, request, now)
        return None
    connection.execute("UPDATE company_asks SET state = 'chosen' WHERE id = ?", (ask,))
    _end_others(connection, request, now)
    connection.execute(
        "UPDATE company_requests SET state = 'met', met = ?, due = ?, note = NULL WHERE id = ?",
        (seconds(now), seconds(now + TOGETHER), request.id),
    )
    tell(connection, offer.person, NAMES, request, now, ask, args={"other": person.id}, expires=now + TOGETHER)
    return offer.person


def close(connection: Connection, request: Request, outcome: Outcome, now: datetime, *, told: bool) -> bool:
    """End a request. Whoever offered hears that it is over, in the same words whatever the outcome.

    ``told``: the one who asked is reading it in an answer at this moment; otherwise a message tells them. False if it
    was over already.
    """
    done = connection.execute(
        "UPDATE company_requests SET state = 'closed', ended = ?, due = NULL, note = NULL"
        " WHERE id = ? AND state IN ('open', 'met')",
        (seconds(now), request.id),
    )
    if not done.rowcount:
        return False
    _end_others(connection, request, now, told=outcome != "met")
    connection.execute("UPDATE company_asks SET state = 'ended' WHERE request = ? AND state = 'chosen'", (request.id,))
    _count(connection, request.community, outcome, now)
    if not told:
        key = f"{CLOSED}:{request.id}"
        closed = Delivery(request.person, CLOSED, key, now, community=request.community, args={"how": outcome})
        deliveries.plan(connection, closed)
    return True


def withdraw(connection: Connection, person: Person, now: datetime) -> None:
    """The person took back the yes to company: their request is closed, and they know it."""
    request = current(connection, person)
    if request is not None:
        close(connection, request, "withdrawn", now, told=True)


def came(connection: Connection, person: Person, row: int, *, someone: bool, now: datetime) -> None:
    """Whether somebody came to the person's request: a number, counted once."""
    request = get(connection, row)
    done = connection.execute(
        "UPDATE company_requests SET told_after = ? WHERE id = ? AND person = ? AND told_after IS NULL",
        (seconds(now), row, person.id),
    )
    if request is not None and done.rowcount:
        _count(connection, request.community, "came" if someone else "not really", now)


# -- the parts ---------------------------------------------------------------------------------------------------------


def of_request(connection: Connection, request: int, state: str) -> list[Claim]:
    """Those who were asked for it and stand there."""
    rows = connection.execute(
        "SELECT id, request, person, state, asked, answered FROM company_asks WHERE request = ? AND state = ?"
        " ORDER BY id",
        (request, state),
    ).fetchall()
    return [Claim(_asked(row[:5]), instant(row[5])) for row in rows]


def claims(connection: Connection, request: int) -> int:
    """How many have said "I can" and wait for the yes."""
    return len(of_request(connection, request, "can"))


def claim(connection: Connection, ask: int) -> tuple[Asked | None, Request | None]:
    """What somebody was asked and the request, where they are still there."""
    row = connection.execute(
        "SELECT id, request, person, state, asked FROM company_asks WHERE id = ?", (ask,)
    ).fetchone()
    return (_asked(row), get(connection, row[1])) if row else (None, None)


def _asked(row: tuple[Any, ...]) -> Asked:
    id_, request, person, state, since = row
    return Asked(id_, request, Person(person), state, instant(since))


def end_claim(connection: Connection, claim: Asked, request: Request, now: datetime) -> None:
    """Somebody who could is free again. What they hear is the same whatever the reason."""
    connection.execute("UPDATE company_asks SET state = 'ended' WHERE id = ?", (claim.id,))
    tell(connection, claim.person, OVER, request, now, claim.id, expires=now + KEPT, purpose="")


def _end_others(connection: Connection, request: Request, now: datetime, *, told: bool = False) -> None:
    """Nobody else is needed: who could is told so, who was asked is not asked any more.

    ``told``: it ends before its time, so whoever was chosen hears it too.
    """
    for ask, state in concerned.of_request(connection, request.id):
        offer, _request = claim(connection, ask)
        if offer is not None and (state == "can" or told):
            end_claim(connection, offer, request, now)
    for question in of_request(connection, request.id, "asked"):
        end_question(connection, question.asked)


def end_question(connection: Connection, claim: Asked) -> None:
    """Somebody who has not answered need not any more."""
    connection.execute("UPDATE company_asks SET state = 'ended' WHERE id = ?", (claim.id,))
    deliveries.drop_key(connection, f"{ASKED}:{claim.id}")


def tell(
    connection: Connection,
    to: Person,
    kind: str,
    request: Request,
    now: datetime,
    row: int,
    *,
    expires: datetime,
    args: dict[str, int | str] | None = None,
    purpose: str = helping.COMPANY,
) -> None:
    """A message of this request, at once: who asked waits for it, and who helps has hours."""
    named = {"request": request.id, "ask": row, **(args or {})}
    if kind == NAMES:
        purpose = ""  # they said "I can"
    delivery = Delivery(to, kind, f"{kind}:{row}", now, expires, purpose, request.community, named, picked=True)
    deliveries.plan(connection, delivery)


def look_again_by(connection: Connection, request: int, by: datetime) -> None:
    """Something has changed: an open request is due at ``by`` at the latest."""
    connection.execute(
        "UPDATE company_requests SET due = min(due, ?) WHERE id = ? AND state = 'open'", (seconds(by), request)
    )


def _count(connection: Connection, community: Community, outcome: str, now: datetime) -> None:
    connection.execute(
        "INSERT INTO company_totals (community, day, outcome, requests) VALUES (?, ?, ?, 1)"
        " ON CONFLICT DO UPDATE SET requests = requests + 1",
        (community.id, now.date().isoformat(), outcome),
    )


SELECT = (
    "SELECT company_requests.id, communities.id, communities.name, person, kind, viewers, hours, note, state,"
    " company_requests.created, closes FROM company_requests JOIN communities ON communities.id = community"
)


def read(row: tuple[Any, ...]) -> Request:
    id_, community, name, person, kind, viewers, hours, note, state, created, closes = row
    return Request(
        id_,
        Community(community, name),
        Person(person),
        kind,
        frozenset(viewers.split()),
        hours,
        note,
        state,
        instant(created),
        instant(closes),
    )


def _viewers(viewers: frozenset[str]) -> str:
    return " ".join(sorted(viewers))
