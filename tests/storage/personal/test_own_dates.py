"""Dates of a member's own: on that morning where they live, once a year, and gone without a trace."""

from __future__ import annotations

from datetime import UTC, date, datetime
from sqlite3 import Connection

import pytest

from bot.messages import Person
from storage.members import members
from storage.personal import own_dates
from storage.personal.own_dates import OwnDate
from tests.storage.conftest import DAY, HOUR, NOW, SECOND, rows_in

BERLIN = "Europe/Berlin"
MAY = date(2026, 5, 9)
MORNING = datetime(2026, 5, 9, 7, tzinfo=UTC)
"""Nine in Berlin, in summer."""


def seal(row: int) -> bytes:
    return f"sealed {row}".encode()


def add(connection: Connection, person: Person, nominal: date = MAY, zone: str = BERLIN, now: datetime = NOW) -> int:
    row = own_dates.add(connection, person, seal, nominal, zone, now)
    assert row is not None
    return row


def planned(connection: Connection) -> list[datetime]:
    return [
        datetime.fromtimestamp(due, UTC) for (due,) in connection.execute("SELECT due FROM deliveries ORDER BY due")
    ]


def nominal(connection: Connection, person: Person) -> date:
    [found] = own_dates.of_person(connection, person)
    return found.nominal


def test_nobody_has_dates_at_first(connection: Connection, alice: Person) -> None:
    assert own_dates.of_person(connection, alice) == []
    assert own_dates.export(connection, alice, lambda one: "name") == {}
    assert not own_dates.plan_due(connection, NOW + 365 * DAY, 10)


def test_a_name_is_sealed_for_its_own_row(connection: Connection, alice: Person) -> None:
    row = add(connection, alice)
    assert own_dates.get(connection, alice, row) == OwnDate(row, seal(row), MAY)


def test_there_are_as_many_as_was_said_for_each(connection: Connection, alice: Person, bob: Person) -> None:
    for _ in range(own_dates.MOST):
        add(connection, alice)
    assert own_dates.add(connection, alice, seal, MAY, BERLIN, NOW) is None
    assert rows_in(connection, "own_dates") == own_dates.MOST
    add(connection, bob)


def test_nobody_sees_moves_or_removes_somebody_elses(connection: Connection, alice: Person, bob: Person) -> None:
    row = add(connection, alice)
    assert own_dates.get(connection, bob, row) is None
    assert not own_dates.move(connection, bob, row, date(2026, 6, 1), NOW)
    assert not own_dates.remove(connection, bob, row)
    assert nominal(connection, alice) == MAY
    assert own_dates.remove(connection, alice, row)
    assert not own_dates.remove(connection, alice, row)


def test_it_comes_that_morning_once_a_year(connection: Connection, alice: Person) -> None:
    add(connection, alice)
    own_dates.plan_due(connection, MORNING - SECOND, 10)
    assert planned(connection) == []
    for _ in range(2):
        own_dates.plan_due(connection, MORNING, 10)
    assert planned(connection) == [MORNING]
    assert nominal(connection, alice) == date(2027, 5, 9)


def test_it_is_still_that_day_in_the_evening_and_not_at_night(connection: Connection, alice: Person) -> None:
    add(connection, alice)
    own_dates.plan_due(connection, MORNING, 10)
    [expires] = connection.execute("SELECT expires FROM deliveries").fetchone()
    assert expires == (MORNING + 12 * HOUR).timestamp()


def test_years_away_are_not_made_up_for(connection: Connection, alice: Person) -> None:
    add(connection, alice)
    own_dates.plan_due(connection, MORNING + 3 * 366 * DAY, 10)
    assert len(planned(connection)) == 1
    assert nominal(connection, alice) == date(2030, 5, 9)


def test_a_morning_that_has_passed_is_next_years(connection: Connection, alice: Person) -> None:
    add(connection, alice, date(2026, 3, 2), now=NOW)
    assert nominal(connection, alice) == date(2027, 3, 2)


@pytest.mark.parametrize(("year", "day"), [(2026, 28), (2027, 28), (2028, 29)])
def test_the_29th_of_february_comes_every_year(connection: Connection, alice: Person, year: int, day: int) -> None:
    assert own_dates.in_year("02-29", year) == date(year, 2, day)
    add(connection, alice, date(2024, 2, 29), now=datetime(year, 1, 1, tzinfo=UTC))
    assert nominal(connection, alice) == date(year, 2, day)


def test_a_moved_date_comes_on_the_new_day_alone(connection: Connection, alice: Person) -> None:
    row = add(connection, alice)
    assert own_dates.move(connection, alice, row, date(2026, 6, 1), NOW)
    own_dates.plan_due(connection, MORNING, 10)
    assert planned(connection) == []
    own_dates.plan_due(connection, datetime(2026, 6, 1, 7, tzinfo=UTC), 10)
    assert planned(connection) == [datetime(2026, 6, 1, 7, tzinfo=UTC)]
    assert not own_dates.move(connection, alice, 99, MAY, NOW)


def test_the_morning_is_where_the_member_lives_now(connection: Connection, alice: Person, bob: Person) -> None:
    for who in (alice, bob):
        add(connection, who)
    members.set_zone(connection, alice, "America/New_York")
    own_dates.follow_zones(connection, NOW)
    own_dates.plan_due(connection, MORNING + 6 * HOUR, 10)
    assert planned(connection) == [MORNING, MORNING + 6 * HOUR]


def test_who_flies_east_on_the_day_loses_no_date(connection: Connection, alice: Person) -> None:
    add(connection, alice)
    members.set_zone(connection, alice, "Asia/Tokyo")
    before = MORNING - HOUR  # seven hours after the morning in Tokyo, and the same day there
    own_dates.follow_zones(connection, before)
    own_dates.plan_due(connection, before, 10)
    assert planned(connection) == [MORNING - 7 * HOUR]
    assert nominal(connection, alice) == date(2027, 5, 9)


def test_who_flies_west_on_the_day_has_no_date_twice(connection: Connection, alice: Person) -> None:
    add(connection, alice)
    own_dates.plan_due(connection, MORNING, 10)
    members.set_zone(connection, alice, "America/New_York")
    for hours in range(30):
        own_dates.follow_zones(connection, MORNING + hours * HOUR)
        own_dates.plan_due(connection, MORNING + hours * HOUR, 10)
    assert planned(connection) == [MORNING]


def test_a_batch_says_that_there_is_more(connection: Connection, alice: Person) -> None:
    for _ in range(3):
        add(connection, alice)
    assert own_dates.plan_due(connection, MORNING, 2)
    assert not own_dates.plan_due(connection, MORNING, 2)
    assert len(planned(connection)) == 3


def test_an_export_shows_ones_own(connection: Connection, alice: Person, bob: Person) -> None:
    row = add(connection, alice)
    add(connection, bob)
    assert own_dates.export(connection, alice, lambda one: one.label.decode()) == {
        "your dates": [{"date": "2026-05-09", "name": f"sealed {row}"}]
    }


def test_nothing_is_left_of_whoever_is_forgotten(connection: Connection, alice: Person, bob: Person) -> None:
    for who in (alice, bob):
        add(connection, who)
    own_dates.plan_due(connection, MORNING, 10)
    own_dates.forget(connection, alice)
    for table in ("own_dates", "deliveries"):
        assert connection.execute(f"SELECT person FROM {table}").fetchall() == [(bob.id,)]
    members.forget(connection, bob)
    assert rows_in(connection, "own_dates") == 0
