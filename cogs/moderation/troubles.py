"""What moderators hear when something does not work here, once for each cause; and when it works again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from sqlite3 import Connection

from bot.cog import Cog, KeepsNothing, job, message
from bot.context import Delivery, Reader
from bot.errors import CannotReach, DeliveryError, RetryAfter
from bot.messages import Channel, Community, Message, Place, Text
from bot.registry import Work
from bot.words.i18n import N_, _, say
from storage.members import members
from storage.moderation import troubles
from storage.moderation.troubles import EVENTS, LACK, PLACE, POSTS, Trouble

PRIVATE = "private groups"
PATIENCE = 12
"""Tries without a word of the platform's own before it is said that a place cannot be opened: about an hour."""

WITHOUT: Mapping[str, str] = {
    "write": N_("I may not write in any channel here. I can answer in private; panels and circles don't work."),
    PRIVATE: N_("Without private threads I can't open buddy rooms. Check-ins and company work."),
    EVENTS: N_("I can't put dates into the calendar of this place. The right to create events lets me; circles work."),
    "history": N_("Without the history I can't look up what I sent after a crash. I then leave it out, once."),
}
"""What does not work without a permission (product.md 3.0a)."""

MAY_NOT: Mapping[str, str] = {
    "let in": N_(
        "I may not let people into a place that I made here, so somebody waits outside. Once I have “Manage Threads”,"
        " or the power to invite, I let them in."
    ),
    "take out": N_(
        "I may not take people out of a place that I made here, so somebody who left or was separated can still read"
        " there. Once I have “Manage Threads”, or the power to kick, I do it."
    ),
    "close": N_(
        "I may not lock a place that I made here, so people whose pair has ended can still write there. Once I have"
        " “Manage Threads”, or the power to change who may speak, I do it."
    ),
}
"""What waits in a place that the bot made, and what it needs there."""

_POSTED: Mapping[str, str] = {
    "checkins.post": N_("The open check-in"),
    "circles": N_("What I say in the place of a circle"),
    "buddies": N_("What I say in the place of two buddies"),
}
_AGAIN: Mapping[str, str] = {
    PLACE: N_("I can open private places here again. What waited is opened now."),
    EVENTS: N_("I can put dates into the calendar of this place again. What waited is there soon."),
    LACK: N_("I may do again what was missing here. What waited goes on now."),
}


class Troubles(KeepsNothing):
    """Looks once an hour what Kith may do in each place, and tells what changed. Nobody is named."""

    @job(every="hour")
    async def look(self, now: datetime) -> None:
        for community in await self.read(troubles.watched):
            for place in await self.read(members.places, community):
                if place.platform in self.core.adapters and place.platform not in self.core.unreachable:
                    await self._look_at(community, place, now)

    async def _look_at(self, community: Community, place: Place, now: datetime) -> None:
        """A platform that does not answer says nothing about what I may do."""
        try:
            lacks = await self.core.adapters[place.platform].lacks(place)
        except DeliveryError:
            return
        known = {(one.cause, one.what): one.detail for one in await self.read(troubles.told_of, community)}
        for permission in WITHOUT:
            cause, what = _missing(permission, place)
            if permission in lacks and (cause, what) not in known:
                await self.write(troubles.met, community, Trouble(cause, what, permission), now)
            elif permission not in lacks and known.get((cause, what)) == permission:
                await works(self, community, cause, what, now)

    @job(every="day", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(troubles.sweep, now)

    @message(troubles.TOLD, unsure="resend")
    async def told(self, delivery: Delivery, reader: Reader) -> Message:
        args = delivery.args
        trouble = Trouble(str(args["cause"]), str(args["what"]), str(args["detail"]))
        return Message(_again(trouble) if args["over"] else words(trouble), private=False)

    async def needs(self, community: Community, now: datetime) -> tuple[Text, ...]:
        found = await self.read(troubles.told_of, community)
        return tuple({(one.cause, one.detail): words(one) for one in found}.values())

    def channel_gone(self, channel: Channel) -> Work[None]:
        return lambda connection: troubles.channel_gone(connection, channel)


def words(trouble: Trouble) -> Text:
    """What does not work, and what can be done."""
    if known := WITHOUT.get(trouble.detail) or MAY_NOT.get(trouble.detail):
        return say(known)
    if trouble.cause == POSTS:
        said = _("{what} did not get through three times in a row. `kith-mod setup` shows where I may write.")
        return said.format(what=_posted(trouble.detail))
    if trouble.cause == EVENTS:
        return say(WITHOUT[EVENTS])
    if trouble.detail == "pair":
        return _("I can't open the place of two buddies here. I go on trying; `kith-mod setup` says what I may not do.")
    return _("I can't open the place of a circle here. I go on trying; `kith-mod setup` says what I may not do.")


def _again(trouble: Trouble) -> Text:
    if trouble.cause == POSTS:
        return _("{what} gets through again.").format(what=_posted(trouble.detail))
    return say(_AGAIN[trouble.cause.partition(" ")[0]])


def _posted(kind: str) -> Text:
    known = _POSTED.get(kind) or _POSTED.get(kind.partition(".")[0])
    return say(known) if known else _("What I post in a channel here")


def _missing(permission: str, place: Place) -> tuple[str, str]:
    """Without private places none can be opened: that is one cause, however it is found out; so with dates."""
    known = {PRIVATE: PLACE, EVENTS: EVENTS}.get(permission)
    return (known, place.platform) if known else (f"{LACK} {permission}", f"{place.platform} {place.id}")


async def no_place(
    cog: Cog, community: Community, platform: str, whose: str, error: DeliveryError, now: datetime
) -> None:
    """A private place could not be opened. What the platform refuses is said at once."""
    if not isinstance(error, RetryAfter):
        after = 1 if isinstance(error, CannotReach) else PATIENCE
        await cog.write(partial(troubles.met, after=after), community, Trouble(PLACE, platform, whose), now)


async def works(cog: Cog, community: Community, cause: str, what: str, now: datetime) -> None:
    """It works: moderators hear it if they heard that it did not, and whatever waited for it is due now."""

    def work(connection: Connection) -> None:
        if troubles.over(connection, community, cause, what, now):
            for other in cog.core.registry.cogs:
                other.works_again(community)(connection)

    await cog.write(work)
