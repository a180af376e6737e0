"""Check-ins: asking for one, being asked, and answering. That somebody answered is kept, never what they said."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from sqlite3 import Connection
from typing import Any

from bot.asking.doors import BESIDE, COMPANY, doors, help_now, lonely
from bot.asking.doors import GO_ON as NOTHING_ELSE
from bot.clocks.times import friendly_instant, when_ahead
from bot.cog import (
    Cog,
    action,
    command,
    job,
    message,
)
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.incoming import text, wished
from bot.messages import STATELESS, Button, Community, Field, Form, Message, Person, Text
from bot.registry import Follow, Stand, Work
from bot.words import prompts
from bot.words.help_words import plain
from bot.words.i18n import _, say
from cogs import hard_words
from cogs.checkins import going_on, prompting, steady
from cogs.checkins.prompting import ASKED_FOR, LABELS, SCREENS
from cogs.company.around import Wished, mark_of
from storage.checkins import checkins, dials, prompts_off, righting
from storage.members import consents, in_touch

USUAL_TIME = time(19)
STANDS = timedelta(days=2)
"""How long a check-in can be answered."""
SNOOZE = timedelta(hours=2)
LATER = frozenset({"later", "not now", "in 2 hours", "maybe later"})
"""Whole answers that may mean the door of that name, as ``plain`` leaves them."""
BATCH = 1000
"""Rows planned in one transaction: some 40 ms of the database thread."""

GO_ON = "go on"
"""In place of a prompt's id: the question whether to go on."""


