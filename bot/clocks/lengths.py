"""A length of time as somebody wrote it, from the words of ``typed``: ``1 hour and 30 minute``, ``1h30``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import NamedTuple

UNITS = ("year", "month", "week", "day", "hour", "minute")
_NUMBER = r"[0-9]{1,4}(?:\.[0-9]{1,2})?"
_AMOUNT = rf"(?:{_NUMBER} (?:{'|'.join(UNITS)})|[0-9]{{1,2}}h[0-9]{{2}}(?![0-9a-z])|{_NUMBER}h(?![0-9a-z]))"
LENGTH = rf"{_AMOUNT}(?:(?: and)? {_AMOUNT}){{0,3}}"
_PARTS = re.compile(r"([0-9.]+)(?: ([a-z]+)|h([0-9]{2})?)")


class Length(NamedTuple):
    """Calendar months, calendar days, and time by the stopwatch: a day is not always 24 hours."""

    months: int
    days: int
    rest: timedelta

    @property
    def span(self) -> timedelta:
        """As a plain length: a month is 30 days, a year 365."""
        years, months = divmod(self.months, 12)
        return timedelta(days=365 * years + 30 * months + self.days) + self.rest


def read(text: str) -> Length | None:
    """None where units do not go from the larger to the smaller: what looks like one length is then two things."""
    months = days = 0
    rest = timedelta()
    last = -1
    for number, unit, minutes in _PARTS.findall(text):
        place = UNITS.index(unit or "hour")
        if place <= last:
            return None
        last = place
        count = float(number)
        if place < 2 or (unit == "week"):
            if not count.is_integer():
                return None
            months += int(count) * {"year": 12, "month": 1}.get(unit, 0)
            days += int(count) * (7 if unit == "week" else 0)
        elif unit == "day":
            days += int(count)
            rest += (count % 1) * timedelta(days=1)
        else:
            rest += count * timedelta(minutes=1 if unit == "minute" else 60) + timedelta(minutes=int(minutes or 0))
    return Length(months, days, rest) if rest % timedelta(minutes=1) == timedelta() else None
