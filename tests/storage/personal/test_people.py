"""The people map: twelve entries for their owner alone, opened once on the first day, looked at once a month."""

from __future__ import annotations

from datetime import datetime, time
from sqlite3 import Connection
from zoneinfo import ZoneInfo

import pytest

from bot.clocks.times import Schedule
from bot.context import Delivery
from bot.messages import (
    Community,
    Person,
)
from storage.checkins import checkins
from storage.delivery import deliveries
from storage.members import consents, members
from storage.personal import people
from storage.personal.people import Entry
from tests.storage.conftest import DAY, HOUR, MINUTE, NOW, SECOND, rows_in, tables_naming

FIRST, LAST = NOW + people.AFTER, NOW + people.UNTIL - SECOND
"""Between these the map is opened to whoever came at NOW."""


def never(_profile: members.Profile, _now: datetime) -> bool:
    return False


def always(_profile: members.Profile, _now: datetime) -> bool:
    return True


def settle(connection: Connection, who: Person) -> Person:
    consents.give(connection, who, ["dm", "core"], "Yes.", NOW)
    return who


@pytest.fixture
def newcomer(connection: Connection, alice: Person) -> Person:
    return settle(connection, alice)


def add(connection: Connection, who: Person) -> int:
    row = people.add(connection, who, seal)
    assert row is not None
    return row


def seal(row: int) -> bytes:
    return f"sealed {row}".encode()


def told(connection: Connection, kind: str) -> list[Person]:
    rows = connection.execute("SELECT person FROM deliveries WHERE kind = ? ORDER BY id", (kind,))
    return [Person(who) for (who,) in rows]


def check_in(connection: Connection, who: Person, now: datetime, state: str = "pending") -> None:
    row = deliveries.plan(connection, Delivery(who, checkins.PROMPT, f"test:{who.id}:{now}", now, now + HOUR))
    assert row is not None
    if state == "sent":
        deliveries.settle(connection, row, "sent", now)
    connection.execute("UPDATE deliveries SET state = ? WHERE id = ?", (state, row))


def opened_at(connection: Connection, now: datetime) -> list[Person]:
    people.plan_openings(connection, now, never, 100)
    return told(connection, people.OPENING)


# -- entries -----------------------------------------------------------------------------------------------------------


def test_twelve_and_no_more_for_each(connection: Connection, alice: Person, bob: Person) -> None:
    rows = [add(connection, alice) for _time in range(people.MOST)]
    assert people.add(connection, alice, seal) is None
    add(connection, bob)
    assert people.of_person(connection, alice) == [Entry(row, seal(row)) for row in rows]
    people.remove(connection, alice, rows[0])
    assert people.add(connection, alice, seal) is not None


def test_nobody_reads_changes_or_removes_anothers(connection: Connection, alice: Person, bob: Person) -> None:
    first, second = add(connection, alice), add(connection, alice)
    assert people.get(connection, bob, first) is None
    assert not people.change(connection, bob, first, b"mine")
    assert not people.remove(connection, bob, first)
    assert people.get(connection, alice, first) == Entry(first, seal(first))
    assert people.change(connection, alice, first, b"new")
    assert people.remove(connection, alice, second)
    assert not people.remove(connection, alice, second)
    assert not people.change(connection, alice, second, b"new")
    assert people.of_person(connection, alice) == [Entry(first, b"new")]


# -- the first day -----------------------------------------------------------------------------------------------------


def test_it_opens_once_from_an_hour_to_a_day_after_the_first_yes(connection: Connection, newcomer: Person) -> None:
    assert opened_at(connection, FIRST - SECOND) == []
    assert people.wants_opening(connection, newcomer, FIRST)
    assert opened_at(connection, FIRST) == opened_at(connection, LAST) == [newcomer]
    assert not people.wants_opening(connection, newcomer, FIRST)
    assert connection.execute("SELECT purpose, capped, expires - due FROM deliveries").fetchall() == [
        ("core", 1, people.UNTIL.total_seconds())
    ]


