"""`remind me`: a member's own words at a time of their own, once."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.asking import consenting
from bot.clocks.times import friendly_duration, friendly_instant, friendly_zone, when_ahead
from bot.cog import Cog, Core, action, command, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.incoming.waiting import WaitingWords
from bot.messages import Button, Community, Field, Form, Message, Person, Text
from bot.registry import Ask, Follow, Reply, Stand, Work, nothing_to_forget
from bot.words.i18n import _
from storage.members import consents
from storage.personal import reminders
from storage.personal.reminders import Reminder

LONGEST = 500
LATE = timedelta(minutes=5)
"""From then on a reminder says that it is late."""
BATCH = 500
ASK = "reminders"


class Reminders(Cog):
    """Encrypted, sent once and then erased. Nobody else is told of them."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._typed = WaitingWords()

    @command("remind me", anyone=True)
    async def remind(self, context: Context, when: datetime, what: str) -> Message:
        """Remind me of something, once, at a time I name."""
        if len(what) > LONGEST:
            raise UserError(_("That is a bit long: {n} characters at most.").format(n=LONGEST))
        mark = secrets.token_hex(4)
        question = await self.core.consenting.question(context, ASK, mark)
        if question is None:
            return Message(await self.remember(context, "", when, what))
        self._typed.keep(context.member, f"{mark} {when.isoformat()} {what}", context.now)
        return question

    @command("reminders")
    async def listed(self, context: Context) -> Message:
        """What I will remind you of, and how to take it back."""
        waiting = await self.read(reminders.of_person, context.me)
        another = Button(_("Another"), "reminders.open")
        if not waiting:
            said = _("Nothing waits. `remind me tomorrow 19:00 call my sister` is how it is written.")
            return Message(said, (another,))
        zone = await self.zone_of(context)
        lines, buttons = [], []
        for number, one in enumerate(waiting, start=1):
            when = friendly_instant(one.due, context.now, zone)
            lines.append(Text("{number}. {when}: {words}").format(number=number, when=when, words=self._words(one)))
            if number <= 20:  # a message holds 25 buttons
                buttons.append(Button(_("Delete {number}").format(number=number), "reminders.delete", str(one.id)))
        return Message(Text("\n").join(lines), (*buttons, another))

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
            return await self.remember(context, "", datetime.fromisoformat(when), what)
        return Form(
            _("A reminder"),
            (
                Field("when", _("When? Say tomorrow 19:00, or in 2 hours."), datetime),
                Field("what", _("What may I remind you of?"), limit=LONGEST),
            ),
            "reminders.remember",
        )

    @action("reminders.remember")
    async def remember(self, context: Context, value: str, when: datetime, what: str) -> Text:
        """Say back what was understood: a wrong time is noticed now and not then."""

        seal = self.seal(what.strip(), "reminders", "words")
        if await self.write(reminders.add, context.me, seal, when) is None:
            raise UserError(
                _("{n} are waiting already, as many as I keep. `reminders` takes one back.").format(n=reminders.MOST)
            )
        zone = await self.zone_of(context)
        said = (
            _("Kept for {when}, {zone}: “{what}”. `reminders` takes it back.")
            if await self.core.resting.rests(context.me)
            else _("I'll remind you {when}, {zone}: “{what}”. `reminders` takes it back.")
        )
        at = friendly_instant(when, context.now, zone)
        return said.format(when=at, zone=friendly_zone(zone), what=what.strip())

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
        return (reminders.follow,)

    @job(every="hour")
    async def erase_sent(self, now: datetime) -> None:
        await self.write(reminders.erase_sent)

    @message(reminders.DUE, late="says so")
    async def due(self, delivery: Delivery, reader: Reader) -> Message | None:
        one = await self.read(reminders.get, int(delivery.args["reminder"]))
        if one is None:
            return None
        words = self._words(one)
        late = reader.now - one.due
        if late < LATE:
            return Message(_("You asked me to remind you: “{words}”").format(words=words))
        return Message(
            _("You asked me to remind you: “{words}” This is late by {duration}.").format(
                words=words, duration=friendly_duration(late)
            )
        )

    def _words(self, one: Reminder) -> str:
        return self.unseal(one.words, "reminders", "words", one.id)

    # -- what is kept -------------------------------------------------------------------------------------------------

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        if purpose != reminders.PURPOSE:
            return nothing_to_forget
        return lambda connection: reminders.forget(connection, person)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: reminders.export(connection, person, self._words)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        # reminders are the person's own: leaving one community does not end them
        return (lambda connection: reminders.forget(connection, person)) if community is None else nothing_to_forget
