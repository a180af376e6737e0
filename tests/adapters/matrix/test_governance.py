"""Who governs a place, on a real homeserver: spaces, upgrades, marks, aliases and invitations of strangers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from sqlite3 import Connection
from typing import Any

import pytest
from mautrix.types import EventType, RoomID

from bot.adapters.matrix import goings
from bot.bot import Bot
from bot.messages import Community, Member, Place
from storage.members import departures, governing, members
from storage.moderation import cases
from storage.moderation.cases import Named, Viewer
from tests.adapters.matrix.world import World, known_as
from tests.beds.matrix.member import MatrixMember

VIA = {"via": ["bed.test"]}


async def garden_of(kith: World, mo: MatrixMember, *others: MatrixMember, **more: Any) -> str:
    """A room that Mo moderates, with these people and Kith in it."""
    room = await mo.open_room(kith.id, *(one.id for one in others), encrypted=False, **more)
    for one in others:
        await one.accept()
    await mo.wait_for_member(kith.id, room)
    await kith.until(lambda: {kith.id, mo.id, *(one.id for one in others)} <= set(kith.users_of(room)))
    return room


async def space_of(kith: World, who: MatrixMember, *rooms: str) -> str:
    space = await who.open_space(kith.id, rooms=rooms)
    await who.wait_for_member(kith.id, space)
    await kith.until(lambda: space in kith.adapter._sync.claims)
    return space


async def say_state(who: MatrixMember, room: str, kind: str, key: str, content: dict[str, Any]) -> None:
    await who.client.send_state_event(RoomID(room), EventType.find(kind, EventType.Class.STATE), content, state_key=key)


async def ask(kith: World, who: MatrixMember, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a member's own client has no method for."""
    url = f"/_matrix/client/v3/{path}"
    answer: dict[str, Any] = await asyncio.to_thread(kith.synapse.request, method, url, body, who.account.access_token)
    return answer


async def upgrade(kith: World, who: MatrixMember, room: str, version: str = "12") -> str:
    """As apps do it: the server makes the new room, and whoever upgraded invites who was in the old one."""
    made = await ask(kith, who, "POST", f"rooms/{room}/upgrade", {"new_version": version})
    new = str(made["replacement_room"])
    await who.invite(kith.id, new)
    await who.wait_for_member(kith.id, new)
    await kith.until(lambda: new in kith.adapter._sync.claims)
    return new


async def homes(bot: Bot) -> list[str]:
    return [place.id for place in await bot.database.read(departures.homes, "matrix")]


