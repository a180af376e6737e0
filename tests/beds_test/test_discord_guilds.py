"""What a bot may do in a guild of the fake: permissions, private threads, members and scheduled events."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable
from typing import Any

import discord

from tests.beds.discord import FakeDiscord, Guild, Permission, Person, Rule
from tests.beds_test.library import Library, raw, refused


async def test_what_the_bot_may_not_do_in_a_guild(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    channel = bot.channel(guild.general.id)
    fake.deny(guild, Permission.SEND_MESSAGES)
    await refused(channel.send("x"), 50013)
    fake.deny(guild, Permission.CREATE_PRIVATE_THREADS)
    await refused(channel.create_thread(name="pair"), 50013)
    fake.deny(guild, Permission.VIEW_CHANNEL)
    await refused(channel.send("x"), 50001)
    await refused(raw(bot, "GET", "/channels/5", {}), 10003)


async def test_a_private_thread(fake: FakeDiscord, bot: Library, guild: Guild, alice: Person) -> None:
    bob = fake.add_person("Bob", guild)
    mo = fake.add_person("Mo", guild, permissions=Permission.MANAGE_THREADS)
    thread = await bot.channel(guild.general.id).create_thread(name="pair", invitable=False)
    await thread.add_user(discord.Object(int(alice.id)))
    await thread.send("hello")
    place = fake.world.channels[str(thread.id)]
    message = alice.sees(place)[0]
    assert (bob.can_see(message), mo.can_see(message)) == (False, True)
    await thread.remove_user(discord.Object(int(alice.id)))
    assert not alice.can_see(message)
    await thread.edit(archived=True)
    await refused(thread.add_user(discord.Object(int(bob.id))), 50083)
    await thread.send("again")
    assert not place.archived
    await thread.edit(archived=True, locked=True)
    assert (place.archived, place.locked) == (True, True)
    await refused(thread.add_user(discord.Object(5)), 50083)


async def test_a_moderator_is_who_may_manage_the_guild(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    mo = fake.add_person("Mo", guild, permissions=Permission.MANAGE_GUILD)
    found = bot.get_guild(int(guild.id))
    assert found is not None
    member = await found.fetch_member(int(mo.id))
    assert member.guild_permissions.manage_guild
    assert len([m async for m in found.fetch_members()]) == len(guild.members)
    await refused(found.fetch_member(5), 10007)


async def test_scheduled_events(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    found = bot.get_guild(int(guild.id))
    assert found is not None
    start = fake.clock.now() + datetime.timedelta(hours=1)

    def make(**changed: Any) -> Awaitable[discord.ScheduledEvent]:
        arguments: dict[str, Any] = {
            "name": "circle",
            "start_time": start,
            "end_time": start + datetime.timedelta(hours=1),
            "entity_type": discord.EntityType.external,
            "location": "here",
            "privacy_level": discord.PrivacyLevel.guild_only,
        }
        return found.create_scheduled_event(**arguments | changed)

    event = await make()
    await event.edit(name="small circle")
    assert [e.name for e in await found.fetch_scheduled_events()] == ["small circle"]
    await refused(make(start_time=start - datetime.timedelta(hours=2)), 50035)
    await refused(make(name="n" * 101), 50035)
    assert len(fake.take_violations()) == 2
    await event.delete()
    await refused(found.fetch_scheduled_event(event.id), 10070)
    fake.limits.default = Rule(1000, 1)
    fake.limits.global_per_second = 1000
    for _ in range(100):
        await make()
    await refused(make(), 30038)
    fake.deny(guild, Permission.CREATE_EVENTS)
    await refused(make(), 50013)
