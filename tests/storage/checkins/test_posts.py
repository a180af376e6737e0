"""The open check-in post: once a day in each community that wants one, at the hour on the wall there."""

from __future__ import annotations

from datetime import UTC, datetime, time
from sqlite3 import Connection
from zoneinfo import ZoneInfo

import pytest

from bot.clocks.times import Schedule
from bot.messages import Channel, Community
from storage.checkins import posts
from storage.checkins.posts import Post
from tests.storage.conftest import DAY, HOUR, MINUTE, NOW, SECOND, rows_in

LOBBY, NOOK = Channel("local", "lobby"), Channel("local", "lobby", "nook")
EVENING = Schedule(time(19), ZoneInfo("Europe/Berlin"))
LATER = Schedule(time(20), ZoneInfo("Europe/Berlin"))
TONIGHT = datetime(2026, 3, 2, 18, tzinfo=UTC)


def planned(connection: Connection) -> list[tuple[int, datetime]]:
    rows = connection.execute("SELECT community, due FROM deliveries ORDER BY due, community")
    return [(community, datetime.fromtimestamp(due, UTC)) for community, due in rows]


def test_nobody_has_a_post_who_did_not_ask_for_one(connection: Connection, porch: Community) -> None:
    assert posts.get(connection, porch) is None
    assert not posts.remove(connection, porch)
    posts.plan_due(connection, NOW + DAY)
    assert planned(connection) == []


def test_a_post_is_that_of_one_community(connection: Connection, porch: Community, garden: Community) -> None:
    assert posts.set_post(connection, porch, NOOK, EVENING, NOW) == TONIGHT
    assert posts.get(connection, porch) == Post(NOOK, EVENING, TONIGHT)
    assert posts.get(connection, garden) is None
    assert not posts.remove(connection, garden)
    assert posts.remove(connection, porch)
    assert posts.get(connection, porch) is None


def test_it_comes_once_when_it_is_due_to_the_second(connection: Connection, porch: Community) -> None:
    posts.set_post(connection, porch, LOBBY, EVENING, NOW)
    posts.plan_due(connection, TONIGHT - SECOND)
    assert planned(connection) == []
    for _ in range(2):
        posts.plan_due(connection, TONIGHT)
    assert planned(connection) == [(porch.id, TONIGHT)]


def test_it_goes_where_it_was_asked_for_until_the_next_one(connection: Connection, porch: Community) -> None:
    posts.set_post(connection, porch, NOOK, EVENING, NOW)
    posts.plan_due(connection, TONIGHT)
    found = connection.execute("SELECT platform, target, thread, person, expires FROM deliveries").fetchall()
    assert found == [("local", "lobby", "nook", None, (TONIGHT + DAY).timestamp())]


def test_a_later_hour_makes_no_second_post_on_one_day(connection: Connection, porch: Community) -> None:
    posts.set_post(connection, porch, LOBBY, EVENING, NOW)
    posts.plan_due(connection, TONIGHT)
    posts.set_post(connection, porch, LOBBY, LATER, TONIGHT + MINUTE)
    for hours in range(26):
        posts.plan_due(connection, TONIGHT + hours * HOUR)
    assert planned(connection) == [(porch.id, TONIGHT), (porch.id, TONIGHT + DAY + HOUR)]


def test_a_second_choice_stands_in_place_of_the_first(connection: Connection, porch: Community) -> None:
    posts.set_post(connection, porch, LOBBY, EVENING, NOW)
    posts.set_post(connection, porch, NOOK, LATER, NOW)
    assert rows_in(connection, "checkin_posts") == 1
    assert posts.get(connection, porch) == Post(NOOK, LATER, TONIGHT + HOUR)


def test_two_communities_have_one_each(connection: Connection, porch: Community, garden: Community) -> None:
    posts.set_post(connection, porch, LOBBY, EVENING, NOW)
    posts.set_post(connection, garden, LOBBY, EVENING, NOW)
    posts.plan_due(connection, TONIGHT)
    assert planned(connection) == [(porch.id, TONIGHT), (garden.id, TONIGHT)]


def test_after_days_away_there_is_one_post_and_then_the_next(connection: Connection, porch: Community) -> None:
    posts.set_post(connection, porch, LOBBY, EVENING, NOW)
    posts.plan_due(connection, TONIGHT + 9 * DAY + HOUR)
    assert len(planned(connection)) == 1
    found = posts.get(connection, porch)
    assert found is not None
    assert found.due == TONIGHT + 10 * DAY


@pytest.mark.parametrize("start", [datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC)])
@pytest.mark.parametrize("at", [time(2, 30), time(19)])
def test_over_a_change_of_the_clocks_there_is_one_a_day(
    connection: Connection, porch: Community, start: datetime, at: time
) -> None:
    schedule = Schedule(at, ZoneInfo("Europe/Berlin"))
    posts.set_post(connection, porch, LOBBY, schedule, start)
    for step in range(4 * 48):
        posts.plan_due(connection, start + step * 30 * MINUTE)
    days = [due.astimezone(schedule.zone).date() for _community, due in planned(connection)]
    assert len(days) == len(set(days)) == 4


@pytest.mark.parametrize(
    ("gone", "left"),
    [(LOBBY, 0), (NOOK, 0), (Channel("local", "lobby", "other"), 1), (Channel("far", "lobby"), 1)],
)
def test_a_post_goes_with_its_channel(connection: Connection, porch: Community, gone: Channel, left: int) -> None:
    posts.set_post(connection, porch, NOOK, EVENING, NOW)
    posts.gone(connection, gone)
    assert rows_in(connection, "checkin_posts") == left


def test_a_thread_that_goes_takes_no_post_of_its_channel(connection: Connection, porch: Community) -> None:
    posts.set_post(connection, porch, LOBBY, EVENING, NOW)
    posts.gone(connection, NOOK)
    assert posts.get(connection, porch) is not None


def test_a_post_goes_with_its_community(connection: Connection, porch: Community) -> None:
    posts.set_post(connection, porch, LOBBY, EVENING, NOW)
    connection.execute("DELETE FROM communities WHERE id = ?", (porch.id,))
    assert rows_in(connection, "checkin_posts") == 0
