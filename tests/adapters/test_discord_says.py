"""Somebody is gone on Discord when Discord says so in its own words; a page in between is no word of anybody's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest

from bot.adapters.discord import goings
from bot.errors import CannotReach, DeliveryError, NotAllowed
from bot.messages import Button, Channel, Member, Message, Text, plain
from tests.adapters.discord_bed import DiscordBed, discord_bed
from tests.adapters.test_goings import settle, still_home, until_gone
from tests.beds.discord import FakeDiscord, Guild, Permission

MEMBER = "GET /guilds/{guild_id}/members/{user_id}"
GUILD = "GET /guilds/{guild_id}"
SEND = "POST /channels/{channel_id}/messages"
OPEN = "POST /users/@me/channels"
OUT = "DELETE /channels/{channel_id}/thread-members/{user_id}"
HELLO = Message(Text("How are you arriving today?"), (Button(Text("Yes"), "samples.pressed", "yes", row="-"),))
KEY = "0123456789abcdef012345"

PAGES = {
    "html 403": (403, "<html><title>Attention Required</title></html>"),
    "html 404": (404, "<html><h1>Not Found</h1></html>"),
    "html 400": (400, "<html><h1>Bad Request</h1></html>"),
    "html 401": (401, "<html><h1>Please sign in to the network</h1></html>"),
    "html 200-odd 451": (451, "<html>blocked</html>"),
    "json 403 code 0": (403, '{"message": "403: Forbidden", "code": 0}'),
    "json 404 code 0": (404, '{"message": "404: Not Found", "code": 0}'),
    "json 403 without a code": (403, '{"error": "denied"}'),
    "json 403 code 40333": (403, '{"message": "internal network error", "code": 40333}'),
    "json 404 code 40333": (404, '{"message": "internal network error", "code": 40333}'),
}


@pytest.fixture
async def bed(tmp_path: Path, sockets: None) -> AsyncIterator[DiscordBed]:
    async with discord_bed(tmp_path / "kith") as bed:
        await settle(bed, "alice", "bob")
        yield bed


def alice(bed: DiscordBed) -> Member:
    return bed.actor("alice").member


def block(bed: DiscordBed, operation: str, page: str) -> None:
    bed.fake.faults.page(operation, *PAGES[page], times=3)


async def says_nothing(request: Awaitable[object]) -> None:
    """Not a refusal, only no answer: ask again later."""
    with pytest.raises(DeliveryError) as error:
        await request
    assert not isinstance(error.value, CannotReach)


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_in_between_says_nothing_about_a_member(bed: DiscordBed, page: str) -> None:
    block(bed, MEMBER, page)
    await says_nothing(bed.adapter.is_member(alice(bed), bed.place))


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_in_between_says_nothing_about_an_account(bed: DiscordBed, page: str) -> None:
    block(bed, OPEN, page)
    await says_nothing(bed.adapter.send(alice(bed), HELLO, KEY))
    for fault in bed.fake.faults._planned:
        fault.times = 0
    block(bed, SEND, page)
    await says_nothing(bed.adapter.send(alice(bed), HELLO, KEY))


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_in_between_says_nothing_about_a_server(bed: DiscordBed, page: str) -> None:
    block(bed, GUILD, page)
    await says_nothing(bed.adapter._rooms.is_open(bed.place))


@pytest.mark.parametrize("page", ["html 404", "json 404 code 0", "json 404 code 40333"])
async def test_a_page_in_between_says_nothing_about_a_thread_or_a_date(bed: DiscordBed, page: str) -> None:
    group = await bed.adapter.open_group(bed.place, [alice(bed)], plain("pair"), KEY)
    block(bed, OUT, page)
    await says_nothing(bed.adapter.remove_from_group(group.channel, alice(bed)))
    block(bed, "PATCH /channels/{channel_id}", page)
    await says_nothing(bed.adapter.close_group(group.channel))
    block(bed, "DELETE /guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}", page)
    await says_nothing(bed.adapter.hide_event(bed.place, KEY, "123456789012345678"))
    assert await bed.actor("alice").in_group(group.channel.id), "nothing is taken for done"


@pytest.mark.parametrize("code", [10007, 10013, 10004, 50001])
async def test_a_member_is_gone_by_discords_own_code(bed: DiscordBed, code: int) -> None:
    bed.fake.faults.error(MEMBER, 404, code)
    assert not await bed.adapter.is_member(alice(bed), bed.place)


@pytest.mark.parametrize("code", [10003, 10008, 50007, 50013])
async def test_a_code_that_speaks_of_something_else_takes_no_member_away(bed: DiscordBed, code: int) -> None:
    bed.fake.faults.error(MEMBER, 403, code)
    with pytest.raises(DeliveryError):
        await bed.adapter.is_member(alice(bed), bed.place)


async def test_a_thread_and_a_date_are_gone_by_discords_own_code(bed: DiscordBed) -> None:
    await bed.adapter.close_group(Channel("discord", "5"))
    await bed.adapter.remove_from_group(Channel("discord", "5"), alice(bed))
    await bed.adapter.hide_event(bed.place, KEY, "123456789012345678")


# -- servers that Discord takes away -----------------------------------------------------------------------------------


def take_away(fake: FakeDiscord, guild: Guild) -> None:
    """As reported in outages: without ``unavailable``, while the bot is still a member."""
    fake.gateway.tell("GUILD_DELETE", {"id": guild.id})


async def test_a_server_taken_away_while_the_bot_is_in_it_is_nothing_to_leave(bed: DiscordBed) -> None:
    take_away(bed.fake, bed.guild)
    assert await still_home(bed, "alice", "bob")
    assert bed.fake.calls[-1].path == f"/guilds/{bed.guild.id}", "it was asked"
    await says_nothing(bed.adapter.open_group(bed.place, [alice(bed)], plain("pair"), KEY))


async def test_a_server_taken_away_behind_a_page_is_asked_about_again(
    bed: DiscordBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(goings, "ASKED_AGAIN", 0.5)
    block(bed, GUILD, "html 404")
    bed.fake.remove_member(bed.guild, bed.fake.world.bot)
    assert await still_home(bed, "alice", "bob")
    await until_gone(bed, "alice", "bob")


async def test_whoever_stops_while_it_asks_asks_at_the_next_start(bed: DiscordBed) -> None:
    block(bed, GUILD, "json 403 code 40333")
    bed.fake.remove_member(bed.guild, bed.fake.world.bot)
    assert await still_home(bed, "alice", "bob")
    async with asyncio.timeout(5):
        await bed.close()
    for fault in bed.fake.faults._planned:
        fault.times = 0
    await bed.open()
    await until_gone(bed, "alice", "bob")


# -- threads that are archived -----------------------------------------------------------------------------------------


async def test_out_of_an_archived_thread_is_really_out(bed: DiscordBed) -> None:
    pair = [alice(bed), bed.actor("bob").member]
    group = await bed.adapter.open_group(bed.place, pair, plain("pair"), KEY)
    thread = bed.fake.world.channels[group.channel.id]
    thread.archived = True
    await bed.adapter.remove_from_group(group.channel, alice(bed))
    assert not await bed.actor("alice").in_group(thread.id)
    assert thread.archived
    await bed.adapter.remove_from_group(group.channel, alice(bed))
    assert thread.archived, "who is not in it leaves it as it was"


async def test_into_an_archived_thread_is_really_in(bed: DiscordBed) -> None:
    group = await bed.adapter.open_group(bed.place, [alice(bed)], plain("circle"), KEY)
    thread = bed.fake.world.channels[group.channel.id]
    thread.archived = True
    await bed.adapter.add_to_group(group.channel, bed.actor("bob").member)
    assert await bed.actor("bob").in_group(thread.id)
    assert thread.archived


async def test_who_is_still_in_a_thread_is_taken_out_again_later(bed: DiscordBed) -> None:
    group = await bed.adapter.open_group(bed.place, [alice(bed)], plain("pair"), KEY)
    bed.fake.faults.error(OUT, 400, 50083)
    bed.fake.faults.page("PATCH /channels/{channel_id}", *PAGES["html 403"])
    await says_nothing(bed.adapter.remove_from_group(group.channel, alice(bed)))
    assert await bed.actor("alice").in_group(group.channel.id)
    await bed.adapter.remove_from_group(group.channel, alice(bed))
    assert not await bed.actor("alice").in_group(group.channel.id)


@pytest.mark.parametrize("by_itself", [False, True])
async def test_a_closed_thread_is_locked_so_that_no_message_opens_it(bed: DiscordBed, *, by_itself: bool) -> None:
    group = await bed.adapter.open_group(bed.place, [alice(bed)], plain("pair"), KEY)
    thread = bed.fake.world.channels[group.channel.id]
    thread.archived = by_itself
    await bed.adapter.close_group(group.channel)
    await bed.adapter.close_group(group.channel)
    assert (thread.archived, thread.locked) == (True, True)


async def test_without_the_right_to_lock_it_is_archived_all_the_same(bed: DiscordBed) -> None:
    group = await bed.adapter.open_group(bed.place, [alice(bed)], plain("pair"), KEY)
    bed.fake.deny(bed.guild, Permission.MANAGE_THREADS)
    with pytest.raises(NotAllowed):
        await bed.adapter.close_group(group.channel)
    assert bed.fake.world.channels[group.channel.id].archived
    bed.fake.allow(bed.guild, Permission.MANAGE_THREADS)
    await bed.adapter.close_group(group.channel)
    assert bed.fake.world.channels[group.channel.id].locked


async def test_without_the_right_nobody_is_taken_out_and_it_is_not_taken_for_done(bed: DiscordBed) -> None:
    group = await bed.adapter.open_group(bed.place, [alice(bed)], plain("circle"), KEY)
    bed.fake.faults.error(OUT, 403, 50013)
    with pytest.raises(NotAllowed):
        await bed.adapter.remove_from_group(group.channel, alice(bed))
    assert await bed.actor("alice").in_group(group.channel.id)
    await bed.adapter.remove_from_group(group.channel, alice(bed))
    assert not await bed.actor("alice").in_group(group.channel.id)


async def test_without_the_right_nobody_is_let_in_and_moderators_can_change_that(bed: DiscordBed) -> None:
    group = await bed.adapter.open_group(bed.place, [alice(bed)], plain("circle"), KEY)
    bed.fake.faults.error("PUT /channels/{channel_id}/thread-members/{user_id}", 403, 50013)
    with pytest.raises(NotAllowed):
        await bed.adapter.add_to_group(group.channel, bed.actor("bob").member)
    await bed.adapter.add_to_group(group.channel, bed.actor("bob").member)
    assert await bed.actor("bob").in_group(group.channel.id)
