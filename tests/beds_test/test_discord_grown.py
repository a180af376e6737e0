"""What the fake does as Discord does: threads that archive themselves, overrides, buckets by token, shards, a crowd."""

from __future__ import annotations

import asyncio
import time

import discord
import pytest

from tests.beds.discord import Channel, FakeDiscord, Guild, Permission, Person, Rule
from tests.beds.discord.interactions import Asked, ask
from tests.beds_test.library import Library, refused

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
DAY = 24 * 60 * 60.0


def archived(thread: Channel) -> bool:
    return thread.archived


async def test_a_thread_is_archived_after_its_quiet_days_and_opened_by_a_persons_message(
    fake: FakeDiscord, bot: Library, guild: Guild, alice: Person
) -> None:
    thread = await bot.channel(guild.general.id).create_thread(name="pair", auto_archive_duration=10080)
    await thread.add_user(discord.Object(int(alice.id)))
    place = fake.world.channels[str(thread.id)]
    fake.clock.skip(6 * DAY)
    alice.say("still there?", place)
    fake.clock.skip(6 * DAY)
    await bot.channel(guild.general.id).send("x")
    assert not archived(place), "it was spoken in six days ago"
    fake.clock.skip(2 * DAY)
    await refused(thread.add_user(discord.Object(int(alice.id))), 50083)
    assert archived(place)
    alice.say("and now?", place)
    assert not archived(place)
    await thread.edit(archived=True, locked=True)
    with pytest.raises(AssertionError, match="locked"):
        alice.say("once more", place)


async def test_the_bots_archived_threads_are_listed_newest_first(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    channel = bot.channel(guild.general.id)
    made = [(await channel.create_thread(name=f"pair {number}")).id for number in range(3)]
    for one in made:
        fake.world.channels[str(one)].archived = True
    listed = bot.http.get_joined_private_archived_threads
    first = await listed(channel.id, None, 2)
    assert [int(one["id"]) for one in first["threads"]] == [made[2], made[1]]
    assert first["has_more"]
    rest = await listed(channel.id, made[1], 2)
    assert [int(one["id"]) for one in rest["threads"]] == [made[0]]
    assert not rest["has_more"]
    fake.deny(guild, Permission.READ_MESSAGE_HISTORY)
    await refused(listed(channel.id, None, 2), 50013)


async def test_an_override_counts_for_one_channel(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    other = fake.world.add_channel(guild, "other")
    fake.override(guild.general, guild.everyone.id, deny=Permission.SEND_MESSAGES)
    await refused(bot.channel(guild.general.id).send("x"), 50013)
    await bot.get_partial_messageable(int(other.id)).send("x")
    fake.override(guild.general, fake.world.bot.id, allow=Permission.SEND_MESSAGES)
    await bot.channel(guild.general.id).send("x")


async def test_each_interaction_has_a_bucket_of_its_own(fake: FakeDiscord, bot: Library, alice: Person) -> None:
    fake.limits.rules[CALLBACK] = Rule(2, 60.0)
    for _press in range(3):
        ask(fake, Asked.COMMAND, alice.user, alice.dm, {"id": "1", "name": "x", "type": 1})
        heard: discord.Interaction = await bot.wait_for("interaction", timeout=10)
        await heard.response.send_message("Hello.", allowed_mentions=discord.AllowedMentions.none())
    assert [call.status for call in fake.calls_to(CALLBACK)] == [200] * 3


async def test_a_shard_hears_of_its_own_guilds_and_the_first_of_direct_conversations(
    fake: FakeDiscord, guild: Guild, alice: Person
) -> None:
    other = guild
    while (int(other.id) >> 22) % 2 == (int(guild.id) >> 22) % 2:
        fake.clock.skip(0.001)
        other = fake.add_guild("the next millisecond")
    shards = [fake.gateway.attach((number, 2)) for number in range(2)]
    for one in (guild, other):
        mine = shards[(int(one.id) >> 22) % 2]
        fake.rename(one, f"{one.name}, renamed")
        assert mine.log[-1]["d"]["id"] == one.id
        assert all(entry["d"].get("id") != one.id for entry in shards[1 - shards.index(mine)].log)
    fake.post(alice.user, alice.dm, "hello")
    heard = [[entry["t"] for entry in session.log] for session in shards]
    assert heard == [["GUILD_UPDATE", "MESSAGE_CREATE"], ["GUILD_UPDATE"]]


async def test_a_crowd_of_4000_costs_a_message_no_more(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    people = [fake.world.add_user(f"P{number}") for number in range(4_000)]
    for one in people:
        fake.world.add_member(guild, one)
        fake.world.dm(one)
    began = time.thread_time()
    for one in people[::40]:
        fake.post(one, fake.world.dm(one), f"hello <@{fake.world.bot.id}>")
        await asyncio.sleep(0)
    assert time.thread_time() - began < 0.5, "100 messages"
