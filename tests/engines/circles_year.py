"""400 days of circles in five zones, with cancellations, moves and departures: is each reminder sent once, in time?

A model of its own, without the bot's schedule, says who has to be reminded of what at which minute of whose wall clock;
what the real bot sent, on a virtual clock over every change of the clocks, is compared with it.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from sqlite3 import Connection
from zoneinfo import ZoneInfo

from bench.report import progress
from bot.clocks.recurrence import EveryWeeks, Recurrence
from bot.messages import Community, Member, Person, Place
from bot.story.playground import Playground
from cogs.circles import (
    CircleAfter,
    CircleDrafts,
    CircleFilling,
    CircleHostCare,
    CircleHostNotices,
    CircleHosts,
    CircleNotices,
    Circles,
    dates,
    hosting,
    leaving,
    seats,
)
from cogs.onboarding import Onboarding
from storage.circles import answers, circles, hosts
from storage.circles import dates as circles_dates
from storage.circles.circles import Circle
from storage.members import consents, members

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago")
BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
SHORT_BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = time(2, 30)
"""An hour that clocks skip in March and show twice in October."""
PEOPLE, DAYS, SHORT_DAYS = 24, 400, 60
FIRST, WEEKS = date(2026, 1, 4), 70
EVENTS = ("cancel", "move", "cant", "leave", "join")
WRONG = ("lost", "unwanted", "double", "missing", "ghosts", "late", "wrong_hour")
"""Reminders that did not come, came to nobody who asked, or twice; dates that were not opened; seats of people who have
left; reminders a minute late; dates at an hour that the host's wall does not show, or the host did not move them to."""
COGS = (
    *(Onboarding, Circles, CircleNotices, CircleHosts, CircleHostNotices, CircleHostCare, CircleAfter),
    *(CircleDrafts, CircleFilling),
)
BEFORE = {"day": timedelta(days=1), "hour": timedelta(hours=1), "now": timedelta()}


Reminder = tuple[int, int, int, str, datetime]
"""(gathering, version, person, which, when)"""


@dataclass
class World:
    """The circles and their people; what had to be sent so far, and what was."""

    playground: Playground
    community: Community
    people: list[Person]
    rows: dict[int, Circle] = field(default_factory=dict)
    expected: set[Reminder] = field(default_factory=set)
    sent: Counter[Reminder] = field(default_factory=Counter)
    happened: Counter[str] = field(default_factory=Counter)
    moved: dict[tuple[int, int], datetime] = field(default_factory=dict)
    gone: set[tuple[int, int]] = field(default_factory=set)
    missing: int = 0
    ghosts: int = 0
    late: int = 0
    wrong_hour: int = 0
    read: int = 0


async def trial(begin: datetime, days: int, seed: int, folder: Path) -> dict[str, int | float]:
    """So many days. What ``WRONG`` names must be 0."""
    chance = random.Random(seed)
    async with Playground.open(folder, begin, COGS) as playground:
        database = playground.bot.database
        world = await database.write(_found, playground, begin)
        for _day in progress(range(days), days):
            await _something_happens(world, chance)
            await database.read(_expect, world, playground.now)
            await database.read(_look_for_dates, world, playground.now)
            async for _said in playground.wait(timedelta(days=1)):
                pass
            await database.read(_collect, world)
    sent = set(world.sent)
    return {
        "days": days,
        "zones": len(ZONES),
        **{event: world.happened[event] for event in EVENTS},
        "expected": len(world.expected),
        "lost": len(world.expected - sent),
        "unwanted": len(sent - world.expected),
        "double": sum(times - 1 for times in world.sent.values()),
        "missing": world.missing,
        "ghosts": world.ghosts,
        "late": world.late,
        "wrong_hour": world.wrong_hour,
    }


def _expect(connection: Connection, world: World, now: datetime) -> None:
    """What has to come within a day of now, as members' answers stand: nothing changes before the next event."""
    rows = connection.execute(
        "SELECT gatherings.id, version, circle, nominal, starts, circle_answers.person, reminders"
        " FROM gatherings JOIN circle_answers ON gathering = gatherings.id"
        " JOIN circle_members USING (circle, person)"
        " WHERE gatherings.state = 'planned' AND answer IN ('in', 'listening')"
    )
    for gathering, version, circle, nominal, starts, person, reminders in rows:
        begins = datetime.fromtimestamp(starts, UTC)
        if version == 1:
            world.wrong_hour += not _is_right(begins, nominal, world.rows[circle])
        else:
            world.wrong_hour += begins != world.moved[gathering, version]
        world.ghosts += (circle, person) in world.gone
        for which in reminders.split():
            due = begins - BEFORE[which]
            if now < due <= now + timedelta(days=1):
                world.expected.add((gathering, version, person, which, due))


