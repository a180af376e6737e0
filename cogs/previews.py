"""Plain previews: messages start with "Something from Kith" and a `Show`, so that a lock screen tells nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.asking import doors
from bot.cog import Cog, action
from bot.context import Context, Reader
from bot.messages import Button, Community, Message, Person
from bot.registry import Setting, Work, nothing_to_forget
from bot.words.i18n import _
from bot.words.previews import SHOW
from storage.delivery import previews
from storage.members import members


class Previews(Cog):
    """A switch, offered where what comes may be nobody else's to read, and what its `Show` shows."""

    @action(doors.PREVIEWS)
    async def open(self, context: Context, value: str) -> Message:
        is_on = await self.read(previews.is_plain, context.me)
        said = _("My messages can start with “Something from Kith” and a `Show`, so that a lock screen tells nothing.")
        state = _("They do now.") if is_on else _("Right now they show their words.")
        label = _("Switch it off") if is_on else _("Switch it on")
        return Message(said + " " + state, (Button(label, "previews.switch", "off" if is_on else "on"),))

    @action("previews.switch")
    async def switch(self, context: Context, value: str) -> Message:
        await self.write(previews.switch, context.me, on=value == "on")
        return await self.open(context, "")

    @action(SHOW, rides=True)
    async def show(self, context: Context, value: str) -> Message:
        """What stands behind it, as it is now: what is no longer so is not said any more."""
        found = await self.read(previews.told, context.delivery) if context.delivery is not None else []
        profile = await self.read(members.profile, context.me)
        reader = Reader(context.member, context.me, context.now, profile.zone, profile.locale)
        said = []
        for row in found:
            kind = self.core.registry.kinds.get(row.kind)
            message = await kind.render(row, reader) if kind else None
            if message is not None:
                said.append(message.on(f"d{row.id}"))
        if not said:
            return Message(_("That is over by now, or longer ago than a day."), doors.help_now(self.core.registry))
        return self.in_one(said)

    async def settings(self, context: Context) -> Sequence[Setting]:
        state = _("on") if await self.read(previews.is_plain, context.me) else _("off")
        return (Setting(_("Plain previews"), state, doors.PREVIEWS, group="switch"),)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: previews.export(connection, person)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return (lambda connection: previews.forget(connection, person)) if community is None else nothing_to_forget
