"""Holds every length of time on docs/privacy.md to the second at which the jobs of the bot erase what it is about."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Any, NamedTuple

import pytest

from bot.hosting.config import LogConfig
from bot.messages import Place
from bot.registry import Every
from cogs.circles import schedule
from storage.database import journal
from storage.database.instants import seconds
from storage.members import departures, linking, members
from storage.upkeep import aside
from tests.cast import ALICE, BOB, ROOM, Playground
from tests.cogs.settled import settle
from tests.engines.filled import Filler
from tests.test_privacy_page import PAGE, rows

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 3, 28, 17, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "h": timedelta(hours=1), "days": DAY}
EVERY: tuple[Every, ...] = ("hour", "day")


class Kept(NamedTuple):
    """One length of time on the page: whose, how it is written there, where it begins, and what is gone at its end."""

    table: str
    begins: dict[str, Any]
    written: str = r"^(\d+) (\w+)"
    counted: str = "*"


KEPT = (
    Kept("deliveries", {"settled": NOW, "state": "sent"}),
    Kept("deliveries", {"due": NOW, "state": "pending"}, r"(\d+) (h) at most", "body"),
    Kept("deliveries", {"settled": NOW, "state": "inbox"}, r"(\d+) (days) at most$", "nullif(state, 'dead')"),
    Kept("offers", {"expires": NOW}),
    Kept("conversations", {"until": NOW + 7 * DAY}, r"(\d+) (days) at most"),
    Kept("answers", {"expires": NOW + DAY}, r"(\d+) (h) at most"),
    Kept("events", {"seen": NOW}),
    Kept("checkins", {"asked": NOW}),
    Kept("prompts_seen", {"at": NOW}),
    Kept("contacts", {"at": NOW}),
    Kept("departures", {"at": NOW}),
    Kept("letters", {"created": NOW, "kind": "feedback"}),
    Kept("letters", {"created": NOW, "kind": "draft"}, r"a draft (\d+) (h)"),
    Kept("cases", {"closed": NOW}),
    Kept("holds", {"ended": NOW}, "until the day after it ended"),
    Kept("quieted", {"ended": NOW}, "until the day after it ended"),
    Kept("audit", {"at": NOW}, "^1 year"),
    Kept("troubles", {"since": NOW}),
    Kept("outages", {"until": NOW}),
    Kept("company_requests", {"ended": NOW, "state": "closed"}),
    Kept("company_gave", {"at": NOW}),
    Kept("company_wishes", {"since": NOW}, r"(\d+) (days) at most"),
    Kept("company_totals", {"day": NOW.date().isoformat()}),
    Kept("hello_offers", {"at": NOW}),
    Kept("welcomes", {"told": NOW}),
    Kept("given_received", {"at": NOW}),
    Kept("thanks", {"sent": NOW}),
    Kept("buddy_rounds", {"ends": NOW, "due": None}),
    Kept("buddy_met", {"at": NOW}),
    Kept("buddy_pairs", {"ended": NOW, "state": "ended", "todo": None}),
)
"""What the jobs of each hour and day erase."""
ELSEWHERE = {
    "persons": "tests/asking/test_leaving.py",
    "communities": "tests/asking/test_leaving.py",
    "memberships": "tests/storage/members/test_departures.py",
    "links": "tests/storage/members/test_linking.py",
    "notes": "tests/storage/personal/test_notebook.py",
    "gatherings": "tests/storage/circles/test_dates.py",
    "circle_answers": "tests/storage/circles/test_dates.py",
    "circle_turns": "tests/storage/circles/test_dates.py",
    "buddy_goals": "tests/test_kept.py",
}
"""What somebody else's time decides, or a choice of the member: which tests hold that."""
GOES_ALONG = {
    "case_people": "cases",
    "company_asks": "company_requests",
    "buddy_members": "buddy_pairs",
    "buddy_weeks": "buddy_pairs",
    "buddy_questions": "buddy_pairs",
    "buddy_passes": "buddy_rounds",
    "buddy_proposals": "buddy_rounds",
}
"""What is kept "as long as" something else, and goes with it."""


def said(kept: Kept) -> timedelta:
    """How long the page says that it is kept. A day that is over is erased with the next run of the daily jobs."""
    [found] = {
        match[0]: match
        for table, _columns, _what, words in rows()
        if table == kept.table and (match := re.search(kept.written, words))
    }.values()
    if found.re.groups == 0:
        return timedelta(days=365) if "year" in found[0] else timedelta()
    return int(found[1]) * UNITS[found[2]]


@pytest.fixture(scope="module")
async def world_of_two(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Playground]:
    async with Playground.open(tmp_path_factory.mktemp("kept") / "world", NOW - timedelta(days=3)) as world:
        for member in (ALICE, BOB):
            await settle(world, member)
        yield world


