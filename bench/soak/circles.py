"""400 days of circles in five zones, with cancellations, moves and departures: is each reminder sent once, in time?

A model of its own says who has to be reminded of what, at which instant; what the real bot sent on a virtual clock,
over every change of the clocks, is compared with it.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time as stopwatch
from collections.abc import Sequence
from pathlib import Path

from tests.engines.circles_year import BEGIN, DAYS, SHORT_BEGIN, SHORT_DAYS, trial

NEEDS = "run"


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """All 400 days; with ``--short`` 60 of them, over the changes of the clocks in March and April."""
    parser = argparse.ArgumentParser(prog=f"scripts/soak {Path(__file__).stem}", description=__doc__)
    parser.add_argument("--short", action="store_true", help="60 days, within a minute")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    started = stopwatch.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        begin, days = (SHORT_BEGIN, SHORT_DAYS) if options.short else (BEGIN, DAYS)
        result = asyncio.run(trial(begin, days, options.seed, Path(folder) / "world"))
    return result | {"seconds": round(stopwatch.perf_counter() - started, 1)}
