"""Commands to a Kith that is killed at random moments, on a homeserver whose limits let most answers wait.

Each command leaves a line in the database when it runs. So it shows whether it was lost or ran twice, and what its
member hears shows the same of its answer.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time as stopwatch
from asyncio.subprocess import PIPE, Process
from collections import Counter
from pathlib import Path

from bot.adapters.matrix import MatrixAdapter
from bot.bot import Bot
from bot.cog import KeepsNothing, command
from bot.context import Context
from bot.hosting.config import MatrixConfig
from bot.hosting.installation import DATABASE
from bot.keys.crypto import Keyring
from bot.keys.secret import Secret
from bot.messages import Text
from bot.words.i18n import _
from storage.database import platforms
from storage.database.database import Database
from tests.adapters.matrix.world import World
from tests.beds.matrix.member import MatrixMember
from tests.beds.matrix.synapse import ROOT, Synapse

LIMITS = {
    "rc_message": {"per_second": 4, "burst_count": 5},
    "rc_joins": {"local": {"per_second": 2, "burst_count": 3}},
    "rc_room_creation": {"per_second": 0.5, "burst_count": 2},
}
ENOUGH = 240.0
"""Seconds after the last kill within which everything that waits has come."""
KITH = "from tests.engines.killed_commands import kith; kith()"


class Counting(KeepsNothing):
    """Leaves a line for each command that ran."""

    @command("count", anyone=True)
    async def count(self, context: Context, what: str) -> Text:
        """Say a word."""
        ran = f"{what} {stopwatch.time_ns()}"
        await self.write(lambda connection: platforms.set_state(connection, "ran", ran, ""))
        return _("Counted {what}.").format(what=what)


def kith() -> None:
    """A process of its own, until it is killed."""
    asyncio.run(_serve(json.loads(sys.argv[1])))


async def _serve(given: dict[str, str]) -> None:
    folder = Path(given["folder"])
    database = await Database.open(folder / DATABASE)
    bot = Bot(database, Keyring.parse(given["keys"], "the trial"), [Counting])
    config = MatrixConfig(homeserver=given["url"], user=given["user"], password=Secret(given["password"]))
    adapter = bot.adapters["matrix"] = MatrixAdapter(bot, config, folder / "matrix")
    await adapter.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await adapter.serve()


class Killed:
    """The members, what they said, and the process."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.guests: list[MatrixMember] = []
        self.said: dict[str, MatrixMember] = {}
        self.process: Process | None = None

    async def run(self, kills: int) -> dict[str, int]:
        """Figures: how many commands there were, and of them and of their answers how many are wrong."""
        await self._start()
        await self._fill_the_room(max(2, kills // 2))
        for number in range(kills):
            talking = asyncio.create_task(self._talk(number))
            await asyncio.sleep(self.chance.uniform(0, 2.5))
            await self._kill()
            await self._start()
            await talking
        await self._until_answered()
        await asyncio.sleep(2)
        await self._kill()
        return await self._judged(kills)

    async def _start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KITH, json.dumps(self.world.given())),
            stdout=PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self.process.stdout is not None
        assert (await asyncio.wait_for(self.process.stdout.readline(), 60)).strip() == b"ready"

    async def _kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def _fill_the_room(self, number: int) -> None:
        host = await self.world.member("host")
        room = await host.open_room(self.world.id, encrypted=False)
        await host.wait_for_member(self.world.id)
        for _one in range(number):
            guest = await self.world.member("guest")
            await host.invite(guest.id, room)
            await guest.accept()
            self.guests.append(guest)

    async def _talk(self, number: int) -> None:
        """Somebody opens a chat, somebody asks in the room, and both say more than one thing."""
        newcomer = await self.world.member("newcomer")
        await newcomer.open_direct(self.world.id, wait=False)
        guest = self.guests[number % len(self.guests)]
        for word in range(2):
            await self._say(newcomer, "count", f"new{number}x{word}")
            await asyncio.sleep(self.chance.uniform(0, 0.5))
            await self._say(guest, "!kith count", f"room{number}x{word}")

    async def _say(self, member: MatrixMember, how: str, word: str) -> None:
        self.said[word] = member
        await member.say(f"{how} {word}")

    def _heard(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for member in {id(one): one for one in self.said.values()}.values():
            texts = {heard.event_id: heard.text for heard in member.log if heard.sender == self.world.id}
            found.update(text.removeprefix("Counted ").rstrip(".") for text in texts.values())
        return found

    async def _until_answered(self) -> None:
        accepting = [asyncio.create_task(self._accept(guest)) for guest in self.guests]
        end = stopwatch.monotonic() + ENOUGH
        while set(self.said) - set(self._heard()) and stopwatch.monotonic() < end:  # noqa: ASYNC110  # what apps show
            await asyncio.sleep(0.2)
        for task in accepting:
            task.cancel()
        await asyncio.gather(*accepting, return_exceptions=True)

    async def _accept(self, guest: MatrixMember) -> None:
        """Into the chat that Kith makes; what is asked in the room is asked there still."""
        room = guest.room
        await guest.accept(None)
        guest.room = room

    async def _judged(self, kills: int) -> dict[str, int]:
        heard = self._heard()
        rows = await self.world.database.read(lambda connection: platforms.states(connection, "ran"))
        ran = Counter(row.split()[0] for row in rows)
        return {
            "kills": kills,
            "commands": len(self.said),
            "lost": sum(ran[word] == 0 for word in self.said),
            "ran_twice": sum(ran[word] > 1 for word in self.said),
            "unanswered": sum(heard[word] == 0 for word in self.said),
            "answered_twice": sum(heard[word] > 1 for word in self.said),
        }


async def trial(folder: Path, kills: int, seed: int) -> dict[str, int]:
    with Synapse(extra=LIMITS) as synapse:
        async with World(synapse, folder) as world:
            return await Killed(world, seed).run(kills)
