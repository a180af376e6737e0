"""How a member likes to be asked: one screen, each thing on it changed in one tap, and nobody is told of a change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import time
from sqlite3 import Connection
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.asking import doors
from bot.clocks.times import Days, Schedule, Week, friendly_instant, friendly_time, friendly_zone
from bot.cog import Cog, action, command
from bot.context import Context
from bot.errors import UserError
from bot.incoming.parameters import One, Some
from bot.messages import Button, Community, Field, Form, Message, Option, Person, Text
from bot.registry import Reply, Setting, Work, nothing_to_forget
from bot.words.i18n import N_, _, say
from cogs.checkins.prompting import THEMES, TOPICS
from cogs.checkins.schedules import code_of, part_form
from cogs.checkins.starting import start
from storage.checkins import checkins, posts, prompts_off
from storage.checkins import dials as checkin_dials
from storage.checkins.dials import Audience, Dials, Personal
from storage.members import members

PERSONAL: Mapping[Personal, str] = {"light": N_("light"), "personal": N_("personal"), "tender": N_("tender")}
AUDIENCES: Mapping[Audience, str] = {
    "nobody": N_("nobody"),
    "listeners": N_("my buddy or mentor"),
    "thread": N_("a check-in thread"),
}
EXPLAINED: Mapping[Audience, str] = {
    "nobody": N_("Nobody sees your answers."),
    "listeners": N_("Nobody sees your answers unless you send one: I show you who would see it, and exactly what."),
    "thread": N_("After words of your own I ask each time whether to put them into the check-in thread."),
}


NONE = Some(())
Name = TypeVar("Name", bound=str)


class CheckInChoices(Cog):
    """`checkin change`: times, zone, themes, topics, how personal, and who may see answers."""

    @command("checkin change")
    async def change(self, context: Context) -> Message:
        """See and change when your check-in comes."""
        return await self._screen(context)

    @action("checkins.change")
    async def changed(self, context: Context, value: str) -> Message:
        return await self._screen(context)

    async def _screen(self, context: Context, said: Text | None = None) -> Message:
        found = await self.read(checkins.week_of, context.me)
        if found is None:
            if await self.read(checkins.rests, context.me):
                return Message(_("Your check-ins are paused. `start` brings them back."), (_back(), _stop()))
            return Message(_("You have no check-in yet."), (Button(_("A check-in"), "checkins.offer"),))
        week, due = found
        dials = await self.read(checkin_dials.get, context.me)
        home = await self.zone_of(context)
        shown = _("Your check-in comes {schedule}.").format(schedule=str(week))
        if not await self.core.resting.rests(context.me):
            when = friendly_instant(due, context.now, week.zone)
            shown = shown + " " + _("The next one is {when}.").format(when=when)
        text = Text("\n").join([*([said] if said else []), shown, say(EXPLAINED[dials.audience])])
        travel = [] if home == week.zone else [_move(home)]
        return Message(text, (*travel, *_dials(week, dials), _stop()))

    # -- when ---------------------------------------------------------------------------------------------------------

    @action("checkins.part")
    async def part(self, context: Context, value: str) -> Form:
        return part_form()

    @action("checkins.add_part")
    async def add_part(self, context: Context, value: str, at: time, days: Days) -> Message:
        found = await self.read(checkins.week_of, context.me)
        if found is None:
            return await self._screen(context)
        week = found[0].with_part(Schedule(at, found[0].zone, days))
        await self.write(checkins.enable, context.me, week, context.now)
        return await self._screen(context, _("Noted."))

    @action("checkins.move")
    async def move(self, context: Context, value: str) -> Message:
        """To the member's own zone: the same hours there."""
        found = await self.read(checkins.week_of, context.me)
        home = await self.zone_of(context)
        if found is not None:
            week = Week.of(*(Schedule(part.at, home, part.days) for part in found[0].parts))
            await self.write(start, context.me, week, context.now)
        return await self._screen(context, _("Noted."))

    # -- how ----------------------------------------------------------------------------------------------------------

    @action("checkins.personal")
    async def personal(self, context: Context, value: str) -> Reply:
        """One tap further: light, personal, tender, light; or one of the three, where they can be ticked."""
        order = list(PERSONAL)
        now = (await self.read(checkin_dials.get, context.me)).personal
        if context.whole_forms:
            field = Field("how", _("How personal?"), One, default=now, choices=_offered(PERSONAL))
            return Form(_("How personal"), (field,), "checkins.set_personal")
        return await self._personal(context, order[(order.index(now) + 1) % len(order)])

    @action("checkins.set_personal")
    async def set_personal(self, context: Context, value: str, how: One) -> Message:
        return await self._personal(context, _one_of(PERSONAL, how))

    async def _personal(self, context: Context, following: Personal) -> Message:
        await self.write(checkin_dials.set_personal, context.me, following)
        said = _PERSONAL_SAID[following]()
        asked = await self.read(prompts_off.for_person, context.me, self.core.settings.without_tender)
        if following == "tender" and not asked.tender:
            said = _("Tender from now on. Where you are, tender questions are off at the moment, so none comes yet.")
        return await self._screen(context, said)

    @action("checkins.audience")
    async def audience(self, context: Context, value: str) -> Reply:
        order = list(AUDIENCES)
        now = (await self.read(checkin_dials.get, context.me)).audience
        if context.whole_forms:
            there = order if await self.read(_has_thread, context.me) else order[:-1]
            choices = _offered({name: AUDIENCES[name] for name in there})
            field = Field("who", _("Who may see your answers?"), One, default=now, choices=choices)
            note = _("Nothing is shown to anybody before you say so.")
            return Form(_("Who may see it"), (field,), "checkins.set_audience", note=note)
        return await self._audience(context, order[(order.index(now) + 1) % len(order)])

    @action("checkins.set_audience")
    async def set_audience(self, context: Context, value: str, who: One) -> Message:
        return await self._audience(context, _one_of(AUDIENCES, who))

    async def _audience(self, context: Context, following: Audience) -> Message:
        if following == "thread" and not await self.read(_has_thread, context.me):
            following = "nobody"  # no thread is there to put anything into
        await self.write(checkin_dials.set_audience, context.me, following)
        return await self._screen(context)

    @action("checkins.themes")
    async def themes(self, context: Context, value: str) -> Reply:
        chosen = set((await self.read(checkin_dials.get, context.me)).themes)
        if context.whole_forms and not value:
            field = _several(_("Which do you want more of?"), THEMES, chosen, _("All alike while none is chosen."))
            return Form(_("Themes"), (field,), "checkins.set_themes")
        if value:
            await self.write(checkin_dials.set_themes, context.me, _toggled(chosen, value, THEMES))
        text = _(
            "Which themes do you want more of? All of them alike while none is chosen. No theme comes two days running."
        )
        return Message(text, (*_choices(THEMES, chosen, "checkins.themes", _("chosen")), _back_to_screen()))

    @action("checkins.set_themes")
    async def set_themes(self, context: Context, value: str, chosen: Some = NONE) -> Message:
        await self.write(checkin_dials.set_themes, context.me, {_one_of(THEMES, one) for one in chosen})
        return await self._screen(context, _("Noted."))

    @action("checkins.topics")
    async def topics(self, context: Context, value: str) -> Reply:
        left_out = set((await self.read(checkin_dials.get, context.me)).leave_out)
        if context.whole_forms and not value:
            field = _several(_("What do you want left out?"), TOPICS, left_out, _("No question touches it then."))
            return Form(_("Topics to leave out"), (field,), "checkins.set_topics")
        if value:
            await self.write(checkin_dials.set_leave_out, context.me, _toggled(left_out, value, TOPICS))
        text = _("What do you want left out? No question touches it then.")
        return Message(text, (*_choices(TOPICS, left_out, "checkins.topics", _("left out")), _back_to_screen()))

    @action("checkins.set_topics")
    async def set_topics(self, context: Context, value: str, chosen: Some = NONE) -> Message:
        await self.write(checkin_dials.set_leave_out, context.me, {_one_of(TOPICS, one) for one in chosen})
        return await self._screen(context, _("Noted."))

    # -- on the screen of all settings --------------------------------------------------------------------------------

    async def settings(self, context: Context) -> Sequence[Setting]:
        found = await self.read(checkins.week_of, context.me)
        if found is None:
            return ()
        dials = await self.read(checkin_dials.get, context.me)
        times = ", ".join(friendly_time(part.at) for part in found[0].parts)
        return (
            Setting(_("Check-in times"), Text("{times}").format(times=times), "checkins.change"),
            Setting(_("How personal"), say(PERSONAL[dials.personal]), "checkins.personal"),
        )

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: checkin_dials.export(connection, person)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return (lambda connection: checkin_dials.forget(connection, person)) if community is None else nothing_to_forget


