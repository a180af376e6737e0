"""Asking for a buddy: three questions, one line to confirm, each of its parts changed in one tap."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from functools import cache
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from bot.asking import consenting
from bot.asking.doors import BUDDY
from bot.clocks.times import Days, friendly_instant, friendly_zone
from bot.clocks.zones import guess
from bot.cog import Cog, action, command
from bot.context import Context
from bot.errors import UserError
from bot.messages import Button, Community, Field, Form, Message, Person, Text, plain
from bot.registry import Ask, Reply, Work
from bot.words.i18n import _
from cogs.buddies import wording
from cogs.buddies.candidates import Purpose, Style
from cogs.buddies.choices import ANY_TIME, DIALS, EVENINGS, MOST_LANGUAGES, TOPICS, WEEKENDS, Choices, on_days
from cogs.buddies.people import settle
from cogs.buddies.schedules import first_round
from storage.buddies import buddies, pairs, rounds
from storage.members import community_settings, members


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
            chosen = tuple(Button(plain(one.name), BUDDY, str(one.id)) for one in community[:25])
            return Message(_("Which community is this for?"), chosen)
        if context.person is not None and await self.read(_is_known, community, context.person):
            return await self.core.registry.actions["buddies.stand"].handler(replace(context, community=community), "")
        return await self._when(context, community, Choices(languages=(_language(context),)))

    # -- the three questions ------------------------------------------------------------------------------------------

    async def _when(self, context: Context, community: Community, so_far: Choices) -> Message:
        def button(label: Text, free: str) -> Button:
            return Button(label, "buddies.free", _value(community.id, replace(so_far, free=free)))

        zone = so_far.zone or await self._zone(context)
        return Message(
            _("When are you usually free? On your own clock, {zone}.").format(zone=friendly_zone(ZoneInfo(zone))),
            (
                button(_("Weekday evenings"), EVENINGS),
                button(_("Weekends"), WEEKENDS),
                button(_("Evenings and weekends"), EVENINGS + WEEKENDS),
                button(_("Any time"), ANY_TIME),
                Button(_("Other hours"), "buddies.hours", _value(community.id, so_far)),
                Button(_("Another time zone"), "buddies.zone", _value(community.id, so_far)),
            ),
        )

    @action("buddies.hours", stateless=True)
    async def hours(self, context: Context, value: str) -> Form:
        _parse(value)
        fields = (
            Field("days", _("On which days?"), Days, default="weekdays"),
            Field("start", _("From when?"), time, default="18:00"),
            Field("stop", _("Until when?"), time, default="22:00"),
        )
        return Form(_("When you are usually free"), fields, "buddies.custom", value)

    @action("buddies.custom", stateless=True)
    async def custom(self, context: Context, value: str, days: Days, start: time, stop: time) -> Message:
        community, choices = _parse(value)
        until = stop.hour + (stop.minute > 0)
        return await self.free(context, _value(community, replace(choices, free=on_days(days, start.hour, until % 24))))

    @action("buddies.zone", stateless=True)
    async def zone(self, context: Context, value: str) -> Form:
        _parse(value)
        place = Field("zone", _("In which city or time zone are you?"), ZoneInfo)
        return Form(_("Time zone"), (place,), "buddies.in_zone", value)

    @action("buddies.in_zone", stateless=True)
    async def in_zone(self, context: Context, value: str, zone: ZoneInfo) -> Message:
        number, choices = _parse(value)
        community = await settle(self, context, str(number))
        assert isinstance(community, Community)
        return await self._when(context, community, replace(choices, zone=zone.key))

    @action("buddies.free", stateless=True)
    async def free(self, context: Context, value: str) -> Message:
        community, so_far = _parse(value)
        ways = (Style.TEXT, Style.VOICE, Style.TEXT | Style.VOICE)
        return Message(
            _("Text or voice?"),
            tuple(
                Button(
                    wording.say(wording.STYLE_LABELS[way]),
                    "buddies.style",
                    _value(community, replace(so_far, style=way)),
                )
                for way in ways
            ),
        )

    @action("buddies.style", stateless=True)
    async def style(self, context: Context, value: str) -> Message:
        community, so_far = _parse(value)

        def button(label: Text, purposes: Purpose) -> Button:
            return Button(label, "buddies.confirm", _value(community, replace(so_far, purposes=purposes)))

        return Message(
            _("Company or a goal?"),
            (
                button(_("Company"), Purpose.COMPANY),
                button(_("A goal"), Purpose.GOAL),
                button(_("Both"), Purpose.COMPANY | Purpose.GOAL),
            ),
        )

    # -- one line, each part changed in one tap -----------------------------------------------------------------------

    @action("buddies.confirm", stateless=True)
    async def confirm(self, context: Context, value: str) -> Message:
        community, choices = _parse(value)
        line = wording.line(choices, await self._group_name(community, choices.group))
        return Message(
            line,
            (
                Button(_("Looks right"), "buddies.agree", value, style="primary"),
                Button(_("Change"), "buddies.change", value),
            ),
        )

    @action("buddies.change", stateless=True)
    async def change(self, context: Context, value: str) -> Message:
        number, choices = _parse(value)
        said = _("You are free {when}. One tap changes a line to what comes next.").format(when=wording.free(choices))

        def dial(name: str, label: Text, now: Text) -> Button:
            return Button(Text(f"{label}: {now}"[:45]), "buddies.turn", f"{value}|{name}")

        rows = [
            Button(_("Looks right"), "buddies.agree", value, style="primary"),
            Button(_("Free hours"), "buddies.again", value),
            dial("style", _("Talk by"), wording.say(wording.STYLES[int(choices.style)])),
            dial("purposes", _("For"), wording.purposes(choices.purposes)),
            dial("pace", _("How often"), wording.say(wording.PACES[choices.pace])),
            dial("trio", _("A trio"), _("is fine") if choices.trio else _("no")),
            dial("again", _("With"), wording.say(wording.AGAIN[choices.again])),
            dial("personal", _("How personal"), wording.say(wording.PERSONAL[choices.personal])),
            Button(_("Languages"), "buddies.languages", value),
        ]
        if await self._groups(number):
            rows.append(dial("group", _("Group"), await self._group_name(number, choices.group)))
        for topic in TOPICS:
            left_out = _("left out") if topic in choices.leave_out else _("fine")
            rows.append(dial(topic, wording.say(wording.TOPICS[topic]), left_out))
        return Message(said, tuple(rows))

    @action("buddies.again", stateless=True)
    async def again(self, context: Context, value: str) -> Message:
        number, choices = _parse(value)
        community = await settle(self, context, str(number))
        assert isinstance(community, Community)
        return await self._when(context, community, choices)

    @action("buddies.turn", stateless=True)
    async def turn(self, context: Context, value: str) -> Message:
        before, _bar, dial = value.rpartition("|")
        number, choices = _parse(before)
        if dial == "group":
            ids = [None, *(group.id for group in await self._groups(number))]
            at = ids.index(choices.group) if choices.group in ids else 0
            choices = replace(choices, group=ids[(at + 1) % len(ids)])
        elif dial in DIALS:
            choices = DIALS[dial](choices)
        return await self.change(context, _value(number, choices))

    @action("buddies.languages", stateless=True)
    async def languages(self, context: Context, value: str) -> Form:
        _number, choices = _parse(value)
        default = ", ".join(str(wording.language(code)) for code in choices.languages)
        field = Field("languages", _("Which languages? English, German ..."), default=default, limit=100)
        return Form(_("Languages"), (field,), "buddies.speak", value)

    @action("buddies.speak", stateless=True)
    async def speak(self, context: Context, value: str, languages: str) -> Message:
        number, choices = _parse(value)
        return await self.change(context, _value(number, replace(choices, languages=_spoken(languages))))

    # -- the yes ------------------------------------------------------------------------------------------------------

    def asks(self) -> tuple[Ask, ...]:
        return (Ask("buddy", (*consenting.CORE, "buddy"), self._words, "buddies.signed", adult=True),)

    def _words(self, value: str) -> Text:
        _number, choices = _parse(value)
        said = _(
            "To introduce you I keep these choices: free {when}; {style}; {purposes}. I'd be messaging you first."
            " Nobody hears your name before both of you have said yes to each other."
        ).format(
            when=wording.free(choices),
            style=wording.say(wording.STYLES[int(choices.style)]),
            purposes=wording.purposes(choices.purposes),
        )
        return Text("\n").join([said, consenting.core_words(self.core.settings.host)])

    @action("buddies.agree", stateless=True)
    async def agree(self, context: Context, value: str) -> Reply:
        _parse(value)
        question = await self.core.consenting.question(context, "buddy", value)
        return question or await self.signed(context, value)

    @action("buddies.signed")
    async def signed(self, context: Context, value: str) -> Text:
        """The yes is written; now what it was about."""
        number, choices = _parse(value)
        community = await settle(self, context, str(number))
        assert isinstance(community, Community)
        groups = [group.id for group in await self._groups(number)]
        group = choices.group if choices.group in groups else None
        schedule = await self.write(self._keep, context, community, replace(choices, group=group))
        running = await self.read(rounds.latest, community)
        next_ = min(filter(None, (schedule.due, running.due if running else None)), default=None)
        return await self._kept(context, community, next_)

    async def _kept(self, context: Context, community: Community, next_: Any) -> Text:
        if next_ is None:
            said = _("Noted. Moderators say when the next introductions are; I'll tell you.")
        else:
            zone = ZoneInfo(await self._zone(context))
            when = friendly_instant(max(next_, context.now), context.now, zone)
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
        return rounds.begin_with_the_first(connection, community, weeks, due)

    # -- what is there ------------------------------------------------------------------------------------------------

    async def open_doors(self, context: Context) -> frozenset[str]:
        known = [context.community] if context.community else []
        if not known and context.person:
            known = await self.read(members.communities, context.person)
        there = [await self.read(buddies.somebody_else, community, context.person) for community in known]
        return frozenset({BUDDY}) if any(there) else frozenset()

    async def _groups(self, community: int) -> list[community_settings.Group]:
        return [one for one in await self.read(community_settings.groups, Community(community)) if one.kind != "main"]

    async def _group_name(self, community: int, group: int | None) -> Text:
        for one in await self._groups(community):
            if one.id == group:
                return plain(self.core.keyring.decrypt(one.name, "community_groups", "name", one.id))
        return _("main group")

    async def _zone(self, context: Context) -> str:
        if context.person is not None:
            return (await self.read(members.profile, context.person)).zone
        return guess(context.locale, ZoneInfo(self.core.settings.zone)).key

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


def _value(community: int, choices: Choices) -> str:
    return f"{community}|{choices.code}"


def _parse(value: str) -> tuple[int, Choices]:
    """The community and the choices a button stands for. Raises UserError: it came back from the network."""
    number, _bar, code = value.partition("|")
    choices = Choices.read(code)
    if choices is None or not number.isdecimal():
        raise UserError(_("That button has expired. `buddy find` opens a new one."))
    return int(number), choices


def _language(context: Context) -> str:
    code = context.locale.replace("_", "-").partition("-")[0].casefold()
    return code if code in wording.LANGUAGES else "en"


def _spoken(words: str) -> tuple[str, ...]:
    """The languages somebody typed. Raises UserError with those that can be named."""
    known = _languages_by_name()
    typed = [word.casefold() for word in words.replace(",", " ").replace(" and ", " ").split()]
    codes = tuple(dict.fromkeys(known[word] for word in typed if word in known))[:MOST_LANGUAGES]
    if not codes:
        listed = Text(", ").join(wording.say(name) for name in wording.LANGUAGES.values())
        raise UserError(_("I can match people by these languages: {languages}.").format(languages=listed))
    return codes


@cache
def _languages_by_name() -> dict[str, str]:
    names = {name.casefold(): code for code, name in wording.LANGUAGES.items()}
    return names | {code: code for code in wording.LANGUAGES}
