"""A permission that the bot lacks on Discord is said once, to whoever waits and to moderators; then it is done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.messages import Channel
from storage.members import community_settings, members
from tests.adapters.discord_bed import DiscordBed, discord_bed
from tests.adapters.test_circles import agree, anybody_hosts, light, tick
from tests.beds.discord import Channel as Room
from tests.beds.discord import Permission
from tests.cogs.buddies.test_rooms import both_say_yes, soon

OUT = "DELETE /channels/{channel_id}/thread-members/{user_id}"
IN = "PUT /channels/{channel_id}/thread-members/{user_id}"
WAITS = "You are still in the place of a circle: I lack a permission to take you out."
TOLD = "I may not take people out of a place that I made here"
STILL_OPEN = "The place of the two of you is still open: I lack a permission to lock it."
UNLOCKED = "I may not lock a place that I made here"
OUTSIDE = "I lack a permission to let you into the place."
KEPT_OUT = "I may not let people into a place that I made here"
AGAIN = "I may do again what was missing here. What waited goes on now."


@pytest.fixture
async def bed(tmp_path: Path, sockets: None) -> AsyncIterator[DiscordBed]:
    async with discord_bed(tmp_path / "kith") as bed:
        yield bed


def reports_go_to_the_room(connection: Connection, bed: DiscordBed) -> None:
    community = members.found(connection, bed.place, bed.bot.now())
    settings = community_settings.get(connection, community)
    room = Channel("discord", bed.guild.general.id)
    community_settings.save(connection, community, settings._replace(reports=room))


async def join(bed: DiscordBed, name: str) -> None:
    someone = bed.actor(name)
    card = await someone.press(await someone.say("circle list"), "Picnic")
    assert "You're in" in (await agree(someone, await someone.press(card, "I'm in"))).text


def place_of(bed: DiscordBed) -> Room:
    [thread] = [one for one in bed.fake.world.channels.values() if "Picnic" in one.name]
    return thread


@pytest.fixture
async def picnic(bed: DiscordBed) -> DiscordBed:
    await anybody_hosts(bed)
    await bed.bot.database.write(reports_go_to_the_room, bed)
    await light(bed.actor("alice"), "Picnic")
    await tick(bed)
    return bed


async def in_the_room(bed: DiscordBed, words: str) -> int:
    """How often moderators read it."""
    return sum(words in text for text in await bed.actor("mo").room_texts())


async def later(bed: DiscordBed, passing: timedelta) -> None:
    for _turn in range(3):
        await bed.bot.tick(bed.bot.now() + passing)


async def test_who_joins_between_dates_is_in_a_place_that_discord_has_archived(picnic: DiscordBed) -> None:
    place_of(picnic).archived = True
    await join(picnic, "bob")
    await tick(picnic)
    assert await picnic.actor("bob").in_group(place_of(picnic).id)


async def test_who_joins_while_the_bot_may_not_let_them_in_hears_it_and_is_in_before_the_date(
    picnic: DiscordBed,
) -> None:
    picnic.fake.faults.error(IN, 403, 50013, times=2)
    await join(picnic, "bob")
    await tick(picnic)
    assert not await picnic.actor("bob").in_group(place_of(picnic).id)
    assert await picnic.delivered("bob", OUTSIDE) == 1
    assert (await in_the_room(picnic, KEPT_OUT), await in_the_room(picnic, AGAIN)) == (1, 0)
    await later(picnic, timedelta(minutes=6))
    await later(picnic, timedelta(minutes=12))
    assert await picnic.actor("bob").in_group(place_of(picnic).id)
    assert await picnic.delivered("bob", OUTSIDE) == 1, "once"
    assert (await in_the_room(picnic, KEPT_OUT), await in_the_room(picnic, AGAIN)) == (1, 1)


async def test_who_joins_while_discord_refuses_for_another_reason_is_asked_about_within_the_hour(
    picnic: DiscordBed,
) -> None:
    picnic.fake.faults.error(IN, 403, 50001)
    await join(picnic, "bob")
    await tick(picnic)
    assert not await picnic.actor("bob").in_group(place_of(picnic).id)
    await later(picnic, timedelta(hours=1, minutes=1))
    assert await picnic.actor("bob").in_group(place_of(picnic).id)


async def test_who_left_and_cannot_be_taken_out_hears_it_and_so_do_the_moderators_and_it_happens_later(
    picnic: DiscordBed,
) -> None:
    await join(picnic, "bob")
    await tick(picnic)
    picnic.fake.faults.error(OUT, 403, 50013, times=2)
    bob = picnic.actor("bob")
    await bob.press(await bob.say("circle leave"), "Picnic")
    await tick(picnic)
    assert await bob.in_group(place_of(picnic).id)
    assert await picnic.delivered("bob", WAITS) == 1
    assert await in_the_room(picnic, TOLD) == 1
    await later(picnic, timedelta(minutes=6))
    await later(picnic, timedelta(minutes=12))
    assert not await bob.in_group(place_of(picnic).id)
    assert await picnic.delivered("bob", WAITS) == 1, "once"
    assert (await in_the_room(picnic, TOLD), await in_the_room(picnic, AGAIN)) == (1, 1)


async def test_what_is_refused_anew_after_it_worked_is_told_anew_to_both(picnic: DiscordBed) -> None:
    for times in (1, 2):
        await join(picnic, "bob")
        await tick(picnic)
        picnic.fake.faults.error(OUT, 403, 50013)
        bob = picnic.actor("bob")
        await bob.press(await bob.say("circle leave"), "Picnic")
        await later(picnic, timedelta(hours=times - 1))
        assert await picnic.delivered("bob", WAITS) == times
        assert (await in_the_room(picnic, TOLD), await in_the_room(picnic, AGAIN)) == (times, times - 1)
        await later(picnic, timedelta(hours=times - 1, minutes=6))
        assert not await bob.in_group(place_of(picnic).id)
        assert await in_the_room(picnic, AGAIN) == times


async def test_the_place_of_a_pair_that_has_ended_is_locked_once_the_bot_may_and_both_hear_it(bed: DiscordBed) -> None:
    await bed.bot.database.write(reports_go_to_the_room, bed)
    now = soon(bed)
    channel = await both_say_yes(bed, now)
    bed.fake.deny(bed.guild, Permission.MANAGE_THREADS)
    alice = bed.actor("alice")
    await alice.press(await alice.say("buddy end"), "End it")
    for _turn in range(3):
        await bed.bot.tick(now + timedelta(minutes=5))
    thread = bed.fake.world.channels[channel.id]
    assert (thread.archived, thread.locked) == (True, False)
    assert await bed.delivered("bob", STILL_OPEN) == await bed.delivered("alice", STILL_OPEN) == 1
    assert (await in_the_room(bed, UNLOCKED), await in_the_room(bed, AGAIN)) == (1, 0)
    bed.fake.allow(bed.guild, Permission.MANAGE_THREADS)
    for minutes in (12, 24):
        await bed.bot.tick(now + timedelta(minutes=minutes))
    assert (thread.archived, thread.locked) == (True, True)
    assert await bed.delivered("bob", STILL_OPEN) == 1, "once"
    assert (await in_the_room(bed, UNLOCKED), await in_the_room(bed, AGAIN)) == (1, 1)
