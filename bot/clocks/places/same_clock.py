"""Which zones show the same time from now on: between those nobody has to be asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

YEARS = 4
_STRIDE = timedelta(days=24)  # no two changes of a clock are closer, not even around Ramadan

Clock = tuple[tuple[datetime, timedelta], ...]


@cache
def clock(key: str, year: int) -> Clock:
    """When the zone's clock changes, and to what, from the start of this year on for some years."""
    zone = ZoneInfo(key)
    at, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + YEARS, 1, 1, tzinfo=UTC)
    offset = _offset(at, zone)
    changes = [(at, offset)]
    while at < end:
        later = at + _STRIDE
        if (then := _offset(later, zone)) != offset:
            changes.append((_change(at, later, zone), then))
            offset = then
        at = later
    return tuple(changes)


def distinct(keys: Iterable[str], year: int) -> tuple[str, ...]:
    """Of zones whose clocks are the same, the first."""
    first: dict[Clock, str] = {}
    for key in keys:
        first.setdefault(clock(key, year), key)
    return tuple(first.values())


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The minute in which the clock changes, by halving."""
    old = _offset(before, zone)
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        if _offset(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after.replace(second=0, microsecond=0)
