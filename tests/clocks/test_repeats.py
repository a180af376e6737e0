"""What comes round again: its hour in its zone for ever, each date once, and the same whatever became of it between."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clocks.recurrence import EveryDays, EveryWeeks, MonthlyOnDay, OnDays, Pattern
from bot.clocks.repeats.reading import read_coming, take
from bot.clocks.repeats.repeat import Coming, Repeat
from bot.clocks.times import EVERY_DAY
from bot.errors import Ambiguous, UserError
from tests.clocks.test_words import BERLIN, NOW

MORNING = time(9)


def repeat(pattern: Pattern, at: time = MORNING, zone: ZoneInfo = BERLIN, now: datetime = NOW) -> Repeat:
    return Repeat.beginning(pattern, at, zone, now)


def shown(one: Repeat, times: int) -> list[str]:
    """When clocks in its zone show that it came."""
    found = []
    for _n in range(times):
        found.append(f"{one.next.instant.astimezone(one.zone):%m-%d %H:%M}")
        one = one.after(one.next.instant)[1]
    return found


def test_it_keeps_its_wall_time_over_a_gap_and_comes_once_in_a_fold() -> None:
    spring = repeat(OnDays(EVERY_DAY), time(2, 30), now=datetime(2027, 3, 26, 12, tzinfo=UTC))
    assert shown(spring, 3) == ["03-27 02:30", "03-28 03:30", "03-29 02:30"]
    autumn = repeat(OnDays(EVERY_DAY), time(2, 30), now=datetime(2027, 10, 30, 12, tzinfo=UTC))
    assert shown(autumn, 2) == ["10-31 02:30", "11-01 02:30"]
    assert autumn.next.instant == datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "the first of the two"


def test_every_second_day_begins_with_the_first_hour_to_come_and_keeps_its_phase() -> None:
    assert shown(repeat(EveryDays(2), time(18)), 3) == ["11-25 18:00", "11-27 18:00", "11-29 18:00"]
    morning = repeat(EveryDays(2))
    assert shown(morning, 2) == ["11-26 09:00", "11-28 09:00"]
    last, following = morning.after(datetime(2026, 12, 5, 12, tzinfo=BERLIN))
    assert (str(last.nominal), str(following.nominal)) == ("2026-12-04", "2026-12-06")


def test_every_second_wednesday_asked_for_after_its_hour_begins_a_week_later() -> None:
    assert shown(repeat(EveryWeeks(2, 2)), 2) == ["12-02 09:00", "12-16 09:00"]
    assert shown(repeat(EveryWeeks(2, 2), time(18)), 2) == ["11-25 18:00", "12-09 18:00"]


def test_the_31st_comes_on_the_last_day_of_a_shorter_month_and_goes_back_to_the_31st() -> None:
    assert shown(repeat(MonthlyOnDay(31)), 4) == ["11-30 09:00", "12-31 09:00", "01-31 09:00", "02-28 09:00"]
    assert repeat(MonthlyOnDay(31)).may_be_shortened
    assert not repeat(MonthlyOnDay(28)).may_be_shortened


def test_what_is_stored_is_read_back_and_a_zone_that_is_no_more_is_refused() -> None:
    one = repeat(EveryWeeks(2, 6), time(17))
    assert one.written == ("weeks:2:7", "17:00", "Europe/Berlin", "2026-11-29")
    assert Repeat.read(*one.written) == one
    for written in (
        ("weeks:2:7", "17:00", "Atlantis/City", "2026-11-29"),
        ("years:2", "17:00", "UTC", "2026-11-29"),
        ("every:1", "17:00", "UTC", "2026-11-29"),
        ("days:1", "25:00", "UTC", "2026-11-29"),
        ("days:1", "17:00", "UTC", "soon"),
    ):
        with pytest.raises(ValueError, match=r"."):
            Repeat.read(*written)


def test_what_waits_for_a_yes_is_read_back_with_the_first_that_is_still_to_come() -> None:
    one = read_coming("every day 14:35", NOW, BERLIN)
    assert Coming.from_code(one.code, NOW) == one
    later = Coming.from_code(one.code, NOW + timedelta(minutes=10))
    assert later.repeat is not None
    assert later.repeat.nominal == date(2026, 11, 26)
    once = read_coming("tomorrow 9am", NOW, BERLIN)
    assert Coming.from_code(once.code, NOW) == once


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("every monday 7pm", "every Monday at 19:00, Berlin time"),
        ("mon wed fri 19:00", "on Mon, Wed and Fri at 19:00, Berlin time"),
        ("every other day at 6pm", "every second day at 18:00, Berlin time"),
        ("every 3 days 18:00", "every 3 days at 18:00, Berlin time"),
        ("every two weeks on sunday 17:00", "every second Sunday at 17:00, Berlin time"),
        ("the 1st of each month 9:00", "on day 1 of every month at 09:00, Berlin time"),
        ("every last friday of the month 17:00", "on the last Friday of every month at 17:00, Berlin time"),
        ("every weekday at 9:00 new york time", "on weekdays at 09:00, New York time"),
    ],
)
def test_what_was_understood_is_said_in_words(words: str, said: str) -> None:
    coming = read_coming(words, NOW, BERLIN)
    assert coming.repeat is not None
    assert coming.repeat.in_zone() == said


@pytest.mark.parametrize(
    "words", ["9am New York time every day", "every day 9am new york time", "every day 9am new york"]
)
def test_a_zone_after_the_hour_is_the_zone_of_that_hour_in_any_order(words: str) -> None:
    coming = read_coming(words, NOW, BERLIN)
    assert coming.repeat is not None
    assert coming.repeat.zone.key == "America/New_York"
    assert coming.due == datetime(2026, 11, 25, 14, tzinfo=UTC)


def test_what_is_two_rhythms_to_two_people_is_asked_about() -> None:
    with pytest.raises(Ambiguous, match="every 2 weeks on Sunday, or on the second Sunday of every month"):
        read_coming("every second sunday 19:00", NOW, BERLIN)
    with pytest.raises(Ambiguous, match="7am or 7pm"):
        read_coming("every monday at 7", NOW, BERLIN)


@pytest.mark.parametrize(
    "words", ["every hour", "hourly 9am", "every year 9am", "biweekly monday 9am", "every 400 days 9am"]
)
def test_a_rhythm_there_is_not_gets_those_there_are(words: str) -> None:
    with pytest.raises(UserError, match="I can remind you daily"):
        read_coming(words, NOW, BERLIN)


@pytest.mark.parametrize("line", ["every monday " * 30, "mon tue wed thu 9am every other day " * 20, "every " * 500])
def test_no_line_takes_long(line: str) -> None:
    before = datetime.now(UTC)
    take(line)
    assert datetime.now(UTC) - before < timedelta(seconds=1)
