"""Dates of a circle as they are stored: each moved, called off and closed for itself, and told to calendars once."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

import pytest

from bot.messages import Community, Person
from storage.circles import answers, circles, meetings
from storage.circles import dates as circles_dates
from tests.storage.circles.cast import STARTS, WEEK, a_circle, a_date, nominal, people, stands
from tests.storage.conftest import DAY, HOUR, MINUTE, NOW, SECOND, rows_in

LAST = 6
"""The step that is left of a date which is called off."""


@pytest.fixture
def circle(connection: Connection, porch: Community, alice: Person) -> int:
    return a_circle(connection, porch, alice)


@pytest.fixture
def dates(connection: Connection, circle: int) -> list[int]:
    """Three Thursdays."""
    return [a_date(connection, circle, weeks) for weeks in range(3)]


def coming(connection: Connection, circle: int) -> list[int]:
    return [gathering.id for gathering in circles_dates.coming(connection, circle, NOW)]


# -- opened -----------------------------------------------------------------------------------------------------------


def test_a_date_on_the_hosts_calendar_is_opened_once(connection: Connection, circle: int) -> None:
    a_date(connection, circle)
    later = STARTS + HOUR
    assert circles_dates.add(connection, circle, nominal(), later, later + HOUR, NOW) is None
    assert rows_in(connection, "gatherings") == 1


def test_the_same_day_in_two_circles_is_two_dates(
    connection: Connection, porch: Community, alice: Person, circle: int
) -> None:
    other = a_circle(connection, porch, alice)
    first, second = a_date(connection, circle), a_date(connection, other)
    circles_dates.cancel(connection, first, LAST, STARTS, NOW)
    assert coming(connection, circle) == []
    assert coming(connection, other) == [second]


def test_a_date_is_coming_until_it_has_ended(connection: Connection, circle: int) -> None:
    row = a_date(connection, circle)
    during = STARTS + HOUR - SECOND
    assert [one.id for one in circles_dates.coming(connection, circle, during)] == [row]
    assert circles_dates.coming(connection, circle, STARTS + HOUR) == []


# -- moved ------------------------------------------------------------------------------------------------------------


def test_one_date_moved_leaves_the_others_as_they_are(connection: Connection, circle: int, dates: list[int]) -> None:
    before = [stands(connection, row) for row in dates]
    new = STARTS + 2 * DAY
    circles_dates.move(connection, dates[0], new, new + HOUR, 0, NOW, NOW)
    moved = stands(connection, dates[0])
    assert (moved.starts, moved.ends, moved.nominal) == (new, new + HOUR, before[0].nominal)
    assert moved.version == before[0].version + 1, "what was planned for the old time is no longer true"
    assert [stands(connection, row) for row in dates[1:]] == before[1:]


def test_a_date_moved_behind_another_comes_after_it(connection: Connection, circle: int, dates: list[int]) -> None:
    new = STARTS + WEEK + DAY
    circles_dates.move(connection, dates[0], new, new + HOUR, 0, NOW, NOW)
    assert coming(connection, circle) == [dates[1], dates[0], dates[2]]


def test_a_decision_to_hold_it_alone_is_about_the_old_time(connection: Connection, dates: list[int]) -> None:
    circles_dates.hold_alone(connection, dates[0])
    assert stands(connection, dates[0]).alone
    assert not stands(connection, dates[1]).alone
    circles_dates.move(connection, dates[0], STARTS + DAY, STARTS + DAY + HOUR, 0, NOW, NOW)
    assert not stands(connection, dates[0]).alone


def test_what_was_called_off_is_not_moved(connection: Connection, dates: list[int]) -> None:
    circles_dates.cancel(connection, dates[0], LAST, STARTS, NOW)
    before = stands(connection, dates[0])
    circles_dates.move(connection, dates[0], STARTS + DAY, STARTS + DAY + HOUR, 0, NOW, NOW)
    assert stands(connection, dates[0]) == before


# -- called off -------------------------------------------------------------------------------------------------------


def test_one_date_called_off_leaves_the_others_as_they_are(
    connection: Connection, circle: int, dates: list[int]
) -> None:
    before = [stands(connection, row) for row in dates]
    assert circles_dates.cancel(connection, dates[1], LAST, STARTS + 3 * WEEK, NOW)
    assert [stands(connection, row) for row in (dates[0], dates[2])] == [before[0], before[2]]
    assert coming(connection, circle) == [dates[0], dates[2]]
    known = circles_dates.known(connection, circle, NOW)
    assert [(one.id, one.state) for one in known] == [
        (dates[0], "planned"),
        (dates[1], "cancelled"),
        (dates[2], "planned"),
    ]


def test_it_is_called_off_once_and_not_when_it_is_over(connection: Connection, dates: list[int]) -> None:
    assert circles_dates.cancel(connection, dates[0], LAST, STARTS, NOW)
    version = stands(connection, dates[0]).version
    assert not circles_dates.cancel(connection, dates[0], LAST, STARTS, NOW)
    assert stands(connection, dates[0]).version == version
    circles_dates.close(connection, dates[1])
    assert not circles_dates.cancel(connection, dates[1], LAST, STARTS, NOW)
    assert stands(connection, dates[1]).state == "over"


# -- meeting ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until", "meets"),
    [
        (STARTS - MINUTE, STARTS - SECOND, False),
        (STARTS - MINUTE, STARTS, True),
        (STARTS, STARTS, True),
        (STARTS + HOUR - SECOND, STARTS + HOUR - SECOND, True),
        (STARTS + HOUR, STARTS + HOUR, False),
    ],
    ids=["before", "a little early", "at the hour", "in its last second", "when it has ended"],
)
def test_when_a_circle_meets(
    connection: Connection, circle: int, dates: list[int], since: datetime, until: datetime, meets: bool
) -> None:
    found = circles_dates.under_way(connection, circle, since, until)
    assert (found is not None) == meets
    if found is not None:
        assert found.id == dates[0]


def test_what_is_called_off_does_not_meet(connection: Connection, circle: int, dates: list[int]) -> None:
    circles_dates.cancel(connection, dates[0], LAST, STARTS, NOW)
    assert circles_dates.under_way(connection, circle, STARTS, STARTS) is None


# -- what is to be done -----------------------------------------------------------------------------------------------


def test_what_waits_longest_is_done_first(connection: Connection, dates: list[int]) -> None:
    for row, minutes in zip(dates, (30, 10, 20), strict=True):
        circles_dates.done(connection, row, 1, NOW + minutes * MINUTE)
    at = NOW + 20 * MINUTE
    assert [one.id for one in circles_dates.due(connection, at, 10)] == [dates[1], dates[2]]
    assert [one.id for one in circles_dates.due(connection, at, 1)] == [dates[1]]


def test_nothing_is_to_be_done_any_more_after_the_last_step(connection: Connection, dates: list[int]) -> None:
    for row in dates:
        circles_dates.done(connection, row, LAST + 1, None)
    assert circles_dates.due(connection, STARTS + 100 * WEEK, 10) == []


def test_only_what_is_published_opens_its_next_dates(
    connection: Connection, porch: Community, alice: Person, circle: int
) -> None:
    later, resting = (a_circle(connection, porch, alice) for _number in range(2))
    circles_dates.open_next_at(connection, later, NOW + HOUR)
    circles_dates.open_next_at(connection, circle, NOW)
    circles.set_state(connection, resting, "paused")
    circles_dates.open_next_at(connection, resting, NOW)
    assert circles_dates.wanting_dates(connection, NOW, 10) == [circle]
    assert circles_dates.wanting_dates(connection, NOW + HOUR, 10) == [circle, later]
    circles_dates.open_next_at(connection, circle, None)
    assert circles_dates.wanting_dates(connection, NOW + WEEK, 10) == [later], "a rhythm that has ended opens nothing"


# -- closed -----------------------------------------------------------------------------------------------------------


def test_closing_one_date_forgets_who_said_what_there_and_nowhere_else(
    connection: Connection, dates: list[int]
) -> None:
    bob, chandra, dana = people(connection, "bob", "chandra", "dana")
    for row in dates:
        answers.put(connection, row, bob, "in")
        answers.put(connection, row, chandra, "listening")
        answers.put(connection, row, dana, "maybe")
        meetings.join_turns(connection, row, bob, first=False)
    meetings.reflect(connection, dates[0], bob, "re-01", 0)
    circles_dates.close(connection, dates[0])
    assert answers.all_said(connection, dates[0]) == []
    assert meetings.pass_piece(connection, dates[0]) is None
    assert meetings.reflections(connection, dates[0], "re-01") == [(0, 1)], "a number stays"
    assert connection.execute("SELECT seated FROM gatherings WHERE id = ?", (dates[0],)).fetchone() == (2,)
    assert len(answers.all_said(connection, dates[1])) == 3
    assert meetings.pass_piece(connection, dates[1]) == bob


def test_closing_says_what_became_of_it(connection: Connection, dates: list[int]) -> None:
    circles_dates.cancel(connection, dates[1], LAST, STARTS, NOW)
    for row in dates[:2]:
        circles_dates.close(connection, row)
    assert [stands(connection, row).state for row in dates] == ["over", "cancelled", "planned"]
    assert stands(connection, dates[0]).due is None


# -- the platform's calendar ------------------------------------------------------------------------------------------


def showing(connection: Connection) -> list[tuple[int, str | None]]:
    return [(one.gathering.id, one.shown) for one in circles_dates.to_show(connection, NOW + WEEK, 10)]


def test_a_new_date_is_shown_once(connection: Connection, circle: int) -> None:
    row = a_date(connection, circle)
    assert showing(connection) == [(row, None)]
    circles_dates.showed(connection, row, 1, "event-1", None)
    assert showing(connection) == []


def test_a_date_that_moved_is_shown_again_as_the_same_event(connection: Connection, circle: int) -> None:
    row = a_date(connection, circle)
    circles_dates.showed(connection, row, 1, "event-1", None)
    circles_dates.move(connection, row, STARTS + DAY, STARTS + DAY + HOUR, 0, NOW, NOW)
    assert showing(connection) == [(row, "event-1")]


def test_what_changed_while_the_calendar_was_told_is_told_once_more(connection: Connection, circle: int) -> None:
    row = a_date(connection, circle)
    circles_dates.cancel(connection, row, LAST, STARTS, NOW)
    circles_dates.showed(connection, row, 1, "event-1", None)
    assert showing(connection) == [(row, "event-1")], "the calendar heard of the old version only"
    circles_dates.showed(connection, row, 2, None, None)
    assert showing(connection) == []


def test_a_calendar_out_of_reach_is_told_later(connection: Connection, circle: int) -> None:
    row = a_date(connection, circle)
    circles_dates.showed(connection, row, 1, None, NOW + 5 * MINUTE)
    assert circles_dates.to_show(connection, NOW + 4 * MINUTE, 10) == []
    assert [one.gathering.id for one in circles_dates.to_show(connection, NOW + 5 * MINUTE, 10)] == [row]
