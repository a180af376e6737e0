"""Going: out of a circle, out of a community, or for good; and what stops when a yes is taken back."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

from bot.messages import Community, Person
from cogs.circles import hosting, seats
from storage.circles import answers, circles, hosts, kept
from storage.circles.circles import Circle


def leave_circle(connection: Connection, circle: Circle, person: Person, now: datetime) -> None:
    """Seats are freed and offered on, and the place is left. No reason is asked."""
    seats.give_up(connection, circle, person, now)
    answers.leave(connection, circle.id, person)
    hosting.leave_place(connection, circle, person, now)


def forget(connection: Connection, person: Person, community: Community | None, now: datetime) -> None:
    """The person is gone from one community, or everywhere: circles they host look for another host."""
    for circle in kept.everywhere(connection, person):
        if community is not None and circle.community != community:
            continue
        if circle.state in ("draft", "wanted") and hosts.accepted(connection, circle.id) == [person]:
            hosting.delete(connection, circle, person, now)
            continue
        hosting.withdraw(connection, circle, person, now)
        leave_circle(connection, circle, person, now)
    kept.forget(connection, person, community)


def withdrawn(connection: Connection, person: Person, purpose: str, now: datetime) -> None:
    """A yes was taken back: nobody counts or asks for it any more. Seats stay as they are."""
    if purpose == "missed":
        answers.stop_counting(connection, person)
    if purpose == hosting.PURPOSE:
        for circle in circles.parts_of(connection, person):
            hosting.withdraw(connection, circle, person, now)
