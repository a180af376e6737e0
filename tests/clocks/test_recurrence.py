"""A gathering comes round when its sentence says so, and then it ends."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clocks.recurrence import (
    LAST,
    EveryDays,
    EveryWeeks,
    MonthlyOnDay,
    MonthlyOnWeekday,
    OnDays,
    Pattern,
    Recurrence,
    occurrences,
)
from bot.clocks.times import EVERY_DAY, WEEKDAYS, Days

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY, FRIDAY = 1, 4
START = date(2026, 11, 24)  # a Tuesday
BEFORE = datetime(2026, 11, 1, tzinfo=UTC)

weekdays = st.integers(0, 6)
patterns: st.SearchStrategy[Pattern] = st.one_of(
    st.sets(weekdays, min_size=1).map(lambda chosen: OnDays(Days(frozenset(chosen)))),
    st.builds(EveryDays, st.integers(2, 31)),
    st.builds(EveryWeeks, st.integers(1, 8), weekdays),
    st.builds(MonthlyOnDay, st.integers(1, 31)),
    st.builds(MonthlyOnWeekday, st.sampled_from([1, 2, 3, 4, LAST]), weekdays),
)
starts = st.dates(date(2020, 1, 1), date(2034, 12, 31))


def rule(pattern: Pattern, *, at: time = time(19), times: int | None = None, until: date | None = None) -> Recurrence:
    return Recurrence(pattern, START, at, BERLIN, times or (None if until else 6), until)


def dates(recurrence: Recurrence, after: datetime = BEFORE, limit: int = 10) -> list[str]:
    return [str(occurrence.nominal) for occurrence in occurrences(recurrence, after, limit)]


def test_a_circle_every_second_tuesday() -> None:
    assert dates(rule(EveryWeeks(2, TUESDAY), times=3)) == ["2026-11-24", "2026-12-08", "2026-12-22"]


def test_the_first_one_is_the_first_such_weekday_after_the_start() -> None:
    assert dates(rule(EveryWeeks(3, FRIDAY), times=2)) == ["2026-11-27", "2026-12-18"]


def test_daily_and_on_chosen_days() -> None:
    assert dates(rule(OnDays(EVERY_DAY), times=3)) == ["2026-11-24", "2026-11-25", "2026-11-26"]
    assert dates(rule(OnDays(Days.of(0, 4)), times=3)) == ["2026-11-27", "2026-11-30", "2026-12-04"]


def test_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    found = dates(rule(MonthlyOnDay(31), times=5))
    assert found == ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]
    assert dates(rule(MonthlyOnDay(30), times=16))[3] == "2027-02-28"


def test_a_day_of_the_month_that_has_passed_waits_for_the_next_month() -> None:
    assert dates(rule(MonthlyOnDay(23), times=2)) == ["2026-12-23", "2027-01-23"]


def test_the_first_and_the_last_friday() -> None:
    assert dates(rule(MonthlyOnWeekday(1, FRIDAY), times=3)) == ["2026-12-04", "2027-01-01", "2027-02-05"]
    assert dates(rule(MonthlyOnWeekday(LAST, FRIDAY), times=3)) == ["2026-11-27", "2026-12-25", "2027-01-29"]


def test_it_ends_with_the_date_including_it() -> None:
    assert dates(rule(EveryWeeks(1, TUESDAY), until=date(2026, 12, 8))) == ["2026-11-24", "2026-12-01", "2026-12-08"]
    assert dates(rule(EveryWeeks(1, TUESDAY), until=date(2026, 12, 7))) == ["2026-11-24", "2026-12-01"]
    assert dates(rule(MonthlyOnWeekday(LAST, FRIDAY), until=START)) == []


def test_what_has_been_counts_but_does_not_come_back() -> None:
    weekly = rule(EveryWeeks(1, TUESDAY), times=3)
    second = occurrences(weekly, BEFORE, 2)[-1]
    assert dates(weekly, after=second.instant) == ["2026-12-08"]
    assert dates(weekly, after=second.instant - timedelta(seconds=1)) == ["2026-12-01", "2026-12-08"]
    assert dates(weekly, after=datetime(2027, 1, 1, tzinfo=UTC)) == []


def test_only_as_many_as_asked_for() -> None:
    assert dates(rule(OnDays(WEEKDAYS), times=300), limit=2) == ["2026-11-24", "2026-11-25"]
    assert dates(rule(OnDays(WEEKDAYS)), limit=0) == []


def test_the_wall_time_stays_when_the_clocks_change() -> None:
    weekly = Recurrence(OnDays(Days.of(6)), date(2026, 3, 22), time(2, 30), BERLIN, times=3)
    shown = [
        f"{found.instant.astimezone(BERLIN):%d %H:%M}" for found in occurrences(weekly, BEFORE.replace(year=2025), 9)
    ]
    assert shown == ["22 02:30", "29 03:30", "05 02:30"]


def test_a_gap_before_midnight_keeps_the_nominal_date() -> None:
    nuuk = Recurrence(OnDays(EVERY_DAY), date(2026, 3, 27), time(23, 30), ZoneInfo("America/Nuuk"), times=3)
    shortly_before = datetime(2026, 3, 29, 1, 10, tzinfo=UTC)  # 00:10 on the 29th there
    assert [str(found.nominal) for found in occurrences(nuuk, shortly_before, 9)] == ["2026-03-28", "2026-03-29"]


def belongs(pattern: Pattern, day: date, start: date) -> bool:
    """The same rules, asked of one day at a time: a model too slow to use."""
    match pattern:
        case OnDays(days):
            return day.weekday() in days.weekdays
        case EveryDays(days):
            return (day - start).days % days == 0 and day >= start
        case EveryWeeks(weeks, weekday):
            first = next(start + timedelta(n) for n in range(7) if (start + timedelta(n)).weekday() == weekday)
            return (day - first).days % (7 * weeks) == 0 and day >= first
        case MonthlyOnDay(number):
            return day.day == min(number, monthrange(day.year, day.month)[1])
        case MonthlyOnWeekday(nth, weekday):
            same = [
                n for n in range(1, monthrange(day.year, day.month)[1] + 1) if day.replace(day=n).weekday() == weekday
            ]
            return day.day == same[nth if nth == LAST else nth - 1]


@given(patterns, starts)
@settings(max_examples=100, deadline=None)
def test_every_pattern_agrees_with_a_calendar_read_day_by_day(pattern: Pattern, start: date) -> None:
    until = start + timedelta(400)
    expected = [day for day in (start + timedelta(n) for n in range(401)) if belongs(pattern, day, start)]
    recurrence = Recurrence(pattern, start, time(12), BERLIN, until=until)
    found = occurrences(recurrence, datetime(2019, 1, 1, tzinfo=UTC), 1000)
    assert [occurrence.nominal for occurrence in found] == expected
    assert [occurrence.instant for occurrence in found] == sorted({occurrence.instant for occurrence in found})


@given(patterns, starts, st.integers(1, 400))
@settings(max_examples=100, deadline=None)
def test_it_is_stored_and_read_back_the_same(pattern: Pattern, start: date, times: int) -> None:
    for recurrence in (
        Recurrence(pattern, start, time(7, 5), BERLIN, times=times),
        Recurrence(pattern, start, time(23, 59), ZoneInfo("America/Argentina/Buenos_Aires"), until=start),
    ):
        assert Recurrence.from_code(recurrence.code) == recurrence
        assert len(recurrence.code) < 100


def test_its_code_can_be_read_by_people() -> None:
    fortnightly = rule(EveryWeeks(2, TUESDAY), until=date(2027, 3, 3))
    assert fortnightly.code == "2026-11-24 19:00 Europe/Berlin weeks:2:2 until:2027-03-03"


@pytest.mark.parametrize(
    "code",
    [
        "",
        "FREQ=SECONDLY",
        "2026-11-24 19:00 Europe/Berlin weeks:2:2",
        "2026-11-24 19:00 Europe/Berlin weeks:9:2 times:3",
        "2026-11-24 19:00 Europe/Berlin weeks:0:2 times:3",
        "2026-11-24 19:00 Europe/Berlin weeks:2:8 times:3",
        "2026-11-24 19:00 Europe/Berlin weeks:2:0 times:3",
        "2026-11-24 19:00 Europe/Berlin weeks:2 times:3",
        "2026-11-24 19:00 Europe/Berlin day:32 times:3",
        "2026-11-24 19:00 Europe/Berlin nth:5:2 times:3",
        "2026-11-24 19:00 Europe/Berlin nth:-2:2 times:3",
        "2026-11-24 19:00 Europe/Berlin days:21 times:3",
        "2026-11-24 19:00 Europe/Berlin days:1 times:0",
        "2026-11-24 19:00 Europe/Berlin days:1 times:401",
        "2026-11-24 19:00 Europe/Berlin days:1 times:03",
        "2026-11-24 19:00 Europe/Berlin days:1 until:2026-11-23",
        "2026-11-24 19:00 Europe/Berlin days:1 until:9999-12-31",
        "2026-11-24 19:00 Europe/Berlin days:1 times:3 until:2027-01-01",
        "2026-11-24 19:00 Europe/Berlin days:1 times:3\n",
        "2026-11-24 25:00 Europe/Berlin days:1 times:3",
        "2026-02-30 19:00 Europe/Berlin days:1 times:3",
        "9999-12-31 19:00 Europe/Berlin days:1 times:3",
        "0001-01-01 19:00 Europe/Berlin days:1 times:3",
        "2026-11-24 19:00 Europe/Atlantis days:1 times:3",
        "2026-11-24 19:00 ../../etc/passwd days:1 times:3",
        "2026-11-24 19:00 /etc/passwd days:1 times:3",
        "2026-11-24 19:00 Europe days:1 times:3",
        "２026-11-24 19:00 Europe/Berlin days:1 times:3",
    ],
)
def test_damaged_or_hostile_text_is_refused(code: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which of many reasons does not matter
        Recurrence.from_code(code)


@given(
    st.text(max_size=100) | st.from_regex(r"\A2026-11-24 19:00 [A-Za-z/.]{1,20} [a-z]{3,5}:[0-9:-]{1,7} times:[0-9]\Z")
)
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_recurrence_or_a_value_error(text: str) -> None:
    try:
        recurrence = Recurrence.from_code(text)
    except ValueError:
        return
    assert recurrence.code == text


def test_it_needs_exactly_one_end_and_a_full_minute() -> None:
    daily = OnDays(EVERY_DAY)
    with pytest.raises(ValueError, match="one of the two"):
        Recurrence(daily, START, time(19), BERLIN)
    with pytest.raises(ValueError, match="one of the two"):
        Recurrence(daily, START, time(19), BERLIN, times=3, until=START)
    with pytest.raises(ValueError, match="full minute"):
        Recurrence(daily, START, time(19, 0, 30), BERLIN, times=3)


@pytest.mark.parametrize(
    ("recurrence", "words"),
    [
        (
            rule(EveryWeeks(2, TUESDAY), until=date(2026, 12, 3)),
            "every second Tuesday at 19:00, Berlin time, until 3 December",
        ),
        (rule(EveryWeeks(1, FRIDAY), until=date(2027, 3, 3)), "every Friday at 19:00, Berlin time, until 3 March 2027"),
        (rule(OnDays(EVERY_DAY), times=10), "every day at 19:00, Berlin time, 10 times"),
        (rule(OnDays(WEEKDAYS), times=1), "on weekdays at 19:00, Berlin time, once"),
        (rule(EveryWeeks(8, 6), at=time(8, 5)), "every eighth Sunday at 08:05, Berlin time, 6 times"),
        (rule(MonthlyOnDay(5)), "on day 5 of every month at 19:00, Berlin time, 6 times"),
        (rule(MonthlyOnDay(30)), "on day 30 (or the last day) of every month at 19:00, Berlin time, 6 times"),
        (rule(MonthlyOnDay(31)), "on the last day of every month at 19:00, Berlin time, 6 times"),
        (rule(MonthlyOnWeekday(2, TUESDAY)), "on the second Tuesday of every month at 19:00, Berlin time, 6 times"),
        (rule(MonthlyOnWeekday(LAST, FRIDAY)), "on the last Friday of every month at 19:00, Berlin time, 6 times"),
    ],
)
def test_it_says_itself_in_plain_english(recurrence: Recurrence, words: str) -> None:
    assert str(recurrence) == words
