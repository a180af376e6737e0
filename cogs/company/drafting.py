"""A request before it is sent: who would see it and the words they would see, each changed in one tap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.cog import Cog, KeepsNothing, action
from bot.context import Context
from bot.errors import UserError
from bot.messages import Button, Field, Form, Message, Text
from bot.words.i18n import _
from cogs.company import wording
from cogs.company.around import audiences, in_hours, mark_of, note_of, waiting
from cogs.company.hours import hours_of
from storage.company import company, helping
from storage.company.company import Request

NOTE_LENGTH = 140


class CompanyDrafting(KeepsNothing):  # requests stand with Company
    """What the preview of a request offers. Nobody else sees it before it is sent."""

    @action("company.change")
    async def change(self, context: Context, value: str) -> Message:
        row = await with_words(self, context, value)
        context, request = await draft(self, context, row)
        there = await audiences(self, context)
        following = _after(wording.HOURS, request.hours)
        kind = _after(tuple(wording.KINDS), request.kind)
        buttons = [
            Button(_("For: {kind}").format(kind=wording.kind(request.kind)), "company.set", f"{row} kind {kind}"),
            Button(_("Open: {n} hours").format(n=request.hours), "company.set", f"{row} hours {following}"),
            Button(_("Note: none") if request.note is None else _("Note: yours"), "company.note", str(row)),
        ]
        if len(there) > 1:
            for audience in there:
                state = _("yes") if audience in request.viewers else _("no")
                label = Text("{audience}: {state}").format(audience=wording.audience(audience), state=state)
                buttons.append(Button(label, "company.set", f"{row} viewer {audience}"))
        buttons += [
            Button(_("Ask"), "company.send", str(row), style="primary"),
            Button(_("Not now"), "company.drop", str(row)),
        ]
        return Message(await _proposal(self, context, request), tuple(buttons))

    @action("company.set")
    async def set(self, context: Context, value: str) -> Message:
        row, what, chosen = value.split(" ")
        _context, request = await draft(self, context, int(row))
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
        field = Field("note", _("What may they know?"), optional=True, limit=NOTE_LENGTH)
        return Form(_("Your note"), (field,), "company.noted", value)

    @action("company.noted")
    async def noted(self, context: Context, value: str, note: str = "") -> Message:
        if len(note) > NOTE_LENGTH:
            raise UserError(_("That is a bit long: {n} characters at most.").format(n=NOTE_LENGTH))
        row = int(value)
        sealed = self.core.keyring.encrypt(note, "company_requests", "note", row) if note.strip() else None
        await self.write(company.set_note, context.me, row, sealed)
        return await preview(self, context, row)

    @action("company.drop")
    async def drop(self, context: Context, value: str) -> Text:
        await self.write(company.drop, context.me, int(value))
        return _("That's fine. Nobody was asked.")


async def draft(cog: Cog, context: Context, row: int) -> tuple[Context, Request]:
    request = await cog.read(company.get, row)
    if request is None or request.person != context.me or request.state != "draft":
        raise UserError(_("That request has been sent or let go. `company` begins another."))
    return replace(context, community=request.community), request


async def with_words(cog: Cog, context: Context, value: str) -> int:
    """The draft of a pressed button; what was written a moment ago is its note, if the button took it along."""
    row, _blank, mark = value.partition(" ")
    if mark:
        await draft(cog, context, int(row))
        words = waiting(cog, context, mark)
        if words is None:
            raise UserError(_("I no longer have it. Send it again if you like."))
        sealed = cog.core.keyring.encrypt(words, "company_requests", "note", int(row))
        await cog.write(company.set_note, context.me, int(row), sealed)
    return int(row)


async def preview(cog: Cog, context: Context, row: int, written: str | None = None) -> Message:
    """Who would see it, and the words they would see.

    What they wrote a moment ago is shown as the note, and kept once one of the buttons takes it along.
    """
    context, request = await draft(cog, context, row)
    note, along = (
        (written, f"{row} {mark_of(cog, written)}") if written and len(written) <= NOTE_LENGTH else (None, str(row))
    )
    said = await _proposal(cog, context, request, note)
    if written and note is None:
        said = said + " " + _("What you wrote is longer than a note, so it stays with you.")
    buttons = [
        Button(_("Ask"), "company.send", along, style="primary"),
        *([Button(_("Ask without a note"), "company.send", str(row))] if note else []),
        Button(_("Change"), "company.change", along),
        Button(_("Not now"), "company.drop", str(row)),
    ]
    return Message(said, tuple(buttons))


async def _proposal(cog: Cog, context: Context, request: Request, written: str | None = None) -> Text:
    every = await audiences(cog, context)
    there = in_hours(every, context.now)
    viewers = {audience: n for audience, n in there.items() if audience in request.viewers}
    terms = wording.terms(request.kind, request.hours, written or note_of(cog, request))
    if not viewers:
        return _("Nobody of those you chose is there right now.") + " " + terms
    said = _("Ask {viewers} now? {terms}").format(viewers=wording.counted(viewers), terms=terms)
    closes = context.now + timedelta(hours=request.hours)
    later = (one for audience in request.viewers for one in every.get(audience, []))
    if any(hours_of(one).begin_before(context.now, closes) for one in later):
        said = said + " " + _("Those whose hours begin in that time may see it too.")
    return said


def _after(choices: Sequence[Any], chosen: Any) -> Any:
    """The choice that one more tap leads to."""
    return choices[(choices.index(chosen) + 1) % len(choices)]
