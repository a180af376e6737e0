"""Random histories of people and places that go, come back, are archived, locked, replaced, or seem to be gone: who
loses what, and who meets whom, beside a plain model of what the platform said in its own words.

Many histories go on side by side in one world, each in a place of its own, over the real adapter, core and database.
The platform has no socket (``histories_discord``, ``histories_matrix``): it answers and tells what a real one does, or
something in between answers in its place. Time is turned.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import ClassVar

from bot.asking.consenting import ADULT, CORE
from bot.bot import Bot
from bot.hosting.installation import DATABASE
from bot.keys.crypto import Keyring
from bot.messages import Channel, Community, Member, Person, Place, Text
from cogs import COGS
from storage.buddies import buddies, ends, pairs
from storage.buddies.buddies import Part
from storage.database.database import Database
from storage.members import blocks, consents, members
from storage.personal import reminders
from tests.engines.on_the_spot import on_the_spot
from tests.engines.virtual_clock import VirtualClock, virtual_clock
from tests.prepared import prepared

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAMES = ("alice", "bob", "chandra")
A_WHILE = timedelta(hours=1)
"""Between two answers before the second counts."""
AWAKE = timedelta(hours=3)
"""Of a longer time only the end is lived through."""
STEPS = 12
FAR = timedelta(days=300)

DO = {
    **{"leave": 3, "kick": 2, "ban": 1, "come back": 4, "page": 4, "clear": 3, "wrong": 4, "archive": 2, "lock": 1},
    **{"word": 2, "apart": 2, "wait": 6, "taken out": 1, "brought back": 2, "outage": 2, "place gone": 1, "upgrade": 1},
}
"""What happens, and how often."""


PAGES = (
    *(
        "html 403",
        "html 404",
        "html 500",
        "code 0",
        "no code",
        "blocked",
        "timeout",
        "reset",
        "empty",
        "something else",
    ),
)
"""What something in between answers, or nobody at all; and an answer that speaks of something else."""


@dataclass
class Said:
    """What the platform said of somebody, by events of its own and by its own answers."""

    event: bool = False
    gone: datetime | None = None
    twice: bool = False

    def answer(self, there: bool, now: datetime) -> None:
        if there:
            self.gone = None
        elif self.gone is None:
            self.gone = now
        elif now - self.gone >= A_WHILE:
            self.twice = True

    @property
    def is_gone(self) -> bool:
        return self.event or self.twice


@dataclass
class History:
    """One place with three people, of whom two are a pair with a place of their own; and the plain model of it."""

    place: Place
    members: dict[str, Member]
    said: dict[str, Said] = field(default_factory=lambda: {name: Said() for name in NAMES})
    lost_bot: bool = False
    """Kith was taken out, and the platform said so."""
    apart: bool = False
    did: list[str] = field(default_factory=list)
    community: Community | None = None
    persons: dict[str, Person] = field(default_factory=dict)
    pair: int = 0
    there: set[str] = field(default_factory=lambda: set(NAMES))
    has_bot: bool = True

    def may_have_lost(self, name: str) -> bool:
        return self.lost_bot or self.said[name].is_gone

    @property
    def pair_may_be_over(self) -> bool:
        return self.apart or any(self.may_have_lost(name) for name in ("alice", "bob"))


class Land(ABC):
    """A platform without sockets, with the real adapter on it."""

    name: ClassVar[str]

    def __init__(self, clock: VirtualClock, bot: Bot) -> None:
        self.clock, self.bot = clock, bot
        self.histories: dict[str, History] = {}
        """By the id of their place."""
        self.pages: dict[str, str] = {}
        """What is answered for a place by something in between."""

    @abstractmethod
    async def connect(self) -> None: ...

    @abstractmethod
    async def close(self) -> None:
        """Leave nothing behind."""

    @abstractmethod
    async def found(self, number: int) -> History:
        """A new place, with Kith and everybody in it."""

    @abstractmethod
    async def go(self, at: History, who: str, how: str, *, heard: bool) -> None:
        """Somebody leaves, or is taken out; whether the bot hears of it."""

    @abstractmethod
    async def come(self, at: History, who: str) -> None: ...

    @abstractmethod
    async def wrong(self, at: History, chance: random.Random) -> None:
        """An event that says nothing, or nothing about anybody here."""

    @abstractmethod
    async def change(self, at: History, what: str, channel: Channel | None, chance: random.Random) -> None:
        """The place of the pair is archived or locked or gone, somebody writes in it, the community's is replaced."""

    @abstractmethod
    async def take_out(self, at: History, *, really: bool) -> None:
        """Kith is taken out of the place, or the platform only seems to say so."""

    @abstractmethod
    async def bring_back(self, at: History) -> None: ...

    @abstractmethod
    def together(self, at: History) -> bool:
        """Can Alice and Bob both write in one place that Kith made?"""

    @abstractmethod
    async def settle(self) -> None:
        """Whatever was heard has been taken in."""

    def answered(self, place: str, who: str, there: bool) -> None:
        """The platform's own word about somebody."""
        at = self.histories.get(place)
        for name, member in at.members.items() if at else ():
            if at is not None and member.id == who:
                at.said[name].answer(there, self.clock.now())


