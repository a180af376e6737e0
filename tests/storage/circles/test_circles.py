"""What the schema itself refuses: a circle without its hosts, and one seat too many, however many ask at once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.hosting.installation import DATABASE
from bot.messages import Community, Member, Person, Place
from cogs.circles import seats
from storage.circles import answers as circles_answers
from storage.circles import circles, dates, hosts
from storage.circles.circles import TWO_HOSTS, Kind
from storage.database.database import Database
from storage.members import members
from tests.prepared import prepared

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
STARTS = datetime(2026, 3, 5, 18, tzinfo=UTC)
RULE = "2026-03-05 19:00 Europe/Berlin weeks:1:4 times:8"
EVERY_KIND: tuple[Kind, ...] = (
    *("circle", "story", "skill", "hosts", "social"),
    *("cowork", "service", "alumni", "notice"),
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(prepared(tmp_path) / DATABASE) as opened:
        yield opened


def somebody(connection: Connection, name: str) -> Person:
    return members.create(connection, Member("local", name), "Europe/Berlin", "en", NOW)


def a_draft(connection: Connection, kind: Kind = "circle", seats: int = 3) -> int:
    community = members.found(connection, Place("local", "porch", "The Porch"), NOW)
    host = somebody(connection, "alice")
    return circles.create(connection, community, host, kind, lambda _row: b"sealed", RULE, 60, seats, "local", NOW)


def a_date(connection: Connection, seats: int = 3) -> int:
    circle = a_draft(connection, seats=seats)
    gathering = dates.add(connection, circle, date(2026, 3, 5), STARTS, STARTS + timedelta(hours=1), NOW)
    assert gathering is not None
    return gathering


# -- hosts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EVERY_KIND)
async def test_only_lighter_kinds_are_published_with_one_host(database: Database, kind: Kind) -> None:
    circle = await database.write(a_draft, kind)
    assert await database.write(circles.publish, circle) == (kind not in TWO_HOSTS)


@pytest.mark.parametrize("kind", sorted(TWO_HOSTS))
async def test_a_second_host_counts_once_they_have_accepted(database: Database, kind: Kind) -> None:
    circle = await database.write(a_draft, kind)
    bob = await database.write(somebody, "bob")
    await database.write(hosts.add, circle, bob, "co-host", NOW)
    assert not await database.write(circles.publish, circle), "asked is not accepted"
    await database.write(hosts.accept, circle, bob, NOW)
    assert await database.write(circles.publish, circle)


async def test_a_stand_in_is_no_host(database: Database) -> None:
    circle = await database.write(a_draft)
    bob = await database.write(somebody, "bob")
    await database.write(hosts.add, circle, bob, "stand-in", NOW)
    await database.write(hosts.accept, circle, bob, NOW)
    assert not await database.write(circles.publish, circle)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE circles SET state = 'published'",
        "UPDATE circles SET state = 'published', kind = 'story'",
        "UPDATE OR REPLACE circles SET state = 'published'",
        "INSERT INTO circles (community, kind, state, title, recurrence, minutes, seats, platform, created)"
        " SELECT community, kind, 'published', title, recurrence, minutes, seats, platform, created FROM circles",
    ],
)
async def test_no_statement_publishes_without_hosts(database: Database, statement: str) -> None:
    await database.write(a_draft)

    def cheat(connection: Connection) -> None:
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)

    await database.write(cheat)


async def test_a_published_light_one_does_not_turn_into_a_circle_with_one_host(database: Database) -> None:
    circle = await database.write(a_draft, "social")
    assert await database.write(circles.publish, circle)

    def turn(connection: Connection) -> None:
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("UPDATE circles SET kind = 'circle'")

    await database.write(turn)


@pytest.mark.parametrize(("kind", "seats", "fits"), [
    ("circle", 2, False), ("circle", 3, True), ("circle", 8, True), ("circle", 9, False),
    ("social", 50, True), ("service", 50, True), ("social", 51, False), ("cowork", 9, False),
])  # fmt: skip
async def test_how_many_seats_a_kind_may_have(database: Database, kind: Kind, seats: int, fits: bool) -> None:
    if fits:
        await database.write(a_draft, kind, seats)
        return
    with pytest.raises(Exception, match="CHECK"):
        await database.write(a_draft, kind, seats)


async def test_a_circle_is_seen_in_its_own_community_only(database: Database) -> None:
    circle = await database.write(a_draft)
    other = await database.write(members.found, Place("local", "garden", "The Garden"), NOW)
    assert await database.read(circles.seen_by, circle, other) is None
    assert await database.read(circles.seen_by, circle, Community(1, "The Porch")) is not None


# -- seats ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [3, 8])
async def test_a_thousand_at_once_fill_the_seats_and_not_one_more(database: Database, capacity: int) -> None:
    gathering = await database.write(a_date, capacity)
    crowd = [await database.write(somebody, f"m{number}") for number in range(1000)]

    def answer(connection: Connection, person: Person) -> seats.Outcome:
        found = dates.get(connection, gathering)
        assert found is not None
        circle = circles.get(connection, found.circle)
        assert circle is not None
        return seats.answer(connection, circle, found, person, "in", NOW)

    outcomes = await asyncio.gather(*(database.write(answer, person) for person in crowd))
    assert outcomes.count("in") == capacity
    assert outcomes.count("waiting") == 1000 - capacity
    seated = await database.read(circles_answers.all_said, gathering, "in")
    assert [one.person for one in seated] == crowd[:capacity]
    waiting = await database.read(circles_answers.all_said, gathering, "waiting")
    assert [one.person for one in waiting] == crowd[capacity:], "in the order they asked"


@pytest.mark.parametrize("answer", ["in", "listening", "offered"])
async def test_no_statement_seats_one_too_many(database: Database, answer: str) -> None:
    gathering = await database.write(a_date)
    for name in ("bob", "chandra", "dana"):
        await database.write(circles_answers.put, gathering, await database.write(somebody, name), "in")
    eve = await database.write(somebody, "eve")
    await database.write(circles_answers.put, gathering, eve, "maybe")

    def cheat(connection: Connection) -> None:
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("UPDATE circle_answers SET answer = ? WHERE person = ?", (answer, eve.id))
        connection.execute("DELETE FROM circle_answers WHERE person = ?", (eve.id,))
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(
                "INSERT INTO circle_answers (gathering, person, answer) VALUES (?, ?, ?)", (gathering, eve.id, answer)
            )

    await database.write(cheat)


async def test_changing_ones_own_seat_is_always_possible(database: Database) -> None:
    gathering = await database.write(a_date)
    people = [await database.write(somebody, name) for name in ("bob", "chandra", "dana")]
    for person in people:
        await database.write(circles_answers.put, gathering, person, "in")
    await database.write(circles_answers.put, gathering, people[0], "listening")
    said = await database.read(circles_answers.said, gathering, people[0])
    assert said is not None
    assert said.answer == "listening"
    assert await database.read(circles_answers.free, gathering) == 0


async def test_whoever_gives_up_waiting_and_comes_back_stands_at_the_end(database: Database) -> None:
    gathering = await database.write(a_date)
    people = [await database.write(somebody, name) for name in ("bob", "chandra")]
    for person in people:
        await database.write(circles_answers.put, gathering, person, "waiting", "in")
    await database.write(circles_answers.put, gathering, people[0], "cant")
    await database.write(circles_answers.put, gathering, people[0], "waiting", "in")
    first = await database.read(circles_answers.first_waiting, gathering)
    assert first is not None
    assert first.person == people[1]


async def test_closing_a_date_leaves_a_number(database: Database) -> None:
    gathering = await database.write(a_date)
    await database.write(circles_answers.put, gathering, await database.write(somebody, "bob"), "in")
    await database.write(circles_answers.put, gathering, await database.write(somebody, "chandra"), "cant")
    await database.write(dates.close, gathering)

    def left(connection: Connection) -> tuple[int, int]:
        [answers] = connection.execute("SELECT count(*) FROM circle_answers").fetchone()
        [seated] = connection.execute("SELECT seated FROM gatherings").fetchone()
        return answers, seated

    assert await database.read(left) == (0, 1)


async def test_a_date_is_opened_once_whatever_became_of_it(database: Database) -> None:
    gathering = await database.write(a_date)
    found = await database.read(dates.get, gathering)
    assert found is not None
    ends = STARTS + timedelta(hours=1)
    assert await database.write(dates.cancel, gathering, 6, ends, NOW)
    assert await database.write(dates.add, found.circle, found.nominal, STARTS, ends, NOW) is None
    assert not await database.write(dates.cancel, gathering, 6, ends, NOW), "it was called off already"
