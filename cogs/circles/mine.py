"""What a member is in a circle: that they host it, come to a date or wait for a seat, wherever it is shown to them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.clocks.times import when_ahead
from bot.cog import Cog, KeepsNothing
from bot.context import Context
from bot.messages import Person, Text
from bot.registry import Stand
from bot.words.i18n import N_, _, say
from cogs.circles import kinds, wording
from storage.circles import answers, circles, dates, hosts
from storage.circles.circles import Circle
from storage.circles.dates import Gathering

PARTS = {
    "host": N_("you host"),
    "in": N_("you're in"),
    "listening": N_("you're in, listening only"),
    "waiting": N_("you're on the waitlist"),
    "offered": N_("a seat is free for you"),
    "maybe": N_("maybe"),
    "cant": N_("not this time"),
}
AHEAD = frozenset({"host", "in", "listening", "waiting", "offered"})


async def part_of(cog: Cog, circle: Circle, gathering: Gathering, person: Person | None) -> str:
    """What the person is on this date, a key of ``PARTS``; "" where they have said nothing."""
    if person is None:
        return ""
    if person in await cog.read(hosts.accepted, circle.id):
        return "host"
    said = await cog.read(answers.said, gathering.id, person)
    return said.answer if said else ""


async def after(cog: Cog, circle: Circle, gathering: Gathering, person: Person | None) -> Text:
    """The same at the end of a line about that date."""
    part = await part_of(cog, circle, gathering, person)
    return Text(": ") + say(PARTS[part]) if part else Text()


async def sentence(cog: Cog, circle: Circle, gathering: Gathering, person: Person | None) -> Text:
    """The same as a line of its own."""
    part = await part_of(cog, circle, gathering, person)
    return Text("\n") + _("For you: {part}.").format(part=say(PARTS[part])) if part else Text()


class Mine(KeepsNothing):
    """The next date of each circle that a member comes to or hosts, for `start`."""

    async def stands(self, context: Context) -> Sequence[Stand]:
        member = [await self.read(circles.get, row) for row in await self.read(answers.circles_of, context.me)]
        mine = {circle.id: circle for circle in member if circle is not None}
        mine |= {circle.id: circle for circle in await self.read(circles.hosted_by, context.me)}
        found = [await self._next(context, circle) for circle in mine.values() if _meets(circle)]
        return [stand for stand in found if stand is not None]

    async def _next(self, context: Context, circle: Circle) -> Stand | None:
        for gathering in await self.read(dates.coming, circle.id, context.now):
            if gathering.starts <= context.now:
                continue
            part = await part_of(self, circle, gathering, context.me)
            if part in AHEAD:
                sheet = await wording.sheet(self, circle)
                when = when_ahead(gathering.starts, context.now, await self.zone_of(context))
                said = _("{when}: {title}, {part}.")
                return Stand(said.format(when=when, title=sheet.title, part=say(PARTS[part])), gathering.starts)
        return None


def _meets(circle: Circle) -> bool:
    return circle.state == "published" and circle.kind != kinds.NOTICE
