"""`What's on`, on the message with doors: the circles of the coming week, read by one person alone."""

from __future__ import annotations

from datetime import timedelta

from bot.cog import KeepsNothing, action
from bot.context import Context
from bot.incoming import pages
from bot.messages import Button, Community, Message, Text, plain
from bot.words.i18n import _
from cogs.circles import kinds, lookup, mine, wording
from storage.circles import circles, dates
from storage.circles.circles import Circle
from storage.circles.dates import Gathering

AHEAD = timedelta(days=7)


class CirclesThisWeek(KeepsNothing):
    """Every date of the coming seven days, at the reader's hour, and whether they are in."""

    @action("circles.week", stateless=True)
    async def week(self, context: Context, value: str) -> Message:
        found = await lookup.whose(self, context, value, "circles.week")
        return found if isinstance(found, Message) else await self._shown(context, *found)

    async def _shown(self, context: Context, community: Community, number: int) -> Message:
        meet = [one for one in await self.read(circles.published, community) if one.kind != kinds.NOTICE]
        if not meet:
            return lookup.no_circle_yet(community)
        on = await self._dates(context, meet)
        if not on:
            return Message(
                _("No circle meets in the coming seven days. `circle list` shows what is planned."),
                (Button(_("All circles"), "circles.browse", str(community.id)),),
            )
        page = pages.page(on, number)
        lines: list[Text] = []
        buttons: dict[int, Button] = {}
        for circle, gathering in on[page.start : page.end]:
            sheet = await wording.sheet(self, circle)
            part = await mine.after(self, circle, gathering, context.person)
            lines.append(wording.one_line(sheet, gathering) + part)
            buttons.setdefault(circle.id, Button(plain(sheet.title[:45]), "circles.card", str(circle.id)))
        more = page.more("circles.week", f"{community.id}|")
        return Message(Text("\n").join([_("On in the coming seven days:"), *lines]), (*buttons.values(), *more))

    async def _dates(self, context: Context, meet: list[Circle]) -> list[tuple[Circle, Gathering]]:
        """What has not begun, the next first."""
        found = [
            (circle, gathering)
            for circle in meet
            for gathering in await self.read(dates.coming, circle.id, context.now)
            if context.now < gathering.starts <= context.now + AHEAD
        ]
        return sorted(found, key=lambda one: (one[1].starts, one[0].id))
