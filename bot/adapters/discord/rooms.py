"""Servers and private threads: who belongs, who moderates, and small private places for a few members."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import discord

from bot.adapters.discord.drawing import shorten
from bot.adapters.discord.refusals import (
    ARCHIVED,
    MISSING_PERMISSIONS,
    NO_MEMBER,
    NO_SERVER,
    UNKNOWN_CHANNEL,
    reaching,
    says,
)
from bot.context import Group, Lack, Spot
from bot.errors import CannotReach, DeliveryError, NotAllowed
from bot.messages import Channel, Member, Place, Text
from bot.words.i18n import _

log = logging.getLogger(__name__)

PLATFORM = "discord"
THREAD_NAME = 100
A_WEEK: Literal[10080] = 10080
"""Minutes without a word after which Discord itself archives a thread; the longest it offers."""
GONE = frozenset({UNKNOWN_CHANNEL})
IS_ARCHIVED = frozenset({ARCHIVED})
NOT_ALLOWED = frozenset({MISSING_PERMISSIONS})
PAGE = 100
"""Archived threads in one answer, at most."""
AT_ONCE = 5
"""Servers asked at the same time."""


class Rooms:
    """What the adapter knows of servers. Members and permissions are asked of Discord each time."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    # Belonging.

    async def is_member(self, member: Member, place: Place) -> bool:
        """False only if Discord says in its own words that they are not, or that the bot is not; else it raises."""
        try:
            async with reaching():
                await self._client.http.get_member(int(place.id), int(member.id))
        except CannotReach as error:
            if not says(error, NO_MEMBER | NO_SERVER):
                raise
            return False
        return True

    async def is_open(self, place: Place) -> bool:
        """Is the bot in this server? False only if Discord says no; raises ``DeliveryError`` if it says nothing."""
        try:
            async with reaching():
                await self._client.fetch_guild(int(place.id), with_counts=False)
        except CannotReach as error:
            if not says(error, NO_SERVER):
                raise
            return False
        return True

    async def owner_of(self, place: Place) -> str:
        async with reaching():
            guild = await self._client.fetch_guild(int(place.id), with_counts=False)
        return str(guild.owner_id)

    async def is_moderator(self, member: Member, place: Place) -> bool:
        """Who may manage the server. False when Discord does not answer."""
        try:
            async with reaching():
                guild = await self._client.fetch_guild(int(place.id), with_counts=False)
                found = await guild.fetch_member(int(member.id))
        except DeliveryError:
            return False
        return found.guild_permissions.manage_guild

    async def places_of(self, member: Member) -> list[Place]:
        """Discord has no question for this, so each server of the bot is asked."""
        asking = asyncio.Semaphore(AT_ONCE)

        async def shared(guild: discord.Guild) -> Place | None:
            place = Place(PLATFORM, str(guild.id), guild.name)
            async with asking:
                return place if await self.is_member(member, place) else None

        found = await asyncio.gather(*(shared(guild) for guild in self._client.guilds))
        return [place for place in found if place is not None]

    async def name_of(self, member: Member) -> str:
        user = self._client.get_user(int(member.id))
        if user is None:
            async with reaching():
                user = await self._client.fetch_user(int(member.id))
        return user.display_name

    async def find_members(self, place: Place, words: str, seen_by: Member) -> dict[Member, str]:
        """By the beginning of a name, as Discord itself looks for people; everybody in a server can do that."""
        if not await self.is_member(seen_by, place):
            return {}
        search = discord.http.Route("GET", "/guilds/{guild_id}/members/search", guild_id=int(place.id))
        async with reaching():
            found = await self._client.http.request(search, params={"query": words.removeprefix("@"), "limit": 10})
        people = [(one["user"], one.get("nick")) for one in found if not one["user"].get("bot")]
        return {
            Member(PLATFORM, user["id"], nick or user.get("global_name") or user["username"]): user["username"]
            for user, nick in people
        }

    # Where to write.

    async def spots(self, place: Place, member: Member) -> list[Spot]:
        """The text channels where the bot may write and the member may read. Private: hidden from ``@everyone``."""
        guild = self._client.get_guild(int(place.id))
        if guild is None:
            return []
        async with reaching():
            reader = await guild.fetch_member(int(member.id))
        return [
            Spot(Channel(PLATFORM, str(channel.id)), channel.name, _is_private(channel))
            for channel in guild.text_channels
            if _may_write(channel) and channel.permissions_for(reader).view_channel
        ]

    async def lacks(self, place: Place) -> frozenset[Lack]:
        guild = self._client.get_guild(int(place.id))
        if guild is None or guild.unavailable:
            raise DeliveryError("nobody knows now: the server is not there")
        channels = [channel for channel in guild.text_channels if _may_write(channel)]
        if not channels:
            return frozenset({"write", "private groups", "history", *_no_events(guild)})
        allowed = [channel.permissions_for(channel.guild.me) for channel in channels]
        found: set[Lack] = {*_no_events(guild)}
        if not any(mine.create_private_threads and mine.send_messages_in_threads for mine in allowed):
            found.add("private groups")
        if not all(mine.read_message_history for mine in allowed):
            found.add("history")
        return frozenset(found)

    # Private threads.

    async def open_group(self, place: Place | None, members: Sequence[Member], title: Text, key: str) -> Group:
        """A private thread; the one that this key has made, if there is one."""
        if place is None:
            raise CannotReach("Discord has private places only within a server")
        group = await self.find_group(place, key) or await self._create(place, members, title, key)
        for member in members:
            await self.add_to_group(group.channel, member)
        return group

    async def find_group(self, place: Place | None, key: str) -> Group | None:
        """By the end of its name, the only thing about a thread that is ours to choose."""
        if place is None:
            return None
        async with reaching():
            found = await self._client.http.get_active_threads(int(place.id))
        return self._ours(found["threads"], key) or await self._find_archived(place, key)

    async def _find_archived(self, place: Place, key: str) -> Group | None:
        """Discord archives by itself, and lists what is archived channel by channel."""
        guild = self._client.get_guild(int(place.id))
        for channel in _likely_first(guild.text_channels, guild) if guild else ():
            mine = channel.permissions_for(channel.guild.me)
            before, more = None, mine.view_channel and mine.read_message_history
            while more:
                async with reaching():
                    found = await self._client.http.get_joined_private_archived_threads(channel.id, before, PAGE)
                if group := self._ours(found["threads"], key):
                    return group
                before, more = min((int(one["id"]) for one in found["threads"]), default=None), found["has_more"]
        return None

    def _ours(self, threads: Iterable[Mapping[str, Any]], key: str) -> Group | None:
        me = self._client.user
        for thread in threads:
            if me and int(thread["owner_id"]) == me.id and thread["name"].endswith(_mark(key)):
                return _group(thread["id"])
        return None

    async def add_to_group(self, channel: Channel, member: Member) -> None:
        http = self._client.http
        try:
            await self._change(channel, lambda: http.add_user_to_thread(int(channel.id), int(member.id)))
        except CannotReach as error:
            if says(error, NOT_ALLOWED):
                raise NotAllowed("the bot may not let people into threads") from error
            raise

    async def remove_from_group(self, channel: Channel, member: Member) -> None:
        """Done once Discord, asked afterwards, says that they are not in it."""
        http = self._client.http
        try:
            await self._change(channel, lambda: http.remove_user_from_thread(int(channel.id), int(member.id)))
            async with reaching():
                await http.get_thread_member(int(channel.id), int(member.id))
        except CannotReach as error:
            if says(error, NOT_ALLOWED):
                raise NotAllowed("the bot may not take people out of threads") from error
            if not says(error, NO_MEMBER | GONE):
                raise
        else:
            raise DeliveryError("somebody is still in a thread that they were taken out of")

    async def close_group(self, channel: Channel) -> None:
        """Archived, and locked: else the next message of anybody in it opens it again. Where it can't be locked, it is
        archived, and ``NotAllowed`` is raised, so that it is tried again.
        """
        try:
            await self._archive(channel, locked=True)
        except CannotReach as error:
            if says(error, NOT_ALLOWED):
                await self._archive(channel)
                raise NotAllowed("a thread is archived unlocked: the bot may not manage threads") from error
            elif not says(error, GONE):
                raise

    async def _archive(self, channel: Channel, **how: Any) -> None:
        """One that Discord has archived by itself has to be opened before it can be locked."""
        try:
            await self._edit(channel, archived=True, **how)
        except CannotReach as error:
            if not says(error, IS_ARCHIVED):
                raise
            await self._edit(channel, archived=False, **how)
            await self._edit(channel, archived=True)

    async def _change(self, channel: Channel, change: Callable[[], Awaitable[Any]]) -> None:
        """Nobody comes into an archived thread, or out of it: it is opened for that, and archived again."""
        try:
            async with reaching():
                await change()
        except CannotReach as error:
            if not says(error, IS_ARCHIVED):
                raise
            await self._edit(channel, archived=False)
            try:
                async with reaching():
                    await change()
            finally:
                await self._edit(channel, archived=True)

    async def _edit(self, channel: Channel, **how: Any) -> None:
        async with reaching():
            await self._client.http.edit_channel(int(channel.id), **how)

    async def _create(self, place: Place, members: Sequence[Member], title: Text, key: str) -> Group:
        parent = await self._parent(place, members)
        mark = _mark(key)
        async with reaching():
            thread = await parent.create_thread(
                name=shorten(str(title), THREAD_NAME - len(mark)) + mark,
                type=discord.ChannelType.private_thread,
                invitable=False,
                auto_archive_duration=A_WEEK,
            )
        return _group(thread.id)

    async def _parent(self, place: Place, members: Sequence[Member]) -> discord.TextChannel:
        """A channel that all of them can see and where the bot may open private threads."""
        guild = self._client.get_guild(int(place.id))
        if guild is None and await self.is_open(place):  # what an outage took out of the library's memory
            raise DeliveryError("Discord tells nothing of this server at the moment")
        if guild is None:
            raise CannotReach("the bot is not in this server")
        async with reaching():
            people = [await guild.fetch_member(int(member.id)) for member in members]
            channels = [one for one in await guild.fetch_channels() if isinstance(one, discord.TextChannel)]
        for channel in _likely_first(channels, guild):
            mine = channel.permissions_for(guild.me)
            can_open = mine.create_private_threads and mine.send_messages_in_threads and mine.view_channel
            if can_open and all(channel.permissions_for(person).view_channel for person in people):
                return channel
        raise NotAllowed("the bot may not open private threads in this server")


