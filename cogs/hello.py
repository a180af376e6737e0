"""Who may say hello first: a standing yes, one name to one willing person at a time, and no list anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.asking import consenting
from bot.cog import Cog, action, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import SMALL, Button, Community, Message, Person, Text, who
from bot.registry import Ask, Setting, Work
from bot.words.i18n import N_, _, say
from cogs.company.around import account_of, routing, settle
from storage.company import hello
from storage.members import consents

ASK = "hello"
BATCH = 100
LABELS = {"helpers": N_("Helpers"), "circles": N_("Circle members")}


class Hello(Cog):
    """For those who want to be greeted, and those who say hello. At most once a week, and a no is told to nobody."""

    @action("hello.open", stateless=True)
    async def open(self, context: Context, value: str) -> Message:
        context, question = await settle(self, context, "hello.open", value)
        if question is not None:
            return question
        here = str(context.here.id)
        return await self.core.consenting.question(context, ASK, here) or await self.agreed(context, here)

    @action("hello.agreed")
    async def agreed(self, context: Context, value: str) -> Message:
        """The yes is there: from helpers to begin with, as everybody has these."""
        context, question = await settle(self, context, "hello.open", value)
        if question is not None:
            return question
        if not await self.read(hello.wished, context.me, context.here):
            await self.write(hello.wish, context.me, context.here, frozenset({"helpers"}), context.now)
        return await self._screen(context)

    async def _screen(self, context: Context) -> Message:
        wished = await self.read(hello.wished, context.me, context.here)
        near = await self._near(context)
        buttons = []
        for audience in hello.AUDIENCES:
            if audience in wished or audience == "helpers" or near:
                state = _("on") if audience in wished else _("off")
                name = say(LABELS[audience])
                label = Text("{name}: {state}").format(name=name, state=state)
                buttons.append(Button(label, "hello.toggle", f"{context.here.id} {audience}"))
        from_ = Text(", ").join(say(LABELS[one]) for one in sorted(wished)) or _("nobody")
        said = _("You may be greeted: at most once a week, from: {whom}.").format(whom=from_)
        return Message(said, tuple(buttons))

    async def _near(self, context: Context) -> bool:
        around = await self.read(routing(self.core.registry).near, context.me, context.here)
        return bool(around.get("circles"))

    @action("hello.toggle")
    async def toggle(self, context: Context, value: str) -> Message:
        community, _space, audience = value.partition(" ")
        context, question = await settle(self, context, "hello.open", community)
        if question is not None:
            return question
        if audience not in hello.AUDIENCES:
            raise UserError(_("That button has expired. `settings` shows what there is."))
        wished = await self.read(hello.wished, context.me, context.here)
        await self.write(hello.wish, context.me, context.here, wished ^ {audience}, context.now)
        return await self._screen(context)

    def asks(self) -> tuple[Ask, ...]:
        return (Ask(ASK, (*consenting.CORE, hello.HELLO), self._consent_words, "hello.agreed", adult=True),)

    def _consent_words(self, _value: str) -> Text:
        return _(
            "You may say hello to me: at most once a week, from helpers, or circle members if you switch them on. I"
            " give your name to one of them at a time, and there is no list."
        ) + (" " + Text(SMALL) + self.core_words())

    async def settings(self, context: Context) -> Sequence[Setting]:
        if hello.HELLO not in await self.read(consents.given, context.me):
            return ()
        return (Setting(_("Who may say hello"), _("see or change"), "hello.open"),)

    # -- one name to one person ---------------------------------------------------------------------------------------

    @job(every="tick")
    async def offer_due(self, now: datetime) -> bool:
        return await self.write(hello.offer_due, now, routing(self.core.registry), BATCH)

    @message(hello.OFFER, actions=("hello.say", "hello.decline"), late="expires", stands=hello.OPEN)
    async def offer(self, delivery: Delivery, reader: Reader) -> Message | None:
        offer = await self.read(hello.get, int(delivery.args["row"]))
        name = await account_of(self, offer.person, reader.member) if offer else None
        if offer is None or name is None or offer.answer is not None:
            return None
        said = _("{who} welcomes a hello this week. They see your name if you send one, and nobody else does.").format(
            who=who(name)
        )
        if not await self.read(hello.declined_before, offer):
            said = said + " " + _("People usually appreciate a hello more than we expect.")
        row = str(offer.id)
        return Message(said, (Button(_("Say hello"), "hello.say", row), Button(_("Not now"), "hello.decline", row)))

    @action("hello.say")
    async def say(self, context: Context, value: str) -> Text:
        if not await self.write(hello.say, context.me, int(value), context.now):
            return _("That one is over.")
        sent = await self._sent(context, value, hello.SAID, _("Sent: your name, and that you say hello."))
        return sent + " " + _("You can write more yourself, or leave it at that.")

    @action("hello.decline")
    async def decline(self, context: Context, value: str) -> Text:
        await self.write(hello.decline, context.me, int(value))
        return _("That's fine. Nobody is told.")

    @message(hello.SAID, actions=("hello.back",), late="expires", stands=hello.OPEN)
    async def said(self, delivery: Delivery, reader: Reader) -> Message | None:
        name = await account_of(self, Person(int(delivery.args["about"])), reader.member)
        if name is None:
            return None
        words = _("{who} says hello, as you allowed. No answer needed.").format(who=who(name))
        return Message(words, (Button(_("Say hello back"), "hello.back", str(delivery.args["row"])),))

    @action("hello.back")
    async def back(self, context: Context, value: str) -> Text:
        if not await self.write(hello.say_back, context.me, int(value), context.now):
            return _("That one is over.")
        return await self._sent(context, value, hello.BACK, _("Sent."))

    async def _sent(self, context: Context, value: str, kind: str, sent: Text) -> Text:
        offer = await self.read(hello.get, int(value))
        to = [offer.person if kind == hello.SAID else offer.to] if offer else []
        return await self.passed_on(context, to, kind, sent)

    @message(hello.BACK, late="expires")
    async def came_back(self, delivery: Delivery, reader: Reader) -> Message | None:
        name = await account_of(self, Person(int(delivery.args["about"])), reader.member)
        return Message(_("{who} says hello back.").format(who=who(name))) if name else None

    # -- what is kept -------------------------------------------------------------------------------------------------

    @job(every="hour", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(hello.sweep, now)

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        return lambda connection: hello.stop(connection, person) if purpose == hello.HELLO else None

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: hello.export(connection, person)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return lambda connection: hello.forget(connection, person, community)
