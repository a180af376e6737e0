"""Asking for a buddy: three questions, one line to confirm, a yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from bot.asking import consenting
from bot.asking.doors import BUDDY
from bot.clocks.times import Days, friendly_instant, friendly_zone
from bot.cog import Cog, action, command
from bot.context import Context
from bot.incoming import pages
from bot.messages import SMALL, Button, Community, Field, Form, Message, Person, Text, plain
from bot.registry import Ask, Reply, Work
from bot.words.i18n import _, say
from cogs.buddies import wording
from cogs.buddies.candidates import Purpose, Style
from cogs.buddies.choices import ANY_TIME, EVENINGS, WEEKENDS, Choices, on_days
from cogs.buddies.people import named, settle
from cogs.buddies.schedules import first_round
from cogs.buddies.wishes import groups, parse, value_of
from storage.buddies import buddies, pairs, rounds
from storage.members import members


class SignUp(Cog):
    """What somebody wishes for: kept as a few choices, changed at any time, gone with `forget-me`."""

    @command("buddy find", anyone=True, community=True)
    async def find(self, context: Context) -> Reply:
        """Look for a buddy, or see where you stand."""
        return await self.begin(context, "")

    @action(BUDDY, stateless=True)
    async def begin(self, context: Context, value: str) -> Reply:
        community = await settle(self, context, value)
        if isinstance(community, list):
            shown = community[: pages.MOST_COMMUNITIES]
            chosen = tuple(Button(plain(one.name), BUDDY, str(one.id)) for one in shown)
            return Message(pages.which_community(community), chosen)
        if context.person is not None and await self.read(_is_known, community, context.person):
            return await self.core.registry.actions["buddies.stand"].handler(replace(context, community=community), "")
        return await self._when(context, community, Choices(languages=(_language(context),)))

    # -- the three questions ------------------------------------------------------------------------------------------

    async def _when(self, context: Context, community: Community, so_far: Choices) -> Message:
        def button(label: Text, free: str) -> Button:
            return Button(label, "buddies.free", value_of(community.id, replace(so_far, free=free)))

        zone = ZoneInfo(so_far.zone) if so_far.zone else await self.zone_of(context)
        return Message(
            _("When are you usually free? On your own clock, {zone}.").format(zone=friendly_zone(zone)),
            (
                button(_("Weekday evenings"), EVENINGS),
                button(_("Weekends"), WEEKENDS),
                button(_("Evenings and weekends"), EVENINGS + WEEKENDS),
                button(_("Any time"), ANY_TIME),
                Button(_("Other hours"), "buddies.hours", value_of(community.id, so_far)),
                Button(_("Another time zone"), "buddies.zone", value_of(community.id, so_far)),
            ),
        )

    @action("buddies.hours", stateless=True)
    async def hours(self, context: Context, value: str) -> Form:
        parse(value)
        fields = (
            Field("days", _("On which days?"), Days, default="weekdays"),
            Field("start", _("From when?"), time, default="18:00"),
            Field("stop", _("Until when?"), time, default="22:00"),
        )
        return Form(_("When you are usually free"), fields, "buddies.custom", value)

    @action("buddies.custom", stateless=True)
    async def custom(self, context: Context, value: str, days: Days, start: time, stop: time) -> Message:
        community, choices = parse(value)
        until = stop.hour + (stop.minute > 0)
        free = on_days(days, start.hour, until % 24)
        return await self.free(context, value_of(community, replace(choices, free=free)))

    @action("buddies.zone", stateless=True)
    async def zone(self, context: Context, value: str) -> Form:
        parse(value)
        place = Field("zone", _("In which city or time zone are you?"), ZoneInfo)
        return Form(_("Time zone"), (place,), "buddies.in_zone", value)

    @action("buddies.in_zone", stateless=True)
    async def in_zone(self, context: Context, value: str, zone: ZoneInfo) -> Message:
        number, choices = parse(value)
        community = await named(self, context, str(number))
        return await self._when(context, community, replace(choices, zone=zone.key))

    @action("buddies.free", stateless=True)
    async def free(self, context: Context, value: str) -> Message:
        community, so_far = parse(value)
        ways = (Style.TEXT, Style.VOICE, Style.TEXT | Style.VOICE)
        return Message(
            _("Text or voice?"),
            tuple(
                Button(
                    say(wording.STYLE_LABELS[way]),
                    "buddies.style",
                    value_of(community, replace(so_far, style=way)),
                )
                for way in ways
            ),
        )

    @action("buddies.style", stateless=True)
    async def style(self, context: Context, value: str) -> Message:
        community, so_far = parse(value)

        def button(label: Text, purposes: Purpose) -> Button:
            return Button(label, "buddies.confirm", value_of(community, replace(so_far, purposes=purposes)))

        return Message(
            _("Company or a goal?"),
            (
                button(_("Company"), Purpose.COMPANY),
                button(_("A goal"), Purpose.GOAL),
                button(_("Both"), Purpose.COMPANY | Purpose.GOAL),
            ),
        )

    @action("buddies.again", stateless=True)
    async def again(self, context: Context, value: str) -> Message:
        number, choices = parse(value)
        community = await named(self, context, str(number))
        return await self._when(context, community, choices)

    # -- the yes ------------------------------------------------------------------------------------------------------

    def asks(self) -> tuple[Ask, ...]:
        return (Ask("buddy", (*consenting.CORE, "buddy"), self._words, "buddies.signed", adult=True),)

    def _words(self, value: str) -> Text:
        _number, choices = parse(value)
        said = _(
            "To introduce you I keep these choices: free {when}; {style}; {purposes}. I'd be messaging you first."
            " Nobody hears your name before both of you have said yes to each other."
        ).format(
            when=wording.free(choices),
            style=say(wording.STYLES[int(choices.style)]),
            purposes=wording.purposes(choices.purposes),
        )
        return Text("\n").join([said, Text(SMALL) + self.core_words()])

    @action("buddies.agree", stateless=True)
    async def agree(self, context: Context, value: str) -> Reply:
        parse(value)
        question = await self.core.consenting.question(context, "buddy", value)
        return question or await self.signed(context, value)

    @action("buddies.signed")
    async def signed(self, context: Context, value: str) -> Text:
        """The yes is written; now what it was about."""
        number, choices = parse(value)
        community = await named(self, context, str(number))
        known = [group.id for group in await groups(self, number)]
        group = choices.group if choices.group in known else None
        schedule = await self.write(self._keep, context, community, replace(choices, group=group))
        running = await self.read(rounds.latest, community)
        next_ = min(filter(None, (schedule.due, running.due if running else None)), default=None)
        return await self._kept(context, community, next_)

    async def _kept(self, context: Context, community: Community, next_: Any) -> Text:
        if next_ is None:
            said = _("Noted. Moderators say when the next introductions are; I'll tell you.")
        else:
            when = friendly_instant(max(next_, context.now), context.now, await self.zone_of(context))
            said = _("Noted. I look for somebody {when}, and ask you before anybody hears your name.").format(when=when)
        if not await self.read(buddies.somebody_else, community, context.person):
            said = said + " " + _("You are the first here; I'll tell you either way.")
        return said + " " + _("Somebody you never want to meet? `buddy avoid`, now, and nobody is told.")

    def _keep(
        self, connection: Connection, context: Context, community: Community, choices: Choices
    ) -> rounds.Schedule:
        if choices.zone:
            members.set_zone(connection, context.me, choices.zone)
        members.join(connection, context.me, community, context.now)
        code = replace(choices, zone="", group=None).code
        buddies.sign_up(connection, community, context.me, choices.group, code, context.now)
        weeks, due = first_round(context.now, ZoneInfo(self.core.settings.zone))
        return rounds.begin_with_the_first(connection, community, weeks, due, self.core.settings.zone)

    # -- what is there ------------------------------------------------------------------------------------------------

    async def open_doors(self, context: Context) -> frozenset[str]:
        known = await self.core.permissions.around(context)
        there = [await self.read(buddies.somebody_else, community, context.person) for community in known]
        return frozenset({BUDDY}) if any(there) else frozenset()

    # -- what is kept -------------------------------------------------------------------------------------------------

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: buddies.export(connection, person)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return lambda connection: buddies.forget(connection, person, community)

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        def work(connection: Connection) -> None:
            if purpose in ("buddy", "adult"):
                buddies.rest(connection, person)

        return work


def _is_known(connection: Connection, community: Community, person: Person) -> bool:
    """Whether they have signed up, or walk with a mentor."""
    return buddies.has_signed_up(connection, community, person) or bool(pairs.of(connection, person, community))


def _language(context: Context) -> str:
    code = context.locale.replace("_", "-").partition("-")[0].casefold()
    return code if code in wording.LANGUAGES else "en"
