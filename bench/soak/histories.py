"""Random histories of who leaves, is removed, comes back, and what is archived, locked, replaced or seems to be gone.

Real adapters over platforms without sockets, beside a plain model of what the platform itself said: nobody may lose
anything that it did not say in its own words, and nobody who is apart may share a place. See
``tests/engines/histories.py``.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time as stopwatch
from collections.abc import Sequence
from pathlib import Path

from bench.report import heard_by, progress
from tests.engines import histories
from tests.engines.histories_discord import DiscordLand
from tests.engines.histories_matrix import MatrixLand

NEEDS = "run"

SIDE_BY_SIDE = 50
LANDS: dict[str, histories.Make] = {"discord": DiscordLand, "matrix": MatrixLand}


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """`histories`, shared out between the adapters; `lost` and `shared` must be 0, and stand on standard error."""
    parser = argparse.ArgumentParser(prog="scripts/soak histories", description=__doc__)
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--adapter", choices=[*LANDS], help="only this one")
    options = parser.parse_args(argv)
    chosen = {name: land for name, land in LANDS.items() if options.adapter in (None, name)}
    since, tally = stopwatch.perf_counter(), histories.Tally()
    figures: dict[str, int | float] = {}
    with heard_by(logging.NullHandler(), "bot", "cogs", "storage", "discord", "nio"):  # it is all about what goes wrong
        for name, land in chosen.items():
            before = tally["histories"]
            batches = range(0, options.histories // len(chosen), SIDE_BY_SIDE)
            for batch in progress(batches, len(batches)):
                with tempfile.TemporaryDirectory(prefix="kith-histories-") as folder:
                    histories.run(land, Path(folder), SIDE_BY_SIDE, options.seed + batch, tally)
            figures[f"{name}_histories"] = tally["histories"] - before
    for story in tally.stories:
        print(story, file=sys.stderr)
    counted = ("histories", "steps", "lost", "shared", "gone", "apart")
    did = {name: times for name, times in sorted(tally.items()) if name.startswith("did")}
    seconds = round(stopwatch.perf_counter() - since, 1)
    return {**{name: tally[name] for name in counted}, **figures, **did, "seconds": seconds}
