"""Quiet alerts over many random lives of ninety days: nobody is told who was not to be, nor too early, nor twice.

Contact, pauses, outages, failed deliveries, and yeses taken back by either side; see ``tests/engines/quiet_life.py``.
"""

from __future__ import annotations

import argparse
import sys
import time as stopwatch
from collections import Counter
from collections.abc import Sequence

from bench.report import progress
from tests.engines import quiet_life

NEEDS = "run"


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """`broken` must be 0; what broke first stands on standard error."""
    parser = argparse.ArgumentParser(prog="scripts/soak quiet", description=__doc__)
    parser.add_argument("--lives", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1_000_000)
    options = parser.parse_args(argv)
    since = stopwatch.perf_counter()
    events, acts, broken = Counter[str](), Counter[str](), 0
    for seed in progress(range(options.seed, options.seed + options.lives), options.lives):
        try:
            one = quiet_life.life(seed)
        except AssertionError as error:
            broken += 1
            print(f"seed {seed}: {error}", file=sys.stderr)
            continue
        events += one.events
        acts += Counter(act for _hour, act in one.acts)
    told = sum(acts[act] for act in quiet_life.TOLD)
    return {
        "lives": options.lives,
        "broken": broken,
        "asked": acts["ask me"],
        "told": told,
        **{name.replace(" ", "_"): events[name] for name in sorted(events)},
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }
