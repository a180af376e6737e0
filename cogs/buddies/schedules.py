"""When rounds begin: some weeks apart, at an hour of the host's day, whatever the clocks do in between. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.clocks.times import instant_at, local_day
from storage.buddies.pairs import ENOUGH, ROUND_DAYS, TRY_DAYS, Length

WEEKS: Final = 4
CHOICES: Final = (2, 4, 6, 8)
AT: Final = time(10)
GATHER: Final = timedelta(days=2)
"""From the first sign-up to the first round, so that there is somebody to meet."""


def first_round(now: datetime, zone: ZoneInfo) -> tuple[int, datetime]:
    """Every how many weeks, and when the first round begins."""
    return WEEKS, instant_at(local_day(now, zone) + GATHER, AT, zone)


def following(due: datetime, weeks: int, zone: ZoneInfo, now: datetime) -> datetime:
    """The round after the one at ``due``, later than ``now``: what an outage covered is not made up for."""
    day = local_day(due, zone) + timedelta(weeks=weeks)
    while instant_at(day, AT, zone) <= now:
        day += timedelta(weeks=weeks)
    return instant_at(day, AT, zone)


def put_back(due: datetime, weeks: int, zone: ZoneInfo, now: datetime) -> datetime:
    """The first round after ``now``, in step with the one that a clock which was ahead has planned for ``due``."""
    rounds_ahead = max(0, (due - now) // timedelta(weeks=weeks))
    day = local_day(due, zone) - rounds_ahead * timedelta(weeks=weeks)
    return following(instant_at(day - timedelta(weeks=weeks), AT, zone), weeks, zone, now)


def length(ends: datetime, now: datetime, *, one_week: bool) -> Length:
    """How long people who are introduced now stay together: to the end of the round, or, late in it, for four weeks."""
    if one_week:
        return Length(TRY_DAYS)
    return Length(ROUND_DAYS, ends if ends - now >= ENOUGH else None)
