"""What happens about one date of a circle, and when: a list of steps around its start and end.

The steps are walked in order. One whose time passed before the date was opened or moved is left out, so nobody is
reminded of what is set inside a reminder's window; one that an outage delayed is planned with its own end, and drops.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from bot.clocks.recurrence import Recurrence, occurrences
from bot.clocks.times import Occurrence

Name = Literal["ask", "day", "few", "hour", "now", "after", "close"]
Reminder = Literal["day", "hour", "now"]

REMINDERS: tuple[Reminder, ...] = ("day", "hour", "now")
LATE = {"day": timedelta(minutes=15), "hour": timedelta(minutes=15), "now": timedelta(minutes=10)}
"""How late each reminder may come; then it is dropped (product.md 3.7)."""

ASK = timedelta(days=3)
CHECK = timedelta(hours=2)
FEW = 3
KEPT = timedelta(days=14)
AHEAD = 2
"""How many dates of a circle are open for answers at a time."""

A_WEEK = timedelta(days=7)
CAP = 2
"""Circles one person hosts in any seven days (product.md 3.14)."""


class Step(NamedTuple):
    """One thing to do about a date: when it is due, measured from the start or the end."""

    name: Name
    before: timedelta = timedelta()
    after_end: timedelta | None = None

    def at(self, starts: datetime, ends: datetime) -> datetime:
        return starts - self.before if self.after_end is None else ends + self.after_end


STEPS: tuple[Step, ...] = (
    Step("ask", before=ASK),
    Step("day", before=timedelta(hours=24)),
    Step("few", before=CHECK),
    Step("hour", before=timedelta(hours=1)),
    Step("now"),
    Step("after", after_end=timedelta()),
    Step("close", after_end=KEPT),
)

LAST = len(STEPS) - 1
"""All that is left to do about a date that is called off."""


def begin(starts: datetime, ends: datetime, now: datetime) -> tuple[int, datetime | None]:
    """The first step of a date set at ``now``, and when it is due. Asking who comes is never too late before it."""
    if now < starts - ASK or STEPS[1].at(starts, ends) > now:
        return 0, max(now, starts - ASK)
    return next(
        ((number, at) for number, step in enumerate(STEPS) if (at := step.at(starts, ends)) > now), (len(STEPS), None)
    )


def following(step: int, starts: datetime, ends: datetime) -> datetime | None:
    """When the step with this number is due; None after the last one."""
    return STEPS[step].at(starts, ends) if step < len(STEPS) else None


def next_dates(rule: Recurrence, after: datetime, limit: int = AHEAD) -> list[Occurrence]:
    return occurrences(rule, after, limit)


def too_many(starts: list[datetime], more: list[datetime]) -> bool:
    """Would hosting ``more`` beside ``starts`` put more than the cap into any seven days?"""
    whole = sorted([*starts, *more])
    return any(len(window) > CAP and any(one in more for one in window) for window in _windows(whole))


def _windows(starts: list[datetime]) -> Iterator[list[datetime]]:
    for index, first in enumerate(starts):
        yield [one for one in starts[index:] if one < first + A_WEEK]
