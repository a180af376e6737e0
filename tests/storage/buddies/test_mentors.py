"""One mentor after the other is asked, never two at once, and nobody twice about the same person in 90 days."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

import pytest

from bot.messages import Community, Person
from storage.buddies import ends, mentors, pairs, proposals
from storage.buddies.buddies import Part
from storage.buddies.pairs import Pair
from storage.members import blocks, consents, members, volunteers
from storage.moderation import holds
from tests.storage.conftest import DAY, HOUR, NOW, SECOND, person, rows_in

APART = timedelta(days=90)
"""Until a mentor may be asked about the same person again."""


def settle(
    connection: Connection, who: Person, where: Community, purpose: str = "mentor", now: datetime = NOW
) -> Person:
    members.join(connection, who, where, now)
    consents.give(connection, who, ("dm", "adult", purpose), "Yes.", now)
    return who


@pytest.fixture
def mentee(connection: Connection, alice: Person, porch: Community) -> Person:
    return settle(connection, alice, porch, "buddy")


@pytest.fixture
def mentor(connection: Connection, bob: Person, porch: Community) -> Person:
    return settle(connection, bob, porch)


def asked(connection: Connection) -> list[Person]:
    """Every mentor who was asked, in order."""
    rows = connection.execute("SELECT person FROM buddy_answers WHERE role = 'mentor' ORDER BY proposal")
    return [Person(who) for (who,) in rows]


def told(connection: Connection, kind: str) -> list[tuple[int, str]]:
    return connection.execute("SELECT person, purpose FROM deliveries WHERE kind = ? ORDER BY id", (kind,)).fetchall()


def answer(connection: Connection, who: Person, where: Community, said: str, now: datetime = NOW) -> None:
    open_ = proposals.open_proposal(connection, where, who)
    assert open_ is not None
    assert said in ("yes", "pass")
    proposals.answer(connection, open_, who, "yes" if said == "yes" else "pass", now)


def walk(connection: Connection, who: Person) -> Pair:
    [pair] = pairs.of(connection, who)
    return pair


# -- asking ------------------------------------------------------------------------------------------------------------


def test_who_asks_has_said_yes_and_the_mentor_is_asked_without_a_name(
    connection: Connection, mentee: Person, mentor: Person, porch: Community
) -> None:
    assert mentors.begin(connection, porch, mentee, NOW)
    assert told(connection, proposals.PROPOSAL) == [(mentor.id, "mentor")]
    assert connection.execute("SELECT person, role, answer FROM buddy_answers ORDER BY person").fetchall() == [
        (mentee.id, "mentee", "yes"),
        (mentor.id, "mentor", None),
    ]
    assert connection.execute("SELECT kind, days, round FROM buddy_proposals").fetchall() == [("mentor", 84, None)]


def test_the_end_of_the_search_is_told_after_two_weeks_and_for_two_days(
    connection: Connection, mentee: Person, mentor: Person, porch: Community
) -> None:
    mentors.begin(connection, porch, mentee, NOW)
    end = int((NOW + mentors.LOOK_FOR).timestamp())
    assert connection.execute(
        "SELECT person, purpose, community, due, expires FROM deliveries WHERE kind = ?", (mentors.NOBODY,)
    ).fetchall() == [(mentee.id, "buddy", porch.id, end, end + 2 * 86400)]


def test_where_nobody_mentors_nobody_is_asked(
    connection: Connection, mentee: Person, porch: Community, garden: Community, mo: Person
) -> None:
    settle(connection, mo, garden)
    assert not mentors.begin(connection, porch, mentee, NOW)
    assert rows_in(connection, "buddy_proposals") == rows_in(connection, "deliveries") == 0


def test_nobody_is_their_own_mentor(connection: Connection, mentee: Person, porch: Community) -> None:
    settle(connection, mentee, porch)
    assert not mentors.begin(connection, porch, mentee, NOW)


@pytest.mark.parametrize(
    "what", ["mentor", "dm", "adult", "old", "left", "paused", "held", "quiet", "blocked", "avoided"]
)
def test_a_mentor_who_cannot_be_introduced_is_not_asked_and_the_next_is(
    connection: Connection, mentee: Person, mentor: Person, mo: Person, porch: Community, what: str
) -> None:
    match what:
        case "old":
            connection.execute("UPDATE consents SET version = 0 WHERE person = ? AND purpose = 'mentor'", (mentor.id,))
        case "left":
            members.leave(connection, mentor, porch, NOW)
        case "paused":
            members.pause(connection, mentor, NOW, NOW + DAY)
        case "held":
            holds.hold(connection, porch, mentor, None, NOW)
        case "quiet":
            holds.quiet(connection, porch, mentor, mo, NOW)
        case "blocked":
            blocks.add(connection, mentee, mentor, NOW)
        case "avoided":
            blocks.add(connection, mentor, mentee, NOW)
        case _:
            consents.withdraw(connection, mentor, what)
    assert not mentors.begin(connection, porch, mentee, NOW)
    settle(connection, mo, porch, now=NOW + SECOND)
    assert mentors.begin(connection, porch, mentee, NOW)
    assert asked(connection) == [mo]


@pytest.mark.parametrize("what", ["buddy", "held", "paused"])
def test_for_whom_cannot_be_introduced_nobody_is_asked(
    connection: Connection, mentee: Person, mentor: Person, porch: Community, what: str
) -> None:
    match what:
        case "buddy":
            consents.withdraw(connection, mentee, what)
        case "held":
            holds.hold(connection, porch, mentee, None, NOW)
        case "paused":
            members.pause(connection, mentee, NOW, None)
    assert not mentors.begin(connection, porch, mentee, NOW)


def test_a_mentor_is_asked_one_thing_at_a_time_and_walks_with_one(
    connection: Connection, mentee: Person, mentor: Person, mo: Person, porch: Community, garden: Community
) -> None:
    settle(connection, mo, garden, "buddy")
    settle(connection, mentor, garden)
    assert volunteers.answer(connection, garden, mentor, "mentor", NOW, yes=True), "new there, so looked at once"
    mentors.begin(connection, porch, mentee, NOW)
    assert not mentors.begin(connection, garden, mo, NOW), "somebody else waits for an answer"
    answer(connection, mentor, porch, "yes")
    assert not mentors.begin(connection, garden, mo, NOW), "they walk with somebody"
    pairs.close(connection, walk(connection, mentor).id, NOW)
    assert mentors.begin(connection, garden, mo, NOW)


def test_who_never_was_asked_comes_first_then_who_waits_longest(
    connection: Connection, mentee: Person, mentor: Person, mo: Person, porch: Community
) -> None:
    settle(connection, mo, porch, now=NOW - SECOND)
    people = [
        settle(connection, person(connection, name), porch, "buddy") for name in ("dana", "eve", "chandra", "frida")
    ]
    for who, expected in zip(people, ([mo], [mo, mentor], [mo, mentor, mo], [mo, mentor, mo, mentor]), strict=True):
        assert mentors.begin(connection, porch, who, NOW)
        assert asked(connection) == expected
        answer(connection, expected[-1], porch, "pass")


def test_nobody_is_asked_twice_about_the_same_person_in_90_days_to_the_second(
    connection: Connection, mentee: Person, mentor: Person, mo: Person, porch: Community
) -> None:
    mentors.begin(connection, porch, mentee, NOW)
    answer(connection, mentor, porch, "pass")
    assert not mentors.begin(connection, porch, mentee, NOW + APART - SECOND)
    settle(connection, mo, porch, "buddy")
    assert mentors.begin(connection, porch, mo, NOW), "about Mo they may be"
    answer(connection, mentor, porch, "pass")
    assert mentors.begin(connection, porch, mentee, NOW + APART)


# -- walking -----------------------------------------------------------------------------------------------------------


def test_who_is_asked_for_or_walks_is_walking_there(
    connection: Connection, mentee: Person, mentor: Person, porch: Community, garden: Community
) -> None:
    assert not mentors.is_walking(connection, porch, mentee)
    mentors.begin(connection, porch, mentee, NOW)
    assert mentors.is_walking(connection, porch, mentee)
    assert not mentors.is_walking(connection, porch, mentor), "they have not said yes"
    assert not mentors.is_walking(connection, garden, mentee)
    answer(connection, mentor, porch, "yes")
    assert mentors.is_walking(connection, porch, mentee)
    assert mentors.is_walking(connection, porch, mentor)
    assert not mentors.is_walking(connection, garden, mentee)
    ends.leave(connection, walk(connection, mentee), mentor, NOW)
    assert not mentors.is_walking(connection, porch, mentee)


def test_two_buddies_are_no_mentor(connection: Connection, mentee: Person, mentor: Person, porch: Community) -> None:
    parts = [Part(who, "buddy", "") for who in (mentee, mentor)]
    proposals.propose(connection, porch, None, "buddy", parts, pairs.Length(28), NOW)
    pairs.prepare(connection, porch, None, "buddy", parts, pairs.Length(28), NOW)
    assert not mentors.is_walking(connection, porch, mentee)
    assert mentors.begin(connection, porch, mentee, NOW)


# -- the next ----------------------------------------------------------------------------------------------------------


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
    ends.leave(connection, walk(connection, mentee), mentee, NOW + HOUR)
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
    ends.leave(connection, walk(connection, mentee), mentee, NOW + HOUR)
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
