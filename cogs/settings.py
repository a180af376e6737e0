"""One screen for every switch, role and dial: each is changed in one tap, or by typing its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from functools import partial
from zoneinfo import ZoneInfo

from bot.asking import doors
from bot.asking.consenting import ADULT, ADULTS_ONLY, CORE
from bot.clocks.times import friendly_zone
from bot.cog import KeepsNothing, action, command
from bot.context import Context
from bot.delivery.quiet_hours import QuietHours
from bot.errors import UserError
from bot.messages import Button, Field, Form, Message, Text
from bot.registry import Ask, Reply, Setting
from bot.words import i18n
from bot.words.i18n import N_, _, say
from storage.members import consents, members

SWITCHES: Mapping[str, str] = {
    "dm": N_("I may write to you first"),
    "checkin": N_("Check-ins"),
    "quiet": N_("Quiet alert"),
    "may-be-asked": N_("Others may ask to tell you"),
    "buddy": N_("A buddy"),
    "company": N_("Company"),
    "hello": N_("Hellos"),
    "thanks": N_("Thanks from members"),
    "events": N_("Circle reminders"),
    "missed": N_("A host's hello"),
    "door": N_("An open door"),
    "notebook": N_("Notebook"),
    "dates": N_("My dates"),
    "reminders": N_("Reminders"),
    "country": N_("My country for Help now"),
    ADULT: N_("I am 18 or over"),
}
ROLES: Mapping[str, str] = {
    "helper": N_("Helper"),
    "welcomer": N_("Welcomer"),
    "contact": N_("Contact"),
    "host": N_("Host"),
    "mentor": N_("Mentor"),
}
NAMES = {**SWITCHES, **ROLES}
"""The short name of each purpose; the row of ``core`` is called differently, as it stands for everything."""

BEGINS: Mapping[str, str] = {
    "checkin": doors.CHECKIN,
    "buddy": doors.BUDDY,
    "company": doors.COMPANY,
    "hello": "hello.open",
    "events": doors.CIRCLE,
    "country": "help.choose",
    "notebook": "notebook.open",
    "dates": "dates.open",
    "reminders": "reminders.open",
}
"""What has more to ask than yes or no is switched on behind its own door."""

STAYS: Mapping[str, str] = {
    "events": N_("Your seats stay. I tell you nothing about them, also not when a date is moved or cancelled."),
}
"""What a member would not expect of a switch that is off."""

WORDS: Mapping[str, str] = {
    "dm": N_("I may write to you first, for what you switched on. Nobody else sees it."),
    "may-be-asked": N_(
        "Members may ask you to be someone they'd tell if they go quiet. You can say no each time, and stop any time."
        " Who asks sees that you accept being asked."
    ),
    "thanks": N_("Members may thank you through me. You see their name and their words; nobody else does."),
    "door": N_(
        "If I've sent you nothing for 30 days, I may say once that the doors here are open. No answer is fine. Nobody"
        " else sees it."
    ),
    "helper": N_(
        "When someone here would like company, I may ask you. They see your name only after you both say yes, and so"
        " do you. Moderators can see who helps."
    ),
    "welcomer": N_(
        "I may give your name to somebody new, or to somebody I found no buddy for, so that they can say hello. They"
        " and the moderators see it."
    ),
    "contact": N_(
        "Members may ask you to be told if they go quiet. Who asks sees your answer. You're not responsible for the"
        " outcome."
    ),
    "host": N_("You can host circles. Everybody who sees a circle sees its hosts, and so do the moderators."),
    "mentor": N_(
        "I may suggest you as a mentor. Your name is shown only after you both say yes. Moderators can see who mentors."
    ),
}
"""The question behind each switch that needs nothing but a yes."""

ASKED_FIRST = ("dm", ADULT)
"""Switches that stop more than themselves."""

PAGE = 23
"""Rows on one page: a message holds 25 buttons, and two are left for the way on and for what waits in the inbox."""


class Settings(KeepsNothing):  # consents and dials stand with the person: see Onboarding
    """The screen itself, and what is changed nowhere else: consents, roles, quiet hours, zone, language."""

    @command("settings")
    async def open(self, context: Context, change: str = "") -> Reply:
        """See everything you switched on, and change it in one tap."""
        if not change:
            return await self._screen(context)
        wanted = change.strip().casefold()
        for row in await self._rows(context):
            if str(row.label).casefold().startswith(wanted):
                return await self.core.registry.actions[row.action].handler(context, row.value)
        raise UserError(_("I have no setting with that name. `settings` shows them all."))

    @action("settings.open")
    async def opened(self, context: Context, value: str) -> Message:
        return await self._screen(context, page=int(value) if value.isdecimal() else 0)

    async def _screen(self, context: Context, said: Text | None = None, page: int = 0) -> Message:
        rows = await self._rows(context)
        shown = rows[page * PAGE : (page + 1) * PAGE] or rows[:PAGE]
        buttons = [Button(_label(row), row.action, row.value) for row in shown]
        if len(rows) > PAGE:
            following = page + 1 if (page + 1) * PAGE < len(rows) else 0
            buttons.append(Button(_("More settings"), "settings.open", str(following)))
        text = _("Your settings. Press one to change it, or say `settings` and its name. Nobody is told.")
        return Message(said + "\n" + text if said else text, tuple(buttons))

    async def _rows(self, context: Context) -> list[Setting]:
        """What all features show, in three groups: what is switched on, roles, dials."""
        rows = [row for cog in self.core.registry.cogs for row in await cog.settings(context)]
        order = ("switch", "role", "dial")
        return sorted(rows, key=lambda row: order.index(row.group))

    async def settings(self, context: Context) -> Sequence[Setting]:
        given = await self.read(consents.given, context.me)
        switches = [row for name in NAMES if (row := self._switch(name, given)) is not None]
        profile = await self.read(members.profile, context.me)
        quiet = QuietHours(time.fromisoformat(profile.quiet_start), time.fromisoformat(profile.quiet_end))
        dials = [
            Setting(_("Quiet hours"), Text(str(quiet)), "settings.quiet_hours"),
            Setting(_("Time zone"), Text(friendly_zone(ZoneInfo(profile.zone))), "settings.zone"),
            Setting(_("Pause"), _("on") if profile.paused else _("off"), _pause(paused=profile.paused)),
            Setting(_("What I keep about you"), _("see or delete"), "privacy.open"),
        ]
        if len(languages := i18n.languages()) > 1:
            chosen = profile.locale.partition("-")[0]
            dials.append(Setting(_("Language"), Text(chosen), "settings.language", _after(chosen, languages)))
        return [*switches, *dials]

    def _switch(self, name: str, given: frozenset[str]) -> Setting | None:
        group, label = ("role" if name in ROLES else "switch"), say(NAMES[name])
        if name in given:
            rests = "dm" not in given and name in _stopped_by("dm")
            return Setting(label, _("rests") if rests else _("on"), "settings.off", name, group)  # type: ignore[arg-type]  # one of the two
        if name in WORDS:
            return Setting(label, _("off"), "settings.on", name, group)  # type: ignore[arg-type]  # one of the two
        if BEGINS.get(name) in self.core.registry.actions:
            return Setting(label, _("off"), BEGINS[name])
        return None  # nobody offers it yet, or it is switched on where it is needed

    # -- switches and roles -------------------------------------------------------------------------------------------

    @action("settings.off")
    async def off(self, context: Context, value: str) -> Message:
        name = _known(value)
        if name in ASKED_FIRST and (question := await self._before_off(context, name)) is not None:
            return question
        await self.core.consenting.withdraw(context.me, [name])
        noted = _("{name}: off now.").format(name=say(NAMES[name]))
        if name in STAYS:
            noted = noted + " " + say(STAYS[name])
        return await self._screen(context, noted)

    async def _before_off(self, context: Context, name: str) -> Message | None:
        """What stops more than itself asks, and names what; None where there is nothing else to stop."""
        given = await self.read(consents.given, context.me)
        names = [say(NAMES[other]) for other in NAMES if other in given and other in _stopped_by(name)]
        if not names:
            return None
        said = (
            _("Nothing is done yet. If I may not write to you first, these rest: {names}.")
            if name == "dm"
            else _("Nothing is done yet. These are for adults and end with it: {names}.")
        )
        off, keep = Button(_("Switch it off"), "settings.off_now", name), Button(_("Leave it on"), "settings.open")
        return Message(said.format(names=Text(", ").join(names)), (keep, off))

    @action("settings.off_now")
    async def off_now(self, context: Context, value: str) -> Message:
        """After the question. The way back comes second: a "1" typed twice undoes nothing."""
        name = _known(value)
        if name not in ASKED_FIRST:
            raise UserError(_("That button has expired. `settings` shows what there is."))
        given = await self.read(consents.given, context.me)
        names = [say(NAMES[other]) for other in NAMES if other in given and other in _stopped_by(name)]
        await self.core.consenting.withdraw(context.me, [ADULT, *ADULTS_ONLY] if name == ADULT else [name])
        said = _("{name}: off now.").format(name=say(NAMES[name]))
        listed = Text(", ").join(names)
        everything = Button(_("All settings"), "settings.open")
        if name == ADULT:
            return Message(said + " " + _("These have ended: {names}.").format(names=listed), (everything,))
        undo = Button(_("Undo"), "settings.undo", name)
        return Message(said + " " + _("These rest: {names}.").format(names=listed), (everything, undo))

    @action("settings.undo")
    async def undo(self, context: Context, value: str) -> Message:
        """The same yes again, in the words of its switch: pressing is saying it."""
        if value != "dm":
            raise UserError(_("That button has expired. `settings` shows what there is."))
        await self.write(consents.give, context.me, (value,), str(say(WORDS[value])), context.now)
        said = _("{name}: on now.").format(name=say(NAMES[value]))
        return Message(said + " " + _("What rested goes on."), (Button(_("All settings"), "settings.open"),))

    @action("settings.on")
    async def on(self, context: Context, value: str) -> Message:
        """One yes, in the words of the switch; then the screen again."""
        name = _known(value)
        if name not in WORDS:
            raise UserError(_("That is switched on where it is needed. `help` shows what I can do."))
        question = await self.core.consenting.question(context, _ask(name), name)
        if question is not None:
            return question
        return await self._screen(context, _("{name}: on now.").format(name=say(NAMES[name])))

    def asks(self) -> Sequence[Ask]:
        return [
            Ask(_ask(name), tuple({*CORE, name}), partial(_words, name), "settings.on", adult=name in ADULTS_ONLY)
            for name in WORDS
        ]

    # -- dials --------------------------------------------------------------------------------------------------------

    @action("settings.quiet_hours")
    async def quiet_hours(self, context: Context, value: str) -> Form:
        profile = await self.read(members.profile, context.me)
        return Form(
            _("Quiet hours"),
            (
                Field("start", _("From when may I not write first?"), time, default=profile.quiet_start),
                Field("end", _("Until when? The same time means never."), time, default=profile.quiet_end),
            ),
            "settings.be_quiet",
        )

    @action("settings.be_quiet")
    async def be_quiet(self, context: Context, value: str, start: time, end: time) -> Message:
        await self.write(members.set_quiet_hours, context.me, start, end)
        said = _("Quiet hours: {hours}. A time you picked yourself still comes.").format(hours=QuietHours(start, end))
        return await self._screen(context, said)

    @action("settings.zone")
    async def zone(self, context: Context, value: str) -> Form:
        profile = await self.read(members.profile, context.me)
        field = Field("zone", _("In which city or time zone are you?"), ZoneInfo, default=profile.zone)
        return Form(_("Time zone"), (field,), "settings.be_in")

    @action("settings.be_in")
    async def be_in(self, context: Context, value: str, zone: ZoneInfo) -> Message:
        await self.write(members.set_zone, context.me, zone.key)
        said = _("Your time zone is {zone}. What you gave a time and place of its own stays as it is.")
        return await self._screen(context, said.format(zone=friendly_zone(zone)))

    @action("settings.language")
    async def language(self, context: Context, value: str) -> Message:
        if value not in i18n.languages():
            raise UserError(_("I don't speak that yet. `settings` shows what I can."))
        await self.write(members.set_locale, context.me, value)
        with i18n.reading(value):
            return await self._screen(context, _("I speak {language} from now on.").format(language=value))


def _label(row: Setting) -> Text:
    return Text(f"{row.label}: {row.state}"[:45])


def _pause(*, paused: bool) -> str:
    return "onboarding.start" if paused else "pause.open"


def _after(chosen: str, languages: Sequence[str]) -> str:
    """The language that one more tap leads to."""
    return languages[(languages.index(chosen) + 1) % len(languages)] if chosen in languages else languages[0]


def _known(name: str) -> str:
    if name not in NAMES:
        raise UserError(_("That button has expired. `settings` shows what there is."))
    return name


def _stopped_by(name: str) -> Sequence[str]:
    """What rests without the word to write first, or ends without the line about age."""
    return ADULTS_ONLY if name == ADULT else [other for other in NAMES if other not in ("dm", ADULT, "country")]


def _ask(name: str) -> str:
    return f"set-{name}"


def _words(name: str, _value: str) -> Text:
    return say(WORDS[name])