def _likely_first(channels: Iterable[discord.TextChannel], guild: discord.Guild) -> list[discord.TextChannel]:
    """In the order in which a channel is chosen for a place."""
    main = guild.system_channel
    return sorted(channels, key=lambda one: (one != main, one.position))


def first_word_in(guild: discord.Guild) -> Channel | None:
    """Where whoever may manage the server is likely to read: Discord's own channel for them, then one that not
    everybody reads, then where the server itself welcomes people.
    """
    theirs, main = guild.public_updates_channel, guild.system_channel
    mine = [channel for channel in guild.text_channels if _may_write(channel)]
    order = sorted(mine, key=lambda one: (one != theirs, not _is_private(one), one != main, one.position))
    return Channel(PLATFORM, str(order[0].id)) if order else None


def _no_events(guild: discord.Guild) -> tuple[Lack, ...]:
    mine = guild.me.guild_permissions
    return () if mine.create_events or mine.manage_events else ("events",)


def _may_write(channel: discord.TextChannel) -> bool:
    mine = channel.permissions_for(channel.guild.me)
    return mine.view_channel and mine.send_messages


def _is_private(channel: discord.TextChannel) -> bool:
    return not channel.permissions_for(channel.guild.default_role).view_channel


def _mark(key: str) -> str:
    """Ten hex digits: short to read, and a thread of somebody else's never ends the same."""
    return f" · {hashlib.sha256(key.encode()).hexdigest()[:10]}"


def _group(thread: int | str) -> Group:
    """On Discord a thread is a channel with an id of its own."""
    return Group(
        Channel(PLATFORM, str(thread)), _("Who else can open this place: moderators who may manage threads here.")
    )
