"""When a gathering comes round again: a small, bounded set of rules, each occurrence keyed by its nominal local date.

Deliberately not RFC 5545's RRULE: a hostile one burns seconds of CPU, and most of it nobody can say in a sentence.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count as numbers
from itertools import islice
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.clocks.times import (
    ONE_DAY,
    Days,
    Occurrence,
    friendly_time,
    friendly_zone,
    instant_at,
    month_name,
    weekday_name,
)
from bot.words.i18n import _, ngettext

MOST_WEEKS = 8
MOST_TIMES = 400
LONGEST = timedelta(days=5 * 366)
YEARS = range(2000, 2200)
LAST = -1


@dataclass(frozen=True, slots=True)
class OnDays:
    """On these days of every week; ``EVERY_DAY`` for daily."""

    days: Days

    def dates(self, start: date) -> Iterator[date]:
        return (day for day in (start + n * ONE_DAY for n in numbers()) if day in self.days)

    @property
    def code(self) -> str:
        return f"days:{self.days.code}"

    def __str__(self) -> str:
        return str(self.days)


@dataclass(frozen=True, slots=True)
class EveryDays:
    """Every ``days``-th day (2 to 31), counted from the first one."""

    days: int

    def __post_init__(self) -> None:
        _within(self.days, range(2, 32))

    def dates(self, start: date) -> Iterator[date]:
        return (start + n * self.days * ONE_DAY for n in numbers())

    @property
    def code(self) -> str:
        return f"every:{self.days}"

    def __str__(self) -> str:
        if self.days == 2:
            return str(_("every second day"))
        return str(_("every {n} days").format(n=self.days))


@dataclass(frozen=True, slots=True)
class EveryWeeks:
    """On one weekday of every ``weeks``-th week (1 to 8), counted from the first such weekday."""

    weeks: int
    weekday: int

    def __post_init__(self) -> None:
        _within(self.weeks, range(1, MOST_WEEKS + 1))
        _within(self.weekday, range(7))

    def dates(self, start: date) -> Iterator[date]:
        first = start + (self.weekday - start.weekday()) % 7 * ONE_DAY
        return (first + n * self.weeks * 7 * ONE_DAY for n in numbers())

    @property
    def code(self) -> str:
        return f"weeks:{self.weeks}:{self.weekday + 1}"

    def __str__(self) -> str:
        words = (
            *(_("every {day}"), _("every second {day}"), _("every third {day}"), _("every fourth {day}")),
            *(_("every fifth {day}"), _("every sixth {day}"), _("every seventh {day}"), _("every eighth {day}")),
        )
        return str(words[self.weeks - 1].format(day=weekday_name(self.weekday)))


@dataclass(frozen=True, slots=True)
class MonthlyOnDay:
    """On this day of every month, or on the last day of a shorter one."""

    day: int

    def __post_init__(self) -> None:
        _within(self.day, range(1, 32))

    def dates(self, start: date) -> Iterator[date]:
        days = (first.replace(day=min(self.day, _length(first))) for first in _months(start))
        return (day for day in days if day >= start)

    @property
    def code(self) -> str:
        return f"day:{self.day}"

    def __str__(self) -> str:
        if self.day == 31:
            return str(_("on the last day of every month"))
        if self.day > 28:
            return str(_("on day {day} (or the last day) of every month").format(day=self.day))
        return str(_("on day {day} of every month").format(day=self.day))


@dataclass(frozen=True, slots=True)
class MonthlyOnWeekday:
    """On the first to fourth such weekday of every month, or with ``LAST`` on the last one."""

    nth: int
    weekday: int

    def __post_init__(self) -> None:
        _within(self.nth, (1, 2, 3, 4, LAST))
        _within(self.weekday, range(7))

    def dates(self, start: date) -> Iterator[date]:
        return (day for day in map(self._in_month, _months(start)) if day >= start)

    def _in_month(self, first: date) -> date:
        if self.nth == LAST:
            last = first.replace(day=_length(first))
            return last - (last.weekday() - self.weekday) % 7 * ONE_DAY
        return first + ((self.weekday - first.weekday()) % 7 + 7 * (self.nth - 1)) * ONE_DAY

    @property
    def code(self) -> str:
        return f"nth:{self.nth}:{self.weekday + 1}"

    def __str__(self) -> str:
        words = {
            1: _("on the first {day} of every month"),
            2: _("on the second {day} of every month"),
            3: _("on the third {day} of every month"),
            4: _("on the fourth {day} of every month"),
            LAST: _("on the last {day} of every month"),
        }
        return str(words[self.nth].format(day=weekday_name(self.weekday)))


Pattern = OnDays | EveryDays | EveryWeeks | MonthlyOnDay | MonthlyOnWeekday


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A pattern from ``start`` on, at a wall time to the minute in a zone, ending after so many ``times`` or ``until``.

    Raises ``ValueError`` unless it has exactly one end: 400 times at most, or a date up to 5 years after the start.
    """

    pattern: Pattern
    start: date
    at: time
    zone: ZoneInfo
    times: int | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        _within(self.start.year, YEARS)
        if self.at != self.at.replace(second=0, microsecond=0):
            raise ValueError(f"a recurrence is at a full minute, not at {self.at}")
        if (self.times is None) == (self.until is None):
            raise ValueError("a recurrence ends after a number of times or with a date, one of the two")
        if self.times is not None:
            _within(self.times, range(1, MOST_TIMES + 1))
        elif self.until is not None and not self.start <= self.until <= self.start + LONGEST:
            raise ValueError(f"a recurrence may end from {self.start} to 5 years later, not on {self.until}")

    @property
    def code(self) -> str:
        """Compact text for storage: ``2026-11-24 19:00 Europe/Berlin weeks:2:2 until:2027-03-03``."""
        end = f"times:{self.times}" if self.until is None else f"until:{self.until}"
        return f"{self.start} {self.at:%H:%M} {self.zone.key} {self.pattern.code} {end}"

    @classmethod
    def from_code(cls, code: str) -> Self:
        """Read what ``code`` wrote. Raises ``ValueError`` on anything else, however it came there."""
        parts = _CODE.fullmatch(code)
        if not parts:
            raise ValueError(f"not a recurrence: {code[:80]!r}")
        start, at, key, pattern, times, until = parts.groups()
        try:
            zone = ZoneInfo(key)
        except (ZoneInfoNotFoundError, OSError) as error:
            raise ValueError(f"a recurrence in an unknown zone: {key}") from error
        rule = cls(
            *(pattern_of(pattern), date.fromisoformat(start), time.fromisoformat(at), zone),
            times=int(times) if times else None,
            until=date.fromisoformat(until) if until else None,
        )
        if rule.code != code:  # "times:007" and its like
            raise ValueError(f"not a recurrence: {code!r}")
        return rule

    def __str__(self) -> str:
        """``every second Tuesday at 19:00, Berlin time, until 3 March``: the year where it is not the starting one."""
        words = _("{pattern} at {time}, {zone}, {end}")
        end = self._end()
        return str(
            words.format(pattern=str(self.pattern), time=friendly_time(self.at), zone=friendly_zone(self.zone), end=end)
        )

    def _end(self) -> str:
        if self.until is None:
            times = self.times or 0
            return str(ngettext("once", "{n} times", times).format(n=times))
        words = _("until {day} {month}") if self.until.year == self.start.year else _("until {day} {month} {year}")
        return str(words.format(day=self.until.day, month=month_name(self.until.month), year=self.until.year))


