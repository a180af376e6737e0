"""Asking for check-ins, changing when they come, and stopping them."""

from __future__ import annotations

from datetime import datetime, time
from sqlite3 import Connection
from zoneinfo import ZoneInfo

from bot.clocks.times import EVERY_DAY, Days, Schedule, Week
from bot.cog import KeepsNothing, action, command
from bot.context import Context
from bot.messages import Form, Message, Person, Text
from bot.registry import Ask, Reply
from bot.words.i18n import _
from cogs.checkins.schedules import ASK, code_of, enabled, form, schedule_of
from storage.checkins import checkins
from storage.members import consents, members

USUAL_TIME = time(19)


class StartingCheckIns(KeepsNothing):  # schedules stand with CheckIns
    """A private question at a time the member chose."""

    @command("checkin on", anyone=True)
    async def enable(
        self, context: Context, at: time | None = None, zone: ZoneInfo | None = None, days: Days = EVERY_DAY
    ) -> Message:
        """Get a check-in at this time on the days you choose."""
        if at is None and zone is None and days == EVERY_DAY and await self._has_one(context):
            return await self._shown(context)  # nothing was named, so nothing is changed
        schedule = Schedule(at or USUAL_TIME, zone or await self.zone_of(context), days)
        question = await self.core.consenting.question(context, ASK.name, code_of(schedule))
        return question or Message(await self.agreed(context, code_of(schedule)))

    @action("checkins.offer", stateless=True)
    async def offer(self, context: Context, value: str) -> Reply:
        return await self.enable(context)

    async def _has_one(self, context: Context) -> bool:
        return context.person is not None and await self.read(checkins.week_of, context.person) is not None

    async def _shown(self, context: Context) -> Message:
        shown = await self.core.registry.actions["checkins.change"].handler(context, "")
        assert isinstance(shown, Message)
        return shown

    @action("checkins.edit", stateless=True)
    async def edit(self, context: Context, value: str) -> Form:
        return form(schedule_of(value))

    @action("checkins.propose", stateless=True)
    async def proposed(
        self, context: Context, value: str, at: time, zone: ZoneInfo | None = None, days: Days = EVERY_DAY
    ) -> Message:
        return await self.enable(context, at, zone or schedule_of(value).zone, days)

    def asks(self) -> tuple[Ask, ...]:
        return (ASK,)

    @action("checkins.agreed")
    async def agreed(self, context: Context, value: str) -> Text:
        """The yes is written; now the schedule it was about."""
        week = Week.of(schedule_of(value))
        return enabled(week, await self.write(start, context.me, week, context.now), context.now)

    @command("checkin off")
    async def disable(self, context: Context) -> Text:
        """Stop your check-ins."""
        stopped = await self.write(_disable, context.me)
        return (
            _("No more check-ins. `checkin on` starts them again.") if stopped else _("You have no check-in to stop.")
        )

    @action("checkins.stop")
    async def stop(self, context: Context, value: str) -> Text:
        return await self.disable(context)


def start(connection: Connection, person: Person, week: Week, now: datetime) -> datetime:
    """Check in at these times from now on, in this zone. Returns when the first one comes."""
    members.set_zone(connection, person, week.zone.key)
    return checkins.enable(connection, person, week, now)


def _disable(connection: Connection, person: Person) -> bool:
    consents.withdraw(connection, person, checkins.PURPOSE)
    return checkins.disable(connection, person)