def test_after_the_first_day_it_stays_closed_to_the_second(
    connection: Connection, newcomer: Person, bob: Person
) -> None:
    assert opened_at(connection, LAST + SECOND) == []
    assert not people.wants_opening(connection, newcomer, LAST + SECOND)
    assert people.wants_opening(connection, newcomer, LAST)
    assert opened_at(connection, LAST) == [newcomer], "and Bob has not said yes"


def test_whoever_belongs_to_a_community_is_left_to_the_welcome(
    connection: Connection, newcomer: Person, porch: Community
) -> None:
    members.join(connection, newcomer, porch, NOW)
    assert opened_at(connection, FIRST) == []
    members.leave(connection, newcomer, porch, NOW)
    assert opened_at(connection, FIRST) == [newcomer]


@pytest.mark.parametrize("what", ["entry", "opened", "asked", "prompt", "no yes"])
def test_who_knows_it_or_did_not_ask_for_anything_is_not_asked(
    connection: Connection, newcomer: Person, bob: Person, what: str
) -> None:
    settle(connection, bob)
    match what:
        case "entry":
            add(connection, newcomer)
        case "opened":
            people.opened(connection, newcomer, NOW)
        case "asked":
            people.opened(connection, newcomer, NOW, asked=True)
        case "prompt":
            checkins.saw(connection, newcomer, people.SAME_QUESTION, NOW)
        case "no yes":
            consents.withdraw(connection, newcomer, "core")
    assert people.wants_opening(connection, newcomer, FIRST) is (what == "no yes")
    assert opened_at(connection, FIRST) == [bob]
    consents.give(connection, newcomer, ["core"], "Yes.", NOW)
    for row in people.of_person(connection, newcomer):
        people.remove(connection, newcomer, row.id)
    assert opened_at(connection, LAST) == [bob], "nor later"


def test_another_question_of_check_ins_is_another_one(connection: Connection, newcomer: Person, bob: Person) -> None:
    checkins.saw(connection, newcomer, "another", NOW)
    checkins.saw(connection, bob, people.SAME_QUESTION, NOW)
    assert opened_at(connection, FIRST) == [newcomer]


def test_only_with_its_question_is_it_one_that_check_ins_leave_for_later(
    connection: Connection, newcomer: Person, bob: Person
) -> None:
    for _time in range(2):
        people.opened(connection, bob, NOW)
    assert rows_in(connection, "prompts_seen") == 0
    opened_at(connection, FIRST)
    assert connection.execute("SELECT person, prompt FROM prompts_seen").fetchall() == [
        (newcomer.id, people.SAME_QUESTION)
    ]


def test_for_whom_it_is_quiet_holds_up_nobody_behind_them(
    connection: Connection, newcomer: Person, bob: Person
) -> None:
    settle(connection, bob)
    members.set_quiet_hours(connection, newcomer, time(1), time(2))
    quiet = members.profile(connection, newcomer)
    people.plan_openings(connection, FIRST, lambda profile, _now: profile == quiet, 1)
    assert told(connection, people.OPENING) == [bob]


def test_while_it_is_quiet_it_waits(connection: Connection, newcomer: Person, bob: Person) -> None:
    assert not people.plan_openings(connection, FIRST, always, 1)
    assert told(connection, people.OPENING) == []
    assert people.plan_openings(connection, FIRST, never, 1), "there may be more"
    assert told(connection, people.OPENING) == [newcomer]
    settle(connection, bob)
    assert not people.plan_openings(connection, FIRST, never, 2)
    assert told(connection, people.OPENING) == [newcomer, bob]


# -- not around a check-in ---------------------------------------------------------------------------------------------


def test_an_hour_before_a_check_in_nothing_else_is_asked(connection: Connection, alice: Person, bob: Person) -> None:
    due = checkins.enable(connection, alice, Schedule(time(19), ZoneInfo("Europe/Berlin")), NOW)
    assert people.is_free(connection, alice, never, due - people.APART - SECOND)
    assert not people.is_free(connection, alice, never, due - people.APART)
    assert people.is_free(connection, bob, never, due)
    assert not people.is_free(connection, bob, always, due)


