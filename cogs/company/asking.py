"""Asking for company: in two steps, with the words and the viewers shown before anybody else sees them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.asking import consenting
from bot.asking.doors import COMPANY, HELP_NOW
from bot.clocks.times import friendly_instant
from bot.cog import Cog, action, command, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import STATELESS, Button, Community, Message, Person, Text, who
from bot.registry import Ask, Measure, Stand, Work
from bot.words.i18n import N_, _
from cogs.company import wording
from cogs.company.around import Wished, account_of, audiences, in_hours, note_of, routing, settle, waiting
from cogs.company.drafting import draft, preview, with_words
from storage.buddies import asking
from storage.company import company, helping, kept
from storage.company.company import Request
from storage.moderation import holds

BATCH = 200


class Company(Cog):
    """For the one who asks. Nobody sees a name before both said yes, and every request is closed with a word."""

    # -- the first step: what would be asked, and of whom --------------------------------------------------------------

    @command("company", anyone=True)
    async def open(self, context: Context) -> Message:
        """Ask for company now: a chat, a call, quiet company or a practical hand."""
        return await self.ask(context, "")

    @action("company.ask", stateless=True)
    async def ask(self, context: Context, value: str) -> Message:
        wish = Wished.read(value)
        context, question = await settle(self, context, COMPANY, wish.community, str(wish._replace(community="")))
        if question is not None:
            return question
        if context.person is not None:
            if (open_now := await self.read(company.current, context.person)) is not None:
                return await self._status(context, open_now)
            await self._allowed(context)
        if not in_hours(await audiences(self, context), context.now):
            return _nobody_there(context.here)
        here = str(wish._replace(community=str(context.here.id)))
        return await self.core.consenting.question(context, ASK, here) or await self.begin(context, here)

    @action("company.begin")
    async def begin(self, context: Context, value: str) -> Message:
        """Both yeses are there: a draft, as most people would want it."""
        wish = Wished.read(value)
        context, question = await settle(self, context, COMPANY, wish.community, str(wish._replace(community="")))
        if question is not None:
            return question
        await self._allowed(context)
        there = in_hours(await audiences(self, context), context.now)
        if not there:
            return _nobody_there(context.here)
        viewers = frozenset({"helpers"} if "helpers" in there else there)
        row = await self.write(company.draft, context.me, context.here, viewers, context.now, wish.kind)
        return await preview(self, context, row, waiting(self, context, wish.mark))

    async def stands(self, context: Context) -> Sequence[Stand]:
        request = await self.read(company.current, context.me)
        return [Stand(_("Company: I'm asking around for you."))] if request else []

    def asks(self) -> Iterable[Ask]:
        purposes = (*consenting.CORE, helping.COMPANY)
        return (
            Ask(ASK, purposes, self._consent_words, "company.begin", adult=True),
            Ask("company-tell", purposes, self._consent_words, "company.wish", adult=True),
        )

    def _consent_words(self, _value: str) -> Text:
        return self.core_words(
            _(
                "I'd be messaging you first about your company requests, and when your buddy or somebody in your"
                " circles asks for company. Your name is shown only after you both say yes."
            )
        )

    async def _allowed(self, context: Context) -> None:
        """Raises UserError where nobody may be introduced to this person now."""
        obstacle = await self.read(holds.obstacle, context.here, context.me, context.now)
        if obstacle == "new":
            raise UserError(_("People here are introduced once they have been here for some days. `help now` works."))
        if obstacle == "held" and not await self.read(holds.is_known, context.here, context.me):
            raise UserError(_("Nobody can be asked right now. `help now` works."))
        if obstacle is not None:
            raise UserError(
                _(
                    "Introductions are paused for you by the people who run this community. You can ask them:"
                    " `ask-mods`."
                )
            )

    # -- the second step, and what follows -----------------------------------------------------------------------------

    @action("company.send", expensive=True)
    async def send(self, context: Context, value: str) -> Message:
        row = await with_words(self, context, value)
        there, _request = await draft(self, context, row)
        await self._allowed(there)
        opened = await self.write(company.send, context.me, row, context.now)
        if opened is None:
            raise UserError(_("You have asked already. `company` shows how it stands."))
        asked = _("Asked, a few at a time. I'll tell you when someone can, and it closes {when}.")
        return Message(asked.format(when=await self._when(context, opened)), _while_open(opened))

    async def _status(self, context: Context, request: Request) -> Message:
        said = _("Your request is open: {terms} It closes {when}.").format(
            terms=wording.terms(request.kind, request.hours, note_of(self, request)),
            when=await self._when(context, request),
        )
        return Message(said, _while_open(request))

    async def _when(self, context: Context, request: Request) -> str:
        assert request.closes is not None
        return friendly_instant(request.closes, context.now, await self.zone_of(context))

    @action("company.close")
    async def close(self, context: Context, value: str) -> Text:
        request = await self.read(company.get, int(value))
        if request is None or request.person != context.me or request.state != "open":
            return _("It is closed already.")
        await self.write(company.close, request, "withdrawn", context.now, told=True)
        return _("Closed. Whoever said they can hears that it is over, and nothing else.")

    @message(company.SOMEONE, actions=("company.yes", "company.no"), late="expires")
    async def someone(self, delivery: Delivery, reader: Reader) -> Message | None:
        claim, request = await self.read(company.claim, int(delivery.args["ask"]))
        if claim is None or request is None or claim.state != "can" or request.state != "open":
            return None
        said = wording.can(request.kind) + " " + _("They're not on your list of people to avoid.")
        return Message(
            said,
            (
                Button(_("Yes"), "company.yes", str(claim.id), style="primary"),
                Button(_("Not today"), "company.no", str(claim.id)),
                Button(_("Help now"), HELP_NOW, row=STATELESS),
            ),
        )

    @action("company.yes")
    async def yes(self, context: Context, value: str) -> Message:
        other = await self.write(company.accept, context.me, int(value), context.now)
        name = await account_of(self, other, context.member) if other is not None else None
        if name is None:
            return Message(_("That offer is over. `company` shows how your request stands."))
        said = _("It's {who}. They have your name too, so either of you can write first. I'll ask later how it went.")
        return Message(said.format(who=who(name)), (Button(_("Help now"), HELP_NOW),))

    @action("company.no")
    async def not_today(self, context: Context, value: str) -> Text:
        claim, request = await self.read(company.claim, int(value))
        if claim is None or request is None or request.person != context.me or request.state != "open":
            return _("It is closed already.")
        await self.write(company.close, request, "not today", context.now, told=True)
        return _("That's fine, your request is closed. They hear that it is over, and nothing else.")

    # -- time, and what is kept ----------------------------------------------------------------------------------------

    @job(every="tick")
    async def look(self, now: datetime) -> bool:
        await self.write(asking.heed_pauses, now)
        return await self.write(asking.look, now, routing(self.core.registry), BATCH)

    @job(every="hour", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(kept.sweep, now)

    async def open_doors(self, context: Context) -> frozenset[str]:
        """Company is a door while somebody has hours, in any community of theirs."""
        for community in await self.core.permissions.around(context):
            if in_hours(await audiences(self, replace(context, community=community)), context.now):
                return frozenset({COMPANY})
        return frozenset()

    def measures(self) -> Iterable[Measure]:
        return MEASURES

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        return lambda connection: (
            company.withdraw(connection, person, self.core.now()) if purpose == helping.COMPANY else None
        )

    def separate(self, one: Person, other: Person) -> Work[None]:
        return lambda connection: asking.separate(connection, one, other, self.core.now())

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: kept.export(connection, person, lambda request: note_of(self, request) or "")

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return lambda connection: kept.forget(connection, person, community, self.core.now())


ASK = "company"


def _nobody_there(community: Community) -> Message:
    return Message(
        _("Nobody has helper hours right now. Shall I tell you when someone does?"),
        (
            Button(_("Yes"), "company.tell", str(community.id)),
            Button(_("No"), "onboarding.no"),
            Button(_("Help now"), HELP_NOW),
        ),
    )


def _while_open(request: Request) -> tuple[Button, ...]:
    return (Button(_("Close it"), "company.close", str(request.id)), Button(_("Help now"), HELP_NOW))


def _measured(part: int, whole: int) -> Text:
    return _("Of about {whole} company requests in four weeks, about {part} found somebody.").format(
        whole=whole, part=part
    )


def _load(share: int, whole: int) -> Text:
    words = _('Of about {whole} helpers, the busiest tenth said about {share} of every 100 "I can" in four weeks.')
    return words.format(share=share, whole=whole)


MEASURES = (
    Measure(N_("company"), kept.answered, _measured),
    Measure(N_("load"), helping.shared, _load, percent=True),
)
