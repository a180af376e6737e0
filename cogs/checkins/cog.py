"""Check-ins: asking for one, being asked, and answering. That somebody answered is kept, never what they said."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import cached_property
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from bot import consenting, prompts
from bot.cog import Cog, Work, action, command, job, message
from bot.consenting import Ask
from bot.context import Context
from bot.doors import COMPANY, HELP_NOW, PEOPLE, doors
from bot.errors import UserError
from bot.i18n import _
from bot.messages import Button, Community, Delivery, Field, Form, Message, Person, Reader, Text
from bot.times import EVERY_DAY, Days, Schedule, friendly_instant
from bot.zones import guess
from cogs.checkins import prompting
from cogs.checkins.prompting import SCREENS
from storage import checkins, consents, members

USUAL_TIME = time(19)
SNOOZE = timedelta(hours=2)
BATCH = 500


class CheckIns(Cog):
    """A private question at a time the member chose, and as little kept of it as will do."""

    # -- asking for one -----------------------------------------------------------------------------------------------

    @command("checkin on", anyone=True)
    async def enable(
        self, context: Context, at: time = USUAL_TIME, zone: ZoneInfo | None = None, days: Days = EVERY_DAY
    ) -> Message:
        """Get a check-in at this time on the days you choose."""
        schedule = Schedule(at, zone or await self._zone(context), days)
        question = await consenting.question(self.bot, context, ASK.name, _code(schedule))
        return question or Message(await self.agreed(context, _code(schedule)))

    @action("checkins.offer", stateless=True)
    async def offer(self, context: Context, value: str) -> Message:
        if context.person is not None and await self.read(checkins.schedule_of, context.person) is not None:
            return await self.change(context)
        return await self.enable(context)

    @action("checkins.edit", stateless=True)
    async def edit(self, context: Context, value: str) -> Form:
        return form(_schedule(value))

    @action("checkins.propose", stateless=True)
    async def proposed(
        self, context: Context, value: str, at: time, zone: ZoneInfo | None = None, days: Days = EVERY_DAY
    ) -> Message:
        return await self.enable(context, at, zone or _schedule(value).zone, days)

    def asks(self) -> tuple[Ask, ...]:
        return (ASK,)

    @action("checkins.agreed")
    async def agreed(self, context: Context, value: str) -> Text:
        """The yes is written; now the schedule it was about."""
        schedule = _schedule(value)
        return enabled(schedule, await self.write(_enable, context.me, schedule, context.now), context.now)

    @command("checkin change")
    async def change(self, context: Context) -> Message:
        """See and change when your check-in comes."""
        found = await self.read(checkins.schedule_of, context.me)
        if found is None:
            return Message(_("You have no check-in yet."), (Button(_("A check-in"), "checkins.offer"),))
        schedule, due = found
        return Message(
            _("Your check-in comes {schedule}. The next one is {when}.").format(
                schedule=str(schedule), when=friendly_instant(due, context.now, schedule.zone)
            ),
            (
                Button(_("Change time or days"), "checkins.edit", _code(schedule)),
                Button(_("Stop check-ins"), "checkins.stop", style="danger"),
            ),
        )

    @command("checkin off")
    async def disable(self, context: Context) -> Text:
        """Stop your check-ins."""
        stopped = await self.write(_disable, context.me)
        return (
            _("No more check-ins. `checkin on` starts them again.") if stopped else _("You have no check-in to stop.")
        )

    @action("checkins.stop")
    async def stop(self, context: Context, value: str) -> Text:
        return await self.disable(context)

    # -- being asked --------------------------------------------------------------------------------------------------

    @command("checkin now")
    async def check_in(self, context: Context) -> Message:
        """Check in right now."""
        zone = str(await self._zone(context))
        choose = prompting.chooser(self._askable, context.me, zone, context.now)
        prompt = prompts.find(self._askable, await self.write(checkins.next_prompt, context.me, choose, context.now))
        assert prompt is not None
        return prompting.draw(prompt)

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
        ),
        late="expires",
    )
    async def prompt(self, delivery: Delivery, reader: Reader) -> Message:
        assert reader.person is not None
        choose = prompting.chooser(self._askable, reader.person, reader.zone, reader.now)
        chosen = await self.write(checkins.prompt_for, delivery, reader.person, choose, reader.now)
        return prompting.draw(self._prompt(chosen))

    @job(every="day")
    async def sweep(self, now: datetime) -> None:
        await self.write(checkins.sweep, now)

    # -- answering ----------------------------------------------------------------------------------------------------

    @action("checkins.answer")
    async def answer(self, context: Context, value: str) -> Message:
        prompt_id, _bar, choice = value.partition("|")
        prompt = self._prompt(prompt_id)
        answer = prompting.answer_of(prompt, choice)
        if answer is None:
            raise UserError(_("That answer is not among these. Pick one of them, or write your own words."))
        await self._contact(context)
        noted = _("Thanks. I've noted that you checked in. I don't keep the words.")
        return await self._after(context, noted, prompts.destination(prompt, answer) if answer else None)

    @action("checkins.words")
    async def words(self, context: Context, value: str) -> Form:
        question = Field("words", Text(self._prompt(value).text), multiline=True)
        return Form(_("In your own words"), (question,), "checkins.said", f"{value}|form")

    @action("checkins.said")
    async def said(self, context: Context, value: str, words: str) -> Message:
        prompt_id, _bar, from_form = value.partition("|")
        await self._contact(context)
        noted = _("Noted: you checked in. What you wrote reached nobody and I haven't saved it.")
        if not from_form:
            noted = noted + " " + _("Your own message stays in this chat until you delete it.")
        return await self._after(context, noted, prompts.destination(self._prompt(prompt_id), words))

    @action("checkins.skip")
    async def skip(self, context: Context, value: str) -> Text:
        await self._contact(context)
        found = await self.read(checkins.schedule_of, context.me)
        if found is None:
            return _("Skipped.")
        schedule, due = found
        return _("Skipped. See you {when}.").format(when=friendly_instant(due, context.now, schedule.zone))

    @action("checkins.more")
    async def more(self, context: Context, value: str) -> Message:
        there = [*await doors(self.bot, context, (COMPANY,))]
        if context.delivery is not None:
            there.append(Button(_("In 2 hours"), "checkins.later", row=context.row))
        there += [Button(_("Pause"), "pause.open"), Button(_("Change"), "checkins.change")]
        return Message(_("What would help?"), tuple(button for button in there if button.action in self.bot.actions))

    @action("checkins.change")
    async def change_pressed(self, context: Context, value: str) -> Message:
        return await self.change(context)

    @action("checkins.later")
    async def later(self, context: Context, value: str) -> Text:
        assert context.delivery is not None
        await self._contact(context)
        due = context.now + SNOOZE
        await self.write(checkins.later, context.me, context.delivery, due)
        zone = await self._zone(context)
        return _("I'll ask again {when}.").format(when=friendly_instant(due, context.now, zone))

    async def _contact(self, context: Context) -> None:
        """Count the answer, if it is to the check-in that is open now. What was acknowledged is stored."""
        delivery = context.delivery
        if delivery is not None and not await self.read(checkins.is_latest, context.me, delivery):
            raise UserError(_("That check-in has passed. `checkin now` opens a new one."))
        await self.write(checkins.record_contact, context.me, context.now, delivery)

    async def _after(self, context: Context, noted: Text, screen: str | None) -> Message:
        """The answer that was noted, and what it asked for in the same message."""
        if screen is None:
            return Message(noted)
        if screen == "doors":
            open_now = await doors(self.bot, context, (COMPANY, PEOPLE, HELP_NOW))
            return Message(noted + " " + _("Nobody is told."), open_now)
        return Message(noted, tuple(await doors(self.bot, context, (SCREENS[screen],))))

    # -- what is kept -------------------------------------------------------------------------------------------------

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: checkins.export(connection, person)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        def work(connection: Connection) -> None:
            if community is None:  # check-ins are the person's own: leaving one community does not end them
                checkins.forget(connection, person)

        return work

    @cached_property
    def _askable(self) -> tuple[prompts.Prompt, ...]:
        return prompting.askable(self.bot.actions)

    def _prompt(self, prompt_id: str) -> prompts.Prompt:
        prompt = prompts.find(prompts.shipped(), prompt_id)
        if prompt is None:
            raise UserError(_("That question is no longer in use. `checkin now` opens another."))
        return prompt

    async def _zone(self, context: Context) -> ZoneInfo:
        if context.person is not None:
            return ZoneInfo((await self.read(members.profile, context.person)).zone)
        return guess(context.locale, ZoneInfo(self.bot.settings.zone))


def proposal(code: str) -> Text:
    return _(
        "A check-in {schedule}, seen by nobody. To do this I keep your account id, this schedule, and whether"
        " you answered."
        " I'd be messaging you first."
    ).format(schedule=str(_schedule(code)))


ASK = Ask(
    "checkin",
    (*consenting.CORE, "checkin"),  # one yes, recorded as three (product.md 3.3)
    proposal,
    "checkins.agreed",
    choices=lambda code: (Button(_("Change time or days"), "checkins.edit", code),),
)


def enabled(schedule: Schedule, first: datetime, now: datetime) -> Text:
    return _("I'll check in {schedule}. The first one comes {when}. `checkin off` stops it.").format(
        schedule=str(schedule), when=friendly_instant(first, now, schedule.zone)
    )


def form(schedule: Schedule) -> Form:
    return Form(
        _("Your check-in"),
        (
            Field("at", _("At what time?"), time, default=f"{schedule.at:%H:%M}"),
            Field("zone", _("In which city or time zone?"), ZoneInfo, default=schedule.zone.key),
            Field("days", _("On which days?"), Days, default=_days_words(schedule.days)),
        ),
        "checkins.propose",
        _code(schedule),
    )


def _days_words(days: Days) -> str:
    return str(days).removeprefix("on ")


def _code(schedule: Schedule) -> str:
    """A schedule as a button's value: ``19:00 Europe/Berlin 1234567``."""
    return f"{schedule.at:%H:%M} {schedule.zone.key} {schedule.days.code}"


def _schedule(code: str) -> Schedule:
    try:
        at, zone, days = code.split(" ")
        return Schedule(time.fromisoformat(at), ZoneInfo(zone), Days.from_code(days))
    except (ValueError, LookupError, OSError) as error:  # it came back from the network
        raise UserError(_("That button has expired. `checkin on` opens a new one.")) from error


def _enable(connection: Connection, person: Person, schedule: Schedule, now: datetime) -> datetime:
    members.set_zone(connection, person, schedule.zone.key)
    return checkins.enable(connection, person, schedule, now)


def _disable(connection: Connection, person: Person) -> bool:
    consents.withdraw(connection, person, "checkin")
    return checkins.disable(connection, person)
