"""The help card of a community: what its own people checked, for as long as they said, and nobody else's."""

from __future__ import annotations

from datetime import date
from sqlite3 import Connection

import pytest

from bot.messages import Channel, Community, Person, Place
from storage.members import community_settings, consents, members
from storage.moderation import lines
from tests.storage.conftest import NOW, tables_naming

DAY_ONE, DAY_TWO = date(2026, 6, 1), date(2026, 7, 1)
DESK = Channel("local", "desk")


def test_a_line_shows_where_it_was_checked_and_nowhere_else(
    connection: Connection, porch: Community, garden: Community
) -> None:
    lines.confirm(connection, porch, "de-1", DAY_ONE, NOW)
    assert lines.confirmed(connection, porch) == {"de-1": DAY_ONE}
    assert lines.confirmed(connection, garden) == {}
    assert lines.facts(connection, garden).confirmed == {}


def test_checking_again_moves_the_day(connection: Connection, porch: Community) -> None:
    for day in (DAY_ONE, DAY_TWO):
        lines.confirm(connection, porch, "de-1", day, NOW)
    assert lines.confirmed(connection, porch) == {"de-1": DAY_TWO}


def test_nobody_takes_a_line_off_another_communitys_card(
    connection: Connection, porch: Community, garden: Community
) -> None:
    lines.confirm(connection, porch, "de-1", DAY_ONE, NOW)
    assert not lines.remove(connection, garden, "de-1")
    assert lines.remove(connection, porch, "de-1")
    assert not lines.remove(connection, porch, "de-1")


def test_moderators_hear_of_an_ending_line_where_they_said_and_on_its_day(
    connection: Connection, porch: Community, garden: Community
) -> None:
    settings = community_settings.get(connection, porch)._replace(reports=DESK)
    community_settings.save(connection, porch, settings)
    for community in (porch, garden):
        lines.confirm(connection, community, "de-1", DAY_ONE, NOW)
    lines.confirm(connection, porch, "de-2", DAY_TWO, NOW)
    assert lines.ending(connection, DAY_ONE) == [lines.Ending(porch, "de-1", DAY_ONE, DESK)]
    assert lines.ending(connection, date(2026, 6, 2)) == []


def test_a_place_nearby_is_sealed_for_its_own_row_and_its_communitys_alone(
    connection: Connection, porch: Community, garden: Community
) -> None:
    row = lines.add_resource(connection, porch, lambda row: b"words for %d" % row, NOW)
    assert lines.resources(connection, porch) == ((row, b"words for %d" % row),)
    assert lines.resources(connection, garden) == ()
    assert not lines.remove_resource(connection, garden, row)
    assert lines.remove_resource(connection, porch, row)
    assert lines.resources(connection, porch) == ()


def test_the_card_of_every_community_and_where_each_lives(
    connection: Connection, porch: Community, garden: Community
) -> None:
    settings = community_settings.get(connection, porch)._replace(emergency="112")
    community_settings.save(connection, porch, settings)
    known = lines.known(connection)
    assert known.places == {Place("local", "porch"): porch.id, Place("local", "garden"): garden.id}
    assert (known.facts[porch.id].emergency, known.facts[garden.id].emergency) == ("112", "")


# -- a member's country ------------------------------------------------------------------------------------------------


def test_a_country_is_used_only_while_the_yes_to_it_stands(
    connection: Connection, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines.remember_country(connection, alice, "de")
    assert lines.country_of(connection, alice) is None
    consents.give(connection, alice, ("country",), "Remember mine.", NOW)
    assert lines.country_of(connection, alice) == "de"
    assert lines.country_of(connection, bob) is None
    monkeypatch.setattr(consents, "VERSIONS", {"country": 2})
    assert lines.country_of(connection, alice) is None
    assert lines.kept_country(connection, alice) == "de", "what is kept is said in my-data all the same"


def test_a_new_country_takes_the_place_of_the_old_and_goes_with_the_person(
    connection: Connection, alice: Person
) -> None:
    for country in ("de", "in"):
        lines.remember_country(connection, alice, country)
    assert lines.kept_country(connection, alice) == "in"
    members.forget(connection, alice)
    assert "countries" not in tables_naming(connection, alice)
