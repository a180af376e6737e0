"""Asking for company: in two steps, with the words and the viewers shown before anybody else sees them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.asking import consenting
from bot.asking.doors import COMPANY, HELP_NOW
from bot.clocks.times import friendly_instant
from bot.cog import Cog, action, command, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import STATELESS, Button, Community, Field, Form, Message, Person, Text, who
from bot.registry import Ask, Measure, Work
from bot.words.i18n import _
from cogs.company import wording
from cogs.company.around import account_of, audiences, in_hours, note_of, routing, settle
from cogs.company.hours import hours_of
from storage.buddies import asking
from storage.company import company, helping, kept
from storage.company.company import Request
from storage.members import members
from storage.moderation import holds

NOTE_LENGTH = 140
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
        context, question = await settle(self, context, COMPANY, value)
        if question is not None:
            return question
        assert context.community is not None
        if context.person is not None:
            if (open_now := await self.read(company.current, context.person)) is not None:
                return await self._status(context, open_now)
            await self._allowed(context)
        if not in_hours(await audiences(self, context), context.now):
            return _nobody_there(context.community)
        here = str(context.community.id)
        return await self.core.consenting.question(context, ASK, here) or await self.begin(context, here)

    @action("company.begin")
    async def begin(self, context: Context, value: str) -> Message:
        """Both yeses are there: a draft, as most people would want it."""
        context, question = await settle(self, context, COMPANY, value)
        if question is not None:
            return question
        assert context.community is not None
        await self._allowed(context)
        there = in_hours(await audiences(self, context), context.now)
        if not there:
            return _nobody_there(context.community)
        viewers = frozenset({"helpers"} if "helpers" in there else there)
        row = await self.write(company.draft, context.me, context.community, viewers, context.now)
        return await self._preview(context, row)

    def asks(self) -> Iterable[Ask]:
        purposes = (*consenting.CORE, helping.COMPANY)
        return (
            Ask(ASK, purposes, self._consent_words, "company.begin", adult=True),
            Ask("company-tell", purposes, self._consent_words, "company.wish", adult=True),
        )

    def _consent_words(self, _value: str) -> Text:
        return (
            consenting.core_words(self.core.settings.host)
            + " "
            + _(
                "I'd be messaging you first about your company requests, and when your buddy or somebody in your"
                " circles asks for company. Your name is shown only after you both say yes."
            )
        )

    async def _allowed(self, context: Context) -> None:
        """Raises UserError where nobody may be introduced to this person now."""
        assert context.community is not None
        obstacle = await self.read(holds.obstacle, context.community, context.me, context.now)
        if obstacle == "new":
            raise UserError(_("People here are introduced once they have been here for some days. `help now` works."))
        if obstacle is not None:
            raise UserError(
                _(
                    "Introductions are paused for you by the people who run this community. You can ask them:"
                    " `ask-mods`."
                )
            )

    # -- looking at it, and changing it in one tap ---------------------------------------------------------------------

    async def _draft(self, context: Context, row: int) -> tuple[Context, Request]:
        request = await self.read(company.get, row)
        if request is None or request.person != context.me or request.state != "draft":
            raise UserError(_("That request has been sent or let go. `company` begins another."))
        return replace(context, community=request.community), request

    async def _preview(self, context: Context, row: int) -> Message:
        """Who would see it, and the words they would see."""
        context, request = await self._draft(context, row)
        return Message(
            await self._proposal(context, request),
            (
                Button(_("Ask"), "company.send", str(row), style="primary"),
                Button(_("Change"), "company.change", str(row)),
                Button(_("Not now"), "company.drop", str(row)),
            ),
        )

    async def _proposal(self, context: Context, request: Request) -> Text:
        every = await audiences(self, context)
        there = in_hours(every, context.now)
        viewers = {audience: n for audience, n in there.items() if audience in request.viewers}
        terms = wording.terms(request.kind, request.hours, note_of(self.core.keyring, request))
        if not viewers:
            return _("Nobody of those you chose is there right now.") + " " + terms
        said = _("Ask {viewers} now? {terms}").format(viewers=wording.counted(viewers), terms=terms)
        closes = context.now + timedelta(hours=request.hours)
        later = (one for audience in request.viewers for one in every.get(audience, []))
        if any(hours_of(one).begin_before(context.now, closes) for one in later):
            said = said + " " + _("Those whose hours begin in that time may see it too.")
        return said

    @action("company.change")
    async def change(self, context: Context, value: str) -> Message:
        row = int(value)
        context, request = await self._draft(context, row)
        there = await audiences(self, context)
        following = _after(wording.HOURS, request.hours)
        kind = _after(tuple(wording.KINDS), request.kind)
        buttons = [
            Button(_("For: {kind}").format(kind=wording.kind(request.kind)), "company.set", f"{row} kind {kind}"),
            Button(_("Open: {n} hours").format(n=request.hours), "company.set", f"{row} hours {following}"),
            Button(_("Note: none") if request.note is None else _("Note: yours"), "company.note", value),
        ]
        if len(there) > 1:
            for audience in there:
                state = _("yes") if audience in request.viewers else _("no")
                label = Text("{audience}: {state}").format(audience=wording.audience(audience), state=state)
                buttons.append(Button(label, "company.set", f"{row} viewer {audience}"))
        buttons += [
            Button(_("Ask"), "company.send", value, style="primary"),
            Button(_("Not now"), "company.drop", value),
        ]
        return Message(await self._proposal(context, request), tuple(buttons))

    @action("company.set")
    async def set(self, context: Context, value: str) -> Message:
        row, what, chosen = value.split(" ")
        _context, request = await self._draft(context, int(row))
        if what == "kind" and chosen in wording.KINDS:
            await self.write(company.change, context.me, request.id, kind=chosen)  # type: ignore[arg-type]  # one of them
        elif what == "hours" and int(chosen) in wording.HOURS:
            await self.write(company.change, context.me, request.id, hours=int(chosen))
        elif what == "viewer" and chosen in helping.AUDIENCES:
            viewers = request.viewers ^ {chosen}
            await self.write(company.change, context.me, request.id, viewers=viewers or request.viewers)
        return await self.change(context, row)

    @action("company.note")
    async def note(self, context: Context, value: str) -> Form:
        field = Field("note", _("What may they know? `-` for nothing."), optional=True, limit=NOTE_LENGTH)
        return Form(_("Your note"), (field,), "company.noted", value)

    @action("company.noted")
    async def noted(self, context: Context, value: str, note: str = "") -> Message:
        if len(note) > NOTE_LENGTH:
            raise UserError(_("That is a bit long: {n} characters at most.").format(n=NOTE_LENGTH))
        row = int(value)
        sealed = self.core.keyring.encrypt(note, "company_requests", "note", row) if note.strip() else None
        await self.write(company.set_note, context.me, row, sealed)
        return await self._preview(context, row)

    @action("company.drop")
    async def drop(self, context: Context, value: str) -> Text:
        await self.write(company.drop, context.me, int(value))
        return _("That's fine. Nobody was asked.")

    # -- the second step, and what follows -----------------------------------------------------------------------------

    @action("company.send", expensive=True)
    async def send(self, context: Context, value: str) -> Message:
        _context, draft = await self._draft(context, int(value))
        await self._allowed(replace(context, community=draft.community))
        opened = await self.write(company.send, context.me, int(value), context.now)
        if opened is None:
            raise UserError(_("You have asked already. `company` shows how it stands."))
        asked = _("Asked, a few at a time. I'll tell you when someone can, and it closes {when}.")
        return Message(asked.format(when=await self._when(context, opened)), _while_open(opened))

    async def _status(self, context: Context, request: Request) -> Message:
        said = _("Your request is open: {terms} It closes {when}.").format(
            terms=wording.terms(request.kind, request.hours, note_of(self.core.keyring, request)),
            when=await self._when(context, request),
        )
        return Message(said, _while_open(request))

    async def _when(self, context: Context, request: Request) -> str:
        assert request.closes is not None
        zone = ZoneInfo((await self.read(members.profile, context.me)).zone)
        return friendly_instant(request.closes, context.now, zone)

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

    @job(every="hour")
    async def sweep(self, now: datetime) -> None:
        await self.write(kept.sweep, now)

    async def open_doors(self, context: Context) -> frozenset[str]:
        """Company is a door while somebody has hours, in any community of theirs."""
        here = [context.community] if context.community else []
        if not here and context.person is not None:
            here = await self.read(members.communities, context.person)
        for community in here:
            if in_hours(await audiences(self, replace(context, community=community)), context.now):
                return frozenset({COMPANY})
        return frozenset()

    def measures(self) -> Iterable[Measure]:
        return (Measure("company", kept.answered, _measured),)

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        return lambda connection: (
            company.withdraw(connection, person, self.core.now()) if purpose == helping.COMPANY else None
        )

    def separate(self, one: Person, other: Person) -> Work[None]:
        return lambda connection: asking.separate(connection, one, other, self.core.now())

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: kept.export(
            connection, person, lambda request: note_of(self.core.keyring, request) or ""
        )

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


def _after(choices: Sequence[Any], chosen: Any) -> Any:
    """The choice that one more tap leads to."""
    return choices[(choices.index(chosen) + 1) % len(choices)]


def _measured(part: int, whole: int) -> Text:
    return _("Of about {whole} company requests in four weeks, about {part} found somebody.").format(
        whole=whole, part=part
    )
