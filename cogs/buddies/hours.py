"""Weekly free hours on one's own clock, and the time two such weeks have in common across zones and clock changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HOURS = 168
QUARTERS = HOURS * 4
"""A real week in quarter hours: fine enough for every zone in use (+5:30, +5:45, +12:45)."""

_ALL = (1 << QUARTERS) - 1
_FOUR_TIMES = tuple(
    sum(0b1111 << 4 * bit for bit in range(8) if byte >> bit & 1).to_bytes(4, "little") for byte in range(256)
)


class DayPart(Enum):
    """A part of the week as people name it: (first day, day after the last, from hour, to hour); Monday is day 0."""

    WEEKDAY_MORNINGS = (0, 5, 6, 12)
    WEEKDAY_AFTERNOONS = (0, 5, 12, 18)
    WEEKDAY_EVENINGS = (0, 5, 18, 23)
    WEEKDAY_NIGHTS = (0, 5, 23, 30)
    WEEKEND_MORNINGS = (5, 7, 6, 12)
    WEEKEND_AFTERNOONS = (5, 7, 12, 18)
    WEEKEND_EVENINGS = (5, 7, 18, 23)
    WEEKEND_NIGHTS = (5, 7, 23, 30)

    @property
    def hours(self) -> int:
        """The wall-clock hours of this part, as 168 bits. A night belongs to the day on which it starts."""
        first, end, start, stop = self.value
        return weekly(range(first, end), start, stop)


def weekly(days: Iterable[int], start: int, stop: int) -> int:
    """The hours from ``start`` to ``stop`` (beyond 24: into the next day) on ``days`` (Monday is 0), as 168 bits."""
    return sum(1 << hour for hour in {(day * 24 + hour) % HOURS for day in days for hour in range(start, stop)})


def in_week(free: int, zone: str, week: date) -> int:
    """The quarter hours in which somebody in ``zone`` is free, in the seven days from ``week`` 00:00 UTC, as 672 bits.

    Bit 0 is Monday 00:00 UTC. Every real quarter hour is asked what the clocks there show, so an hour the clock skips
    is nobody's free hour, and one that comes twice counts twice. A zone this machine does not know gives no hours at
    all: its owner can still be matched.
    """
    on_the_wall = int.from_bytes(b"".join(map(_FOUR_TIMES.__getitem__, free.to_bytes(HOURS // 8, "little"))), "little")
    return sum(_turned(on_the_wall, shift) & stretch for stretch, shift in _stretches(zone, week))


def common(weeks: Iterable[int]) -> int:
    """The quarter hours that all of these weeks have in common."""
    shared = _ALL
    for week in weeks:
        shared &= week
    return shared


@cache
def dayparts_in_week(zone: str, week: date) -> tuple[tuple[DayPart, int], ...]:
    """Each day part with its quarter hours of that week, for clocks in ``zone``."""
    return tuple((part, in_week(part.hours, zone, week)) for part in DayPart)


def dayparts(quarters: int, zone: str, week: date) -> tuple[DayPart, ...]:
    """The day parts, on clocks in ``zone``, which hold an hour or more of ``quarters``; the largest first."""
    sizes = [(part, (quarters & inside).bit_count()) for part, inside in dayparts_in_week(zone, week)]
    return tuple(part for part, size in sorted(sizes, key=lambda one: -one[1]) if size >= 4)


def _turned(week: int, quarters: int) -> int:
    """The week seen ``quarters`` later: the wall shows quarter ``q + quarters`` when UTC shows ``q``."""
    quarters %= QUARTERS
    return (week >> quarters | week << QUARTERS - quarters) & _ALL


@cache
def _stretches(zone: str, week: date) -> tuple[tuple[int, int], ...]:
    """The stretches of the real week with one UTC offset each: (which quarters, offset in quarters)."""
    try:
        clock = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ()
    start = datetime.combine(week, time(), UTC)
    first = week.weekday() * 96
    stretches: dict[int, int] = {}
    for quarter in range(QUARTERS):
        offset = (start + quarter * timedelta(minutes=15)).astimezone(clock).utcoffset() or timedelta()
        shift = offset // timedelta(minutes=15)
        stretches[shift] = stretches.get(shift, 0) | 1 << (first + quarter) % QUARTERS
    return tuple((inside, shift) for shift, inside in stretches.items())
