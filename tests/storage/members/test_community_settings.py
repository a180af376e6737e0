"""What moderators decided: the defaults until then, and quiet hours that are never put over a member's own."""

from __future__ import annotations

from datetime import time
from sqlite3 import Connection

from bot.messages import Channel, Community, Member, Person
from storage.members import community_settings, members
from storage.members.community_settings import Settings
from tests.storage.conftest import DAY, NOW, rows_in

LATE = (time(23), time(7, 30))
EARLY = (time(20), time(8))


def hours(connection: Connection, person: Person) -> tuple[str, str]:
    found = members.profile(connection, person)
    return found.quiet_start, found.quiet_end


def test_before_anything_was_decided_the_defaults_hold(connection: Connection, porch: Community) -> None:
    assert community_settings.get(connection, porch) == Settings()
    assert rows_in(connection, "community_settings") == 0, "looking keeps nothing"


def test_everything_that_was_decided_is_kept(connection: Connection, porch: Community, garden: Community) -> None:
    decided = Settings(
        Channel("local", "mods"), Channel("local", "lobby"), ("GB", "DE"), "999", "study", True, 7, False, 3,
        LATE, False,
    )  # fmt: skip
    community_settings.save(connection, porch, decided)
    assert community_settings.get(connection, porch) == decided
    assert community_settings.get(connection, garden) == Settings()
    community_settings.set_step(connection, porch, 4)
    assert community_settings.get(connection, porch) == decided._replace(step=4)


# -- quiet hours -------------------------------------------------------------------------------------------------------


def test_members_who_chose_none_have_the_hours_of_their_community(
    connection: Connection, alice: Person, bob: Person, porch: Community
) -> None:
    members.join(connection, alice, porch, NOW)
    community_settings.set_quiet_hours(connection, porch, *LATE)
    assert hours(connection, alice) == ("23:00", "07:30")
    members.join(connection, bob, porch, NOW)
    assert hours(connection, bob) == ("23:00", "07:30"), "whoever comes later too"
    community_settings.set_quiet_hours(connection, porch, *EARLY)
    assert hours(connection, alice) == hours(connection, bob) == ("20:00", "08:00")


def test_what_a_member_chose_stays(connection: Connection, alice: Person, bob: Person, porch: Community) -> None:
    members.set_quiet_hours(connection, alice, time(21), time(9))
    members.join(connection, alice, porch, NOW)
    members.join(connection, bob, porch, NOW)
    community_settings.set_quiet_hours(connection, porch, *LATE)
    assert hours(connection, alice) == ("21:00", "09:00"), "also where it is what was the default"
    members.set_quiet_hours(connection, bob, time(), time())
    community_settings.set_quiet_hours(connection, porch, *EARLY)
    assert hours(connection, bob) == ("00:00", "00:00")


def test_of_two_communities_the_one_they_came_to_first_decides(
    connection: Connection, alice: Person, porch: Community, garden: Community
) -> None:
    members.join(connection, alice, garden, NOW)
    members.join(connection, alice, porch, NOW + DAY)
    community_settings.set_quiet_hours(connection, porch, *LATE)
    assert hours(connection, alice) == ("21:00", "09:00")
    community_settings.set_quiet_hours(connection, garden, *EARLY)
    assert hours(connection, alice) == ("20:00", "08:00")


def test_who_has_left_keeps_what_they_had(connection: Connection, alice: Person, porch: Community) -> None:
    members.join(connection, alice, porch, NOW)
    members.leave(connection, alice, porch, NOW)
    community_settings.set_quiet_hours(connection, porch, *LATE)
    assert hours(connection, alice) == ("21:00", "09:00")


def test_coming_back_is_coming(connection: Connection, alice: Person, porch: Community) -> None:
    members.join(connection, alice, porch, NOW)
    members.leave(connection, alice, porch, NOW)
    community_settings.set_quiet_hours(connection, porch, *LATE)
    members.join(connection, alice, porch, NOW + DAY)
    assert hours(connection, alice) == ("23:00", "07:30")


def test_where_moderators_said_nothing_the_hosts_hours_hold(connection: Connection, porch: Community) -> None:
    eve = members.create(connection, Member("local", "eve"), "UTC", "en", NOW, (time(22), time(6)))
    members.join(connection, eve, porch, NOW)
    assert hours(connection, eve) == ("22:00", "06:00")


# -- channels ----------------------------------------------------------------------------------------------------------


def test_a_channel_that_is_gone_is_used_no_more(connection: Connection, porch: Community, garden: Community) -> None:
    mods, lobby = Channel("local", "mods"), Channel("local", "lobby")
    for community in (porch, garden):
        community_settings.save(connection, community, Settings(mods, lobby))
    community_settings.forget_channel(connection, Channel("far", "mods"))
    assert community_settings.get(connection, porch) == Settings(mods, lobby)
    community_settings.forget_channel(connection, mods)
    assert (
        community_settings.get(connection, porch) == community_settings.get(connection, garden) == Settings(None, lobby)
    )
    community_settings.forget_channel(connection, lobby)
    assert community_settings.get(connection, porch) == Settings()
