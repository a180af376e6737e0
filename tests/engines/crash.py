"""Kills the bot with SIGKILL at any step of planning and delivery, starts it again, and counts what arrived.

A bot is forked, plans a few messages and sends them through a real adapter; at the n-th executed line or await it is
killed. The next one finds what it left, with messages of its own to send, and is killed too. Sometimes the platform
loses its answer, sometimes so much time passes that it has forgotten the message's key. In the end one bot is left to
finish, and every message must be there once. ``held``: they waited until quiet hours were over, and are told together.
"""

from __future__ import annotations

import json
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bot.bot import Bot
from bot.clocks.clock import utc_now
from bot.cog import KeepsNothing, action, job, message
from bot.context import Context, Delivery, Reader
from bot.keys.crypto import Keyring
from bot.messages import (
    Button,
    Member,
    Message,
    Person,
    Text,
)
from bot.platform.adapter import Adapter
from storage.database import platforms
from storage.database.database import Database
from storage.delivery import deliveries, together
from storage.members import consents, members
from tests.engines import processes
from tests.engines.processes import Json, Platform, PlatformProcess
from tests.engines.trace import Steps

PEOPLE = 2
EACH_TIME = 4
"""Messages that a bot plans before it is killed."""
KILLS = 10
"""Bots that die one after the other on the same database."""
WITHIN, BEYOND = 1, 60 * 60 * 25
"""Seconds between two bots: the platform still knows the key of a message, or it has forgotten it."""
LOSES_REPLY = 0.3
FINISHES = 60


class World(NamedTuple):
    """A platform to crash against, and how the bot gets there."""

    platform: Callable[[], Platform]
    connect: Callable[[Bot, Json], Awaitable[Adapter]]
    member: Callable[[str], Member]


@dataclass
class Tally:
    points: int = 0
    lost: int = 0
    duplicated: int = 0


