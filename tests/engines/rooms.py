"""Kills the bot with SIGKILL at any step of opening a private place: there must be one in the end, with both in it.

No platform recognises a repeated request for a room. One bot after the other wants the same place and dies on the way;
sometimes the platform's answer is lost, sometimes the next bot is there at once, sometimes after minutes.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.bot import Bot
from bot.clocks.clock import utc_now
from bot.errors import DeliveryError
from bot.keys.crypto import Keyring
from bot.messages import Place, Text
from storage.database.database import Database
from tests.engines import processes
from tests.engines.crash import World
from tests.engines.processes import Json, PlatformProcess
from tests.engines.trace import Steps

KILLS = 3
"""Bots that die one after the other over the same place."""
SOON, LATER = 1, 600
"""Seconds between two bots: the platform may still be making the place, or has long done so."""
LOSES_REPLY = 0.3
FINISHES = 20


@dataclass
class Opened:
    """``missing``: there is no place, or not everybody is in it. ``surplus``: there is more than one."""

    points: int = 0
    places: int = 0
    missing: int = 0
    surplus: int = 0


class Rooms:
    """One run of the engine against one world. ``tally`` grows with each place."""

    def __init__(self, world: World, folder: Path, seed: int) -> None:
        self._world = world
        self._folder = folder
        self._chance = random.Random(seed)
        self._keyring = Keyring.new()
        self._offset = 0
        self._begun = 0
        self.tally = Opened()

    def points(self, wanted: int) -> Iterator[int]:
        """Kill so many bots, at steps spread over all that opening takes. Yields once for each."""
        with PlatformProcess(self._world.platform) as platform:
            path, where = self._begin(platform)
            steps = self._live(path, where, 0)["steps"]
            left = [1 + index * steps // wanted for index in range(wanted)]
            self._chance.shuffle(left)
            while self.tally.points < wanted:
                before = self.tally.points
                self._chain(platform, [left.pop() if left else self._chance.randint(1, steps) for _ in range(KILLS)])
                yield from range(before, min(self.tally.points, wanted))

    def _begin(self, platform: PlatformProcess) -> tuple[Path, Json]:
        self._keyring = Keyring.new()
        self._begun += 1
        path = self._folder / f"{self._begun}.db"
        return path, platform.ask("begin", people=2) | {"folder": str(path.with_suffix(""))}

    def _chain(self, platform: PlatformProcess, kills: list[int]) -> None:
        path, where = self._begin(platform)
        for last in kills:
            if self._chance.random() < LOSES_REPLY:
                platform.ask("lose reply", of="room")
            self.tally.points += self._live(path, where, last) is None
            self._pass(platform, self._chance.choice((SOON, LATER)))
        for _ in range(FINISHES):
            if self._live(path, where, 0)["opened"]:
                break
            self._pass(platform, 30)
        groups = platform.ask("groups")["groups"]
        self.tally.places += 1
        self.tally.surplus += len(groups) - 1 if groups else 0
        self.tally.missing += not any({*where["people"]} <= {*guests} for guests in groups)

    def _pass(self, platform: PlatformProcess, seconds: int) -> None:
        self._offset += seconds
        platform.ask("skip", seconds=seconds)

    def _live(self, path: Path, where: Json, last: int) -> Any:
        """One bot. What came of it, or None if it was killed."""
        if not processes.run(partial(self._open, path, where, last)):
            return None
        return json.loads(path.with_suffix(".json").read_text())

    async def _open(self, path: Path, where: Json, last: int) -> None:
        async with await Database.open(path) as database:
            bot = Bot(database, self._keyring, [], now=self._now)
            adapter = await self._world.connect(bot, where)
            serving = asyncio.create_task(adapter.serve())
            members = [self._world.member(person) for person in where["people"]]
            place = Place(members[0].platform, where["place"]) if "place" in where else None
            steps = Steps(last)
            steps.begin()
            opened = True
            try:
                await bot.core.groups.open("pair", place, members, Text("Two of us"))
            except DeliveryError:
                opened = False
            count = steps.count
            await adapter.stop()
            await serving
        path.with_suffix(".json").write_text(json.dumps({"steps": count, "opened": opened}))

    def _now(self) -> datetime:
        return utc_now() + timedelta(seconds=self._offset)
