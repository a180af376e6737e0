"""Who goes: what they had waits for 30 days, to the second, and then it is gone; whoever is elsewhere stays."""

from __future__ import annotations

from sqlite3 import Connection

import pytest

from bot.context import Delivery
from bot.messages import (
    Community,
    Person,
    Place,
)
from storage.delivery import deliveries
from storage.members import departures, members, resting
from tests.storage.conftest import DAY, NOW, SECOND, rows_in

PORCH, FAR_PORCH = Place("local", "porch", "The Porch"), Place("far", "!porch", "The Porch")
GARDEN = Place("local", "garden", "The Garden")


def second_home(connection: Connection, porch: Community) -> None:
    connection.execute("INSERT INTO places (platform, platform_id, community) VALUES ('far', '!porch', ?)", (porch.id,))


# -- places ------------------------------------------------------------------------------------------------------------


def test_a_place_nobody_set_up_is_no_loss(connection: Connection) -> None:
    assert departures.lost(connection, PORCH, NOW) is None
    assert not departures.is_lost(connection, PORCH)


def test_the_last_place_of_a_community_is_its_end_for_now(
    connection: Connection, porch: Community, garden: Community
) -> None:
    assert departures.lost(connection, PORCH, NOW) == porch
    assert departures.is_lost(connection, PORCH)
    assert not departures.is_lost(connection, GARDEN)
    assert departures.homes(connection, "local") == [GARDEN]


def test_a_community_with_another_place_lives_on(connection: Connection, porch: Community) -> None:
    second_home(connection, porch)
    assert departures.lost(connection, PORCH, NOW) == porch
    assert departures.homes(connection, "far") == [FAR_PORCH]
    assert departures.homes(connection, "local") == []
    assert departures.lost(connection, FAR_PORCH, NOW) == porch


def test_whose_things_rest_is_told_of_where_and_who_is_back_or_left_of_nothing(
    connection: Connection, porch: Community, alice: Person, bob: Person
) -> None:
    members.join(connection, alice, porch, NOW)
    assert departures.left(connection, alice, porch.id) is None
    resting.rest_here(connection, alice, porch, NOW)
    assert departures.left(connection, alice, porch.id) == ("The Porch", NOW)
    assert departures.left(connection, bob, porch.id) is None, "he never was there"
    members.join(connection, alice, porch, NOW + DAY)
    assert departures.left(connection, alice, porch.id) is None
    members.leave(connection, alice, porch, NOW + DAY)
    assert departures.left(connection, alice, porch.id) is None, "that was a leave"


def test_hearing_it_twice_starts_no_new_month(connection: Connection, porch: Community) -> None:
    departures.lost(connection, PORCH, NOW)
    assert departures.lost(connection, PORCH, NOW + DAY) == porch
    departures.sweep(connection, NOW + departures.KEPT)
    assert rows_in(connection, "communities") == 0


def test_a_community_that_lives_nowhere_is_erased_after_30_days(
    connection: Connection, porch: Community, garden: Community
) -> None:
    departures.lost(connection, PORCH, NOW)
    departures.sweep(connection, NOW + departures.KEPT - SECOND)
    assert rows_in(connection, "communities") == 2
    departures.sweep(connection, NOW + departures.KEPT)
    assert connection.execute("SELECT id FROM communities").fetchall() == [(garden.id,)]
    assert rows_in(connection, "departures") == 0


def test_a_community_with_members_waits_for_them(connection: Connection, porch: Community, alice: Person) -> None:
    members.join(connection, alice, porch, NOW)
    departures.lost(connection, PORCH, NOW)
    departures.sweep(connection, NOW + departures.KEPT)
    assert rows_in(connection, "communities") == 1
    members.forget(connection, alice)
    departures.sweep(connection, NOW + departures.KEPT)
    assert rows_in(connection, "communities") == 0


def test_a_bot_that_is_back_has_lost_nothing(connection: Connection, porch: Community) -> None:
    departures.lost(connection, PORCH, NOW)
    assert members.found(connection, PORCH, NOW + DAY) == porch
    departures.sweep(connection, NOW + 2 * departures.KEPT)
    assert members.community_of(connection, PORCH) == porch


def test_a_community_moves_with_its_room(connection: Connection, porch: Community) -> None:
    departures.moved(connection, PORCH, Place("local", "veranda"))
    assert members.community_of(connection, PORCH) is None
    assert members.community_of(connection, Place("local", "veranda")) == porch


def test_a_community_does_not_move_in_with_another(connection: Connection, porch: Community, garden: Community) -> None:
    departures.moved(connection, PORCH, GARDEN)
    assert members.community_of(connection, PORCH) == porch
    assert members.community_of(connection, GARDEN) == garden


# -- members -----------------------------------------------------------------------------------------------------------


def test_everybody_is_asked_about_once_a_day(connection: Connection, alice: Person, porch: Community) -> None:
    members.join(connection, alice, porch, NOW)
    assert departures.undelivered_or_unseen(connection, NOW + DAY - SECOND, 10) == []
    assert departures.undelivered_or_unseen(connection, NOW + DAY, 10) == [(alice, porch)]
    departures.looked(connection, [(alice, porch)], NOW + DAY)
    assert departures.undelivered_or_unseen(connection, NOW + 2 * DAY - SECOND, 10) == []
    assert departures.undelivered_or_unseen(connection, NOW + 2 * DAY, 10) == [(alice, porch)]


