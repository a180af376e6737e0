"""Reminders that repeat: once for each date, one alone after an outage, none in a pause, and nothing left behind."""

from __future__ import annotations

from datetime import time, timedelta
from sqlite3 import Connection
from zoneinfo import ZoneInfo

import pytest

from bot.clocks.recurrence import EveryDays, OnDays, Pattern
from bot.clocks.repeats.repeat import Repeat
from bot.clocks.times import EVERY_DAY
from bot.context import NewRules
from bot.messages import Person
from storage.members import members
from storage.personal import reminders, repeating
from tests.storage.conftest import DAY, HOUR, NOW, SECOND, rows_in

DAILY = OnDays(EVERY_DAY)
IN_AN_HOUR = (NOW + HOUR).astimezone(ZoneInfo("UTC")).time().replace(second=0, microsecond=0)


def seal(row: int) -> bytes:
    return f"sealed {row}".encode()


def add(connection: Connection, person: Person, pattern: Pattern = DAILY) -> tuple[int, Repeat]:
    repeat = Repeat.beginning(pattern, IN_AN_HOUR, ZoneInfo("UTC"), NOW)
    row = repeating.add(connection, person, seal, repeat)
    assert row is not None
    return row, repeat


def keys(connection: Connection) -> list[str]:
    return [key for (key,) in connection.execute("SELECT nominal_key FROM deliveries ORDER BY due, id")]


def test_each_date_comes_once_and_the_next_is_worked_out_from_the_wall_time(
    connection: Connection, alice: Person
) -> None:
    row, repeat = add(connection, alice)
    first = repeat.next
    for _ in range(2):
        repeating.plan_due(connection, first.instant, 10)
        assert not reminders.plan_due(connection, first.instant, 10)
    assert keys(connection) == [f"reminders.again:{row}:{first.nominal}"]
    [waiting] = reminders.of_person(connection, alice)
    assert waiting.due == first.instant + DAY
    assert waiting.repeat is not None
    assert waiting.repeat.nominal == first.nominal + timedelta(days=1)
    assert connection.execute("SELECT due, expires FROM deliveries").fetchall() == [
        (int(first.instant.timestamp()), int((first.instant + DAY).timestamp()))
    ]


def test_after_an_outage_only_the_last_one_comes_and_the_phase_is_kept(connection: Connection, alice: Person) -> None:
    row, repeat = add(connection, alice, EveryDays(2))
    repeating.plan_due(connection, repeat.next.instant + 9 * DAY, 10)
    last = repeat.nominal + timedelta(days=8)
    assert keys(connection) == [f"reminders.again:{row}:{last}"]
    [waiting] = reminders.of_person(connection, alice)
    assert waiting.repeat is not None
    assert waiting.repeat.nominal == repeat.nominal + timedelta(days=10)


def test_what_falls_into_a_pause_is_left_out(connection: Connection, alice: Person) -> None:
    row, repeat = add(connection, alice)
    members.pause(connection, alice, NOW, NOW + 2 * DAY)
    for day in range(2):
        repeating.plan_due(connection, repeat.next.instant + day * DAY, 10)
    assert keys(connection) == []
    repeating.plan_due(connection, repeat.next.instant + 2 * DAY, 10)
    assert keys(connection) == [f"reminders.again:{row}:{repeat.nominal + timedelta(days=2)}"]


def test_while_a_person_rests_nothing_is_planned_and_then_one(connection: Connection, alice: Person) -> None:
    _row, repeat = add(connection, alice)
    connection.execute("UPDATE persons SET rests = 1 WHERE id = ?", (alice.id,))
    repeating.plan_due(connection, repeat.next.instant + DAY, 10)
    assert keys(connection) == []
    connection.execute("UPDATE persons SET rests = NULL")
    repeating.plan_due(connection, repeat.next.instant + 2 * DAY, 10)
    assert len(keys(connection)) == 1


def test_a_snooze_comes_once_more_and_waits_for_the_end_of_a_pause(
    connection: Connection, alice: Person, bob: Person
) -> None:
    row, _repeat = add(connection, alice)
    assert not repeating.snooze(connection, bob, row, NOW + SECOND)
    assert repeating.snooze(connection, alice, row, NOW + SECOND)
    members.pause(connection, alice, NOW, NOW + HOUR / 2)
    repeating.plan_due(connection, NOW + SECOND, 10)
    assert keys(connection) == []
    for _ in range(2):
        repeating.plan_due(connection, NOW + HOUR / 2, 10)
    assert len(keys(connection)) == 1
    assert [one.snoozed for one in reminders.of_person(connection, alice)] == [None]


