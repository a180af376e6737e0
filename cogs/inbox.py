"""The inbox: what could not be delivered to a member, read when they like, one message at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from bot.clocks.times import friendly_instant
from bot.cog import Cog, action, command
from bot.context import Context, Delivery, Reader
from bot.messages import Button, Community, Message, Person, Text
from bot.registry import Work
from bot.words.i18n import _
from storage.delivery import inbox
from storage.members import members


class Inbox(Cog):
    """Messages a platform would not hand over. They are rendered anew when they are read."""

    @command("inbox")
    async def inbox(self, context: Context) -> Message:
        """Read what I couldn't deliver to you."""
        await self.write(inbox.tell, context.me, context.now)
        profile = await self.read(members.profile, context.me)
        reader = Reader(context.member, context.me, context.now, profile.zone, profile.locale)
        waiting = await self.read(inbox.waiting, context.me, context.now)
        while waiting:
            said = await self._render(waiting[0], reader)
            if said is not None:
                return self._shown(said, waiting, reader)
            await self.write(inbox.read, context.me, waiting.pop(0).id, context.now)
        return Message(_("Nothing waits for you here."))

    @action("inbox.show")
    async def show(self, context: Context, value: str) -> Message:
        return await self.inbox(context)

    @action("inbox.next")
    async def next(self, context: Context, value: str) -> Message:
        """The one that was shown has been read; it is kept until then, in case the answer itself was lost."""
        await self.write(inbox.read, context.me, int(value), context.now)
        return await self.inbox(context)

    async def _render(self, delivery: Delivery, reader: Reader) -> Message | None:
        kind = self.core.registry.kinds.get(delivery.kind)
        said = await kind.render(delivery, reader) if kind else None
        return said.on(f"d{delivery.id}") if said else None

    def _shown(self, said: Message, waiting: list[Delivery], reader: Reader) -> Message:
        first = waiting[0]
        when = friendly_instant(first.due, reader.now, ZoneInfo(reader.zone))
        head = _("This was for you {when}:").format(when=when)
        label = _("Next") if len(waiting) > 1 else _("I've read it")
        after = Button(label, "inbox.next", str(first.id))
        return replace(said, text=Text("\n\n").join([head, said.text]), buttons=(*said.buttons, after), private=True)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: inbox.export(connection, person)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return lambda connection: inbox.forget(connection, person, community)
