"""Kith beside a replica by Litestream, both killed under load, put back from the replica, and started again.

In each round people are asked and leave, and numbers are written as fast as they are committed. Then both processes are
killed with SIGKILL at a random moment, the database is replaced by what the replica gives, as the guide says
(docs/replica.md), and Kith starts with it, beside the journal and the counter of starts that stayed where they were.
Every fifth round has no Litestream: it shows how slow the slowest write is without.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time as stopwatch
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from bench.report import progress
from bench.soak import _crowd as crowd
from bench.soak._model import Life
from bench.soak._replicated import (
    COMMITTED,
    EVENING,
    HOUR,
    LEFT,
    MEMBERS,
    NUMBER,
    SENT,
    SIX,
    Witnessed,
    alive,
    noted,
)
from bot.adapters.local import NAME
from bot.errors import StorageError
from bot.hosting.installation import DATABASE
from bot.messages import Member
from storage.database import platforms, replica
from storage.members import members
from storage.upkeep.examination import examine
from tests.beds.litestream import Litestream, environment

NEEDS = "run replica"

WITHOUT = 5
"""One round in so many has no Litestream."""
SHORTEST, LONGEST = 1.5, 3.0
"""Seconds of a round, from the first number to the kill."""


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """``lost``, ``twice``, ``back`` and ``broken`` must be 0, ``slower`` at most 1.5."""
    parser = argparse.ArgumentParser(prog="scripts/soak replica", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(argv)
    since, tally, chance = stopwatch.perf_counter(), Counter[str](), random.Random(options.seed)
    slowest: dict[bool, list[float]] = {True: [], False: []}
    with tempfile.TemporaryDirectory(prefix="kith-replica-") as name:
        folder = Path(name)
        (folder / "settled").mkdir()
        asyncio.run(_settle(folder / "settled"))
        for number in progress(range(options.rounds + options.rounds // WITHOUT), options.rounds):
            beside = number % (WITHOUT + 1) != WITHOUT
            slowest[beside].append(round_(folder, chance, tally, beside=beside))
    with_, without = (statistics.median(slowest[beside] or [0.0]) for beside in (True, False))
    return {
        "rounds": tally["rounds"],
        **{name: tally[name] for name in ("lost", "twice", "back", "broken", "left", "asked", "behind_most")},
        "slowest_ms": round(1000 * with_, 1),
        "slowest_ms_without": round(1000 * without, 1),
        "slower": round(with_ / without, 2) if without else 0.0,
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }


def round_(folder: Path, chance: random.Random, tally: Counter[str], *, beside: bool) -> float:
    """One life until the kill, and the one after it. Returns the slowest write of the first, in seconds."""
    data, told = folder / "data", folder / "told"
    shutil.copytree(folder / "settled", data)
    told.mkdir()
    litestream = Litestream(data / DATABASE, folder / "replica")
    try:
        _live_and_die(data, told, litestream if beside else None, chance)
        if beside:
            tally["rounds"] += 1
            _put_back(data, told, litestream, tally)
            asyncio.run(_judge(data, told, chance, tally))
        return max(float(line.split()[2]) for line in noted(told / COMMITTED))
    finally:
        for used in (data, told, folder / "replica"):
            shutil.rmtree(used, ignore_errors=True)


async def _settle(data: Path) -> None:
    lives = [
        (*crowd.known(number), Life("UTC", 18 * 60 + number % EVENING, frozenset(range(7))))
        for number in range(MEMBERS)
    ]
    async with alive(data, SIX - HOUR) as (bot, _times):
        await bot.database.write(crowd.settle, lives, SIX - HOUR)


def _live_and_die(data: Path, told: Path, litestream: Litestream | None, chance: random.Random) -> None:
    kith = subprocess.Popen(
        [sys.executable, "-P", "-m", "bench.soak._replicated", str(data), str(told), str(chance.randrange(1 << 30))],
        env=environment(),
    )
    replicating = litestream.start() if litestream else None
    try:
        while not noted(told / COMMITTED) or (litestream and not litestream.taken()):
            if kith.poll() is not None:
                raise RuntimeError("Kith ended by itself")
            stopwatch.sleep(0.02)
        stopwatch.sleep(chance.uniform(SHORTEST, LONGEST))
    finally:
        for process in (kith, replicating) if chance.random() < 0.5 else (replicating, kith):
            if process is not None:
                process.kill()
                process.wait()


def _put_back(data: Path, told: Path, litestream: Litestream, tally: Counter[str]) -> None:
    """The guide's steps; and whether everything is there that the replica had."""
    committed = [line.split() for line in noted(told / COMMITTED)]
    sure = litestream.has_all_before()
    replicated = max((int(number) for number, at, _took in committed if float(at) < sure), default=0)
    restored = data.parent / "restored.db"
    litestream.restore(restored)
    for file in data.glob(f"{DATABASE}*"):
        file.unlink()
    shutil.rmtree(replica.folder_of(data / DATABASE))
    restored.rename(data / DATABASE)
    try:
        examine(data / DATABASE)
    except StorageError:
        tally["broken"] += 1
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        there = int(platforms.state(connection, *NUMBER) or 0)
    tally["lost"] += max(0, replicated - there)
    tally["behind_most"] = max(tally["behind_most"], int(committed[-1][0]) - there)


async def _judge(data: Path, told: Path, chance: random.Random, tally: Counter[str]) -> None:
    """Started again an hour later, nobody is asked a second time for that evening, and nobody who left is there."""
    async with alive(data, SIX + HOUR) as (bot, times):
        platform = Witnessed(bot, chance, told)
        for _minute in range(EVENING):
            times.append(times[-1] + timedelta(minutes=1))
            await bot.tick(times[-1])
        assert platform.told == told
        for who in noted(told / LEFT):
            tally["left"] += 1
            tally["back"] += await bot.database.read(members.person_of, Member(NAME, who)) is not None
    asked = Counter(noted(told / SENT))
    tally["asked"] += len(asked)
    tally["twice"] += sum(times - 1 for times in asked.values())
