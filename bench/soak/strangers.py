"""Strangers and plain members on a real homeserver: can they take a community, read a report, or reach a member?

A fixed set of attempts with what the platform gives to anybody; see ``tests/engines/strangers.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time as stopwatch
from collections.abc import Sequence
from pathlib import Path

from tests.engines import strangers

NEEDS = "test synapse"


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """`succeeded` must be 0; what succeeded stands on standard error."""
    argparse.ArgumentParser(prog="scripts/soak strangers", description=__doc__).parse_args(argv)
    since = stopwatch.perf_counter()
    with tempfile.TemporaryDirectory(prefix="kith-strangers-") as folder:
        made, succeeded = asyncio.run(_count(Path(folder)))
    return {"attempts": made, "succeeded": succeeded, "seconds": round(stopwatch.perf_counter() - since, 1)}


async def _count(folder: Path) -> tuple[int, int]:
    made = succeeded = 0
    async for name, got in strangers.attempts(folder):
        made += 1
        if got is not None:
            succeeded += 1
            print(f"{name}: {got}", file=sys.stderr)
    return made, succeeded
