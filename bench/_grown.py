"""An installation of years: made, started, and watched through its daily jobs.

python -P -m bench._grown make FOLDER MEMBERS DELIVERIES
python -P -m bench._grown live FOLDER
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from bench._installed import config
from bot import log
from bot.adapters.local import NAME, LocalAdapter
from bot.app import App
from bot.bot import Bot
from bot.hosting.clock.trusted import Voice
from bot.hosting.config import Config, LogConfig
from bot.hosting.installation import DATABASE
from bot.registry import Every
from cogs import COGS
from storage.database import database as storage
from storage.database.database import Database

IMPORTED = time.process_time()
MIB = 1 << 20
KEPT = 40
"""Days over which deliveries were settled: an eighth of them are due to be erased at the start."""
AT_ONCE = 5_000
COMMUNITIES = 100
LOOK_EVERY = 0.05
SETTLES = 0.4
"""Seconds of a first start: until the clock is believed, and little is erased."""
DAY = timedelta(days=1)
_LATEST = 1_200.0
"""Seconds after which the jobs of a start are taken to hang."""

PEOPLE = (
    "INSERT INTO persons (id, zone, locale, created) VALUES (?1, 'UTC', 'en', ?2)",
    "INSERT INTO accounts (platform, platform_id, person, last_seen) VALUES ('local', 'm' || ?1, ?1, ?2)",
    "INSERT INTO memberships (community, person, since) VALUES (1 + ?1 % 100, ?1, ?2)",
    "INSERT INTO consents (person, purpose, version, text_hash, given) VALUES (?1, 'core', 1, '00', ?2)",
    "INSERT INTO consents (person, purpose, version, text_hash, given) VALUES (?1, 'checkin', 1, '00', ?2)",
    "INSERT INTO checkin_schedules (person, at, zone, days, due, nominal, created)"
    " VALUES (?1, '09:00', 'UTC', '2', ?2 + 400 * 86400, '2999-01-01', ?2)",
)
SENT = (
    "INSERT INTO deliveries (id, nominal_key, person, platform, target, purpose, kind, args, picked, capped, due,"
    " state, next_try, attempts, message_id, settled)"
    " VALUES (?1, 'checkin:' || ?2 || ':' || ?1, ?2, 'local', 'm' || ?2, 'checkin', 'checkins.prompt', '{}', 1, 0, ?3,"
    " 'sent', ?3, 1, 'message' || ?1, ?3)",
    "INSERT INTO checkins (delivery, person, prompt, asked, answered) VALUES (?1, ?2, 'prompt', ?3, ?3)",
    "INSERT OR IGNORE INTO contacts (person, at) VALUES (?2, ?3)",
    "INSERT OR IGNORE INTO prompts_seen (person, prompt, at) VALUES (?2, 'prompt' || (?1 % 50), ?3)",
)


# -- made --------------------------------------------------------------------------------------------------------------


async def make(folder: Path, members: int, deliveries: int) -> dict[str, float]:
    """So many people who were asked so many times, and answered."""
    now, chance = datetime.now(UTC), random.Random(2026)
    async with await Database.open(folder / DATABASE) as database:
        await database.write(_communities, now)
        for first in range(1, members + 1, AT_ONCE):
            numbers = range(first, min(members + 1, first + AT_ONCE))
            await database.write(_many, PEOPLE, [(number, int((now - 60 * DAY).timestamp())) for number in numbers])
        for first in range(1, deliveries + 1, AT_ONCE):
            rows = range(first, min(deliveries + 1, first + AT_ONCE))
            ages = [KEPT * DAY * (1 - (row + chance.random()) / (deliveries + 2)) for row in rows]
            whens = [int((now - age).timestamp()) for age in ages]
            await database.write(
                _many, SENT, [(row, 1 + row % members, when) for row, when in zip(rows, whens, strict=True)]
            )
    async with App.open(config(folder), lambda _config, bot: {NAME: lambda: Quiet(bot)}, ask=_what_time_it_is) as app:
        running = asyncio.create_task(app.run(lambda _line: None))
        await asyncio.sleep(SETTLES)
        app.stop()  # as it stands after any start but the first, but for what the first day erases
        await running
    return {"file_mib": (folder / DATABASE).stat().st_size / MIB}


def _communities(connection: Connection, now: datetime) -> None:
    connection.execute("INSERT INTO consent_texts (hash, version, text) VALUES ('00', 1, 'words')")
    for number in range(1, COMMUNITIES + 1):
        connection.execute(
            "INSERT INTO communities (id, name, created) VALUES (?, ?, ?)", (number, f"c{number}", int(now.timestamp()))
        )
        connection.execute(
            "INSERT INTO places (platform, platform_id, community) VALUES ('local', ?, ?)", (f"p{number}", number)
        )


def _many(connection: Connection, statements: tuple[str, ...], rows: list[tuple[int, ...]]) -> None:
    for statement in statements:
        wanted = max(number for number in range(1, 4) if f"?{number}" in statement)
        connection.executemany(statement, [row[:wanted] for row in rows])


# -- lived -------------------------------------------------------------------------------------------------------------


class Writer:
    """How long each transaction held the writer, by what it ran: on the clock, and at work (on a machine shared by many
    the first says how busy the others are).
    """

    def __init__(self) -> None:
        self.held: dict[str, float] = {}
        self.worked: dict[str, float] = {}
        self._commit, storage._commit = storage._commit, self.commit  # timed, else the same

    def commit(self, connection: Connection, works: Any) -> Any:
        since, before = time.perf_counter(), time.thread_time()
        try:
            return self._commit(connection, works)
        finally:
            name = " ".join(sorted({_name(work) for work in works.waiting}))
            self.held[name] = max(1000 * (time.perf_counter() - since), self.held.get(name, 0))
            self.worked[name] = max(1000 * (time.thread_time() - before), self.worked.get(name, 0))


def _name(work: Callable[..., Any]) -> str:
    """The storage function that a transaction ran."""
    for cell in work.__closure__ or ():
        found = cell.cell_contents
        found = found.func if isinstance(found, partial) else found
        if callable(found):
            return f"{found.__module__}.{found.__qualname__}"
    return "?"


class Watched(Bot):
    """Says when the first jobs of the hour and of the day have run."""

    done: dict[str, asyncio.Event]

    async def run_jobs(self, every: Every, now: datetime, **how: bool) -> None:
        await super().run_jobs(every, now, **how)
        if every in self.done:
            self.done[every].set()


async def live(folder: Path) -> dict[str, Any]:
    """From the imports to ready, and then until the jobs of the day are through."""
    figures: dict[str, Any] = {}
    writer, ready = Writer(), asyncio.Event()
    done = {"hour": asyncio.Event(), "day": asyncio.Event()}

    def platforms(_config: Config, bot: Bot) -> dict[str, Callable[[], Quiet]]:
        bot.__class__ = Watched  # before anything is given its methods
        bot.done = done  # type: ignore[attr-defined]  # it is a Watched now
        return {NAME: lambda: Quiet(bot)}

    async with App.open(config(folder), platforms, ask=_what_time_it_is) as app:

        def say_ready(_line: str) -> None:
            figures["cpu_to_ready"] = _cpu() - IMPORTED
            figures["rss_at_ready"] = _resident()
            ready.set()

        running = asyncio.create_task(app.run(say_ready))
        await ready.wait()
        seen = [0]
        watching = asyncio.create_task(_peak(folder / f"{DATABASE}-wal", seen))
        async with asyncio.timeout(_LATEST):
            for event in done.values():
                await event.wait()
        figures["rss_after_jobs"] = _resident()
        figures["rss_peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        watching.cancel()
        figures["wal_peak"] = seen[0] / MIB
        app.stop()
        await running
    worked = sorted(writer.worked.items(), key=lambda one: -one[1])
    longest = [f"{took:.0f} ms {name}" for name, took in worked[:5]]
    return {**figures, "held_ms": max(writer.held.values()), "held_cpu_ms": worked[0][1], "longest": longest}


async def _what_time_it_is() -> Sequence[Voice]:
    """Nothing is erased by a clock that nobody has confirmed."""
    return [Voice(datetime.now(UTC))]


class Quiet(LocalAdapter):
    """Nobody types anything there."""

    async def serve(self) -> None:
        await asyncio.Event().wait()


async def _peak(log_file: Path, seen: list[int]) -> None:
    while True:
        seen[0] = max(seen[0], _size(log_file))
        await asyncio.sleep(LOOK_EVERY)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _resident() -> float:
    """MiB of memory this process has now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


if __name__ == "__main__":
    what, where, *numbers = sys.argv[1:]
    Path(where).mkdir(parents=True, exist_ok=True)
    log.setup(LogConfig(level="warning"))
    assert COGS
    print(json.dumps(asyncio.run(make(Path(where), *map(int, numbers)) if what == "make" else live(Path(where)))))
