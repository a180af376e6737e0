"""How often a circle meets: what one tap means on the calendar, that it always ends, and what clocks do to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from sqlite3 import Connection
from zoneinfo import ZoneInfo

import pytest

from bot.clocks.recurrence import Recurrence, occurrences
from bot.errors import UserError
from bot.messages import Member, Place
from cogs.circles import dates, repeating
from storage.circles import circles
from storage.circles import dates as circles_dates
from storage.circles.circles import Circle
from storage.members import members
from tests.cast import ALICE, CHANDRA, Playground, labels
from tests.cogs.circles.cast import card, draft, pass_time, press, published, rows

BERLIN = ZoneInfo("Europe/Berlin")
CLOCKS = {
    "Europe/Berlin": timedelta(hours=1),
    "America/New_York": timedelta(hours=1),
    "America/Santiago": timedelta(hours=1),
    "Australia/Lord_Howe": timedelta(minutes=30),
    "Asia/Kolkata": timedelta(),
}
"""Five zones, and by how much their clocks change within a year."""


def weekly(year: int, month: int, day: int, zone: ZoneInfo = BERLIN) -> Recurrence:
    """What a new circle has: 19:00 on this day, and so on every week."""
    return repeating.weekly(datetime(year, month, day, 19, tzinfo=zone), zone)


def days(rule: Recurrence, count: int = 60) -> list[str]:
    before = datetime.combine(rule.start, time(), rule.zone) - timedelta(days=1)
    return [str(one.nominal) for one in occurrences(rule, before, count)]


# -- what a tap means -------------------------------------------------------------------------------------------------


def test_a_new_circle_meets_eight_times_every_week_on_the_day_of_its_first_date() -> None:
    found = days(weekly(2026, 4, 2))
    assert (len(found), found[0], found[1], found[-1]) == (8, "2026-04-02", "2026-04-09", "2026-05-21")


@pytest.mark.parametrize(
    ("name", "first", "following"),
    [
        ("week", date(2026, 4, 2), ["2026-04-02", "2026-04-09", "2026-04-16"]),
        ("weeks2", date(2026, 4, 2), ["2026-04-02", "2026-04-16", "2026-04-30"]),
        ("weeks3", date(2026, 4, 2), ["2026-04-02", "2026-04-23", "2026-05-14"]),
        ("weeks4", date(2026, 4, 2), ["2026-04-02", "2026-04-30", "2026-05-28"]),
        ("weeks4", date(2026, 12, 10), ["2026-12-10", "2027-01-07", "2027-02-04"]),
        ("day", date(2026, 4, 2), ["2026-04-02", "2026-05-02", "2026-06-02"]),
        ("day", date(2027, 1, 31), ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        ("day", date(2028, 1, 30), ["2028-01-30", "2028-02-29", "2028-03-30"]),
        ("nth", date(2026, 4, 2), ["2026-04-02", "2026-05-07", "2026-06-04"]),
        ("nth", date(2026, 4, 22), ["2026-04-22", "2026-05-27", "2026-06-24"]),
        ("nth", date(2026, 4, 30), ["2026-04-30", "2026-05-28", "2026-06-25", "2026-07-30"]),
        ("nth", date(2027, 2, 22), ["2027-02-22", "2027-03-22", "2027-04-26"]),
    ],
    ids=["weekly", "two", "three", "four", "over new year", "same day", "the 31st", "leap", "first Thursday",
         "fourth Wednesday", "last Thursday", "fourth of a short February"],
)  # fmt: skip
def test_every_pattern_begins_with_the_chosen_date_and_goes_on_from_it(
    name: str, first: date, following: list[str]
) -> None:
    rule = repeating.often(weekly(first.year, first.month, first.day), name)
    assert days(rule)[: len(following)] == following


@pytest.mark.parametrize("name", repeating.OFTEN)
def test_whatever_is_tapped_the_first_date_stays_the_one_that_was_chosen(name: str) -> None:
    for start in (date(2027, 1, 1) + timedelta(days=n) for n in range(430)):
        assert days(repeating.often(weekly(start.year, start.month, start.day), name))[0] == str(start)


def test_once_is_one_date_and_going_back_to_a_rhythm_brings_eight() -> None:
    once = repeating.often(weekly(2026, 4, 2), "once")
    assert days(once) == ["2026-04-02"]
    assert len(days(repeating.often(once, "weeks2"))) == 8


@pytest.mark.parametrize("number", repeating.TIMES)
def test_it_ends_after_as_many_times_as_were_chosen(number: int) -> None:
    assert len(days(repeating.times(repeating.often(weekly(2026, 4, 2), "day"), number))) == number


def test_the_last_day_is_a_date_of_its_own_when_it_falls_on_one() -> None:
    rule = weekly(2026, 4, 2)
    assert days(repeating.until(rule, date(2026, 4, 23)))[-1] == "2026-04-23"
    assert days(repeating.until(rule, date(2026, 4, 22)))[-1] == "2026-04-16"
    assert days(repeating.until(rule, rule.start)) == ["2026-04-02"]


def test_an_end_by_date_and_an_end_by_count_replace_one_another() -> None:
    by_date = repeating.until(weekly(2026, 4, 2), date(2027, 4, 1))
    assert len(days(by_date)) == 53
    assert len(days(repeating.times(by_date, 4))) == 4
    assert len(days(repeating.until(repeating.times(by_date, 4), date(2026, 6, 1)))) == 9


@pytest.mark.parametrize("day", [date(2026, 4, 1), date(2031, 5, 1), date(9999, 12, 31)])
def test_a_last_day_before_the_first_or_beyond_five_years_is_refused(day: date) -> None:
    with pytest.raises(UserError, match="between the first one and five years later"):
        repeating.until(weekly(2026, 4, 2), day)


@pytest.mark.parametrize("name", ["", "weeks", "weeks0", "weeks9", "days", "hourly", "week;nth"])
def test_a_rhythm_that_no_button_offers_is_refused(name: str) -> None:
    with pytest.raises(UserError):
        repeating.often(weekly(2026, 4, 2), name)


# -- another first date -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "following"),
    [
        ("week", ["2026-05-13", "2026-05-20"]),
        ("weeks3", ["2026-05-13", "2026-06-03"]),
        ("day", ["2026-05-13", "2026-06-13"]),
        ("nth", ["2026-05-13", "2026-06-10"]),
        ("once", ["2026-05-13"]),
    ],
)
def test_another_first_date_keeps_the_rhythm_and_takes_its_weekday(name: str, following: list[str]) -> None:
    rule = repeating.often(weekly(2026, 4, 2), name)
    moved = repeating.at(rule, datetime(2026, 5, 13, 8, 30, tzinfo=BERLIN), BERLIN)
    assert days(moved)[: len(following)] == following
    assert moved.at == time(8, 30)
    assert moved.times == rule.times


def test_an_end_by_date_stays_unless_it_would_lie_before_the_new_start() -> None:
    rule = repeating.until(weekly(2026, 4, 2), date(2026, 5, 1))
    assert repeating.at(rule, datetime(2026, 4, 16, 19, tzinfo=BERLIN), BERLIN).until == date(2026, 5, 1)
    beyond = repeating.at(rule, datetime(2026, 6, 4, 19, tzinfo=BERLIN), BERLIN)
    assert (beyond.until, beyond.times) == (None, 8)


def test_seconds_of_a_typed_time_do_not_count() -> None:
    rule = repeating.weekly(datetime(2026, 4, 2, 19, 0, 42, 7, tzinfo=BERLIN), BERLIN)
    assert rule.at == time(19)


# -- clocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", CLOCKS)
@pytest.mark.parametrize("name", ["week", "weeks2", "weeks3", "weeks4", "day", "nth"])
def test_the_wall_shows_the_same_hour_all_year_in_five_zones(key: str, name: str) -> None:
    zone = ZoneInfo(key)
    rule = repeating.times(repeating.often(weekly(2026, 1, 15, zone), name), 52)
    coming = [one for one in occurrences(rule, datetime(2026, 1, 1, tzinfo=UTC), 60) if one.nominal.year == 2026]
    assert {one.instant.astimezone(zone).time() for one in coming} == {time(19)}
    apart = [later.instant - one.instant for one, later in pairwise(coming)]
    if name.startswith("week"):
        whole = timedelta(weeks=int(name.removeprefix("week").removeprefix("s") or 1))
        assert set(apart) <= {whole, whole - CLOCKS[key], whole + CLOCKS[key]}
        assert len(set(apart)) == (3 if CLOCKS[key] else 1), "the clocks did change, both ways"


@pytest.mark.parametrize("key", CLOCKS)
def test_every_third_week_is_counted_from_the_first_date_though_a_clock_changed_between(key: str) -> None:
    """Whoever opens the next dates in October gets those that were promised in January."""
    zone = ZoneInfo(key)
    rule = repeating.times(repeating.often(weekly(2026, 1, 15, zone), "weeks3"), 26)
    promised = [one.instant for one in occurrences(rule, datetime(2026, 1, 1, tzinfo=UTC), 26)]
    for later in (
        datetime(2026, 4, 5, tzinfo=UTC),
        datetime(2026, 10, 26, tzinfo=UTC),
        datetime(2026, 12, 31, tzinfo=UTC),
    ):
        assert [one.instant for one in occurrences(rule, later, 26)] == [one for one in promised if one > later]


# -- dates that are open ----------------------------------------------------------------------------------------------


async def opened(world: Playground, rule: Recurrence, at: datetime) -> list[str]:
    """Which dates of a circle with this rhythm are open at that time."""

    def work(connection: Connection) -> list[str]:
        known = connection.execute("SELECT id FROM circles").fetchone()
        circle = circles.get(connection, known[0]) if known else _made(connection, rule, at)
        assert circle is not None
        dates.open_dates(connection, circle, at)
        return [str(one.nominal) for one in circles_dates.coming(connection, circle.id, at)]

    return await world.bot.database.write(work)


def _made(connection: Connection, rule: Recurrence, now: datetime) -> Circle | None:
    host = members.create(connection, Member("local", "host"), "Europe/Berlin", "en", now)
    porch = members.found(connection, Place("local", "porch", "The Porch"), now)
    row = circles.create(connection, porch, host, "social", lambda _row: b"x", rule.code, 60, 8, "local", now)
    assert circles.publish(connection, row)
    return circles.get(connection, row)


@pytest.mark.parametrize(
    ("bound", "open_"),
    [
        (lambda rule: repeating.times(rule, 4), ["2026-04-16", "2026-04-23"]),
        (lambda rule: repeating.until(rule, date(2026, 4, 16)), ["2026-04-16"]),
        (lambda rule: repeating.until(rule, date(2026, 4, 15)), []),
    ],
    ids=["four times", "up to that day", "up to the day before"],
)
async def test_no_date_is_opened_beyond_the_end(
    world: Playground, bound: Callable[[Recurrence], Recurrence], open_: list[str]
) -> None:
    rule = bound(weekly(2026, 4, 2))
    assert await opened(world, rule, datetime(2026, 4, 1, tzinfo=UTC)) == ["2026-04-02", "2026-04-09"]
    assert await opened(world, rule, datetime(2026, 4, 10, tzinfo=UTC)) == open_


async def test_dates_missed_in_an_outage_are_not_opened_afterwards(world: Playground) -> None:
    rule = weekly(2026, 4, 2)
    await opened(world, rule, datetime(2026, 4, 1, tzinfo=UTC))
    assert await opened(world, rule, datetime(2026, 5, 8, tzinfo=UTC)) == ["2026-05-14", "2026-05-21"]
    assert await rows(world, "SELECT count(*) FROM gatherings") == [(4,)]


async def test_a_circle_that_meets_once_meets_once(world: Playground) -> None:
    await published(world, often="Once")
    assert "Evening circle" in (await card(world, CHANDRA)).text
    assert await rows(world, "SELECT nominal FROM gatherings") == [("2026-04-02",)]
    await pass_time(world, timedelta(days=8))
    assert "No circle yet" in (await world.chat.say(CHANDRA, "circle list")).text
    assert await rows(world, "SELECT count(*) FROM gatherings") == [(1,)]


async def test_alice_chooses_how_often_and_until_when(world: Playground) -> None:
    screen = await draft(world, when="2026-04-30 19:00")
    screen = await press(world, ALICE, await press(world, ALICE, screen, "How often"), "Every month, same weekday")
    assert "on the last Thursday of every month at 19:00, Berlin time, 8 times" in screen.text
    choices = await press(world, ALICE, screen, "How many times")
    assert labels(choices) == ["4 times", "8 times", "12 times", "26 times", "52 times", "Until a date", "Back"]
    await press(world, ALICE, choices, "Until a date")
    screen = await world.chat.say(ALICE, "2026-06-30")
    assert "on the last Thursday of every month at 19:00, Berlin time, until 30 June" in screen.text
