"""A disk that is full, a file that is damaged, a backup made while everybody writes: is everything whole afterwards?

Full: the real bot on a disk with a few pages left, at every size of "few"; then there is room again, and each member
must have been asked once. Damaged: one byte of a closed database is changed. Backups: two rows that are only ever
written together are both in each copy, or neither.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import shutil
import tempfile
import time as stopwatch
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

from bench.report import progress
from bench.soak import _crowd as crowd
from bench.soak._model import CHECK_IN, Life, Model
from bot.adapters.local import NAME
from bot.bot import Bot
from bot.crypto import Keyring
from bot.errors import StorageError
from bot.messages import Member
from cogs import COGS
from storage import backup, checkins, platforms, schema
from storage.database import Database

SIX = datetime(2026, 3, 2, 18, tzinfo=UTC)
MEMBERS = 300
FEW = 40
"""Pages that all this takes at least: with so many left the disk is not full any more."""
PLENTY = 1 << 30


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """All of ``crashes``, ``half``, ``lost``, ``duplicated``, ``unnoticed`` and ``replaced`` must be 0."""
    parser = argparse.ArgumentParser(prog="scripts/soak damage", description=__doc__)
    parser.add_argument("--points", type=int, default=200, help="sizes of a disk that is full")
    parser.add_argument("--bytes", type=int, default=300, help="bytes damaged, one at a time")
    parser.add_argument("--backups", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(argv)
    since, tally = stopwatch.perf_counter(), Counter[str]()
    logging.getLogger("bot").setLevel(logging.CRITICAL)  # what goes wrong here is meant to
    try:
        with tempfile.TemporaryDirectory(prefix="kith-damage-") as folder:
            asyncio.run(_all(Path(folder), options, tally))
    finally:
        logging.getLogger("bot").setLevel(logging.NOTSET)
    wrong = ("crashes", "half", "lost", "duplicated", "unnoticed", "replaced")
    asked = {"points": options.points, "bytes": options.bytes, "backups": options.backups}
    return {
        **asked,
        "full": tally["refusals"],
        "refused": tally["refused"],
        **{name: tally[name] for name in wrong},
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }


async def _all(folder: Path, options: argparse.Namespace, tally: Counter[str]) -> None:
    chance, file = random.Random(options.seed), folder / "kith.db"
    async with await Database.open(file) as database:
        await database.write(_settle)
    for point in progress(range(options.points), options.points):
        await _full(_copy(file, folder), point % FEW, tally)
    for _byte in progress(range(options.bytes), options.bytes):
        await _damaged(_copy(file, folder), chance, tally)
    async with await Database.open(file) as database:
        for number in progress(range(options.backups), options.backups):
            await _backed_up(database, file, folder / f"{number}.db", tally)


def _copy(file: Path, folder: Path) -> Path:
    return Path(shutil.copy(file, folder / "trial.db"))


def _settle(connection: Connection) -> None:
    everybody = [(*crowd.known(number), Life("UTC", 18 * 60, frozenset(range(7)))) for number in range(MEMBERS)]
    crowd.settle(connection, everybody, SIX - timedelta(hours=1))


# -- a full disk -------------------------------------------------------------------------------------------------------


async def _full(path: Path, spare: int, tally: Counter[str]) -> None:
    """With so many pages left check-ins fall due, somebody says hello and somebody changes their hour."""
    async with await Database.open(path) as database:
        bot = Bot(database, Keyring.new(), COGS, now=lambda: SIX)
        platform = crowd.Crowd(bot, Model(), random.Random(1), 1)
        await database.write(_limit, spare)
        try:
            for second in range(3):
                await bot.tick(SIX + timedelta(seconds=second))
                await platform.say(Member(NAME, "m1"), "start")
                await platform.say(Member(NAME, "m2"), "checkin on 20:00 berlin")
            tally["refusals"] += not await _is_roomy(database)
            await database.write(_limit, PLENTY)
            for minute in range(1, 11):
                await bot.tick(SIX + timedelta(minutes=minute))
        except Exception:
            tally["crashes"] += 1
        asked = Counter(who for who, what in platform.take() if what == CHECK_IN)
        expected = {crowd.known(number)[0].id for number in range(MEMBERS)} - {"m2"}
        tally["lost"] += len(expected - set(asked))
        tally["duplicated"] += sum(times - 1 for times in asked.values())
        tally["half"] += await database.read(_half_planned)
    _remove(path)


async def _is_roomy(database: Database) -> bool:
    """Is a page still to be had, after all that was written?"""
    try:
        await database.write(platforms.set_state, "local", "room", "x" * 5000)
    except StorageError:
        return False
    return True


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


async def _damaged(path: Path, chance: random.Random, tally: Counter[str]) -> None:
    """One byte is another. Either the file is refused and left as it is, or nobody in it is missing."""
    content = _change_one_byte(path, chance)
    try:
        async with await Database.open(path) as database:
            there = await database.read(_heads)
        tally["replaced"] += there < MEMBERS
    except StorageError as error:
        tally["refused"] += 1
        tally["unnoticed"] += not str(error)
        tally["replaced"] += not _is_still(path, content)
    except Exception:
        tally["crashes"] += 1
    _remove(path)


def _change_one_byte(path: Path, chance: random.Random) -> bytes:
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= chance.randrange(1, 256)
    path.write_bytes(content)
    return bytes(content)


def _is_still(path: Path, content: bytes) -> bool:
    return path.read_bytes() == content


def _heads(connection: Connection) -> int:
    [count] = connection.execute("SELECT count(*) FROM persons").fetchone()
    return int(count)


def _remove(path: Path) -> None:
    for file in (path, *path.parent.glob(f"{path.name}-*"), schema.copy_of(path)):
        file.unlink(missing_ok=True)


# -- backups under load ------------------------------------------------------------------------------------------------


async def _backed_up(database: Database, file: Path, target: Path, tally: Counter[str]) -> None:
    """Copied while ten others write, and opened again."""
    done = asyncio.Event()
    writing = [asyncio.create_task(_keep_writing(database, f"{target.stem} {task}", done)) for task in range(10)]
    try:
        await asyncio.to_thread(backup.copy, file, target)
        async with await Database.open(target) as restored:
            tally["half"] += await restored.read(_odd_ones)
            tally["replaced"] += await restored.read(_heads) < MEMBERS
    except Exception:
        tally["crashes"] += 1
    done.set()
    await asyncio.gather(*writing)
    _remove(target)


async def _keep_writing(database: Database, name: str, done: asyncio.Event) -> None:
    number = 0
    while not done.is_set():
        number += 1
        await database.write(_two_together, f"{name} {number % 50}", str(number))


def _two_together(connection: Connection, name: str, value: str) -> None:
    platforms.set_state(connection, "local", f"{name} one", value)
    platforms.set_state(connection, "local", f"{name} other", value)


def _odd_ones(connection: Connection) -> int:
    """Values that do not stand there twice."""
    [odd] = connection.execute(
        "SELECT count(*) FROM adapter_state AS one JOIN adapter_state AS other"
        " ON other.platform = one.platform AND other.name = replace(one.name, ' one', ' other')"
        " WHERE one.name LIKE '% one' AND one.value <> other.value"
    ).fetchone()
    return int(odd)