_PERSONAL_SAID = {
    "light": lambda: _("Light from now on: fine with a stranger."),
    "personal": lambda: _("Personal from now on: also how things are."),
    "tender": lambda: _("Tender from now on, after your first week. Each question can be skipped."),
}


def _dials(week: Week, dials: Dials) -> tuple[Button, ...]:
    personal = say(PERSONAL[dials.personal])
    audience = say(AUDIENCES[dials.audience])
    return (
        Button(_("Change time or days"), "checkins.edit", code_of(week.parts[0])),
        Button(_("Another time on some days"), "checkins.part"),
        Button(_("How personal: {how}").format(how=personal), "checkins.personal"),
        Button(_("Themes"), "checkins.themes"),
        Button(_("Topics to leave out"), "checkins.topics"),
        Button(_("May see it: {who}").format(who=audience), "checkins.audience"),
    )


def _choices(names: Mapping[str, str], on: Collection[str], opens: str, mark: Text) -> list[Button]:
    buttons = []
    for name, words in names.items():
        label = say(words)
        buttons.append(Button(label + " (" + mark + ")" if name in on else label, opens, name))
    return buttons


def _several(asked: Text, names: Mapping[str, str], on: Collection[str], note: Text) -> Field:
    default = " ".join(sorted(on))
    return Field("chosen", asked, Some, default=default, optional=True, note=note, choices=_offered(names))


def _offered(names: Mapping[Name, str]) -> tuple[Option, ...]:
    return tuple(Option(say(words), name) for name, words in names.items())


def _one_of(names: Mapping[Name, str], said: str) -> Name:
    """One of these; what a form sends came back from the network."""
    found = next((name for name in names if name == said), None)
    if found is None:
        raise UserError(_("That button has expired. `checkin change` shows what there is."))
    return found


def _toggled(on: set[str], name: str, names: Mapping[str, str]) -> set[str]:
    if name not in names:
        raise UserError(_("That button has expired. `checkin change` shows what there is."))
    on ^= {name}
    return on


def _move(zone: ZoneInfo) -> Button:
    return Button(_("Move it to {zone}").format(zone=friendly_zone(zone)), "checkins.move")


def _back() -> Button:
    return Button(_("Bring them back"), doors.START, doors.AGAIN)


def _back_to_screen() -> Button:
    return Button(_("Done"), "checkins.change")


def _stop() -> Button:
    return Button(_("Stop check-ins"), "checkins.stop", style="danger")


def _has_thread(connection: Connection, person: Person) -> bool:
    return any(posts.get(connection, community) for community in members.communities(connection, person))
