"""The second opinion on time zones: its parser, its rules, and that it finds what is wrong."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.soak import _tzif as tzif
from bench.soak import zones


def wall(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def at(table: tzif.Offsets, text: str) -> str:
    return f"{datetime.fromtimestamp(table.first_instant(wall(text)), UTC):%Y-%m-%d %H:%M}"


BERLIN = tzif.load("Europe/Berlin", zones.YEARS)


@pytest.mark.parametrize(
    ("shown", "instant"),
    [
        ("2026-01-15 12:00", "2026-01-15 11:00"),
        ("2026-07-15 12:00", "2026-07-15 10:00"),
        ("2026-03-29 02:30", "2026-03-29 01:30"),  # skipped: as the clock before would have it
        ("2026-10-25 02:30", "2026-10-25 00:30"),  # shown twice: the first
        ("2026-10-25 03:00", "2026-10-25 02:00"),
    ],
)
def test_the_table_knows_gaps_and_repeated_hours(shown: str, instant: str) -> None:
    assert at(BERLIN, shown) == instant


@pytest.mark.parametrize(
    ("key", "shown", "instant"),
    [
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:45"),  # a step of half an hour
        ("Antarctica/Troll", "2026-03-29 01:30", "2026-03-29 01:30"),  # of two hours
        ("America/Nuuk", "2026-03-28 23:30", "2026-03-29 01:30"),
        ("Europe/Dublin", "2026-07-01 12:00", "2026-07-01 11:00"),  # written as winter time in winter
        ("Asia/Kolkata", "2026-07-01 12:00", "2026-07-01 06:30"),
        ("UTC", "2026-07-01 12:00", "2026-07-01 12:00"),
    ],
)
def test_odd_zones_are_read_right(key: str, shown: str, instant: str) -> None:
    assert at(tzif.load(key, zones.YEARS), shown) == instant


@pytest.mark.parametrize(
    ("rule", "year", "change"),
    [
        ("M3.5.0", 2026, "2026-03-29 02:00"),
        ("M3.2.0/2", 2026, "2026-03-08 02:00"),
        ("M10.5.0/-1", 2026, "2026-10-24 23:00"),
        ("M3.4.4/50", 2026, "2026-03-28 02:00"),
        ("J60", 2028, "2028-03-01 02:00"),
        ("J60", 2026, "2026-03-01 02:00"),
        ("59/0:30", 2028, "2028-02-29 00:30"),
    ],
)
def test_the_rules_at_the_end_of_a_file_are_understood(rule: str, year: int, change: str) -> None:
    assert tzif._change(rule, year) == wall(change)


def test_a_zone_in_summer_time_for_ever_has_no_changes() -> None:
    table = tzif._spelled_out("EST5EDT,0/0,J365/25", range(2025, 2028))
    offsets = tzif.Offsets([start for start, _ in table], [offset for _, offset in table])
    summer = -4 * tzif.HOUR
    assert offsets.first_instant(wall("2026-12-31 23:30")) == wall("2026-12-31 23:30") - summer
    assert offsets.first_instant(wall("2026-01-01 00:30")) == wall("2026-01-01 00:30") - summer


@pytest.mark.parametrize("footer", ["", "Berlin", "CET-1CEST", "CET-1CEST,M3.5.0"])
def test_a_rule_nobody_can_read_is_refused(footer: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(footer))):
        tzif._spelled_out(footer, range(2026, 2027))


@given(st.sampled_from(zones.ODD), st.datetimes(datetime(2020, 1, 2), datetime(2035, 12, 30)))  # noqa: DTZ001 - wall times
@settings(max_examples=300, deadline=None)
def test_both_opinions_agree_on_any_wall_time(key: str, shown: datetime) -> None:
    shown = shown.replace(microsecond=0)
    ours = tzif.load(key, zones.YEARS).first_instant(int(shown.replace(tzinfo=UTC).timestamp()))
    assert ours == shown.replace(tzinfo=ZoneInfo(key), fold=0).timestamp()


def test_a_zone_that_is_an_hour_off_is_found_out() -> None:
    tally = zones.Tally()
    tally.walk(ZoneInfo("Europe/London"), BERLIN, time(12), date(2026, 6, 1), date(2026, 6, 5))
    assert (tally.checks, tally.wrong) == (5, 5)


def test_changes_at_another_time_of_year_are_found_out() -> None:
    tally = zones.Tally()
    tally.walk(ZoneInfo("Africa/Lagos"), BERLIN, time(12), date(2026, 3, 27), date(2026, 3, 31))
    assert (tally.checks, tally.wrong) == (5, 3)


def test_a_day_passed_over_is_counted() -> None:
    tally = zones.Tally()
    # This zone left 30 December 2011 out: its noon and that of the 31st are one instant, which may only fire once.
    apia = tzif.load("Pacific/Apia", range(2010, 2014))
    tally.walk(ZoneInfo("Pacific/Apia"), apia, time(12), date(2011, 12, 28), date(2012, 1, 2))
    assert (tally.wrong, tally.lost, tally.double) == (0, 1, 0)
