"""Every time zone, 2020 to 2035: does each day come round once, and at the right instant?

Around every change of the clocks 48 wall times are walked over three days, and in every zone one wall time over all the
years, each compared with the offsets in the compiled zone file, read by a parser of our own without zoneinfo.
"""

from __future__ import annotations

import argparse
import time as stopwatch
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from bench.report import progress
from bench.soak import _tzif as tzif
from bot.clocks.times import ONE_DAY, next_occurrence

NEEDS = "run"

FIRST, LAST = date(2020, 1, 1), date(2035, 12, 31)
YEARS = range(FIRST.year - 1, LAST.year + 2)
HALF_HOURS = [time(minutes // 60, minutes % 60) for minutes in range(0, 24 * 60, 30)]
SHORT_STEP = 40
ODD = (
    *("America/Nuuk", "America/Havana", "America/Santiago", "America/New_York", "Africa/Cairo", "Africa/Casablanca"),
    *("Antarctica/Troll", "Asia/Beirut", "Australia/Lord_Howe", "Europe/Berlin", "Europe/Dublin", "Pacific/Apia"),
)
"""Gaps before midnight and at midnight, steps of 30 minutes and of 2 hours, summer time in winter."""


@dataclass
class Tally:
    """What the walks found: days at another instant than the table's (``wrong``), passed over, or repeated."""

    checks: int = 0
    wrong: int = 0
    lost: int = 0
    double: int = 0
    changes: int = 0

    def walk(self, zone: ZoneInfo, table: tzif.Offsets, at: time, day: date, last: date) -> None:
        """From occurrence to occurrence, as the planner does: each nominal day once, at the table's instant."""
        wall = tzif.midnight(day) + at.hour * tzif.HOUR + at.minute * 60
        after = datetime.fromtimestamp(table.first_instant(wall) - 1, UTC)
        while day <= last:
            self.checks += 1
            found = next_occurrence(after, at, zone)
            if found.instant <= after or found.nominal < day:
                self.double += 1
                return
            self.lost += (found.nominal - day).days
            wall += tzif.DAY * (1 + (found.nominal - day).days)
            self.wrong += found.instant.timestamp() != table.first_instant(wall - tzif.DAY)
            after, day = found.instant, found.nominal + ONE_DAY


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """All zones; with ``--short`` one in 40 and the odd ones, and only two years day by day."""
    parser = argparse.ArgumentParser(prog=f"scripts/soak {Path(__file__).stem}", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few zones, within seconds")
    short = parser.parse_args(argv).short
    everywhere = sorted(available_timezones())
    keys = sorted({*everywhere[::SHORT_STEP], *ODD}) if short else everywhere
    started = stopwatch.perf_counter()
    tally = Tally()
    for number, key in enumerate(progress(keys, len(keys))):
        _check(key, number, tally, FIRST + timedelta(2 * 365) if short else LAST)
    seconds = round(stopwatch.perf_counter() - started, 1)
    return {"zones": len(keys), **vars(tally), "seconds": seconds}


def _check(key: str, number: int, tally: Tally, last: date) -> None:
    zone, table = ZoneInfo(key), tzif.load(key, YEARS)
    changes = table.changes(tzif.midnight(FIRST), tzif.midnight(LAST))
    tally.changes += len(changes)
    for instant, before in changes:
        day = date.fromordinal(date(1970, 1, 1).toordinal() + (instant + before) // tzif.DAY)
        for at in HALF_HOURS:
            tally.walk(zone, table, at, day - ONE_DAY, day + ONE_DAY)
    # Day by day at the wall time of the zone's first change, where it is most likely to go wrong.
    minutes = (sum(changes[0]) if changes else number * 30 * 60) % tzif.DAY // 60
    tally.walk(zone, table, time(minutes // 60, minutes % 60), FIRST, last)