class Tally(Counter[str]):
    """``histories``, ``steps``, ``lost`` (what nobody said), ``shared`` (places of two who are apart); and how often
    somebody was ``gone`` for good, or two were ``apart``, so that there was something to see.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stories: list[str] = []


class Run:
    """Some histories side by side on one platform."""

    def __init__(self, land: Land, chance: random.Random, tally: Tally) -> None:
        self._land, self._chance, self._tally = land, chance, tally
        self._all: list[History] = []

    async def begin(self, count: int) -> None:
        for number in range(count):
            at = await self._land.found(number)
            self._land.histories[at.place.id] = at
            await self._settle(at)
            self._all.append(at)
        await self._pass(timedelta(minutes=5))

    async def live(self) -> None:
        for _step in range(STEPS):
            for at in self._all:
                await self._step(at)
            await self._land.settle()
            await self._judge()
            await self._pass(timedelta(minutes=self._chance.choice((1, 61, 61, 150, 1500, 12_000))))
            await self._judge()
        await self._end()
        self._tally["histories"] += len(self._all)

    async def _settle(self, at: History) -> None:
        await self._land.bot.database.write(self._people, at)
        pair = await self._land.bot.database.write(self._prepare, at)
        two = [at.members[name] for name in ("alice", "bob")]
        group = await self._land.bot.core.groups.open(f"buddies.pair:{pair.id}", at.place, two, Text("Buddies"))
        await self._land.settle()
        await self._land.bot.database.write(
            pairs.opened, pair, group.channel, "", lambda *_: [], self._land.clock.now()
        )
        await self._land.bot.database.write(pairs.postpone, pair.id, self._land.clock.now() + FAR)
        at.pair = pair.id

    def _people(self, connection: Connection, at: History) -> None:
        now, keyring = self._land.clock.now(), self._land.bot.core.keyring
        at.community = members.found(connection, at.place, now)
        for name, member in at.members.items():
            person = members.create(connection, member, "UTC", "en", now)
            members.join(connection, person, at.community, now)
            consents.give(connection, person, (*CORE, ADULT, buddies.PURPOSE), "Yes.", now)
            buddies.sign_up(connection, at.community, person, None, "{}", now)
            reminders.add(connection, person, lambda row: keyring.encrypt("w", "reminders", "words", row), now + FAR)
            at.persons[name] = person

    def _prepare(self, connection: Connection, at: History) -> pairs.Pair:
        assert at.community is not None
        two = [Part(at.persons[name], "buddy", "|0|0|0|0") for name in ("alice", "bob")]
        row = pairs.prepare(connection, at.community, None, "buddy", two, pairs.Length(300), self._land.clock.now())
        found = pairs.get(connection, row)
        assert found is not None
        return found

    # -- what happens -------------------------------------------------------------------------------------------------

    async def _step(self, at: History) -> None:
        [what] = self._chance.choices([*DO], weights=[*DO.values()])
        who = self._chance.choice(NAMES)
        at.did.append(f"{what} {who}")
        self._tally["steps"] += 1
        self._tally[f"did: {what}"] += 1
        match what:
            case "leave" | "kick" | "ban":
                await self._go(at, who, what)
            case "come back" if at.has_bot and who not in at.there:
                at.there.add(who)
                await self._land.come(at, who)
            case "page":
                self._land.pages[at.place.id] = self._chance.choice(PAGES)
            case "clear":
                self._land.pages.pop(at.place.id, None)
            case "wrong" if at.has_bot:
                await self._land.wrong(at, self._chance)
            case "archive" | "lock" | "word" | "place gone" | "upgrade" if at.has_bot:
                await self._land.change(at, what, await self._channel(at), self._chance)
            case "apart" if not at.apart:
                await self._part(at)
            case "taken out" if at.has_bot:
                at.has_bot = False
                await self._land.take_out(at, really=True)
            case "outage" if at.has_bot:
                await self._land.take_out(at, really=False)
            case "brought back" if not at.has_bot:
                at.has_bot = True
                await self._land.bring_back(at)
        await self._land.settle()

    async def _go(self, at: History, who: str, how: str) -> None:
        if who not in at.there or not at.has_bot:
            return
        at.there.discard(who)
        heard = self._chance.random() < 0.5
        at.said[who].event = at.said[who].event or heard
        await self._land.go(at, who, how, heard=heard)

    async def _part(self, at: History) -> None:
        """By `buddy avoid`, by the end of the pair, or because one leaves what Kith has: as the commands do it."""
        at.apart = True
        bot, now = self._land.bot, self._land.clock.now()
        alice, bob = at.persons["alice"], at.persons["bob"]
        how = self._chance.choice(("avoid", "end", "leave"))
        at.did.append(how)
        if how == "leave" and at.community is not None:
            at.said["alice"].event = True
            await bot.core.leaving.leave(alice, at.community, now)
            return

        def work(connection: Connection) -> None:
            if how == "avoid":
                blocks.add(connection, alice, bob, now)
                for cog in bot.registry.cogs:
                    cog.separate(alice, bob)(connection)
            elif (pair := pairs.get(connection, at.pair)) is not None and pair.state == "active":
                ends.leave(connection, pair, bob, now)

        await bot.database.write(work)

    async def _channel(self, at: History) -> Channel | None:
        pair = await self._land.bot.database.read(pairs.get, at.pair)
        return pair.channel if pair else None

    async def _pass(self, time: timedelta) -> None:
        """The scheduler's part: what it would do in this time, a little thinned out."""
        bot, until = self._land.bot, self._land.clock.now() + time
        await self._land.clock.sleep_until(max(self._land.clock.now(), until - AWAKE))
        while self._land.clock.now() < until:
            await self._land.clock.sleep_until(min(until, self._land.clock.now() + timedelta(minutes=61)))
            await bot.run_jobs("hour", self._land.clock.now())
            await bot.tick(self._land.clock.now())
            await self._land.settle()

    # -- what came of it ----------------------------------------------------------------------------------------------

    async def _judge(self) -> None:
        for at in self._all:
            for what in await self._land.bot.database.read(lost, at):
                self._blame("lost", at, what)

    async def _end(self) -> None:
        """Everything answers again, and enough time passes for what was begun."""
        self._land.pages.clear()
        for at in self._all:
            if not at.has_bot:
                at.has_bot = True
                await self._land.bring_back(at)
        await self._pass(timedelta(hours=3))
        for at in self._all:
            await self._land.change(at, "word", await self._channel(at), self._chance)
            pair = await self._land.bot.database.read(pairs.get, at.pair)
            is_over = pair is None or pair.state == "ended"
            if (at.apart or is_over) and self._land.together(at):
                self._blame("shared", at, "Alice and Bob are apart, and in one place")
            elif at.apart and not is_over:
                self._blame("shared", at, "the pair goes on")
            self._tally["apart"] += at.apart or is_over
            self._tally["gone"] += await self._land.bot.database.read(gone, at)

    def _blame(self, figure: str, at: History, what: str) -> None:
        story = f"{self._land.name}: {what}: {', '.join(at.did)}"
        if not any(story.startswith(known) or known.startswith(story) for known in self._tally.stories):
            self._tally[figure] += 1
            self._tally.stories.append(story)


