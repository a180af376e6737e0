"""Holds and quiet: they keep a person from being introduced, they are told, they end, and they are never two of one."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from random import Random
from sqlite3 import Connection
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.clocks.quiet_hours import QuietHours
from bot.messages import Community, Person
from storage.delivery import deliveries
from storage.members import members
from storage.moderation import holds
from storage.moderation.holds import Quiet
from tests.storage.conftest import DAY, HOUR, NOW, SECOND, person, rows_in, tables_naming


def told(connection: Connection) -> list[tuple[str, int]]:
    return connection.execute("SELECT kind, due FROM deliveries ORDER BY id").fetchall()


def case(connection: Connection, community: Community) -> int:
    row = connection.execute(
        "INSERT INTO cases (community, viewers, words, opened) VALUES (?, 'moderators', x'', 0)", (community.id,)
    ).lastrowid
    assert row is not None
    return row


# -- introductions held ------------------------------------------------------------------------------------------------


def test_at_first_nothing_stands_in_anybodys_way(connection: Connection, alice: Person, porch: Community) -> None:
    assert holds.obstacle(connection, porch, alice, NOW) is None
    assert not holds.end(connection, porch, alice, NOW)
    assert not holds.let_go(connection, porch, alice, NOW)
    assert told(connection) == []


def test_a_hold_is_of_one_person_in_one_community(
    connection: Connection, alice: Person, bob: Person, porch: Community, garden: Community
) -> None:
    row = holds.hold(connection, porch, alice, None, NOW)
    assert row is not None
    assert holds.is_open(connection, row)
    assert holds.obstacle(connection, porch, alice, NOW) == "held"
    assert holds.obstacle(connection, garden, alice, NOW) is None
    assert holds.obstacle(connection, porch, bob, NOW) is None
    assert not holds.end(connection, garden, alice, NOW)
    assert holds.end(connection, porch, alice, NOW)
    assert not holds.is_open(connection, row)


def test_the_same_hold_twice_is_one_and_each_case_holds_for_itself(
    connection: Connection, alice: Person, porch: Community
) -> None:
    first, second = case(connection, porch), case(connection, porch)
    for number in (first, first, second, None, None):
        holds.hold(connection, porch, alice, number, NOW)
    assert rows_in(connection, "holds") == 3


def test_the_person_hears_it_once_and_of_the_end_too(connection: Connection, alice: Person, porch: Community) -> None:
    members.join(connection, alice, porch, NOW)
    holds.hold_and_tell(connection, porch, alice, None, NOW, HOUR)
    holds.hold_and_tell(connection, porch, alice, case(connection, porch), NOW)
    assert told(connection) == [(holds.TOLD, (NOW + HOUR).timestamp())]
    assert not holds.is_known(connection, porch, alice)
    deliveries.settle(connection, 1, "sent", NOW + HOUR)
    assert holds.is_known(connection, porch, alice)
    assert holds.let_go(connection, porch, alice, NOW + DAY)
    assert told(connection)[1:] == [(holds.ENDED, (NOW + DAY).timestamp())]
    assert not holds.is_held(connection, porch, alice), "of both cases"


def test_who_never_heard_of_a_hold_hears_of_no_end(connection: Connection, alice: Person, porch: Community) -> None:
    members.join(connection, alice, porch, NOW)
    holds.hold_silently(connection, porch, alice, case(connection, porch), NOW)
    [(kind, due)] = told(connection)
    assert kind == holds.TOLD
    assert NOW + holds.SOONEST <= datetime.fromtimestamp(due, UTC) <= NOW + holds.LATEST
    assert holds.export(connection, alice) == []
    assert holds.let_go(connection, porch, alice, NOW + HOUR)
    assert told(connection) == [(holds.TOLD, due)]


@pytest.mark.parametrize("start", range(24))
def test_the_word_about_a_hold_comes_within_2_to_48_hours_and_never_in_quiet_hours(
    connection: Connection, alice: Person, porch: Community, start: int
) -> None:
    """In every zone there is, whatever the length of the quiet hours, at any moment of a year."""
    chance = Random(start)
    members.join(connection, alice, porch, NOW)
    for zone in sorted(available_timezones())[start::24]:
        when = NOW + timedelta(seconds=chance.randrange(365 * 24 * 3600), microseconds=chance.randrange(10**6))
        quiet = QuietHours(time(start, chance.choice((0, 30))), time(chance.randrange(24), chance.choice((0, 1, 45))))
        members.set_zone(connection, alice, zone)
        members.set_quiet_hours(connection, alice, quiet.start, quiet.end)
        due = drawn(connection, porch, alice, when)
        assert when + holds.SOONEST <= due < when + holds.LATEST, (zone, quiet, when)
        assert due.astimezone(ZoneInfo(zone)).time() not in quiet, (zone, quiet, when)


def drawn(connection: Connection, community: Community, person: Person, now: datetime) -> datetime:
    """When the person would hear of a hold of now."""
    holds.hold_silently(connection, community, person, None, now)
    [(_kind, due)] = told(connection)
    connection.execute("DELETE FROM deliveries")
    connection.execute("DELETE FROM holds")
    return datetime.fromtimestamp(due, UTC)


def test_any_hour_outside_quiet_hours_is_as_likely_as_another(
    connection: Connection, alice: Person, porch: Community
) -> None:
    members.join(connection, alice, porch, NOW)
    members.set_zone(connection, alice, "UTC")
    members.set_quiet_hours(connection, alice, time(21), time(9))
    hours = Counter(drawn(connection, porch, alice, NOW).hour for _time in range(600))
    assert sorted(hours) == [*range(9, 21)]
    assert hours[9] < 120, "what is held back is not heaped up where the quiet hours end"


def test_who_never_leaves_a_minute_unquiet_hears_of_it_within_48_hours_too(
    connection: Connection, alice: Person, porch: Community
) -> None:
    members.join(connection, alice, porch, NOW)
    members.set_zone(connection, alice, "UTC")
    members.set_quiet_hours(connection, alice, time(9), time(8, 59))
    due = drawn(connection, porch, alice, NOW)
    assert (due.hour, due.minute) == (8, 59)
    assert NOW + holds.SOONEST <= due <= NOW + holds.LATEST


def test_who_was_never_there_is_held_and_hears_nothing_of_it(
    connection: Connection, alice: Person, porch: Community, garden: Community
) -> None:
    members.join(connection, alice, garden, NOW)
    holds.hold_and_tell(connection, porch, alice, None, NOW)
    holds.tell_newcomers(connection, NOW)
    assert holds.is_held(connection, porch, alice)
    assert holds.let_go(connection, porch, alice, NOW)
    assert told(connection) == []


def test_who_comes_later_hears_of_the_hold_once(connection: Connection, alice: Person, porch: Community) -> None:
    holds.hold_and_tell(connection, porch, alice, None, NOW)
    holds.hold_and_tell(connection, porch, alice, case(connection, porch), NOW)
    members.join(connection, alice, porch, NOW + HOUR)
    for hours in (1, 2, 30, 24 * 40):
        holds.tell_newcomers(connection, NOW + hours * HOUR)
    assert told(connection) == [(holds.TOLD, (NOW + HOUR).timestamp())]


def test_who_is_there_and_was_told_is_not_told_again(connection: Connection, alice: Person, porch: Community) -> None:
    members.join(connection, alice, porch, NOW)
    holds.hold_and_tell(connection, porch, alice, None, NOW)
    holds.tell_newcomers(connection, NOW + HOUR)
    assert told(connection) == [(holds.TOLD, NOW.timestamp())]


def test_who_left_and_is_reported_hears_nothing_while_away(
    connection: Connection, alice: Person, porch: Community
) -> None:
    holds.hold_and_tell(connection, porch, alice, None, NOW)
    members.join(connection, alice, porch, NOW + HOUR)
    members.leave(connection, alice, porch, NOW + HOUR)
    holds.tell_newcomers(connection, NOW + HOUR)
    assert told(connection) == []


def test_a_hold_outlives_its_case_but_not_its_person(connection: Connection, alice: Person, porch: Community) -> None:
    number = case(connection, porch)
    holds.hold(connection, porch, alice, number, NOW)
    connection.execute("DELETE FROM cases")
    assert holds.is_held(connection, porch, alice)
    members.forget(connection, alice)
    assert tables_naming(connection, alice) == set()


def test_who_is_new_waits_for_as_long_as_the_community_asks(
    connection: Connection, alice: Person, porch: Community
) -> None:
    connection.execute("INSERT INTO community_settings (community, tenure_days) VALUES (?, 3)", (porch.id,))
    assert holds.obstacle(connection, porch, alice, NOW) == "new", "they are not here at all"
    members.join(connection, alice, porch, NOW)
    assert holds.obstacle(connection, porch, alice, NOW + 3 * DAY - SECOND) == "new"
    assert holds.obstacle(connection, porch, alice, NOW + 3 * DAY) is None


# -- everything quiet --------------------------------------------------------------------------------------------------


def test_one_moderator_asks_for_72_hours_to_the_second(
    connection: Connection, alice: Person, mo: Person, porch: Community, garden: Community
) -> None:
    end = NOW + holds.ALONE
    found = holds.quiet(connection, porch, alice, mo, NOW)
    assert found == Quiet(found.id, alice, mo, None, end)
    assert holds.obstacle(connection, porch, alice, end - SECOND) == "quiet"
    assert holds.obstacle(connection, porch, alice, end) is None
    assert not holds.is_quiet(connection, alice, garden, NOW)
    assert holds.is_quiet(connection, alice, None, NOW), "their own things are quiet too"


def test_asking_twice_is_not_two_moderators(
    connection: Connection, alice: Person, mo: Person, porch: Community
) -> None:
    first = holds.quiet(connection, porch, alice, mo, NOW)
    assert holds.quiet(connection, porch, alice, mo, NOW + HOUR) == first
    assert rows_in(connection, "quieted") == 1


def test_two_moderators_keep_it_until_one_ends_it(
    connection: Connection, alice: Person, bob: Person, mo: Person, porch: Community
) -> None:
    first = holds.quiet(connection, porch, alice, mo, NOW)
    both = first._replace(second=bob, ends=None)
    assert holds.quiet(connection, porch, alice, bob, NOW) == both
    assert holds.quiet(connection, porch, alice, person(connection, "dana"), NOW) == both
    assert holds.is_quiet(connection, alice, porch, NOW + 365 * DAY)
    assert not holds.has_run_out(connection, NOW + 365 * DAY)
    assert holds.unquiet(connection, porch, alice, NOW)
    assert not holds.unquiet(connection, porch, alice, NOW)
    assert not holds.is_quiet(connection, alice, porch, NOW)


def test_what_nobody_agreed_to_runs_out(connection: Connection, alice: Person, mo: Person, porch: Community) -> None:
    holds.quiet(connection, porch, alice, mo, NOW)
    end = NOW + holds.ALONE
    assert not holds.has_run_out(connection, end - SECOND)
    assert holds.end_run_out(connection, end - SECOND) == []
    assert holds.has_run_out(connection, end)
    assert holds.end_run_out(connection, end) == [(porch, alice)]
    assert holds.end_run_out(connection, end) == []


def test_what_was_asked_for_anew_does_not_end_with_the_old_one(
    connection: Connection, alice: Person, bob: Person, mo: Person, porch: Community
) -> None:
    holds.quiet(connection, porch, alice, mo, NOW)
    holds.quiet(connection, porch, bob, mo, NOW)
    end = NOW + holds.ALONE
    fresh = holds.quiet(connection, porch, alice, mo, end)
    assert holds.end_run_out(connection, end) == [(porch, bob)], "about Alice nothing is over"
    assert holds.quiet_about(connection, porch, alice, end) == fresh
    assert not holds.unquiet(connection, porch, bob, end), "it has ended already"


def test_an_export_says_what_and_where_and_never_by_whom(
    connection: Connection, alice: Person, bob: Person, mo: Person, porch: Community
) -> None:
    members.join(connection, alice, porch, NOW)
    holds.hold(connection, porch, alice, None, NOW)
    holds.quiet(connection, porch, alice, mo, NOW)
    assert holds.export(connection, alice) == [
        {"what": "introductions are held", "where": "The Porch", "since": NOW.isoformat()},
        {"what": "everything is quiet", "where": "The Porch", "since": NOW.isoformat()},
    ]
    assert holds.export(connection, bob) == holds.export(connection, mo) == []


def test_what_ended_is_erased_and_what_holds_stays(
    connection: Connection, alice: Person, bob: Person, mo: Person, porch: Community
) -> None:
    for who in (alice, bob):
        holds.hold(connection, porch, who, None, NOW)
        holds.quiet(connection, porch, who, mo, NOW)
    holds.end(connection, porch, alice, NOW)
    holds.unquiet(connection, porch, alice, NOW)
    holds.sweep(connection, NOW)
    for table in ("holds", "quieted"):
        assert connection.execute(f"SELECT person FROM {table}").fetchall() == [(bob.id,)]


def test_quiet_outlasts_the_moderator_who_asked_for_it(
    connection: Connection, alice: Person, mo: Person, porch: Community
) -> None:
    holds.quiet(connection, porch, alice, mo, NOW)
    members.forget(connection, mo)
    found = holds.quiet_about(connection, porch, alice, NOW)
    assert found is not None
    assert found.first is None
    members.forget(connection, alice)
    assert rows_in(connection, "quieted") == 0


def test_the_next_moderator_takes_the_place_of_one_who_was_forgotten(
    connection: Connection, alice: Person, bob: Person, mo: Person, porch: Community
) -> None:
    holds.quiet(connection, porch, alice, mo, NOW)
    members.forget(connection, mo)
    again = person(connection, "mo")
    taken = holds.quiet(connection, porch, alice, again, NOW + HOUR)
    assert (taken.first, taken.second, taken.ends) == (again, None, NOW + holds.ALONE), "one person is not two"
    assert holds.quiet(connection, porch, alice, again, NOW + HOUR) == taken
    assert holds.quiet(connection, porch, alice, bob, NOW + HOUR) == taken._replace(second=bob, ends=None)
