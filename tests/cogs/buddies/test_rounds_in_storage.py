"""Rounds from sign-up to place with what the storage remembers: trios in turn, groups apart, nobody over twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.local import NAME, LocalAdapter
from bot.bot import Bot
from bot.hosting.clock import righting
from bot.hosting.installation import DATABASE
from bot.keys.crypto import Keyring
from bot.messages import Channel, Community, Member, Person, Place
from cogs.buddies.choices import Choices
from cogs.buddies.goals import Goals
from cogs.buddies.introductions import Introductions
from cogs.buddies.pairs import Pairs
from cogs.buddies.places import PairPlaces
from cogs.buddies.questions import PairQuestions
from cogs.buddies.rounds import Rounds
from cogs.buddies.waiting import Waiting
from cogs.onboarding import Onboarding
from storage.buddies import buddies, ends, pairs, proposals, rounds
from storage.database.database import Database
from storage.members import community_settings, consents, members
from tests.prepared import prepared

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEKS = timedelta(weeks=4)
PORCH = Place(NAME, "porch", "The Porch")


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with await Database.open(prepared(tmp_path) / DATABASE) as database:
        cogs = (Onboarding, Introductions, PairPlaces, PairQuestions, Pairs, Goals, Waiting, Rounds)
        bot = Bot(database, Keyring.new(), cogs, now=lambda: NOON)
        LocalAdapter(bot)
        yield bot


async def found(bot: Bot) -> Community:
    return await bot.database.write(members.found, PORCH, NOON)


async def sign_up(bot: Bot, count: int, choices: Choices, group: int | None = None) -> list[Person]:
    here, people = await found(bot), []
    for _one in range(count):
        [serial] = await bot.database.read(lambda one: one.execute("SELECT count(*) FROM persons").fetchone())
        person = await bot.database.write(members.create, Member(NAME, f"p{serial}"), "UTC", "en", NOON)
        await bot.database.write(members.join, person, here, NOON)
        await bot.database.write(consents.give, person, ("core", "dm", "buddy", "adult"), "Yes.", NOON)
        await bot.database.write(buddies.sign_up, here, person, group, choices.code, NOON)
        people.append(person)
    await bot.database.write(rounds.begin_with_the_first, here, 4, NOON, "UTC")
    return people


async def a_round(bot: Bot, everybody: list[Person], number: int) -> list[frozenset[Person]]:
    """One round: matched, all say yes, all meet, and nobody chooses to stay. Returns who was together."""
    here, now = await found(bot), NOON + (number - 1) * WEEKS
    await bot.run_jobs("hour", now)
    for person in everybody:
        asked = await bot.database.read(proposals.open_proposal, here, person)
        if asked is not None:
            await bot.database.write(proposals.answer, asked, person, "yes", now)
    met: list[frozenset[Person]] = []
    for pair in await bot.database.read(pairs.to_do, now, 50):
        if pair.todo == "open":
            place = Channel(NAME, f"place{pair.id}")
            assert await bot.database.write(pairs.opened, pair, place, "", lambda *_: [], now)
            met.append(frozenset(part.person for part in await bot.database.read(pairs.parts, pair.id)))
        else:
            await bot.database.write(pairs.done, pair.id)
    for pair in await bot.database.read(ends.over, now + WEEKS):
        await bot.database.write(ends.end_by_time, pair, lambda *_: [], now + WEEKS)
    return met


async def test_nobody_is_in_a_trio_twice_running_where_another_could_be(bot: Bot) -> None:
    everybody = await sign_up(bot, 7, Choices())
    before: frozenset[Person] = frozenset()
    for number in range(1, 5):
        met = await a_round(bot, everybody, number)
        assert sorted(len(group) for group in met) == [2, 2, 3]
        [trio] = [group for group in met if len(group) == 3]
        assert not trio & before, number
        before = trio
        for person in everybody:
            await bot.database.write(buddies.heard, await found(bot), person, answered=True)


async def test_who_was_over_is_not_over_in_the_next_round(bot: Bot) -> None:
    everybody = await sign_up(bot, 5, Choices(trio=False))
    before: frozenset[Person] = frozenset()
    for number in range(1, 5):
        met = await a_round(bot, everybody, number)
        over = frozenset(everybody) - frozenset().union(*met)
        assert len(over) == 1
        assert over != before, number
        before = over
        for person in everybody:
            await bot.database.write(buddies.heard, await found(bot), person, answered=True)


async def test_a_study_group_has_rounds_of_its_own(bot: Bot) -> None:
    """A goal to work on, a buddy who sees it: among its own people, and never with anybody of the main group."""
    here = await found(bot)
    group = await bot.database.write(community_settings.add_group, here, "study", lambda _row: b"", NOON)
    working = Choices.read("c.3.10.3100..en.0.")
    assert working is not None
    theirs = await sign_up(bot, 3, working, group)
    others = await sign_up(bot, 3, working)
    everybody = [*theirs, *others]
    for number in range(1, 4):
        met = await a_round(bot, everybody, number)
        assert sorted(met, key=min_id) == [frozenset(theirs), frozenset(others)]
        for person in everybody:
            await bot.database.write(buddies.heard, here, person, answered=True)


def min_id(group: frozenset[Person]) -> int:
    return min(person.id for person in group)


async def test_a_round_that_a_clock_began_years_ahead_is_followed_by_the_next_in_its_weeks(bot: Bot) -> None:
    await sign_up(bot, 2, Choices())
    here, right = await found(bot), NOON + timedelta(hours=1)
    await bot.run_jobs("hour", NOON + timedelta(days=1095))
    await righting.derive_anew(bot.database, bot.registry, right)
    schedule = await bot.database.read(rounds.schedule, here)
    assert schedule is not None
    assert schedule.due is not None
    assert right < schedule.due <= right + WEEKS
    latest = await bot.database.read(rounds.latest, here)
    assert latest is not None
    assert (latest.began, latest.ends) == (right, schedule.due)
