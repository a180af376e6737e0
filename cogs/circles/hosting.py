"""Who hosts: asking, accepting, stepping back, and stand-ins in their order. Functions of a transaction."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal

from bot.clocks.recurrence import Recurrence
from bot.messages import Person
from cogs.circles import dates, kinds, schedule
from storage.circles import answers, circles, hosts
from storage.circles import dates as circles_dates
from storage.circles.circles import Circle
from storage.circles.dates import Gathering
from storage.circles.hosts import Host, Part
from storage.delivery import concerned, deliveries
from storage.members import blocks, consents, members, volunteers
from storage.moderation import holds

ASK, NEWS, ALONE, NEW = "circles.host_ask", "circles.host_news", "circles.alone", "circles.new"
PURPOSE = "host"

WAIT, WAIT_SOON, SOON = timedelta(hours=12), timedelta(hours=1), timedelta(hours=24)
"""How long one stand-in is waited for before the next is asked, and when under a day is left."""
CARRIED = timedelta(days=62)
"""How far ahead the load of a host is looked at: what recurs is the same again after that."""

MOST = 2
"""A host and a co-host: members see both before they join."""

News = Literal["accepted", "published", "stepped back", "rests", "handed over", "deleted"]
Accepted = Literal["accepted", "published", "no place", "too much", "held", "waits"]
Published = Literal["published", "wanted", "too much", "held", "waits"]


def may_be_asked(connection: Connection, circle: Circle, person: Person) -> bool:
    """Only who said that they would host is asked, nobody whose introductions are held, and none who avoid a host."""
    if not consents.allows(connection, person, PURPOSE) or holds.is_held(connection, circle.community, person):
        return False
    return not any(blocks.between(connection, person, host) for host in hosts.accepted(connection, circle.id))


def ask(connection: Connection, circle: Circle, person: Person, part: Part, now: datetime) -> None:
    """Ask somebody to host, or to be a stand-in."""
    hosts.add(connection, circle.id, person, part, now)
    if part != "stand-in":
        _plan_ask(connection, circle, person, now)


def hand_over(connection: Connection, circle: Circle, person: Person, now: datetime) -> None:
    """Ask somebody to be the host in place of the one who is. Nothing changes before their yes."""
    hosts.add(connection, circle.id, person, "host", now)
    hosts.set_part(connection, circle.id, person, "host")
    _plan_ask(connection, circle, person, now)


def accept(connection: Connection, circle: Circle, person: Person, now: datetime) -> Accepted:
    """The person hosts from now on. Publishes a circle that waited for them."""
    part = hosts.of(connection, circle.id, person)
    if part is not None and part.accepted:
        return "accepted"
    if refused := _refused(connection, circle, part, now):
        if refused != "waits":  # they can say yes again once a moderator did
            hosts.decline(connection, circle.id, person)
        return refused
    assert part is not None
    handed = _make_way(connection, circle, now) if part.part == "host" else []
    if part.part == "stand-in":
        taken = {host.part for host in hosts.everybody(connection, circle.id) if host.accepted}
        hosts.set_part(connection, circle.id, person, "co-host" if "host" in taken else "host")
    hosts.accept(connection, circle.id, person, now)
    if not _is_short(connection, circle):
        hosts.stop_asking(connection, circle.id)
    if circle.state == "wanted" and publish(connection, circle, now) == "published":
        return "published"
    told = _news(connection, circle, "accepted", person, now, besides=handed)
    if circle.state == "published":
        _tell_coming(connection, circle, now, [person, *handed, *told])
    return "accepted"


def _refused(connection: Connection, circle: Circle, part: Host | None, now: datetime) -> Accepted | None:
    """What stands against this person's yes now."""
    if part is None or circle.state == "archived":
        return "no place"
    is_full = len(hosts.accepted(connection, circle.id)) >= MOST
    if (part.part == "stand-in" and not _is_short(connection, circle)) or (part.part == "co-host" and is_full):
        return "no place"
    if holds.is_held(connection, circle.community, part.person):
        return "held"
    if volunteers.waits(connection, circle.community, part.person, PURPOSE, now):
        return "waits"
    return "too much" if is_too_much(connection, circle, part.person, now) else None


def _make_way(connection: Connection, circle: Circle, now: datetime) -> list[Person]:
    """The host gives the circle to the one who takes it over; where a second one is needed, they stay as that.

    Returns who has heard that they host no more.
    """
    gone = []
    for host in [one for one in hosts.everybody(connection, circle.id) if one.part == "host" and one.accepted]:
        others = len(hosts.accepted(connection, circle.id)) - 1
        if others + 1 < kinds.rule(circle.kind).hosts:
            hosts.set_part(connection, circle.id, host.person, "co-host")
            continue
        _go(connection, circle, host.person, now)
        key = f"handed over:{int(now.timestamp())}"
        _plan(connection, circle, NEWS, host.person, key, now, {"what": "handed over"})
        gone.append(host.person)
    return gone


