"""Hostile strings out of every mouth of the bot, and lines, button ids, names, events and config files into it.

`live` counts what any app would obey in a person's words, `unhandled` what the bot logged as gone wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
import time as stopwatch
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.report import heard_by, progress
from bot.story.playground import Playground
from tests.adapters.discord_bed import discord_bed
from tests.adapters.matrix_bed import matrix_bed
from tests.engines import fuzz
from tests.engines.harmless import live
from tests.engines.hostile import strings

NEEDS = "test synapse"

NOW = datetime(2026, 3, 28, 17, tzinfo=UTC)
KINDS = ("strings", "commands", "buttons", "names", "events_discord", "events_matrix", "configs")
NAMES = 10
"""Of names, one tenth: a name comes with two requests, and only how it is shown is about the name."""

LOGGERS = ("bot", "cogs", "storage", "nio", "discord")
"""Thousands of refusals are not news."""


def main(argv: Sequence[str]) -> dict[str, int | float | str]:
    """``--each`` of every kind, or of those named with ``--only``."""
    parser = argparse.ArgumentParser(prog=f"scripts/soak {Path(__file__).stem}", description=__doc__)
    parser.add_argument("--each", type=int, default=100_000, help="how many of each kind")
    parser.add_argument("--seed", type=int, default=0, help="another choice of them")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS, metavar="KIND", help=", ".join(KINDS))
    options = parser.parse_args(argv)
    started = stopwatch.perf_counter()
    tried: dict[str, int] = dict.fromkeys(options.only, 0)
    danger: list[str] = []
    with (
        heard_by(logging.NullHandler(), *LOGGERS),
        fuzz.noticed() as failures,
        tempfile.TemporaryDirectory(prefix="kith-fuzz-") as folder,
    ):
        total = sum(_many(kind, options.each) for kind in tried)
        with asyncio.Runner() as runner:
            for kind, found in progress(_all(runner, Path(folder), options), total):
                tried[kind] += 1
                danger += found
        return {
            **tried,
            "live": len(danger),
            "unhandled": len(failures),
            **{f"live {number}": what for number, what in enumerate(danger[:5], 1)},
            **{f"unhandled {number}": what.replace("\n", " | ") for number, what in enumerate(failures[:5], 1)},
            "seconds": round(stopwatch.perf_counter() - started, 1),
        }


def _all(runner: asyncio.Runner, folder: Path, options: argparse.Namespace) -> Iterator[tuple[str, list[str]]]:
    """(kind, what was live in it) of everything that was tried, as it is tried."""
    each, seed = options.each, options.seed
    for kind in options.only:
        if kind == "strings":
            yield from ((kind, [f"{found}: {words!r}"[:200] for found in live(words)]) for words in strings(each, seed))
        elif kind == "configs":
            yield from (
                (kind, ["a sentence of two lines"] * ("\n" in said)) for said in fuzz.configs(folder, each, seed)
            )
        else:
            yield from _coming_in(runner, kind, folder / kind, each, seed)


def _coming_in(
    runner: asyncio.Runner, kind: str, folder: Path, each: int, seed: int
) -> Iterator[tuple[str, list[str]]]:
    async def opened() -> tuple[AsyncExitStack, AsyncIterator[Any]]:
        stack = AsyncExitStack()
        if kind == "events_discord":
            return stack, fuzz.discord_events(await stack.enter_async_context(discord_bed(folder)), each, seed)
        if kind == "events_matrix":
            return stack, fuzz.matrix_events(await stack.enter_async_context(matrix_bed(folder)), each, seed)
        world = await stack.enter_async_context(Playground.open(folder, NOW))
        await fuzz.settle(world)
        engine = {"commands": fuzz.lines, "buttons": fuzz.button_ids, "names": fuzz.names}[kind]
        return stack, engine(world, _many(kind, each), seed)

    stack, tried = runner.run(opened())
    try:
        while runner.run(anext(tried, None)) is not None:
            yield kind, []
    finally:
        runner.run(stack.aclose())


def _many(kind: str, each: int) -> int:
    return max(1, each // NAMES) if kind == "names" else each