class CheckIns(Cog):
    """A private question at a time the member chose, and as little kept of it as will do."""

    _worked_out: tuple[Sequence[prompts.Prompt], Mapping[bool, tuple[prompts.Prompt, ...]]] = (), {}
    """The questions there were, and which of them can be asked, with somebody who would hear an answer and without."""

    # -- being asked --------------------------------------------------------------------------------------------------

    @command("checkin now")
    async def check_in(self, context: Context) -> Message:
        """Check in right now."""
        zone = str(await self.zone_of(context))
        chosen = await self.write(
            lambda connection: checkins.next_prompt(
                connection, context.me, self._chooser(connection, context.me, zone, context.now), context.now
            )
        )
        return prompting.draw(self._prompt(chosen))

    @job(every="tick")
    async def plan_due(self, now: datetime) -> bool:
        return await self.write(checkins.plan_due, now, BATCH)

    @message(
        checkins.PROMPT,
        actions=(
            "checkins.answer",
            "checkins.words",
            "checkins.said",
            "checkins.skip",
            "checkins.more",
            "checkins.later",
            "checkins.go_on",
            "checkins.less",
            "checkins.stop",
        ),
        late="expires",
        stands=STANDS,
        replaces=True,
    )
    async def prompt(self, delivery: Delivery, reader: Reader) -> Message | None:
        chosen = await self.write(self._choose, delivery, reader.me, reader)
        if chosen == GO_ON:
            return going_on.whether_to_go_on()
        return prompting.draw(self._prompt(chosen)) if chosen else None

    def _choose(self, connection: Connection, delivery: Delivery, person: Person, reader: Reader) -> str | None:
        """The prompt of this delivery, ``GO_ON`` in place of one, or nothing any more."""
        thinning = going_on.thin(connection, delivery, person, reader.now)
        if thinning is not None:
            return GO_ON if thinning == "question" else None
        choose = self._chooser(connection, person, reader.zone, reader.now)
        return checkins.prompt_for(connection, delivery, person, choose, reader.now)

    def by_the_clock(self) -> Sequence[Follow]:
        return (checkins.follow,)

    @job(every="day", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(checkins.sweep, now)

    # -- answering ----------------------------------------------------------------------------------------------------

    @action("checkins.answer")
    async def answer(self, context: Context, value: str) -> Message:
        prompt_id, _bar, choice = value.partition("|")
        prompt = self._prompt(prompt_id)
        answer = prompting.answer_of(prompt, choice)
        if answer is None:
            raise UserError(_("That answer is not among these. Pick one of them, or write your own words."))
        await self._contact(context)
        noted = steady.after(answer)
        if answer and (screen := prompts.destination(prompt, answer)):
            return await self._after(context, noted, screen)
        return await going_on.with_what_rides_along(self.core, context, Message(noted))

    @action("checkins.words")
    async def words(self, context: Context, value: str) -> Form:
        question = Field("words", Text(self._prompt(value).text), multiline=True)
        return Form(_("In your own words"), (question,), "checkins.said", f"{value}|form")

    @action("checkins.said")
    async def said(self, context: Context, value: str, words: str) -> Message:
        prompt_id, _bar, from_form = value.partition("|")
        if not from_form:
            context, prompt_id = await self._meant(context, prompt_id)
        destination = prompts.destination(self._prompt(prompt_id), words)
        await self._contact(context)
        if hard := await hard_words.answer(self.core, context, words):
            return hard
        if context.delivery is not None and not from_form and plain(words) in LATER:
            return self._or_later(context)
        if _asks_for_an_end(words):  # help and the ways out stand there alone, help first
            return Message(_("Thanks, you checked in."))
        self.core.words.keep(context.me, words, context.now)
        noted = _("Noted: you checked in. What you wrote reached nobody and I haven't saved it.")
        if not from_form:
            noted = noted + " " + _("Your own message stays in this chat until you delete it.")
        said = await self._after(context, noted, destination, words)
        if destination is None:
            said = await going_on.with_what_rides_along(self.core, context, said)
        offered = {button.action for button in said.buttons}
        after = [*await self._what_next(context), *help_now(self.core.registry)]
        return said.with_buttons([button for button in after if button.action not in offered])

    @action("checkins.skip")
    async def skip(self, context: Context, value: str) -> Text:
        await self._contact(context)
        found = await self.read(checkins.week_of, context.me)
        if found is None or await self.core.resting.rests(context.me):
            return _("Skipped.")
        week, due = found
        return _("Skipped. See you {when}.").format(when=friendly_instant(due, context.now, week.zone))

    @action("checkins.more")
    async def more(self, context: Context, value: str) -> Message:
        there = [*await doors(self.core.registry, context, (COMPANY,))]
        if context.delivery is not None:
            there.append(Button(_("In 2 hours"), "checkins.later", row=context.row))
        there.append(Button(_("Pause"), "pause.open"))
        if await self.read(self.core.registry.listeners(context.me)):
            there.append(Button(_("Share something"), prompting.SEND, "new"))
        there.append(Button(_("Change"), "checkins.change"))
        return Message(
            _("What would help?"), tuple(button for button in there if button.action in self.core.registry.actions)
        )

    @action("checkins.later")
    async def later(self, context: Context, value: str) -> Text:
        assert context.delivery is not None
        await self._contact(context)
        due = context.now + SNOOZE
        await self.write(checkins.later, context.me, context.delivery, due)
        zone = await self.zone_of(context)
        if await self.core.resting.rests(context.me):
            return _("Noted.")
        return _("I'll ask again {when}.").format(when=friendly_instant(due, context.now, zone))

    async def said_without_words(self, context: Context) -> Message | None:
        """A picture or a voice answers the check-in that is open; it stays open for words, too."""
        delivery = await self.read(checkins.open_one, context.me, context.now - STANDS)
        if delivery is None:
            return None
        await self.write(in_touch.record, context.me, context.now, delivery)
        return Message(_("Thanks. I've noted that you checked in. I can't see pictures or hear voices."))

    async def said_after(self, context: Context, line: str, shown: Collection[str]) -> Message | None:
        """One line more, behind the answer: it is no answer to anything, and no riddle either."""
        before = self.core.words.recall(context.me, context.now)
        if before is None or "checkins.done" not in shown:
            return None
        self.core.words.keep(context.me, before + "\n" + line, context.now)
        said = _("This reached nobody either, and I haven't saved it. Would you like a person to hear it?")
        return Message(said, (Button(say(BESIDE[COMPANY]), COMPANY),))

    def _or_later(self, context: Context) -> Message:
        """Answered by "later", which may mean it: the door is shown, and nothing is asked again by itself."""
        later, no = (
            Button(_("In 2 hours"), "checkins.later", row=context.row),
            Button(_("No"), NOTHING_ELSE, row=STATELESS),
        )
        said = _("Thanks, you checked in. Did you also want me to ask again in 2 hours?")
        return Message(said, (later, no, *help_now(self.core.registry)))

    async def _meant(self, context: Context, prompt_id: str) -> tuple[Context, str]:
        """What is typed answers the question that came last. The chat may not know of that yet: the bot was killed when
        it had sent it, a moment ago.
        """
        latest = await self.read(checkins.latest, context.me) if context.delivery is not None else None
        if latest is None:
            return context, prompt_id
        delivery, prompt_id = latest
        return replace(context, row=f"d{delivery}"), prompt_id

    async def _contact(self, context: Context) -> None:
        """Count the answer, if it is to the check-in that is open now. What was acknowledged is stored."""
        delivery = context.delivery
        if delivery is not None and not await self.read(checkins.is_latest, context.me, delivery):
            raise UserError(_("That check-in has passed. `checkin now` opens a new one."))
        await self.write(in_touch.record, context.me, context.now, delivery)

    async def _after(self, context: Context, noted: Text, screen: str | None, words: str = "") -> Message:
        """The answer that was noted, and what it asked for in the same message."""
        if screen is None:
            return Message(noted)
        if screen == "doors":
            return Message(noted + " " + _("Nobody is told."), await lonely(self.core.registry, context))
        try:
            opened = await self._opened(context, screen, words)
        except UserError as error:
            return Message(noted + "\n" + text.sentence(error))
        if isinstance(opened, Form):
            return Message(noted, (Button(say(LABELS[screen]), SCREENS[screen]),))
        assert isinstance(opened, Message)
        return replace(opened, text=noted + "\n" + opened.text)

    async def _opened(self, context: Context, screen: str, words: str) -> Any:
        """What another action answers, as a message or a form. A request may take along what was written."""
        wish = Wished(kind=ASKED_FOR.get(screen, "chat"), mark=mark_of(self, words) if words else "")
        value = str(wish) if SCREENS[screen] == COMPANY else ""
        reply = await self.core.registry.actions[SCREENS[screen]].handler(context, value)
        return Message(reply) if isinstance(reply, Text) else reply

    async def _what_next(self, context: Context) -> Sequence[Button]:
        """What can be done with words that were written: nothing happens to them unless one of these is pressed."""
        buttons = []
        heard = await self.read(self.core.registry.listeners(context.me))
        if heard or (await self.read(dials.get, context.me)).audience == "thread":
            buttons.append(Button(_("Share it"), prompting.SEND))
        if hard_words.NOTEBOOK in self.core.registry.actions:
            buttons.append(Button(_("Keep it for me"), hard_words.NOTEBOOK))
        return [*buttons, Button(_("Done"), "checkins.done")] if buttons else []

    # -- what is kept -------------------------------------------------------------------------------------------------

    async def stands(self, context: Context) -> Sequence[Stand]:
        found = await self.read(checkins.week_of, context.me)
        if found is None:
            rests = await self.read(checkins.rests, context.me)
            return [Stand(_("Your check-ins are paused."), rests=True)] if rests else []
        if found[1] <= context.now or not await self.read(consents.allows, context.me, checkins.PURPOSE):
            return []
        when = when_ahead(found[1], context.now, found[0].zone)
        return [Stand(_("{when}: your question.").format(when=when), found[1])]

    def resumed(self, person: Person, now: datetime) -> Work[bool]:
        return lambda connection: checkins.resume(connection, person, now)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: checkins.export(connection, person)

    def derived_anew(self, now: datetime) -> Work[None]:
        return lambda connection: righting.derive_anew(connection, now)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        def work(connection: Connection) -> None:
            if community is None:  # check-ins are the person's own: leaving one community does not end them
                checkins.forget(connection, person)
                self.core.words.drop(person)

        return work

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        def work(connection: Connection) -> None:
            if purpose == checkins.PURPOSE:
                checkins.disable(connection, person)

        return work

    def _chooser(self, connection: Connection, person: Person, zone: str, now: datetime) -> checkins.Choose:
        """How the next prompt is chosen: what can be asked of this person, and how they like it."""
        heard = bool(self.core.registry.listeners(person)(connection))
        asked = prompts_off.for_person(connection, person, self.core.settings.without_tender)
        known = prompts.switched_on(self._askable(heard), asked.off, tender=asked.tender)
        return prompting.chooser(known, dials.get(connection, person), person, zone, now)

    def _askable(self, heard: bool) -> tuple[prompts.Prompt, ...]:
        """Worked out once, and again where the questions were read anew."""
        if self._worked_out[0] is not prompts.shipped():
            actions = self.core.registry.actions
            both = {has: prompting.askable(actions, has_listeners=has) for has in (True, False)}
            self._worked_out = prompts.shipped(), both
        return self._worked_out[1][heard]

    def _prompt(self, prompt_id: str) -> prompts.Prompt:
        prompt = prompts.find(prompts.shipped(), prompt_id)
        if prompt is None:
            raise UserError(_("That question is no longer in use. `checkin now` opens another."))
        return prompt


def _asks_for_an_end(words: str) -> bool:
    """Do these words stand in the table with doors that end something, and Help now among them?"""
    found = wished.find(words, whole=True)
    return found is not None and any(wish.ends and "help-now" in dict(wish.doors) for wish in found.wishes)