def publish(connection: Connection, circle: Circle, now: datetime) -> Published:
    """Publish, if its hosts have accepted and may, and tell who wished to know; else remember that it is wanted."""
    if against := against_hosts(connection, circle, now):
        return against
    if not circles.publish(connection, circle.id):
        circles.set_state(connection, circle.id, "wanted")
        return "wanted"
    dates.open_dates(connection, circle, now)
    leading = hosts.accepted(connection, circle.id)
    for host in leading:
        _plan(connection, circle, NEWS, host, "published", now, {"what": "published"})
    if circle.kind == kinds.NOTICE:
        return "published"  # nothing has started that somebody waited for
    for person in circles.take_wishes(connection, circle.community):
        if person not in leading:
            _plan(connection, circle, NEW, person, "new", now, {}, purpose="events")
    return "published"


def against_hosts(connection: Connection, circle: Circle, now: datetime) -> Literal["too much", "held", "waits"] | None:
    """What stands against its hosts holding it: introductions held, a yes they wait for, over two circles in a week."""
    leading = hosts.accepted(connection, circle.id)
    if any(holds.is_held(connection, circle.community, host) for host in leading):
        return "held"
    if any(volunteers.waits(connection, circle.community, host, PURPOSE, now) for host in leading):
        return "waits"
    return "too much" if any(is_too_much(connection, circle, host, now) for host in leading) else None


def delete(connection: Connection, circle: Circle, by: Person, now: datetime) -> list[Person]:
    """A draft goes. Whoever holds it too or was asked to hears it; whom the question has not reached hears neither."""
    told = []
    for person in concerned.of_draft(connection, circle.id, by):
        part = hosts.of(connection, circle.id, person)
        assert part is not None
        assert part.asked is not None
        asked = f"{ASK}:{circle.id}:{person.id}:{int(part.asked.timestamp())}"
        waited = deliveries.waits(connection, asked)
        deliveries.drop_key(connection, asked)
        if waited and not deliveries.waits(connection, asked):
            continue
        _plan(connection, circle, NEWS, person, f"deleted:{int(now.timestamp())}", now, {"what": "deleted"})
        told.append(person)
    circles.delete(connection, circle.id)
    return told


def withdraw(connection: Connection, circle: Circle, person: Person, now: datetime) -> None:
    """Somebody does not host any more: the co-host becomes the host, and stand-ins are asked in order."""
    was = hosts.of(connection, circle.id, person)
    if was is None:
        return
    _go(connection, circle, person, now)
    left = hosts.accepted(connection, circle.id)
    if was.part == "host" and was.accepted and left:
        hosts.set_part(connection, circle.id, left[0], "host")
    if was.accepted:
        if not left and circle.state in ("draft", "wanted"):
            delete(connection, circle, person, now)
            return
        heard = cover(connection, circle, now)
        _news(connection, circle, "stepped back", person, now, besides=heard)


def _go(connection: Connection, circle: Circle, person: Person, now: datetime) -> None:
    """The person has no part any more, and leaves the circle's own place unless they belong to it otherwise."""
    hosts.remove(connection, circle.id, person)
    leave_place(connection, circle, person, now)


def leave_place(connection: Connection, circle: Circle, person: Person, now: datetime) -> None:
    """Whoever neither hosts the circle nor belongs to it is taken out of its own place."""
    account = members.account_on(connection, person, circle.platform)
    stays = person in hosts.accepted(connection, circle.id) or (
        answers.membership(connection, circle.id, person) is not None
    )
    if circle.channel is not None and account is not None and not stays:
        answers.plan_exit(connection, account, circle.channel, now)


def rest(connection: Connection, circle: Circle, person: Person, now: datetime) -> bool:
    """A host becomes a stand-in, and the others are asked in order. False where nobody else stands by."""
    others = [one for one in hosts.everybody(connection, circle.id) if one.part == "stand-in" and one.person != person]
    was = hosts.of(connection, circle.id, person)
    if not others or was is None or not was.accepted:
        return False
    hosts.rest(connection, circle.id, person, now)
    left = hosts.accepted(connection, circle.id)
    if was.part == "host" and left:
        hosts.set_part(connection, circle.id, left[0], "host")
    heard = cover(connection, circle, now)
    _news(connection, circle, "rests", person, now, besides=heard)
    return True


