"""Free hours on one's own clock: what two weeks have in common across zones, half-hour zones and clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.buddies.hours import QUARTERS, DayPart, common, dayparts, in_week, weekly

WINTER, SUMMER = date(2026, 1, 5), date(2026, 7, 6)
SPRING_FORWARD, FALL_BACK = (
    date(2026, 3, 23),
    date(2026, 10, 19),
)  # the weeks in which Berlin changes its clocks, on Sunday
EVENINGS = weekly(range(5), 18, 22)


def hours(*weeks: int) -> float:
    return common(weeks).bit_count() / 4


def test_hours_are_counted_from_monday_midnight() -> None:
    assert weekly([0], 0, 1) == 1
    assert weekly([1], 2, 4) == 0b11 << 26


def test_an_evening_past_midnight_goes_on_into_the_next_day_and_sunday_into_monday() -> None:
    assert weekly([0], 22, 26) == weekly([0], 22, 24) | weekly([1], 0, 2)
    assert weekly([6], 23, 25) == weekly([6], 23, 24) | weekly([0], 0, 1)


def test_two_people_in_one_zone_share_the_hours_they_both_named() -> None:
    early, late = in_week(weekly(range(5), 17, 20), "Europe/Berlin", WINTER), in_week(EVENINGS, "Europe/Berlin", WINTER)
    assert hours(early, late) == 10


def test_a_week_is_seen_from_utc() -> None:
    assert in_week(weekly([0], 1, 2), "Europe/Berlin", WINTER) == 0b1111
    assert in_week(weekly([0], 0, 1), "Europe/Berlin", WINTER) == 0b1111 << QUARTERS - 4, "Sunday 23:00 in UTC"


def test_the_overlap_follows_the_clocks_of_that_very_week() -> None:
    """Berlin's 18 to 22 and New York's 12 to 16 are the same all year, but for the weeks between two changes."""
    berlin, new_york = weekly([2], 18, 22), weekly([2], 12, 16)
    overlap = {
        week: hours(in_week(berlin, "Europe/Berlin", week), in_week(new_york, "America/New_York", week))
        for week in (WINTER, date(2026, 3, 16), SUMMER)
    }
    assert overlap == {WINTER: 4, date(2026, 3, 16): 3, SUMMER: 4}


@pytest.mark.parametrize(
    ("zone", "shared"), [("Asia/Kolkata", 2.5), ("Asia/Kathmandu", 2.25), ("Australia/Lord_Howe", 0)], ids=str
)
def test_half_and_quarter_hour_zones_are_not_rounded(zone: str, shared: float) -> None:
    noon = in_week(weekly([0], 12, 16), "UTC", WINTER)
    assert hours(noon, in_week(weekly([0], 16, 20), zone, WINTER)) == shared


def test_an_hour_the_clock_skips_is_nobodys_and_one_that_comes_twice_counts_twice() -> None:
    sunday_at_two = weekly([6], 2, 3)
    found = {week: hours(in_week(sunday_at_two, "Europe/Berlin", week)) for week in (SPRING_FORWARD, SUMMER, FALL_BACK)}
    assert found == {SPRING_FORWARD: 0, SUMMER: 1, FALL_BACK: 2}


def test_a_week_may_begin_on_any_day() -> None:
    """A round that starts on a Thursday has the clock change of the Sunday after it, not of the one before."""
    thursday = date(2026, 3, 26)
    assert hours(in_week(weekly([6], 2, 3), "Europe/Berlin", thursday)) == 0
    assert hours(in_week(weekly([6], 2, 3), "Europe/Berlin", date(2026, 3, 30))) == 1
    assert hours(in_week(EVENINGS, "Europe/Berlin", thursday)) == 20


def test_a_zone_nobody_knows_gives_no_hours_rather_than_no_round() -> None:
    assert in_week(EVENINGS, "Mars/Olympus_Mons", WINTER) == 0
    assert in_week(EVENINGS, "../etc/passwd", WINTER) == 0


@given(
    free=st.integers(0, 2**168 - 1),
    zone=st.sampled_from(["UTC", "Africa/Cairo", "Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham"]),
    start=st.dates(date(2025, 1, 1), date(2028, 12, 31)),
    quarter=st.integers(0, QUARTERS - 1),
)
def test_every_quarter_hour_is_free_as_the_wall_clock_there_says(
    free: int, zone: str, start: date, quarter: int
) -> None:
    moment = datetime(start.year, start.month, start.day, tzinfo=UTC) + quarter * timedelta(minutes=15)
    wall = moment.astimezone(ZoneInfo(zone))
    expected = free >> wall.weekday() * 24 + wall.hour & 1
    bit = moment.weekday() * 96 + moment.hour * 4 + moment.minute // 15
    assert in_week(free, zone, start) >> bit & 1 == expected


def test_the_parts_of_the_week_cover_it_once() -> None:
    assert sum(part.hours for part in DayPart) == 2**168 - 1


def test_what_is_evening_here_is_afternoon_there_and_the_largest_part_comes_first() -> None:
    shared = in_week(weekly(range(5), 17, 21), "Europe/Berlin", WINTER)
    assert dayparts(shared, "Europe/Berlin", WINTER) == (DayPart.WEEKDAY_EVENINGS, DayPart.WEEKDAY_AFTERNOONS)
    assert dayparts(shared, "America/New_York", WINTER) == (DayPart.WEEKDAY_AFTERNOONS, DayPart.WEEKDAY_MORNINGS)


def test_less_than_an_hour_is_no_part_of_the_week_to_name() -> None:
    assert dayparts(0b111, "UTC", WINTER) == ()
    assert dayparts(0b1111, "UTC", WINTER) == (DayPart.WEEKEND_NIGHTS,), "Monday 00:00 belongs to Sunday's night"
