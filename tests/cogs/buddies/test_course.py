"""What a pair is asked and when: at hours of one's own day, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.words.prompts import Depth
from cogs.buddies.choices import Personal
from cogs.buddies.lifetime import course, depth, weeks_between
from cogs.buddies.schedules import first_round, following, length
from storage.buddies.pairs import ROUND_DAYS, TRY_DAYS

OPENED = datetime(2026, 3, 16, 15, tzinfo=UTC)
BERLIN, AUCKLAND, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland"), ZoneInfo("America/New_York")
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)


def moments(days: int = 28, zone: ZoneInfo = BERLIN, *, mentor: bool = False, since: int = 0) -> list[tuple[str, int]]:
    ends = OPENED + timedelta(days=days)
    found = course(OPENED, ends, zone, mentor=mentor, now=OPENED + timedelta(days=since))
    return sorted(((moment.what, moment.day) for moment in found), key=lambda one: one[1])


def test_four_weeks_have_three_questions_a_middle_and_a_closing() -> None:
    assert moments() == [("week", 7), ("middle", 10), ("week", 14), ("week", 21), ("closing", 25)]


def test_a_one_week_try_has_one_question_and_a_closing() -> None:
    assert moments(7) == [("closing", 4), ("week", 5)]


def test_twelve_weeks_with_a_mentor_ask_who_else_in_week_four() -> None:
    found = moments(84, mentor=True)
    assert ("who_else", 28) in found
    assert not any(what == "middle" for what, _day in found)
    assert sum(what == "week" for what, _day in found) == 11


def test_what_is_over_is_not_planned_again() -> None:
    assert moments(56, since=28) == [("week", 28), ("week", 35), ("week", 42), ("week", 49), ("closing", 53)]


@pytest.mark.parametrize("zone", [BERLIN, AUCKLAND, NEW_YORK])
def test_questions_come_at_the_same_hour_of_ones_own_day_over_clock_changes(zone: ZoneInfo) -> None:
    ends = OPENED + timedelta(days=28)
    for moment in course(OPENED, ends, zone, mentor=False, now=OPENED):
        local = moment.due.astimezone(zone).time()
        assert local == (time(18) if moment.what == "week" else time(12))
        assert moment.due < moment.expires


@pytest.mark.parametrize("days", range(1, 120))
def test_nothing_comes_after_the_end_and_something_always_closes(days: int) -> None:
    ends = OPENED + timedelta(days=days)
    found = list(course(OPENED, ends, BERLIN, mentor=False, now=OPENED))
    assert all(OPENED < moment.due < ends for moment in found)
    if days > 4:
        assert sum(moment.what == "closing" for moment in found) == 1
        assert any(moment.what == "week" for moment in found)


LIGHT, TENDER, ONLY = "light", "tender", "only"


@pytest.mark.parametrize(
    ("dials", "talked", "days", "expected"),
    [
        ((LIGHT, LIGHT), False, 0, "light"),
        ((LIGHT, LIGHT), True, 1, "personal"),
        ((LIGHT, TENDER), False, 7, "personal"),
        ((TENDER, TENDER), True, 6, "personal"),
        ((TENDER, TENDER), False, 6, "light"),
        ((TENDER, TENDER), False, 7, "tender"),
        ((TENDER, ONLY), True, 30, "light"),
        ((TENDER, TENDER, LIGHT), True, 30, "personal"),
    ],
)
def test_questions_deepen_only_by_both_and_with_time(
    dials: tuple[Personal, ...], talked: bool, days: int, expected: Depth
) -> None:
    now = OPENED + timedelta(days=days)
    assert depth(dials, talked=talked, opened=OPENED, now=now) == expected


def test_weeks_are_said_as_people_count_them() -> None:
    assert [weeks_between(OPENED, OPENED + timedelta(days=days)) for days in (3, 7, 26, 28, 40, 84)] == [
        1,
        1,
        4,
        4,
        6,
        12,
    ]


def test_rounds_begin_at_the_same_hour_over_clock_changes() -> None:
    weeks, due = first_round(OPENED, BERLIN)
    assert weeks == 4
    assert due.astimezone(BERLIN).time() == time(10)
    after = following(due, 4, BERLIN, due)
    assert after.astimezone(BERLIN).time() == time(10)
    assert after - due == 4 * WEEK - timedelta(hours=1)


def test_an_outage_skips_whole_rounds_and_begins_none_twice() -> None:
    _weeks, due = first_round(OPENED, BERLIN)
    late = due + 9 * WEEK
    assert following(due, 4, BERLIN, late) > late
    assert following(due, 4, BERLIN, late) - late < 4 * WEEK


def test_whoever_joins_late_in_a_round_gets_four_weeks() -> None:
    ends = OPENED + 4 * WEEK
    assert length(ends, OPENED, one_week=False).until == ends
    assert length(ends, ends - 13 * DAY, one_week=False).until is None
    assert length(ends, ends - 13 * DAY, one_week=False).days == ROUND_DAYS
    assert length(ends, OPENED, one_week=True) == (TRY_DAYS, None)
