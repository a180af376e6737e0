"""People who press on a Discord of their own, and a Kith in a process of its own that answers them."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import os
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.beds.discord import FakeDiscord, Guild, Message, NoAnswer, Person
from tests.beds.discord.interactions import Asked, Interaction, ask
from tests.beds.process import ROOT, Running, configure, environment, spawned

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
MIB = 2**20
FIRST_WORDS = 4
"""People who ask for their first screen at once."""
REPEATED = 400
"""How Discord refuses a second answer; one that is too late is 404, and lost."""
SILENT = 4.0
"""Seconds after which nobody waits for an answer any more: a client gives up after three."""


class Process:
    """What a process has used."""

    def __init__(self, running: Running) -> None:
        self._folder = Path(f"/proc/{running.process.pid}")

    def cpu_ms(self) -> float:
        fields = (self._folder / "stat").read_text(encoding="ascii").rpartition(") ")[2].split()
        return 1000 * (int(fields[11]) + int(fields[12])) / TICKS

    def resident_mib(self) -> float:
        return int((self._folder / "statm").read_text(encoding="ascii").split()[1]) * PAGE / MIB


class Crowd:
    """Members of some servers, each with a screen of Kith's before them."""

    def __init__(self, discord: FakeDiscord, seed: int = 2026) -> None:
        self.discord = discord
        self.people: list[Person] = []
        self.done: list[Interaction] = []
        self._screens: dict[str, Message] = {}
        self._chance = random.Random(seed)

    def settle(self, servers: int, members: int, pressing: int) -> None:
        """So many servers of so many members, and of these some who press."""
        for number in range(servers):
            self.discord.clock.skip(0.001)  # an id is a time: servers made in one millisecond are one shard's
            guild = self.discord.add_guild(f"Server {number}")
            _furnish(self.discord, guild)
            for name in range(members):
                self.people.append(Person(self.discord, self.discord.world.add_user(f"P{number} {name}")))
                self.discord.world.add_member(guild, self.people[-1].user)
        self._chance.shuffle(self.people)
        self.people = self.people[:pressing]

    async def begin(self) -> None:
        """Everybody asks for help once: a screen that needs no consent, with buttons."""
        one_of_few = asyncio.Semaphore(FIRST_WORDS)

        async def first(person: Person) -> None:
            async with one_of_few:
                while person.id not in self._screens:
                    with contextlib.suppress(NoAnswer):  # on a machine that does other things too
                        self._screens[person.id] = await (await person.slash("help-now")).reply()

        await asyncio.gather(*(first(person) for person in self.people))
        self.discord.calls.clear()

    async def press(self, total: int, per_second: float, meanwhile: Callable[[int], None] = lambda _n: None) -> None:
        """So many presses, as evenly as that is; nobody waits for another's answer."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(total):
            await asyncio.sleep(max(0.0, began + number / per_second - loop.time()))
            person = self.people[number % len(self.people)]
            screen = self._screens[person.id]
            data = {"component_type": 2, "custom_id": screen.buttons[0].custom_id, "id": 1}
            self.done.append(ask(self.discord, Asked.COMPONENT, person.user, screen.channel, data, screen))
            meanwhile(number)
        waiting = [asyncio.create_task(one.settled.wait()) for one in self.done if not one.settled.is_set()]
        if waiting:
            _answered, silent = await asyncio.wait(waiting, timeout=SILENT)
            for task in silent:
                task.cancel()

    def figures(self) -> dict[str, float]:
        waited = sorted(one.waited for one in self.done if one.waited is not None)
        refused = [
            one for one in self.discord.calls if str(one.operation).endswith("/callback") and one.status == REPEATED
        ]
        return {
            "presses": len(self.done),
            "lost": sum(not one.settled.is_set() for one in self.done),
            "doubled": sum(bool(one.followups) for one in self.done) + len(refused),
            "median_ms": 1000 * waited[len(waited) // 2],
            "p99_ms": 1000 * waited[int(len(waited) * 0.99)],
            "slowest_ms": 1000 * waited[-1],
        }


def _furnish(discord: FakeDiscord, guild: Guild) -> None:
    """As many channels and roles as a server has that is used."""
    for number in range(20):
        discord.world.add_channel(guild, f"channel {number}")
    for number in range(12):
        discord.world.add_role(guild, f"role {number}", guild.everyone.permissions)


@asynccontextmanager
async def answering(folder: Path, discord: FakeDiscord, tree: Path = ROOT) -> AsyncIterator[tuple[Running, Process]]:
    """`kith run` of a checkout, once it is ready."""
    begin = "import sys; from bot.cli import main; sys.exit(main(sys.argv[1:]))"  # in a checkout of any age
    line = [sys.executable, "-P", "-c", begin, "run", "--config", str(configure(folder, discord))]
    async with spawned(line, environment() | {"PYTHONPATH": str(tree)}) as running:
        logged: collections.deque[str] = collections.deque(maxlen=20)
        draining = asyncio.create_task(_drain(running, logged))
        said = await running.line()
        if not said.startswith("ready"):
            raise RuntimeError(f"it did not start: {said} {''.join(logged)}")
        yield running, Process(running)
        running.process.terminate()
        await running.process.wait()
        draining.cancel()


async def _drain(running: Running, logged: collections.deque[str]) -> None:
    """A pipe that nobody reads holds up who writes."""
    assert running.process.stderr is not None
    while line := await running.process.stderr.readline():
        logged.append(line.decode())