@pytest.mark.parametrize(("state", "free"), [("pending", False), ("sending", False), ("skipped", True)])
def test_a_check_in_on_its_way_is_not_met(connection: Connection, alice: Person, state: str, free: bool) -> None:
    check_in(connection, alice, NOW, state)
    assert people.is_free(connection, alice, never, NOW) is free


def test_an_hour_after_a_check_in_it_is_free_to_the_second(connection: Connection, alice: Person, bob: Person) -> None:
    check_in(connection, alice, NOW, "sent")
    assert not people.is_free(connection, alice, never, NOW + people.APART - SECOND)
    assert people.is_free(connection, alice, never, NOW + people.APART)
    assert people.is_free(connection, bob, never, NOW)
    deliveries.plan(connection, Delivery(bob, people.REVIEW, "other", NOW, NOW + HOUR))
    assert people.is_free(connection, bob, never, NOW), "only check-ins"


# -- a monthly look ----------------------------------------------------------------------------------------------------


def reviews(connection: Connection, now: datetime) -> int:
    people.plan_reviews(connection, now, never, 100)
    return len(told(connection, people.REVIEW))


def test_a_list_is_looked_at_once_a_month_to_the_second(connection: Connection, alice: Person) -> None:
    add(connection, alice)
    people.review(connection, alice, NOW)
    second = NOW + people.MONTH + DAY
    for now, count in ((people.MONTH - SECOND, 0), (people.MONTH, 1), (people.MONTH + MINUTE, 1)):
        assert reviews(connection, NOW + now) == count
    assert reviews(connection, second + people.MONTH) == 2
    assert connection.execute("SELECT DISTINCT purpose, capped, expires - due FROM deliveries").fetchall() == [
        ("core", 1, people.REVIEW_WINDOW.total_seconds())
    ]


def test_it_waits_while_it_is_quiet_and_lets_an_empty_list_be(connection: Connection, alice: Person) -> None:
    people.review(connection, alice, NOW)
    assert reviews(connection, NOW + people.MONTH) == 0
    add(connection, alice)
    assert reviews(connection, NOW + 2 * people.MONTH - SECOND) == 0, "it is looked at again in a month"
    people.plan_reviews(connection, NOW + 2 * people.MONTH, always, 100)
    assert told(connection, people.REVIEW) == []
    assert reviews(connection, NOW + 2 * people.MONTH + HOUR) == 1


def test_only_who_asked_for_it_is_asked_and_who_waits_longest_first(
    connection: Connection, alice: Person, bob: Person, mo: Person
) -> None:
    for who, at in ((alice, 0 * SECOND), (bob, SECOND), (mo, 0 * SECOND)):
        add(connection, who)
        people.review(connection, who, NOW + at)
    people.stop_review(connection, alice)
    assert [people.is_reviewed(connection, who) for who in (alice, bob, mo)] == [False, True, True]
    people.plan_reviews(connection, NOW + people.MONTH + SECOND, never, 1)
    assert told(connection, people.REVIEW) == [mo]
    people.plan_reviews(connection, NOW + people.MONTH + SECOND, never, 100)
    assert told(connection, people.REVIEW) == [mo, bob]


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_an_export_shows_all_of_one_person(connection: Connection, alice: Person, bob: Person) -> None:
    def read(one: Entry) -> dict[str, str]:
        return {"entry": one.entry.decode()}

    row = add(connection, alice)
    assert people.export(connection, bob, read) == {}
    assert people.export(connection, alice, read) == {"your people": [{"entry": f"sealed {row}"}]}
    people.review(connection, alice, NOW)
    people.review(connection, bob, NOW)
    assert people.export(connection, bob, read) == {"asked about them once a month": True}
    assert set(people.export(connection, alice, read)) == {"your people", "asked about them once a month"}


def test_forgetting_one_person_leaves_the_others(connection: Connection, alice: Person, bob: Person) -> None:
    for who in (alice, bob):
        add(connection, who)
        people.opened(connection, who, NOW)
        people.review(connection, who, NOW)
    people.forget(connection, alice)
    assert tables_naming(connection, alice) == {"accounts"}
    assert tables_naming(connection, bob) == {"accounts", "people_map", "people_openings", "people_reviews"}
    assert not people.is_reviewed(connection, alice)
