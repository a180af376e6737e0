"""Pause and leave: nothing is sent until a date or until the member says so; or a community is left for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.clocks.times import dated_instant
from bot.cog import KeepsNothing, action, command, job
from bot.context import Context
from bot.incoming.parameters import Until
from bot.messages import Button, Field, Form, Message, Text
from bot.registry import Follow
from bot.words.i18n import _
from storage.members import members


class Pause(KeepsNothing):  # the pause stands with the person: see Onboarding
    """While paused, everything the bot would send by itself is left out. What is kept stays as it is."""

    @command("pause")
    async def pause(self, context: Context, until: Until | None = None) -> Text:
        """Pause everything, until a time you name or until you say `start`."""
        told = [said for cog in self.core.registry.cogs if (said := await cog.hears_of_pause(context.me)) is not None]
        await self.write(members.pause, context.me, context.now, until)
        hears = Text(" ").join(told) if told else _("Nobody is told.")
        if until is None:
            return _("Paused. Nothing comes from me until you say `start`.") + " " + hears
        when = dated_instant(until, context.now, await self.zone_of(context))
        said = _("Paused until {when}. `start` ends it sooner.").format(when=when)
        return said + " " + hears

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
        until = Field("until", _("Until when?"), Until, note=_("Say monday, 3 march or a week."))
        return Form(_("Pause"), (until,), "pause.until")

    @action("pause.until")
    async def until(self, context: Context, value: str, until: Until) -> Text:
        return await self.pause(context, until)

    @job(every="tick")
    async def end(self, now: datetime) -> None:
        await self.write(members.end_pauses, now)

    def by_the_clock(self) -> Sequence[Follow]:
        return (members.follow,)

    # -- leaving a community ------------------------------------------------------------------------------------------

    @command("leave", community=True)
    async def leave(self, context: Context) -> Message:
        """Leave what this community has here: your buddy, your circles, your roles."""
        asked = _(
            "Leave what {community} has here? Nothing is done yet. Once you leave, pairs end with no reason given, your"
            " seats are freed, and what you asked for there is closed. If it is your last community, everything you"
            " said yes to is withdrawn too."
        )
        return Message(
            asked.format(community=context.here.name),
            (
                Button(_("Yes, leave"), "leave.now", str(context.here.id), style="danger"),
                Button(_("Stay"), "leave.stay"),
            ),
        )

    @action("leave.now", once=True)
    async def leave_now(self, context: Context, value: str) -> Text:
        known = await self.read(members.communities, context.me)
        left = next((community for community in known if str(community.id) == value), None)
        if left is None:
            return _("You have left already.")
        await self.core.leaving.leave(context.me, left, context.now)
        return _(
            "Done. You have left what {community} has here. The rest I keep for 30 days, in case you come back;"
            " `forget-me` deletes it now."
        ).format(community=left.name)

    @action("leave.stay")
    async def stay(self, context: Context, value: str) -> Text:
        return _("Everything stays as it was.")
