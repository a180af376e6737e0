"""Persons, accounts and communities: one person for one account, one community for one place, and nothing after."""

from __future__ import annotations

from datetime import time
from sqlite3 import Connection

import pytest

from bot.context import Delivery
from bot.messages import (
    Channel,
    Community,
    Member,
    Person,
    Place,
)
from storage.database.instants import seconds
from storage.delivery import deliveries, offers
from storage.members import consents, departures, members
from storage.moderation import claims
from storage.moderation.claims import Verdict
from tests.storage.conftest import DAY, HOSTILE, HOUR, NOW, SECOND, rows_in, tables_naming

ALICE = Member("local", "alice")
PORCH = Place("local", "porch", "The Porch")


# -- persons and accounts ----------------------------------------------------------------------------------------------


def test_before_a_yes_nobody_is_known(connection: Connection) -> None:
    assert members.person_of(connection, ALICE) is None
    assert rows_in(connection, "persons") == 0


def test_one_account_is_one_person_however_often_it_is_made(connection: Connection, alice: Person) -> None:
    assert members.create(connection, ALICE, "Asia/Tokyo", "de", NOW + DAY) == alice
    assert members.profile(connection, alice).zone == "Europe/Berlin", "the zone they have is not overwritten"
    assert rows_in(connection, "persons") == 1


def test_the_same_id_on_another_platform_is_somebody_else(connection: Connection, alice: Person) -> None:
    assert members.person_of(connection, Member("far", "alice")) is None
    assert members.create(connection, Member("far", "alice"), "UTC", "en", NOW) != alice


def test_an_id_that_looks_like_sql_is_an_id(connection: Connection, alice: Person) -> None:
    eve = members.create(connection, Member("local", HOSTILE), HOSTILE, HOSTILE, NOW)
    assert members.person_of(connection, Member("local", HOSTILE)) == eve
    assert members.profile(connection, eve).zone == HOSTILE
    assert members.person_of(connection, ALICE) == alice


def test_a_number_is_not_given_again(connection: Connection, alice: Person) -> None:
    members.forget(connection, alice)
    assert members.create(connection, ALICE, "UTC", "en", NOW) != alice, "an old button would be somebody else's"


def test_the_account_used_last_comes_first(connection: Connection, alice: Person) -> None:
    connection.execute("INSERT INTO accounts (platform, platform_id, person, last_seen) VALUES ('far', '9', 1, 0)")
    assert members.accounts(connection, alice) == [ALICE, Member("far", "9")]
    members.noticed(connection, alice, Member("far", "9"), None, NOW + SECOND)
    assert members.accounts(connection, alice) == [Member("far", "9"), ALICE]


def test_an_account_is_news_once_a_day(connection: Connection, alice: Person) -> None:
    assert not members.is_news(connection, alice, ALICE, None, NOW + DAY)
    assert members.is_news(connection, alice, ALICE, None, NOW + DAY + SECOND)
    members.noticed(connection, alice, ALICE, None, NOW + DAY + SECOND)
    assert not members.is_news(connection, alice, ALICE, None, NOW + DAY + SECOND)


def test_an_account_that_was_closed_is_news_at_once_and_open_again(connection: Connection, alice: Person) -> None:
    connection.execute("UPDATE accounts SET closed = 1")
    assert members.is_news(connection, alice, ALICE, None, NOW)
    members.noticed(connection, alice, ALICE, None, NOW)
    assert not members.is_news(connection, alice, ALICE, None, NOW)


def test_a_community_is_news_until_the_person_is_known_there(
    connection: Connection, alice: Person, porch: Community
) -> None:
    assert members.is_news(connection, alice, ALICE, porch, NOW)
    members.noticed(connection, alice, ALICE, porch, NOW)
    assert not members.is_news(connection, alice, ALICE, porch, NOW)


def test_a_request_is_from_somebody_somewhere_or_not(connection: Connection, alice: Person, porch: Community) -> None:
    assert members.recognise(connection, ALICE, PORCH) == (alice, porch)
    assert members.recognise(connection, ALICE, None) == (alice, None)
    assert members.recognise(connection, Member("local", "eve"), Place("local", "cellar")) == (None, None)


# -- what is set -------------------------------------------------------------------------------------------------------


def test_a_setting_is_that_of_one_person(connection: Connection, alice: Person, bob: Person) -> None:
    before = members.profile(connection, bob)
    members.set_zone(connection, alice, "Asia/Tokyo")
    members.set_locale(connection, alice, "de")
    members.set_quiet_hours(connection, alice, time(22), time(7, 30))
    found = members.profile(connection, alice)
    assert (found.zone, found.locale, found.quiet_start, found.quiet_end) == ("Asia/Tokyo", "de", "22:00", "07:30")
    assert members.profile(connection, bob) == before


