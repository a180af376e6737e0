"""A second opinion on time zones: offsets read straight from compiled zone files (RFC 9636), without zoneinfo.

Everything here is whole seconds since 1970: UTC, or wall time counted as if it were UTC.
"""

from __future__ import annotations

import re
import struct
import zoneinfo
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

HOUR = 3600
DAY = 24 * HOUR
_EPOCH = date(1970, 1, 1).toordinal()
_NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]+>)"
_OFFSET = r"[+-]?\d+(?::\d+){0,2}"
_FOOTER = re.compile(rf"{_NAME}({_OFFSET})(?:{_NAME}({_OFFSET})?,([^,]+),([^,]+))?")


def midnight(day: date) -> int:
    """The wall time at which a date begins."""
    return (day.toordinal() - _EPOCH) * DAY


@dataclass(frozen=True, slots=True)
class Offsets:
    """A zone as a table: ``offsets[i]`` holds from ``starts[i]`` until the next; the first start is long ago."""

    starts: list[int]
    offsets: list[int]

    def first_instant(self, wall: int) -> int:
        """When clocks first show this wall time; where they skip it, when the clock as it was before would."""
        nearby = range(max(0, bisect_right(self.starts, wall - 2 * DAY) - 1), bisect_right(self.starts, wall + 2 * DAY))
        for index in nearby:
            instant = wall - self.offsets[index]
            end = self.starts[index + 1] if index + 1 < len(self.starts) else instant + 1
            if self.starts[index] <= instant < end:
                return instant
        for index in nearby:
            start, before = self.starts[index], self.offsets[index - 1]
            if index and start + before <= wall < start + self.offsets[index]:
                return wall - before
        raise AssertionError(f"no instant for wall time {wall}")

    def changes(self, since: int, until: int) -> list[tuple[int, int]]:
        """The instants in between at which the clocks change, each with the offset before it."""
        pairs = zip(self.starts[1:], self.offsets, self.offsets[1:], strict=False)
        return [(start, before) for start, before, after in pairs if since <= start < until and before != after]


def load(key: str, years: range) -> Offsets:
    """The table of one zone; beyond the file's last entry, its rule is spelled out for ``years``."""
    data = _file(key)
    counts = struct.unpack(">6l", data[20:44])
    isut, isstd, leap, times, types, letters = counts
    if data[:4] != b"TZif" or data[4:5] < b"2":
        raise ValueError(f"{key} is no zone file of version 2 or later")
    second = 44 + times * 5 + types * 6 + letters + leap * 8 + isstd + isut
    isut, isstd, leap, times, types, letters = struct.unpack(">6l", data[second + 20 : second + 44])
    body = second + 44
    starts = list(struct.unpack(f">{times}q", data[body : body + 8 * times]))
    kinds = data[body + 8 * times : body + 9 * times]
    records = body + 9 * times
    known = [struct.unpack(">l", data[records + 6 * n : records + 6 * n + 4])[0] for n in range(types)]
    footer = data[records + 6 * types + letters + 12 * leap + isstd + isut :].strip(b"\n").decode("ascii")
    table = [(-(2**60), known[0]), *zip(starts, (known[kind] for kind in kinds), strict=True)]
    table += [entry for entry in _spelled_out(footer, years) if entry[0] > table[-1][0] or not starts]
    return Offsets([start for start, _ in table], [offset for _, offset in table])


def _file(key: str) -> bytes:
    """The very file that zoneinfo would read."""
    for folder in zoneinfo.TZPATH:
        if (path := Path(folder, key)).is_file():
            return path.read_bytes()
    return (resources.files("tzdata") / "zoneinfo" / key).read_bytes()


def _spelled_out(footer: str, years: range) -> list[tuple[int, int]]:
    parts = _FOOTER.fullmatch(footer)
    if not parts:
        raise ValueError(f"no rule of a zone: {footer!r}")
    standard = -_seconds(parts[1])
    if not parts[3]:
        return []
    summer = -_seconds(parts[2]) if parts[2] else standard + HOUR
    table = []
    for year in years:
        table.append((_change(parts[4], year) - summer, 0, standard))
        table.append((_change(parts[3], year) - standard, 1, summer))
    return [(start, offset) for start, _order, offset in sorted(table)]


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    return sign * sum(part * unit for part, unit in zip(parts, (HOUR, 60, 1), strict=False))


def _change(rule: str, year: int) -> int:
    """The wall time of ``M3.5.0/2``, ``J60`` or ``59/-1`` in that year."""
    day, _, at = rule.partition("/")
    first = date(year, 1, 1)
    if day.startswith("M"):
        month, week, weekday = map(int, day[1:].split("."))
        start = date(year, month, 1)
        found = start + timedelta((weekday - start.isoweekday()) % 7 + 7 * (week - 1))
        while found.month != month:  # the fifth is the last
            found -= timedelta(7)
    elif day.startswith("J"):
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        found = first + timedelta(int(day[1:]) - 1 + (leap and int(day[1:]) > 59))
    else:
        found = first + timedelta(int(day))
    return midnight(found) + (_seconds(at) if at else 2 * HOUR)
