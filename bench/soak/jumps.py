"""Somebody sets the clock, forward or back, by a second to a day: is each member still asked once a day?

Each run is two days of a few members with the real bot, ticking each hour, and one jump at a random moment. What a
jump back shows again is not asked again; what a jump forward passes over is asked if it is not four hours late.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time as stopwatch
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from bench.report import progress
from bench.soak import _crowd as crowd
from bench.soak._model import CHECK_IN, Life, Model, occurrence_after
from bot.bot import Bot
from bot.keys.crypto import Keyring
from cogs import COGS
from storage.checkins.checkins import WINDOW
from storage.database.database import Database
from tests.engines.virtual_clock import VirtualClock, virtual_clock

NEEDS = "run"

START = datetime(2026, 3, 28, tzinfo=UTC)  # clocks in Europe change on the second day
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MEMBERS = 12


class Jump(NamedTuple):
    """``at`` by the clock before it, and by how much the clock is set forward (or back)."""

    at: datetime
    by: timedelta


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """``lost`` and ``double`` must be 0."""
    parser = argparse.ArgumentParser(prog="scripts/soak jumps", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(argv)
    since, tally, chance = stopwatch.perf_counter(), Counter[str](), random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="kith-jumps-") as name:
        folder = Path(name)
        lives = [crowd.life(chance, often=True) for _ in range(MEMBERS)]
        with virtual_clock(START) as clock:
            clock.run(_settle(folder / "kith.db", lives))
        for _run in progress(range(options.runs), options.runs):
            shutil.copy(folder / "kith.db", folder / "run.db")
            with virtual_clock(START) as clock:
                clock.run(_live(clock, folder / "run.db", lives, random_jump(chance), tally))
    return {
        "runs": options.runs,
        **{name: tally[name] for name in ("asked", "lost", "double")},
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }


def random_jump(chance: random.Random) -> Jump:
    """As often by seconds as by minutes, and by hours."""
    by = timedelta(seconds=round(86400 ** chance.random()))
    at = START + DAY + timedelta(seconds=chance.randrange(86400 // 2))
    return Jump(at, by if chance.random() < 0.5 else -by)


async def _settle(path: Path, lives: Sequence[Life]) -> None:
    async with await Database.open(path) as database:
        await database.write(crowd.settle, [(*crowd.known(n), life) for n, life in enumerate(lives)], START)


async def _live(clock: VirtualClock, path: Path, lives: Sequence[Life], jump: Jump, tally: Counter[str]) -> None:
    async with await Database.open(path) as database:
        bot = Bot(database, Keyring.new(), COGS, now=clock.now)
        platform = crowd.Crowd(bot, Model(), random.Random(1), 1)
        end = jump.at + max(jump.by, timedelta()) + DAY
        has_jumped = False
        while clock.now() < end:
            await bot.tick(clock.now())
            if not has_jumped and clock.now() >= jump.at:
                clock.set_by(jump.by)
                has_jumped = True
            else:
                following = clock.now() + HOUR
                await clock.sleep_until(following if has_jumped else min(following, jump.at))
        await bot.tick(clock.now())
        got = Counter(who for who, what in platform.take() if what == CHECK_IN)
        for number, life in enumerate(lives):
            wanted = owed(life, jump, clock.now())
            tally["asked"] += got[f"m{number}"]
            tally["lost"] += max(0, wanted - got[f"m{number}"])
            tally["double"] += max(0, got[f"m{number}"] - wanted)


def owed(life: Life, jump: Jump, end: datetime) -> int:
    """How many check-ins are due from the start to the end: each that the clock came to, once."""
    landed, count = jump.at + jump.by, 0
    found = occurrence_after(START, life.zone, life.minutes, life.days)
    while found.instant <= end:
        following = occurrence_after(found.instant, life.zone, life.minutes, life.days)
        passed_over = jump.at < found.instant <= landed
        is_latest = following.instant > landed
        count += not passed_over or (is_latest and found.instant + WINDOW > landed)
        found = following
    return count
