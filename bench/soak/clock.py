"""The clock is wrong, by a minute to twenty years, ahead or behind, for a second to a day, at a start or while running.

Each run is three days of a few members with the real bot and its database file. Check-ins, reminders and the open post
are to come at their true time, or within a minute of the clock being right; nothing that is kept is erased for an age
it has not reached; and what a member asks for while the clock is wrong is reckoned from the true time. The judge goes
by a clock of its own. Where the machine was started anew, or the clock stays wrong for longer than it takes to be
believed, a platform on a computer of its own says what time it is; else nobody does.
"""

from __future__ import annotations

import argparse
import logging
import random
import shutil
import tempfile
import time as stopwatch
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bench.report import heard_by, progress
from bench.soak import _crowd as crowd
from bench.soak._model import CHECK_IN, Life, Model, occurrence_after
from bot.adapters.local import NAME
from bot.bot import Bot
from bot.clocks.clock import Machine
from bot.clocks.times import Schedule
from bot.errors import WrongClock
from bot.hosting.clock import righting
from bot.hosting.clock.trusted import Voice
from bot.hosting.clock.watch import STEADY, ClockWatch
from bot.keys.crypto import Keyring
from bot.messages import Channel, Member, Message
from bot.registry import Every
from cogs import COGS
from storage.checkins import posts
from storage.checkins.checkins import WINDOW
from storage.database.database import Database
from storage.members import consents, members
from storage.personal import reminders
from tests.engines import grown_old as old
from tests.engines.virtual_clock import VirtualClock, virtual_clock

NEEDS = "run"

START = datetime(2026, 3, 27, tzinfo=UTC)  # clocks in Europe change on the third day
SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
YEARS = 20 * 365 * DAY
MEMBERS = 12
PLACE = crowd.known(0, 1)[1]
WITH_REMINDERS = 4
ASKED_FOR = timedelta(hours=2)
"""What somebody is reminded of who asks while the clock is wrong."""
AFTER = tuple(timedelta(seconds=seconds) for seconds in (1, 6, 11, 21, 31, 41, 59))
"""When a running bot looks again, as far as that matters here: it really does each second."""
WRONG = ("lost", "early", "double", "erased")
POST = "post"

Sent = tuple[str, str, datetime]
"""To whom what went, and when that was."""


class Owed(NamedTuple):
    """To whom what is due when, and until when it may still come."""

    who: str
    what: str
    due: datetime
    until: datetime


