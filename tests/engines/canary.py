"""A canary text in everything that comes in, and every line that is logged looked through for it.

All loggers stand at DEBUG, and what keeps libraries' payloads and floods out of a real log is taken away: what is shown
here is that even then no line holds what a member said, is called, or is known by.
"""

from __future__ import annotations

import asyncio
import io
import logging
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import log
from bot.hosting.config import ERRORS_ONLY, LogConfig
from bot.messages import Member
from tests.adapters.contract import Actor
from tests.adapters.discord_bed import DiscordBed
from tests.adapters.matrix_bed import MatrixBed
from tests.cast import ALICE, BOB, EVE, MO, ROOM, Playground
from tests.engines import fuzz

CANARY = "zqcanary7391"
LOUD = (
    *("discord", "discord.http", "discord.gateway", "discord.client", "nio", "nio.events.misc", "nio.crypto", "peewee"),
    *("aiohttp", "aiohttp.client", "aiosqlite", "asyncio", "apscheduler", "mautrix", "mau"),
)
FIELDS = ("words", "at", "zone", "days", "note", "text", "who", "name")


class Watched(io.StringIO):
    """Counts the lines of a log and keeps only those that hold the canary."""

    def __init__(self) -> None:
        self.lines = 0
        self.sources: set[str] = set()
        """The loggers that wrote: the first part of their names."""
        self.raised: set[str] = set()
        """The exceptions that were described."""
        self.hits: list[str] = []

    def write(self, written: str) -> int:
        for line in written.splitlines():
            self.lines += 1
            if CANARY in line.casefold():
                self.hits.append(line)
            if line.startswith("  "):
                self.raised.add(line.split(":")[0].split()[-1])
            elif ": " in line:
                self.sources.add(line.split(": ", 1)[0].rsplit(" ", 1)[-1].partition(".")[0])
        return len(written)


@contextmanager
def watched() -> Iterator[Watched]:
    """What a host would find in the log of a bot that says everything, and more than everything."""
    root, stream = logging.getLogger(), Watched()
    changed = [root, *map(logging.getLogger, (*log.OURS, *ERRORS_ONLY, *LOUD))]
    levels, handlers, raises = [one.level for one in changed], list(root.handlers), logging.raiseExceptions
    log.setup(LogConfig(level="debug"), stream)
    for handler in root.handlers:
        handler.filters.clear()
    for one in changed:
        one.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        for one, level in zip(changed, levels, strict=True):
            one.setLevel(level)
        logging.raiseExceptions = raises


async def arrive(world: Playground, *people: Member) -> None:
    for member in people:
        world.chat.join(member, ROOM)
        await world.chat.say(member, "checkin on 19:00 berlin", ROOM)
        await world.chat.say(member, "yes", ROOM)


async def everything(world: Playground, chance: random.Random) -> AsyncIterator[str]:
    """Every command with the canary as its words, typed by members and by a moderator; then every button and form."""
    for name in sorted(world.bot.registry.commands):
        for member, place in ((ALICE, None), (BOB, ROOM), (MO, ROOM), (EVE, None)):
            await world.chat.say(member, f"{name} {CANARY}", place)
            await world.chat.say(member, CANARY, place)
            await world.chat.say(member, "cancel", place)
        world.chat.posted.clear()
        yield name
    for name in sorted(world.bot.registry.actions):
        for row in ("-", "o1", "d1"):
            member = chance.choice((ALICE, BOB, MO, EVE))
            incoming = world.chat.incoming(member, chance.choice((None, ROOM)))
            await world.bot.run_action(incoming, f"kith:1:{name}:{row}:{CANARY}", dict.fromkeys(FIELDS, CANARY))
        world.chat.posted.clear()
        yield name
    async for _id in fuzz.button_ids(world, 600, chance.randrange(1000), (CANARY, f"<@{CANARY}>", f"{CANARY}-id")):
        yield "a button"
    await world.bot.tick(world.bot.now())


async def on_discord(bed: DiscordBed, count: int, seed: int) -> AsyncIterator[str]:
    """Said, pressed and filled in over the real library, and in gateway events of any shape."""
    await _said_to(bed.actor("alice"))
    async for _data in fuzz.discord_events(bed, count, seed, look=100, words=(CANARY, f"<@{CANARY}>")):
        yield "event"


async def on_matrix(bed: MatrixBed, count: int, seed: int) -> AsyncIterator[str]:
    """The same over the real library and a real homeserver."""
    await _said_to(bed.actor("alice"))
    async for _event in fuzz.matrix_events(bed, count, seed, words=(CANARY, f"@{CANARY}:bed.test", f"${CANARY}")):
        yield "event"


async def _said_to(actor: Actor) -> None:
    for line in (CANARY, f"feedback {CANARY}", f"report {CANARY}", f"remind me tomorrow {CANARY}"):
        await actor.say(line)
        await actor.say("cancel")
    await actor.say_in_room(f"feedback {CANARY}")


async def tracebacks() -> AsyncIterator[str]:
    """Exceptions with the canary in them, wherever Python and the libraries report what nobody caught."""
    loop, raised = asyncio.get_running_loop(), asyncio.Event()

    async def broken() -> None:
        raised.set()
        raise ValueError(CANARY) from KeyError(CANARY, {CANARY: CANARY})

    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.start()
    scheduler.add_job(broken, name=CANARY, id=CANARY, next_run_time=datetime.now(UTC))
    await raised.wait()
    await asyncio.sleep(0.05)
    scheduler.shutdown(wait=False)
    yield "a job"
    task = loop.create_task(broken(), name=CANARY)
    await asyncio.wait([task])
    loop.call_exception_handler({"message": f"task {CANARY}", "exception": task.exception(), "task": task})
    yield "a task"
    for name in (*log.OURS, *LOUD):
        logging.getLogger(name).error("it broke", exc_info=task.exception())
        logging.getLogger(name).debug(f"said {CANARY}", stack_info=True)
        logging.getLogger(name).warning("said %s", {"body": CANARY})
    yield "every logger"
