"""Who is asking: the person and the community behind what a platform reports, if the database answers in time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.clocks.clock import Clock
from bot.clocks.zones import guess
from bot.context import Context, Incoming
from bot.errors import StorageError
from bot.messages import Community, Member, Person, Place
from storage.database.database import Database
from storage.members import in_touch, members

log = logging.getLogger(__name__)

Returned = Callable[[Place, datetime], Awaitable[Community | None]]

PATIENCE = 2.0
"""Seconds that a request waits to learn who asks. Help now does not need to know."""


class Recognising:
    """Makes the context of a request. ``zone`` is the IANA zone of whoever has none of their own yet; ``returned`` is
    told of a place in which the bot was not known to be.
    """

    def __init__(self, database: Database, now: Clock, zone: str, returned: Returned) -> None:
        self._returned = returned
        self._database = database
        self._now = now
        self._default = zone

    async def context(self, incoming: Incoming) -> Context:
        """Never fails: whoever cannot be looked up is a stranger for this once."""
        now = self._now()
        person: Person | None = None
        community: Community | None = None
        try:
            async with asyncio.timeout(PATIENCE):
                person, community = await self._database.read(members.recognise, incoming.member, incoming.place)
                if incoming.place is not None and community is None:
                    community = await self._returned(incoming.place, now)
                if person is not None and await self._database.read(
                    members.is_news, person, incoming.member, community, now
                ):
                    await self._database.write(members.noticed, person, incoming.member, community, now)
                if person is not None and await self._database.read(in_touch.is_news, person, now):
                    await self._database.write(in_touch.record, person, now)  # whatever they do is contact
        except (StorageError, TimeoutError):
            log.exception("the database did not answer")
        return Context(
            member=incoming.member,
            person=person,
            community=community,
            channel=incoming.channel,
            now=now,
            locale=incoming.locale,
            direct=incoming.place is None,
            message=incoming.message,
            about=incoming.about,
            quoted=incoming.quoted,
            whole_forms=incoming.whole_forms,
            raw=incoming.raw,
        )

    async def zone(self, context: Context) -> str:
        """The IANA zone in which a request's times are meant. Raises StorageError."""
        if context.person is None:
            return guess(context.locale, ZoneInfo(self._default)).key  # the one that a first yes keeps
        return (await self._database.read(members.profile, context.person)).zone

    async def zone_of(self, member: Member) -> str:
        """The member's IANA zone; the host's default for somebody nothing is kept about, or while nobody can tell."""
        try:
            async with asyncio.timeout(PATIENCE):
                person, _community = await self._database.read(members.recognise, member, None)
                if person is not None:
                    return (await self._database.read(members.profile, person)).zone
        except (StorageError, TimeoutError):
            log.exception("the database did not answer")
        return self._default
