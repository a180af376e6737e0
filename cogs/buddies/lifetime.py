"""What a pair is asked and when, how personal its questions may be, and how long it lasts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clocks.times import instant_at, local_day
from bot.words.prompts import Depth
from cogs.buddies.choices import Personal

WEEK = timedelta(days=7)
EVENING, MIDDAY = time(18), time(12)
MIDDLE = 10
"""The day on which a pair that has not talked is offered a next step."""
WHO_ELSE = 28
"""The day on which somebody with a mentor is asked who else there is."""
BEFORE_THE_END = timedelta(days=3)
ASK_FOR = timedelta(days=3)
"""How long a question about a week waits for its hour: after that it is about the next week."""


class Moment(NamedTuple):
    """Something a pair is asked: what, on which day of the pair, and when."""

    what: str
    day: int
    due: datetime
    expires: datetime


def course(opened: datetime, ends: datetime, zone: ZoneInfo, *, mentor: bool, now: datetime) -> Iterator[Moment]:
    """Everything one of a pair is asked from ``now`` to its end, at hours of their own day."""
    days = (ends - opened).days
    weeks = range(7, days, 7) or range(max(1, days - 2), max(2, days - 1))
    moments = [_moment("week", day, EVENING, opened, zone, ASK_FOR) for day in weeks]
    if mentor:
        moments.append(_moment("who_else", WHO_ELSE, MIDDAY, opened, zone, WEEK))
    elif days > MIDDLE:
        moments.append(_moment("middle", MIDDLE, MIDDAY, opened, zone, ASK_FOR))
    closing = _moment("closing", (ends - BEFORE_THE_END - opened).days, MIDDAY, opened, zone, BEFORE_THE_END)
    moments.append(closing._replace(expires=ends))
    yield from (moment for moment in moments if now < moment.due < ends)


def _moment(what: str, day: int, at: time, opened: datetime, zone: ZoneInfo, lasts: timedelta) -> Moment:
    due = instant_at(local_day(opened, zone) + timedelta(days=day), at, zone)
    return Moment(what, day, due, due + lasts)


def depth(dials: Sequence[Personal], *, talked: bool, opened: datetime, now: datetime) -> Depth:
    """How personal the next question may be: light now; personal once they talked or after a week; tender after a
    week, if all of them chose it. Whoever wants it to stay light decides.
    """
    if "only" in dials:
        return "light"
    a_week = now - opened >= WEEK
    if a_week and all(dial == "tender" for dial in dials):
        return "tender"
    return "personal" if talked or a_week else "light"


def weeks_between(opened: datetime, ends: datetime) -> int:
    return max(1, round((ends - opened) / WEEK))
