"""Opening, moving and cancelling dates, and telling those whom it concerns. Functions of a transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal

from bot.clocks.recurrence import Recurrence
from bot.messages import Person
from cogs.circles import schedule, seats
from storage.circles import answers, circles, dates
from storage.circles.circles import Circle
from storage.circles.dates import Gathering
from storage.delivery import deliveries

CHANGED = "circles.changed"
LOOKED_AT = 20
"""Dates looked at for some that are not called off."""
Change = Literal["moved", "cancelled", "alone", "ended", "stand-in"]


def open_dates(connection: Connection, circle: Circle, now: datetime) -> None:
    """Keep the next dates open for answers, and know when the one after them has to be opened.

    A date that was called off stays so, and another one is opened in its place.
    """
    coming = schedule.next_dates(Recurrence.from_code(circle.recurrence), now, LOOKED_AT)
    off = {one.nominal for one in dates.known(connection, circle.id, now) if one.state == "cancelled"}
    for occurrence in [one for one in coming if one.nominal not in off][: schedule.AHEAD]:
        ends = occurrence.instant + timedelta(minutes=circle.minutes)
        step, due = schedule.begin(occurrence.instant, ends, now)
        row = dates.add(connection, circle.id, occurrence.nominal, occurrence.instant, ends, now)
        if row is None:
            continue
        dates.done(connection, row, step, due)
        opened = dates.get(connection, row)
        assert opened is not None
        seats.settle_usual(connection, circle, opened)
    dates.open_next_at(connection, circle.id, coming[0].instant if coming else None)


def open_due(connection: Connection, now: datetime, limit: int) -> bool:
    """Open the dates whose time has come. True if there may be more."""
    wanting = dates.wanting_dates(connection, now, limit)
    for row in wanting:
        circle = circles.get(connection, row)
        assert circle is not None
        open_dates(connection, circle, now)
    return len(wanting) == limit


def move(connection: Connection, circle: Circle, gathering: Gathering, starts: datetime, now: datetime) -> None:
    """One date at another time: one notice, and what was planned for the old time is no longer true."""
    ends = starts + (gathering.ends - gathering.starts)
    dates.move(connection, gathering.id, starts, ends, *schedule.begin(starts, ends, now), now)
    _tell(connection, circle, gathering, "moved", now)
    moved = dates.get(connection, gathering.id)
    assert moved is not None
    seats.fill(connection, circle, moved, now)


def cancel(connection: Connection, circle: Circle, gathering: Gathering, now: datetime) -> bool:
    """Call one date off. False if it was not planned any more."""
    return _call_off(connection, circle, gathering, "cancelled", now)


def _call_off(connection: Connection, circle: Circle, gathering: Gathering, change: Change, now: datetime) -> bool:
    if not dates.cancel(connection, gathering.id, schedule.LAST, gathering.ends + schedule.KEPT, now):
        return False
    _tell(connection, circle, gathering, change, now)
    return True


def hold_alone(connection: Connection, circle: Circle, gathering: Gathering, now: datetime) -> None:
    """One host holds it all the same, and whoever comes knows."""
    dates.hold_alone(connection, gathering.id)
    _tell(connection, circle, gathering, "alone", now)


def end(
    connection: Connection, circle: Circle, state: Literal["paused", "archived"], change: Change, now: datetime
) -> None:
    """The circle rests or is over: every date to come is called off, and whoever meant to come is told once."""
    for gathering in dates.coming(connection, circle.id, now):
        _call_off(connection, circle, gathering, change, now)
    circles.set_state(connection, circle.id, state)


def concerned(connection: Connection, gathering: Gathering) -> list[Person]:
    """Whoever means to come, or may: they hear of every change."""
    said = answers.all_said(connection, gathering.id, "in", "listening", "maybe", "waiting", "offered")
    return [one.person for one in said]


def _tell(connection: Connection, circle: Circle, gathering: Gathering, change: Change, now: datetime) -> None:
    tell(connection, circle, gathering, change, concerned(connection, gathering), now)


def tell(
    connection: Connection,
    circle: Circle,
    gathering: Gathering,
    change: Change,
    people: Iterable[Person],
    now: datetime,
) -> None:
    """One notice of a change to each of these people, none of it after the date itself."""
    fresh = dates.get(connection, gathering.id)
    assert fresh is not None
    for person in people:
        what = f"{gathering.id}:{fresh.version}:{person.id}:{change}"
        ends = max(gathering.starts, fresh.starts, now + timedelta(hours=1))
        about: dict[str, int | str] = {"gathering": gathering.id, "version": fresh.version, "change": change}
        where = (seats.PURPOSE, circle.community)
        deliveries.tell(connection, person, CHANGED, what, now, ends, *where, about, picked=True)
