"""Communities put where they belong: one room, one community; and nobody stays with whoever took them."""

from __future__ import annotations

from sqlite3 import Connection

import pytest

from bot.messages import Channel, Community, Person, Place
from storage.members import community_settings, governing, members
from storage.members.community_settings import Settings
from storage.moderation import cases, holds
from storage.moderation.cases import Named, Viewer
from tests.storage.conftest import DAY, NOW, rows_in

PORCH, GARDEN = Place("local", "porch", "The Porch"), Place("local", "garden", "The Garden")
ANYBODY = Viewer(None, frozenset())


def report(connection: Connection, community: Community, reporter: Person, reported: Person) -> int:
    return cases.open_case(
        connection,
        community,
        "moderators",
        lambda _row, _column: b"sealed",
        Named(b"r%d" % reporter.id, reporter),
        Named(b"r%d" % reported.id, reported),
        NOW,
    )


def ids(connection: Connection, community: Community) -> list[int]:
    return [case.id for case in cases.open_cases(connection, community, ANYBODY)]


def test_two_communities_of_one_room_become_the_older_one(
    connection: Connection, alice: Person, bob: Person, porch: Community
) -> None:
    garden = members.found(connection, GARDEN, NOW + DAY)
    members.join(connection, alice, porch, NOW)
    members.join(connection, alice, garden, NOW)
    members.join(connection, bob, garden, NOW)
    case = report(connection, garden, alice, bob)
    governing.reunite(connection, PORCH, GARDEN)
    assert members.community_of(connection, GARDEN) == porch
    assert members.community_of(connection, PORCH) is None
    assert members.of_community(connection, porch) == [alice, bob]
    assert ids(connection, porch) == [case]
    assert rows_in(connection, "communities") == 1


def test_what_the_older_one_decided_stands(connection: Connection, porch: Community) -> None:
    garden = members.found(connection, GARDEN, NOW + DAY)
    chosen = community_settings.get(connection, porch)._replace(emergency="112")
    community_settings.save(connection, porch, chosen)
    community_settings.save(connection, garden, chosen._replace(emergency="911"))
    governing.reunite(connection, PORCH, GARDEN)
    assert community_settings.get(connection, porch).emergency == "112"


@pytest.mark.parametrize("places", [(PORCH, Place("local", "attic")), (PORCH, PORCH)])
def test_one_community_has_nothing_to_reunite_with(
    connection: Connection, porch: Community, places: tuple[Place, Place]
) -> None:
    governing.reunite(connection, *places)
    assert members.community_of(connection, PORCH) == porch


def test_who_was_taken_goes_home_with_what_they_reported(
    connection: Connection, alice: Person, bob: Person, mo: Person, porch: Community, garden: Community
) -> None:
    for person in (alice, bob, mo):
        members.join(connection, person, garden, NOW)
    theirs, others = report(connection, garden, alice, bob), report(connection, garden, mo, mo)
    holds.hold_and_tell(connection, garden, bob, theirs, NOW, None)
    governing.separate(connection, PORCH, garden, [alice, bob], NOW)
    assert members.of_community(connection, porch) == [alice, bob]
    assert members.of_community(connection, garden) == [mo]
    assert (ids(connection, porch), ids(connection, garden)) == ([theirs], [others])
    assert holds.is_held(connection, porch, bob)
    assert not holds.is_held(connection, garden, bob)


def test_what_the_taker_set_up_does_not_come_along(
    connection: Connection, alice: Person, porch: Community, garden: Community
) -> None:
    members.join(connection, alice, garden, NOW)
    settings = community_settings.get(connection, garden)._replace(reports=Channel("local", "evil"))
    community_settings.save(connection, garden, settings)
    governing.separate(connection, PORCH, garden, [alice], NOW)
    assert community_settings.get(connection, porch).reports is None
    rows = connection.execute("SELECT platform, target, community FROM deliveries WHERE kind = 'community.separated'")
    assert rows.fetchall() == [("local", "porch", porch.id)]


def test_moderators_hear_of_it_where_they_hear_of_reports(
    connection: Connection, alice: Person, porch: Community, garden: Community
) -> None:
    members.join(connection, alice, garden, NOW)
    settings: Settings = community_settings.get(connection, porch)._replace(reports=Channel("local", "desk"))
    community_settings.save(connection, porch, settings)
    governing.separate(connection, PORCH, garden, [alice], NOW)
    [(channel,)] = connection.execute("SELECT target FROM deliveries WHERE kind = 'community.separated'")
    assert channel == "desk"


def test_reports_are_announced_in_the_room_that_follows(connection: Connection, porch: Community) -> None:
    settings = community_settings.get(connection, porch)._replace(reports=Channel("local", "desk"))
    community_settings.save(connection, porch, settings)
    community_settings.move_channel(connection, Channel("local", "desk"), Channel("local", "new desk"))
    assert community_settings.get(connection, porch).reports == Channel("local", "new desk")
