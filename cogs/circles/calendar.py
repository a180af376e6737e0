"""Circles in calendars: a file for one date or all of a member's own, and the platform's calendar kept in step."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from bot.cog import KeepsNothing, action, command, job
from bot.context import Context, Event
from bot.errors import CannotReach, DeliveryError, UserError
from bot.messages import Button, File, Message, Place, Text
from bot.registry import Reply
from bot.words import links
from bot.words.i18n import _
from cogs.circles import entries, ics, kinds, lookup, wording
from cogs.moderation.troubles import works
from storage.circles import answers, circles
from storage.circles import dates as circles_dates
from storage.circles.circles import Circle
from storage.circles.dates import Gathering, Showing
from storage.members import members
from storage.moderation import troubles
from storage.moderation.troubles import Trouble

log = logging.getLogger(__name__)

AGAIN, MUCH_LATER = timedelta(minutes=5), timedelta(hours=1)
BATCH = 20


class CircleCalendar(KeepsNothing):  # the dates stand with Circles
    """Files that only the member receives, and what everybody in the place may see."""

    @action("circles.ics")
    async def one_date(self, context: Context, value: str) -> Message:
        gathering, circle = await lookup.found(self, value)
        if await self.read(answers.said, gathering.id, context.me) is None:
            raise UserError(_("That date isn't one of yours. `circle list` shows what is on."))
        entry = entries.of_date(self, await wording.sheet(self, circle), gathering)
        file = File("circle.ics", ics.write([entry], context.now))
        return Message(_("A calendar file of that date, for you alone. Open it to take it over."), (), (file,))

    @command("circle calendar")
    async def all_dates(self, context: Context, word: str = "") -> Reply:
        """All dates of your circles as one calendar file, only for you."""
        if word in ("new", "off"):
            return await self.core.registry.actions["circles.feed"].handler(context, word)
        if word:
            raise UserError(_("`circle calendar` is the file; `circle calendar new` another address, `off` none."))
        dates = await entries.of_person(self, context.me, context.now)
        if not dates:
            raise UserError(_("You belong to no circle with a date to come. `circle list` shows what is on."))
        file = File("my-circles.ics", ics.write(dates, context.now))
        buttons = (Button(_("An address that follows changes"), "circles.feed"),) if self.core.settings.calendar else ()
        return Message(
            _("Your circles as a calendar file, for you alone. It is as of now: ask again when something has changed."),
            buttons,
            (file,),
        )

    # -- the platform's own calendar ----------------------------------------------------------------------------------

    @job(every="tick")
    async def keep_in_step(self, now: datetime) -> None:
        for showing in await self.read(circles_dates.to_show, now, BATCH):
            gathering, again = showing.gathering, None
            shown = showing.shown
            try:
                shown = await self._show(showing, now)
            except CannotReach as error:
                log.info("a date is not in the platform's calendar: %s", type(error))
                again = await self._refused(gathering, now)
            except DeliveryError as error:
                log.info("the platform's calendar is told later: %s", type(error))
                again = now + AGAIN
            await self.write(circles_dates.showed, gathering.id, gathering.version, shown, again)

    async def _refused(self, gathering: Gathering, now: datetime) -> datetime | None:
        """The people who run the community hear of it; a date to come is tried again, as rights come back."""
        circle = await self.read(circles.get, gathering.circle)
        if circle is None or gathering.state != "planned" or gathering.starts <= now + MUCH_LATER:
            return None
        await self.write(troubles.met, circle.community, Trouble(troubles.EVENTS, circle.platform, ""), now)
        return now + MUCH_LATER

    async def _show(self, showing: Showing, now: datetime) -> str | None:
        gathering = showing.gathering
        circle = await self.read(circles.get, gathering.circle)
        place = await self._place(circle) if circle else None
        if circle is None or place is None or circle.kind == kinds.NOTICE:
            return showing.shown
        adapter = self.core.adapters[place.platform]
        if gathering.state == "planned" and circle.state == "published":
            if gathering.starts <= now:
                return showing.shown
            shown = await adapter.show_event(place, await self._event(circle, gathering), showing.shown)
            await works(self, circle.community, troubles.EVENTS, place.platform, now)
            return shown
        await adapter.hide_event(place, entries.uid(self, gathering), showing.shown)
        return None

    async def _event(self, circle: Circle, gathering: Gathering) -> Event:
        sheet = await wording.sheet(self, circle)
        about = links.whole(sheet.about)
        said = Text("\n").join(text for text in (about, wording.hosts_line(sheet)) if text)
        title, spot = Text("{title}").format(title=sheet.title), Text("{spot}").format(spot=sheet.spot)
        return Event(entries.uid(self, gathering), title, gathering.starts, gathering.ends, spot, said)

    async def _place(self, circle: Circle) -> Place | None:
        places = await self.read(members.places, circle.community)
        known = (
            place for place in places if place.platform == circle.platform and place.platform in self.core.adapters
        )
        return next(known, None)
