"""Leaving: a community, or for good. Every cog's part of it happens in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from sqlite3 import Connection

from bot.asking.emptying import Emptying
from bot.asking.whereabouts import Known, asked_of, is_anywhere, known_of
from bot.keys.crypto import Keyring
from bot.messages import Channel, Community, Member, Person, Place
from bot.platform.adapter import Adapter
from bot.registry import Registry, Work
from storage.database.database import Database
from storage.delivery import answers, offers
from storage.members import blocks, conversations, departures, governing, linking, members, resting
from storage.members.resting import Away

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Members the platforms are asked about in one go, once an hour."""


class Leaving:
    """What ends when somebody goes, and how it is found out that somebody has gone."""

    def __init__(
        self, database: Database, registry: Registry, adapters: Mapping[str, Adapter], keyring: Keyring
    ) -> None:
        self._database = database
        self._registry = registry
        self._adapters = adapters
        self._keyring = keyring
        self.emptying = Emptying(database)

    async def leave(self, person: Person, community: Community, now: datetime, away: Away | None = None) -> None:
        """The person is in the community no more: what they had there ends, and those whom it concerns are told.

        With their last community all their consents go too. What is left waits for 30 days, in case they come back.
        ``away``: the platform says so, and they may be back soon. What connected them with others has ended at once;
        what is their own rests for a week before it is a leave.
        """
        works = [cog.forget(person, community) for cog in self._registry.cogs]
        await self._database.write(_leave, works, person, community, now, away)

    async def forget(self, person: Person) -> None:
        """Delete everything of the person. Only keyed hashes of their accounts stay, in other people's blocks."""
        works = [cog.forget(person, None) for cog in self._registry.cogs]
        await self._database.write(_forget, self._keyring, works, person)
        await self.emptying.now()

    async def left(self, member: Member, place: Place, now: datetime) -> None:
        """A platform says that a member has left a place, or was taken out of it. It is asked whether that is so."""
        person, community = await self._database.read(members.recognise, member, place)
        if person is None or community is None:
            return
        known = await self._database.read(known_of, person, community)
        there = await is_anywhere(self._adapters, known)
        if there is False and not asked_of(known, besides=(member, place)):
            await self.leave(person, community, now, "gone")
        elif there is False:
            await self._database.write(departures.said_gone, person, community, now)

    async def moved(self, place: Place, to: Place) -> None:
        """A place was replaced by another: its community lives there now, and no second one does."""
        await self._database.write(_moved, place, to)

    async def separate(self, room: Place, taken_by: Place, now: datetime) -> bool:
        """A room was taken for a part of a place that it never belonged to. Whoever is met only there goes back to the
        room's own community, with what is theirs. False where a platform does not say who that is.
        """
        community = await self._database.read(members.community_of, taken_by)
        if community is None:
            return True
        taken: list[Person] = []
        for person in await self._database.read(members.of_community, community):
            known = await self._database.read(known_of, person, community)
            there = await is_anywhere(self._adapters, known)
            here = there is False and await is_anywhere(self._adapters, known._replace(places=[room]))
            if None in (there, here):
                return False
            if here:
                taken.append(person)
        if taken:
            log.warning("%d people were taken into a community that their room never belonged to", len(taken))
            works = {person: [cog.forget(person, community) for cog in self._registry.cogs] for person in taken}
            await self._database.write(_separate, works, room, community, now)
        return True

    async def channel_gone(self, channel: Channel) -> None:
        """A channel, room or thread was deleted, or the bot was taken out of it."""
        await self._database.write(_channel_gone, [cog.channel_gone(channel) for cog in self._registry.cogs])

    async def look_after_members(self, now: datetime) -> None:
        """Find out who has left without the platform saying so: a few an hour, first whom messages don't reach.

        Nobody has left because of one answer: it is asked for again an hour later or more.
        """
        looked = []
        for known in await self._database.read(_unseen, now):
            there = await is_anywhere(self._adapters, known)
            if there is None:
                continue  # the platform does not answer: nobody has left because of that
            if not there:
                if not await self._database.write(departures.said_gone, known.person, known.community, now):
                    continue
                await self.leave(known.person, known.community, now, "gone")
            looked.append((known.person, known.community))
        if looked:
            await self._database.write(departures.looked, looked, now)

    async def forget_long_gone(self, now: datetime) -> None:
        for person in await self._database.read(departures.long_gone, now, AT_ONCE):
            await self.forget(person)


def _leave(
    connection: Connection,
    works: Sequence[Work[None]],
    person: Person,
    community: Community,
    now: datetime,
    away: Away | None = None,
) -> None:
    for work in works:
        work(connection)
    members.leave(connection, person, community, now, away)
    resting.settle(connection, person)


def _forget(connection: Connection, keyring: Keyring, works: Sequence[Work[None]], person: Person) -> None:
    accounts = members.accounts(connection, person)
    codes = [keyring.pseudonym(account.platform, account.id) for account in accounts]
    for work in works:
        work(connection)
    blocks.outlive(connection, person, codes)
    for account, code in zip(accounts, codes, strict=True):
        conversations.forget(connection, code)
        linking.forget(connection, account)
        offers.forget(connection, account)
        answers.forget(connection, code)
    members.forget(connection, person)


def _moved(connection: Connection, place: Place, to: Place) -> None:
    departures.moved(connection, place, to)
    governing.reunite(connection, place, to)


def _separate(
    connection: Connection,
    works: Mapping[Person, Sequence[Work[None]]],
    room: Place,
    community: Community,
    now: datetime,
) -> None:
    governing.separate(connection, room, community, works, now)
    for person, ends in works.items():
        _leave(connection, ends, person, community, now)


def _channel_gone(connection: Connection, works: Sequence[Work[None]]) -> None:
    for work in works:
        work(connection)


def _unseen(connection: Connection, now: datetime) -> list[Known]:
    unseen = departures.undelivered_or_unseen(connection, now, AT_ONCE)
    return [known_of(connection, person, community) for person, community in unseen]
