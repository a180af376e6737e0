"""The tests at other hours, on other days and in other zones: what holds where it was written must hold anywhere.

Needs Debian's `faketime` (`apt-get install faketime`), which tells every process of a run another time, the homeserver
too. `--busy 12` runs as many processes that never rest beside it. Takes as long as the tests do, once for each moment.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time as stopwatch
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from itertools import product
from typing import NamedTuple

from bench.report import progress
from bench.soak._pytest import run
from bot.clocks.clock import utc_now

NEEDS = "test synapse replica"

MONDAY, LATE, NOON, HOME = date(2026, 11, 30), time(23, 58), time(14), "UTC"
HOURS = (time(0, 5), time(8, 55), NOON, time(20, 58), LATE)
"""Just after and before midnight; before and within the day that quiet hours leave; before they begin again."""
DAYS = (
    MONDAY,
    date(2026, 11, 29),  # a Sunday
    date(2026, 2, 28),
    date(2028, 2, 29),
    date(2026, 3, 29),  # European clocks go forward
    date(2026, 10, 25),  # and back
    date(2026, 12, 31),
)
ZONES = (HOME, "Pacific/Kiritimati", "Pacific/Pago_Pago")
"""The machine's own zone; the last two are 14 hours before UTC and 11 after it."""

NEEDED = "This trial needs faketime, which is not installed: apt-get install faketime"
_NEVER_RESTS = "while True: pass"


class Moment(NamedTuple):
    """What the clock of a run shows as it starts, and the zone its machine is in."""

    at: datetime
    zone: str

    @property
    def name(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.zone}"

    def ahead(self, now: datetime) -> str:
        """As faketime reads it: so many seconds. Told a time instead, it would begin there anew in every process."""
        return f"{(self.at - now).total_seconds():+.0f}"


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """`red`, and the number beside each moment, must be 0. The names of what was red stand on standard error."""
    parser = argparse.ArgumentParser(prog="scripts/soak hours", description=__doc__)
    parser.add_argument("tests", nargs="*", default=["tests"], help="files or tests; all of them without")
    parser.add_argument("--only", nargs="+", default=[""], metavar="PART", help="moments whose name has one of these")
    parser.add_argument("--every", action="store_true", help="each hour on each day in each zone")
    parser.add_argument("--times", type=int, default=1, help="how often at each moment")
    parser.add_argument("--busy", type=int, default=0, metavar="N", help="processes beside it that never rest")
    parser.add_argument("--fast", action="store_true", help="those that need no socket and no homeserver")
    parser.add_argument("--jobs", type=int, default=0, help="tests at a time")
    options = parser.parse_args(argv)
    since, reds, tests = stopwatch.perf_counter(), dict[str, int](), 0
    chosen = [one for one in moments(every=options.every) if any(part in one.name for part in options.only)]
    clock, given = faketime(), ["-n", str(options.jobs), "--dist", "loadfile", *options.tests]
    given += ["-m", "not sockets"] if options.fast else []
    with busy(options.busy):
        for moment in progress(chosen * options.times, len(chosen) * options.times):
            found = run(given, (clock, "-f", moment.ahead(utc_now())), os.environ | {"TZ": moment.zone})
            tests += found.tests
            reds[moment.name] = reds.get(moment.name, 0) + len(found.red)
            for test in found.red:
                print(f"{moment.name}: {test}", file=sys.stderr)
    return {
        **reds,
        "runs": len(chosen) * options.times,
        "tests": tests,
        "red": sum(reds.values()),
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }


def moments(*, every: bool = False) -> list[Moment]:
    """Every hour, every day and every zone at least once, or each with each."""
    some = [(MONDAY, hour, HOME) for hour in HOURS] + [(day, LATE, HOME) for day in DAYS]
    some += [(MONDAY, NOON, zone) for zone in ZONES] + [(MONDAY, LATE, zone) for zone in ZONES]
    chosen = product(DAYS, HOURS, ZONES) if every else dict.fromkeys(some)
    return [Moment(datetime.combine(day, hour, UTC), zone) for day, hour, zone in chosen]


def faketime() -> str:
    found = shutil.which("faketime")
    if found is None:
        raise SystemExit(NEEDED)
    return found


@contextmanager
def busy(count: int) -> Iterator[None]:
    """So many processes that never rest, for as long as this lasts."""
    running = [subprocess.Popen([sys.executable, "-c", _NEVER_RESTS]) for _one in range(count)]
    try:
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()