class Wrong(NamedTuple):
    """From ``at`` on the clock is ``by`` ahead (or behind). ``down``: Kith was stopped so long before; ``reboot``: with
    the machine. ``voice``: a platform can be asked.
    """

    at: datetime
    by: timedelta
    lasts: timedelta
    down: timedelta | None = None
    reboot: bool = False
    voice: bool = False

    @property
    def stands(self) -> datetime:
        """From then on nothing is sent, until the clock is right."""
        return self.at - (self.down or timedelta())

    @property
    def right(self) -> datetime:
        return self.at + self.lasts


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """All of ``WRONG`` must be 0, and ``late_p100``, in seconds, at most 60. ``refused`` is how many starts were."""
    parser = argparse.ArgumentParser(prog="scripts/soak clock", description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(argv)
    since, tally, chance = stopwatch.perf_counter(), Counter[str](), random.Random(options.seed)
    late = [timedelta()]
    with (
        tempfile.TemporaryDirectory(prefix="kith-clock-") as name,
        heard_by(logging.NullHandler(), "bot", "cogs", "storage"),
    ):
        trial = Trial(Path(name), chance)
        for _run in progress(range(options.runs), options.runs):
            late.append(trial.run(random_wrong(chance), tally))
    return {
        "runs": options.runs,
        **{name: tally[name] for name in ("due", "refused", *WRONG)},
        "late_p100": max(late).total_seconds(),
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }


def random_wrong(chance: random.Random) -> Wrong:
    """As often by minutes as by days and by years; half of them at a start."""
    by = MINUTE * (YEARS / MINUTE) ** chance.random()
    lasts = SECOND * round((DAY / SECOND) ** chance.random())
    at = START + DAY + timedelta(seconds=chance.randrange(86400 // 2))
    down = timedelta(seconds=round(2 * 3600 ** chance.random())) if chance.random() < 0.5 else None
    reboot = down is not None and chance.random() < 0.5
    is_believed = lasts >= max(by, timedelta(seconds=STEADY))
    voice = reboot or is_believed or chance.random() < 0.5
    return Wrong(at, by if chance.random() < 0.5 else -by, lasts, down, reboot, voice)


class Platform(crowd.Crowd):
    """Writes down when it was given what."""

    def __init__(self, bot: Bot, truth: VirtualClock, sent: list[Sent]) -> None:
        super().__init__(bot, Model(), random.Random(1), 1)
        self._truth, self._sent = truth, sent
        for number in range(MEMBERS):
            self.join(*crowd.known(number, 1))

    async def send(self, member: Member, message: Message, key: str) -> str:
        await super().send(member, message, key)
        words = str(message.text)
        found = [word.strip(".“”") for word in words.split()]
        what = [CHECK_IN] if self.take() else [word for word in found if word.startswith("tea")]
        self._sent += [(member.id, one, self._truth.now()) for one in what]
        return key

    async def post(self, channel: Channel, message: Message, key: str) -> str:
        self._sent.append((channel.id, POST, self._truth.now()))
        return key


class Trial:
    """The members, and the installation that every run begins with."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._folder = folder
        self.keyring = Keyring.new()
        self.lives = [crowd.life(chance, often=True) for _ in range(MEMBERS)]
        self.reminded = {
            f"m{number}": [START + timedelta(minutes=chance.randrange(3 * 1440)) for _ in range(8)]
            for number in range(WITH_REMINDERS)
        }
        with virtual_clock(START) as clock:
            clock.run(self._settle())

    async def _settle(self) -> None:
        async with await Database.open(self._folder / "kith.db") as database:
            await database.write(crowd.settle, [(*crowd.known(n, 1), life) for n, life in enumerate(self.lives)], START)
            everybody = [member for member, _place in map(crowd.known, range(MEMBERS))]
            await database.write(old.grow, everybody, PLACE, START)
            await database.write(self._remember)
            self.kept = await database.read(old.count, START)

    def _remember(self, connection: Connection) -> None:
        for who, moments in self.reminded.items():
            person = members.person_of(connection, Member(NAME, who))
            assert person is not None
            consents.give(connection, person, (reminders.PURPOSE,), "Before.", START)
            for number, due in enumerate(moments):
                seal = partial(self.keyring.encrypt, f"tea{number}", "reminders", "words")
                reminders.add(connection, person, seal, due)
        community = members.found(connection, PLACE, START)
        posts.set_post(connection, community, Channel(NAME, "hall"), Schedule(time(10), ZoneInfo("Asia/Tokyo")), START)

    def run(self, wrong: Wrong, tally: Counter[str]) -> timedelta:
        """Live through it. Returns how late the latest was."""
        shutil.copy(self._folder / "kith.db", self._folder / "run.db")
        with virtual_clock(START) as clock:
            life = Lived(self, wrong, clock, self._folder / "run.db")
            clock.run(life.live())
        tally["refused"] += life.refused
        tally["erased"] += life.erased
        return judge(self.owed(wrong, life.end), life.sent, wrong, tally)

    def owed(self, wrong: Wrong, end: datetime) -> Iterator[Owed]:
        for number, chosen in enumerate(self.lives):
            yield from (Owed(f"m{number}", CHECK_IN, *window) for window in _occurrences(chosen, WINDOW, end))
        for who, moments in self.reminded.items():
            yield from (Owed(who, f"tea{number}", due, end) for number, due in enumerate(moments))
        post = Life("Asia/Tokyo", 10 * 60, frozenset(range(7)))
        yield from (Owed("hall", POST, *window) for window in _occurrences(post, DAY, end))
        if (asked := asks_at(wrong)) is not None:
            yield Owed("m0", "teapot", asked + ASKED_FOR, end)


def asks_at(wrong: Wrong) -> datetime | None:
    """While the clock is wrong somebody asks for something, where Kith runs then."""
    return wrong.at + wrong.lasts / 2 if wrong.down is None and wrong.lasts > MINUTE else None


def _occurrences(chosen: Life, window: timedelta, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    found = [occurrence_after(START, chosen.zone, chosen.minutes, chosen.days).instant]
    while found[-1] <= end:
        found.append(occurrence_after(found[-1], chosen.zone, chosen.minutes, chosen.days).instant)
    for due, following in pairwise(found):
        yield due, min(due + window, following)


class Lived:
    """One run: Kith on a machine whose clock is wrong for a while."""

    def __init__(self, trial: Trial, wrong: Wrong, clock: VirtualClock, path: Path) -> None:
        self._trial, self._wrong, self._clock, self._path = trial, wrong, clock, path
        self._booted, self._boot = START - DAY, "first"
        self._kith = AsyncExitStack()
        self._runs: tuple[Bot, ClockWatch, Platform] | None = None
        self._done: dict[Every, datetime] = {}
        self.sent: list[Sent] = []
        self.refused = self.erased = 0
        self.end = wrong.right + DAY

    def _wall(self) -> datetime:
        now = self._clock.now()
        return now + self._wrong.by if self._wrong.at <= now < self._wrong.right else now

    def _machine(self) -> Machine:
        booted = self._booted
        return Machine(self._wall, lambda: (self._clock.now() - booted).total_seconds(), self._boot)

    async def _voices(self) -> list[Voice]:
        return [Voice(self._clock.now().replace(microsecond=0))] if self._wrong.voice else []

    def _moments(self) -> list[datetime]:
        wrong = self._wrong
        edges = [wrong.at, wrong.stands]
        dues = [one.due for one in self._trial.owed(wrong, self.end)]
        halves = [START + number * HOUR / 2 for number in range(int((self.end - START) / HOUR * 2))]
        asked = asks_at(wrong)
        fine = [edge + after for edge in (wrong.at, wrong.right) for after in AFTER]
        every = {*halves, *dues, *fine, *edges, self.end, *([asked] if asked else [])}
        return sorted(moment for moment in every if START < moment <= self.end)

    async def live(self) -> None:
        wrong = self._wrong
        for moment in self._moments():
            await self._clock.sleep_until(moment)
            if wrong.down is not None and moment == wrong.at - wrong.down:
                await self._stop()
            if self._runs is None and not (wrong.down and wrong.at - wrong.down <= moment < wrong.at):
                await self._start()
            await self._step(moment)
        await self._stop()
        async with await Database.open(self._path) as database:
            self.erased = self._trial.kept - await database.read(old.count, START)

    async def _start(self) -> None:
        database = await self._kith.enter_async_context(await Database.open(self._path))
        try:
            watch = await ClockWatch.begin(database, self._machine(), self._voices)
        except WrongClock:
            self.refused += 1
            await self._kith.aclose()
            return
        bot = Bot(database, self._trial.keyring, COGS, now=watch.now)
        watch.on_right = partial(righting.derive_anew, database, bot.registry)
        self._runs, self._done = (bot, watch, Platform(bot, self._clock, self.sent)), {}
        await watch.hear()

    async def _stop(self) -> None:
        await self._kith.aclose()
        self._runs = None
        if self._wrong.reboot:
            self._booted, self._boot = self._clock.now(), "second"

    async def _step(self, moment: datetime) -> None:
        if self._runs is None:
            return
        bot, watch, platform = self._runs
        if moment == asks_at(self._wrong):
            await platform.say(Member(NAME, "m0"), "remind me in 2 hours teapot")
        await watch.tick(bot.tick)
        periods: tuple[tuple[Every, timedelta], ...] = (("hour", HOUR), ("day", DAY))
        for every, period in periods:
            # After the clock was set all of them are planned anew, as the scheduler does.
            is_anew = moment in (self._wrong.at, self._wrong.right + AFTER[0])
            if not watch.rests and (is_anew or every not in self._done or moment >= self._done[every] + period):
                self._done[every] = moment
                await watch.run_jobs(bot.run_jobs, every)


def judge(owed: Iterable[Owed], sent: Sequence[Sent], wrong: Wrong, tally: Counter[str]) -> timedelta:
    """Everything owed is sent once, and not before it is due. Returns how late the latest of it was, counted from when
    it could go.
    """
    left = defaultdict[tuple[str, str], list[datetime]](list)
    for who, what, at in sent:
        left[who, what].append(at)
    latest, taken = timedelta(), set[tuple[str, str]]()
    for one in sorted(owed, key=lambda one: one.due):
        can_go = wrong.right if wrong.stands <= one.due < wrong.right else one.due
        found = [at for at in left[one.who, one.what] if one.due <= at < one.until]
        if found:
            left[one.who, one.what].remove(found[0])
            latest = max(latest, found[0] - can_go)
            taken.add((one.who, one.what))
        is_owed = can_go + MINUTE < one.until
        tally["due"] += is_owed
        tally["lost"] += is_owed and not found
    for key, surplus in left.items():
        tally["double" if key in taken else "early"] += len(surplus)
    return latest
