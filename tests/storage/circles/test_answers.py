"""What members say to one date: never a seat too many, a waitlist that keeps its order, and dates apart."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection
from threading import Barrier

import pytest

from bot.messages import Channel, Community, Member, Person
from storage.circles import answers as circles_answers
from storage.circles import circles, dates, requests
from storage.circles.answers import Answer
from storage.members import members
from tests.storage.circles.cast import PLACE, STARTS, a_circle, a_date, people
from tests.storage.conftest import DAY, HOUR, MINUTE, NOW, SECOND, person, rows_in


@pytest.fixture
def circle(connection: Connection, porch: Community, alice: Person) -> int:
    return a_circle(connection, porch, alice)


@pytest.fixture
def thursday(connection: Connection, circle: int) -> int:
    return a_date(connection, circle)


def names(connection: Connection, gathering: int, *answers: Answer) -> list[str]:
    """Who said this, in the order they asked."""
    said = circles_answers.all_said(connection, gathering, *answers)
    return [members.accounts(connection, one.person)[0].id for one in said]


# -- seats ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "free"), [("in", 2), ("listening", 2), ("offered", 2), ("maybe", 3), ("cant", 3), ("waiting", 3)]
)
def test_a_seat_is_taken_by_whoever_has_it_or_was_offered_it(
    connection: Connection, thursday: int, bob: Person, answer: Answer, free: int
) -> None:
    circles_answers.put(connection, thursday, bob, answer)
    assert circles_answers.free(connection, thursday) == free


@pytest.mark.parametrize("then", ["maybe", "cant", "waiting"])
def test_a_seat_given_up_is_free_at_once_for_somebody_else(connection: Connection, thursday: int, then: Answer) -> None:
    crowd = people(connection, "b", "c", "d", "e")
    for one in crowd[:3]:
        circles_answers.put(connection, thursday, one, "in")
    with pytest.raises(sqlite3.IntegrityError):
        circles_answers.put(connection, thursday, crowd[3], "in")
    circles_answers.put(connection, thursday, crowd[0], then)
    circles_answers.put(connection, thursday, crowd[3], "in")
    assert names(connection, thursday, "in") == ["c", "d", "e"]


def test_a_seat_at_one_date_is_no_seat_at_another(connection: Connection, circle: int, thursday: int) -> None:
    next_week = a_date(connection, circle, weeks=1)
    for one in people(connection, "b", "c", "d"):
        circles_answers.put(connection, thursday, one, "in")
    assert circles_answers.free(connection, thursday) == 0
    assert circles_answers.free(connection, next_week) == 3
    assert circles_answers.all_said(connection, next_week) == []


def test_writers_who_look_before_they_leap_do_not_overfill_it(
    connection: Connection, thursday: int, tmp_path: Path
) -> None:
    """Ten processes at once, each of which saw a free seat: the schema lets three in."""
    crowd = people(connection, *(f"m{number}" for number in range(10)))
    together = Barrier(len(crowd))

    def leap(who: Person) -> bool:
        with closing(sqlite3.connect(tmp_path / "kith.db", isolation_level=None, timeout=30)) as own:
            assert circles_answers.free(own, thursday) == 3
            together.wait(timeout=30)
            try:
                circles_answers.put(own, thursday, who, "in")
            except sqlite3.IntegrityError:
                return False
            return True

    with ThreadPoolExecutor(len(crowd)) as pool:
        seated = list(pool.map(leap, crowd))
    assert seated.count(True) == 3
    assert len(names(connection, thursday, "in")) == 3


# -- waiting ----------------------------------------------------------------------------------------------------------


def wait(connection: Connection, thursday: int, *crowd: Person) -> None:
    for one in crowd:
        circles_answers.put(connection, thursday, one, "waiting", "in")


def test_the_longest_waiting_is_first_whatever_seat_they_wait_for(connection: Connection, thursday: int) -> None:
    bob, chandra = people(connection, "bob", "chandra")
    wait(connection, thursday, bob, chandra)
    circles_answers.put(connection, thursday, bob, "waiting", "listening")
    first = circles_answers.first_waiting(connection, thursday)
    assert first is not None
    assert (first.person, first.wants) == (bob, "listening"), "another wish is no new place in the line"


@pytest.mark.parametrize("before", ["in", "listening", "maybe", "cant"])
def test_whoever_begins_to_wait_stands_behind_those_who_do(
    connection: Connection, thursday: int, before: Answer
) -> None:
    early, bob = people(connection, "early", "bob")
    circles_answers.put(connection, thursday, early, before)
    wait(connection, thursday, bob, early)
    assert names(connection, thursday, "waiting") == ["bob", "early"]


def test_nobody_waits_where_nobody_waits(connection: Connection, thursday: int, bob: Person) -> None:
    circles_answers.put(connection, thursday, bob, "maybe")
    assert circles_answers.first_waiting(connection, thursday) is None


def test_an_offer_lapses_at_its_time_and_not_a_second_before(
    connection: Connection, thursday: int, bob: Person
) -> None:
    circles_answers.put(connection, thursday, bob, "offered", "in", NOW + 2 * HOUR)
    assert circles_answers.lapsed(connection, NOW + 2 * HOUR - SECOND, 10) == []
    assert circles_answers.lapsed(connection, NOW + 2 * HOUR, 10) == [(thursday, bob)]


def test_an_offer_that_was_taken_does_not_lapse(connection: Connection, thursday: int, bob: Person) -> None:
    circles_answers.put(connection, thursday, bob, "offered", "in", NOW + HOUR)
    circles_answers.put(connection, thursday, bob, "in")
    assert circles_answers.lapsed(connection, NOW + DAY, 10) == []
    said = circles_answers.said(connection, thursday, bob)
    assert said is not None
    assert (said.answer, said.wants, said.due) == ("in", None, None), "nothing of the offer is left"


def test_the_offer_that_ran_out_first_is_passed_on_first(connection: Connection, thursday: int) -> None:
    bob, chandra, dana = people(connection, "bob", "chandra", "dana")
    for one, minutes in ((bob, 30), (chandra, 10), (dana, 20)):
        circles_answers.put(connection, thursday, one, "offered", "in", NOW + minutes * MINUTE)
    assert [who for _row, who in circles_answers.lapsed(connection, NOW + HOUR, 10)] == [chandra, dana, bob]
    assert [who for _row, who in circles_answers.lapsed(connection, NOW + HOUR, 1)] == [chandra]


def test_whoever_came_is_known_for_that_date_only(connection: Connection, circle: int, thursday: int) -> None:
    next_week = a_date(connection, circle, weeks=1)
    bob, chandra = people(connection, "bob", "chandra")
    for gathering in (thursday, next_week):
        for one in (bob, chandra):
            circles_answers.put(connection, gathering, one, "in")
    circles_answers.came(connection, thursday, bob)
    assert [one.person for one in circles_answers.all_said(connection, thursday) if one.came] == [bob]
    assert not any(one.came for one in circles_answers.all_said(connection, next_week))


# -- who belongs to it ------------------------------------------------------------------------------------------------


def test_joining_again_changes_nothing_of_what_was_chosen(connection: Connection, circle: int, bob: Person) -> None:
    assert circles_answers.belong(connection, circle, bob, NOW)
    circles_answers.set_usual(connection, circle, bob, "listening")
    circles_answers.set_reminders(connection, circle, bob, frozenset({"now", "day"}))
    assert not circles_answers.belong(connection, circle, bob, NOW + DAY)
    [member] = circles_answers.members_of(connection, circle)
    assert (member.usual, sorted(member.reminders)) == ("listening", ["day", "now"])


def test_who_joins_is_reminded_an_hour_before_and_nothing_else(
    connection: Connection, circle: int, bob: Person
) -> None:
    circles_answers.belong(connection, circle, bob, NOW)
    member = circles_answers.membership(connection, circle, bob)
    assert member is not None
    assert (member.usual, sorted(member.reminders), member.missed) == (None, ["hour"], None)


def test_no_reminder_at_all_is_a_choice_that_stays(connection: Connection, circle: int, bob: Person) -> None:
    circles_answers.belong(connection, circle, bob, NOW)
    circles_answers.set_reminders(connection, circle, bob, frozenset())
    member = circles_answers.membership(connection, circle, bob)
    assert member is not None
    assert member.reminders == frozenset()


def test_members_stand_in_the_order_they_came(connection: Connection, circle: int) -> None:
    crowd = people(connection, "b", "c", "d")
    for days, one in enumerate(reversed(crowd)):
        circles_answers.belong(connection, circle, one, NOW + days * DAY)
    assert [member.person for member in circles_answers.members_of(connection, circle)] == crowd[::-1]


def test_only_who_took_it_back_is_counted_no_more(
    connection: Connection, porch: Community, alice: Person, circle: int
) -> None:
    bob, chandra = people(connection, "bob", "chandra")
    other = a_circle(connection, porch, alice)
    for row in (circle, other):
        for one in (bob, chandra):
            circles_answers.belong(connection, row, one, NOW)
            circles_answers.set_missed(connection, row, one, 1)
    circles_answers.stop_counting(connection, bob)
    counted = {member.person: member.missed for member in circles_answers.members_of(connection, circle)}
    assert counted == {bob: None, chandra: 1}
    assert [member.missed for member in circles_answers.members_of(connection, other)] == [None, 1]


def test_leaving_one_circle_leaves_the_other(
    connection: Connection, porch: Community, alice: Person, circle: int, bob: Person
) -> None:
    other = a_circle(connection, porch, alice)
    for row in (circle, other):
        circles_answers.belong(connection, row, bob, NOW)
    assert circles_answers.leave(connection, circle, bob)
    assert not circles_answers.leave(connection, circle, bob), "there is nothing left to leave"
    assert circles_answers.circles_of(connection, bob) == [other]


def test_a_deleted_circle_takes_all_that_was_said_with_it(
    connection: Connection, circle: int, thursday: int, bob: Person
) -> None:
    circles_answers.belong(connection, circle, bob, NOW)
    circles_answers.put(connection, thursday, bob, "in")
    circles.delete(connection, circle)
    for table in ("circle_answers", "circle_members", "circle_hosts", "gatherings"):
        assert rows_in(connection, table) == 0, table


# -- asking to join ---------------------------------------------------------------------------------------------------


def test_hosts_are_asked_once_for_each_person_until_they_answer(
    connection: Connection, circle: int, bob: Person
) -> None:
    assert requests.ask(connection, circle, bob, "in", NOW)
    assert not requests.ask(connection, circle, bob, "listening", NOW + 40 * DAY)
    assert requests.take(connection, circle, bob) == "in", "the seat they asked for first"
    assert requests.take(connection, circle, bob) is None


def test_a_no_stands_for_thirty_days(connection: Connection, circle: int, bob: Person) -> None:
    requests.ask(connection, circle, bob, "in", NOW)
    requests.decline(connection, circle, bob, NOW + DAY)
    assert requests.take(connection, circle, bob) is None
    assert not requests.ask(connection, circle, bob, "in", NOW + 31 * DAY - SECOND)
    assert requests.ask(connection, circle, bob, "listening", NOW + 31 * DAY)
    assert requests.asked(connection, circle, bob) == "listening"


# -- the circle's own place -------------------------------------------------------------------------------------------


def test_members_are_let_in_once_the_place_is_open_and_once_only(
    connection: Connection, circle: int, bob: Person
) -> None:
    circles_answers.belong(connection, circle, bob, NOW)
    assert circles_answers.to_let_in(connection, NOW, 10) == []
    circles.set_channel(connection, circle, PLACE)
    assert circles_answers.to_let_in(connection, NOW, 10) == [(circle, bob, PLACE)]
    circles_answers.let_in(connection, circle, bob, True, None)
    assert circles_answers.to_let_in(connection, NOW + DAY, 10) == []


def test_who_could_not_be_let_in_is_tried_again_when_it_is_time(
    connection: Connection, circle: int, bob: Person
) -> None:
    circles_answers.belong(connection, circle, bob, NOW)
    circles.set_channel(connection, circle, PLACE)
    circles_answers.let_in(connection, circle, bob, False, NOW + 5 * MINUTE)
    assert circles_answers.to_let_in(connection, NOW + 4 * MINUTE, 10) == []
    assert circles_answers.to_let_in(connection, NOW + 5 * MINUTE, 10) == [(circle, bob, PLACE)]


def test_who_has_to_be_taken_out_is_taken_out_though_forgotten_by_then(connection: Connection) -> None:
    thread = Channel("local", "circle-room", "thread-7")
    dana = Member("local", "dana")
    gone = person(connection, "dana")
    circles_answers.plan_exit(connection, dana, thread, NOW)
    connection.execute("DELETE FROM persons WHERE id = ?", (gone.id,))
    [(row, account, channel)] = circles_answers.exits(connection, NOW, 10)
    assert (account, channel) == (dana, thread)
    circles_answers.postpone_exit(connection, row, NOW + HOUR)
    assert circles_answers.exits(connection, NOW + HOUR - SECOND, 10) == []
    assert len(circles_answers.exits(connection, NOW + HOUR, 10)) == 1
    circles_answers.exited(connection, row)
    assert circles_answers.exits(connection, NOW + DAY, 10) == []


def test_a_date_that_was_called_off_keeps_its_answers_until_it_is_closed(
    connection: Connection, thursday: int, bob: Person
) -> None:
    circles_answers.put(connection, thursday, bob, "in")
    dates.cancel(connection, thursday, 6, STARTS + 14 * DAY, NOW)
    assert names(connection, thursday, "in") == ["bob"], "so that they can be told"
    dates.close(connection, thursday)
    assert circles_answers.all_said(connection, thursday) == []
