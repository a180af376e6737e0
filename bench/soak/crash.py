"""The bot is killed with SIGKILL at every step of planning and delivery: is each message there once afterwards?

Real adapters, a real database file, a platform that outlives the bot; see ``tests/engines/crash.py``.
"""

from __future__ import annotations

import argparse
import tempfile
import time as stopwatch
from collections.abc import Sequence
from pathlib import Path

from bench.report import progress
from tests.engines import crash_discord, crash_matrix
from tests.engines.crash import Crash, World

NEEDS = "run"

WORLDS = {
    "discord": World(crash_discord.DiscordPlatform, crash_discord.connect, crash_discord.member),
    "matrix": World(crash_matrix.SmallHomeserver, crash_matrix.connect, crash_matrix.member),
}


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """`points` kills, shared out between the adapters; `lost` and `duplicated` must be 0."""
    parser = argparse.ArgumentParser(prog="scripts/soak crash", description=__doc__)
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--adapter", choices=[*WORLDS], help="only this one")
    parser.add_argument("--held", action="store_true", help="messages that waited for the morning, told together")
    options = parser.parse_args(argv)
    chosen = {name: world for name, world in WORLDS.items() if options.adapter in (None, name)}
    since = stopwatch.perf_counter()
    figures: dict[str, int | float] = {"points": 0, "lost": 0, "duplicated": 0}
    for name, world in chosen.items():
        with tempfile.TemporaryDirectory(prefix="kith-crash-") as folder:
            crash = Crash(world, Path(folder), options.seed, held=options.held)
            each = -(-options.points // len(chosen))
            for _ in progress(crash.points(each), each):
                pass
        for figure, value in vars(crash.tally).items():
            figures[figure] += value
            figures[f"{name}_{figure}"] = value
    return {**figures, "seconds": round(stopwatch.perf_counter() - since, 1)}
