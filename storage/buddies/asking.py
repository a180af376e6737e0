"""Who is asked for company: a few people at a time, what they answer, and what time does to an open request."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal

from bot.context import Delivery
from bot.messages import Person
from storage.company import company, helping
from storage.company.company import ASKED, CLAIM, HALF, Request
from storage.company.helping import AUDIENCES, Routing
from storage.database import sql
from storage.database.instants import seconds
from storage.delivery import deliveries
from storage.moderation import holds

WAVE, WAVE_EVERY = 3, timedelta(minutes=10)
"""How many are asked at a time, and how long they have the first word."""
AFTER_KEPT = timedelta(hours=24)


# -- those who are asked -----------------------------------------------------------------------------------------------


def can(connection: Connection, person: Person, ask: int, now: datetime) -> Literal["can", "busy", "closed"]:
    """ "I can": the one who asked hears that somebody can."""
    claim, request = company.claim(connection, ask)
    if claim is None or claim.person != person or request is None or request.state != "open":
        return "closed"
    assert request.closes is not None
    if request.closes <= now:
        return "closed"
    if claim.state == "can":
        return "can"
    if claim.state not in ("asked", "no") or company.claims(connection, request.id) >= company.CLAIMS:
        return "closed"
    if holds.are_kept_apart(connection, request.community, request.person, person, now):
        return "closed"
    if helping.is_busy(connection, person):
        return "busy"
    connection.execute("UPDATE company_asks SET state = 'can', answered = ? WHERE id = ?", (seconds(now), ask))
    helping.gave(connection, person, now)
    company.tell(
        connection, request.person, company.SOMEONE, request, now, ask, expires=min(now + CLAIM, request.closes)
    )
    company.look_again_by(connection, request.id, now + CLAIM)
    return "can"


def cannot(connection: Connection, person: Person, ask: int, now: datetime) -> None:
    """ "Not now", or not after all: nobody is told, and the next are asked."""
    claim, request = company.claim(connection, ask)
    if claim is None or claim.person != person or claim.state not in ("asked", "can"):
        return
    connection.execute("UPDATE company_asks SET state = 'no', answered = ? WHERE id = ?", (seconds(now), ask))
    if request is not None:
        company.look_again_by(connection, request.id, now)


def separate(connection: Connection, one: Person, other: Person, now: datetime) -> None:
    """These two must not meet: what was asked or offered between them is over, in the words it always ends in."""
    rows = connection.execute(
        "SELECT company_asks.id FROM company_asks JOIN company_requests ON company_requests.id = request"
        " WHERE (company_asks.person, company_requests.person) IN (VALUES (?1, ?2), (?2, ?1))"
        " AND company_asks.state IN ('asked', 'can')",
        (one.id, other.id),
    ).fetchall()
    for (ask,) in rows:
        claim, request = company.claim(connection, ask)
        if claim is None or request is None:
            continue
        deliveries.drop_key(connection, f"{company.SOMEONE}:{ask}")
        if claim.state == "can":
            company.end_claim(connection, claim, request, now)
        else:
            company.end_question(connection, claim)
        company.look_again_by(connection, request.id, now)


# -- what time does ----------------------------------------------------------------------------------------------------


def look(connection: Connection, now: datetime, routing: Routing, limit: int) -> bool:
    """See to the requests that are due. True if there may be more."""
    rows = connection.execute(
        f"{company.SELECT} WHERE due <= ? AND state IN ('open', 'met') ORDER BY due LIMIT ?", (seconds(now), limit)
    ).fetchall()
    for row in rows:
        request = company.read(row)
        if request.state == "met":
            _ask_after(connection, request, now)
        else:
            _look_at(connection, request, now, routing)
    return len(rows) == limit


def heed_pauses(connection: Connection, now: datetime) -> None:
    """A pause or a rest closes the person's request; a claim of theirs is free again."""
    paused = (
        "EXISTS (SELECT 1 FROM persons WHERE persons.id = person"
        " AND (rests IS NOT NULL OR paused_at IS NOT NULL AND ifnull(paused_until, :now + 1) > :now))"
    )
    moment = {"now": seconds(now)}
    for row in connection.execute(f"{company.SELECT} WHERE state = 'open' AND {paused}", moment).fetchall():
        company.close(connection, company.read(row), "paused", now, told=False)
    claims = connection.execute(
        f"SELECT id, person FROM company_asks WHERE state = 'can' AND {paused}", moment
    ).fetchall()
    for ask, person in claims:
        cannot(connection, Person(person), ask, now)


