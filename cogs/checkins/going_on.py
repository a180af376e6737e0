"""Going on with check-ins, less often or not at all; and the member's own month."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.asking.doors import HELP_NOW
from bot.clocks.times import friendly_date, friendly_instant, local_day
from bot.cog import Core, KeepsNothing, action, command
from bot.context import Context, Delivery
from bot.messages import Button, Message, Person, Text
from bot.words.i18n import _
from storage.checkins import checkins, dials
from storage.members import in_touch
from storage.quiet import quiet

MONTH = timedelta(days=31)

UNANSWERED = 7
"""After so many without an answer the member is asked whether to go on, unless a quiet alert looks after that."""


class GoingOn(KeepsNothing):  # stands with CheckIns
    """What follows where nobody answers, and which days there was contact on. A day without it is shown nowhere."""

    @action("checkins.go_on")
    async def go_on(self, context: Context, value: str) -> Text:
        await self.write(in_touch.record, context.me, context.now)
        return _("Noted. Nothing changes. {next}").format(next=await self._next(context))

    @action("checkins.less")
    async def less(self, context: Context, value: str) -> Text:
        await self.write(in_touch.record, context.me, context.now)
        found = await self.read(checkins.week_of, context.me)
        if found is not None:
            week, _due = found
            weekly = week.once_a_week(local_day(context.now, week.zone).weekday())
            await self.write(checkins.enable, context.me, weekly, context.now)
        return _("Noted: once a week. {next} `checkin change` sets another day.").format(next=await self._next(context))

    async def _next(self, context: Context) -> Text:
        found = await self.read(checkins.week_of, context.me)
        if found is None:
            return _("`start` brings your check-ins back.")
        if await self.core.resting.rests(context.me):
            return _("They rest now.")
        week, due = found
        return _("The next one comes {when}.").format(when=friendly_instant(due, context.now, week.zone))

    @command("checkin month")
    async def month(self, context: Context) -> Text:
        """The days of the last month on which you were in touch. Nobody else sees them."""
        zone = await self.zone_of(context)
        days = await self.read(in_touch.days, context.me, zone, context.now - MONTH)
        if not days:
            return _("No day is noted yet. Only you can see this.")
        today = local_day(context.now, zone)
        shown = "\n".join(friendly_date(day, today) for day in days)
        return (
            _("You were in touch with me on these days. Only you can see this.")
            + "\n"
            + Text("{days}").format(days=shown)
        )

    async def has_already(self, context: Context) -> frozenset[str]:
        has = context.person is not None and await self.read(checkins.week_of, context.person) is not None
        return frozenset({"checkins.offer"}) if has else frozenset()


async def with_what_rides_along(core: Core, context: Context, said: Message) -> Message:
    """One question of another feature may come with the answer, where nothing else was opened by it."""
    for cog in core.registry.cogs:
        beside = await cog.rides_along(context)
        if beside is not None:
            return Message(said.text + "\n\n" + beside.text, (*said.buttons, *beside.buttons))
    return said


def whether_to_go_on() -> Message:
    return Message(
        _("Keep, less often, or stop? If I hear nothing I'll pause."),
        (
            Button(_("Keep"), "checkins.go_on"),
            Button(_("Less often"), "checkins.less"),
            Button(_("Stop"), "checkins.stop"),
            Button(_("Help now"), HELP_NOW),
        ),
    )


def thin(connection: Connection, delivery: Delivery, person: Person, now: datetime) -> str | None:
    """Instead of an eighth check-in without an answer: first the ``question`` whether to go on, after that ``rest``."""
    if in_touch.unanswered(connection, person, now) < UNANSWERED or quiet.is_on(connection, person):
        return None
    asked = dials.get(connection, person).questioned
    if asked is None or in_touch.since(connection, person, asked):
        dials.set_questioned(connection, person, delivery.due)
        return "question"
    if asked == delivery.due:
        return "question"  # the same message once more, as it may not have arrived
    checkins.rest(connection, person, now)
    return "rest"