def _fill(connection: Connection, tables: tuple[str, ...], begins: dict[str, Any]) -> None:
    """A new row in each table and, in the first, the time from which on it is counted."""
    alice, bob = (members.person_of(connection, member) for member in (ALICE, BOB))
    community = members.community_of(connection, ROOM)
    assert alice is not None
    assert bob is not None
    assert community is not None
    filler = Filler(connection, alice, bob, NOW, account=ALICE, community=community, words="words")
    for table in tables:
        connection.execute(f'DELETE FROM "{table}"')
    for table in tables:
        filler.row(table, "person" if table == "buddy_weeks" else "")
    if "buddy_proposals" in tables:
        connection.execute("UPDATE buddy_proposals SET round = (SELECT id FROM buddy_rounds)")
    values = {name: seconds(value) if isinstance(value, datetime) else value for name, value in begins.items()}
    if tables == ("deliveries",):
        values["body"] = b"words"
    changes = ", ".join(f'"{name}" = :{name}' for name in values)
    connection.execute(f'UPDATE "{tables[0]}" SET {changes}', values)


async def left(world: Playground, table: str, at: datetime, counted: str = "*") -> int:
    for every in EVERY:
        await world.bot.run_jobs(every, at)
    found: int = await world.bot.database.read(
        lambda connection: connection.execute(f'SELECT count({counted}) FROM "{table}"').fetchone()[0]
    )
    return found


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: f"{kept.table} {' '.join(kept.begins)}")
async def test_it_is_kept_for_as_long_as_the_page_says_and_no_longer(world_of_two: Playground, kept: Kept) -> None:
    end = NOW + said(kept)
    before = SECOND
    if kept.table == "company_totals":  # counted in days, and a day is over when the next one begins
        end, before = end + DAY, DAY
    await world_of_two.bot.database.write(_fill, (kept.table,), kept.begins)
    assert await left(world_of_two, kept.table, end - before, kept.counted) == 1
    assert await left(world_of_two, kept.table, end, kept.counted) == 0


@pytest.mark.parametrize(("table", "whole"), GOES_ALONG.items())
async def test_what_is_part_of_something_goes_with_it(world_of_two: Playground, table: str, whole: str) -> None:
    [kept] = [one for one in KEPT if one.table == whole]
    await world_of_two.bot.database.write(_fill, (whole, table), kept.begins)
    assert await left(world_of_two, table, NOW + said(kept) - SECOND) == 1
    assert await left(world_of_two, table, NOW + said(kept)) == 0


async def test_a_goal_goes_14_days_after_its_pair(world_of_two: Playground) -> None:
    kept = Kept("buddy_goals", {"ended": NOW, "state": "ended", "todo": None})
    await world_of_two.bot.database.write(_fill, ("buddy_pairs", "buddy_goals"), kept.begins)
    assert await left(world_of_two, "buddy_goals", NOW + said(kept) - SECOND) == 1
    assert await left(world_of_two, "buddy_goals", NOW + said(kept)) == 0


async def test_what_belongs_to_a_community_goes_with_it(world_of_two: Playground) -> None:
    """Every table that hangs on one, also the next that somebody adds."""

    def look(connection: Connection) -> list[str]:
        alice, bob = (members.person_of(connection, member) for member in (ALICE, BOB))
        assert alice is not None
        assert bob is not None
        gone = members.found(connection, Place("local", "gone", "Gone"), NOW)
        filler = Filler(connection, alice, bob, NOW, account=ALICE, community=gone, words="words")
        tables = hanging_on(connection, "communities")
        for table in sorted(tables):
            filler.row(table)
        connection.execute("DELETE FROM communities WHERE id = ?", (gone.id,))
        return [
            table
            for table in tables
            if connection.execute(f'SELECT 1 FROM "{table}" WHERE community = ?', (gone.id,)).fetchone()
        ]

    assert await world_of_two.bot.database.write(look) == []


def hanging_on(connection: Connection, parent: str) -> set[str]:
    """The tables whose rows belong to one of another table, where that has to be named."""
    found = connection.execute(
        "SELECT tables.name FROM sqlite_schema AS tables JOIN pragma_foreign_key_list(tables.name) AS keys"
        ' JOIN pragma_table_info(tables.name) AS columns ON columns.name = keys."from"'
        ' WHERE keys."table" = ? AND keys."from" = \'community\' AND (columns."notnull" OR columns.pk)',
        (parent,),
    )
    return {table for (table,) in found}


@pytest.mark.parametrize(
    ("table", "constant"),
    [
        ("links", linking.LIFE),
        ("memberships", departures.KEPT),
        ("gatherings", schedule.KEPT),
        ("circle_answers", schedule.KEPT),
        ("circle_turns", schedule.KEPT),
    ],
)
def test_what_other_tests_wait_for_is_what_the_page_says(table: str, constant: timedelta) -> None:
    assert said(Kept(table, {})) == constant


@pytest.mark.parametrize(
    ("row", "days"),
    [
        ("`kith.journal`", journal.KEPT.days),
        ("backups", journal.KEPT.days),
        ("`kith.db.before-upgrade-*`", aside.COPY_KEPT.days),
        ("`replaced-*`", aside.REPLACED_KEPT.days),
        ("the log", next(field.default for field in fields(LogConfig) if field.name == "keep_days")),
    ],
)
def test_what_lies_beside_the_database_is_kept_as_long(row: str, days: int) -> None:
    [line] = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {row} |")]
    assert f"{days} days" in line


def test_every_length_on_the_page_is_held_by_a_test() -> None:
    known = {one.table for one in KEPT} | set(ELSEWHERE)
    assert [table for table, _columns, _what, kept in rows() if re.search(r"\d", kept) and table not in known] == []
    assert all((ROOT / path).is_file() for path in ELSEWHERE.values())