def occurrences(rule: Recurrence, after: datetime, limit: int) -> list[Occurrence]:
    """The first ``limit`` occurrences strictly later than ``after``, in order; fewer at the end of the rule."""
    not_before = after.astimezone(rule.zone).date() - ONE_DAY  # a gap can shift yesterday's into today
    coming = (Occurrence(day, instant_at(day, rule.at, rule.zone)) for day in _dates(rule) if day >= not_before)
    return list(islice((occurrence for occurrence in coming if occurrence.instant > after), limit))


def _dates(rule: Recurrence) -> Iterator[date]:
    for number, day in enumerate(rule.pattern.dates(rule.start)):
        if number == rule.times or (rule.until and day > rule.until):
            return
        yield day


def _months(start: date) -> Iterator[date]:
    """The first days of the months from that of ``start`` on."""
    return (date(start.year + month // 12, month % 12 + 1, 1) for month in numbers(start.month - 1))


def _length(first: date) -> int:
    return monthrange(first.year, first.month)[1]


def _within(value: int, allowed: range | tuple[int, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{value} is not one of {allowed}")


_CODE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}) ([A-Za-z0-9_+/-]{1,64}) ([a-z]{3,5}:[0-9:-]{1,7}) "
    r"(?:times:([0-9]{1,3})|until:([0-9]{4}-[0-9]{2}-[0-9]{2}))"
)


def pattern_of(code: str) -> Pattern:
    """Read a pattern's ``code``. Raises ``ValueError`` on anything else."""
    match code.split(":"):
        case ["days", days]:
            return OnDays(Days.from_code(days))
        case ["every", days]:
            return EveryDays(int(days))
        case ["weeks", weeks, weekday]:
            return EveryWeeks(int(weeks), int(weekday) - 1)
        case ["day", day]:
            return MonthlyOnDay(int(day))
        case ["nth", nth, weekday]:
            return MonthlyOnWeekday(int(nth), int(weekday) - 1)
    raise ValueError(f"not a pattern: {code!r}")