class Numbers(KeepsNothing):
    """Says each number once, to one person after the other: the occurrence and the message are one transaction."""

    goal = 0
    held = False

    @job(every="tick")
    async def plan(self, now: datetime) -> bool:
        return await self.write(_plan_next, now, self.goal, self.held)

    @message("numbers.said", actions=("numbers.heard",))
    async def said(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(Text(f"Number {delivery.args['number']}"), (Button(Text("Heard"), "numbers.heard"),))

    @action("numbers.heard")
    async def heard(self, context: Context, value: str) -> None:
        """Nobody presses it; it is there because a prompt has buttons."""


def _plan_next(connection: sqlite3.Connection, now: datetime, goal: int, held: bool) -> bool:
    number = int(platforms.state(connection, "numbers", "next") or 0)
    if number == goal:
        return False
    row = deliveries.plan(
        connection,
        Delivery(
            to=Person(1 + number % PEOPLE),
            kind="numbers.said",
            key=f"numbers:{number}",
            due=now,
            purpose="checkin",
            args={"number": number},
            picked=not held,
        ),
    )
    connection.execute("UPDATE deliveries SET held = ? WHERE id = ?", (held, row))
    platforms.set_state(connection, "numbers", "next", str(number + 1))
    return True


class Crash:
    """One run of the engine against one world. ``tally`` grows with each chain of bots."""

    def __init__(self, world: World, folder: Path, seed: int, *, held: bool = False) -> None:
        self._world = world
        self._held = held
        self._folder = folder
        self._chance = random.Random(seed)
        self._keyring = Keyring.new()
        self._chains = 0
        self._offset = 0
        self.tally = Tally()

    def points(self, wanted: int) -> Iterator[int]:
        """Kill so many bots, at steps spread over everything that one does. Yields once for each."""
        with PlatformProcess(self._world.platform) as platform:
            steps = self._steps_of_one(platform)
            left = [1 + index * steps // wanted for index in range(wanted)]
            self._chance.shuffle(left)
            while self.tally.points < wanted:
                before = self.tally.points
                self._chain(platform, [left.pop() if left else self._chance.randint(1, steps) for _ in range(KILLS)])
                yield from range(before, min(self.tally.points, wanted))

    def _steps_of_one(self, platform: PlatformProcess) -> int:
        """How many steps a bot takes that is not killed."""
        path, where = self._begin(platform)
        processes.run(partial(self._live, path, where, EACH_TIME, 0))
        steps: int = _left(path)["steps"]
        return steps

    def _chain(self, platform: PlatformProcess, kills: list[int]) -> None:
        path, where = self._begin(platform)
        goal = 0
        for last in kills:
            goal += EACH_TIME
            if self._chance.random() < LOSES_REPLY:
                platform.ask("lose reply")
            finished = processes.run(partial(self._live, path, where, goal, last))
            self.tally.points += not finished
            self._pass(platform, self._chance.choice((WITHIN, WITHIN, BEYOND)))
        self._finish(platform, path, where, goal)
        answer = platform.ask("count")
        assert not answer["broken"], answer["broken"]
        names = _left(path)["names"]
        seen = _apart(answer["seen"], names)
        times = [seen.pop(f"numbers:{number}", 0) for number in range(goal)]
        assert not seen, "something else was said"
        self.tally.lost += times.count(0)
        self.tally.duplicated += sum(seen > 1 for seen in times)

    def _begin(self, platform: PlatformProcess) -> tuple[Path, Json]:
        self._chains += 1
        self._keyring = Keyring.new()  # another installation: its messages have other keys
        path = self._folder / f"{self._chains}.db"
        where = platform.ask("begin", people=PEOPLE) | {"folder": str(path.with_suffix(""))}
        processes.run(partial(self._found, path, where))
        return path, where

    def _finish(self, platform: PlatformProcess, path: Path, where: Json, goal: int) -> None:
        """Bots that nobody kills, until nothing waits any more."""
        for _ in range(FINISHES):
            processes.run(partial(self._live, path, where, goal, 0))
            if not _waiting(path):
                return
            self._pass(platform, 30)

    def _pass(self, platform: PlatformProcess, seconds: int) -> None:
        self._offset += seconds
        platform.ask("skip", seconds=seconds)

    async def _found(self, path: Path, where: Json) -> None:
        """What is there before the first bot is killed: the people with their yes, and the bot's own account."""
        async with await Database.open(path) as database:
            adapter = await self._world.connect(Bot(database, self._keyring, [Numbers], now=self._now), where)
            await adapter.stop()
            for person_id in where["people"]:
                await database.write(_found_person, self._world.member(person_id), self._now())

    async def _live(self, path: Path, where: Json, goal: int, last: int) -> None:
        """One bot: plans up to the goal and sends what is due, but dies at step ``last`` (0: never)."""
        steps = Steps(last)
        steps.begin()
        async with await Database.open(path) as database:
            bot = Bot(database, self._keyring, [Numbers], now=self._now)
            [numbers] = bot.registry.cogs
            assert isinstance(numbers, Numbers)
            numbers.goal, numbers.held = goal, self._held
            adapter = await self._world.connect(bot, where)
            await bot.tick(bot.now())
            await adapter.stop()
            said, whole = await database.read(_said), await database.read(_together)
        names: dict[str, list[str]] = {}
        for delivery in said:
            told_by = whole.get(delivery.id, delivery)
            for name in (f"Number {delivery.args['number']}", bot.dispatcher.key(told_by)):
                names.setdefault(name, []).append(delivery.key)
        path.with_suffix(".json").write_text(json.dumps({"steps": steps.count, "names": names}))

    def _now(self) -> datetime:
        return utc_now() + timedelta(seconds=self._offset)


def _found_person(connection: sqlite3.Connection, member: Member, now: datetime) -> None:
    person = members.create(connection, member, "UTC", "en", now)
    members.set_quiet_hours(connection, person, time(), time())
    consents.give(connection, person, ("dm", "checkin"), "Number me.", now)


def _said(connection: sqlite3.Connection) -> list[Delivery]:
    """Every number that is on its way or has arrived."""
    rows = connection.execute(f"{deliveries.SELECT} WHERE kind <> ? ORDER BY id", (together.KIND,)).fetchall()
    return [deliveries.read(row) for row in rows]


def _together(connection: sqlite3.Connection) -> dict[int, Delivery]:
    """The message that tells a number along with others, by the number's row."""
    rows = connection.execute("SELECT id, together FROM deliveries WHERE together IS NOT NULL").fetchall()
    return {part: whole for part, row in rows if (whole := deliveries.get(connection, row))}


def _apart(seen: dict[str, int], names: dict[str, list[str]]) -> Counter[str]:
    """How often each number was told. Where a platform sees words, one message may hold several numbers."""
    told: Counter[str] = Counter()
    for name, times in seen.items():
        for one in re.findall(r"Number \d+", name) or [name]:
            for key in names.get(one, [one]):
                told[key] += times
    return told


def _left(path: Path) -> Json:
    """What a bot that was not killed has written down: its steps, and by what each message may be known."""
    found: Json = json.loads(path.with_suffix(".json").read_text())
    return found


def _waiting(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        counts = deliveries.counts(connection)
    return counts.get("pending", 0) + counts.get("sending", 0)
