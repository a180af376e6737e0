"""Where a member stands: what comes next and what is so now, in five lines that anybody may read over a shoulder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.asking import doors
from bot.clocks.times import friendly_date, friendly_instant, local_day
from bot.cog import Cog
from bot.context import Context
from bot.messages import Button, Message, Text, who
from bot.registry import Stand
from bot.words.i18n import _, say
from storage.members import members

MOST = 4
"""Lines below the hello."""
LASTING = 2
"""Of these, what has no hour: it stands last, and is not crowded out by what has one."""


async def where(cog: Cog, context: Context, first: Text | None = None) -> Message | None:
    """The lines of all features, after a hello or ``first``. None where nothing lies ahead."""
    lines = _chosen([stand for stand in await _all(cog, context) if not stand.rests])
    if not lines:
        return None
    hello = first or _("Hello, {who}.").format(who=who(context.member))
    company = doors.COMPANY in cog.core.registry.actions
    buttons = [Button(say(doors.LABELS[doors.COMPANY]), doors.COMPANY)] if company else []
    buttons += [Button(_("More"), "onboarding.more"), *doors.help_now(cog.core.registry)]
    return Message(Text("\n").join([hello, *lines]), tuple(buttons))


async def resting(cog: Cog, context: Context) -> Message | None:
    """What rests until they say so, and the question whether it stays so. None where nothing does."""
    profile = await cog.read(members.profile, context.me)
    if profile.paused:
        said = _("You're resting until you say so.")
        if profile.paused_until:
            until = _day_or_hour(profile.paused_until, context.now, await cog.zone_of(context))
            said = _("You're resting until {when}.").format(when=until)
    else:
        rests = [stand.words for stand in await _all(cog, context) if stand.rests]
        if not rests:
            return None
        said = Text(" ").join(rests)
    again = Button(_("Start again"), doors.START, doors.AGAIN)
    return Message(said, (Button(_("Stay so"), "onboarding.stay"), again, *doors.help_now(cog.core.registry)))


async def _all(cog: Cog, context: Context) -> list[Stand]:
    if await cog.core.resting.rests(context.me):  # nothing says when it comes next
        return []
    return [stand for one in cog.core.registry.cogs for stand in await one.stands(context)]


def _chosen(stands: Sequence[Stand]) -> list[Text]:
    lasting = [stand for stand in stands if stand.due is None][:LASTING]
    ahead = sorted((one.due, number) for number, one in enumerate(stands) if one.due is not None)
    coming = [stands[number] for _due, number in ahead[: MOST - len(lasting)]]
    return [stand.words for stand in (*coming, *lasting)]


def _day_or_hour(until: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The day alone, where it ends when that begins."""
    local = until.astimezone(zone)
    if local.time() == time():
        return friendly_date(local.date(), local_day(now, zone))
    return friendly_instant(until, now, zone)
