"""Somebody is gone on Matrix when the homeserver says so with its own code; a page in between is no word of anybody's.

A real Synapse, behind a proxy that answers in its place.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace

import pytest
from mautrix.types import RoomID, UserID

from bot.errors import CannotReach, DeliveryError, FatalError, NotAllowed
from bot.messages import Channel, Member, Message, Place, Text, plain
from tests.adapters.matrix.world import World
from tests.beds.matrix.between import Between, between
from tests.beds.matrix.member import MatrixMember

HELLO = Message(Text("How are you arriving today?"))
KEY = "0123456789abcdef012345"
HTML, JSON = "text/html", "application/json"
PAGES = {
    "html 401": (401, HTML, "<html><h1>Please sign in to the network</h1></html>"),
    "html 403": (403, HTML, "<html><title>Attention Required</title></html>"),
    "html 404": (404, HTML, "<html><h1>Not Found</h1></html>"),
    "html 502": (502, HTML, "<html><h1>Bad Gateway</h1></html>"),
    "html 200": (200, HTML, "<html>Welcome to the hotel</html>"),
    "json 403 without a code": (403, JSON, '{"error": "denied"}'),
    "json 404 with a code of its own": (404, JSON, '{"errcode": 404, "error": "not found"}'),
    "json 403 in other words": (403, JSON, '{"errcode": "blocked", "error": "by the firewall"}'),
    "json 400 M_UNKNOWN": (400, JSON, '{"errcode": "M_UNKNOWN", "error": "something went wrong"}'),
    "json 404 M_UNRECOGNIZED": (404, JSON, '{"errcode": "M_UNRECOGNIZED", "error": "no such path"}'),
}


@pytest.fixture
async def proxy(world: World) -> AsyncIterator[Between]:
    async with between(world.synapse.url) as proxy:
        yield proxy


@pytest.fixture
async def kith(world: World, proxy: Between) -> World:
    await world.start(replace(world.config(), homeserver=proxy.url))
    return world


async def says_nothing(request: Awaitable[object]) -> None:
    """Not a no, only no answer: ask again later."""
    with pytest.raises(DeliveryError) as error:
        await request
    assert not isinstance(error.value, CannotReach)


def known_as(member: MatrixMember) -> Member:
    return Member("matrix", member.id)


async def in_a_room(kith: World, name: str) -> tuple[MatrixMember, Place]:
    member = await kith.member(name)
    room = await member.open_room(kith.id)
    await member.wait_for_member(kith.id)
    await kith.until(lambda: member.id in kith.users_of(room))
    return member, Place("matrix", room)


async def test_a_page_in_between_says_nothing_about_a_member(kith: World, proxy: Between) -> None:
    alice, place = await in_a_room(kith, "alice")
    for name, page in PAGES.items():
        proxy.pages = {"/state/m.room.member": page}
        await says_nothing(kith.adapter.is_member(known_as(alice), place))
        assert proxy.struck, name
    proxy.pages = {}
    assert await kith.adapter.is_member(known_as(alice), place)


async def test_a_member_is_gone_by_the_homeservers_own_word(kith: World) -> None:
    alice, place = await in_a_room(kith, "alice")
    assert not await kith.adapter.is_member(Member("matrix", "@nobody:bed.test"), place)
    bob = await kith.member("bob")
    await alice.client.invite_user(RoomID(place.id), UserID(bob.id))
    await bob.accept()
    assert await kith.adapter.is_member(known_as(bob), place)
    await alice.client.kick_user(RoomID(place.id), UserID(bob.id))
    assert not await kith.adapter.is_member(known_as(bob), place)


async def test_a_page_in_between_closes_no_account(kith: World, proxy: Between) -> None:
    alice = await kith.in_direct("alice")
    for page in PAGES.values():
        proxy.pages = {"/send/": page, "/createRoom": page}
        await says_nothing(kith.adapter.send(known_as(alice), HELLO, KEY))
    proxy.pages = {}
    assert await kith.adapter.send(known_as(alice), HELLO, KEY)


@pytest.mark.parametrize("page", ["html 401", "html 403", "json 403 without a code", "html 200"])
async def test_a_page_at_the_start_is_no_word_about_the_token(world: World, proxy: Between, page: str) -> None:
    proxy.pages = {"/account/whoami": PAGES[page]}
    config = replace(world.config(password=False, token=world.account.access_token), homeserver=proxy.url)
    starting = asyncio.create_task(world.start(config))
    await world.until(lambda: proxy.struck > 0)
    assert not starting.done()
    proxy.pages = {}
    await asyncio.wait_for(starting, 30)
    assert world.client.device_id == world.account.device_id


@pytest.mark.parametrize("page", ["html 403", "json 400 M_UNKNOWN", "html 502"])
async def test_a_page_at_the_start_is_no_word_about_the_password(world: World, proxy: Between, page: str) -> None:
    proxy.pages = {"/login": PAGES[page]}
    starting = asyncio.create_task(world.start(replace(world.config(), homeserver=proxy.url)))
    await world.until(lambda: proxy.struck > 0)
    assert not starting.done()
    proxy.pages = {}
    await asyncio.wait_for(starting, 30)


async def test_a_token_is_wrong_by_the_homeservers_own_word(world: World, proxy: Between) -> None:
    config = replace(world.config(password=False, token="syt_nonsense"), homeserver=proxy.url)
    with pytest.raises(FatalError, match="does not accept the access token"):
        await world.start(config)


# -- permissions ------------------------------------------------------------------------------------------------------


async def test_without_the_power_nobody_is_taken_out_and_it_is_not_taken_for_done(kith: World) -> None:
    alice, place = await in_a_room(kith, "alice")
    bob = await kith.member("bob")
    await alice.client.invite_user(RoomID(place.id), UserID(bob.id))
    await bob.accept()
    with pytest.raises(NotAllowed):
        await kith.adapter.remove_from_group(Channel("matrix", place.id), known_as(bob))
    assert await kith.adapter.is_member(known_as(bob), place)
    await alice.give_power(kith.id, 50, place.id)
    await kith.adapter.remove_from_group(Channel("matrix", place.id), known_as(bob))
    assert not await kith.adapter.is_member(known_as(bob), place)


async def test_who_is_not_in_a_room_is_taken_out_already(kith: World) -> None:
    alice = await kith.in_direct("alice")
    group = await kith.adapter.open_group(None, [known_as(alice)], plain("pair"), KEY)
    await kith.adapter.remove_from_group(group.channel, Member("matrix", "@nobody:bed.test"))
