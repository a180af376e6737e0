"""A search for a mentor: one after the other is asked, for two weeks, and its end can always be told."""

from __future__ import annotations

from datetime import timedelta
from sqlite3 import Connection

import pytest

from bot.messages import Community, Person
from storage import holds, mentors, pairs, pairs_ends, proposals
from tests.storage.conftest import DAY, HOUR, NOW, SECOND, person
from tests.storage.test_mentors import answer, asked, settle, told, walk

APART = timedelta(days=90)
"""Until a mentor may be asked about the same person again."""


@pytest.fixture(name="mentee")
def _mentee(connection: Connection, alice: Person, porch: Community) -> Person:
    return settle(connection, alice, porch, "buddy")


@pytest.fixture(name="mentor")
def _mentor(connection: Connection, bob: Person, porch: Community) -> Person:
    return settle(connection, bob, porch)


def test_after_a_pass_the_next_is_asked_and_no_other_while_they_think(
    connection: Connection, mentee: Person, mentor: Person, mo: Person, porch: Community
) -> None:
    settle(connection, mo, porch, now=NOW + SECOND)
    mentors.begin(connection, porch, mentee, NOW)
    mentors.ask_on(connection, NOW + HOUR)
    assert asked(connection) == [mentor]
    answer(connection, mentor, porch, "pass")
    for _time in range(2):
        mentors.ask_on(connection, NOW + HOUR)
        assert asked(connection) == [mentor, mo]
    answer(connection, mo, porch, "pass")
    mentors.ask_on(connection, NOW + 2 * HOUR)
    assert asked(connection) == [mentor, mo], "there is nobody else"
    assert len(told(connection, mentors.NOBODY)) == 1, "one search has one end"


def test_silence_is_a_pass_after_its_time(
    connection: Connection, mentee: Person, mentor: Person, mo: Person, porch: Community
) -> None:
    settle(connection, mo, porch, now=NOW + SECOND)
    mentors.begin(connection, porch, mentee, NOW)
    over = NOW + proposals.ANSWER_WITHIN
    for now, expected in ((over - SECOND, [mentor]), (over, [mentor, mo])):
        for row in proposals.silent(connection, now):
            proposals.close(connection, row, now)
        mentors.ask_on(connection, now)
        assert asked(connection) == expected


def test_nobody_is_asked_who_could_answer_only_after_the_end(
    connection: Connection, mentee: Person, mentor: Person, mo: Person, porch: Community
) -> None:
    mentors.begin(connection, porch, mentee, NOW)
    answer(connection, mentor, porch, "pass")
    settle(connection, mo, porch)
    last = NOW + mentors.LOOK_FOR - proposals.ANSWER_WITHIN
    mentors.ask_on(connection, last)
    assert asked(connection) == [mentor]
    mentors.ask_on(connection, last - SECOND)
    assert asked(connection) == [mentor, mo]


def test_a_search_among_many_who_say_nothing_ends_when_it_was_said_to(
    connection: Connection, mentee: Person, mentor: Person, porch: Community
) -> None:
    for number in range(12):
        settle(connection, person(connection, f"m{number}"), porch, now=NOW + SECOND)
    mentors.begin(connection, porch, mentee, NOW)
    for step in range(20 * 4):
        now = NOW + step * 6 * HOUR
        for row in proposals.silent(connection, now):
            proposals.close(connection, row, now)
        mentors.ask_on(connection, now)
        if now == NOW + mentors.LOOK_FOR:
            assert not mentors.is_walking(connection, porch, mentee), "so the end can be told"
    assert len(asked(connection)) == 6


def test_a_second_search_goes_on_like_the_first(
    connection: Connection, mentee: Person, mentor: Person, mo: Person, porch: Community
) -> None:
    mentors.begin(connection, porch, mentee, NOW)
    answer(connection, mentor, porch, "yes")
    pairs_ends.leave(connection, walk(connection, mentee), mentee, NOW + HOUR)
    assert mentors.has_found(connection, porch, mentee, NOW + mentors.LOOK_FOR), "that is not told as nobody"
    for name in ("mo", "dana"):
        settle(connection, person(connection, name), porch, now=NOW + SECOND)
    assert mentors.begin(connection, porch, mentee, NOW + DAY)
    assert len(told(connection, mentors.NOBODY)) == 1, "one search has one end"
    answer(connection, mo, porch, "pass")
    mentors.ask_on(connection, NOW + DAY + HOUR)
    assert asked(connection) == [mentor, mo, person(connection, "dana")]


def test_for_whoever_has_found_somebody_nobody_else_is_asked(
    connection: Connection, mentee: Person, mentor: Person, mo: Person, porch: Community
) -> None:
    for name in ("mo", "dana"):
        settle(connection, person(connection, name), porch, now=NOW + SECOND)
    mentors.begin(connection, porch, mentee, NOW)
    answer(connection, mentor, porch, "pass")
    mentors.ask_on(connection, NOW)
    answer(connection, mo, porch, "yes")
    mentors.ask_on(connection, NOW + HOUR)
    pairs_ends.leave(connection, walk(connection, mentee), mentee, NOW + HOUR)
    mentors.ask_on(connection, NOW + 2 * HOUR)
    assert asked(connection) == [mentor, mo], "an end is no search"


def test_for_a_mentor_whose_yes_came_to_nothing_nobody_is_asked(
    connection: Connection, mentee: Person, mentor: Person, mo: Person, porch: Community
) -> None:
    settle(connection, mentor, porch, "buddy")
    settle(connection, mo, porch, now=NOW + SECOND)
    mentors.begin(connection, porch, mentee, NOW)
    holds.hold(connection, porch, mentee, None, NOW)
    answer(connection, mentor, porch, "yes")
    assert pairs.of(connection, mentee) == []
    mentors.ask_on(connection, NOW + HOUR)
    assert asked(connection) == [mentor]
    holds.end(connection, porch, mentee, NOW + HOUR)
    mentors.ask_on(connection, NOW + HOUR)
    assert asked(connection) == [mentor, mo], "and for the one who asked it goes on"


def test_each_community_has_a_search_of_its_own(
    connection: Connection, mentee: Person, mentor: Person, mo: Person, porch: Community, garden: Community
) -> None:
    settle(connection, mentee, garden, "buddy")
    settle(connection, mo, garden)
    settle(connection, person(connection, "dana"), porch, now=NOW + SECOND)
    for where in (porch, garden):
        assert mentors.begin(connection, where, mentee, NOW)
    answer(connection, mentor, porch, "pass")
    mentors.ask_on(connection, NOW + HOUR)
    assert asked(connection) == [mentor, mo, person(connection, "dana")]
    assert proposals.open_proposal(connection, garden, mo) is not None
