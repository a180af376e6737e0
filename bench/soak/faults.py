"""A bad network and a homeserver that is killed again and again: is each message there once afterwards?

The real adapters: Discord's through a proxy that loses answers, cuts connections, refuses, stalls and drips; Matrix's
against a real Synapse that dies with SIGKILL at random moments.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time as stopwatch
from collections.abc import Sequence
from pathlib import Path

from tests.engines import trouble


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """`lost` and `duplicated` must be 0, however many `faults` and `kills` there were."""
    parser = argparse.ArgumentParser(prog="scripts/soak faults", description=__doc__)
    parser.add_argument("--sends", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rate", type=float, default=0.3, help="the share of requests that go wrong")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(argv)
    since = stopwatch.perf_counter()
    with tempfile.TemporaryDirectory(prefix="kith-faults-") as folder:
        network = asyncio.run(trouble.through_a_bad_network(Path(folder), options.sends, options.rate, options.seed))
        killed = asyncio.run(
            trouble.with_a_server_that_dies(Path(folder) / "matrix", options.sends, options.kills, options.seed)
        )
    return {
        "sends": 2 * options.sends,
        "faults": network.faults,
        "kills": killed.faults,
        "lost": network.lost + killed.lost,
        "duplicated": network.duplicated + killed.duplicated,
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }
