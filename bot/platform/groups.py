"""Private places for a few members: opened once for each key, whatever happens in between.

No platform recognises a repeated request for a room. So a row is written before the first one; after an attempt whose
answer never came, the place is looked for before another is asked for.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bot.clocks.clock import Clock
from bot.context import Group
from bot.errors import DeliveryError, RetryAfter
from bot.messages import Channel, Member, Place, Text
from storage.delivery import intents

if TYPE_CHECKING:
    from bot.platform.adapter import Adapter
    from storage.database.database import Database

DEADLINE = 60.0
"""Seconds one request may take, whatever an adapter or its library does."""

SETTLED = timedelta(seconds=90)
"""After an attempt without an answer: longer than any platform still works on it."""


class Groups:
    """Opens, changes and closes private places. Every method raises CannotReach, RetryAfter or DeliveryError."""

    def __init__(self, database: Database, adapters: Mapping[str, Adapter], nonce_key: bytes, now: Clock) -> None:
        self._database = database
        self._adapters = adapters
        self._nonce_key = nonce_key
        self._now = now
        self._opening: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open(self, key: str, place: Place | None, members: Sequence[Member], title: Text) -> Group:
        """The place with this key, with these members in it. Call it again after an error: there is never a second one.

        ``key`` names what it is for ("buddies.pair:12"); ``place`` is where the community lives on the platform.
        """
        platform = place.platform if place else members[0].platform
        adapter = self._adapters[platform]
        known = self._key(key)
        async with self._one_at_a_time(known):
            intent = await self._database.write(intents.begin, known, platform, self._now())
            if intent.channel is not None:
                async with _deadline():
                    return await adapter.find_group(place, known) or Group(intent.channel)
            if intent.tried is not None:
                await self._let_settle(known, intent.tried)
            await self._database.write(intents.attempt, known, self._now())
            async with _deadline():
                group = await adapter.open_group(place, members, title, known)
            await self._database.write(intents.opened, known, group.channel)
            return group

    async def _let_settle(self, key: str, tried: datetime) -> None:
        """What the platform may still be doing is waited for before it is looked for. Raises RetryAfter."""
        now = self._now()
        if tried > now:  # somebody set the clock back
            await self._database.write(intents.attempt, key, now)
        wait = min(tried, now) + SETTLED - now
        if wait > timedelta():
            raise RetryAfter(wait)

    async def add(self, channel: Channel, member: Member) -> None:
        async with _deadline():
            await self._adapters[channel.platform].add_to_group(channel, member)

    async def remove(self, channel: Channel, member: Member) -> None:
        async with _deadline():
            await self._adapters[channel.platform].remove_from_group(channel, member)

    async def is_in(self, channel: Channel, member: Member) -> bool:
        """Has the member come into the place, where the platform lets people do that themselves?"""
        async with _deadline():
            return await self._adapters[channel.platform].is_member(member, Place(channel.platform, channel.id))

    async def leave(self, channel: Channel) -> None:
        """Leave the place to its members."""
        async with _deadline():
            await self._adapters[channel.platform].leave_group(channel)

    async def close(self, channel: Channel) -> None:
        """Nobody writes there any more. Nothing happens if it is gone."""
        async with _deadline():
            await self._adapters[channel.platform].close_group(channel)
        await self._database.write(intents.closed, channel)

    def _one_at_a_time(self, key: str) -> AbstractAsyncContextManager[None]:
        return self._opening.setdefault(key, asyncio.Lock())

    def _key(self, key: str) -> str:
        """What the platform knows the place by: 22 characters that say nothing."""
        return hmac.digest(self._nonce_key, f"group:{key}".encode(), "sha256").hex()[:22]


@asynccontextmanager
async def _deadline() -> AsyncIterator[None]:
    """A request that takes too long may have been done all the same: the same as one without an answer."""
    try:
        async with asyncio.timeout(DEADLINE):
            yield
    except TimeoutError as error:
        raise DeliveryError("the platform did not answer in time") from error
