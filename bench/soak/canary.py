"""A canary in everything that members type, are called and send, over both platforms, and in exceptions.

Every line of the log is looked through for it, with all loggers at DEBUG and nothing held back.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time as stopwatch
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench.report import progress
from bot.messages import Member
from bot.story.playground import ALICE, BOB, MO, Playground
from tests.adapters.discord_bed import discord_bed
from tests.adapters.matrix_bed import matrix_bed
from tests.engines import canary
from tests.engines.canary import CANARY, Watched, watched

NEEDS = "test synapse"

NOW = datetime(2026, 3, 28, 17, tzinfo=UTC)
EVENTS = 1000
"""Events of each platform in one round."""
AT_HOME = 20
"""Rounds without a platform to one with each: they write most of the lines in least of the time."""

Round = Callable[[AsyncExitStack, Path, int], AsyncIterator[str]]


def main(argv: Sequence[str]) -> dict[str, int | float | str]:
    """Rounds until so many lines were written; each is a world of its own."""
    parser = argparse.ArgumentParser(prog=f"scripts/soak {Path(__file__).stem}", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000, help="lines of log to be looked through")
    wanted = parser.parse_args(argv).lines
    started = stopwatch.perf_counter()
    with watched() as written, asyncio.Runner() as runner:
        for _line in progress(_lines(runner, written, wanted), wanted):
            pass
    return {
        "lines": written.lines,
        "loggers": " ".join(sorted(written.sources)),
        "hits": len(written.hits),
        **{f"hit {number}": line[:200] for number, line in enumerate(written.hits[:5], 1)},
        "seconds": round(stopwatch.perf_counter() - started, 1),
    }


def _lines(runner: asyncio.Runner, written: Watched, wanted: int) -> Iterator[int]:
    """One item per line, as they are written."""
    drawn, number = 0, 0
    rounds: tuple[Round, ...] = (_on_discord, _on_matrix, *[_at_home] * AT_HOME)
    while written.lines < wanted:
        for one in rounds:
            for _done in _lived(runner, one, number):
                yield from range(drawn, min(written.lines, wanted))
                drawn = min(written.lines, wanted)
            number += 1


def _lived(runner: asyncio.Runner, one: Round, number: int) -> Iterator[str]:
    stack = AsyncExitStack()
    with tempfile.TemporaryDirectory(prefix="kith-canary-") as folder:
        said = one(stack, Path(folder), number)
        try:
            while (done := runner.run(anext(said, None))) is not None:
                yield done
        finally:
            runner.run(stack.aclose())


async def _at_home(stack: AsyncExitStack, folder: Path, number: int) -> AsyncIterator[str]:
    world = await stack.enter_async_context(Playground.open(folder / "world", NOW))
    await canary.arrive(world, ALICE, BOB, MO, Member("local", f"{CANARY}-id", f"Eve {CANARY}"))
    async for done in canary.everything(world, random.Random(number)):
        yield done
    async for done in canary.tracebacks():
        yield done


async def _on_discord(stack: AsyncExitStack, folder: Path, number: int) -> AsyncIterator[str]:
    bed = await stack.enter_async_context(discord_bed(folder))
    async for done in canary.on_discord(bed, EVENTS, number):
        yield done


async def _on_matrix(stack: AsyncExitStack, folder: Path, number: int) -> AsyncIterator[str]:
    bed = await stack.enter_async_context(matrix_bed(folder))
    async for done in canary.on_matrix(bed, EVENTS, number):
        yield done
