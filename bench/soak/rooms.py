"""The bot is killed with SIGKILL at every step of opening a private place: is there one, with both in it, afterwards?

Real adapters, and platforms that make another room at each request; see ``tests/engines/rooms.py``.
"""

from __future__ import annotations

import argparse
import tempfile
import time as stopwatch
from collections.abc import Sequence
from pathlib import Path

from bench.report import progress
from tests.engines import crash_discord, crash_matrix
from tests.engines.crash import World
from tests.engines.rooms import Rooms

NEEDS = "run"

WORLDS = {
    "discord": World(crash_discord.DiscordPlatform, crash_discord.listen, crash_discord.member),
    "matrix": World(crash_matrix.SmallHomeserver, crash_matrix.connect, crash_matrix.member),
}


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """`points` kills, shared out between the adapters; `missing` and `surplus` must be 0."""
    parser = argparse.ArgumentParser(prog="scripts/soak rooms", description=__doc__)
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--adapter", choices=[*WORLDS], help="only this one")
    options = parser.parse_args(argv)
    chosen = {name: world for name, world in WORLDS.items() if options.adapter in (None, name)}
    since = stopwatch.perf_counter()
    figures: dict[str, int | float] = {"points": 0, "places": 0, "missing": 0, "surplus": 0}
    for name, world in chosen.items():
        with tempfile.TemporaryDirectory(prefix="kith-rooms-") as folder:
            rooms = Rooms(world, Path(folder), options.seed)
            each = -(-options.points // len(chosen))
            for _ in progress(rooms.points(each), each):
                pass
        for figure, value in vars(rooms.tally).items():
            figures[figure] += value
            figures[f"{name}_{figure}"] = value
    return {**figures, "seconds": round(stopwatch.perf_counter() - since, 1)}
