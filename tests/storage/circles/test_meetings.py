"""While a circle meets and after it, as it is stored: the order of turns, one timer at a time, and nobody's answer."""

from __future__ import annotations

import sqlite3
from sqlite3 import Connection

import pytest

from bot.messages import Channel, Community, Person
from storage.circles import answers, dates, meetings
from storage.circles.answers import Answer
from tests.storage.circles.cast import PLACE, a_circle, a_date, kept_about, people
from tests.storage.conftest import DAY, MINUTE, NOW, SECOND, rows_in


@pytest.fixture
def thursday(connection: Connection, porch: Community, alice: Person) -> int:
    return a_date(connection, a_circle(connection, porch, alice, seats=8))


def here(connection: Connection, gathering: int, *crowd: Person, hosts: tuple[Person, ...] = ()) -> None:
    """They press "I'm here", in this order."""
    for one in crowd:
        meetings.join_turns(connection, gathering, one, first=one in hosts)


def one_round(connection: Connection, gathering: int) -> list[Person]:
    """The talking piece, handed on until everybody had it."""
    spoke: list[Person] = []
    while (person := meetings.pass_piece(connection, gathering)) is not None:
        spoke.append(person)
        assert len(spoke) < 20, "a round ends"
    return spoke


# -- turns ------------------------------------------------------------------------------------------------------------


def test_hosts_speak_first_and_the_others_as_they_came(connection: Connection, thursday: int, alice: Person) -> None:
    bob, chandra, dana = people(connection, "bob", "chandra", "dana")
    here(connection, thursday, dana, bob, chandra, alice, hosts=(bob, alice))
    assert one_round(connection, thursday) == [bob, alice, dana, chandra]


def test_the_next_round_begins_with_the_hosts_again(connection: Connection, thursday: int, alice: Person) -> None:
    [bob] = people(connection, "bob")
    here(connection, thursday, bob, alice, hosts=(alice,))
    assert one_round(connection, thursday) == one_round(connection, thursday) == [alice, bob]


def test_the_piece_is_with_one_person_at_a_time(connection: Connection, thursday: int) -> None:
    bob, chandra = people(connection, "bob", "chandra")
    here(connection, thursday, bob, chandra)
    assert meetings.speaker(connection, thursday) is None, "nobody has it before a host says so"
    for one in (bob, chandra):
        meetings.pass_piece(connection, thursday)
        assert meetings.speaker(connection, thursday) == one
    meetings.pass_piece(connection, thursday)
    assert meetings.speaker(connection, thursday) is None


def test_who_comes_late_speaks_in_the_same_round_after_the_others(connection: Connection, thursday: int) -> None:
    bob, chandra, dana = people(connection, "bob", "chandra", "dana")
    here(connection, thursday, bob, chandra)
    assert meetings.pass_piece(connection, thursday) == bob
    here(connection, thursday, dana)
    assert one_round(connection, thursday) == [chandra, dana]


def test_a_host_who_comes_late_speaks_next(connection: Connection, thursday: int, alice: Person) -> None:
    bob, chandra = people(connection, "bob", "chandra")
    here(connection, thursday, bob, chandra)
    meetings.pass_piece(connection, thursday)
    here(connection, thursday, alice, hosts=(alice,))
    assert one_round(connection, thursday) == [alice, chandra]


def test_saying_it_twice_gives_no_second_turn(connection: Connection, thursday: int) -> None:
    bob, chandra = people(connection, "bob", "chandra")
    here(connection, thursday, bob, chandra, bob)
    assert meetings.pass_piece(connection, thursday) == bob
    here(connection, thursday, bob)
    assert one_round(connection, thursday) == [chandra]


def test_whoever_is_forgotten_in_the_middle_of_a_turn_does_not_stop_the_round(
    connection: Connection, thursday: int
) -> None:
    bob, chandra = people(connection, "bob", "chandra")
    here(connection, thursday, bob, chandra)
    meetings.pass_piece(connection, thursday)
    connection.execute("DELETE FROM persons WHERE id = ?", (bob.id,))
    assert meetings.speaker(connection, thursday) is None
    assert one_round(connection, thursday) == [chandra]


def test_turns_of_two_circles_do_not_mix(
    connection: Connection, porch: Community, alice: Person, thursday: int
) -> None:
    other = a_date(connection, a_circle(connection, porch, alice))
    bob, chandra = people(connection, "bob", "chandra")
    here(connection, thursday, bob)
    here(connection, other, chandra)
    assert meetings.pass_piece(connection, thursday) == bob
    assert meetings.speaker(connection, other) is None
    assert one_round(connection, other) == [chandra]
    assert meetings.speaker(connection, thursday) == bob


# -- listening practice -----------------------------------------------------------------------------------------------


def begin(connection: Connection, porch: Community, where: Channel | tuple[Person, Person]) -> bool:
    return meetings.begin_practice(connection, porch, "li-01", where, NOW)


def test_one_practice_at_a_time_in_a_place(connection: Connection, porch: Community) -> None:
    thread = Channel(PLACE.platform, PLACE.id, "thread-7")
    assert begin(connection, porch, PLACE)
    assert not begin(connection, porch, PLACE)
    assert begin(connection, porch, thread), "a thread is another place than the channel around it"
    assert not begin(connection, porch, thread)
    assert [one.where for one in meetings.due_practices(connection, NOW, 10)] == [PLACE, thread]


