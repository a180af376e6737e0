"""Cases: what was reported, to moderators it does not name, until one of them closes it."""

from __future__ import annotations

import json
from datetime import datetime

from bot.cog import KeepsNothing, action, command, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.incoming import pages
from bot.keys.crypto import DecryptionError
from bot.messages import Button, Field, Form, Member, Message, Text, who
from bot.registry import Reply
from bot.words.i18n import _
from cogs.moderation import desk
from storage.moderation import cases, holds
from storage.moderation.cases import CLOSED, Case

NAME = "kith-mod cases"
SHOWN = 10
LONGEST = 500


class Cases(KeepsNothing):  # what a member reported is theirs: see Reports; see Reports
    """`kith-mod cases`. A moderator never sees a case that names them, also after they were forgotten."""

    @command(NAME, anyone=True, moderators=True)
    async def cases(self, context: Context) -> Reply:
        """Reports that wait for you, without any that name you."""
        if question := await desk.first_yes(self, context, NAME):
            return question
        return await self.page(context, "")

    @action("cases.page", moderators=True)
    async def page(self, context: Context, value: str) -> Message:
        found = await self.read(cases.open_cases, context.here, await desk.viewer(self, context))
        if not found:
            return Message(_("No report waits."))
        page = pages.page(found, pages.number_of(value), SHOWN)
        said = [_("Reports that wait:")]
        for number, case in enumerate(found[page.start : page.end], start=1):
            said.append(_("{number}. since {day}").format(number=number, day=case.opened.date().isoformat()))
        buttons = (
            Button(_("Open {number}").format(number=number), "cases.open", str(case.id))
            for number, case in enumerate(found[page.start : page.end], start=1)
        )
        return Message(Text("\n").join(said), (*buttons, *page.more("cases.page")))

    @action("cases.open", moderators=True)
    async def open(self, context: Context, value: str) -> Message:
        case = await self._case(context, value)
        await self.write(cases.seen, case.id, context.now)
        said = [
            _("Reported on {day}. Only moderators it does not name see this.").format(
                day=case.opened.date().isoformat()
            ),
            _("About: {who}").format(who=self._about(case)),
            Text("{words}").format(words=self._words(case)),
        ]
        buttons = [Button(_("Close it"), "cases.ask", f"{case.id}")]
        reported = case.reported
        if reported is not None and await self.read(holds.is_held, case.community, reported):
            knows = await self.read(holds.is_known, case.community, reported)
            said.append(
                _("Introductions are held for them until you decide. They know that, not more.")
                if knows
                else _("Introductions are held for them until you decide. They hear that in the first two days.")
            )
            buttons.append(Button(_("Close it and let them be introduced"), "cases.ask", f"{case.id} free"))
        return Message(Text("\n").join(said), tuple(buttons))

    @action("cases.ask", moderators=True)
    async def ask(self, context: Context, value: str) -> Message:
        """What follows, before it does."""
        number, _space, free = value.partition(" ")
        case = await self._case(context, number)
        follows = (
            _("Once it is closed, the reporter hears that, and whom it is about can be introduced again.")
            if free
            else _("Once it is closed, the reporter hears that. A hold stays until `kith-mod hold` ends it.")
        )
        return Message(
            _("Nothing is done yet.") + " " + follows,
            (
                Button(_("Close it now"), "cases.close", value),
                Button(_("Close it with a note"), "cases.note", value),
                Button(_("Leave it open"), "cases.open", str(case.id)),
            ),
        )

    @action("cases.note", moderators=True)
    async def note(self, context: Context, value: str) -> Form:
        label = _("A note, for moderators only")
        field = Field("note", label, optional=True, multiline=True, limit=LONGEST)
        return Form(_("Close this case"), (field,), "cases.close", value)

    @action("cases.close", moderators=True)
    async def close(self, context: Context, value: str, note: str = "") -> Message:
        number, _space, free = value.partition(" ")
        case = await self._case(context, number)
        if case.closed is not None:
            raise UserError(_("That case is closed already."))
        knew = case.reported is not None and await self.read(holds.is_known, case.community, case.reported)
        sealed = self.core.keyring.encrypt(note, "cases", "note", case.id) if note else None
        await desk.act(self, context, "cases.closed", cases.decide, case, sealed, bool(free), context.now)
        if free and not knew:
            return Message(
                _("Closed. They can be introduced again. They never heard of it. The reporter hears of the closing.")
            )
        if free:
            return Message(
                _("Closed. They can be introduced again, and hear that. The reporter hears that it is closed.")
            )
        said = _("Closed. The reporter hears that. A hold stays until `kith-mod hold` ends it.")
        return Message(said, (Button(_("All reports"), "cases.page"), Button(_("Undo"), "cases.reopen", str(case.id))))

    @action("cases.reopen", moderators=True)
    async def reopen(self, context: Context, value: str) -> Text:
        """What was closed by a slip waits again. Whoever reported hears only of the closing that stays."""
        case = await self._case(context, value)
        if case.closed is None:
            raise UserError(_("That case is open."))
        heard = not await desk.act(self, context, "cases.reopened", cases.reopen, case)
        if heard:
            return _("Open again. Whoever reported may have heard of the closing; they hear of the next one too.")
        return _("Open again. The reporter has heard nothing of it.")

    async def _case(self, context: Context, value: str) -> Case:
        """The case, if this moderator may see it now."""
        found = None
        if value.isdecimal():
            viewer = await desk.viewer(self, context)
            found = await self.read(cases.get, context.here, int(value), viewer)
        if found is None:
            raise UserError(_("There is no such case for you. `kith-mod cases` lists what waits."))
        return found

    def _words(self, case: Case) -> str:
        return self.core.keyring.decrypt(case.words, "cases", "words", case.id)

    def _about(self, case: Case) -> Text:
        return about(self.core.keyring.decrypt(case.about, "cases", "about", case.id) if case.about else None)

    @message(CLOSED)
    async def closed(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(_("Your report is closed. Thank you for telling us. `report` opens a new one any time."))

    @job(every="day", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(cases.sweep, now)


def about(account: str | None) -> Text:
    """Whom a case is about, as it was when it was reported."""
    if account is None:
        return _("nobody who is named, or somebody who was forgotten")
    try:
        platform, id_, name = json.loads(account)
    except ValueError as error:
        raise DecryptionError("cases.about holds something else") from error
    return Text("{who} ({id})").format(who=who(Member(platform, id_, name)), id=id_)