def test_quiet_hours_are_there_from_the_start(connection: Connection, alice: Person) -> None:
    found = members.profile(connection, alice)
    assert (found.quiet_start, found.quiet_end) == ("21:00", "09:00")


def test_a_pause_ends_to_the_second(connection: Connection, alice: Person) -> None:
    members.pause(connection, alice, NOW, NOW + HOUR)
    members.end_pauses(connection, NOW + HOUR - SECOND)
    assert members.profile(connection, alice).paused
    members.end_pauses(connection, NOW + HOUR)
    assert not members.profile(connection, alice).paused


def test_a_pause_without_an_end_waits_for_a_word(connection: Connection, alice: Person) -> None:
    members.pause(connection, alice, NOW, None)
    members.end_pauses(connection, NOW + 3650 * DAY)
    assert members.profile(connection, alice).paused
    assert members.resume(connection, alice)
    assert not members.resume(connection, alice), "there is none any more"


def test_a_second_pause_stands_in_place_of_the_first(connection: Connection, alice: Person) -> None:
    members.pause(connection, alice, NOW, NOW + HOUR)
    members.pause(connection, alice, NOW, None)
    members.end_pauses(connection, NOW + HOUR)
    assert members.profile(connection, alice).paused


def test_one_persons_pause_is_nobody_elses(connection: Connection, alice: Person, bob: Person) -> None:
    members.pause(connection, alice, NOW, NOW + HOUR)
    members.pause(connection, bob, NOW, NOW + DAY)
    members.end_pauses(connection, NOW + HOUR)
    assert not members.profile(connection, alice).paused
    assert members.profile(connection, bob).paused
    assert not members.resume(connection, alice)
    assert members.profile(connection, bob).paused


# -- communities -------------------------------------------------------------------------------------------------------


def test_a_place_is_one_community_however_often_it_is_met(connection: Connection, porch: Community) -> None:
    assert members.found(connection, Place("local", "porch", "Renamed"), NOW + DAY) == porch
    assert rows_in(connection, "communities") == 1


def test_the_same_id_on_another_platform_is_another_community(connection: Connection, porch: Community) -> None:
    assert members.community_of(connection, Place("far", "porch")) is None
    assert members.found(connection, Place("far", "porch"), NOW) != porch


def test_a_place_without_a_name_is_called_by_its_id(connection: Connection) -> None:
    assert members.found(connection, Place("local", "attic"), NOW).name == "attic"


def test_a_community_the_bot_was_taken_out_of_is_not_there_until_it_is_back(
    connection: Connection, porch: Community
) -> None:
    departures.lost(connection, PORCH, NOW)
    assert members.community_of(connection, PORCH) is None
    assert members.found(connection, PORCH, NOW + DAY) == porch, "what was set up there is still there"
    assert members.community_of(connection, PORCH) == porch


def test_places_are_those_of_one_community(connection: Connection, porch: Community, garden: Community) -> None:
    connection.execute("INSERT INTO places (platform, platform_id, community) VALUES ('far', '!p', ?)", (porch.id,))
    assert members.places(connection, porch) == [Place("far", "!p"), PORCH]
    assert members.places(connection, garden) == [Place("local", "garden")]


def test_who_joins_twice_is_there_once_since_the_first_time(
    connection: Connection, alice: Person, porch: Community
) -> None:
    members.join(connection, alice, porch, NOW)
    members.join(connection, alice, porch, NOW + DAY)
    assert members.of_community(connection, porch) == [alice]
    [since] = connection.execute("SELECT since FROM memberships").fetchone()
    assert since == NOW.timestamp()


def test_a_member_of_one_community_is_none_of_another(
    connection: Connection, alice: Person, bob: Person, porch: Community, garden: Community
) -> None:
    members.join(connection, alice, porch, NOW)
    members.join(connection, bob, garden, NOW)
    assert members.of_community(connection, porch) == [alice]
    assert members.communities(connection, alice) == [porch]
    members.leave(connection, alice, garden, NOW)
    assert members.communities(connection, alice) == [porch]


