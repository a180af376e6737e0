"""Wall-clock times: once on every day, at the right instant, also on the days the clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.soak import zones as every_zone
from bot.clocks.quiet_hours import DEFAULT_QUIET_HOURS, QuietHours, held_until
from bot.clocks.times import (
    EVERY_DAY,
    WEEKDAYS,
    WEEKEND,
    Days,
    Schedule,
    day_bounds,
    friendly_date,
    friendly_duration,
    friendly_instant,
    friendly_wait,
    friendly_zone,
    instant_at,
    local_day,
    next_occurrence,
)

BERLIN = ZoneInfo("Europe/Berlin")
NUUK = ZoneInfo("America/Nuuk")
ODD_ZONES = [ZoneInfo(key) for key in every_zone.ODD]
NOW = datetime(2026, 11, 21, 14, 45, tzinfo=UTC)  # a Saturday, 15:45 in Berlin

zones = st.sampled_from(ODD_ZONES)
minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - a range
day_sets = st.sets(st.integers(0, 6), min_size=1).map(lambda chosen: Days(frozenset(chosen)))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shown(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"


# When it comes round


def test_today_if_still_to_come_else_tomorrow() -> None:
    assert next_occurrence(NOW, time(19), BERLIN).instant == utc("2026-11-21 18:00")
    assert next_occurrence(NOW, time(15, 45), BERLIN).instant == utc("2026-11-22 14:45")


def test_only_on_the_days_alice_chose() -> None:
    found = next_occurrence(NOW, time(19), BERLIN, WEEKDAYS)
    assert found.nominal == date(2026, 11, 23)
    assert next_occurrence(found.instant, time(19), BERLIN, Days.of(0)).nominal == date(2026, 11, 30)


def test_a_skipped_hour_is_shifted_forward_and_the_next_day_is_itself_again() -> None:
    skipped = next_occurrence(utc("2026-03-28 12:00"), time(2, 30), BERLIN)
    assert shown(skipped.instant, BERLIN) == "2026-03-29 03:30"
    assert shown(next_occurrence(skipped.instant, time(2, 30), BERLIN).instant, BERLIN) == "2026-03-30 02:30"


def test_a_repeated_hour_happens_the_first_time_only() -> None:
    first = next_occurrence(utc("2026-10-24 12:00"), time(2, 30), BERLIN)
    assert first.instant == utc("2026-10-25 00:30")
    assert next_occurrence(first.instant, time(2, 30), BERLIN).instant == utc("2026-10-26 01:30")
    between = first.instant + timedelta(minutes=30)  # 02:00 for the second time
    assert next_occurrence(between, time(2, 30), BERLIN).nominal == date(2026, 10, 26)


def test_a_gap_before_midnight_shifts_into_the_next_date_and_keeps_its_own() -> None:
    gap = next_occurrence(utc("2026-03-28 12:00"), time(23, 30), NUUK)
    assert (gap.nominal, shown(gap.instant, NUUK)) == (date(2026, 3, 28), "2026-03-29 00:30")
    after_midnight = utc("2026-03-29 01:10")  # 00:10 on the 29th: what belongs to the 28th is still to come
    assert next_occurrence(after_midnight, time(23, 30), NUUK) == gap
    assert next_occurrence(gap.instant, time(23, 30), NUUK).nominal == date(2026, 3, 29)


def test_a_schedule_knows_its_next_time_and_says_itself() -> None:
    schedule = Schedule(time(19), BERLIN, Days.of(0, 2, 4))
    assert schedule.next_after(NOW).nominal == date(2026, 11, 23)
    assert str(schedule) == "at 19:00 on Mon, Wed and Fri, Berlin time"
    assert str(Schedule(time(8, 5), ZoneInfo("UTC"))) == "at 08:05 every day, UTC"


def test_a_wall_time_taken_in_the_second_pass_of_a_repeated_hour_still_means_the_first() -> None:
    assert instant_at(date(2026, 10, 25), time(2, 30, fold=1), BERLIN) == utc("2026-10-25 00:30")


@given(zones, minutes, instants, day_sets)
@settings(max_examples=200, deadline=None)
def test_walking_from_one_to_the_next_meets_every_chosen_day_once(
    zone: ZoneInfo, at: time, start: datetime, days: Days
) -> None:
    after, met = start, []
    for _step in range(5):
        found = next_occurrence(after, at, zone, days)
        assert found.instant > after
        assert found.nominal in days
        met.append(found.nominal)
        after = found.instant
    between = [met[0] + timedelta(n) for n in range((met[-1] - met[0]).days + 1)]
    assert met == [day for day in between if day in days]


def test_every_kind_of_zone_agrees_with_its_compiled_file() -> None:
    figures = every_zone.main(["--short"])
    assert figures["checks"] > 50_000
    assert (figures["wrong"], figures["lost"], figures["double"]) == (0, 0, 0)


# Days of the week


@pytest.mark.parametrize(
    ("days", "words", "code"),
    [
        (EVERY_DAY, "every day", "1234567"),
        (WEEKDAYS, "on weekdays", "12345"),
        (WEEKEND, "on weekends", "67"),
        (Days.of(1), "every Tuesday", "2"),
        (Days.of(6, 0), "on Mon and Sun", "17"),
        (Days.of(0, 2, 4), "on Mon, Wed and Fri", "135"),
    ],
)
def test_days_are_said_and_stored(days: Days, words: str, code: str) -> None:
    assert (str(days), days.code, Days.from_code(code)) == (words, code, days)


@pytest.mark.parametrize("code", ["", "0", "8", "21", "11", "1 2", "1234567 ", "x", "１"])
def test_a_damaged_code_for_days_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="days of the week"):
        Days.from_code(code)


def test_no_days_at_all_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Days(frozenset())


# Days of the calendar


def test_the_day_is_the_members_own() -> None:
    assert local_day(utc("2026-11-21 23:30"), BERLIN) == date(2026, 11, 22)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_is_as_long_as_the_clocks_make_it(day: str, hours: int) -> None:
    start, end = day_bounds(date.fromisoformat(day), BERLIN)
    assert end - start == timedelta(hours=hours)


@given(zones, instants)
@settings(max_examples=200, deadline=None)
def test_every_instant_lies_within_the_bounds_of_its_day(zone: ZoneInfo, instant: datetime) -> None:
    start, end = day_bounds(local_day(instant, zone), zone)
    assert start <= instant < end


def test_a_day_without_midnight_starts_when_the_clocks_have_skipped_it() -> None:
    havana = ZoneInfo("America/Havana")
    start, _end = day_bounds(date(2026, 3, 8), havana)
    assert shown(start, havana) == "2026-03-08 01:00"


# Quiet hours


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-21 20:30", "2026-11-22 08:00"),  # 21:30 in Berlin: until 09:00 tomorrow
        ("2026-11-21 20:00", "2026-11-22 08:00"),  # 21:00 sharp is quiet
        ("2026-11-22 02:00", "2026-11-22 08:00"),  # 03:00: until 09:00 today
        ("2026-11-22 08:00", None),  # 09:00 sharp is not
        ("2026-11-21 19:59", None),
    ],
)
def test_what_nobody_scheduled_is_held_until_the_morning(at: str, until: str | None) -> None:
    assert held_until(utc(at), BERLIN, DEFAULT_QUIET_HOURS) == (utc(until) if until else None)


def test_quiet_hours_within_a_day() -> None:
    nap = QuietHours(time(13), time(15))
    assert held_until(utc("2026-11-21 13:00"), BERLIN, nap) == utc("2026-11-21 14:00")
    assert held_until(utc("2026-11-21 14:00"), BERLIN, nap) is None
    assert held_until(utc("2026-11-21 11:59"), BERLIN, nap) is None


@given(zones, instants, minutes)
@settings(max_examples=50, deadline=None)
def test_equal_times_are_never_quiet(zone: ZoneInfo, instant: datetime, at: time) -> None:
    assert held_until(instant, zone, QuietHours(at, at)) is None


def test_quiet_hours_say_themselves() -> None:
    assert str(DEFAULT_QUIET_HOURS) == "from 21:00 to 09:00"
    assert str(QuietHours(time(9), time(9))) == "never"


def test_the_night_is_an_hour_shorter_or_longer_when_the_clocks_change() -> None:
    spring, autumn = utc("2026-03-28 20:00"), utc("2026-10-24 19:00")  # both 21:00 in Berlin
    assert held_until(spring, BERLIN, DEFAULT_QUIET_HOURS) == spring + timedelta(hours=11)
    assert held_until(autumn, BERLIN, DEFAULT_QUIET_HOURS) == autumn + timedelta(hours=13)


def test_an_end_that_the_clocks_skip_is_shifted_and_one_shown_twice_holds_twice() -> None:
    quiet = QuietHours(time(22), time(2, 30))
    assert shown(held_until(utc("2026-03-29 00:30"), BERLIN, quiet) or NOW, BERLIN) == "2026-03-29 03:30"
    assert held_until(utc("2026-10-25 00:10"), BERLIN, quiet) == utc("2026-10-25 00:30")  # 02:10, first
    assert held_until(utc("2026-10-25 01:10"), BERLIN, quiet) == utc("2026-10-25 01:30")  # 02:10, second


@given(zones, instants, minutes, minutes)
@settings(max_examples=300, deadline=None)
def test_nothing_held_is_let_go_inside_quiet_hours(zone: ZoneInfo, instant: datetime, start: time, end: time) -> None:
    quiet = QuietHours(start, end)
    until = held_until(instant, zone, quiet)
    assert (until is not None) == (instant.astimezone(zone).time() in quiet)
    if until:
        assert instant < until <= instant + timedelta(days=2)
        assert held_until(until, zone, quiet) is None


def test_quiet_but_for_a_minute_that_the_clocks_skip_holds_until_the_next_day() -> None:
    nearly_always = QuietHours(time(2, 31), time(2, 30))
    until = held_until(utc("2026-03-29 00:00"), BERLIN, nearly_always)
    assert until is not None
    assert shown(until, BERLIN) == "2026-03-30 02:30"


# How times are written


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        ("2026-11-21 17:00", "today at 18:00"),
        ("2026-11-21 23:00", "tomorrow at 00:00"),
        ("2026-11-22 17:00", "tomorrow at 18:00"),
        ("2026-11-26 17:00", "Thursday at 18:00"),
        ("2026-11-27 17:00", "Friday at 18:00"),
        ("2026-11-28 17:00", "Saturday 28 November at 18:00"),
        ("2027-03-03 09:00", "Wednesday 3 March 2027 at 10:00"),
        ("2026-11-20 09:00", "Friday 20 November at 10:00"),
    ],
)
def test_an_instant_is_written_as_people_say_it(instant: str, words: str) -> None:
    assert friendly_instant(utc(instant), NOW, BERLIN) == words


def test_a_date_is_written_as_people_say_it() -> None:
    today = date(2026, 11, 21)
    said = [friendly_date(today + timedelta(ahead), today) for ahead in (0, 1, 2, 6, 7)]
    assert said == ["today", "tomorrow", "Monday", "Friday", "Saturday 28 November"]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=3), "1 minute"),
        (timedelta(minutes=5), "5 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=90), "1 hour 30 minutes"),
        (timedelta(days=3), "3 days"),
        (timedelta(days=1, hours=2, minutes=3), "1 day 2 hours"),
    ],
)
def test_a_duration_is_written_as_people_say_it(span: timedelta, words: str) -> None:
    assert friendly_duration(span) == words
    assert friendly_wait(NOW + span, NOW) == f"in {words}"


def test_what_is_due_is_now() -> None:
    assert friendly_wait(NOW, NOW) == "now"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("Europe/Berlin", "Berlin time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Etc/GMT-2", "UTC+2, the same all year"),
        ("Etc/GMT+11", "UTC-11, the same all year"),
    ],
)
def test_a_zone_is_called_by_its_city(key: str, words: str) -> None:
    assert friendly_zone(ZoneInfo(key)) == words