def test_who_is_gone_is_asked_about_once_more(connection: Connection, alice: Person, porch: Community) -> None:
    members.join(connection, alice, porch, NOW)
    hour = departures.ASKED_AGAIN
    assert not departures.said_gone(connection, alice, porch, NOW)
    assert departures.undelivered_or_unseen(connection, NOW + hour - SECOND, 10) == []
    assert not departures.said_gone(connection, alice, porch, NOW + hour - SECOND)
    assert departures.undelivered_or_unseen(connection, NOW + hour, 10) == [(alice, porch)]
    assert departures.said_gone(connection, alice, porch, NOW + hour)


def test_whoever_is_there_again_was_never_gone(connection: Connection, alice: Person, porch: Community) -> None:
    members.join(connection, alice, porch, NOW)
    departures.said_gone(connection, alice, porch, NOW)
    departures.looked(connection, [(alice, porch)], NOW + DAY)
    assert not departures.said_gone(connection, alice, porch, NOW + 2 * DAY)


def test_a_clock_set_back_believes_nobody_gone_sooner(connection: Connection, alice: Person, porch: Community) -> None:
    members.join(connection, alice, porch, NOW)
    departures.said_gone(connection, alice, porch, NOW + DAY)
    assert not departures.said_gone(connection, alice, porch, NOW)
    assert departures.said_gone(connection, alice, porch, NOW + departures.ASKED_AGAIN)


def test_a_message_that_did_not_arrive_asks_at_once_and_once(
    connection: Connection, alice: Person, bob: Person, porch: Community
) -> None:
    for who in (alice, bob):
        members.join(connection, who, porch, NOW)
    row = deliveries.plan(connection, Delivery(to=alice, kind="notes.note", key="note", due=NOW))
    assert row is not None
    connection.execute("UPDATE deliveries SET state = 'sending'")
    deliveries.refused(connection, row, NOW + SECOND)
    assert departures.undelivered_or_unseen(connection, NOW + SECOND, 10) == [(alice, porch)]
    departures.looked(connection, [(alice, porch)], NOW + 2 * SECOND)
    assert departures.undelivered_or_unseen(connection, NOW + 3 * SECOND, 10) == []


def test_who_waits_longest_is_asked_about_first(
    connection: Connection, alice: Person, bob: Person, porch: Community, garden: Community
) -> None:
    members.join(connection, alice, porch, NOW + SECOND)
    members.join(connection, bob, garden, NOW)
    assert departures.undelivered_or_unseen(connection, NOW + 2 * DAY, 1) == [(bob, garden)]


def test_who_left_is_not_asked_about(connection: Connection, alice: Person, porch: Community) -> None:
    members.join(connection, alice, porch, NOW)
    members.leave(connection, alice, porch, NOW)
    assert departures.undelivered_or_unseen(connection, NOW + 9 * DAY, 10) == []


def test_who_left_every_community_is_long_gone_after_30_days(
    connection: Connection, alice: Person, porch: Community, garden: Community
) -> None:
    for days, community in enumerate((porch, garden)):
        members.join(connection, alice, community, NOW)
        members.leave(connection, alice, community, NOW + days * DAY)
    last = NOW + DAY + departures.KEPT
    assert departures.long_gone(connection, last - SECOND, 10) == []
    assert departures.long_gone(connection, last, 10) == [alice]


@pytest.mark.parametrize("back", [True, False])
def test_who_is_somewhere_or_was_nowhere_is_not_gone(
    connection: Connection, alice: Person, bob: Person, porch: Community, garden: Community, back: bool
) -> None:
    members.join(connection, alice, porch, NOW)
    members.leave(connection, alice, porch, NOW)
    members.join(connection, alice, porch if back else garden, NOW + DAY)
    assert departures.long_gone(connection, NOW + 365 * DAY, 10) == [], "and Bob, who uses no community, stays too"


def test_no_more_are_found_than_asked_for(connection: Connection, alice: Person, bob: Person, porch: Community) -> None:
    for who in (alice, bob):
        members.join(connection, who, porch, NOW)
        members.leave(connection, who, porch, NOW)
    assert departures.long_gone(connection, NOW + 365 * DAY, 1) == [alice]


def test_a_past_membership_is_kept_for_30_days_where_there_is_another(
    connection: Connection, alice: Person, bob: Person, porch: Community, garden: Community
) -> None:
    for who in (alice, bob):
        members.join(connection, who, porch, NOW)
        members.leave(connection, who, porch, NOW)
    members.join(connection, alice, garden, NOW)
    departures.sweep(connection, NOW + departures.KEPT - SECOND)
    assert rows_in(connection, "memberships") == 3
    departures.sweep(connection, NOW + departures.KEPT)
    left = connection.execute("SELECT person, community FROM memberships ORDER BY person").fetchall()
    assert left == [(alice.id, garden.id), (bob.id, porch.id)], "Bob's says since when he is gone"
