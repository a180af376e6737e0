"""Let into a server, Kith says one friendly word to whoever may manage it, once, and setting up is one press away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.discord_bed import DiscordBed, discord_bed
from tests.adapters.test_circles import tick
from tests.adapters.test_goings import until
from tests.beds.discord import Channel, Guild, Message, Permission

HELLO = (
    "Hello. I help people in a community find and keep each other, and write nothing here until I am set up.\n"
    "Whoever may manage this place can do that: five questions, each with a default."
)
HIDDEN = Permission.VIEW_CHANNEL


@pytest.fixture
async def bed(tmp_path: Path, sockets: None) -> AsyncIterator[DiscordBed]:
    async with discord_bed(tmp_path / "kith") as bed:
        yield bed


def said_in(guild: Guild) -> list[tuple[Channel, Message]]:
    return [(channel, message) for channel in guild.channels for message in channel.messages.values()]


def let_in(bed: DiscordBed) -> Guild:
    """Another server, of which nobody has told the bot yet."""
    return bed.fake.world.add_guild("The orchard")


async def told(bed: DiscordBed, guild: Guild) -> tuple[Channel, Message]:
    async def is_told() -> bool:
        await bed.bot.tick(bed.bot.now())
        return bool(said_in(guild))

    await until(is_told)
    [(channel, message)] = said_in(guild)
    return channel, message


def join(bed: DiscordBed, guild: Guild) -> None:
    payload = guild.create_payload(bed.fake.world.bot, all_members=False)
    bed.fake.gateway.tell("GUILD_CREATE", payload | {"unavailable": None})


async def test_it_is_said_once_in_the_channel_of_moderators_also_over_restarts(bed: DiscordBed) -> None:
    guild = let_in(bed)
    room = bed.fake.world.add_channel(guild, "moderators")
    room.overwrites[guild.everyone.id] = (Permission(0), HIDDEN)
    room.overwrites[bed.fake.world.bot.id] = (HIDDEN, Permission(0))
    join(bed, guild)
    channel, message = await told(bed, guild)
    assert (channel, message.text) == (room, HELLO)
    assert [button.label for button in message.buttons] == ["Set up"]
    assert message.pings == []
    await bed.restart()
    join(bed, guild)
    await tick(bed)
    assert len(said_in(guild)) == 1


async def test_whoever_may_manage_the_server_sets_up_by_one_press_and_nobody_else(bed: DiscordBed) -> None:
    guild = bed.guild
    channel, message = await told(bed, guild)
    assert (channel, message.text) == (guild.general, HELLO)
    refused = await (await bed._people["alice"].press(message, "Set up")).reply()
    assert refused.ephemeral
    assert "1 of 5" not in refused.text
    asked = await (await bed._people["mo"].press(message, "Set up")).reply()
    assert asked.ephemeral
    assert "Yes" in [button.label for button in asked.buttons], "what moderators are asked before anything is kept"
    begun = await (await bed._people["mo"].press(asked, "Yes")).reply()
    assert "1 of 5" in begun.text


async def test_where_it_may_write_nowhere_it_is_said_once_it_may(bed: DiscordBed) -> None:
    guild = let_in(bed)
    bed.fake.override(guild.general, guild.everyone.id, deny=Permission.SEND_MESSAGES)
    join(bed, guild)
    await tick(bed)
    assert said_in(guild) == []
    guild.general.overwrites.clear()
    await bed.restart()
    channel, _message = await told(bed, guild)
    assert channel is guild.general
