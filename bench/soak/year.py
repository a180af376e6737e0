"""A year in the life of 100 communities: 10,000 members who come, go, pause and change, compared with a plain model.

The real bot, its features, its dispatcher and its SQLite file, on a virtual clock and a platform in memory. Whenever
something falls due, what was sent must be what the model owes: nothing lost, nothing twice, at the right local minute,
and nothing without consent.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import tempfile
import time as stopwatch
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.report import progress
from bench.soak import _crowd as crowd
from bench.soak._model import LATE, Model
from bot.bot import Bot
from bot.keys.crypto import Keyring
from cogs import COGS
from storage.database.database import Database
from tests.engines.virtual_clock import VirtualClock, virtual_clock

NEEDS = "run"

START = datetime(2026, 1, 1, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
MONTH = 30
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""A year of waiting for a disk is no part of this trial."""

ACTS_PER_DAY = 60
"""Among 10,000 members; a smaller crowd does as much, so that a short run sees as many odd moments."""


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """`broken` counts every difference from the model; `memory_growth` is month 12 against month 2."""
    parser = argparse.ArgumentParser(prog="scripts/soak year", description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--communities", type=int, default=100)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--often", action="store_true", help="everybody is asked every day, for a short run")
    options = parser.parse_args(argv)
    since = stopwatch.perf_counter()
    with tempfile.TemporaryDirectory(prefix="kith-year-", dir=MEMORY) as folder, virtual_clock(START) as clock:
        year = Year(clock, random.Random(options.seed), options.days, often=options.often)
        clock.run(year.live(Path(folder) / "kith.db", options.members, options.communities))
    return {
        "members": options.members,
        "days": options.days,
        "sent": year.model.sent,
        "questions": year.model.questions,
        "rests": year.model.rests,
        "acts": options.days * ACTS_PER_DAY,
        **{f"broken_{name.replace(' ', '_')}": count for name, count in sorted(year.model.broken.items())},
        "broken": year.model.broken.total(),
        "seconds": round(stopwatch.perf_counter() - since, 1),
        "memory_growth": round(year.memory_growth, 4),
    }


class Year:
    """One run: the clock, the crowd, the model, and how much memory was in use at the end of each month."""

    def __init__(self, clock: VirtualClock, chance: random.Random, days: int, *, often: bool = False) -> None:
        self.clock = clock
        self.chance = chance
        self.days = days
        self.often = often
        self.model = Model()
        self.memory: list[int] = []

    @property
    def memory_growth(self) -> float:
        """The last month against the second (or the first, where there are no two): 0.1 is ten percent more."""
        before = self.memory[min(1, len(self.memory) - 1)]
        return self.memory[-1] / before - 1

    async def live(self, path: Path, members: int, communities: int) -> None:
        async with await Database.open(path) as database:
            bot = Bot(database, Keyring.new(), COGS, now=self.clock.now)
            people = crowd.Crowd(bot, self.model, self.chance, communities, often=self.often)
            await self._settle(database, people, members)
            for day in progress(range(self.days), self.days):
                await self._live_a_day(bot, people, START + day * ONE_DAY)
                answers = people.answers(day, self.clock.now())
                await database.write(crowd.answer, answers, self.clock.now())
                if (day + 1) % MONTH == 0 or day + 1 == self.days:
                    self.memory.append(resident_bytes())

    async def _settle(self, database: Database, people: crowd.Crowd, count: int) -> None:
        settlers = [(*people.newcomer(), people.life()) for _ in range(count)]
        for member, _place, chosen in settlers:
            if self.often or self.chance.random() < crowd.WITH_CHECK_INS:
                self.model.schedule(member.id, chosen, START)
            else:
                self.model.stay_without(member.id, chosen)
        await database.write(crowd.settle, settlers, START)

    async def _live_a_day(self, bot: Bot, people: crowd.Crowd, start: datetime) -> None:
        acts = [*crowd.random_moments(self.chance, start, ACTS_PER_DAY), start + ONE_DAY]
        await bot.run_jobs("day", self.clock.now())
        for act in acts:
            while (step := self._next_step()) < act or step == act == acts[-1]:
                await self.clock.sleep_until(step)
                await bot.tick(step)
                self.model.judge(step, people.take())
                self.model.broken["slow"] += self.clock.now() - step > LATE
                if step.minute == 0:
                    await bot.run_jobs("hour", step)
            await self.clock.sleep_until(act)
            if act != acts[-1]:
                await people.act(act)

    def _next_step(self) -> datetime:
        """The next quarter of an hour, or the odd minute at which somebody is owed something."""
        now = self.clock.now()
        quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + QUARTER
        owed = self.model.next_owed()
        return min(quarter, owed) if owed > now else quarter


def resident_bytes() -> int:
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
