"""`quiet`: the screen where a member writes down who is told if they go quiet, after how long, in which words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from bot.asking import consenting
from bot.asking.doors import HELP_NOW, previews
from bot.clocks.times import day_bounds, friendly_duration, local_day
from bot.cog import Cog, action, command
from bot.context import Context
from bot.errors import UserError
from bot.keys.crypto import DecryptionError
from bot.messages import Button, Community, Field, Form, Message, Person, Text, who
from bot.registry import Ask, Reply, Setting, Work, nothing_to_forget
from bot.words.i18n import _, ngettext
from cogs.quiet import progress
from cogs.quiet.alert import FEWEST_DAYS, MOST_DAYS
from cogs.quiet.standing import as_it_stands
from cogs.quiet.telling import usual_words
from storage.members import community_settings, members
from storage.quiet import contacts, quiet, standing

LONGEST = 300
"""Characters of the member's own words (product.md 3.4)."""

DAYS = (2, 3, 4, 5, 7, 10, 14, 21)
GAPS = (12, 24, 36, 48, 72)
MOST_COMMUNITIES = 3


class Quiet(Cog):
    """Off at first. Everything about it is the member's to write, and to stop in one step."""

    @command("quiet", anyone=True)
    async def show(self, context: Context, what: str = "") -> Reply:
        """If you go quiet: who is told, after how long, in which words. `quiet accept` and a code: be told."""
        first, _space, rest = what.strip().partition(" ")
        if first.casefold() == "accept" and rest.strip():
            return await self.core.registry.actions["quiet.accept_code"].handler(context, rest.strip()[:40].casefold())
        if first.casefold() in ("off", "stop") and context.person is not None:
            return await self.off(context, "")
        if first:
            raise UserError(_("I know `quiet`, `quiet off`, and `quiet accept` with a code."))
        question = await self.core.consenting.question(context, "quiet")
        return question or await self.agreed(context, "")

    @action("quiet.open")
    async def opened(self, context: Context, value: str) -> Reply:
        return await self.show(context)

    def asks(self) -> Sequence[Ask]:
        return (Ask("quiet", (*consenting.CORE, "quiet"), _proposal, "quiet.agreed"),)

    @action("quiet.agreed")
    async def agreed(self, context: Context, value: str) -> Message:
        await self.write(_begin, context)
        return await self._screen(context)

    @action("quiet.screen")
    async def screen(self, context: Context, value: str) -> Message:
        return await self._screen(context)

    async def _screen(self, context: Context, said: Text | None = None) -> Message:
        found = await self.read(quiet.setup, context.me)
        if found is None:
            text = _("Quiet alert is off. Nobody is told anything.")
            return Message(said or text, (*(await self._serving(context)), Button(_("Switch it on"), "quiet.open")))
        lines = [said] if said else []
        lines.append(
            _("If you are quiet for {days}, I ask you first. If there is no answer for {gap}, I tell:").format(
                days=friendly_duration(timedelta(days=found.after)), gap=friendly_duration(found.gap)
            )
        )
        people = await self.read(contacts.contacts, context.me)
        listed = await self._list(found, people)
        missing = await self.read(standing.lacks, found, context.now)
        lines += listed or [_("Nobody yet. Add somebody, and ask them.")]
        lines += as_it_stands(missing if listed else [one for one in missing if one != "nobody"])
        lines.append(_("Nobody but you sees this list."))
        return Message(
            Text("\n").join(lines), (*await self._buttons(context, found, people), Button(_("Help now"), HELP_NOW))
        )

    async def _list(self, found: quiet.Setup, people: Sequence[contacts.Contact]) -> list[Text]:
        lines = []
        for number, one in enumerate(people, start=1):
            state = _("confirmed") if one.accepted else _("not confirmed")
            lines.append(Text("{n}. {name}: {state}").format(n=number, name=await self._name(one), state=state))
        if found.helpers is not None:
            lines.append(_("Then the helpers of {community}.").format(community=found.helpers.name))
        if found.moderators is not None:
            lines.append(_("Then the moderators of {community}.").format(community=found.moderators.name))
        return lines

    async def _buttons(self, context: Context, found: quiet.Setup, people: Sequence[contacts.Contact]) -> list[Button]:
        days = ngettext("After {n} day", "After {n} days", found.after).format(n=found.after)
        buttons = [
            Button(days, "quiet.days"),
            Button(_("Wait {gap} between").format(gap=friendly_duration(found.gap)), "quiet.gap"),
            Button(_("My words"), "quiet.words"),
        ]
        if len(people) < contacts.MOST_CONTACTS:
            buttons.append(Button(_("Add someone"), "quiet.add"))
        buttons += [Button(_("Remove {n}").format(n=n), "quiet.remove", str(one.id)) for n, one in enumerate(people, 1)]
        for community in (await self.read(members.communities, context.me))[:MOST_COMMUNITIES]:
            buttons += await self._of_community(found, community)
        buttons += await self._serving(context)
        buttons += previews(self.core.registry)
        return [*buttons, Button(_("Stop telling people"), "quiet.off", style="danger")]

    async def _of_community(self, found: quiet.Setup, community: Community) -> list[Button]:
        state = _("yes") if found.helpers == community else _("no")
        label = _("Helpers, {community}: {state}").format(community=community.name[:20], state=state)
        buttons = [Button(label, "quiet.helpers", str(community.id))]
        if (await self.read(community_settings.get, community)).reports is not None:
            state = _("yes") if found.moderators == community else _("no")
            label = _("Moderators, {community}: {state}").format(community=community.name[:20], state=state)
            buttons.append(Button(label, "quiet.moderators", str(community.id)))
        return buttons

    async def _serving(self, context: Context) -> list[Button]:
        """The other side: members this person would be told about, each ended in one step."""
        if context.person is None:
            return []
        buttons = []
        for one in await self.read(contacts.serving, context.me):
            account = await self.read(members.account, one.person)
            name = Text(who(account)) if account else _("somebody")
            buttons.append(Button(_("Not told about {name}").format(name=str(name)[:25]), "quiet.resign", str(one.id)))
        return buttons

    async def _name(self, one: contacts.Contact) -> Text:
        if one.contact is None:
            return _("whoever you gave the code")
        account = await self.read(members.account, one.contact)
        return Text(who(account)) if account else _("somebody")

    # -- each in one tap ----------------------------------------------------------------------------------------------

    @action("quiet.days")
    async def days(self, context: Context, value: str) -> Message:
        if value.isdecimal() and FEWEST_DAYS <= int(value) <= MOST_DAYS:
            await self.write(quiet.set_days, context.me, int(value))
            return await self._screen(context, _("Noted."))
        buttons = [Button(ngettext("{n} day", "{n} days", n).format(n=n), "quiet.days", str(n)) for n in DAYS]
        return Message(_("After how many quiet days?"), tuple(buttons))

    @action("quiet.gap")
    async def gap(self, context: Context, value: str) -> Message:
        if value.isdecimal() and int(value) in GAPS:
            await self.write(quiet.set_gap, context.me, timedelta(hours=int(value)))
            return await self._screen(context, _("Noted."))
        buttons = [Button(_("{n} hours").format(n=hours), "quiet.gap", str(hours)) for hours in GAPS]
        return Message(_("How long do I wait before the next step?"), tuple(buttons))

    @action("quiet.words")
    async def words(self, context: Context, value: str) -> Form:
        label = _("What may they read? Empty: the usual words.")
        field = Field("words", label, optional=True, multiline=True, limit=LONGEST)
        return Form(_("My words"), (field,), "quiet.say")

    @action("quiet.say")
    async def say(self, context: Context, value: str, words: str = "") -> Message:
        words = words.strip()
        if len(words) > LONGEST:
            raise UserError(_("That is longer than I can take: {n} characters at most.").format(n=LONGEST))
        sealed = self.core.keyring.encrypt(words, "quiet_alerts", "words", context.me.id) if words else None
        await self.write(quiet.set_words, context.me, sealed)
        shown = Text("{words}").format(words=words) if words else usual_words()
        return await self._screen(context, _("Those on your list would read:") + "\n" + shown)

    @action("quiet.helpers")
    async def helpers(self, context: Context, value: str) -> Message:
        found = await self.read(quiet.setup, context.me)
        community = await self._mine(context, value)
        if found is not None:
            chosen = None if found.helpers == community else community
            await self.write(quiet.set_helpers, context.me, chosen)
        return await self._screen(context, _("Noted."))

    @action("quiet.moderators")
    async def moderators(self, context: Context, value: str) -> Message:
        found = await self.read(quiet.setup, context.me)
        community = await self._mine(context, value)
        if found is not None:
            chosen = None if found.moderators == community else community
            await self.write(quiet.set_moderators, context.me, chosen)
        return await self._screen(context, _("Noted."))

    async def _mine(self, context: Context, value: str) -> Community:
        for community in await self.read(members.communities, context.me):
            if str(community.id) == value:
                return community
        raise UserError(_("That button has expired. `quiet` shows what there is."))

    @action("quiet.off")
    async def off(self, context: Context, value: str) -> Text:
        await self.core.consenting.withdraw(context.me, [quiet.PURPOSE])
        return _("Stopped. I tell nobody, and the list is gone. `quiet` starts it again.")

    async def settings(self, context: Context) -> Sequence[Setting]:
        found = await self.read(quiet.setup, context.me)
        if found is None:
            return (Setting(_("If I go quiet"), _("off"), "quiet.open", group="switch"),)
        days = ngettext("after {n} day", "after {n} days", found.after).format(n=found.after)
        return (Setting(_("If I go quiet"), days, "quiet.screen", group="switch"),)

    # -- what is kept -------------------------------------------------------------------------------------------------

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        if purpose != quiet.PURPOSE:
            return nothing_to_forget
        return lambda connection: progress.close(connection, person, self.core.now())

    def export(self, person: Person) -> Work[dict[str, Any]]:
        def work(connection: Connection) -> dict[str, Any]:
            found = quiet.setup(connection, person)
            return quiet.export(connection, person, self._own_words(found) if found else None)

        return work

    def _own_words(self, found: quiet.Setup) -> str | None:
        if found.words is None:
            return None
        try:
            return self.core.keyring.decrypt(found.words, "quiet_alerts", "words", found.person.id)
        except DecryptionError:
            return None

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        def work(connection: Connection) -> None:
            if community is not None:
                quiet.leave(connection, person, community)
            else:
                progress.close(connection, person, self.core.now())

        return work


def _proposal(_value: str) -> Text:
    return _(
        "If you want, I can tell people you choose if you go quiet. You write the list and the words. I ask you first,"
        " always, and any word from you ends it. To do this I keep your list, and on which days you were in touch. I'd"
        " be messaging you first. It works only while I reach you: nobody watches, and it is no emergency call."
    )


def _begin(connection: Connection, context: Context) -> None:
    zone = ZoneInfo(members.profile(connection, context.me).zone)
    start, end = day_bounds(local_day(context.now, zone), zone)
    quiet.begin(connection, context.me, start, end, context.now)