def test_who_leaves_is_gone_and_who_comes_back_is_there(
    connection: Connection, alice: Person, porch: Community
) -> None:
    members.join(connection, alice, porch, NOW)
    assert members.leave(connection, alice, porch, NOW + DAY)
    assert not members.leave(connection, alice, porch, NOW + DAY)
    assert members.of_community(connection, porch) == []
    assert members.communities(connection, alice) == []
    members.join(connection, alice, porch, NOW + 2 * DAY)
    assert members.of_community(connection, porch) == [alice]


def test_leaving_takes_what_waits_there_and_nothing_else(
    connection: Connection, alice: Person, bob: Person, porch: Community, garden: Community
) -> None:
    def plan(to: Person | Channel, community: Community | None, key: str) -> int | None:
        return deliveries.plan(connection, Delivery(to=to, kind="notes.note", key=key, due=NOW, community=community))

    gone = plan(alice, porch, "1")
    lobby = Channel("local", "lobby")
    stays = {plan(alice, garden, "2"), plan(alice, None, "3"), plan(bob, porch, "4"), plan(lobby, porch, "5")}
    under_way = plan(alice, porch, "6")
    connection.execute("UPDATE deliveries SET state = 'sending' WHERE id = ?", (under_way,))
    members.leave(connection, alice, porch, NOW)
    left = {row for (row,) in connection.execute("SELECT id FROM deliveries")}
    assert left == stays | {under_way}
    assert gone not in left


def test_what_may_have_arrived_before_somebody_left_comes_no_second_time(
    connection: Connection, alice: Person, porch: Community
) -> None:
    note = Delivery(to=alice, kind="notes.note", key="1", due=NOW, community=porch, body=b"Alice's own words")
    row = deliveries.plan(connection, note)
    assert row is not None
    send = Verdict("send")
    claims.claim(connection, "local", NOW, lambda *_asked: send, room=1, openings=1)
    deliveries.postpone(connection, row, NOW + SECOND)  # the answer was lost
    members.leave(connection, alice, porch, NOW)
    members.join(connection, alice, porch, NOW)
    assert deliveries.plan(connection, note) is None
    assert claims.claim(connection, "local", NOW + DAY, lambda *_asked: send, room=1, openings=1).going == []
    kept = connection.execute("SELECT state, reason, settled, body FROM deliveries").fetchall()
    assert kept == [("skipped", "left the community", seconds(NOW), None)]


def test_leaving_takes_the_buttons_of_that_community(
    connection: Connection, alice: Person, bob: Person, porch: Community, garden: Community
) -> None:
    for who, where in ((alice, porch), (alice, garden), (alice, None), (bob, porch)):
        offers.add(connection, who, where, [("notes.ok", "")], NOW)
    members.leave(connection, alice, porch, NOW)
    left = connection.execute("SELECT person, community FROM offers ORDER BY id").fetchall()
    assert left == [(alice.id, garden.id), (alice.id, None), (bob.id, porch.id)]


# -- shown and forgotten -----------------------------------------------------------------------------------------------


def test_an_export_shows_what_is_kept_and_nobody_else(
    connection: Connection, alice: Person, bob: Person, porch: Community, garden: Community
) -> None:
    members.join(connection, alice, porch, NOW)
    members.join(connection, bob, garden, NOW)
    members.pause(connection, alice, NOW, NOW + DAY)
    assert members.export(connection, alice) == {
        "accounts": ["local: alice"],
        "time zone": "Europe/Berlin",
        "language": "en",
        "quiet hours": "21:00 to 09:00",
        "communities": ["The Porch"],
        "paused until": (NOW + DAY).isoformat(),
    }


@pytest.mark.parametrize("paused", [True, False])
def test_an_export_tells_of_a_pause_only_where_there_is_one(
    connection: Connection, alice: Person, paused: bool
) -> None:
    if paused:
        members.pause(connection, alice, NOW, None)
    assert members.export(connection, alice).get("paused until") == ("you say" if paused else None)


def test_nothing_is_left_of_whoever_is_forgotten(
    connection: Connection, alice: Person, bob: Person, porch: Community
) -> None:
    for who in (alice, bob):
        members.join(connection, who, porch, NOW)
        consents.give(connection, who, ["dm"], "May I write to you?", NOW)
        offers.add(connection, who, porch, [("notes.ok", "")], NOW)
        deliveries.plan(connection, Delivery(to=who, kind="notes.note", key=str(who.id), due=NOW, community=porch))
    kept = tables_naming(connection, bob)
    assert kept == {"accounts", "memberships", "consents", "offers", "deliveries"}
    members.forget(connection, alice)
    assert tables_naming(connection, alice) == set()
    assert tables_naming(connection, bob) == kept
    assert members.person_of(connection, ALICE) is None
