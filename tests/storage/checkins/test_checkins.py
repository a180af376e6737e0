"""Check-ins: one on each day that was chosen, at the hour on the wall, and never what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from sqlite3 import Connection
from zoneinfo import ZoneInfo

import pytest

from bot.clocks.times import Days, Schedule, Week
from bot.context import Delivery
from bot.messages import (
    Person,
)
from storage.checkins import checkins
from storage.delivery import deliveries
from storage.members import in_touch, members
from tests.storage.conftest import DAY, HOSTILE, HOUR, MINUTE, NOW, SECOND, rows_in, tables_naming

BERLIN, TOKYO, LA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Los_Angeles")
EVENING = Schedule(time(19), BERLIN)
TONIGHT = datetime(2026, 3, 2, 18, tzinfo=UTC)


def planned(connection: Connection) -> list[datetime]:
    rows = connection.execute("SELECT due FROM deliveries ORDER BY due, id")
    return [datetime.fromtimestamp(due, UTC) for (due,) in rows]


def next_one(connection: Connection, person: Person) -> datetime:
    found = checkins.week_of(connection, person)
    assert found is not None
    return found[1]


def prompt(connection: Connection, person: Person, at: datetime, text: str = "how", state: str = "sent") -> Delivery:
    """A check-in that this person was asked at this instant."""
    row = deliveries.plan(
        connection, Delivery(person, checkins.PROMPT, f"test:{person.id}:{at}", at, at + checkins.WINDOW)
    )
    assert row is not None
    connection.execute("UPDATE deliveries SET state = ? WHERE id = ?", (state, row))
    delivery = deliveries.get(connection, row)
    assert delivery is not None
    checkins.prompt_for(connection, delivery, person, lambda *_: text, at)
    return delivery


def run(connection: Connection, start: datetime, days: int) -> list[datetime]:
    """Plan every quarter of an hour for so many days."""
    for step in range(days * 96):
        checkins.plan_due(connection, start + step * 15 * MINUTE, 10)
    return planned(connection)


# -- when it comes -----------------------------------------------------------------------------------------------------


def test_without_a_schedule_nothing_comes(connection: Connection, alice: Person) -> None:
    assert checkins.week_of(connection, alice) is None
    assert not checkins.plan_due(connection, NOW + DAY, 10)
    assert planned(connection) == []


def test_what_was_chosen_is_what_is_kept(connection: Connection, alice: Person, bob: Person) -> None:
    week = Week.of(replace(EVENING, days=Days.of(0, 1, 4)), Schedule(time(10, 30), BERLIN, Days.of(6)))
    first = checkins.enable(connection, alice, week, NOW)
    assert first == TONIGHT
    assert checkins.week_of(connection, alice) == (week, TONIGHT)
    assert checkins.week_of(connection, bob) is None


def test_it_comes_when_it_is_due_to_the_second(connection: Connection, alice: Person) -> None:
    checkins.enable(connection, alice, EVENING, NOW)
    checkins.plan_due(connection, TONIGHT - SECOND, 10)
    assert planned(connection) == []
    checkins.plan_due(connection, TONIGHT, 10)
    checkins.plan_due(connection, TONIGHT, 10)
    assert planned(connection) == [TONIGHT]
    assert next_one(connection, alice) == TONIGHT + DAY


def test_a_prompt_is_of_no_use_in_the_night(connection: Connection, alice: Person) -> None:
    checkins.enable(connection, alice, EVENING, NOW)
    checkins.plan_due(connection, TONIGHT, 10)
    [expires] = connection.execute("SELECT expires FROM deliveries").fetchone()
    assert expires == (TONIGHT + checkins.WINDOW).timestamp()


def test_after_an_outage_the_last_one_alone_is_made_up_for(connection: Connection, alice: Person) -> None:
    checkins.enable(connection, alice, EVENING, NOW)
    checkins.plan_due(connection, TONIGHT + 20 * DAY + HOUR, 10)
    assert planned(connection) == [TONIGHT + 20 * DAY]
    assert next_one(connection, alice) == TONIGHT + 21 * DAY


def test_a_batch_is_as_large_as_it_may_be_and_says_that_there_is_more(
    connection: Connection, alice: Person, bob: Person, mo: Person
) -> None:
    for who in (alice, bob, mo):
        checkins.enable(connection, who, EVENING, NOW)
    assert checkins.plan_due(connection, TONIGHT, 2)
    assert not checkins.plan_due(connection, TONIGHT, 2)
    assert rows_in(connection, "deliveries") == 3


@pytest.mark.parametrize("damage", ["at = '1Q:00'", "zone = 'Europe/Berlim'", "days = '123456A'", "at = '19:00 19:00'"])
def test_a_schedule_that_cannot_be_read_keeps_nobody_else_waiting(
    connection: Connection, alice: Person, bob: Person, damage: str
) -> None:
    for who in (alice, bob):
        checkins.enable(connection, who, EVENING, NOW)
    connection.execute(f"UPDATE checkin_schedules SET {damage} WHERE person = ?", (alice.id,))
    assert not checkins.plan_due(connection, TONIGHT, 10)
    assert connection.execute("SELECT person FROM deliveries").fetchall() == [(bob.id,)]


@pytest.mark.parametrize(
    ("at", "start", "utc_hours"),
    [
        (time(19), datetime(2026, 3, 27, 12, tzinfo=UTC), [18, 18, 17, 17]),
        (time(2, 30), datetime(2026, 3, 27, 12, tzinfo=UTC), [1, 1, 0, 0]),
        (time(2, 30), datetime(2026, 10, 23, 12, tzinfo=UTC), [0, 0, 1, 1]),
    ],
)
def test_over_a_change_of_the_clocks_there_is_one_a_day_at_the_hour_on_the_wall(
    connection: Connection, alice: Person, at: time, start: datetime, utc_hours: list[int]
) -> None:
    checkins.enable(connection, alice, Schedule(at, BERLIN), start)
    found = run(connection, start, 4)
    assert [one.hour for one in found] == utc_hours
    days = [one.astimezone(BERLIN).date() for one in found]
    assert len(set(days)) == len(days) == 4


def test_an_hour_that_does_not_exist_comes_after_the_gap(connection: Connection, alice: Person) -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    first = checkins.enable(connection, alice, Schedule(time(2, 30), BERLIN), start)
    assert first.astimezone(BERLIN).time() == time(3, 30)


# -- a change of mind --------------------------------------------------------------------------------------------------


def test_a_later_hour_on_the_same_day_does_not_ask_twice(connection: Connection, alice: Person) -> None:
    checkins.enable(connection, alice, EVENING, NOW)
    checkins.plan_due(connection, TONIGHT, 10)
    first = checkins.enable(connection, alice, Schedule(time(21), BERLIN), TONIGHT + MINUTE)
    assert first == TONIGHT + DAY + 2 * HOUR


def test_another_hour_before_it_came_takes_nothing_away(connection: Connection, alice: Person) -> None:
    checkins.enable(connection, alice, EVENING, NOW)
    assert checkins.enable(connection, alice, Schedule(time(20), BERLIN), NOW + HOUR) == TONIGHT + HOUR


def test_flying_on_does_not_ask_twice_within_hours(connection: Connection, alice: Person) -> None:
    checkins.enable(connection, alice, Schedule(time(19), TOKYO), NOW - 6 * HOUR)
    checkins.plan_due(connection, datetime(2026, 3, 2, 10, tzinfo=UTC), 10)
    first = checkins.enable(connection, alice, EVENING, NOW)
    assert first == TONIGHT + DAY, "tonight in Berlin is the same date on which they were asked in Tokyo"


def test_a_new_week_drops_what_was_on_its_way(connection: Connection, alice: Person, bob: Person) -> None:
    for who in (alice, bob):
        checkins.enable(connection, who, EVENING, NOW)
    checkins.plan_due(connection, TONIGHT, 10)
    checkins.enable(connection, alice, Schedule(time(7), BERLIN), TONIGHT)
    assert connection.execute("SELECT person FROM deliveries").fetchall() == [(bob.id,)]


def test_who_stops_is_asked_no_more(connection: Connection, alice: Person, bob: Person) -> None:
    for who in (alice, bob):
        checkins.enable(connection, who, EVENING, NOW)
    checkins.plan_due(connection, TONIGHT, 10)
    assert checkins.disable(connection, alice)
    assert not checkins.disable(connection, alice)
    checkins.plan_due(connection, TONIGHT + DAY, 10)
    assert {who for (who,) in connection.execute("SELECT person FROM deliveries")} == {bob.id}


def test_what_rests_comes_back_as_it_was(connection: Connection, alice: Person) -> None:
    checkins.enable(connection, alice, EVENING, NOW)
    assert checkins.rest(connection, alice, NOW)
    assert checkins.rests(connection, alice)
    assert checkins.week_of(connection, alice) is None
    checkins.plan_due(connection, NOW + 9 * DAY, 10)
    assert planned(connection) == []
    assert checkins.resume(connection, alice, NOW + 10 * DAY)
    assert not checkins.rests(connection, alice)
    assert checkins.week_of(connection, alice) == (Week.of(EVENING), TONIGHT + 10 * DAY)


def test_resting_twice_keeps_what_rests(connection: Connection, alice: Person) -> None:
    checkins.enable(connection, alice, EVENING, NOW)
    checkins.rest(connection, alice, NOW)
    assert not checkins.rest(connection, alice, NOW + DAY)
    assert checkins.resume(connection, alice, NOW + DAY)


def test_nothing_rests_where_nothing_was(connection: Connection, alice: Person) -> None:
    assert not checkins.rest(connection, alice, NOW)
    assert not checkins.resume(connection, alice, NOW)


def test_a_new_week_ends_a_rest_and_so_does_stopping(connection: Connection, alice: Person) -> None:
    checkins.enable(connection, alice, EVENING, NOW)
    checkins.rest(connection, alice, NOW)
    checkins.enable(connection, alice, EVENING, NOW)
    assert not checkins.rests(connection, alice)
    checkins.rest(connection, alice, NOW)
    assert checkins.disable(connection, alice)
    assert not checkins.resume(connection, alice, NOW)


def test_later_is_asked_once(connection: Connection, alice: Person) -> None:
    for _ in range(2):
        checkins.later(connection, alice, 7, NOW + HOUR)
    assert planned(connection) == [NOW + HOUR]


# -- what is asked -----------------------------------------------------------------------------------------------------


def test_the_prompt_of_a_delivery_is_the_same_at_every_attempt(connection: Connection, alice: Person) -> None:
    delivery = prompt(connection, alice, NOW, "first")
    assert checkins.prompt_for(connection, delivery, alice, lambda *_: "second", NOW + MINUTE) == "first"
    assert rows_in(connection, "checkins") == 1


def test_the_same_is_asked_later(connection: Connection, alice: Person) -> None:
    first = prompt(connection, alice, NOW, "first")
    again = replace(prompt(connection, alice, NOW + HOUR, "x"), args={"again": first.id or 0})
    connection.execute("DELETE FROM checkins WHERE delivery = ?", (again.id,))
    assert checkins.prompt_for(connection, again, alice, lambda *_: "other", NOW + HOUR) == "first"


def test_choosing_knows_what_was_seen_by_this_person_alone(connection: Connection, alice: Person, bob: Person) -> None:
    given: list[tuple[Mapping[str, datetime], str | None, datetime]] = []

    def choose(seen: Mapping[str, datetime], last: str | None, since: datetime) -> str:
        given.append((seen, last, since))
        return HOSTILE

    checkins.next_prompt(connection, bob, choose, NOW)
    checkins.next_prompt(connection, alice, choose, NOW)
    checkins.next_prompt(connection, alice, choose, NOW + DAY)
    checkins.next_prompt(connection, alice, choose, NOW + 2 * DAY)
    assert given[1:] == [
        ({}, None, NOW),
        ({HOSTILE: NOW}, HOSTILE, NOW),
        ({HOSTILE: NOW + DAY}, HOSTILE, NOW),
    ]


def test_the_latest_check_in_is_that_of_the_person(connection: Connection, alice: Person, bob: Person) -> None:
    first, second = prompt(connection, alice, NOW), prompt(connection, alice, NOW + DAY)
    prompt(connection, bob, NOW + 2 * DAY)
    assert checkins.is_latest(connection, alice, second.id or 0)
    assert not checkins.is_latest(connection, alice, first.id or 0)


# -- kept, shown, forgotten --------------------------------------------------------------------------------------------


def test_it_is_kept_for_as_long_as_was_said_to_the_second(connection: Connection, alice: Person) -> None:
    prompt(connection, alice, NOW)
    in_touch.record(connection, alice, NOW)
    for kept, tables in ((checkins.KEPT, ("contacts", "checkins")), (checkins.SEEN_KEPT, ("prompts_seen",))):
        checkins.sweep(connection, NOW + kept - SECOND)
        assert [rows_in(connection, table) for table in tables] == [1] * len(tables)
        checkins.sweep(connection, NOW + kept)
        assert [rows_in(connection, table) for table in tables] == [0] * len(tables)


def test_words_whose_time_is_over_are_erased(connection: Connection, alice: Person) -> None:
    for key, kind, life in (("1", "a", HOUR), ("2", "a", 2 * HOUR), ("3", "b", HOUR)):
        deliveries.plan(connection, Delivery(alice, kind, key, NOW, NOW + life, body=b"sealed"))
    deliveries.erase_words(connection, ["a"], NOW + HOUR - SECOND)
    deliveries.erase_words(connection, [], NOW + DAY)
    assert connection.execute("SELECT count(body) FROM deliveries").fetchone() == (3,)
    deliveries.erase_words(connection, ["a"], NOW + HOUR)
    left = connection.execute("SELECT nominal_key FROM deliveries WHERE body IS NOT NULL ORDER BY 1").fetchall()
    assert left == [("2",), ("3",)]


def test_an_export_shows_all_that_is_kept_of_one_person(connection: Connection, alice: Person, bob: Person) -> None:
    checkins.enable(connection, alice, EVENING, NOW)
    delivery = prompt(connection, alice, NOW, "how")
    prompt(connection, alice, NOW + DAY, "where")
    prompt(connection, bob, NOW, "who")
    in_touch.record(connection, alice, NOW + HOUR, delivery.id)
    assert checkins.export(connection, alice) == {
        "check-in": {"schedule": str(EVENING), "next": TONIGHT.isoformat()},
        "check-ins of the last 35 days": [
            {"asked": NOW.isoformat(), "answered": True},
            {"asked": (NOW + DAY).isoformat(), "answered": False},
        ],
        "when you were in touch, last 35 days": [(NOW + HOUR).isoformat()],
        "questions you have seen": {"how": "2026-03-02", "where": "2026-03-03"},
    }


def test_an_export_shows_what_rests(connection: Connection, alice: Person) -> None:
    checkins.enable(connection, alice, EVENING, NOW)
    checkins.rest(connection, alice, NOW)
    shown = checkins.export(connection, alice)
    assert "check-in" not in shown
    assert shown["check-in that rests"] == {"schedule": str(EVENING), "since": NOW.isoformat()}


@pytest.mark.parametrize("resting", [True, False])
def test_nothing_is_left_of_whoever_is_forgotten(
    connection: Connection, alice: Person, bob: Person, resting: bool
) -> None:
    for who in (alice, bob):
        checkins.enable(connection, who, EVENING, NOW)
        prompt(connection, who, NOW)
        in_touch.record(connection, who, NOW)
    if resting:
        checkins.rest(connection, alice, NOW)
    checkins.forget(connection, alice)
    assert tables_naming(connection, alice) == {"accounts", "deliveries"}
    assert tables_naming(connection, bob) > {"checkin_schedules", "checkins", "prompts_seen", "contacts"}
    members.forget(connection, alice)
    assert tables_naming(connection, alice) == set()
