"""The place of a pair: opened for those who said yes, left to them once they are in, closed when it is over."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.cog import Core, KeepsNothing, job, message
from bot.context import Delivery, Group, Reader
from bot.errors import CannotReach, DeliveryError, NotAllowed, RetryAfter
from bot.messages import Channel, Community, Member, Message, Person, Place
from bot.registry import Work
from bot.words.i18n import _
from cogs.buddies.course import plan
from cogs.buddies.waiting import looking_again
from cogs.moderation.troubles import no_place, works
from storage.buddies import meeting, pairs, places
from storage.buddies.pairs import Pair
from storage.members import members
from storage.moderation import lacking, troubles
from storage.moderation.troubles import PLACE, Trouble

log = logging.getLogger(__name__)

PATIENCE = 0.5
"""Seconds that a tick waits for places being opened; what takes longer goes on by itself."""
AT_ONCE = 20
AGAIN, MUCH_LATER = timedelta(minutes=5), timedelta(hours=1)
A_DAY = timedelta(days=1)
TRIES = 24
"""After so many refusals there is no place for two people; they are told, and matched again."""
STAY = timedelta(days=3)
"""A place is left to its people once one of them has come in, or after this."""


class PairPlaces(KeepsNothing):  # who was brought together: see Pairs
    """Opens a place for those who said yes. Nothing said there is read."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._working: asyncio.Task[None] | None = None

    @job(every="tick", lasts=True)
    async def places(self, now: datetime) -> None:
        """Open, leave and close places. A platform that is slow holds up nothing else."""
        if self._working is None or self._working.done():
            if not await self.read(pairs.to_do, now, 1):
                return
            self._working = asyncio.create_task(self._work(now))
        await asyncio.wait([self._working], timeout=PATIENCE)

    async def _work(self, now: datetime) -> None:
        for pair in await self.read(pairs.to_do, now, AT_ONCE):
            try:
                await self._do(pair, now)
            except RetryAfter as error:
                await self.write(pairs.postpone, pair.id, now + max(error.delay, timedelta(seconds=1)))
            except NotAllowed as error:
                await self._refused(pair, now, error, for_now=True)
                await self.write(_lacks, pair, now)
            except CannotReach as error:
                await self._refused(pair, now, error)
            except DeliveryError as error:
                log.info("the place of pair %d is tried again: %s", pair.id, type(error))
                await self.write(pairs.postpone, pair.id, now + AGAIN)
                await self._not_opened(pair, now, error)
            except Exception:
                log.exception("nothing could be done about the place of pair %d", pair.id)
                await self.write(pairs.postpone, pair.id, now + MUCH_LATER)

    async def _do(self, pair: Pair, now: datetime) -> None:
        if pair.todo == "open":
            await self._open(pair, now)
        elif pair.todo == "leave":
            await self._leave(pair, now)
        elif pair.channel is not None:
            await self.core.groups.close(pair.channel)
            await self.write(pairs.done, pair.id)
            closing = troubles.may_not("close", pair.channel)
            await works(self, pair.community, closing.cause, closing.what, now)

    async def _not_opened(self, pair: Pair, now: datetime, error: DeliveryError) -> None:
        """The people who run the community hear of it, if it is about opening a place."""
        found = await self._where(pair) if pair.todo == "open" else None
        if found is not None:
            await no_place(self, pair.community, found[0].platform, "pair", error, now)

    async def _refused(self, pair: Pair, now: datetime, error: CannotReach, *, for_now: bool = False) -> None:
        """``for_now``: a permission is missing, and when it is back what waited happens."""
        await self._not_opened(pair, now, error)
        if pair.todo == "open" and pair.tries >= TRIES and not for_now:
            await self.write(pairs.give_up, pair, now, pairs.NO_PLACE)
        elif pair.todo == "close":  # they are still in it together: Kith may be let back in, or given leave to
            soon = AGAIN if for_now else MUCH_LATER
            await self.write(pairs.postpone, pair.id, now + (soon if pair.tries < TRIES else A_DAY))
        elif pair.todo == "open" or for_now:
            await self.write(pairs.postpone, pair.id, now + MUCH_LATER)
        else:
            await self.write(pairs.done, pair.id)

    async def _open(self, pair: Pair, now: datetime) -> None:
        parts = await self.read(pairs.parts, pair.id)
        if not await self.read(meeting.may, pair.community, pair.kind, parts, now):
            await self.write(pairs.give_up, pair, now)
            return
        found = await self._where(pair)
        if found is None:
            raise CannotReach("they share no platform")
        place, accounts = found
        group = await self.core.groups.open(f"buddies.pair:{pair.id}", place, accounts, _("Buddies"))
        await self.write(pairs.opened, pair, group.channel, _visible(group), plan(now), now)
        await works(self, pair.community, PLACE, place.platform, now)

    async def _where(self, pair: Pair) -> tuple[Place, list[Member]] | None:
        parts = await self.read(pairs.parts, pair.id)
        return await self.read(_meeting_place, pair.community, [part.person for part in parts])

    async def _leave(self, pair: Pair, now: datetime) -> None:
        """Once the introduction is said and somebody has come in, the place is theirs alone."""
        assert pair.channel is not None
        assert pair.opened is not None
        waited = now - pair.opened >= STAY
        if not await self.read(pairs.is_told, pair) or not (waited or await self._is_somebody_in(pair, pair.channel)):
            await self.write(pairs.postpone, pair.id, now + min(AGAIN * 2 ** min(pair.tries, 5), MUCH_LATER))
            return
        await self.write(pairs.hand_over, pair.id)
        await self.core.groups.leave(pair.channel)
        await self.write(pairs.done, pair.id)

    async def _is_somebody_in(self, pair: Pair, channel: Channel) -> bool:
        for part in await self.read(pairs.parts, pair.id):
            member = await self.read(members.account, part.person, channel.platform)
            if member is not None and await self.core.groups.is_in(channel, member):
                return True
        return False

    @message(pairs.STAYS, late="expires")
    async def stays(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(_("Nobody joins you this time. The two of you go on as you are."))

    @message(pairs.NO_PLACE)
    async def no_place(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(_("I couldn't open a place for the two of you here.") + " " + looking_again())

    def works_again(self, community: Community) -> Work[None]:
        return lambda connection: places.try_again(connection, community, self.core.now())

    def channel_gone(self, channel: Channel) -> Work[None]:
        return lambda connection: places.lost_place(connection, channel, self.core.now())


def _lacks(connection: Connection, pair: Pair, now: datetime) -> None:
    people = pairs.everybody(connection, pair.id)
    found = _meeting_place(connection, pair.community, people) if pair.todo == "open" else None
    if found is not None:
        trouble = Trouble(PLACE, found[0].platform, "pair")
    elif pair.todo == "close" and pair.channel is not None:
        trouble = troubles.may_not("close", pair.channel)
        troubles.met(connection, pair.community, trouble, now)
    else:
        return
    lacking.note(connection, pair.community, trouble, f"pair:{pair.id}", people, now)


def _visible(group: Group) -> str:
    """The first line of a place: who else could open it, as the platform says."""
    if not group.visible_to:
        return str(_("Moderators may be able to open this place."))
    return str(group.visible_to)


def _meeting_place(
    connection: Connection, community: Community, people: list[Person]
) -> tuple[Place, list[Member]] | None:
    """Where all of them have an account and the community lives; where they were seen last, if there are several."""
    places = {place.platform: place for place in members.places(connection, community)}
    accounts = [members.accounts(connection, person) for person in people]
    if not all(accounts):
        return None
    for first in accounts[0]:
        there = [next((one for one in own if one.platform == first.platform), None) for own in accounts]
        if first.platform in places and all(there):
            return places[first.platform], [one for one in there if one is not None]
    return None
