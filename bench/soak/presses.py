"""The bot is killed with SIGKILL at every step of answering a pressed button: is what was acknowledged stored, once?"""

from __future__ import annotations

import argparse
import tempfile
import time as stopwatch
from collections.abc import Sequence
from pathlib import Path

from bench.report import progress
from tests.engines.presses import Presses

NEEDS = "run"


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """`forgotten` and `repeated` must be 0."""
    parser = argparse.ArgumentParser(prog="scripts/soak presses", description=__doc__)
    parser.add_argument("--points", type=int, default=300)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(argv)
    since = stopwatch.perf_counter()
    with tempfile.TemporaryDirectory(prefix="kith-presses-") as folder:
        presses = Presses(Path(folder), options.seed)
        for _ in progress(presses.points(options.points), options.points):
            pass
    return {**vars(presses.tally), "seconds": round(stopwatch.perf_counter() - since, 1)}