def decline(connection: Connection, circle: Circle, person: Person, now: datetime) -> None:
    """No, or no answer: the next one is asked. Nobody is told which of the two it was."""
    hosts.decline(connection, circle.id, person)
    cover(connection, circle, now)


def pass_on(connection: Connection, now: datetime) -> None:
    """Stand-ins who have not answered in time: the next ones are asked."""
    for row, person in hosts.silent_stand_ins(connection, now):
        circle = circles.get(connection, row)
        assert circle is not None
        decline(connection, circle, person, now)


def cover(connection: Connection, circle: Circle, now: datetime) -> list[Person]:
    """Where a host is missing: ask the next stand-in; where none is left, say so honestly to whoever is.

    Returns who hears of it by that.
    """
    if circle.state != "published" or not _is_short(connection, circle):
        return []
    coming = next(iter(circles_dates.coming(connection, circle.id, now)), None)
    waiting = [one for one in hosts.everybody(connection, circle.id) if one.part == "stand-in" and one.asked is None]
    asked_next = next((one for one in waiting if may_be_asked(connection, circle, one.person)), None)
    if asked_next is not None:
        wait = WAIT_SOON if coming and coming.starts - now < SOON else WAIT
        hosts.ask_stand_in(connection, circle.id, asked_next.person, now, now + wait)
        _plan_ask(connection, circle, asked_next.person, now)
        return [asked_next.person]
    if not hosts.accepted(connection, circle.id):
        return [hearer.person for hearer in dates.end(connection, circle, "paused", "ended", now)]
    if coming and coming.starts - now <= SOON:
        ask_how_to_hold(connection, circle, coming, now)
    return []


def ask_how_to_hold(connection: Connection, circle: Circle, gathering: Gathering, now: datetime) -> None:
    """One host is left, and the date is near: hold with one host, move, or cancel."""
    if gathering.alone:
        return
    for host in hosts.accepted(connection, circle.id)[:1]:
        what = f"{gathering.id}:{gathering.version}:{host.id}"
        args = {"gathering": gathering.id, "version": gathering.version}
        when, where = (now, gathering.starts), (PURPOSE, circle.community)
        deliveries.tell(connection, host, ALONE, what, *when, *where, args, picked=True)


def is_too_much(connection: Connection, circle: Circle, person: Person, now: datetime) -> bool:
    """Would this one put more than two circles into a week of theirs?"""
    if circle.kind == kinds.NOTICE:
        return False
    rule = Recurrence.from_code(circle.recurrence)
    more = [one.instant for one in schedule.next_dates(rule, now, 20) if one.instant < now + CARRIED]
    return schedule.too_many(_carried(connection, circle, person, now), more)


def _carried(connection: Connection, besides: Circle, person: Person, now: datetime) -> list[datetime]:
    """When everything starts that they host already, as far ahead as it is looked at."""
    starts: list[datetime] = []
    for circle in circles.hosted_by(connection, person):
        if circle.id == besides.id or circle.state != "published" or circle.kind == kinds.NOTICE:
            continue
        rule = Recurrence.from_code(circle.recurrence)
        starts += [one.instant for one in schedule.next_dates(rule, now, 20) if one.instant < now + CARRIED]
    return starts


def _is_short(connection: Connection, circle: Circle) -> bool:
    return len(hosts.accepted(connection, circle.id)) < kinds.rule(circle.kind).hosts


def _tell_coming(connection: Connection, circle: Circle, now: datetime, but: Container[Person]) -> None:
    """Whoever the next date concerns hears who hosts now."""
    for gathering in circles_dates.coming(connection, circle.id, now)[:1]:
        dates.tell(connection, circle, gathering, "stand-in", now, but)


def _news(
    connection: Connection, circle: Circle, what: News, about: Person, now: datetime, besides: Container[Person] = ()
) -> list[Person]:
    """The others who hold it hear who comes or goes; that somebody goes, those who stand by hear too."""
    leading = concerned.leading(connection, circle.id, about)
    people = [one.person for one in leading if one.hosts or what != "accepted"]
    told = [person for person in people if person not in besides]
    for person in told:
        key = f"{what}:{about.id}:{int(now.timestamp())}"
        _plan(connection, circle, NEWS, person, key, now, {"what": what, "who": about.id})
    return told


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
    what = f"{circle.id}:{person.id}:{key}"
    where = (purpose, circle.community)
    deliveries.tell(connection, person, kind, what, now, now + timedelta(days=7), *where, {"circle": circle.id, **args})