@pytest.mark.parametrize("pair", [(0, 1), (1, 0), (0, 2), (2, 1)], ids=["the same", "swapped", "first", "second"])
def test_nobody_practises_with_two_at_once(connection: Connection, porch: Community, pair: tuple[int, int]) -> None:
    crowd = people(connection, "bob", "chandra", "dana")
    assert begin(connection, porch, (crowd[0], crowd[1]))
    assert not begin(connection, porch, (crowd[pair[0]], crowd[pair[1]]))


def test_two_other_people_practise_meanwhile(connection: Connection, porch: Community) -> None:
    bob, chandra, dana, eve = people(connection, "bob", "chandra", "dana", "eve")
    assert begin(connection, porch, (bob, chandra))
    assert begin(connection, porch, (dana, eve))


def test_a_practice_goes_from_step_to_step_and_leaves_nothing(connection: Connection, porch: Community) -> None:
    begin(connection, porch, PLACE)
    [one] = meetings.due_practices(connection, NOW, 10)
    assert (one.step, one.prompt, one.community) == (0, "li-01", porch)
    meetings.practised(connection, one.id, 1, NOW + 2 * MINUTE)
    assert meetings.due_practices(connection, NOW + 2 * MINUTE - SECOND, 10) == []
    [one] = meetings.due_practices(connection, NOW + 2 * MINUTE, 10)
    assert one.step == 1
    meetings.practised(connection, one.id, 2, None)
    assert rows_in(connection, "practices") == 0
    assert begin(connection, porch, PLACE), "the place is free again"


def test_a_practice_ends_when_one_of_the_two_is_forgotten(connection: Connection, porch: Community) -> None:
    bob, chandra = people(connection, "bob", "chandra")
    begin(connection, porch, (bob, chandra))
    connection.execute("DELETE FROM persons WHERE id = ?", (chandra.id,))
    assert meetings.due_practices(connection, NOW + DAY, 10) == []
    assert kept_about(connection, bob) == set()


def test_a_practice_is_in_a_place_or_of_two_people(connection: Connection, porch: Community, bob: Person) -> None:
    for columns in ("(community, prompt)", "(community, prompt, first)"):
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            connection.execute(
                f"INSERT INTO practices {columns} VALUES (?, 'li-01'{', ?' if 'first' in columns else ''})",
                (porch.id, bob.id) if "first" in columns else (porch.id,),
            )


# -- afterwards -------------------------------------------------------------------------------------------------------


def seated(connection: Connection, gathering: int, *crowd: Person) -> None:
    for one in crowd:
        answers.put(connection, gathering, one, "in")


def test_each_person_counts_once_for_each_question(connection: Connection, thursday: int) -> None:
    bob, chandra, dana = people(connection, "bob", "chandra", "dana")
    seated(connection, thursday, bob, chandra, dana)
    for one, answer in ((bob, 0), (chandra, 2), (dana, 0)):
        assert meetings.reflect(connection, thursday, one, "re-01", answer)
    assert not meetings.reflect(connection, thursday, bob, "re-01", 2), "they had answered it"
    assert meetings.reflect(connection, thursday, bob, "re-02", 1), "this is another question"
    assert meetings.reflections(connection, thursday, "re-01") == [(0, 2), (2, 1)]
    assert meetings.reflections(connection, thursday, "re-02") == [(1, 1)]


@pytest.mark.parametrize("answer", ["maybe", "cant", "waiting", "offered"])
def test_only_whoever_had_a_seat_is_counted(connection: Connection, thursday: int, bob: Person, answer: Answer) -> None:
    answers.put(connection, thursday, bob, answer)
    assert not meetings.reflect(connection, thursday, bob, "re-01", 0)
    assert meetings.reflections(connection, thursday, "re-01") == []


def test_somebody_who_never_said_a_word_is_not_counted(connection: Connection, thursday: int, bob: Person) -> None:
    assert not meetings.reflect(connection, thursday, bob, "thanks", 0)
    assert rows_in(connection, "circle_reflections") == 0


def test_listening_only_is_being_there(connection: Connection, thursday: int, bob: Person) -> None:
    answers.put(connection, thursday, bob, "listening")
    assert meetings.reflect(connection, thursday, bob, "re-01", 1)


def test_what_was_said_of_one_date_is_not_said_of_another(
    connection: Connection, porch: Community, alice: Person, thursday: int, bob: Person
) -> None:
    other = a_date(connection, a_circle(connection, porch, alice))
    for row in (thursday, other):
        seated(connection, row, bob)
    meetings.reflect(connection, thursday, bob, "re-01", 0)
    assert meetings.reflections(connection, other, "re-01") == []
    assert meetings.reflect(connection, other, bob, "re-01", 1)


def test_once_closed_no_row_tells_whose_answer_it_was(connection: Connection, thursday: int, bob: Person) -> None:
    seated(connection, thursday, bob)
    meetings.reflect(connection, thursday, bob, "re-01", 2)
    dates.close(connection, thursday)
    assert kept_about(connection, bob) == set()
    assert meetings.reflections(connection, thursday, "re-01") == [(2, 1)]
