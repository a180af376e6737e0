"""Reminders that come round again: each with `Snooze` and `Stop` under it, and nothing is counted."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clocks.times import (
    ONE_DAY,
    dated_instant,
    friendly_duration,
    friendly_wait,
    instant_at,
    local_day,
)
from bot.cog import Cog, KeepsNothing, action, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Field, Form, Message, Text
from bot.words.i18n import _
from storage.personal import reminders, repeating
from storage.personal.reminders import Reminder

LATE = timedelta(minutes=5)
"""From then on a reminder says that it is late."""
BATCH = 500
WORDS = ("reminders", "words")
"""Where they are encrypted, under the key of their row."""
EVENING = time(19)


class RepeatingReminders(KeepsNothing):  # what is kept stands with Reminders
    """The next one is worked out when one was sent, from the wall time somebody named."""

    @job(every="tick")
    async def plan_due(self, now: datetime) -> bool:
        return await self.write(repeating.plan_due, now, BATCH)

    @message(reminders.AGAIN, actions=("reminders.snooze", "reminders.stop"), late="says so")
    async def again(self, delivery: Delivery, reader: Reader) -> Message | None:
        one = await self.read(reminders.get, int(delivery.args["reminder"]))
        if one is None:
            return None
        buttons = (
            Button(_("Snooze"), "reminders.snooze", str(one.id)),
            Button(_("Stop"), "reminders.stop", str(one.id)),
        )
        return Message(said_of(self, one, delivery.due, reader.now), buttons)

    @action("reminders.snooze")
    async def snooze(self, context: Context, value: str) -> Message:
        """Once more at another time. What comes by itself comes all the same."""
        one = await own(self, context, value)
        choices = _choices(one, context.now, await self.zone_of(context))
        buttons = [Button(label, "reminders.snooze_to", f"{one.id}:{name}") for name, (label, _at) in choices.items()]
        return Message(
            _("Until when? What comes by itself comes all the same."),
            (*buttons, Button(_("Another time"), "reminders.snooze_ask", str(one.id))),
        )

    @action("reminders.snooze_to")
    async def snooze_to(self, context: Context, value: str) -> Text:
        row, _colon, name = value.partition(":")
        one = await own(self, context, row)
        choices = _choices(one, context.now, await self.zone_of(context))
        if name not in choices:
            raise UserError(_("That hour has passed. `Another time` takes any other."))
        return await self._snoozed(context, one, choices[name][1])

    @action("reminders.snooze_ask")
    async def snooze_ask(self, context: Context, value: str) -> Form:
        return Form(
            _("Once more"),
            (Field("when", _("When?"), datetime, note=_("Say in 20 min, or tomorrow 19:00.")),),
            "reminders.snooze_until",
            value,
        )

    @action("reminders.snooze_until")
    async def snooze_until(self, context: Context, value: str, when: datetime) -> Text:
        return await self._snoozed(context, await own(self, context, value), when)

    async def _snoozed(self, context: Context, one: Reminder, when: datetime) -> Text:
        if not await self.write(repeating.snooze, context.me, one.id, when):
            raise gone()
        at = dated_instant(when, context.now, await self.zone_of(context))
        return _("It comes once more {wait}: {when}.").format(wait=friendly_wait(when, context.now), when=at)

    @action("reminders.stop")
    async def stop(self, context: Context, value: str) -> Text:
        one = await own(self, context, value)
        await self.write(reminders.remove, context.me, one.id)
        return _("Stopped: “{what}” comes no more, and its words are erased.").format(what=words_of(self, one))


def _choices(one: Reminder, now: datetime, zone: ZoneInfo) -> dict[str, tuple[Text, datetime]]:
    """What is offered in one tap: nothing that has passed, nor what comes by itself until then."""
    today = local_day(now, zone)
    evening = instant_at(today, EVENING, zone)
    found = {"hour": (_("In an hour"), now + timedelta(hours=1))}
    if evening > now + timedelta(hours=1):
        found["evening"] = (_("This evening"), evening)
    if one.repeat is not None:
        tomorrow = instant_at(local_day(now, one.repeat.zone) + ONE_DAY, one.repeat.at, one.repeat.zone)
        if one.due > tomorrow:
            found["tomorrow"] = (_("Tomorrow"), tomorrow)
    return found


async def own(cog: Cog, context: Context, value: str) -> Reminder:
    """The member's own reminder that a button names. Raises UserError where it is gone, or somebody else's."""
    waiting = await cog.read(reminders.of_person, context.me)
    one = next((one for one in waiting if str(one.id) == value), None)
    if one is None:
        raise gone()
    return one


def gone() -> UserError:
    return UserError(_("That reminder is gone already. `reminders` shows what waits."))


def words_of(cog: Cog, one: Reminder) -> str:
    return cog.unseal(one.words, *WORDS, one.id)


def said_of(cog: Cog, one: Reminder, due: datetime, now: datetime) -> Text:
    """The member's own words, and how late they come."""
    words, late = words_of(cog, one), now - due
    if late < LATE:
        return _("You asked me to remind you: “{words}”").format(words=words)
    return _("You asked me to remind you: “{words}” This is late by {duration}.").format(
        words=words, duration=friendly_duration(late)
    )
