"""Seats and the waitlist: first come, first offered, and passed on when an offer lapses. Functions of a transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal, get_args

from bot.messages import Person
from storage.circles import answers, circles, dates
from storage.circles.answers import SEATED, Answer, Seat
from storage.circles.circles import Circle
from storage.circles.dates import Gathering
from storage.delivery import deliveries

OFFER = "circles.seat"
PURPOSE = "events"

HOLDS, SOON, HOLDS_SOON = timedelta(hours=2), timedelta(hours=3), timedelta(minutes=30)

Wish = Literal["in", "listening", "maybe", "cant"]
WISHES: frozenset[Wish] = frozenset(get_args(Wish))
Outcome = Literal["in", "listening", "maybe", "cant", "waiting"]


def offer_lasts(now: datetime, starts: datetime) -> timedelta:
    """How long a freed seat is kept for the one it was offered to: 2 hours; 30 minutes when under 3 hours to go."""
    return min(HOLDS if starts - now >= SOON else HOLDS_SOON, starts - now)


def answer(
    connection: Connection, circle: Circle, gathering: Gathering, person: Person, wish: Wish, now: datetime
) -> Outcome:
    """What the member says to a date. Where no seat is free they wait, and the answer says so."""
    before = answers.said(connection, gathering.id, person)
    if wish not in SEATED:
        answers.put(connection, gathering.id, person, wish)
        fill(connection, circle, gathering, now)
        return wish
    answers.belong(connection, circle.id, person, now)
    has_seat = before is not None and before.answer in (*SEATED, "offered")
    queue = answers.first_waiting(connection, gathering.id)
    if has_seat or (answers.free(connection, gathering.id) and queue is None):
        answers.put(connection, gathering.id, person, wish)
        return wish
    answers.put(connection, gathering.id, person, "waiting", _seat(wish))
    fill(connection, circle, gathering, now)
    return "waiting"


def fill(connection: Connection, circle: Circle, gathering: Gathering, now: datetime) -> None:
    """Offer every free seat to whoever waits longest, until nobody waits or none is free."""
    if gathering.state != "planned" or gathering.starts <= now:
        return
    while answers.free(connection, gathering.id):
        first = answers.first_waiting(connection, gathering.id)
        if first is None:
            return
        until = now + offer_lasts(now, gathering.starts)
        answers.put(connection, gathering.id, first.person, "offered", first.wants, until)
        what = f"{gathering.id}:{first.person.id}:{int(now.timestamp())}"
        about = (PURPOSE, circle.community, {"gathering": gathering.id})
        deliveries.tell(connection, first.person, OFFER, what, now, until, *about, picked=True)


def lapse(connection: Connection, now: datetime, limit: int) -> bool:
    """Pass on the seats whose offer has run out. True if there may be more."""
    lapsed = answers.lapsed(connection, now, limit)
    for row, person in lapsed:
        answers.put(connection, row, person, "maybe")
        refill(connection, row, now)
    return len(lapsed) == limit


def refill(connection: Connection, row: int, now: datetime) -> None:
    """A seat of this date may have come free."""
    gathering = dates.get(connection, row)
    circle = circles.get(connection, gathering.circle) if gathering else None
    if gathering is not None and circle is not None and circle.state == "published":
        fill(connection, circle, gathering, now)


def settle_usual(connection: Connection, circle: Circle, gathering: Gathering) -> None:
    """A new date: those who come every time have their seats, in the order they joined, as far as seats go."""
    for member in answers.members_of(connection, circle.id):
        if member.usual is None or answers.said(connection, gathering.id, member.person):
            continue
        seat: Answer = member.usual if answers.free(connection, gathering.id) else "waiting"
        wants = member.usual if seat == "waiting" else None
        answers.put(connection, gathering.id, member.person, seat, wants)


def always(connection: Connection, circle: Circle, person: Person, seat: Seat | None, now: datetime) -> None:
    """Come every time from now on, beginning with the dates that are open and not answered."""
    answers.set_usual(connection, circle.id, person, seat)
    for gathering in dates.coming(connection, circle.id, now):
        if seat is not None and answers.said(connection, gathering.id, person) is None:
            answer(connection, circle, gathering, person, seat, now)


def give_up(connection: Connection, circle: Circle, person: Person, now: datetime) -> None:
    """The person comes to no date any more: every seat of theirs goes to whoever waits."""
    for gathering in dates.coming(connection, circle.id, now):
        answers.remove(connection, gathering.id, person)
        fill(connection, circle, gathering, now)


def _seat(wish: Wish) -> Seat:
    return "listening" if wish == "listening" else "in"
