"""The open check-in post: once a day at most, silent, in a channel moderators chose. Members answer privately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.clocks.times import Schedule, friendly_instant, friendly_time
from bot.cog import KeepsNothing, action, command, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Channel, Message, Text
from bot.registry import Follow, Work
from bot.words.i18n import _
from cogs.moderation import desk
from storage.checkins import posts
from storage.moderation import troubles


class OpenCheckIn(KeepsNothing):
    """An option of moderators, off at first. Whoever presses is answered where only they can read."""

    @command("kith-mod checkin", anyone=True, moderators=True)
    async def choose(self, context: Context, at: time | None = None, zone: ZoneInfo | None = None) -> Message:
        """Put an open check-in here once a day, at the time you say, or see where it is."""
        if at is None:
            return await desk.first_yes(self, context, "kith-mod checkin") or await self._shown(context)
        if context.direct:
            raise UserError(_("Say that in the channel where the post belongs. It goes there."))
        schedule = Schedule(at, zone or ZoneInfo(self.core.settings.zone))
        first = await desk.act(
            self, context, "checkins.post", posts.set_post, context.here, context.channel, schedule, context.now
        )
        said = _("An open check-in comes here {when}, then once a day, silently. `kith-mod checkin` stops it.")
        return Message(said.format(when=friendly_instant(first, context.now, schedule.zone)))

    async def _shown(self, context: Context) -> Message:
        post = await self.read(posts.get, context.here)
        if post is None:
            return Message(_("There is no open check-in. Say `kith-mod checkin 10:00` in the channel for it."))
        at, zone = friendly_time(post.schedule.at), post.schedule.zone
        if await self.read(troubles.is_silent, context.here, post.channel):
            said = _("The open check-in is set for {time}. The last ones did not get through.").format(time=at)
            said = said + "\n" + _("Look whether I may write in its channel; then they come again.")
        else:
            said = _("The open check-in comes at {time}. The next one: {when}.").format(
                time=at, when=friendly_instant(post.due, context.now, zone)
            )
        return Message(said, (Button(_("Stop it"), "checkins.no_post", style="danger"),))

    @action("checkins.no_post", moderators=True)
    async def stop(self, context: Context, value: str) -> Text:
        await desk.act(self, context, "checkins.no_post", posts.remove, context.here)
        return _("No more open check-ins.")

    @job(every="tick")
    async def plan_due(self, now: datetime) -> None:
        await self.write(posts.plan_due, now)

    def by_the_clock(self) -> Sequence[Follow]:
        return (posts.follow,)

    @message(posts.POST, actions=("checkins.open",), unsure="skip", late="expires")
    async def post(self, delivery: Delivery, reader: Reader) -> Message:
        text = _("How are you today? Answer me privately, or let it pass.")
        return Message(text, (Button(_("Answer privately"), "checkins.open"),), private=False)

    @action("checkins.open", anyone=True)
    async def open(self, context: Context, value: str) -> Message:
        """A question of one's own, privately; somebody nothing is kept about is offered a check-in first."""
        if context.person is None:
            reply = await self.core.registry.actions["checkins.offer"].handler(context, "")
        else:
            reply = await self.core.registry.commands["checkin now"].handler(context)
        assert isinstance(reply, Message)
        return reply

    def channel_gone(self, channel: Channel) -> Work[None]:
        return lambda connection: posts.gone(connection, channel)
