"""Who hosts: asking, accepting, stepping back, and stand-ins in their order. Functions of a transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal

from bot.messages import Delivery, Person
from bot.recurrence import Recurrence
from cogs.circles import dates, kinds, schedule
from storage import circles, circles_dates, consents, deliveries, holds
from storage.circles import Circle, Part
from storage.circles_dates import Gathering

ASK, NEWS, ALONE, NEW = "circles.host_ask", "circles.host_news", "circles.alone", "circles.new"
PURPOSE = "host"

WAIT, WAIT_SOON, SOON = timedelta(hours=12), timedelta(hours=1), timedelta(hours=24)
"""How long one stand-in is waited for before the next is asked, and when under a day is left."""
CARRIED = timedelta(days=62)
"""How far ahead the load of a host is looked at: what recurs is the same again after that."""

News = Literal["accepted", "published", "stepped back", "nobody left"]
Accepted = Literal["accepted", "published", "no place", "too much"]


def may_be_asked(connection: Connection, circle: Circle, person: Person) -> bool:
    """Only who said that they would host is asked, and nobody whose introductions are held."""
    return consents.allows(connection, person, PURPOSE) and not holds.is_held(connection, circle.community, person)


def ask(connection: Connection, circle: Circle, person: Person, part: Part, now: datetime) -> None:
    """Ask somebody to host, or to be a stand-in."""
    circles.add_host(connection, circle.id, person, part, now)
    if part != "stand-in":
        _plan_ask(connection, circle, person, now)


def accept(connection: Connection, circle: Circle, person: Person, now: datetime) -> Accepted:
    """The person hosts from now on. Publishes a circle that waited for them."""
    part = circles.host_of(connection, circle.id, person)
    if part is None or (part.part == "stand-in" and not _is_short(connection, circle)):
        return "no place"
    if is_too_much(connection, circle, person, now):
        return "too much"
    if part.part == "stand-in":
        taken = {host.part for host in circles.hosts(connection, circle.id) if host.accepted}
        circles.set_part(connection, circle.id, person, "co-host" if "host" in taken else "host")
    circles.accept(connection, circle.id, person, now)
    if not _is_short(connection, circle):
        circles.stop_asking(connection, circle.id)
    if circle.state == "published":
        _tell_coming(connection, circle, now)
    if circle.state == "wanted" and publish(connection, circle, now):
        return "published"
    _news(connection, circle, "accepted", person, now)
    return "accepted"


def publish(connection: Connection, circle: Circle, now: datetime) -> bool:
    """Publish, if its hosts have accepted, and tell who wished to know; else remember that it is wanted."""
    if not circles.publish(connection, circle.id):
        circles.set_state(connection, circle.id, "wanted")
        return False
    dates.open_dates(connection, circle, now)
    hosts = circles.accepted(connection, circle.id)
    for host in hosts:
        _plan(connection, circle, NEWS, host, "published", now, {"what": "published"})
    for person in circles.take_wishes(connection, circle.community):
        if person not in hosts:
            _plan(connection, circle, NEW, person, "new", now, {}, purpose="events")
    return True


def withdraw(connection: Connection, circle: Circle, person: Person, now: datetime) -> None:
    """Somebody does not host any more: the co-host becomes the host, and stand-ins are asked in order."""
    was = circles.host_of(connection, circle.id, person)
    if was is None:
        return
    circles.remove_host(connection, circle.id, person)
    left = circles.accepted(connection, circle.id)
    if was.part == "host" and left:
        circles.set_part(connection, circle.id, left[0], "host")
    if was.part != "stand-in" and was.accepted:
        if not left and circle.state in ("draft", "wanted"):
            circles.delete(connection, circle.id)
            return
        _news(connection, circle, "stepped back", person, now)
        cover(connection, circle, now)


def decline(connection: Connection, circle: Circle, person: Person, now: datetime) -> None:
    """No, or no answer: the next one is asked. Nobody is told which of the two it was."""
    circles.decline(connection, circle.id, person)
    cover(connection, circle, now)


def pass_on(connection: Connection, now: datetime) -> None:
    """Stand-ins who have not answered in time: the next ones are asked."""
    for row, person in circles.silent_stand_ins(connection, now):
        circle = circles.get(connection, row)
        assert circle is not None
        decline(connection, circle, person, now)


def cover(connection: Connection, circle: Circle, now: datetime) -> None:
    """Where a host is missing: ask the next stand-in; where none is left, say so honestly to whoever is."""
    if circle.state != "published" or not _is_short(connection, circle):
        return
    coming = next(iter(circles_dates.coming(connection, circle.id, now)), None)
    asked_next = next(
        (host for host in circles.hosts(connection, circle.id) if host.part == "stand-in" and host.asked is None), None
    )
    if asked_next is not None:
        wait = WAIT_SOON if coming and coming.starts - now < SOON else WAIT
        circles.ask_stand_in(connection, circle.id, asked_next.person, now, now + wait)
        _plan_ask(connection, circle, asked_next.person, now)
        return
    if not circles.accepted(connection, circle.id):
        dates.end(connection, circle, "paused", "ended", now)
    elif coming and coming.starts - now <= SOON:
        ask_how_to_hold(connection, circle, coming, now)


def ask_how_to_hold(connection: Connection, circle: Circle, gathering: Gathering, now: datetime) -> None:
    """One host is left, and the date is near: hold with one host, move, or cancel."""
    if gathering.alone:
        return
    for host in circles.accepted(connection, circle.id)[:1]:
        deliveries.plan(
            connection,
            Delivery(
                to=host,
                kind=ALONE,
                key=f"{ALONE}:{gathering.id}:{gathering.version}:{host.id}",
                due=now,
                expires=gathering.starts,
                purpose=PURPOSE,
                community=circle.community,
                args={"gathering": gathering.id, "version": gathering.version},
                picked=True,
            ),
        )


def may_not_carry(connection: Connection, circle: Circle, now: datetime) -> bool:
    """Would publishing it put more than two circles into a week of one of its hosts?"""
    return any(is_too_much(connection, circle, host, now) for host in circles.accepted(connection, circle.id))


def is_too_much(connection: Connection, circle: Circle, person: Person, now: datetime) -> bool:
    """Would this one put more than two circles into a week of theirs?"""
    rule = Recurrence.from_code(circle.recurrence)
    more = [one.instant for one in schedule.next_dates(rule, now, 20) if one.instant < now + CARRIED]
    return schedule.too_many(_carried(connection, circle, person, now), more)


def _carried(connection: Connection, besides: Circle, person: Person, now: datetime) -> list[datetime]:
    """When everything starts that they host already, as far ahead as it is looked at."""
    starts: list[datetime] = []
    for circle in circles.hosted_by(connection, person):
        if circle.id == besides.id or circle.state != "published":
            continue
        rule = Recurrence.from_code(circle.recurrence)
        starts += [one.instant for one in schedule.next_dates(rule, now, 20) if one.instant < now + CARRIED]
    return starts


def _is_short(connection: Connection, circle: Circle) -> bool:
    return len(circles.accepted(connection, circle.id)) < kinds.rule(circle.kind).hosts


def _tell_coming(connection: Connection, circle: Circle, now: datetime) -> None:
    """Whoever comes next hears who hosts now."""
    for gathering in circles_dates.coming(connection, circle.id, now)[:1]:
        people = dates.concerned(connection, gathering)
        dates.tell(connection, circle, gathering, "stand-in", people, now)


def _news(connection: Connection, circle: Circle, what: News, about: Person, now: datetime) -> None:
    """The other hosts hear it."""
    for host in circles.accepted(connection, circle.id):
        if host != about:
            key = f"{what}:{about.id}:{int(now.timestamp())}"
            _plan(connection, circle, NEWS, host, key, now, {"what": what, "who": about.id})


def _plan_ask(connection: Connection, circle: Circle, person: Person, now: datetime) -> None:
    _plan(connection, circle, ASK, person, f"{int(now.timestamp())}", now, {})


def _plan(
    connection: Connection,
    circle: Circle,
    kind: str,
    person: Person,
    key: str,
    now: datetime,
    args: dict[str, int | str],
    purpose: str = PURPOSE,
) -> None:
    deliveries.plan(
        connection,
        Delivery(
            to=person,
            kind=kind,
            key=f"{kind}:{circle.id}:{person.id}:{key}",
            due=now,
            expires=now + timedelta(days=7),
            purpose=purpose,
            community=circle.community,
            args={"circle": circle.id, **args},
        ),
    )