def test_it_can_be_moved_to_another_rhythm_to_once_and_back(connection: Connection, alice: Person, bob: Person) -> None:
    row, repeat = add(connection, alice)
    assert not repeating.move(connection, bob, row, NOW + DAY, None)
    assert repeating.move(connection, alice, row, NOW + DAY, None)
    assert rows_in(connection, "repeating_reminders") == 0
    assert repeating.move(connection, alice, row, repeat.next.instant, repeat)
    assert [one.repeat for one in reminders.of_person(connection, alice)] == [repeat]
    reminders.remove(connection, alice, row)
    assert not repeating.move(connection, alice, row, NOW + DAY, None)
    assert rows_in(connection, "repeating_reminders") == 0


def test_a_rule_nobody_can_read_stops_nobody_elses(connection: Connection, alice: Person, bob: Person) -> None:
    row, repeat = add(connection, alice)
    add(connection, bob)
    connection.execute("UPDATE repeating_reminders SET zone = 'Atlantis/City' WHERE reminder = ?", (row,))
    repeating.plan_due(connection, repeat.next.instant, 10)
    assert connection.execute("SELECT person FROM deliveries").fetchall() == [(bob.id,)]
    [waiting] = reminders.of_person(connection, alice)
    assert (waiting.repeat, waiting.due) == (None, repeat.next.instant + repeating.LOOK_AGAIN)


def test_where_the_rules_of_its_zone_have_changed_it_does_not_come_too_soon(
    connection: Connection, alice: Person
) -> None:
    row, repeat = add(connection, alice)
    connection.execute("UPDATE reminders SET due = due - 1800 WHERE id = ?", (row,))
    repeating.plan_due(connection, repeat.next.instant - HOUR / 2, 10)
    assert keys(connection) == []
    assert [one.due for one in reminders.of_person(connection, alice)] == [repeat.next.instant]


def test_a_batch_says_that_there_is_more(connection: Connection, alice: Person) -> None:
    for _ in range(3):
        _row, repeat = add(connection, alice)
    assert repeating.plan_due(connection, repeat.next.instant, 2)
    assert not repeating.plan_due(connection, repeat.next.instant, 2)


def test_there_are_as_many_as_was_said_for_both_kinds_together(connection: Connection, alice: Person) -> None:
    for _ in range(reminders.MOST):
        add(connection, alice)
    repeat = Repeat.beginning(DAILY, time(9), ZoneInfo("UTC"), NOW)
    assert repeating.add(connection, alice, seal, repeat) is None
    assert rows_in(connection, "repeating_reminders") == reminders.MOST


def test_what_was_sent_of_it_does_not_erase_it(connection: Connection, alice: Person) -> None:
    _row, repeat = add(connection, alice)
    repeating.plan_due(connection, repeat.next.instant, 10)
    connection.execute("UPDATE deliveries SET state = 'sent'")
    reminders.erase_sent(connection, NOW)
    assert len(reminders.of_person(connection, alice)) == 1


def test_an_export_says_how_it_comes_again(connection: Connection, alice: Person) -> None:
    row, _repeat = add(connection, alice)
    repeating.snooze(connection, alice, row, NOW + HOUR)
    [kept] = reminders.export(connection, alice, lambda one: one.words.decode())["your reminders"]
    assert kept["again"] == f"every day at {IN_AN_HOUR:%H:%M}, UTC"
    assert kept["snoozed until"] == (NOW + HOUR).isoformat()


@pytest.mark.parametrize("planned", [False, True])
def test_nothing_is_left_of_whoever_is_forgotten(
    connection: Connection, alice: Person, bob: Person, planned: bool
) -> None:
    for who in (alice, bob):
        _row, repeat = add(connection, who)
    if planned:
        repeating.plan_due(connection, repeat.next.instant, 10)
    reminders.forget(connection, alice)
    assert {one for (one,) in connection.execute("SELECT person FROM reminders")} == {bob.id}
    assert {one for (one,) in connection.execute("SELECT person FROM deliveries")} == ({bob.id} if planned else set())
    assert rows_in(connection, "repeating_reminders") == 1


def test_new_rules_of_its_zone_leave_it_at_its_wall_time_and_are_told_once(
    connection: Connection, alice: Person
) -> None:
    """As if it had been derived by rules in which that zone was two hours further east."""
    row, repeat = add(connection, alice)
    [due] = connection.execute("SELECT due FROM reminders").fetchone()
    connection.execute("UPDATE reminders SET due = due + 7200")
    rules = NewRules(frozenset({"UTC"}), 1, NOW)
    for _time in range(2):
        assert repeating.follow(connection, rules, 0) is None
        assert reminders.follow(connection, rules, 0) is None
    assert connection.execute("SELECT due FROM reminders").fetchone() == (due,)
    assert repeat.next.instant.timestamp() == due
    assert connection.execute("SELECT nominal_key, json_extract(args, '$.reminders') FROM deliveries").fetchall() == [
        (f"clocks.moved:1:{alice.id}", str(row))
    ]
