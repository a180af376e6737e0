"""A bad network and a homeserver that is killed again and again: is each message there once afterwards?

The real adapters through a proxy that loses answers, cuts connections, refuses, stalls, drips, and in the middle of it
knows the token no more; then Matrix's against a real Synapse that dies with SIGKILL at random moments.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time as stopwatch
from collections.abc import Sequence
from pathlib import Path

from tests.engines import trouble

NEEDS = "test synapse"


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """`lost`, `duplicated` and `surplus` (requests after a refused token, second rooms) must be 0."""
    parser = argparse.ArgumentParser(prog="scripts/soak faults", description=__doc__)
    parser.add_argument("--sends", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rate", type=float, default=0.3, help="the share of requests that go wrong")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(argv)
    since = stopwatch.perf_counter()
    sends, rate, seed = options.sends, options.rate, options.seed
    with tempfile.TemporaryDirectory(prefix="kith-faults-") as name:
        folder = Path(name)
        came = {
            "discord": asyncio.run(trouble.through_a_bad_network(folder / "1", sends, rate, seed)),
            "matrix": asyncio.run(trouble.through_a_bad_network_to_matrix(folder / "2", sends, rate, seed)),
            "synapse": asyncio.run(trouble.with_a_server_that_dies(folder / "3", sends, options.kills, seed)),
        }
    return {
        "sends": sends * len(came),
        **{f"{name}_faults": arrived.faults for name, arrived in came.items()},
        "lost": sum(arrived.lost for arrived in came.values()),
        "duplicated": sum(arrived.duplicated for arrived in came.values()),
        "surplus": sum(arrived.surplus for arrived in came.values()),
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }
