"""Codes that make two accounts one person: for ten minutes, five tries, both sides' yes; and what comes together."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

import pytest

from bot.context import Delivery
from bot.messages import (
    Community,
    Member,
    Person,
    Place,
)
from storage.checkins import dials
from storage.delivery import deliveries
from storage.members import blocks, consents, linking, members
from storage.members.linking import Link
from storage.moderation import holds
from tests.storage.conftest import DAY, HOUR, NOW, SECOND, rows_in, tables_naming

HERE, THERE, EVE = Member("local", "alice"), Member("far", "@alice"), Member("far", "@eve")
CODE, WRONG = b"c" * 32, b"w" * 32


def shown(connection: Connection, community: Community | None = None) -> int:
    return linking.show(connection, HERE, community, CODE, NOW)


def enter(connection: Connection, row: int, code: bytes = CODE, other: Member = THERE, now: datetime = NOW) -> str:
    return linking.enter(connection, row, code, other, None, now)


# -- codes -------------------------------------------------------------------------------------------------------------


def test_a_code_takes_both_sides_yes_and_is_used_up(connection: Connection) -> None:
    row = shown(connection)
    assert enter(connection, row) == "entered"
    assert linking.take(connection, row, HERE, NOW) is None, "the other has not agreed yet"
    whole = Link(row, HERE, None, THERE, None, True, NOW + linking.LIFE)
    assert linking.agree(connection, row, THERE, NOW) == whole
    assert linking.waiting(connection, HERE, NOW) == [whole]
    assert linking.take(connection, row, HERE, NOW) == whole
    assert linking.take(connection, row, HERE, NOW) is None
    assert rows_in(connection, "links") == 0


def test_nobody_else_agrees_or_takes(connection: Connection) -> None:
    row = shown(connection)
    enter(connection, row)
    assert linking.agree(connection, row, EVE, NOW) is None
    linking.agree(connection, row, THERE, NOW)
    assert linking.take(connection, row, EVE, NOW) is None
    assert linking.take(connection, row, THERE, NOW) is None
    assert linking.waiting(connection, EVE, NOW) == []


def test_a_code_that_was_entered_is_not_entered_by_another(connection: Connection) -> None:
    row = shown(connection)
    enter(connection, row)
    assert enter(connection, row, other=EVE) == "gone"
    assert linking.agree(connection, row, THERE, NOW) is not None


def test_the_fifth_wrong_try_is_the_last(connection: Connection) -> None:
    row = shown(connection)
    for _ in range(linking.TRIES - 1):
        assert enter(connection, row, WRONG, EVE) == "wrong"
    assert linking.get(connection, row, NOW) is not None
    assert enter(connection, row, WRONG, EVE) == "wrong"
    assert enter(connection, row) == "gone", "the right one is no use either"


def test_a_code_is_good_for_ten_minutes_to_the_second(connection: Connection) -> None:
    row = shown(connection)
    assert enter(connection, row, now=NOW + linking.LIFE - SECOND) == "entered"
    assert enter(connection, row, now=NOW + linking.LIFE) == "gone"
    assert linking.agree(connection, row, THERE, NOW + linking.LIFE) is None


def test_an_agreement_is_too_late_after_ten_minutes(connection: Connection) -> None:
    row = shown(connection)
    enter(connection, row)
    linking.agree(connection, row, THERE, NOW)
    assert linking.take(connection, row, HERE, NOW + linking.LIFE) is None
    assert linking.waiting(connection, HERE, NOW + linking.LIFE) == []


def test_ones_own_code_is_no_use(connection: Connection) -> None:
    assert enter(connection, shown(connection), other=HERE) == "own"


def test_a_code_nobody_was_shown_is_gone(connection: Connection) -> None:
    assert enter(connection, 99) == "gone"


def test_a_new_code_stands_in_place_of_the_old_one(connection: Connection, porch: Community) -> None:
    first, of_place = shown(connection), shown(connection, porch)
    second = shown(connection)
    assert linking.get(connection, first, NOW) is None
    assert linking.get(connection, second, NOW) is not None
    assert linking.get(connection, of_place, NOW) is not None, "a code for a place is another thing"


def test_a_code_for_a_place_is_for_places(connection: Connection, porch: Community, garden: Community) -> None:
    of_place, of_person = shown(connection, porch), linking.show(connection, EVE, None, CODE, NOW)
    assert enter(connection, of_place) == "gone"
    assert linking.enter(connection, of_person, CODE, THERE, garden, NOW) == "gone"
    assert linking.enter(connection, of_place, CODE, THERE, porch, NOW) == "own"
    assert linking.enter(connection, of_place, CODE, THERE, garden, NOW) == "entered"
    link = linking.get(connection, of_place, NOW)
    assert link is not None
    assert (link.community, link.other_community) == (porch, garden)


@pytest.mark.parametrize("who", [HERE, THERE])
def test_codes_go_with_either_account(connection: Connection, who: Member) -> None:
    row = shown(connection)
    enter(connection, row)
    linking.forget(connection, EVE)
    assert rows_in(connection, "links") == 1
    linking.forget(connection, who)
    assert rows_in(connection, "links") == 0


def test_an_old_code_is_erased(connection: Connection) -> None:
    shown(connection)
    linking.sweep(connection, NOW + linking.LIFE - SECOND)
    assert rows_in(connection, "links") == 1
    linking.sweep(connection, NOW + linking.LIFE)
    assert rows_in(connection, "links") == 0


# -- persons -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def there(connection: Connection, alice: Person) -> Person:
    return members.create(connection, THERE, "Asia/Tokyo", "de", NOW + HOUR)


def test_one_person_is_one_already(connection: Connection, alice: Person) -> None:
    assert linking.together(connection, alice, alice) == alice
    assert rows_in(connection, "persons") == 1


def test_two_become_one_and_nothing_names_the_other(
    connection: Connection, alice: Person, there: Person, porch: Community, garden: Community
) -> None:
    members.join(connection, alice, porch, NOW)
    members.join(connection, there, garden, NOW)
    consents.give(connection, there, ["dm"], "May I?", NOW)
    deliveries.plan(connection, Delivery(to=there, kind="notes.note", key="note", due=NOW))
    assert linking.together(connection, alice, there) == alice
    assert {*members.accounts(connection, alice)} == {HERE, THERE}
    assert members.communities(connection, alice) == [garden, porch]
    assert consents.given(connection, alice) == {"dm"}
    assert tables_naming(connection, there) == set()
    assert members.profile(connection, alice).zone == "Europe/Berlin"
    assert connection.execute("SELECT person FROM deliveries").fetchall() == [(alice.id,)]


def test_where_both_have_one_of_a_kind_that_of_whoever_stays_stands(
    connection: Connection, alice: Person, there: Person
) -> None:
    dials.set_personal(connection, alice, "light")
    dials.set_personal(connection, there, "tender")
    linking.together(connection, alice, there)
    assert dials.get(connection, alice).personal == "light"
    assert rows_in(connection, "checkin_dials") == 1


@pytest.mark.parametrize("newer", ["alice", "there"])
def test_of_two_yeses_the_one_to_the_newer_words_stands(
    connection: Connection, alice: Person, there: Person, newer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, later = (there, alice) if newer == "alice" else (alice, there)
    consents.give(connection, older, ("helper",), "old words", NOW)
    monkeypatch.setattr(consents, "VERSIONS", {"helper": 2})
    consents.give(connection, later, ("helper",), "new words", NOW)
    stays = linking.together(connection, alice, there)
    assert stays is not None
    assert consents.given(connection, stays) == {"helper"}
    assert consents.outdated(connection, stays) == frozenset()


def test_who_has_what_cannot_be_moved_stays_whichever_comes_first(
    connection: Connection, alice: Person, there: Person, porch: Community
) -> None:
    holds.hold(connection, porch, there, None, NOW)
    assert linking.together(connection, alice, there) == there
    assert members.person_of(connection, HERE) == there
    assert holds.is_held(connection, porch, there), "nobody gets out of a hold by becoming another"


def test_two_who_both_have_what_cannot_be_moved_stay_two(
    connection: Connection, alice: Person, there: Person, porch: Community
) -> None:
    for who in (alice, there):
        holds.hold(connection, porch, who, None, NOW)
    assert linking.together(connection, alice, there) is None
    assert rows_in(connection, "persons") == 2


def test_whoever_is_in_a_community_by_either_account_is_in_it(
    connection: Connection, alice: Person, there: Person, porch: Community
) -> None:
    for who in (alice, there):
        members.join(connection, who, porch, NOW)
    members.leave(connection, alice, porch, NOW + DAY)
    linking.together(connection, alice, there)
    assert members.of_community(connection, porch) == [alice]


def test_a_pause_of_either_is_a_pause(connection: Connection, alice: Person, there: Person) -> None:
    members.pause(connection, there, NOW, NOW + DAY)
    linking.together(connection, alice, there)
    assert members.profile(connection, alice).paused_until == NOW + DAY


def test_ones_own_pause_is_not_made_another(connection: Connection, alice: Person, there: Person) -> None:
    members.pause(connection, alice, NOW, None)
    members.pause(connection, there, NOW, NOW + DAY)
    linking.together(connection, alice, there)
    profile = members.profile(connection, alice)
    assert (profile.paused, profile.paused_until) == (True, None)


def test_blocks_of_and_against_both_hold(
    connection: Connection, alice: Person, there: Person, bob: Person, mo: Person
) -> None:
    blocks.add(connection, alice, bob, NOW)
    blocks.add(connection, there, bob, NOW)
    blocks.add(connection, mo, there, NOW)
    blocks.add(connection, alice, there, NOW)
    linking.together(connection, alice, there)
    assert blocks.avoided(connection, alice) == {bob.id, mo.id}, "and nobody avoids themselves"


def test_another_account_brings_its_blocks(connection: Connection, alice: Person, bob: Person) -> None:
    blocks.add_unknown(connection, bob, CODE, NOW)
    linking.attach(connection, alice, THERE, CODE, NOW)
    assert members.person_of(connection, THERE) == alice
    assert blocks.between(connection, alice, bob)


def test_what_is_on_its_way_goes_to_the_account_that_is_left(
    connection: Connection, alice: Person, bob: Person
) -> None:
    linking.attach(connection, alice, THERE, CODE, NOW + HOUR)
    row = deliveries.plan(connection, Delivery(to=alice, kind="notes.note", key="note", due=NOW))
    assert linking.detach(connection, alice, THERE)
    assert members.accounts(connection, alice) == [HERE]
    found = deliveries.get(connection, row or 0)
    assert found is not None
    assert found.account == HERE


def test_the_only_account_stays(connection: Connection, alice: Person) -> None:
    assert not linking.detach(connection, alice, HERE)
    assert members.accounts(connection, alice) == [HERE]


# -- communities -------------------------------------------------------------------------------------------------------


def test_two_communities_become_one(
    connection: Connection, porch: Community, garden: Community, alice: Person, bob: Person
) -> None:
    members.join(connection, alice, porch, NOW)
    members.join(connection, bob, garden, NOW)
    assert linking.one_community(connection, porch, garden) == porch
    assert members.of_community(connection, porch) == [alice, bob]
    assert members.community_of(connection, Place("local", "garden")) == porch
    assert rows_in(connection, "communities") == 1


def test_the_one_with_something_set_up_stays(
    connection: Connection, porch: Community, garden: Community, alice: Person
) -> None:
    holds.hold(connection, garden, alice, None, NOW)
    assert linking.one_community(connection, porch, garden) == garden
    assert holds.is_held(connection, garden, alice)


def test_two_with_something_set_up_stay_two(
    connection: Connection, porch: Community, garden: Community, alice: Person
) -> None:
    for where in (porch, garden):
        holds.hold(connection, where, alice, None, NOW)
    assert linking.one_community(connection, porch, garden) is None
    assert linking.one_community(connection, porch, porch) == porch
    assert rows_in(connection, "communities") == 2
