"""What is kept within a pair: that they talked, which question is open, a goal each; never what anybody said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from sqlite3 import Connection

import pytest

from bot.messages import Community, Person
from storage.buddies import buddies, ends, pairs, talks
from storage.buddies import kept as pairs_kept
from storage.buddies.buddies import Part
from storage.buddies.pairs import Length
from storage.buddies.talks import Goal
from tests.storage.conftest import HOUR, NOW, SECOND, rows_in, tables_naming


def pair_of(connection: Connection, where: Community, *people: Person) -> int:
    parts = [Part(person, "buddy", "") for person in people]
    return pairs.prepare(connection, where, None, "buddy", parts, Length(28), NOW)


@pytest.fixture
def pair(connection: Connection, alice: Person, bob: Person, porch: Community) -> int:
    return pair_of(connection, porch, alice, bob)


@pytest.fixture
def other(connection: Connection, alice: Person, mo: Person, garden: Community) -> int:
    """Alice and Mo, elsewhere."""
    return pair_of(connection, garden, alice, mo)


def ask(connection: Connection, pair: int, prompt: str, now: datetime = NOW) -> tuple[talks.Question, bool]:
    return talks.next_question(connection, pair, lambda *_: prompt, now)


def seal(row: int) -> bytes:
    return f"sealed {row}".encode()


# -- did you get to talk -----------------------------------------------------------------------------------------------


def test_they_have_talked_if_all_of_them_say_so_of_the_same_week(
    connection: Connection, alice: Person, bob: Person, mo: Person, pair: int, other: int
) -> None:
    assert not talks.have_talked(connection, pair)
    talks.note_week(connection, pair, 7, alice, "yes")
    talks.note_week(connection, pair, 14, bob, "yes")
    talks.note_week(connection, other, 14, mo, "yes")
    assert not talks.have_talked(connection, pair)
    talks.note_week(connection, pair, 7, bob, "little")
    assert not talks.have_talked(connection, pair)
    talks.note_week(connection, pair, 7, bob, "yes")
    assert talks.have_talked(connection, pair)
    assert not talks.have_talked(connection, other)


def test_three_talk_if_three_say_so(
    connection: Connection, alice: Person, bob: Person, mo: Person, porch: Community
) -> None:
    three = pair_of(connection, porch, alice, bob, mo)
    for person in (alice, bob):
        talks.note_week(connection, three, 7, person, "yes")
    assert not talks.have_talked(connection, three)
    talks.note_week(connection, three, 7, mo, "yes")
    assert talks.have_talked(connection, three)


def test_the_last_answer_counts(connection: Connection, alice: Person, bob: Person, pair: int) -> None:
    for person in (alice, bob):
        talks.note_week(connection, pair, 7, person, "yes")
    talks.note_week(connection, pair, 7, alice, "no")
    assert not talks.have_talked(connection, pair)
    assert rows_in(connection, "buddy_weeks") == 2


@pytest.mark.parametrize(("answer", "talked"), [("yes", True), ("little", True), ("no", False)])
def test_a_little_is_talking_too(
    connection: Connection, alice: Person, pair: int, other: int, answer: talks.Talked, talked: bool
) -> None:
    assert not talks.anybody_talked(connection, pair)
    talks.note_week(connection, pair, 7, alice, answer)
    assert talks.anybody_talked(connection, pair) is talked
    assert not talks.anybody_talked(connection, other)


# -- questions ---------------------------------------------------------------------------------------------------------


def test_a_question_is_open_until_all_are_through(
    connection: Connection, alice: Person, bob: Person, pair: int
) -> None:
    assert talks.question(connection, pair) is None
    found, new = ask(connection, pair, "one")
    assert new
    assert found == talks.Question(found.id, "one", alice, NOW, (alice, bob))
    talks.through(connection, found.id, alice)
    talks.through(connection, found.id, alice)
    assert ask(connection, pair, "two") == (found._replace(waiting=(bob,)), False)
    talks.through(connection, found.id, bob)
    second, new = ask(connection, pair, "two")
    assert (new, second.prompt, second.waiting) == (True, "two", (alice, bob))
    assert talks.question(connection, pair) == second, "of the same second the later one"


def test_an_open_question_stands_in_nobodys_way_after_three_days_to_the_second(
    connection: Connection, pair: int
) -> None:
    first, _new = ask(connection, pair, "one")
    assert ask(connection, pair, "two", NOW + talks.STALE - SECOND) == (first, False)
    second, new = ask(connection, pair, "two", NOW + talks.STALE)
    assert (new, second.prompt, second.asked) == (True, "two", NOW + talks.STALE)


def test_they_begin_by_turns_in_each_pair(
    connection: Connection, alice: Person, bob: Person, pair: int, other: int
) -> None:
    ask(connection, other, "elsewhere")
    firsts = [ask(connection, pair, "any", NOW + number * talks.STALE)[0].first for number in range(4)]
    assert firsts == [alice, bob, alice, bob]


def test_the_next_is_chosen_by_what_any_of_them_was_given_last_with_whomever(
    connection: Connection, alice: Person, bob: Person, mo: Person, pair: int, other: int, porch: Community
) -> None:
    chosen: list[tuple[dict[str, datetime], str | None]] = []

    def choose(seen: dict[str, datetime], last: str | None) -> str:
        chosen.append((dict(seen), last))
        return "three"

    ask(connection, other, "one")
    ask(connection, other, "one", NOW + talks.STALE)
    stranger = pair_of(connection, porch, mo)
    ask(connection, stranger, "strange")
    talks.next_question(connection, pair, choose, NOW)
    talks.next_question(connection, pair, choose, NOW + talks.STALE)
    seen: Mapping[str, datetime] = {"one": NOW + talks.STALE}
    assert chosen == [(seen, None), ({**seen, "three": NOW}, "three")]


def test_a_question_is_found_with_its_pair_and_outlives_who_begins(
    connection: Connection, alice: Person, bob: Person, pair: int
) -> None:
    found, _new = ask(connection, pair, "one")
    assert talks.get_question(connection, found.id) == (pair, "one", alice)
    assert talks.get_question(connection, found.id + 1) is None
    connection.execute("DELETE FROM persons WHERE id = ?", (alice.id,))
    assert talks.get_question(connection, found.id) == (pair, "one", None)
    assert talks.question(connection, pair) == found._replace(first=None, waiting=(bob,))


def test_whoever_left_is_waited_for_no_more(connection: Connection, alice: Person, bob: Person, pair: int) -> None:
    found, _new = ask(connection, pair, "one")
    current = pairs.get(connection, pair)
    assert current is not None
    ends.leave(connection, current, bob, NOW)
    assert talks.question(connection, pair) == found._replace(waiting=(alice,))


def test_light_is_of_one_person_in_one_pair_beside_how_they_signed_up_there(
    connection: Connection, alice: Person, bob: Person, pair: int, other: int, porch: Community, garden: Community
) -> None:
    buddies.sign_up(connection, porch, alice, None, "porch", NOW)
    buddies.sign_up(connection, garden, bob, None, "garden", NOW)
    assert sorted(talks.choices(connection, pair)) == [("", False), ("porch", False)]
    talks.stay_light(connection, pair, bob)
    assert sorted(talks.choices(connection, pair)) == [("", True), ("porch", False)]
    assert talks.choices(connection, other) == [("", False)] * 2
    current = pairs.get(connection, pair)
    assert current is not None
    ends.leave(connection, current, bob, NOW)
    assert talks.choices(connection, pair) == [("porch", False)]


# -- goals -------------------------------------------------------------------------------------------------------------


def test_a_goal_is_of_one_person_in_one_pair_and_the_last_counts(
    connection: Connection, alice: Person, bob: Person, pair: int, other: int
) -> None:
    kept = [
        talks.set_goal(connection, where, who, seal, NOW) for who, where in ((bob, pair), (alice, other), (alice, pair))
    ]
    again = talks.set_goal(connection, pair, alice, seal, NOW + HOUR)
    assert talks.goal(connection, kept[2]) is None
    assert talks.goals(connection, pair) == [
        Goal(kept[0], pair, bob, seal(kept[0]), False),
        Goal(again, pair, alice, seal(again), False),
    ]
    assert talks.goals(connection, other) == [Goal(kept[1], other, alice, seal(kept[1]), False)]
    assert talks.export_goals(connection, alice) == [(kept[1], seal(kept[1])), (again, seal(again))]


def test_that_it_was_answered_is_kept_of_that_goal_alone(
    connection: Connection, alice: Person, bob: Person, pair: int
) -> None:
    first, second = (talks.set_goal(connection, pair, who, seal, NOW) for who in (alice, bob))
    talks.goal_answered(connection, second, NOW)
    assert [one.answered for one in talks.goals(connection, pair)] == [False, True]
    assert connection.execute("SELECT answered FROM buddy_goals ORDER BY id").fetchall() == [
        (None,),
        (NOW.timestamp(),),
    ]
    assert first != second


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_an_export_shows_the_questions_of_ones_own_pairs(
    connection: Connection, alice: Person, bob: Person, mo: Person, pair: int, other: int
) -> None:
    assert talks.export(connection, alice) == {}
    ask(connection, pair, "later", NOW + HOUR)
    ask(connection, other, "first")
    later = {"question": "later", "when": (NOW + HOUR).isoformat()}
    first = {"question": "first", "when": NOW.isoformat()}
    for who, questions in ((alice, [first, later]), (bob, [later]), (mo, [first])):
        assert talks.export(connection, who) == {"questions you and your buddies were given": questions}


def test_forgetting_leaves_nothing_of_one_and_all_of_the_other(
    connection: Connection, alice: Person, bob: Person, pair: int
) -> None:
    found, _new = ask(connection, pair, "one")
    for who in (alice, bob):
        talks.note_week(connection, pair, 7, who, "yes")
        talks.through(connection, found.id, who)
        talks.set_goal(connection, pair, who, seal, NOW)
    pairs_kept.forget(connection, bob, None)
    assert tables_naming(connection, bob) == {"accounts"}
    assert talks.export(connection, bob) == {}
    assert tables_naming(connection, alice) == {
        *("accounts", "buddy_weeks", "buddy_marks", "buddy_goals", "buddy_members", "buddy_questions")
    }
