"""Random conversations of ten questions each: does every answer reach the question it was for?

See ``tests/engines/conversations.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time as stopwatch
from collections.abc import Sequence
from pathlib import Path

from tests.engines import conversations

NEEDS = "run"


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """`missed` must be 0; what was missed stands on standard error."""
    parser = argparse.ArgumentParser(prog="scripts/soak conversations", description=__doc__)
    parser.add_argument("--talks", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(argv)
    since = stopwatch.perf_counter()
    with tempfile.TemporaryDirectory(prefix="kith-conversations-") as folder:
        ran = asyncio.run(conversations.run(Path(folder), given.seed, given.talks))
    for fault in ran.faults:
        print(fault, file=sys.stderr)
    answers = {how.replace(" ", "_"): number for how, number in sorted(ran.found.items())}
    return {**answers, "missed": len(ran.faults), "seconds": round(stopwatch.perf_counter() - since, 1)}
