"""One screen for every switch, role and dial: each is changed in one tap, or by typing its name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from functools import partial
from zoneinfo import ZoneInfo

from bot.asking import doors
from bot.asking.consenting import ADULT, ADULTS_ONLY, CORE
from bot.clocks.quiet_hours import QuietHours
from bot.clocks.times import friendly_time, friendly_zone
from bot.cog import KeepsNothing, action, command
from bot.context import Context
from bot.errors import UserError
from bot.messages import Button, Field, Form, Message, Text
from bot.registry import Ask, Reply, Setting
from bot.words import i18n
from bot.words.i18n import N_, _, say
from cogs.switches import ASKED_FIRST, BEGINS, ENDS, FOLLOWS, NAMES, ROLES, WORDS
from storage.members import consents, members, volunteers

PAGE = 23
"""Rows on one page: a message holds 25 buttons, and two are left for the way on and for what waits in the inbox."""

HEADINGS = {
    "switch": N_("What I may do"),
    "role": N_("What you offer others"),
    "dial": N_("How and when"),
}
GROUPS = list(HEADINGS)


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

    async def _screen(self, context: Context, page: int = 0) -> Message:
        rows = await self._rows(context)
        shown = sorted(rows[page * PAGE : (page + 1) * PAGE] or rows[:PAGE], key=lambda row: GROUPS.index(row.group))
        buttons = [Button(_label(row), row.action, row.value, under=say(HEADINGS[row.group])) for row in shown]
        if len(rows) > PAGE:
            following = page + 1 if (page + 1) * PAGE < len(rows) else 0
            buttons.append(Button(_("More settings"), "settings.open", str(following)))
        text = _("Your settings. Choose one to change it, or say `settings` and its name. Nobody is told.")
        return Message(text, tuple(buttons))

    async def _rows(self, context: Context) -> list[Setting]:
        """What all features show: what is on, then what is off, of which roles stand nowhere else."""
        rows = [row for cog in self.core.registry.cogs for row in await cog.settings(context)]
        on = [row for row in rows if str(row.state) != str(_("off"))]
        off = sorted((row for row in rows if row not in on), key=lambda row: row.group != "role")
        return [*on, *off]

    async def settings(self, context: Context) -> Sequence[Setting]:
        given = await self.read(consents.given, context.me)
        switches = [row for name in NAMES if (row := self._switch(name, given)) is not None]
        profile = await self.read(members.profile, context.me)
        quiet = QuietHours(time.fromisoformat(profile.quiet_start), time.fromisoformat(profile.quiet_end))
        dials = [
            Setting(_("Quiet hours"), Text(str(quiet)), "settings.quiet_hours"),
            Setting(_("Time zone"), Text(friendly_zone(ZoneInfo(profile.zone))), "settings.zone"),
            Setting(_("Pause"), _("on") if profile.paused else _("off"), _pause(paused=profile.paused), doors.AGAIN),
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
            return Setting(label, _("off"), BEGINS[name], group=group)  # type: ignore[arg-type]  # one of the two
        return None  # nobody offers it yet, or it is switched on where it is needed

    # -- switches and roles -------------------------------------------------------------------------------------------

    @action("settings.off")
    async def off(self, context: Context, value: str) -> Message:
        name = _known(value)
        question = await self._before_off(context, name)
        return question if question is not None else await self._is_off(context, name)

    async def _is_off(self, context: Context, name: str) -> Message:
        """One line: what changed, and what follows."""
        await self.core.consenting.withdraw(context.me, [name])
        said = _("{name}: off now.").format(name=say(NAMES[name])) + " " + say(FOLLOWS[name])
        again = "settings.on" if name in WORDS else BEGINS.get(name, "")
        on = Button(_("Switch it on"), again, name if again == "settings.on" else "")
        return _changed(said, *([on] if again in self.core.registry.actions else []))

    async def _before_off(self, context: Context, name: str) -> Message | None:
        """What stops more than itself asks, and names what; None where there is nothing else to stop."""
        given = await self.read(consents.given, context.me)
        off, keep = Button(_("Switch it off"), "settings.off_now", name), Button(_("Leave it on"), "settings.open")
        if name in ENDS and name in given:
            return Message(_("Nothing is done yet.") + " " + say(ENDS[name]), (keep, off))
        names = [say(NAMES[other]) for other in NAMES if other in given and other in _stopped_by(name)]
        if name not in ASKED_FIRST or not names:
            return None
        said = (
            _("Nothing is done yet. If I may not write to you first, these rest: {names}.")
            if name == "dm"
            else _("Nothing is done yet. These are for adults and end with it: {names}.")
        )
        return Message(said.format(names=Text(", ").join(names)), (keep, off))

    @action("settings.off_now")
    async def off_now(self, context: Context, value: str) -> Message:
        """After the question. The way back comes second: a "1" typed twice undoes nothing."""
        name = _known(value)
        if name in ENDS:
            return await self._is_off(context, name)
        if name not in ASKED_FIRST:
            raise UserError(_("That button has expired. `settings` shows what there is."))
        given = await self.read(consents.given, context.me)
        names = [say(NAMES[other]) for other in NAMES if other in given and other in _stopped_by(name)]
        await self.core.consenting.withdraw(context.me, [ADULT, *ADULTS_ONLY] if name == ADULT else [name])
        said = _("{name}: off now.").format(name=say(NAMES[name]))
        listed = Text(", ").join(names)
        if name == ADULT:
            return _changed(said + " " + _("These have ended: {names}.").format(names=listed))
        undo = Button(_("Undo"), "settings.undo", name)
        return _changed(said + " " + _("These rest: {names}.").format(names=listed), undo)

    @action("settings.undo")
    async def undo(self, context: Context, value: str) -> Message:
        """The same yes again, in the words of its switch: pressing is saying it."""
        if value != "dm":
            raise UserError(_("That button has expired. `settings` shows what there is."))
        await self.write(consents.give, context.me, (value,), str(say(WORDS[value])), context.now)
        said = _("{name}: on now.").format(name=say(NAMES[value]))
        return _changed(said + " " + _("What rested goes on."))

    @action("settings.on")
    async def on(self, context: Context, value: str) -> Message:
        """One yes, in the words of the switch."""
        name = _known(value)
        if name not in WORDS:
            raise UserError(_("That is switched on where it is needed. `help` shows what I can do."))
        question = await self.core.consenting.question(context, _ask(name), name)
        if question is not None:
            return question
        off = Button(_("Switch it off"), "settings.off", name)
        return _changed(await self._on_now(context, name), off)

    async def _on_now(self, context: Context, name: str) -> Text:
        """Also whether somebody looks at it first, in the same words for everybody."""
        said = _("{name}: on now.").format(name=say(NAMES[name]))
        for community in await self.read(members.communities, context.me):
            if await self.read(volunteers.waits, community, context.me, name, context.now):
                return said + " " + _("A moderator says yes first. That's so for everybody.")
        return said

    def asks(self) -> Sequence[Ask]:
        return [
            Ask(_ask(name), tuple({*CORE, name}), partial(_words, name), "settings.on", adult=name in ADULTS_ONLY)
            for name in WORDS
        ]

    # -- dials --------------------------------------------------------------------------------------------------------

    @action("settings.quiet_hours")
    async def quiet_hours(self, context: Context, value: str) -> Form:
        profile = await self.read(members.profile, context.me)
        start, end = time.fromisoformat(profile.quiet_start), time.fromisoformat(profile.quiet_end)
        return Form(
            _("Quiet hours"),
            (
                Field("start", _("From when may I not write first?"), time, default=friendly_time(start)),
                Field(
                    "end",
                    _("Until when?"),
                    time,
                    default=friendly_time(end),
                    note=_("The same time means never."),
                ),
            ),
            "settings.be_quiet",
        )

    @action("settings.be_quiet")
    async def be_quiet(self, context: Context, value: str, start: time, end: time) -> Message:
        await self.write(members.set_quiet_hours, context.me, start, end)
        said = _("Quiet hours: {hours}. A time you picked yourself still comes.").format(hours=QuietHours(start, end))
        return _changed(said)

    @action("settings.zone")
    async def zone(self, context: Context, value: str) -> Form:
        profile = await self.read(members.profile, context.me)
        field = Field("zone", _("In which city or time zone are you?"), ZoneInfo, default=profile.zone)
        return Form(_("Time zone"), (field,), "settings.be_in")

    @action("settings.be_in")
    async def be_in(self, context: Context, value: str, zone: ZoneInfo) -> Message:
        await self.write(members.set_zone, context.me, zone.key)
        said = _("Your time zone is {zone}. What you gave a time and place of its own stays as it is.")
        return _changed(said.format(zone=friendly_zone(zone)))

    @action("settings.language")
    async def language(self, context: Context, value: str) -> Message:
        if value not in i18n.languages():
            raise UserError(_("I don't speak that yet. `settings` shows what I can."))
        await self.write(members.set_locale, context.me, value)
        with i18n.reading(value):
            return _changed(_("I speak {language} from now on.").format(language=value))


def _changed(said: Text, *doors: Button) -> Message:
    """What changed, without the list: that comes when it is asked for."""
    return Message(said, (Button(_("All settings"), "settings.open"), *doors))


def _label(row: Setting) -> Text:
    return Text(f"{row.label}: {row.state}"[:45])


def _pause(*, paused: bool) -> str:
    return doors.START if paused else "pause.open"


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
