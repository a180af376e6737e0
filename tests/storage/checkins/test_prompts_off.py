"""Which questions are left out: in one community, and for a member of several."""

from __future__ import annotations

from sqlite3 import Connection

import pytest

from bot.messages import Community, Person
from storage.checkins import prompts_off
from storage.checkins.prompts_off import Asked
from storage.members import members
from tests.storage.conftest import NOW, rows_in

ALL = Asked(frozenset(), True)


def test_at_first_everything_is_asked_but_tender_where_it_waits_for_a_yes(
    connection: Connection, porch: Community
) -> None:
    assert prompts_off.here(connection, porch, ()) == ALL
    assert prompts_off.here(connection, porch, {"far"}) == ALL
    assert prompts_off.here(connection, porch, {"local"}) == ALL._replace(tender=False)


@pytest.mark.parametrize("on", [True, False])
def test_what_moderators_said_of_tender_ones_holds(connection: Connection, porch: Community, on: bool) -> None:
    prompts_off.ask_tender(connection, porch, on=on)
    assert prompts_off.here(connection, porch, {"local"}).tender is on
    assert prompts_off.here(connection, porch, ()).tender is on


def test_a_question_is_switched_off_and_on_in_one_community(
    connection: Connection, porch: Community, garden: Community
) -> None:
    for _twice in range(2):
        prompts_off.switch(connection, porch, "ci-one", on=False)
    prompts_off.switch(connection, porch, "ci-two", on=False)
    assert prompts_off.here(connection, porch, ()).off == {"ci-one", "ci-two"}
    assert prompts_off.here(connection, garden, ()) == ALL
    prompts_off.switch(connection, porch, "ci-one", on=True)
    assert prompts_off.here(connection, porch, ()).off == {"ci-two"}


def test_a_member_is_asked_nothing_that_any_community_of_theirs_leaves_out(
    connection: Connection, alice: Person, porch: Community, garden: Community
) -> None:
    prompts_off.switch(connection, porch, "ci-one", on=False)
    prompts_off.switch(connection, garden, "ci-two", on=False)
    prompts_off.ask_tender(connection, garden, on=False)
    assert prompts_off.for_person(connection, alice, ()) == ALL, "she is in neither"
    members.join(connection, alice, porch, NOW)
    assert prompts_off.for_person(connection, alice, ()) == Asked(frozenset({"ci-one"}), True)
    members.join(connection, alice, garden, NOW)
    assert prompts_off.for_person(connection, alice, ()) == Asked(frozenset({"ci-one", "ci-two"}), False)


def test_who_is_in_no_community_has_what_their_platform_allows(connection: Connection, alice: Person) -> None:
    assert prompts_off.for_person(connection, alice, {"local"}) == ALL._replace(tender=False)


def test_it_goes_with_its_community(connection: Connection, porch: Community) -> None:
    prompts_off.switch(connection, porch, "ci-one", on=False)
    connection.execute("DELETE FROM places")
    connection.execute("DELETE FROM communities")
    assert rows_in(connection, "prompts_off") == 0
