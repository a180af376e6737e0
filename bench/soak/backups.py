"""Backups made while everybody writes, then put back: is each whole, and does it send or revive what it must not?

One installation after the other lives through an evening in which everybody is asked at some minute. At a random one a
backup is made; people leave and take consents back before it, during it and after it. Then it is put back, and lives
through the next day.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import tempfile
import time as stopwatch
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from sqlite3 import Connection

from bench._installed import config
from bench.report import progress
from bench.soak import _crowd as crowd
from bench.soak._model import CHECK_IN, Life, Model
from bot.adapters.local import NAME
from bot.bot import Bot
from bot.hosting.backup import back_up, restore
from bot.hosting.config import Config
from bot.hosting.installation import open_database, open_journal, open_keys
from bot.keys.secret import Secret
from bot.messages import Member
from cogs import COGS
from storage.database.database import Database
from storage.members import members

NEEDS = "run"

SIX = datetime(2026, 3, 2, 18, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MEMBERS = 60
EVENING = 6
"""Minutes in which everybody is asked, a tenth of a day's writing in each."""
WRITERS = 4
PASSPHRASE = Secret("four unrelated quiet words")
WRONG = ("broken", "half", "resent", "revived", "lost", "duplicated")


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """``whole`` must be all of the ``backups``, and all of ``WRONG`` 0."""
    parser = argparse.ArgumentParser(prog="scripts/soak backups", description=__doc__)
    parser.add_argument("--backups", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(argv)
    since, tally, chance = stopwatch.perf_counter(), Counter[str](), random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="kith-backups-") as name:
        folder = Path(name)
        asyncio.run(_settle(config(folder / "settled")))
        for _backup in progress(range(options.backups), options.backups):
            shutil.copytree(folder / "settled", folder / "data")
            asyncio.run(_one(config(folder / "data"), folder / "kith.backup", chance, tally))
            shutil.rmtree(folder / "data")
            (folder / "kith.backup").unlink()
    return {
        "backups": options.backups,
        **{name: tally[name] for name in ("whole", "gone", "asked", *WRONG)},
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }


async def _settle(config: Config) -> None:
    config.data.mkdir()
    lives = [
        (*crowd.known(number), Life("UTC", 18 * 60 + number % EVENING, frozenset(range(7))))
        for number in range(MEMBERS)
    ]
    async with _alive(config, SIX - HOUR) as bot:
        await bot.database.write(crowd.settle, lives, SIX - HOUR)


@asynccontextmanager
async def _alive(config: Config, now: datetime) -> AsyncIterator[Bot]:
    async with await open_database(config.data) as database:
        keyring = await open_keys(config.key, database)
        await open_journal(config.data, keyring, database, lambda: now)
        yield Bot(database, keyring, COGS, now=lambda: now)


async def _one(config: Config, file: Path, chance: random.Random, tally: Counter[str]) -> None:
    going = [f"m{number}" for number in chance.sample(range(2 * WRITERS, MEMBERS), MEMBERS // 5)]
    async with _alive(config, SIX) as bot:
        platform = crowd.Crowd(bot, Model(), chance, 1)
        asked = await _evening(bot, platform, config, file, chance, going)
    restored = SIX + HOUR
    try:
        await restore(config, file, PASSPHRASE, COGS, restored)
    except Exception:
        tally["broken"] += 1
        return
    tally["whole"] += 1
    tally["gone"] += len(going)
    tally["asked"] += len(asked)
    async with _alive(config, restored) as bot:
        platform = crowd.Crowd(bot, Model(), chance, 1)
        await _judge(bot, platform, going, tally)


async def _evening(
    bot: Bot, platform: crowd.Crowd, config: Config, file: Path, chance: random.Random, going: list[str]
) -> list[str]:
    """Everybody is asked while others write; people go, one after the other. Returns who was asked."""
    done, at = asyncio.Event(), chance.randrange(EVENING)
    writing = [asyncio.create_task(_keep_writing(bot.database, pair, done)) for pair in range(WRITERS)]
    backing_up = None
    going = [*going]
    for minute in range(EVENING):
        if minute == at:
            backing_up = asyncio.create_task(asyncio.to_thread(back_up, config, file, PASSPHRASE, SIX))
        await bot.tick(SIX + minute * MINUTE)
        for who in [going.pop() for _ in range(-(-len(going) // (EVENING - minute)))]:
            await _go(platform, Member(NAME, who))
            await asyncio.sleep(chance.uniform(0, 0.1))
    assert backing_up is not None
    await backing_up
    done.set()
    await asyncio.gather(*writing)
    return [who for who, what in platform.take() if what == CHECK_IN]


async def _go(platform: crowd.Crowd, who: Member) -> None:
    """Half of them are forgotten, half want no check-ins any more."""
    if int(who.id[1:]) % 2:
        await platform.press(who, crowd.labelled(await platform.say(who, "forget-me"), "Delete everything"))
    else:
        await platform.say(who, "checkin off")


async def _judge(bot: Bot, platform: crowd.Crowd, gone: list[str], tally: Counter[str]) -> None:
    """Nothing for the evening that was; the next one asks whoever is still there, once."""
    tally["half"] += await bot.database.read(_odd_ones)
    for minute in range(10):
        await bot.tick(SIX + HOUR + minute * MINUTE)
    tally["resent"] += len(platform.take())
    for who in gone:
        person = await bot.database.read(members.person_of, Member(NAME, who))
        tally["revived"] += person is not None and int(who[1:]) % 2
    for minute in range(EVENING):
        await bot.tick(SIX + DAY + minute * MINUTE)
    asked = Counter(who for who, what in platform.take() if what == CHECK_IN)
    there = {f"m{number}" for number in range(MEMBERS)} - {*gone}
    tally["revived"] += len(asked.keys() - there)
    tally["lost"] += len(there - asked.keys())
    tally["duplicated"] += sum(times - 1 for times in asked.values())


async def _keep_writing(database: Database, pair: int, done: asyncio.Event) -> None:
    number = 0
    while not done.is_set():
        number += 1
        await database.write(_two_together, pair, time(number % 24, number % 60))


def _two_together(connection: Connection, pair: int, start: time) -> None:
    """Two people with the same quiet hours, always."""
    for number in (2 * pair, 2 * pair + 1):
        person = members.person_of(connection, Member(NAME, f"m{number}"))
        assert person is not None
        members.set_quiet_hours(connection, person, start, time(9))


def _odd_ones(connection: Connection) -> int:
    people = [members.person_of(connection, Member(NAME, f"m{number}")) for number in range(2 * WRITERS)]
    starts = [members.profile(connection, person).quiet_start if person else "" for person in people]
    return sum(one != other for one, other in zip(starts[::2], starts[1::2], strict=True))