def _look_for_dates(connection: Connection, world: World, now: datetime) -> None:
    """Is every Sunday of every circle open a day ahead, counted on the calendar and not by the bot's own rule?"""
    for number, row in enumerate(sorted(world.rows)):
        for week in range(WEEKS):
            day = FIRST + timedelta(weeks=week)
            begins = datetime.combine(day, HOUR, ZoneInfo(ZONES[number])).astimezone(UTC)
            if now < begins <= now + timedelta(days=1):
                found = connection.execute(
                    "SELECT 1 FROM gatherings WHERE circle = ? AND nominal = ?", (row, day.isoformat())
                ).fetchone()
                world.missing += found is None


def _is_right(begins: datetime, nominal: str, circle: Circle) -> bool:
    """Does the wall in the host's zone show 02:30 on that date; or, where that is skipped, as long after it?"""
    zone = Recurrence.from_code(circle.recurrence).zone
    wall = datetime.combine(date.fromisoformat(nominal), HOUR, zone)
    shown = begins.astimezone(zone)
    if wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):  # skipped
        return begins == wall.astimezone(UTC) and shown.time() > HOUR
    return shown.date().isoformat() == nominal and shown.time() == HOUR and shown.fold == 0


def _collect(connection: Connection, world: World) -> None:
    """What was sent since the last time, at the instant it was sent."""
    rows = connection.execute(
        "SELECT id, json_extract(args, '$.gathering'), json_extract(args, '$.version'), person,"
        " json_extract(args, '$.which'), due, settled FROM deliveries"
        " WHERE kind = 'circles.remind' AND state = 'sent' AND id > ? AND json_extract(args, '$.which') <> 'host'",
        (world.read,),
    ).fetchall()
    for row, gathering, version, person, which, due, settled in rows:
        world.read = max(world.read, row)
        world.sent[gathering, version, person, which, datetime.fromtimestamp(due, UTC)] += 1
        world.late += settled - due >= 60


def _found(connection: Connection, playground: Playground, now: datetime) -> World:
    """A community of people who said yes, and a weekly circle in each zone at an hour that clocks skip or repeat."""
    community = members.found(connection, Place("local", "porch", "The Porch"), now)
    people = []
    for number in range(PEOPLE):
        person = members.create(connection, Member("local", f"m{number}"), ZONES[number % 5], "en", now)
        members.join(connection, person, community, now)
        consents.give(connection, person, ("core", "dm", "events", "host"), "yes", now)
        people.append(person)
    world = World(playground, community, people)
    for number, key in enumerate(ZONES):
        rule = Recurrence(EveryWeeks(1, 6), FIRST, HOUR, ZoneInfo(key), times=WEEKS)

        def seal(row: int) -> bytes:
            return playground.bot.core.keyring.encrypt("A circle", "circles", "title", row)

        row = circles.create(connection, community, people[number], "circle", seal, rule.code, 60, 8, "local", BEGIN)
        cohost = people[number + 5]
        hosts.add(connection, row, cohost, "co-host", now)
        hosts.accept(connection, row, cohost, now)
        circle = circles.get(connection, row)
        assert circle is not None
        assert hosting.publish(connection, circle, now)
        for person in people[10 + number : 18 + number]:
            _joins(connection, circle, person, now)
        found = circles.get(connection, row)
        assert found is not None
        world.rows[row] = found
    return world


def _joins(connection: Connection, circle: Circle, person: Person, now: datetime) -> None:
    answers.belong(connection, circle.id, person, now)
    wanted = frozenset(("hour", "day", "now")[: 1 + person.id % 3])
    answers.set_reminders(connection, circle.id, person, wanted)
    answers.set_usual(connection, circle.id, person, "listening" if person.id % 4 == 0 else "in")
    for gathering in circles_dates.coming(connection, circle.id, now):
        seats.answer(connection, circle, gathering, person, "in", now)


async def _something_happens(world: World, chance: random.Random) -> None:
    """Now and then a date is moved or called off, somebody cannot come, leaves, or comes back."""
    circle = world.rows[chance.choice(sorted(world.rows))]
    person = chance.choice(world.people[10:])
    event = chance.choice(("nothing", "nothing", "cancel", "move", "cant", "leave", "join"))
    await world.playground.bot.database.write(_do, world, circle, person, event, world.playground.now)


def _do(connection: Connection, world: World, circle: Circle, person: Person, event: str, now: datetime) -> None:
    coming = [one for one in circles_dates.coming(connection, circle.id, now) if one.starts > now]
    world.happened[event] += 1
    if event == "cancel" and coming:
        dates.cancel(connection, circle, coming[0], now)
    elif event == "move" and coming:
        to = coming[0].starts + timedelta(hours=26, minutes=15)
        world.moved[coming[0].id, coming[0].version + 1] = to
        dates.move(connection, circle, coming[0], to, now)
    elif event == "cant" and coming and answers.said(connection, coming[0].id, person):
        seats.answer(connection, circle, coming[0], person, "cant", now)
    elif event == "leave":
        world.gone.add((circle.id, person.id))
        leaving.leave_circle(connection, circle, person, now)
    elif event == "join":
        world.gone.discard((circle.id, person.id))
        _joins(connection, circle, person, now)