def _look_at(connection: Connection, request: Request, now: datetime, routing: Routing) -> None:
    """Everything that is due for an open request, and when to look again."""
    assert request.closes is not None
    if request.closes <= now:
        company.close(
            connection, request, "not today" if _was_offered(connection, request) else "unanswered", now, told=False
        )
        return
    if holds.obstacle(connection, request.community, request.person, now) is not None:
        company.close(connection, request, "held", now, told=False)
        return
    for claim in company.of_request(connection, request.id, "can"):
        if claim.answered is None or claim.answered + CLAIM <= now:
            company.end_claim(connection, claim.asked, request, now)
    half = request.created + (request.closes - request.created) / 2
    waiting = company.claims(connection, request.id)
    again = [request.closes]
    if not waiting:
        _ask_more(connection, request, now, routing)
        again.append(now + WAVE_EVERY)
    else:
        again += [one.answered + CLAIM for one in company.of_request(connection, request.id, "can") if one.answered]
    if half > now:
        again.append(half)
    elif not _was_offered(connection, request):
        _tell_half(connection, request, now)
    connection.execute("UPDATE company_requests SET due = ? WHERE id = ?", (seconds(min(again)), request.id))


def _ask_more(connection: Connection, request: Request, now: datetime, routing: Routing) -> None:
    """Ask the next few, those first who gave least lately. Nobody is asked two things at a time."""
    rows = connection.execute("SELECT person FROM company_asks WHERE request = ?", (request.id,))
    known = {person for (person,) in rows}
    there = helping.audiences(connection, request.community, request.person, routing.near, now)
    questions = company.of_request(connection, request.id, "asked")
    room = WAVE - sum(question.asked.since > now - WAVE_EVERY for question in questions)
    for audience in AUDIENCES:
        if audience not in request.viewers:
            continue
        for one, until in routing.choose(there.get(audience, []), now):
            if room > 0 and one.person.id not in known and not _is_taken(connection, one.person, now):
                known.add(one.person.id)
                room -= 1
                _ask(connection, request, one.person, AUDIENCES[audience], now, until)


def _ask(
    connection: Connection, request: Request, person: Person, purpose: str, now: datetime, until: datetime
) -> None:
    values = {"request": request.id, "person": person.id, "state": "asked", "asked": seconds(now)}
    row = sql.insert(connection, "company_asks", **values)
    assert request.closes is not None
    company.tell(connection, person, ASKED, request, now, row, expires=min(until, request.closes), purpose=purpose)


def _is_taken(connection: Connection, person: Person, now: datetime) -> bool:
    """A claim of theirs is open, or a question to them waits for its answer."""
    found = connection.execute(
        "SELECT 1 FROM company_asks JOIN company_requests ON company_requests.id = request"
        " WHERE company_asks.person = ? AND (company_asks.state IN ('can', 'chosen')"
        " OR (company_asks.state = 'asked' AND company_requests.state = 'open' AND asked > ?))",
        (person.id, seconds(now - WAVE_EVERY)),
    ).fetchone()
    return found is not None


def _was_offered(connection: Connection, request: Request) -> bool:
    """Has anybody said "I can", whatever became of it?"""
    found = connection.execute(
        "SELECT 1 FROM company_asks WHERE request = ? AND answered IS NOT NULL AND state <> 'no'", (request.id,)
    ).fetchone()
    return found is not None


def _tell_half(connection: Connection, request: Request, now: datetime) -> None:
    told = connection.execute(
        "UPDATE company_requests SET half_told = ? WHERE id = ? AND half_told IS NULL", (seconds(now), request.id)
    )
    if told.rowcount:
        assert request.closes is not None
        company.tell(connection, request.person, HALF, request, now, request.id, expires=request.closes)


def _ask_after(connection: Connection, request: Request, now: datetime) -> None:
    """Time has passed since the two met: whoever came is free again, and it is asked how it went."""
    if company.close(connection, request, "met", now, told=True):
        after = Delivery(
            to=request.person,
            kind=company.AFTER,
            key=f"{company.AFTER}:{request.id}",
            due=now,
            expires=now + AFTER_KEPT,
            purpose=helping.COMPANY,
            community=request.community,
            args={"request": request.id},
        )
        deliveries.plan(connection, after)
