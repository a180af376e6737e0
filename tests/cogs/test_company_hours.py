"""Helper hours: by the clock on the helper's wall, over midnight, and on the days clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clocks.times import EVERY_DAY, WEEKDAYS, Days
from bot.messages import Person
from cogs.company.hours import Hours, choose
from storage.company.helping import Candidate

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def at(hour: int, minute: int = 0, day: datetime = MONDAY) -> datetime:
    return day + timedelta(hours=hour, minutes=minute)


@pytest.mark.parametrize(("hour", "minute", "inside"), [(17, 59, False), (18, 0, True), (21, 59, True), (22, 0, False)])
def test_they_begin_with_their_first_minute_and_end_before_their_last(hour: int, minute: int, inside: bool) -> None:
    hours = Hours(BERLIN, time(19), time(23), EVERY_DAY)  # an hour ahead of UTC
    assert (hours.until(at(hour, minute)) is not None) is inside
    if inside:
        assert hours.until(at(hour, minute)) == at(22)


def test_over_midnight_they_belong_to_the_day_they_began() -> None:
    mondays = Hours(BERLIN, time(22), time(2), Days.of(0))
    assert mondays.until(at(23)) == at(25)
    assert mondays.until(at(24, 30)) == at(25)
    assert mondays.until(at(47)) is None, "Tuesday night is not theirs"
    assert mondays.until(at(0, 30)) is None, "nor is the night of Sunday"


def test_equal_times_are_a_whole_day() -> None:
    whole = Hours(BERLIN, time(0), time(0), WEEKDAYS)
    assert whole.until(at(12)) == at(23)
    assert whole.until(at(12, day=MONDAY - timedelta(days=1))) is None


def test_the_night_clocks_go_forward_they_are_an_hour_shorter() -> None:
    night = datetime(2026, 3, 29, tzinfo=UTC)
    hours = Hours(BERLIN, time(1), time(5), EVERY_DAY)
    end = hours.until(night + timedelta(minutes=30))
    assert end == night + timedelta(hours=3)


@pytest.mark.parametrize(("until", "begins"), [(17, False), (18, False), (19, True), (48, True)])
def test_whether_they_begin_before_something_ends(until: int, begins: bool) -> None:
    hours = Hours(BERLIN, time(19), time(23), EVERY_DAY)
    assert hours.begin_before(at(16), at(until)) is begins


def test_hours_under_way_do_not_begin_again() -> None:
    hours = Hours(BERLIN, time(19), time(23), EVERY_DAY)
    assert not hours.begin_before(at(19), at(22))


def test_they_are_said_in_words() -> None:
    assert str(Hours(BERLIN, time(19), time(23), WEEKDAYS)) == "19:00 to 23:00 on weekdays, Berlin time"


def candidate(person: int, gave: int = 0, asked: int = 0, start: str = "00:00", end: str = "00:00") -> Candidate:
    return Candidate(Person(person), "UTC", start, end, "1234567", gave, asked)


def test_who_gave_least_comes_first_then_who_was_asked_longest_ago() -> None:
    there = [candidate(1, gave=2), candidate(2, gave=0, asked=50), candidate(3, gave=0, asked=10), candidate(4, gave=1)]
    assert [one.person.id for one, _until in choose(there, at(12))] == [3, 2, 4, 1]


def test_who_is_not_in_their_hours_is_left_out() -> None:
    there = [candidate(1, start="13:00", end="14:00"), candidate(2, start="11:00", end="13:00")]
    assert [(one.person.id, until) for one, until in choose(there, at(12))] == [(2, at(13))]
