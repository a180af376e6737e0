"""What moderators decide for everybody: words, age, tenure, holds, groups, and who counts as trained."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from bot.clocks.quiet_hours import QuietHours
from bot.clocks.times import friendly_time
from bot.cog import KeepsNothing, action, command, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Field, Form, Member, Message, Text, who
from bot.registry import Reply
from bot.words.i18n import N_, _, say
from cogs.moderation import desk, wording
from storage.members import community_settings, governing
from storage.members.community_settings import GroupKind

NAME, GROUPS, TRAINED = "kith-mod settings", "kith-mod groups", "kith-mod trained"
TENURES = (0, 1, 3, 7, 30)
"""Days among which one tap goes round."""
BEGINNINGS = (0, 7, 14, 30)
MOST_GROUPS = 20

KINDS: Mapping[GroupKind, str] = {
    "main": N_("main"),
    "study": N_("study"),
    "family": N_("family and friends"),
    "alumni": N_("alumni"),
    "hosts": N_("hosts"),
    "other": N_("another"),
}


class CommunitySettings(KeepsNothing):
    """`kith-mod settings`, `kith-mod groups` and `kith-mod trained`."""

    @command(NAME, anyone=True, moderators=True)
    async def settings_screen(self, context: Context) -> Reply:
        """What you decide for this community. One tap changes one thing."""
        if question := await desk.first_yes(self, context, NAME):
            return question
        now = await self.read(community_settings.get, context.here)
        said = [
            _("What holds in {community}:").format(community=context.here.name),
            _("I word things for {preset}.").format(preset=wording.of(wording.PRESETS, now.preset)),
            _("This community is for adults, and the first thing I ask somebody is whether they are one.")
            if now.adults_only
            else _("This community is not declared adults-only."),
            _("People are introduced after {n} days here.").format(n=now.tenure_days)
            if now.tenure_days
            else _("People can be introduced from their first day here."),
            self._volunteers(now),
            _("Quiet hours, for members who have chosen none: {hours}.").format(hours=self._quiet(now)),
            _("A report holds introductions until you decide.")
            if now.holds_on_report
            else _("A report holds no introductions."),
        ]
        buttons = (
            Button(_("Wording"), "community.change", "preset"),
            Button(_("Adults only"), "community.change", "adults"),
            Button(_("Days before introductions"), "community.change", "tenure"),
            Button(_("Days before helping"), "community.change", "volunteers"),
            Button(_("Holds on reports"), "community.change", "holds"),
            Button(_("Quiet hours"), "community.quiet"),
            Button(_("Groups"), "groups.open"),
        )
        return Message(Text("\n").join(said), buttons)

    @action("community.change", moderators=True)
    async def change(self, context: Context, value: str) -> Reply:
        if value not in ("preset", "adults", "tenure", "volunteers", "holds"):
            raise UserError(_("I don't know that setting. `kith-mod settings` shows them all."))
        now = await self.read(community_settings.get, context.here)
        if asked := _lifts(self._decided(now), value):
            keep, lift = Button(_("Leave it"), "community.open"), Button(_("Lift it"), "community.lift", value)
            return Message(_("Nothing is done yet.") + " " + asked, (keep, lift))
        await desk.change(self, context, f"community.{value}", lambda settings: self._tapped(settings, value))
        return await self.settings_screen(context)

    @action("community.open", moderators=True)
    async def back(self, context: Context, value: str) -> Reply:
        return await self.settings_screen(context)

    @action("community.lift", moderators=True)
    async def lift(self, context: Context, value: str) -> Reply:
        """After the question. What was lifted meanwhile stays so."""
        now = await self.read(community_settings.get, context.here)
        if _lifts(self._decided(now), value):
            await desk.change(self, context, f"community.{value}", lambda settings: self._tapped(settings, value))
        return await self.settings_screen(context)

    def _tapped(self, settings: community_settings.Settings, what: str) -> community_settings.Settings:
        return _changed(self._decided(settings) if what == "volunteers" else settings, what)

    def _decided(self, settings: community_settings.Settings) -> community_settings.Settings:
        """With the days that hold as long as moderators have not said any."""
        if settings.volunteer_days is not None:
            return settings
        return settings._replace(volunteer_days=self.core.settings.volunteer_days)

    def _volunteers(self, settings: community_settings.Settings) -> Text:
        if days := self._decided(settings).volunteer_days:
            said = _("Helpers, welcomers and hosts begin after {n} days here, or with your yes. Mentors need your yes.")
            return said.format(n=days)
        return _("Helpers, welcomers and hosts can begin at once. Mentors need your yes.")

    def _quiet(self, settings: community_settings.Settings) -> QuietHours:
        return QuietHours(*settings.quiet) if settings.quiet else self.core.settings.quiet

    @action("community.quiet", moderators=True)
    async def quiet_hours(self, context: Context, value: str) -> Form:
        now = self._quiet(await self.read(community_settings.get, context.here))
        return Form(
            _("Quiet hours here"),
            (
                Field("start", _("From when may I not write first?"), time, default=friendly_time(now.start)),
                Field(
                    "end",
                    _("Until when?"),
                    time,
                    default=friendly_time(now.end),
                    note=_("The same time means never."),
                ),
            ),
            "community.be_quiet",
        )

    @action("community.be_quiet", moderators=True)
    async def be_quiet(self, context: Context, value: str, start: time, end: time) -> Reply:
        """Nobody's own hours change, and a time that somebody picked still comes."""
        change, here = community_settings.set_quiet_hours, context.here
        await desk.act(self, context, "community.quiet", change, here, start, end)
        return await self.settings_screen(context)

    @message(governing.SEPARATED, unsure="resend")
    async def separated(self, delivery: Delivery, reader: Reader) -> Message:
        said = _(
            "This room is a community of its own again. Another space had listed it, and I counted it as a part of that"
            " one, though this room never said so. Until now the moderators there could read reports made here, except"
            " those for the host only.\n"
            "If this room does belong there, whoever moderates it can say so in its own settings."
        )
        return Message(said, private=False)

    # -- groups -------------------------------------------------------------------------------------------------------

    @command(GROUPS, anyone=True, moderators=True)
    async def groups(self, context: Context) -> Reply:
        """The groups people are introduced in. Groups never mix."""
        return await desk.first_yes(self, context, GROUPS) or await self._groups(context)

    async def _groups(self, context: Context) -> Message:
        found = await self.read(community_settings.groups, context.here)
        said = [_("Groups here, which never mix when people are introduced:")]
        for number, group in enumerate(found, start=1):
            kind = say(KINDS[group.kind])
            said.append(Text("{n}. {name} ({kind})").format(n=number, name=self._name(group), kind=kind))
        if not found:
            said.append(_("one, for everybody."))
        buttons = [
            Button(_("Remove {number}").format(number=number), "groups.remove", str(group.id))
            for number, group in enumerate(found, start=1)
        ]
        return Message(Text("\n").join(said), (*buttons, Button(_("Add a group"), "groups.kinds")))

    @action("groups.open", moderators=True)
    async def opened(self, context: Context, value: str) -> Message:
        return await self._groups(context)

    @action("groups.kinds", moderators=True)
    async def choose_kind(self, context: Context, value: str) -> Message:
        buttons = tuple(Button(say(words), "groups.name", kind) for kind, words in KINDS.items())
        return Message(
            _("What kind of group? Its name can tell what somebody lives with: choose one that anybody may read."),
            buttons,
        )

    @action("groups.name", moderators=True)
    async def name_it(self, context: Context, value: str) -> Form:
        return Form(
            _("A group"), (Field("name", _("Its name, which anybody may read"), limit=40),), "groups.add", value
        )

    @action("groups.add", moderators=True)
    async def add(self, context: Context, value: str, name: str) -> Message:
        kind: GroupKind = next((kind for kind in KINDS if kind == value), "other")
        found = await self.read(community_settings.groups, context.here)
        words = " ".join(name.split())
        if len(found) >= MOST_GROUPS or words.casefold() in {self._name(group).casefold() for group in found}:
            raise UserError(_("There is a group of that name, or there are {most} already.").format(most=MOST_GROUPS))

        seal = self.seal(words, "community_groups", "name")
        community = context.here
        await desk.act(self, context, "groups.added", community_settings.add_group, community, kind, seal, context.now)
        return await self._groups(context)

    @action("groups.remove", moderators=True)
    async def remove(self, context: Context, value: str) -> Message:
        community = context.here
        await desk.act(self, context, "groups.removed", community_settings.remove_group, community, int(value))
        return await self._groups(context)

    def _name(self, group: community_settings.Group) -> str:
        return self.core.keyring.decrypt(group.name, "community_groups", "name", group.id)

    # -- hosts --------------------------------------------------------------------------------------------------------

    @command(TRAINED, anyone=True, moderators=True)
    async def trained(self, context: Context, who: Member | None = None) -> Reply:
        """Mark a host as trained, or take it back. Cards say "marked as trained by moderators", no more."""
        if question := await desk.first_yes(self, context, TRAINED):
            return question
        return await self._toggle_trained(context, who) if who else desk.whom("hosts.who")

    @action("hosts.who", moderators=True)
    async def trained_who(self, context: Context, value: str, who: Member) -> Reply:
        return await self.trained(context, who)

    async def _toggle_trained(self, context: Context, shown: Member) -> Text:
        person, community = await desk.person_here(self, context, shown), context.here
        trained = not await self.read(community_settings.is_trained, community, person)
        entry = "hosts.trained" if trained else "hosts.untrained"
        await desk.act(self, context, entry, community_settings.mark_trained, community, person, trained, context.now)
        said = _("{who} is marked as trained by moderators.") if trained else _("{who} is not marked as trained now.")
        return said.format(who=who(shown))


