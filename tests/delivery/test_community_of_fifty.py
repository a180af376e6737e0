"""Two weeks of fifty people with every door open: how much comes unasked to each of them, and that nothing is lost."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from sqlite3 import Connection
from typing import NamedTuple

import pytest

from bot.adapters.local import NAME, Posted
from bot.asking.consenting import ADULT, CORE
from bot.messages import Member, Message
from storage.database.instants import instant
from storage.members import consents, members
from tests.cast import ALICE, BOB, ROOM, Playground, labels
from tests.cogs.circles.cast import join, published
from tests.prepared import at_home

pytestmark = pytest.mark.xdist_group("fifty")  # one process makes what all of these read

DAY, WEEK = timedelta(days=1), timedelta(days=7)
MONDAY = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
PEOPLE = [Member(NAME, f"m{number}", f"M{number}") for number in range(48)] + [ALICE, BOB]
NEW = PEOPLE[:20]
YESES = ("checkin", "hello", "helper", "company", "buddy", "events", "thanks", "may be asked", "quiet", "reminders",
         "missed", "host")  # fmt: skip
WELCOMERS = PEOPLE[20:24]
PAGE = (Path(__file__).parents[2] / "docs" / "delivery.md").read_text(encoding="utf-8")
KINDS = frozenset(re.findall(r"`([a-z_.]+)`", PAGE.partition("## Rarely")[2].partition("\n\n## ")[0]))
"""What the page says nobody asked for, scheduled or wrote."""

PRESSED = ("Yes", "I can", "I'm in", "Say hello", "I'm here", "Say hello back", "A little", "Accept", "I'll host")
SILENT = 0.25


class Came(NamedTuple):
    """One delivery as it is kept."""

    person: int
    kind: str
    state: str
    reason: str | None
    due: datetime
    at: datetime | None
    message: int


class Lived(NamedTuple):
    """What came to whom in the two weeks, when each of them came, and which kinds were kept as unasked."""

    came: list[Came]
    since: dict[int, datetime]
    flagged: set[str]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    return asyncio.run(two_weeks(tmp_path_factory.mktemp("fifty")))


async def two_weeks(folder: Path) -> Lived:
    """The bot is started anew after each."""
    async with at_home(folder, MONDAY) as world:
        await settle(world)
        await open_doors(world)
        await live(world, WEEK)
    async with at_home(folder, MONDAY + WEEK) as world:
        for member in PEOPLE:
            world.chat.join(member, ROOM)
        await live(world, WEEK)
        return await world.bot.database.read(_lived)


async def settle(world: Playground) -> None:
    for member in PEOPLE:
        world.chat.join(member, ROOM)
    await world.bot.database.write(_settle, world.now)


def _settle(connection: Connection, now: datetime) -> None:
    community = members.found(connection, ROOM, now - 60 * DAY)
    for member in PEOPLE:
        since = now if member in NEW else now - 30 * DAY
        person = members.create(connection, member, "Europe/Berlin", "en", since)
        members.join(connection, person, community, since)
        more = ("welcomer",) if member in WELCOMERS else ()
        consents.give(connection, person, (*CORE, ADULT, *YESES, *more), "Yes.", since)


async def open_doors(world: Playground) -> None:
    """Everybody wants everything: a buddy, hellos, a check-in, and two circles that meet every other day."""
    for member in PEOPLE:
        await agree(world, member, await world.chat.say(member, "checkin on 12:00"))
        message = await world.chat.say(member, "buddy find", ROOM)
        for label in ("Weekday evenings", "Text", "Company", "Looks right"):
            message = await press(world, member, message, label)
        await agree(world, member, message)
        await world.chat.say(member, "remind me in 9 days at 15:00 to water the tomatoes")
    for title, when in (("Evening circle", "tuesday 18:00"), ("Slow tea", "friday 10:00")):
        await published(world, title=title, when=when, often="Every week", seats="8")
        for member in (*NEW[:3], *PEOPLE[30:33]):
            await join(world, member, title=title)
    for member in PEOPLE:
        await agree(world, member, await world.chat.say(member, "settings who may say hello"))


async def agree(world: Playground, member: Member, said: Message) -> Message:
    while "Yes" in labels(said):
        said = await press(world, member, said, "Yes")
    return said


async def press(world: Playground, member: Member, said: Message, label: str) -> Message:
    [wanted, *_others] = [one for one in said.buttons if str(one.label) == label]
    return await world.chat.press(member, wanted)


async def live(world: Playground, period: timedelta) -> None:
    """Time goes by: each morning some ask for company, or wave; most of what is asked is answered."""
    chance = Random(7)  # who does what
    end = world.now + period
    while world.now < end:
        for line, label in (("company", "Ask"), ("wave", ""), ("suggest a time", ""), ("another", "")):
            said = await world.chat.say(member := chance.choice(PEOPLE), line, ROOM)
            if label in labels(said):
                await press(world, member, said, label)
        async for posts in world.wait(DAY):
            for posted in posts:
                await answer(world, posted, chance)


async def answer(world: Playground, posted: Posted, chance: Random) -> None:
    if not isinstance(posted.to, Member) or not posted.key or chance.random() < SILENT:
        return
    found = [one for one in posted.message.buttons if str(one.label).rpartition(": ")[2] in PRESSED]
    if found:
        await world.chat.press(posted.to, chance.choice(found))


def _lived(connection: Connection) -> Lived:
    rows = connection.execute(
        "SELECT person, kind, state, reason, due, first_try, ifnull(together, id) FROM deliveries"
        " WHERE person IS NOT NULL ORDER BY first_try, id"
    )
    came = [
        Came(person, kind, state, reason, instant(due), instant(at), message)
        for person, kind, state, reason, due, at, message in rows
    ]
    since = {person: instant(at) for person, at in connection.execute("SELECT id, created FROM persons")}
    flagged = {kind for (kind,) in connection.execute("SELECT DISTINCT kind FROM deliveries WHERE unasked = 1")}
    return Lived(came, since, flagged)


def messages(lived: Lived) -> dict[int, list[datetime]]:
    """When something unasked came to each of them: what came in one message is one."""
    found: dict[int, dict[int, datetime]] = {person: {} for person in lived.since}
    for one in lived.came:
        if one.kind in KINDS and one.at is not None and one.state == "sent":
            found[one.person].setdefault(one.message, one.at)
    return {person: sorted(times.values()) for person, times in found.items()}


def test_it_was_a_busy_time(lived: Lived) -> None:
    told = messages(lived)
    assert len(told) == len(PEOPLE)
    assert min(map(len, told.values())) >= 2
    sent = {one.kind for one in lived.came if one.state == "sent"}
    assert sent >= {"buddies.proposal", "buddies.week", "circles.after", "hello.offer", "welcome.named"}
    assert sent >= {"circles.invite", "circles.remind", "company.asked", "hello.said", "reminders.due"}


def test_the_page_names_every_kind_that_nobody_asked_for(lived: Lived) -> None:
    assert lived.flagged <= KINDS
    assert not {one.kind for one in lived.came} & KINDS - lived.flagged


def test_one_a_day_at_most(lived: Lived) -> None:
    for times in messages(lived).values():
        assert all(after - before >= DAY for before, after in pairwise(times))


def test_five_in_seven_days_at_most(lived: Lived) -> None:
    for times in messages(lived).values():
        assert all(sixth - first >= WEEK for first, sixth in zip(times, times[5:], strict=False))


def test_two_in_the_first_week_at_most(lived: Lived) -> None:
    told = messages(lived)
    new = {person: since for person, since in lived.since.items() if since >= MONDAY}
    assert len(new) == len(NEW)
    assert all(sum(at < since + WEEK for at in told[person]) <= 2 for person, since in new.items())
    assert any(sum(at < since + WEEK for at in told[person]) == 2 for person, since in new.items())


def test_what_came_on_one_day_came_in_one_message(lived: Lived) -> None:
    together = [one.message for one in lived.came if one.kind in KINDS and one.state == "sent"]
    assert len(together) > len(set(together))


def test_nothing_wanted_is_lost(lived: Lived) -> None:
    """Only the private question after a circle, which is about that hour, may be let go of."""
    lost = {one.kind for one in lived.came if one.state == "skipped" and "nothing to say" not in str(one.reason)}
    assert lost <= {"circles.after"}
    waiting = [one for one in lived.came if one.state == "pending" and one.due < MONDAY + WEEK]
    assert waiting == []


def test_what_somebody_scheduled_came_at_its_time(lived: Lived) -> None:
    scheduled = [one for one in lived.came if one.kind in ("checkins.prompt", "reminders.due", "circles.remind")]
    assert len(scheduled) >= len(PEOPLE) * 15
    assert all(one.at is not None and one.at - one.due < timedelta(minutes=5) for one in scheduled)
