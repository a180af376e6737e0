"""What hostile input costs: commands, button ids and forms, each typed as a member would, and the CPU time of each.

One request that takes long is a way to stop the bot for everybody, as there is one event loop.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.report import heard_by, progress
from bot.errors import UserError
from bot.incoming import parameters, text
from bot.incoming.lines import sharing
from bot.registry import Command
from bot.story.playground import ALICE, ROOM, Playground
from tests.engines.hostile import strings

NEEDS = "run"

NOW = datetime(2026, 3, 28, 17, tzinfo=UTC)
LIMIT_MS = 50.0


class Failures(logging.Handler):
    """Counts what the bot logs as gone wrong."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """``--inputs`` requests, and ten times as many lines read without one."""
    parser = argparse.ArgumentParser(prog=f"scripts/bench {Path(__file__).stem}", description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000, help="requests to the bot; ten times as many lines")
    wanted = parser.parse_args(argv).inputs
    return asyncio.run(_measure(wanted))


async def _measure(wanted: int) -> dict[str, int | float]:
    failures = Failures()
    with heard_by(failures, "bot", "cogs", "storage"), tempfile.TemporaryDirectory(prefix="kith-input-") as folder:
        async with Playground.open(Path(folder), NOW) as world:
            await world.say(ALICE, "checkin on 19:00 berlin", ROOM)
            await world.say(ALICE, "yes", ROOM)
            read = [_read(world.bot.registry.commands, line) for line in _lines(world, wanted * 10)]
            asked = [await _ask(world, line) for line in progress(_lines(world, wanted), wanted)]
    slowest = sorted(read)[-1] * 1000, sorted(asked)[-1] * 1000
    return {
        "lines_read": len(read),
        "requests": len(asked),
        "unhandled": failures.count,
        "slowest_line_ms": round(slowest[0], 2),
        "slowest_request_ms": round(slowest[1], 2),
        "over_50_ms": sum(seconds * 1000 > LIMIT_MS for seconds in (*read, *asked)),
        "median_request_ms": round(sorted(asked)[len(asked) // 2] * 1000, 2),
    }


def _lines(world: Playground, count: int) -> Iterator[str]:
    """Lines that nearly are commands or button ids, with hostile values."""
    chance = random.Random(count)
    commands, actions = sorted(world.bot.registry.commands), sorted(world.bot.registry.actions)
    for words in strings(count, seed=count):
        button = f"kith:1:{chance.choice(actions)}:{chance.choice(('-', 'o1', 'd1', 'o9', 'x'))}:{words[:80]}"
        yield chance.choice((f"{chance.choice(commands)} {words}", words, button))


def _read(commands: dict[str, Command], line: str) -> float:
    """CPU seconds of finding the command and its values in a line; the best of three where that is much."""
    used = _read_once(commands, line)
    return used if used * 1000 < LIMIT_MS else min(used, _read_once(commands, line), _read_once(commands, line))


def _read_once(commands: dict[str, Command], line: str) -> float:
    started = time.thread_time()
    try:
        command, rest = text.find(commands, line)
        reading = parameters.Reading(NOW, "Europe/Berlin")
        values = sharing.split(command.name, command.parameters, rest, reading)
        parameters.bind(command.name, command.parameters, values, reading)
    except UserError:
        pass
    return time.thread_time() - started


async def _ask(world: Playground, line: str) -> float:
    """CPU seconds of the whole request, from what the platform hands over to the answer, in this process."""
    incoming = world.chat.incoming(ALICE, ROOM if len(line) % 2 else None)
    started = time.process_time()
    if line.startswith("kith:1:"):
        await world.bot.run_action(incoming, line)
    else:
        await world.bot.run_text(incoming, line)
    used = time.process_time() - started
    world.chat.posted.clear()
    return used
