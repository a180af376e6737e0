"""Who and what goes on Discord: members, channels, threads, and the bot itself."""

from __future__ import annotations

import asyncio
import logging

import discord

from bot.adapters.discord.rooms import PLATFORM, Rooms, first_word_in
from bot.bot import Bot
from bot.errors import DeliveryError, StorageError
from bot.messages import Channel, Member, Place

log = logging.getLogger(__name__)

ASKED_AGAIN = 300.0
"""Seconds between two questions after a server that Discord took away and won't say anything about."""


class Goings:
    """Tells the bot what the library hears. The names of its methods are the library's."""

    def __init__(self, bot: Bot, client: discord.Client, rooms: Rooms) -> None:
        self._bot = bot
        self._client = client
        self._rooms = rooms
        self._asking: set[asyncio.Task[None]] = set()
        for heard in (
            self.on_guild_remove,
            self.on_guild_join,
            self.on_guild_update,
            self.on_guild_available,
            self.on_member_join,
            self.on_guild_channel_delete,
            self.on_raw_thread_delete,
            self.on_raw_member_remove,
        ):
            client.event(heard)

    async def look(self) -> None:
        """Servers that the bot was taken out of, or put back into, or that were renamed, while it was away. The list
        may be short, so each that is not on it is asked about.
        """
        present = {str(guild.id): guild.name for guild in self._client.guilds}
        try:
            for place in await self._bot.homes(PLATFORM):
                if present.get(place.id, place.name) != place.name:  # the community's, which may have another place
                    await self._bot.renamed(Place(PLATFORM, place.id), present[place.id])
                elif place.id not in present and not await self._rooms.is_open(place):
                    await self._bot.removed(place)
            known = {place.id for place in await self._bot.homes(PLATFORM)}
            for guild in self._client.guilds:
                if str(guild.id) not in known and not guild.unavailable:
                    await self._greet(guild)
            for place in await self._bot.lost(PLATFORM):
                if place.id in present:
                    await self._bot.returned(place)
        except (DeliveryError, StorageError) as error:
            log.warning("nobody could tell which servers the bot was taken out of: %s", type(error))

    async def stop(self) -> None:
        """What is not answered by now is asked at the next start."""
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """In an outage servers go that the bot is still in, so Discord is asked, until it says something."""
        task = asyncio.create_task(self._ask(Place(PLATFORM, str(guild.id), guild.name)))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        await task

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._bot.returned(Place(PLATFORM, str(guild.id), guild.name))
        await self._greet(guild)

    async def _greet(self, guild: discord.Guild) -> None:
        """Also where it was let in while it was away, or could write nowhere then."""
        place = Place(PLATFORM, str(guild.id), guild.name)
        where = first_word_in(guild)
        if where is not None:
            await self._bot.arrived(place, where)

    async def on_guild_update(self, before: discord.Guild, after: discord.Guild) -> None:
        if before.name != after.name:
            await self._bot.renamed(Place(PLATFORM, str(before.id), before.name), after.name)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Also what Discord says of one it has taken the bot out of and put it back into."""
        await self._bot.returned(Place(PLATFORM, str(guild.id), guild.name))

    async def on_member_join(self, member: discord.Member) -> None:
        """Heard only where the host has switched on the Server Members intent; elsewhere the hourly look finds it."""
        await self._bot.joined(Member(PLATFORM, str(member.id)), Place(PLATFORM, str(member.guild.id)))

    async def _ask(self, place: Place) -> None:
        while True:
            try:
                if await self._rooms.is_open(place):
                    log.warning("Discord took a server away that the bot is still in")
                else:
                    await self._bot.removed(place)
            except DeliveryError:
                await asyncio.sleep(ASKED_AGAIN)
            else:
                return

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """The threads of a channel go with it, and Discord says nothing about them."""
        for thread in getattr(channel, "threads", ()):
            await self._bot.channel_gone(Channel(PLATFORM, str(thread.id)))
        await self._bot.channel_gone(Channel(PLATFORM, str(channel.id)))

    async def on_raw_thread_delete(self, thread: discord.RawThreadDeleteEvent) -> None:
        await self._bot.channel_gone(Channel(PLATFORM, str(thread.thread_id)))

    async def on_raw_member_remove(self, gone: discord.RawMemberRemoveEvent) -> None:
        """Heard only where the host has switched on the Server Members intent; elsewhere the daily look finds it."""
        await self._bot.left(Member(PLATFORM, str(gone.user.id)), Place(PLATFORM, str(gone.guild_id)))
