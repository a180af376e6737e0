"""What rests after the bot was taken out of a place or somebody was away, and the one tap that lets it go on."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.clocks.times import friendly_instant
from bot.cog import KeepsNothing, action, message
from bot.context import Context, Delivery, Reader
from bot.messages import Message, Text
from bot.registry import Setting
from bot.words.i18n import _
from bot.words.resting import GO_ON
from storage.members import departures, resting


class Rests(KeepsNothing):  # it stands with the person and their memberships: see bot/asking/resting.py
    """For a week nothing is lost; what reaches another person asks first."""

    @action(GO_ON, rides=True)
    async def go_on(self, context: Context, value: str) -> Text:
        if await self.write(resting.go_on, context.me, context.now):
            return _("It goes on: what reaches another person, too.")
        return _("Nothing waits for that.")

    async def settings(self, context: Context) -> Sequence[Setting]:
        if not await self.read(resting.waiting, context.me):
            return ()
        return (Setting(_("Go on"), _("waits"), GO_ON),)

    @message(departures.TOLD)
    async def removed(self, delivery: Delivery, reader: Reader) -> Message | None:
        """The bot itself was taken out: nothing more happens there, and nobody would know why."""
        found = await self.read(departures.left, reader.me, int(delivery.args["community"]))
        if found is None:
            return None
        name, at = found
        said = _(
            "I was taken out of {community}. What you had there through me rests until {until}, and goes on if I'm back"
            " by then: buddies, circles, requests and roles. `forget-me` deletes it now."
        )
        until = friendly_instant(at + resting.RESTS, reader.now, ZoneInfo(reader.zone))
        return Message(said.format(community=name, until=until))
