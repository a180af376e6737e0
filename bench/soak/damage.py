"""A disk that is full, a file that is damaged: is everything whole afterwards, and does the host hear of it?

Full: the real bot on a disk with so many half kilobytes left, each number of them once; then there is room again, and
each member must have been asked once. Damaged: one byte of a closed database is changed, each another one. Either the
file is refused and left as it is, or everybody is there and is asked.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import shutil
import sqlite3
import tempfile
import time as stopwatch
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

from bench.report import progress
from bench.soak import _crowd as crowd
from bench.soak._model import CHECK_IN, Life, Model
from bot.adapters.local import NAME
from bot.bot import Bot
from bot.errors import StorageError
from bot.hosting.host_notice import WORDS, HostNotice
from bot.keys.crypto import Keyring
from bot.messages import Member, Message
from cogs import COGS
from storage.checkins import checkins
from storage.database.database import Database

NEEDS = "run"

SIX = datetime(2026, 3, 2, 18, tzinfo=UTC)
MEMBERS = 300
PAGE = 512
"""The smallest page there is, so that what is done takes hundreds of them, and a disk can be full at as many points."""
PLENTY = 1 << 30
HOST = Member(NAME, "host")
WRONG = ("crashes", "half", "lost", "duplicated", "untold", "unnoticed", "replaced")


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """All of ``WRONG`` must be 0, ``full`` all of the ``points``, ``refused`` and ``passed`` together all ``bytes``."""
    parser = argparse.ArgumentParser(prog="scripts/soak damage", description=__doc__)
    parser.add_argument("--points", type=int, default=200, help="sizes of a disk that is full")
    parser.add_argument("--bytes", type=int, default=300, help="bytes damaged, one at a time")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(argv)
    since, tally = stopwatch.perf_counter(), Counter[str]()
    logging.disable()  # what goes wrong here is meant to
    try:
        with tempfile.TemporaryDirectory(prefix="kith-damage-") as folder:
            asyncio.run(_all(Path(folder), options, tally))
    finally:
        logging.disable(logging.NOTSET)
    return {
        "points": options.points,
        "bytes": options.bytes,
        **{name: tally[name] for name in ("full", "refused", "passed", *WRONG)},
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }


async def _all(folder: Path, options: argparse.Namespace, tally: Counter[str]) -> None:
    chance, file = random.Random(options.seed), folder / "kith.db"
    await settle(file)
    for spare in progress(range(options.points), options.points):
        await _full(_copy(file, folder), spare, tally)
    for place in progress(chance.sample(range(file.stat().st_size), options.bytes), options.bytes):
        await _damaged(_copy(file, folder), place, chance.randrange(1, 256), tally)


def _copy(file: Path, folder: Path) -> Path:
    return Path(shutil.copy(file, folder / "trial.db"))


async def settle(file: Path) -> None:
    """Everybody has check-ins at six, in a file of small pages."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute("VACUUM")
    async with await Database.open(file) as database:
        await database.write(_settle)


def _settle(connection: Connection) -> None:
    everybody = [(*crowd.known(number), Life("UTC", 18 * 60, frozenset(range(7)))) for number in range(MEMBERS)]
    crowd.settle(connection, everybody, SIX - timedelta(hours=1))


# -- a full disk -------------------------------------------------------------------------------------------------------


class Watched(crowd.Crowd):
    """A crowd with the host among them; ``told`` is what the host was told."""

    def __init__(self, bot: Bot) -> None:
        super().__init__(bot, Model(), random.Random(1), 1)
        self.told: list[str] = []

    async def send(self, member: Member, message: Message, key: str) -> str:
        if member == HOST:
            self.told.append(str(message.text))
        return await super().send(member, message, key)

    def read_member(self, words: str) -> Member | None:
        return HOST if words == HOST.id else None


async def _full(path: Path, spare: int, tally: Counter[str]) -> None:
    """With so many pages left check-ins fall due, somebody says hello and somebody changes their hour."""
    async with await Database.open(path) as database:
        bot = Bot(database, Keyring.new(), COGS, now=lambda: SIX)
        platform = Watched(bot)
        notice = HostNotice(HOST.id, database, bot.adapters, {NAME})
        await database.write(_limit, spare)
        try:
            for second in range(3):
                await bot.tick(SIX + timedelta(seconds=second))
                await platform.say(Member(NAME, "m1"), "start")
                await platform.say(Member(NAME, "m2"), "checkin on 20:00 berlin")
            tally["full"] += "full" in database.troubles
            await notice.look()
            tally["untold"] += platform.told != [WORDS["full"]]
            await database.write(_limit, PLENTY)
            for minute in range(1, 11):
                await bot.tick(SIX + timedelta(minutes=minute))
        except Exception:
            tally["crashes"] += 1
        tally["half"] += await database.read(_half_planned)
    _count_asked(platform, {"m2"}, tally)
    _remove(path)


def _count_asked(platform: crowd.Crowd, may_be_missing: set[str], tally: Counter[str]) -> None:
    asked = Counter(who for who, what in platform.take() if what == CHECK_IN)
    expected = {crowd.known(number)[0].id for number in range(MEMBERS)} - may_be_missing
    tally["lost"] += len(expected - set(asked))
    tally["duplicated"] += sum(times - 1 for times in asked.values())


def _limit(connection: Connection, spare: int) -> None:
    [pages] = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {min(pages + spare, PLENTY)}").fetchone()


def _half_planned(connection: Connection) -> int:
    """Schedules moved on without a row in the outbox; but who changed the hour meanwhile may have dropped theirs."""
    [half] = connection.execute(
        "SELECT count(*) FROM checkin_schedules WHERE asked IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deliveries"
        " WHERE deliveries.person = checkin_schedules.person AND kind = ? AND due = asked)"
        " AND person NOT IN (SELECT person FROM accounts WHERE platform_id = 'm2')",
        (checkins.PROMPT,),
    ).fetchone()
    return int(half)


# -- a damaged file ----------------------------------------------------------------------------------------------------


async def _damaged(path: Path, place: int, change: int, tally: Counter[str]) -> None:
    """One byte is another. Either the file is refused and left as it is, or nobody in it is missing, and everybody is
    asked but the one whose own words it may be.
    """
    content = _change_one_byte(path, place, change)
    try:
        async with await Database.open(path) as database:
            bot = Bot(database, Keyring.new(), COGS, now=lambda: SIX)
            platform = Watched(bot)
            await bot.tick(SIX)
            tally["replaced"] += await database.read(_heads) < MEMBERS
        tally["passed"] += 1
        asked = len(platform.take())
        tally["lost"] += max(0, MEMBERS - 1 - asked)
        tally["duplicated"] += max(0, asked - MEMBERS)
    except StorageError as error:
        tally["refused"] += 1
        tally["unnoticed"] += not str(error)
        tally["replaced"] += not _is_still(path, content)
    except Exception:
        tally["crashes"] += 1
    _remove(path)


def _change_one_byte(path: Path, place: int, change: int) -> bytes:
    content = bytearray(path.read_bytes())
    content[place] ^= change
    path.write_bytes(content)
    return bytes(content)


def _is_still(path: Path, content: bytes) -> bool:
    return path.read_bytes() == content


def _heads(connection: Connection) -> int:
    [count] = connection.execute("SELECT count(*) FROM persons").fetchone()
    return int(count)


def _remove(path: Path) -> None:
    for file in (path, *path.parent.glob(f"{path.name}[-.]*")):
        file.unlink(missing_ok=True)
