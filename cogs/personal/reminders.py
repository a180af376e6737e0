"""`remind me`: a member's own words at a time of their own, once; or again and again (``repeating``)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.asking import consenting, doors
from bot.clocks.repeats.repeat import Coming
from bot.clocks.times import dated_instant, friendly_instant, full_instant, when_ahead
from bot.cog import Cog, Core, action, command, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.incoming.waiting import WaitingWords
from bot.messages import Button, Community, Field, Form, Message, Person, Text
from bot.registry import Ask, Follow, Reply, Stand, Work, nothing_to_forget
from bot.words.i18n import _
from cogs.personal.repeating import WORDS, gone, own, said_of, words_of
from storage.members import consents
from storage.personal import reminders, repeating
from storage.personal.reminders import Reminder

LONGEST = 500
BATCH = 500
MOST_BUTTONS = 20
"""Of each kind under the list: a message holds 25."""
ASK = "reminders"


class Reminders(Cog):
    """Encrypted; sent once and then erased, or kept until they are stopped. Nobody else is told of them."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._typed = WaitingWords()

    @command("remind me", anyone=True)
    async def remind(self, context: Context, when: Coming, what: str) -> Message:
        """Remind me of something at a time I name, once or again and again."""
        if len(what) > LONGEST:
            raise UserError(_("That is a bit long: {n} characters at most.").format(n=LONGEST))
        mark = secrets.token_hex(4)
        question = await self.core.consenting.question(context, ASK, mark)
        if question is None:
            return await self.remember(context, "", when, what)
        self._typed.keep(context.member, f"{mark} {when.code} {what}", context.now)
        return replace(question, text=question.text + "\n" + await self._heard(context, when, what))

    async def _heard(self, context: Context, when: Coming, what: str) -> Text:
        """What was understood, beside the question that comes before it counts."""
        if when.repeat is not None:
            said = _("This one comes {again}, until you stop it: “{what}”.")
            return said.format(again=when.repeat.in_zone(), what=what)
        at = full_instant(when.due, await self.zone_of(context))
        return _("This one comes {when}: “{what}”.").format(when=at, what=what)

    @command("reminders")
    async def listed(self, context: Context) -> Message:
        """What I will remind you of, and how to change it or take it back."""
        waiting = await self.read(reminders.of_person, context.me)
        another = Button(_("Another"), "reminders.open")
        if not waiting:
            said = _("Nothing waits. `remind me tomorrow 19:00 call my sister` is how it is written.")
            return Message(said, (another,))
        deletes = (
            Button(_("Delete {number}").format(number=number), "reminders.delete", str(one.id))
            for number, one in enumerate(waiting[:MOST_BUTTONS], start=1)
        )
        others = (another, Button(_("Change"), "reminders.change"), *doors.previews(self.core.registry))
        return Message(await self._list(context, waiting), (*deletes, *others))

    async def _list(self, context: Context, waiting: list[Reminder]) -> Text:
        zone = await self.zone_of(context)
        return Text("\n").join(
            Text("{number}. {when}: {words}").format(
                number=number, when=_when(one, context.now, zone), words=words_of(self, one)
            )
            for number, one in enumerate(waiting, start=1)
        )

    @action("reminders.open", stateless=True)
    async def open(self, context: Context, value: str) -> Reply:
        return await self.core.consenting.question(context, ASK) or await self.ask(context, value)

    @action("reminders.ask")
    async def ask(self, context: Context, value: str) -> Reply:
        """After the yes: what was typed before it, where the question was about that; else it is asked for."""
        mark, _space, typed = (self._typed.recall(context.member, context.now) or "").partition(" ")
        if value and value == mark:
            self._typed.drop(context.member)
            when, _space, what = typed.partition(" ")
            return await self.remember(context, "", Coming.from_code(when, context.now), what)
        return Form(
            _("A reminder"),
            (
                _when_field(),
                Field("what", _("What may I remind you of?"), limit=LONGEST),
            ),
            "reminders.remember",
        )

    @action("reminders.remember")
    async def remember(self, context: Context, value: str, when: Coming, what: str) -> Message:
        """Say back what was understood: a wrong time is noticed now and not then."""
        if when.repeat is not None:
            return await self._understood(context, when, what.strip())
        seal = self.seal(what.strip(), *WORDS)
        if await self.write(reminders.add, context.me, seal, when.due) is None:
            raise _enough()
        return Message(await self._said(context, when.due, what.strip()))

    async def _understood(self, context: Context, when: Coming, what: str, row: int = 0) -> Message:
        """What comes round again is said in full, and kept after a yes: ``row`` is what it takes the place of."""
        assert when.repeat is not None
        mark = secrets.token_hex(4)
        self._typed.keep(context.member, f"{mark} {when.code} {row} {what}", context.now)
        said = _(
            "I'd remind you {again}: “{what}”. The first comes {first}. Is that right? Nothing is kept yet."
        ).format(again=when.repeat.in_zone(), what=what, first=full_instant(when.due, await self.zone_of(context)))
        if when.repeat.may_be_shortened:
            said = said + " " + _("In a month without that day it comes on the last one.")
        return Message(said, (Button(_("Keep it"), "reminders.keep", mark), Button(_("No"), "reminders.drop", mark)))

    @action("reminders.keep")
    async def keep(self, context: Context, value: str) -> Text:
        """The yes to what was understood."""
        mark, when, row, what = [*(self._typed.recall(context.member, context.now) or "").split(" ", 3), *[""] * 4][:4]
        if not value or value != mark:
            raise UserError(_("I don't have those words any more. Please write the whole line again."))
        coming = Coming.from_code(when, context.now)
        assert coming.repeat is not None
        if row != "0" and not await self.write(repeating.move, context.me, int(row), coming.due, coming.repeat):
            raise gone()
        seal = self.seal(what, *WORDS)
        if row == "0" and await self.write(repeating.add, context.me, seal, coming.repeat) is None:
            raise _enough()
        self._typed.drop(context.member)
        said = _("Kept: {again}, until you stop it: “{what}”. The first comes {first}. `reminders` changes or ends it.")
        first = full_instant(coming.due, await self.zone_of(context))
        return said.format(again=coming.repeat.in_zone(), what=what, first=first)

    @action("reminders.drop")
    async def drop(self, context: Context, value: str) -> Text:
        self._typed.drop(context.member)
        return _("Nothing is kept.")

    async def _said(self, context: Context, due: datetime, what: str) -> Text:
        said = (
            _("Kept for {when}: “{what}”. `reminders` takes it back.")
            if await self.core.resting.rests(context.me)
            else _("I'll remind you {when}: “{what}”. `reminders` takes it back.")
        )
        return said.format(when=dated_instant(due, context.now, await self.zone_of(context)), what=what)

    @action("reminders.change")
    async def change(self, context: Context, value: str) -> Reply:
        """Which one, where there are several; then when it is to come."""
        waiting = await self.read(reminders.of_person, context.me)
        chosen = waiting[0] if len(waiting) == 1 else next((one for one in waiting if str(one.id) == value), None)
        if chosen is not None:
            return Form(_("A reminder"), (_when_field(),), "reminders.changed", str(chosen.id))
        buttons = (
            Button(_("Change {number}").format(number=number), "reminders.change", str(one.id))
            for number, one in enumerate(waiting[:MOST_BUTTONS], start=1)
        )
        return Message(await self._list(context, waiting), tuple(buttons)) if waiting else await self.listed(context)

    @action("reminders.changed")
    async def changed(self, context: Context, value: str, when: Coming) -> Message:
        one = await own(self, context, value)
        if when.repeat is not None:
            return await self._understood(context, when, words_of(self, one), one.id)
        if not await self.write(repeating.move, context.me, one.id, when.due, None):
            raise gone()
        return Message(await self._said(context, when.due, words_of(self, one)))

    @action("reminders.delete")
    async def delete(self, context: Context, value: str) -> Message:
        await self.write(reminders.remove, context.me, int(value))
        left = await self.listed(context)
        return Message(_("Deleted.") + "\n" + left.text, left.buttons)

    async def stands(self, context: Context) -> Sequence[Stand]:
        """The next one, without its words."""
        waiting = await self.read(reminders.of_person, context.me)
        if not waiting or waiting[0].due <= context.now:
            return []
        if not await self.read(consents.allows, context.me, reminders.PURPOSE):
            return []
        due = waiting[0].due
        when = when_ahead(due, context.now, await self.zone_of(context))
        return [Stand(_("{when}: a reminder.").format(when=when), due)]

    def asks(self) -> Iterable[Ask]:
        return (Ask(ASK, (*consenting.CORE, reminders.PURPOSE), self._consent_words, "reminders.ask"),)

    def _consent_words(self, _value: str) -> Text:
        return self.core_words(_("I'd be messaging you first with your own reminders: each once, then it is erased."))

    # -- the moment ---------------------------------------------------------------------------------------------------

    @job(every="tick")
    async def plan_due(self, now: datetime) -> bool:
        return await self.write(reminders.plan_due, now, BATCH)

    def by_the_clock(self) -> Sequence[Follow]:
        return (reminders.follow, repeating.follow)

    @job(every="hour")
    async def erase_sent(self, now: datetime) -> None:
        await self.in_portions(reminders.erase_sent, now)

    @message(reminders.DUE, late="says so")
    async def due(self, delivery: Delivery, reader: Reader) -> Message | None:
        one = await self.read(reminders.get, int(delivery.args["reminder"]))
        return Message(said_of(self, one, delivery.due, reader.now)) if one else None

    # -- what is kept -------------------------------------------------------------------------------------------------

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        if purpose != reminders.PURPOSE:
            return nothing_to_forget
        return lambda connection: reminders.forget(connection, person)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: reminders.export(connection, person, lambda one: words_of(self, one))

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        # reminders are the person's own: leaving one community does not end them
        return (lambda connection: reminders.forget(connection, person)) if community is None else nothing_to_forget


def _when_field() -> Field:
    return Field("when", _("When?"), Coming, note=_("Say in 2 hours, or every monday 19:00."))


def _when(one: Reminder, now: datetime, zone: ZoneInfo) -> str:
    """``today at 19:00``, ``every Monday at 19:00``, with its zone where that is another than the reader's."""
    if one.repeat is None:
        return friendly_instant(one.due, now, zone)
    when = str(one.repeat) if one.repeat.zone == zone else one.repeat.in_zone()
    if one.snoozed is None:
        return when
    again = friendly_instant(one.snoozed, now, zone)
    return str(_("{when}, and once more {again}").format(when=when, again=again))


def _enough() -> UserError:
    return UserError(
        _("{n} are waiting already, as many as I keep. `reminders` takes one back.").format(n=reminders.MOST)
    )
