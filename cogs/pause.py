"""Pause: nothing is sent until a date, or until the member says so. It tells nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.cog import Cog, Work, action, command, job, nothing_kept, nothing_to_forget
from bot.context import Context
from bot.i18n import _
from bot.messages import Button, Community, Field, Form, Message, Person, Text
from bot.times import friendly_instant
from storage import members


class Pause(Cog):
    """Everything the bot would send by itself waits. What is kept stays as it is."""

    @command("pause")
    async def pause(self, context: Context, until: datetime | None = None) -> Text:
        """Pause everything, until a time you name or until you say `start`."""
        await self.write(members.pause, context.me, context.now, until)
        if until is None:
            return _("Paused. Nothing comes from me until you say `start`. Nobody is told.")
        zone = ZoneInfo((await self.read(members.profile, context.me)).zone)
        return _("Paused until {when}. `start` ends it sooner. Nobody is told.").format(
            when=friendly_instant(until, context.now, zone)
        )

    @action("pause.open")
    async def open(self, context: Context, value: str) -> Message:
        return Message(
            _("For how long?"),
            (
                Button(_("Until I say"), "pause.now"),
                Button(_("Until a day I name"), "pause.ask"),
            ),
        )

    @action("pause.now")
    async def now(self, context: Context, value: str) -> Text:
        return await self.pause(context)

    @action("pause.ask")
    async def ask(self, context: Context, value: str) -> Form:
        until = Field("until", _("Until when? Say monday 9am, or 3 march."), datetime)
        return Form(_("Pause"), (until,), "pause.until")

    @action("pause.until")
    async def until(self, context: Context, value: str, until: datetime) -> Text:
        return await self.pause(context, until)

    @job(every="tick")
    async def end(self, now: datetime) -> None:
        await self.write(members.end_pauses, now)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return nothing_kept  # the pause stands with the person: see Onboarding

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return nothing_to_forget
