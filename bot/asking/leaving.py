"""Leaving: a community, or for good. Every cog's part of it happens in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, time
from functools import partial
from sqlite3 import Connection
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from bot.cog import Work
from bot.delivery.quiet_hours import QuietHours, held_until
from bot.errors import DeliveryError, StorageError
from bot.messages import Channel, Community, Member, Person, Place
from storage.delivery import offers
from storage.members import blocks, consents, conversations, departures, linking, members

if TYPE_CHECKING:
    from bot.bot import Bot

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Members the platforms are asked about in one go, once an hour."""


async def leave(bot: Bot, person: Person, community: Community, now: datetime, *first: Work[None]) -> None:
    """The person is in the community no more: what they had there ends, and those whom it concerns are told.

    With their last community all their consents go too. What is left waits for 30 days, in case they come back.
    ``first`` is what else happens in this transaction, before anything has ended.
    """
    works = [*first, *(cog.forget(person, community) for cog in bot.cogs)]
    await bot.database.write(_leave, works, person, community, now)


def _leave(
    connection: Connection, works: Sequence[Work[None]], person: Person, community: Community, now: datetime
) -> None:
    for work in works:
        work(connection)
    members.leave(connection, person, community, now)
    if not members.communities(connection, person):
        consents.withdraw_all(connection, person)


async def forget(bot: Bot, person: Person) -> None:
    """Delete everything of the person. Keyed hashes of their accounts stay in other people's blocks, nothing else."""
    works = [cog.forget(person, None) for cog in bot.cogs]
    await bot.database.write(_forget, bot, works, person)
    await scrub(bot)


def _forget(connection: Connection, bot: Bot, works: Sequence[Work[None]], person: Person) -> None:
    accounts = members.accounts(connection, person)
    codes = [bot.keyring.pseudonym(account.platform, account.id) for account in accounts]
    for work in works:
        work(connection)
    blocks.outlive(connection, person, codes)
    for account, code in zip(accounts, codes, strict=True):
        conversations.forget(connection, code)
        linking.forget(connection, account)
        offers.forget(connection, account)
    members.forget(connection, person)


async def scrub(bot: Bot) -> None:
    """Take what was deleted out of the write-ahead log as well. What does not succeed now is done within the hour."""
    try:
        await bot.database.scrub()
    except StorageError:
        log.warning("the write-ahead log could not be emptied yet")


async def left(bot: Bot, member: Member, place: Place, now: datetime) -> None:
    """A platform says that a member has left a place, or was taken out of it."""
    person, community = await bot.database.read(members.recognise, member, place)
    if person is None or community is None:
        return
    known = await bot.database.read(_known, person, community)
    if await _is_anywhere(bot, known, besides=(member, place)) is False:
        await leave(bot, person, community, now)


async def removed(bot: Bot, place: Place, now: datetime) -> None:
    """The bot was taken out of a place. Whoever it cannot meet elsewhere in the community has left it, and hears so."""
    community = await bot.database.write(departures.lost, place, now)
    if community is None:
        return
    for person in await bot.database.read(members.of_community, community):
        known = await bot.database.read(_known, person, community)
        if await _is_anywhere(bot, known) is False:
            await leave(bot, person, community, now, partial(_tell, person=person, community=community, now=now))


def _tell(connection: Connection, person: Person, community: Community, now: datetime) -> None:
    """Not in the night, not in a pause, and only to whom the bot may write."""
    profile = members.profile(connection, person)
    if consents.FIRST in consents.given(connection, person) and not profile.paused:
        quiet = QuietHours(time.fromisoformat(profile.quiet_start), time.fromisoformat(profile.quiet_end))
        departures.tell(connection, person, community, held_until(now, ZoneInfo(profile.zone), quiet) or now)


async def channel_gone(bot: Bot, channel: Channel) -> None:
    """A channel, room or thread was deleted, or the bot was taken out of it."""
    await bot.database.write(_channel_gone, [cog.channel_gone(channel) for cog in bot.cogs])


def _channel_gone(connection: Connection, works: Sequence[Work[None]]) -> None:
    for work in works:
        work(connection)


async def look_after_members(bot: Bot, now: datetime) -> None:
    """Find out who has left without the platform saying so: a few each hour, those first whom messages don't reach."""
    looked = []
    for known in await bot.database.read(_unseen, now):
        there = await _is_anywhere(bot, known)
        if there is None:
            continue  # the platform does not answer: nobody has left because of that
        looked.append((known.person, known.community))
        if not there:
            await leave(bot, known.person, known.community, now)
    if looked:
        await bot.database.write(departures.looked, looked, now)


def _unseen(connection: Connection, now: datetime) -> list[Known]:
    unseen = departures.undelivered_or_unseen(connection, now, AT_ONCE)
    return [_known(connection, person, community) for person, community in unseen]


async def forget_long_gone(bot: Bot, now: datetime) -> None:
    for person in await bot.database.read(departures.long_gone, now, AT_ONCE):
        await forget(bot, person)


class Known(NamedTuple):
    """Where a person may be met in a community: their accounts, and the places it lives in."""

    person: Person
    community: Community
    accounts: list[Member]
    places: list[Place]


def _known(connection: Connection, person: Person, community: Community) -> Known:
    places = [place for place in members.places(connection, community) if not departures.is_lost(connection, place)]
    return Known(person, community, members.accounts(connection, person), places)


async def _is_anywhere(bot: Bot, known: Known, besides: tuple[Member, Place] | None = None) -> bool | None:
    """Is any account of the person in any place of the community? None where a platform does not say."""
    unknown = False
    for place in known.places:
        for account in known.accounts:
            if account.platform != place.platform or (account, place) == besides:
                continue
            try:
                if await bot.adapters[place.platform].is_member(account, place):
                    return True
            except (DeliveryError, KeyError):
                unknown = True
    return None if unknown else False