async def eventually(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        # What is waited for has no event of its own.
        while not await is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def place_of(kith: World, room: str) -> str:
    return kith.adapter._rooms.place_of(room)


async def found(kith: World, room: str) -> Community:
    return await kith.database.write(members.found, Place("matrix", room, "the garden"), kith.bot.now())


# A room belongs to a space


async def test_a_strangers_space_that_lists_a_room_takes_nothing(kith: World) -> None:
    mo, alice, eve = [await kith.member(name) for name in ("mo", "alice", "eve")]
    garden = await garden_of(kith, mo, alice)
    space = await space_of(kith, eve, garden)
    assert place_of(kith, garden) == garden
    assert await kith.adapter.is_moderator(known_as(mo), Place("matrix", garden))
    assert not await kith.adapter.is_moderator(known_as(eve), Place("matrix", garden))
    assert not await kith.adapter.is_member(known_as(alice), Place("matrix", space))
    assert [place.id for place in await kith.adapter.places_of(known_as(alice))] == [garden]
    await alice.say("!kith start", garden)
    await alice.accept()
    await alice.next()
    assert kith.samples.contexts[0].community == await found(kith, garden)
    await kith.restart()
    assert place_of(kith, garden) == garden


async def test_a_plain_member_who_lists_the_room_they_are_in_takes_nothing(kith: World) -> None:
    mo, eve = await kith.member("mo"), await kith.member("eve")
    garden = await garden_of(kith, mo, eve)
    space = await space_of(kith, eve, garden)
    assert place_of(kith, garden) == garden
    assert not await kith.adapter.is_member(known_as(mo), Place("matrix", space))


async def test_a_room_that_says_itself_that_it_belongs_is_in_the_space(kith: World) -> None:
    mo, dana = await kith.member("mo"), await kith.member("dana")
    garden = await garden_of(kith, mo)
    space = await space_of(kith, dana, garden)
    assert place_of(kith, garden) == garden
    await say_state(mo, garden, "m.space.parent", space, VIA)
    await kith.until(lambda: place_of(kith, garden) == space)
    await say_state(mo, garden, "m.space.parent", space, {})
    await kith.until(lambda: place_of(kith, garden) == garden)


async def test_a_room_does_not_join_a_space_that_does_not_list_it(kith: World) -> None:
    mo, eve = await kith.member("mo"), await kith.member("eve")
    space = await space_of(kith, mo, await garden_of(kith, mo))
    theirs = await garden_of(kith, eve)
    await say_state(eve, theirs, "m.space.parent", space, VIA)
    await kith.until(lambda: ("m.space.parent", space) in kith.adapter._sync.claims[theirs].state)
    assert place_of(kith, theirs) == theirs
    assert not await kith.adapter.is_member(known_as(eve), Place("matrix", space))


async def test_a_member_without_power_cannot_give_an_open_room_away(kith: World) -> None:
    """A room whose state everybody may set."""
    mo, eve = await kith.member("mo"), await kith.member("eve")
    garden = await garden_of(kith, mo, eve)
    levels = await ask(kith, mo, "GET", f"rooms/{garden}/state/m.room.power_levels/", {})
    await say_state(mo, garden, "m.room.power_levels", "", levels | {"state_default": 0, "events": {}})
    space = await space_of(kith, eve, garden)
    await say_state(eve, garden, "m.space.parent", space, VIA)
    await kith.until(lambda: ("m.space.parent", space) in kith.adapter._sync.claims[garden].state)
    assert place_of(kith, garden) == garden


async def test_who_was_put_out_of_power_takes_their_listing_with_them(kith: World) -> None:
    mo, bob = await kith.member("mo"), await kith.member("bob")
    garden = await garden_of(kith, mo, bob)
    await mo.give_power(bob.id, 50, garden)
    space = await space_of(kith, bob, garden)
    await kith.until(lambda: place_of(kith, garden) == space)
    await mo.give_power(bob.id, 0, garden)
    await kith.until(lambda: place_of(kith, garden) == garden)


async def test_a_community_that_was_taken_over_is_separated_at_the_first_start(kith: World) -> None:
    """As an earlier version left it: Alice and her report are in the community of Eve's space."""
    mo, alice, eve = [await kith.member(name) for name in ("mo", "alice", "eve")]
    garden = await garden_of(kith, mo, alice)
    space = await space_of(kith, eve, garden)
    theirs = await kith.database.write(members.found, Place("matrix", space, "the village"), kith.bot.now())
    await kith.database.write(_taken, theirs, [known_as(one) for one in (alice, eve)], kith.bot.now())
    await kith.database.write(_first_start)
    await kith.restart()
    own = await kith.database.read(members.community_of, Place("matrix", garden))
    assert own is not None
    assert own.id != theirs.id
    assert await kith.database.read(_names, theirs) == [eve.id]
    assert await kith.database.read(_names, own) == [alice.id]
    assert await kith.database.read(_cases, theirs) == []
    assert len(await kith.database.read(_cases, own)) == 1
    assert await kith.database.read(_told) == [garden]
    await kith.restart()  # once
    assert await kith.database.read(_told) == [garden]


def _taken(connection: Connection, community: Community, people: list[Member], now: datetime) -> None:
    alice, _eve = [members.create(connection, one, "UTC", "en", now) for one in people]
    for one in people:
        person = members.person_of(connection, one)
        assert person is not None
        members.join(connection, person, community, now)
    cases.open_case(connection, community, "moderators", lambda _row, _column: b"sealed", Named(b"a", alice), None, now)


def _first_start(connection: Connection) -> None:
    connection.execute("DELETE FROM adapter_state WHERE name = ?", (goings.LOOKED,))


def _names(connection: Connection, community: Community) -> list[str]:
    people = members.of_community(connection, community)
    return [account.id for person in people for account in members.accounts(connection, person)]


def _cases(connection: Connection, community: Community) -> list[int]:
    return [case.id for case in cases.open_cases(connection, community, Viewer(None, frozenset()))]


def _told(connection: Connection) -> list[str]:
    rows = connection.execute("SELECT target FROM deliveries WHERE kind = ?", (governing.SEPARATED,))
    return [channel for (channel,) in rows]


# A room follows another


@pytest.mark.parametrize("version", ["11", "12"])
async def test_an_upgraded_room_is_the_same_community_and_the_only_one(kith: World, version: str) -> None:
    mo, alice = await kith.member("mo"), await kith.member("alice")
    old = await garden_of(kith, mo, alice, version="10")
    community = await found(kith, old)
    new = await upgrade(kith, mo, old, version)
    await mo.invite(alice.id, new)
    await alice.join(new)

    async def moved() -> bool:
        return await homes(kith.bot) == [new]

    await eventually(moved)
    assert place_of(kith, old) == place_of(kith, new) == new
    assert [place.id for place in await kith.adapter.places_of(known_as(alice))] == [new]
    assert [spot.channel.id for spot in await kith.adapter.spots(Place("matrix", new), known_as(mo))] == [new]
    assert (await found(kith, new)).id == community.id
    await kith.restart()
    assert await homes(kith.bot) == [new]


async def test_a_room_upgraded_while_kith_was_away_has_moved_when_it_is_back(kith: World) -> None:
    mo = await kith.member("mo")
    old = await garden_of(kith, mo, version="10")
    await found(kith, old)
    new = await upgrade(kith, mo, old)
    await found(kith, old)  # what an earlier version made of a line in the old room
    await kith.restart()
    assert await homes(kith.bot) == [new]


async def test_an_upgraded_space_is_the_same_community(kith: World) -> None:
    mo = await kith.member("mo")
    garden = await garden_of(kith, mo)
    space = await space_of(kith, mo, garden)
    community = await found(kith, space)
    new = await upgrade(kith, mo, space)

    async def moved() -> bool:
        return await homes(kith.bot) == [new]

    await eventually(moved)
    assert place_of(kith, garden) == place_of(kith, space) == new
    assert (await found(kith, new)).id == community.id


async def test_a_stranger_who_names_a_room_as_the_one_before_theirs_takes_nothing(kith: World) -> None:
    mo, eve = await kith.member("mo"), await kith.member("eve")
    garden = await garden_of(kith, mo, eve)
    await found(kith, garden)
    body = {"preset": "public_chat", "invite": [kith.id], "creation_content": {"predecessor": {"room_id": garden}}}
    false = str((await ask(kith, eve, "POST", "createRoom", body))["room_id"])
    await eve.wait_for_member(kith.id, false)
    await kith.until(lambda: false in kith.adapter._sync.claims)
    assert (place_of(kith, false), place_of(kith, garden)) == (false, garden)
    assert await homes(kith.bot) == [garden]


async def test_a_tombstone_by_a_plain_member_of_an_open_room_moves_nobody(kith: World) -> None:
    mo, eve = await kith.member("mo"), await kith.member("eve")
    garden = await garden_of(kith, mo, eve)
    await found(kith, garden)
    levels = await ask(kith, mo, "GET", f"rooms/{garden}/state/m.room.power_levels/", {})
    await say_state(mo, garden, "m.room.power_levels", "", levels | {"state_default": 0, "events": {}})
    body = {"preset": "public_chat", "invite": [kith.id], "creation_content": {"predecessor": {"room_id": garden}}}
    false = str((await ask(kith, eve, "POST", "createRoom", body))["room_id"])
    await eve.wait_for_member(kith.id, false)
    await say_state(eve, garden, "m.room.tombstone", "", {"body": "moved", "replacement_room": false})
    await kith.until(lambda: ("m.room.tombstone", "") in kith.adapter._sync.claims[garden].state)
    assert (place_of(kith, false), place_of(kith, garden)) == (false, garden)
    await kith.restart()
    assert await homes(kith.bot) == [garden]


# Other ways to claim something


async def test_a_mark_of_somebody_else_makes_no_room_of_ours(kith: World) -> None:
    mo, eve = await kith.member("mo"), await kith.member("eve")
    garden = await garden_of(kith, mo)
    theirs = await garden_of(kith, eve)
    await say_state(eve, theirs, "kith.room", "", {"kind": "group", "key": "pair-1", "place": garden})
    await kith.until_token_differs(await kith.token())
    assert kith.adapter._rooms.place_of_group(theirs) is None
    assert await kith.adapter.find_group(None, "pair-1") is None
    assert place_of(kith, theirs) == theirs


async def test_a_name_or_an_alias_of_another_room_is_only_shown(kith: World) -> None:
    mo, eve = await kith.member("mo"), await kith.member("eve")
    garden = await garden_of(kith, mo)
    theirs = await garden_of(kith, eve)
    alias = f"#garden-{garden[1:6].casefold()}:bed.test"
    await ask(kith, eve, "PUT", f"directory/room/{alias.replace('#', '%23')}", {"room_id": theirs})
    await say_state(eve, theirs, "m.room.canonical_alias", "", {"alias": alias})
    await say_state(eve, theirs, "m.room.name", "", {"name": "the garden"})
    assert place_of(kith, theirs) == theirs
    assert not await kith.adapter.is_moderator(known_as(eve), Place("matrix", garden))


async def test_who_invites_kith_gets_no_power_by_it(kith: World) -> None:
    mo, eve = await kith.member("mo"), await kith.member("eve")
    room = await mo.open_room(eve.id, encrypted=False)
    await eve.accept()
    await eve.invite(kith.id, room)
    await mo.wait_for_member(kith.id, room)
    await kith.until(lambda: room in kith.adapter._sync.claims)
    assert not await kith.adapter.is_moderator(known_as(eve), Place("matrix", room))
    assert await kith.adapter.is_moderator(known_as(mo), Place("matrix", room))


async def test_the_same_name_on_another_server_is_another_account(kith: World) -> None:
    mo = await kith.member("mo")
    garden = await garden_of(kith, mo)
    namesake = known_as(mo).__class__("matrix", mo.id.replace("bed.test", "evil.test"))
    assert not await kith.adapter.is_moderator(namesake, Place("matrix", garden))
    assert not await kith.adapter.is_member(namesake, Place("matrix", garden))


async def test_a_room_that_kith_was_taken_out_of_has_no_moderators_any_more(kith: World) -> None:
    mo = await kith.member("mo")
    garden = await garden_of(kith, mo)
    await mo.client.kick_user(RoomID(garden), kith.id)  # type: ignore[arg-type]  # mautrix's id types are str
    await kith.until(lambda: garden not in kith.client.rooms)
    assert not await kith.adapter.is_moderator(known_as(mo), Place("matrix", garden))


async def test_kith_writes_as_a_creator_of_a_new_room_and_not_where_only_moderators_encrypt(kith: World) -> None:
    mo = await kith.member("mo")
    room = await garden_of(kith, mo, version="12", creators=[kith.id])
    levels = await ask(kith, mo, "GET", f"rooms/{room}/state/m.room.power_levels/", {})
    await say_state(mo, room, "m.room.power_levels", "", levels | {"events_default": 50})
    closed = await mo.open_room(kith.id)
    await mo.wait_for_member(kith.id, closed)
    levels = await ask(kith, mo, "GET", f"rooms/{closed}/state/m.room.power_levels/", {})
    events = levels["events"] | {"m.room.encrypted": 50}
    await say_state(mo, closed, "m.room.power_levels", "", levels | {"events": events})
    rooms = kith.adapter._rooms
    await kith.until(lambda: rooms.may_write(room) and not rooms.may_write(closed))
    assert await kith.adapter.lacks(Place("matrix", room)) == frozenset()
    assert await kith.adapter.lacks(Place("matrix", closed)) == {"write"}
