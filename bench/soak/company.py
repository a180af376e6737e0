"""A thousand requests for company among two hundred helpers: is each closed with a word, and is nobody worn out?

The real bot, its database file and its dispatcher, on a virtual clock; see ``tests/engines/company_week.py``.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time as stopwatch
from collections.abc import Sequence
from pathlib import Path

from bench.report import progress
from tests.engines.company_week import START, Week
from tests.engines.virtual_clock import virtual_clock

NEEDS = "run"


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """All of `without_a_word`, `not_told_at_half_time` and `above_one_claim` must be 0, `busiest_tenth` (of fair
    shares) below 2.
    """
    parser = argparse.ArgumentParser(prog="scripts/soak company", description=__doc__)
    parser.add_argument("--helpers", type=int, default=200)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(argv)
    since = stopwatch.perf_counter()
    with tempfile.TemporaryDirectory(prefix="kith-company-") as folder, virtual_clock(START) as clock:
        week = Week(clock, random.Random(options.seed))
        path = Path(folder) / "kith.db"
        clock.run(
            week.live(path, options.helpers, options.requests, options.days, lambda steps: progress(steps, len(steps)))
        )
    return {
        "requests": len(week.asked),
        "met": len(week.named),
        "nobody_had_hours": week.turned_away,
        "told_at_half_time": len(week.halves),
        "not_told_at_half_time": len(week.not_told_at_half),
        "without_a_word": len(week.without_a_word),
        "above_one_claim": week.above_one_claim,
        "busiest_tenth": round(week.busiest_share(options.helpers), 2),
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }
