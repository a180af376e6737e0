"""One Kith beside a replica, until it is killed: `python -P -m bench.soak._replicated DATA TOLD SEED`.

TOLD is a folder outside the installation, in which everything is noted that really happened: what was sent, who has
left, and which number was committed when, and how long that took.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

from bench._installed import config
from bench.soak import _crowd as crowd
from bench.soak._model import CHECK_IN, Model
from bot.adapters.local import NAME
from bot.bot import Bot
from bot.hosting.installation import open_database, open_keys
from bot.hosting.putback import resume
from bot.messages import Member, Message
from cogs import COGS
from storage.database import platforms

SIX = datetime(2026, 3, 2, 18, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MEMBERS = 60
EVENING = 30
"""Minutes over which everybody is asked; one of them passes in some 100 ms."""
NUMBER = ("soak", "number")
SENT, LEFT, COMMITTED = "sent", "left", "committed"


class Witnessed(crowd.Crowd):
    """The platform: what it took stays noted, whatever becomes of Kith."""

    def __init__(self, bot: Bot, chance: random.Random, told: Path) -> None:
        super().__init__(bot, Model(), chance, 1)
        self.told = told

    async def send(self, member: Member, message: Message, key: str) -> str:
        if any(button.action == "checkins.skip" for button in message.buttons):
            note(self.told / SENT, f"{member.id} {CHECK_IN}")
        return await super().send(member, message, key)


@asynccontextmanager
async def alive(data: Path, now: datetime) -> AsyncIterator[tuple[Bot, list[datetime]]]:
    """The installation, started; its time is the last of the list."""
    times = [now]
    async with await open_database(data) as database:
        keyring = await open_keys(config(data).key, database)
        bot = Bot(database, keyring, COGS, now=lambda: times[-1])
        await resume(data, bot, keyring)
        yield bot, times


def note(file: Path, line: str) -> None:
    """Written before this returns, as far as a kill of this process is concerned."""
    with file.open("a", encoding="utf-8") as notes:
        notes.write(f"{line}\n")


def noted(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


async def main(data: Path, told: Path, seed: int) -> None:
    chance = random.Random(seed)
    async with alive(data, SIX) as (bot, times):
        platform = Witnessed(bot, chance, told)
        counting = asyncio.create_task(_count(bot, told))
        going = [f"m{number}" for number in chance.sample(range(MEMBERS), MEMBERS // 3)]
        while not counting.done():
            times.append(times[-1] + MINUTE)
            await bot.tick(times[-1])
            if going and chance.random() < 0.5:
                who = Member(NAME, going.pop())
                await platform.press(who, crowd.labelled(await platform.say(who, "forget-me"), "Delete everything"))
                note(told / LEFT, who.id)
            if len(times) % EVENING == 0:
                await bot.run_jobs("hour", times[-1])
            await asyncio.sleep(0.05)
        await counting


async def _count(bot: Bot, told: Path) -> None:
    number = 0
    while True:
        number += 1
        since = time.perf_counter()
        await bot.database.write(_set, number)
        took = time.perf_counter() - since
        note(told / COMMITTED, f"{number} {time.time()} {took}")
        await asyncio.sleep(0.002)


def _set(connection: Connection, number: int) -> None:
    platforms.set_state(connection, *NUMBER, str(number))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
