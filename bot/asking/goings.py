"""What a platform says of comings and goings, handed to whoever ends, rests and takes up again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.asking.leaving import Leaving
from bot.asking.resting import Resting
from bot.messages import Channel, Member, Place
from storage.database.database import Database
from storage.members import community_settings, departures, members
from storage.moderation import arrival


class Goings:
    """The part of the bot that adapters tell of people and places."""

    now: Callable[[], datetime]
    database: Database
    _leaving: Leaving
    _resting: Resting

    async def left(self, member: Member, place: Place) -> None:
        """A platform says that a member has left a place or was taken out of it."""
        await self._leaving.left(member, place, self.now())

    async def removed(self, place: Place) -> None:
        """A platform says that the bot was taken out of a place."""
        await self._resting.removed(place, self.now())

    async def joined(self, member: Member, place: Place) -> None:
        """A platform says that somebody came into a place."""
        await self._resting.joined(member, place, self.now())

    async def returned(self, place: Place) -> None:
        """A platform says that the bot is in a place. That is news where it was taken out of it."""
        if await self.database.read(departures.is_lost, place):
            await self._resting.returned(place, self.now())

    async def arrived(self, place: Place, where: Channel) -> None:
        """A platform says that the bot was let into a place, and where it may write to whoever looks after it."""
        await self.database.write(arrival.arrived, place, where, self.now())

    async def renamed(self, place: Place, name: str) -> None:
        """A platform says how a place is called now; ``place`` has the name before, where it told that one too."""
        await self.database.write(members.renamed, place, name)

    async def lost(self, platform: str) -> list[Place]:
        """Every place of a platform that the bot was taken out of and where something may rest."""
        return await self.database.read(departures.all_lost, platform)

    async def homes(self, platform: str) -> list[Place]:
        """Every place of a platform where a community lives, as far as we know."""
        return await self.database.read(departures.homes, platform)

    async def moved(self, place: Place, to: Place) -> None:
        """A platform says that a place was replaced by another."""
        await self._leaving.moved(place, to)

    async def separate(self, room: Place, taken_by: Place) -> bool:
        """A room never belonged to the place that took it. False: the platform does not answer, ask again."""
        return await self._leaving.separate(room, taken_by, self.now())

    async def channel_moved(self, channel: Channel, to: Channel) -> None:
        """A platform says that a channel was replaced by another."""
        await self.database.write(community_settings.move_channel, channel, to)

    async def channel_gone(self, channel: Channel) -> None:
        """A platform says that a channel was deleted, or that the bot was taken out of it."""
        await self._leaving.channel_gone(channel)