def _lifts(settings: community_settings.Settings, what: str) -> Text | None:
    """What the next tap takes away from people, or None where it takes nothing."""
    if what == "holds" and settings.holds_on_report:
        return _("After this, somebody who is reported can go on being introduced to others until you decide.")
    if what == "adults" and settings.adults_only:
        return _("After this, I no longer ask everybody first whether they are 18 or over.")
    if what == "tenure" and settings.tenure_days > _changed(settings, what).tenure_days:
        return _("After this, people can be introduced from their first day here.")
    if what == "volunteers" and (settings.volunteer_days or 0) > (_changed(settings, what).volunteer_days or 0):
        return _("After this, helpers, welcomers and hosts can begin at once, and nobody looks first.")
    return None


def _changed(settings: community_settings.Settings, what: str) -> community_settings.Settings:
    """One tap further."""
    if what == "preset":
        names = list(wording.PRESETS)
        following = names[(names.index(settings.preset) + 1) % len(names)] if settings.preset in names else names[0]
        return settings._replace(preset=following)
    if what == "tenure":
        return settings._replace(tenure_days=next((n for n in TENURES if n > settings.tenure_days), TENURES[0]))
    if what == "volunteers":
        now = settings.volunteer_days or 0
        return settings._replace(volunteer_days=next((n for n in BEGINNINGS if n > now), BEGINNINGS[0]))
    if what == "adults":
        return settings._replace(adults_only=not settings.adults_only)
    return settings._replace(holds_on_report=not settings.holds_on_report)
