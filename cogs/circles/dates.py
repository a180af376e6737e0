"""Opening, moving and cancelling dates, and telling those whom it concerns. Functions of a transaction."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal

from bot.clocks.recurrence import Recurrence
from bot.clocks.times import Occurrence
from bot.messages import Person
from cogs.circles import schedule, seats
from storage.circles import circles, dates
from storage.circles.circles import Circle
from storage.circles.dates import Gathering
from storage.delivery import concerned, deliveries
from storage.delivery.concerned import Hearer

CHANGED, WHOLE = "circles.changed", "circles.whole"
LOOKED_AT = 20
"""Dates looked at for some that are not called off."""
HEARD_FOR = timedelta(days=7)
"""How long it is news that a circle rests, is over, or meets again."""
Change = Literal["moved", "cancelled", "alone", "stand-in"]
Whole = Literal["archived", "paused", "ended", "resumed", "place", "last"]
"""What becomes of a circle as a whole: ``ended`` is that nobody hosts it any more, ``last`` that its dates are over."""


def open_dates(connection: Connection, circle: Circle, now: datetime) -> None:
    """Keep the next dates open for answers, and know when the one after them has to be opened.

    A date that was called off stays so, and another one is opened in its place.
    """
    rule = Recurrence.from_code(circle.recurrence)
    for occurrence in _left(connection, circle, rule, now)[: schedule.AHEAD]:
        ends = occurrence.instant + timedelta(minutes=circle.minutes)
        step, due = schedule.begin(occurrence.instant, ends, now)
        row = dates.add(connection, circle.id, occurrence.nominal, occurrence.instant, ends, now)
        if row is None:
            continue
        dates.done(connection, row, step, due)
        opened = dates.get(connection, row)
        assert opened is not None
        seats.settle_usual(connection, circle, opened)
    coming = schedule.next_dates(rule, now, 1)
    dates.open_next_at(connection, circle.id, coming[0].instant if coming else None)


def _left(connection: Connection, circle: Circle, rule: Recurrence, now: datetime) -> list[Occurrence]:
    """What comes by its rule, but for what was called off, or was moved to an earlier day and is over."""
    opened = dates.opened(connection, circle.id, now)
    return [one for one in schedule.next_dates(rule, now, LOOKED_AT) if opened.get(one.nominal, True)]


def open_due(connection: Connection, now: datetime, limit: int) -> bool:
    """Open the dates whose time has come. True if there may be more."""
    wanting = dates.wanting_dates(connection, now, limit)
    for row in wanting:
        circle = circles.get(connection, row)
        assert circle is not None
        open_dates(connection, circle, now)
    return len(wanting) == limit


def move(
    connection: Connection,
    circle: Circle,
    gathering: Gathering,
    starts: datetime,
    now: datetime,
    by: Person | None = None,
) -> None:
    """One date at another time: one notice, and what was planned for the old time is no longer true."""
    ends = starts + (gathering.ends - gathering.starts)
    dates.move(connection, gathering.id, starts, ends, *schedule.begin(starts, ends, now), now)
    tell(connection, circle, gathering, "moved", now, by=by)
    moved = dates.get(connection, gathering.id)
    assert moved is not None
    seats.fill(connection, circle, moved, now)


def cancel(
    connection: Connection, circle: Circle, gathering: Gathering, now: datetime, by: Person | None = None
) -> bool:
    """Call one date off. False if it was not planned any more."""
    if not _call_off(connection, gathering, now):
        return False
    tell(connection, circle, gathering, "cancelled", now, by=by)
    return True


def _call_off(connection: Connection, gathering: Gathering, now: datetime) -> bool:
    return dates.cancel(connection, gathering.id, schedule.LAST, gathering.ends + schedule.KEPT, now)


def hold_alone(
    connection: Connection, circle: Circle, gathering: Gathering, now: datetime, by: Person | None = None
) -> None:
    """One host holds it all the same, and everybody concerned knows."""
    if dates.hold_alone(connection, gathering.id):
        tell(connection, circle, gathering, "alone", now, by=by)


def end(
    connection: Connection,
    circle: Circle,
    state: Literal["paused", "archived"],
    change: Whole,
    now: datetime,
    by: Person | None = None,
) -> list[Hearer]:
    """The circle rests or is over: every date to come is called off, and everybody concerned is told once."""
    coming = dates.coming(connection, circle.id, now)
    told = tell_whole(connection, circle, change, now, by=by)
    for gathering in coming:
        _call_off(connection, gathering, now)
    circles.set_state(connection, circle.id, state)
    return told


def tell_if_last(connection: Connection, circle: Circle, now: datetime) -> None:
    """A date is over. What met several times, and has none to come, has met for the last time: that is told once."""
    rule = Recurrence.from_code(circle.recurrence)
    left = _left(connection, circle, rule, now)
    if circle.state == "published" and rule.times != 1 and not left and not dates.coming(connection, circle.id, now):
        tell_whole(connection, circle, "last", now)


def tell_whole(
    connection: Connection, circle: Circle, change: Whole, now: datetime, by: Person | None = None
) -> list[Hearer]:
    """One notice of what becomes of the circle, with the date it means to whoever reads it. Returns who hears it."""
    hearers = concerned.of_circle(connection, circle.id, now, by=by)
    coming = dates.coming(connection, circle.id, now)
    theirs = {
        hearer.person: gathering.id
        for gathering in reversed(coming)
        for hearer in concerned.of_date(connection, gathering.id)
    }
    for person, purpose, _hosts in hearers:
        about: dict[str, int | str] = {"circle": circle.id, "change": change}
        if coming:
            about["gathering"] = theirs.get(person, coming[0].id)
        what, where = f"{circle.id}:{person.id}:{change}:{int(now.timestamp())}", (purpose, circle.community)
        deliveries.tell(connection, person, WHOLE, what, now, now + HEARD_FOR, *where, about, picked=True)
    return hearers


def tell(
    connection: Connection,
    circle: Circle,
    gathering: Gathering,
    change: Change,
    now: datetime,
    but: Container[Person] = (),
    by: Person | None = None,
) -> None:
    """One notice of a change to everybody whom this date concerns, none of it after the date itself."""
    fresh = dates.get(connection, gathering.id)
    assert fresh is not None
    for person, purpose, _hosts in concerned.of_date(connection, gathering.id, but, by):
        what = f"{gathering.id}:{fresh.version}:{person.id}:{change}:{int(now.timestamp())}"
        ends = max(gathering.starts, fresh.starts, now + timedelta(hours=1))
        about: dict[str, int | str] = {"gathering": gathering.id, "version": fresh.version, "change": change}
        deliveries.tell(connection, person, CHANGED, what, now, ends, purpose, circle.community, about, picked=True)
