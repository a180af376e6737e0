"""Everything that Kith promises at a wall time, in six zones whose rules changed in 2026: made, followed and looked at.

``python -m tests.engines.promised STEP FOLDER`` is one process with the rules that PYTHONTZPATH names
(``tests/data/rules``), over the same database as the process before it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from bench._installed import config
from bot.adapters.local import NAME
from bot.app import App
from bot.asking.consenting import ADULT, CORE
from bot.clocks.clock import Machine
from bot.clocks.times import Schedule, instant_at
from bot.context import Delivery
from bot.messages import Channel, Community, Member, Person, Place
from bot.story.playground import Playground
from cogs.circles import dates as opening
from storage.buddies import rounds
from storage.checkins import checkins, posts
from storage.circles import answers, circles, dates, hosts
from storage.database.database import Database
from storage.database.instants import instant
from storage.delivery import deliveries
from storage.members import consents, members
from storage.personal import own_dates, reminders
from storage.quiet import quiet

ZONES = (
    *("America/Vancouver", "America/Edmonton", "America/Winnipeg", "America/Inuvik"),
    *("Africa/Casablanca", "America/Havana"),
)
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = date(2026, 12, 15)
"""A Tuesday, after every change."""
YES = (*CORE, ADULT, "events", "host", "reminders", "dates", "checkin", "quiet", "buddy")
KILLED_AFTER = "KILLED_AFTER"
"""After a portion of the module with this name the process is killed."""


def who(zone: str, part: str) -> Member:
    name = f"{zone.rpartition('/')[2]} {part}"
    return Member(NAME, name, name)


def make(connection: Connection, seal: Callable[[str, str, str], Callable[[int], bytes]]) -> None:
    for zone in ZONES:
        place = Place(NAME, zone, zone)
        community = members.found(connection, place, NOW)

        one = partial(_one, connection, community, zone)
        at = ZoneInfo(zone)
        person, paused = one("alone"), one("paused")
        reminders.add(connection, person, seal("a", "reminders", "words"), instant_at(DAY, time(9), at))
        members.pause(connection, paused, NOW, instant_at(DAY, time(8, 30), at))
        silent = one("silent")
        own_dates.add(connection, silent, seal("b", "own_dates", "label"), DAY, zone, NOW)
        checkins.enable(connection, silent, Schedule(time(19), at), instant_at(DAY, time(12), at))
        quiet.begin(connection, silent, instant_at(DAY, time(), at), instant_at(DAY + timedelta(1), time(), at), NOW)
        due = instant_at(DAY, time(18), at)
        week = ("buddies.week", f"week:{zone}", due, due + timedelta(days=3), "buddy", community)
        deliveries.plan(connection, Delivery(silent, *week, zone=zone))
        later = instant_at(DAY, time(12), at)
        posts.set_post(connection, community, Channel(NAME, zone), Schedule(time(10), at), later)
        rounds.set_schedule(connection, community, 4, instant_at(DAY, time(10), at), zone)
        people = [one("host"), one("co-host"), one("coming"), one("coming from Berlin", "Europe/Berlin")]
        _circle(connection, community, seal, f"{DAY} 18:00 {zone} weeks:1:2 times:9", people, one("maybe"))


def _one(connection: Connection, community: Community, zone: str, part: str, lives: str = "") -> Person:
    person = members.create(connection, who(zone, part), lives or zone, "en", NOW - timedelta(days=60))
    members.join(connection, person, community, NOW)
    consents.give(connection, person, YES, "Yes.", NOW)
    return person


def _circle(
    connection: Connection,
    community: Community,
    seal: Callable[[str, str, str], Callable[[int], bytes]],
    rule: str,
    people: Sequence[Person],
    maybe: Person,
) -> None:
    """Two dates are open, of which the second was moved; a third is to be opened when the first has begun."""
    host, other, *coming = people
    sealed = seal("Evening circle", "circles", "title")
    row = circles.create(connection, community, host, "social", sealed, rule, 60, 8, NAME, NOW)
    hosts.add(connection, row, other, "co-host", NOW)
    hosts.accept(connection, row, other, NOW)
    circles.publish(connection, row)
    circle = circles.get(connection, row)
    assert circle is not None
    opening.open_dates(connection, circle, NOW)
    for gathering in dates.coming(connection, row, NOW):
        for person in coming:
            answers.put(connection, gathering.id, person, "in")
        answers.put(connection, gathering.id, maybe, "maybe")
    second = dates.coming(connection, row, NOW)[1]
    zone = ZoneInfo(rule.split(" ")[2])
    starts = instant_at(second.nominal, time(20, 30), zone)
    dates.move(connection, second.id, starts, starts + timedelta(hours=1), 0, starts - timedelta(days=3), NOW)


PROMISES = (
    ("reminder", "SELECT due, zone FROM reminders ORDER BY id"),
    ("pause", "SELECT paused_until, zone FROM persons WHERE paused_until IS NOT NULL ORDER BY id"),
    ("own date", "SELECT due, zone FROM own_dates ORDER BY id"),
    ("check-in", "SELECT due, zone FROM checkin_schedules ORDER BY id"),
    ("post", "SELECT due, zone FROM checkin_posts ORDER BY community"),
    ("round", "SELECT due, zone FROM buddy_schedules ORDER BY community"),
    ("outbox", "SELECT due, zone FROM deliveries WHERE kind = 'buddies.week' ORDER BY id"),
    ("outbox try", "SELECT next_try, zone FROM deliveries WHERE kind = 'buddies.week' ORDER BY id"),
    ("quiet day", "SELECT looked, zone FROM quiet_alerts JOIN persons ON persons.id = person ORDER BY person"),
    (
        "quiet end",
        "SELECT quiet_alerts.due, zone FROM quiet_alerts JOIN persons ON persons.id = person ORDER BY person",
    ),
)
DATES = (
    "SELECT starts, ends, gatherings.due, recurrence FROM gatherings JOIN circles ON circles.id = circle"
    " ORDER BY gatherings.id"
)
NEXT = "SELECT due, recurrence FROM circles ORDER BY id"


def report(connection: Connection) -> list[tuple[str, str, str]]:
    """(what, zone, what clocks there show then) of every promise, by the rules this process has."""
    found = [(what, zone, due) for what, query in PROMISES for due, zone in connection.execute(query).fetchall()]
    for starts, ends, due, rule in connection.execute(DATES).fetchall():
        zone = rule.split(" ")[2]
        found += [("starts", zone, starts), ("ends", zone, ends), ("step", zone, due)]
    found += [("next", rule.split(" ")[2], due) for due, rule in connection.execute(NEXT).fetchall()]
    return [(what, zone, instant(due).astimezone(ZoneInfo(zone)).isoformat()[:16]) for what, zone, due in found]


# -- the processes ----------------------------------------------------------------------------------------------------


async def begin(folder: Path) -> object:
    async with App.open(config(folder), lambda _config, _bot: {}, Machine.believing(lambda: NOW)) as app:
        keyring = app.bot.core.keyring

        def seal(words: str, table: str, column: str) -> Callable[[int], bytes]:
            return lambda row: keyring.encrypt(words, table, column, row)

        await app.bot.database.write(make, seal)
    return None


async def start(folder: Path) -> object:
    """As a host starts it; killed on the way where that is asked for."""
    write, last = Database.write, os.environ.get(KILLED_AFTER, "")

    async def counted(self: Database, function: Any, *args: Any, **kwargs: Any) -> Any:
        done = await write(self, function, *args, **kwargs)
        if last and (getattr(function, "__module__", ""), getattr(function, "__name__", "")) == (last, "follow"):
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    Database.write = counted  # type: ignore[method-assign]  # a crash between two transactions
    async with App.open(config(folder), lambda _config, _bot: {}, Machine.believing(lambda: NOW)):
        return None


async def look(folder: Path) -> object:
    async with _living(folder, NOW) as playground:
        return await playground.bot.database.read(report)


async def live(folder: Path) -> object:
    """Three days go by. Returns what was said of clocks, and to whom."""
    async with _living(folder, NOW) as playground:
        async for _said in playground.wait(timedelta(days=3)):
            pass
        return [*_of_clocks(playground)]


async def wake(folder: Path) -> object:
    """The day of the pause's end, and what was said of clocks to whoever had paused."""
    async with _living(folder, instant_at(DAY, time(), UTC)) as playground:
        async for _said in playground.wait(timedelta(days=2)):
            pass
        return [*_of_clocks(playground)]


def _of_clocks(playground: Playground) -> Iterator[tuple[str, str]]:
    for one in playground.chat.posted:
        if one.key and "the clocks there" in one.message.text:
            yield getattr(one.to, "id", ""), str(one.message.text)


@asynccontextmanager
async def _living(folder: Path, now: datetime) -> Any:
    async with Playground.open(folder, now) as playground:
        for zone in ZONES:
            for part in ("alone", "paused", "silent", "host", "co-host", "coming", "coming from Berlin", "maybe"):
                playground.chat.join(who(zone, part), Place(NAME, zone, zone))
        yield playground


STEPS = {"begin": begin, "start": start, "look": look, "live": live, "wake": wake}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(STEPS[sys.argv[1]](Path(sys.argv[2])))) + "\n")
