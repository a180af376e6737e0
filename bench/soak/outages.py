"""The bot is away for an hour to a month, and comes back: at most one catch-up each, and nothing that is too late.

The real bot with a crowd that has check-ins every day, on a platform as strict as Discord. Who was due in the last
four hours is asked once; for the others it is too late, and they are asked at their next hour as ever. What has piled
up goes out as fast as the platform allows, and never faster.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time as stopwatch
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.report import progress
from bench.soak import _crowd as crowd
from bench.soak._model import CHECK_IN, Life, Model, occurrence_after
from bot.adapters import discord
from bot.bot import Bot
from bot.keys.crypto import Keyring
from bot.messages import Member, Message
from bot.platform.pacing import Pace
from cogs import COGS
from storage.checkins.checkins import WINDOW
from storage.database.database import Database
from tests.engines.virtual_clock import VirtualClock, virtual_clock

NEEDS = "run"

START = datetime(2026, 3, 26, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AWAY = (HOUR, 3 * HOUR, 5 * HOUR, 12 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY)
"""Most of these end after clocks in Europe have changed."""
REQUESTS = discord.REQUESTS
ROUGHLY = 1.1
"""By so much what piled up may take longer than the limit itself takes."""
WRONG = ("lost", "double", "expired", "too_fast", "too_slow")


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """All of ``WRONG`` must be 0. The ``longest`` queue took ``drained`` seconds; by the limit it takes ``limit``."""
    parser = argparse.ArgumentParser(prog="scripts/soak outages", description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(argv)
    since, tally = stopwatch.perf_counter(), Counter[str]()
    for number, away in enumerate(progress(AWAY, len(AWAY))):
        chance = random.Random(options.seed + number)
        with tempfile.TemporaryDirectory(prefix="kith-outage-") as folder, virtual_clock(START) as clock:
            clock.run(_one(clock, Path(folder) / "kith.db", chance, options.members, away, tally))
    return {
        "outages": len(AWAY),
        "members": options.members,
        **{name: tally[name] for name in ("caught_up", "longest", *WRONG)},
        "drained": tally["drained"] / 1000,
        "limit": round(least(tally["longest"]), 1),
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }


class Strict(crowd.Crowd):
    """A platform with Discord's limits, that notes when it was asked to send."""

    def __init__(self, bot: Bot, chance: random.Random) -> None:
        super().__init__(bot, Model(), chance, 100)
        self._time = asyncio.get_running_loop().time
        self.pace = Pace(requests=REQUESTS, openings=discord.OPENINGS, clock=self._time)
        self.times: list[float] = []

    async def send(self, member: Member, message: Message, key: str) -> str:
        self.times.append(self._time())
        return await super().send(member, message, key)


def least(sends: int) -> float:
    """The seconds that so many sends must take."""
    return sends / REQUESTS.most * REQUESTS.seconds


async def _one(
    clock: VirtualClock, path: Path, chance: random.Random, members: int, away: timedelta, tally: Counter[str]
) -> None:
    lives = [crowd.life(chance, often=True) for _ in range(members)]
    async with await Database.open(path) as database:
        bot = Bot(database, Keyring.new(), COGS, now=clock.now)
        platform = Strict(bot, chance)
        settlers = [(*platform.newcomer(), life) for life in lives]
        await database.write(crowd.settle, settlers, START)
        back = START + away
        await clock.sleep_until(back)
        await bot.tick(back)
        got = Counter(who for who, what in platform.take() if what == CHECK_IN)
        _time(platform.times, tally)
        for member, _place, life in settlers:
            _judge(got[member.id], life, back, tally)


def _time(times: list[float], tally: Counter[str]) -> None:
    """No more than the limit at any time, and no pause in between."""
    took = times[-1] - times[0] if times else 0.0
    earlier = zip(times, times[REQUESTS.most :], strict=False)
    tally["too_fast"] += sum(after - before < REQUESTS.seconds * 0.999 for before, after in earlier)
    tally["too_slow"] += took > least(len(times)) * ROUGHLY
    if len(times) > tally["longest"]:
        tally["longest"], tally["drained"] = len(times), round(1000 * took)


def _judge(got: int, life: Life, back: datetime, tally: Counter[str]) -> None:
    """One catch-up for who was due in the window before the bot came back, none for the others."""
    due = occurrence_after(max(START, back - WINDOW), life.zone, life.minutes, life.days).instant <= back
    tally["caught_up"] += got
    tally["double"] += max(0, got - 1)
    tally["lost" if due else "expired"] += due != bool(got)
