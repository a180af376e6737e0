"""What rests while the bot is out of a place or somebody is away, how it goes on, and when it is a leave after all."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from sqlite3 import Connection
from zoneinfo import ZoneInfo

from bot.asking.leaving import Leaving
from bot.asking.whereabouts import is_anywhere, known_of
from bot.clocks.quiet_hours import QuietHours, held_until
from bot.errors import DeliveryError
from bot.keys.crypto import Keyring
from bot.messages import Community, Member, Person, Place
from bot.platform.adapter import Adapter
from storage.database.database import Database
from storage.members import consents, departures, members, resting

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Members the platforms are asked about in one go, once an hour."""
TOLD_AFTER = timedelta(hours=1)
"""Hosts take a bot out and put it back to renew what it may: nobody is told of that."""


class Resting:
    """A week in which nothing is lost, for all platforms."""

    def __init__(self, database: Database, adapters: Mapping[str, Adapter], keyring: Keyring, leaving: Leaving) -> None:
        self._database = database
        self._adapters = adapters
        self._keyring = keyring
        self._leaving = leaving

    async def removed(self, place: Place, now: datetime) -> None:
        """The bot was taken out of a place. What those whom it meets nowhere else in the community had there rests."""
        community = await self._database.write(departures.lost, place, now)
        if community is None:
            return
        for person in await self._database.read(members.of_community, community):
            known = await self._database.read(known_of, person, community)
            if await is_anywhere(self._adapters, known) is False:
                await self._database.write(_rest, person, community, now)

    async def returned(self, place: Place, now: datetime) -> Community | None:
        """The bot is in a place, for the first time or again. What rested there goes on, unless somebody else owns it
        now: then everybody is asked. None where the platform does not say who that is.
        """
        if not await self._database.read(departures.is_lost, place):
            return await self._database.write(members.found, place, now)
        owner = await self._owner(place)
        if owner is None:
            return None
        return await self._database.write(_return, place, owner, now)

    async def joined(self, member: Member, place: Place, now: datetime) -> None:
        """A platform says that somebody came into a place: who was away is back."""
        person, community = await self._database.read(members.recognise, member, place)
        if person is not None and community is not None:
            await self._database.write(_back, person, community, now)

    async def rests(self, person: Person) -> bool:
        """Do the person's own things rest? Then nothing says when they come next."""
        return await self._database.read(resting.until, person) is not None

    async def look(self, now: datetime) -> None:
        """Once an hour: who is back, whose week is over, and who owns each place."""
        for person, community in await self._database.read(resting.away, AT_ONCE):
            known = await self._database.read(known_of, person, community)
            if await is_anywhere(self._adapters, known):
                await self._database.write(_back, person, community, now)
        for person, community in await self._database.read(resting.over, now, AT_ONCE):
            known = await self._database.read(known_of, person, community)
            if await is_anywhere(self._adapters, known) is False:
                await self._leaving.leave(person, community, now)
        for platform in list(self._adapters):
            for place in await self._database.read(departures.homes, platform):
                await self._note_owner(place)

    async def _note_owner(self, place: Place) -> None:
        owner = await self._owner(place)
        if owner and owner != await self._database.read(resting.owner, place):
            await self._database.write(resting.note_owner, place, owner)

    async def _owner(self, place: Place) -> bytes | None:
        """As a keyed hash: it is only looked whether it is another one."""
        try:
            owner = await self._adapters[place.platform].owner_of(place)
        except (DeliveryError, KeyError) as error:
            log.info("nobody says who owns a place: %s", type(error))
            return None
        return self._keyring.pseudonym(place.platform, owner)


def _rest(connection: Connection, person: Person, community: Community, now: datetime) -> None:
    resting.rest_here(connection, person, community, now)
    _tell(connection, person, community, now)


def _tell(connection: Connection, person: Person, community: Community, now: datetime) -> None:
    """Not in the night, not in a pause, and only to whom the bot may write."""
    profile = members.profile(connection, person)
    if consents.FIRST in consents.given(connection, person) and not profile.paused:
        quiet = QuietHours(time.fromisoformat(profile.quiet_start), time.fromisoformat(profile.quiet_end))
        due = now + TOLD_AFTER
        departures.tell(connection, person, community, held_until(due, ZoneInfo(profile.zone), quiet) or due)


def _return(connection: Connection, place: Place, owner: bytes, now: datetime) -> Community:
    before = resting.owner(connection, place)
    community = members.found(connection, place, now)
    resting.note_owner(connection, place, owner)
    if before is not None and before != owner:
        resting.other_owner(connection, community)
    for person in resting.resting_in(connection, community):
        members.join(connection, person, community, now)
    return community


def _back(connection: Connection, person: Person, community: Community, now: datetime) -> None:
    if resting.is_away(connection, person, community):
        members.join(connection, person, community, now)
