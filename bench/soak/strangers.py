"""Strangers and plain members on a real homeserver and on the fake Discord: can they take a community, read a report,
reach a member who is kept apart from them, or learn who is one?

A fixed set of attempts with what each platform gives to anybody; see ``tests/engines/strangers.py`` and
``tests/engines/strangers_discord.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time as stopwatch
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from tests.engines import besieged, strangers, strangers_discord
from tests.engines.strangers import Attempt, Besieged

NEEDS = "test synapse"


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """`succeeded` must be 0; what succeeded stands on standard error."""
    argparse.ArgumentParser(prog="scripts/soak strangers", description=__doc__).parse_args(argv)
    since, tally = stopwatch.perf_counter(), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="kith-strangers-") as folder:
        here = Path(folder)
        asyncio.run(_count("discord", besieged.besieged(here / "discord"), strangers_discord.ATTEMPTS, tally))
        asyncio.run(_count("matrix", strangers.besieged(here / "matrix"), strangers.ATTEMPTS, tally))
    return {
        **{name: tally[name] for name in ("attempts", "succeeded", "discord", "matrix")},
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }


async def _count(
    platform: str, bed: AbstractAsyncContextManager[Besieged], chosen: Sequence[Attempt], tally: Counter[str]
) -> None:
    async with bed as siege:
        async for name, got in strangers.attempts(siege, chosen):
            tally.update(("attempts", platform))
            if got is not None:
                tally["succeeded"] += 1
                print(f"{name}: {got}", file=sys.stderr)