def lost(connection: Connection, at: History) -> list[str]:
    """What somebody has lost of whom the platform said nothing."""
    found = []
    for name, person in at.persons.items():
        if at.may_have_lost(name):
            continue
        if not members.communities(connection, person):
            found.append(f"{name} is in no community")
        if not {*CORE, ADULT} <= consents.given(connection, person):
            found.append(f"{name}'s consents")
        if not connection.execute("SELECT 1 FROM reminders WHERE person = ?", (person.id,)).fetchone():
            found.append(f"{name}'s reminder")
    pair = pairs.get(connection, at.pair)
    if not at.pair_may_be_over and (pair is None or pair.state == "ended"):
        found.append("the pair")
    return found


def gone(connection: Connection, at: History) -> int:
    """How many have left what Kith has, as the platform said."""
    return sum(not members.communities(connection, person) for person in at.persons.values())


Make = Callable[[VirtualClock, Bot], Land]


def run(make: Make, folder: Path, count: int, seed: int, tally: Tally) -> None:
    """So many histories side by side, from this seed."""
    with virtual_clock(START) as clock:
        clock.run(_live(make, clock, folder, count, seed, tally))


async def _live(make: Make, clock: VirtualClock, folder: Path, count: int, seed: int, tally: Tally) -> None:
    with on_the_spot():
        database = await Database.open(prepared(folder) / DATABASE)
    async with database:
        bot = Bot(database, Keyring.new(), COGS, now=clock.now)
        land = make(clock, bot)
        try:
            await land.connect()
            histories = Run(land, random.Random(seed), tally)
            await histories.begin(count)
            await histories.live()
        finally:
            await land.close()
