"""Making a circle: one screen with defaults, each thing changed in one tap, published when its hosts have said yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from bot.asking import consenting
from bot.clocks.recurrence import Recurrence
from bot.clocks.times import friendly_duration, weekday_name
from bot.cog import Cog, Core, action, command
from bot.context import Context
from bot.errors import UserError
from bot.incoming.waiting import WaitingWords
from bot.messages import Button, Community, Field, Form, Member, Message, Person, Text, Who, plain
from bot.registry import Ask, Reply, Work, nothing_kept, nothing_to_forget
from bot.words.i18n import _
from cogs.circles import hosting, kinds, lookup, repeating, schedule, screen, seats, wording
from cogs.circles.invitations import invitation
from cogs.circles.screen import Choice
from storage.circles import circles
from storage.circles.circles import Circle, Kind, Words
from storage.members import community_settings, members
from storage.moderation import holds

ASK_HOST = "circle-host"
TITLE, ABOUT, SPOT = 60, 300, 200
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=8)


class CircleDrafts(Cog):
    """The screen a host makes a circle on. Nobody else sees it before it is published."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._titles = WaitingWords()

    @command("circle new", anyone=True, community=True)
    async def new(self, context: Context, when: datetime | None = None, title: str = "") -> Reply:
        """Start a circle: when it first meets, and what it is called. The rest has defaults."""
        assert context.community is not None
        value = when.astimezone(UTC).strftime("%Y%m%d%H%M") if when else ""
        question = await self.core.consenting.question(context, ASK_HOST, f"{context.community.id}|{value}")
        if question is not None:
            self._titles.keep(context.member, title, context.now)
            return question
        if when is None:
            return await self._first_form(context, context.community, None)
        return await self._begin(context, context.community, when, title)

    @action("circles.begin", community=True)
    async def begin(self, context: Context, value: str) -> Reply:
        """The yes to hosting is written; now the circle it was about."""
        row, _bar, rest = value.partition("|")
        written, _bar, kind = rest.partition("|")
        community = await self._community(context, row)
        when = datetime.strptime(written, "%Y%m%d%H%M").replace(tzinfo=UTC) if written.isdecimal() else None
        title = self._titles.recall(context.member, context.now)
        self._titles.drop(context.member)
        if when is not None and title:
            return await self._begin(context, community, when, title)
        return await self._first_form(context, community, when, kind)

    async def _first_form(self, context: Context, community: Community, when: datetime | None, kind: str = "") -> Form:
        zone = await self._zone(context)
        default = when.astimezone(zone).strftime("%Y-%m-%d %H:%M") if when else ""
        fields = (
            Field("when", _("When does it first meet?"), datetime, default=default),
            Field("title", _("What is it called?"), limit=TITLE),
        )
        return Form(_("A new circle"), fields, "circles.made", f"{community.id}|{kind}")

    @action("circles.made")
    async def made(self, context: Context, value: str, when: datetime, title: str) -> Message:
        row, _bar, kind = value.partition("|")
        chosen: Kind = next((one for one in kinds.KINDS if one == kind), "circle")
        return await self._begin(context, await self._community(context, row), when, title, chosen)

    async def _begin(
        self, context: Context, community: Community, when: datetime, title: str, kind: Kind = "circle"
    ) -> Message:
        if await self.read(holds.is_held, community, context.me):
            raise UserError(_("Introductions are paused for you by the people who run this community. `ask-mods`"))
        zone = await self._zone(context)
        rule = repeating.weekly(when, zone)
        if kind == "hosts":
            rule = repeating.often(rule, "weeks4")  # once a month is what hosts are offered
        day = weekday_name(rule.start.weekday())
        words = (title.strip() or str(_("{day} circle").format(day=day)))[:TITLE]

        def seal(row: int) -> bytes:
            return self.core.keyring.encrypt(words, "circles", "title", row)

        row = await self.write(
            circles.create,
            community,
            context.me,
            kind,
            seal,
            rule.code,
            kinds.rule(kind).minutes,
            kinds.MOST,
            context.member.platform,
            context.now,
        )
        return await self._screen(context, row)

    # -- the screen ---------------------------------------------------------------------------------------------------

    @action("circles.draft")
    async def draft(self, context: Context, value: str) -> Message:
        return await self._screen(context, Choice.read(value).circle)

    async def _screen(self, context: Context, row: int, said: Text | None = None) -> Message:
        circle = await self._mine(context, row)
        sheet = await wording.sheet(self, circle)
        waiting = [host for host in await self.read(circles.hosts, row) if not host.accepted]
        lines = [said, wording.card(sheet, None, None), await self._state(sheet, waiting)]
        text = Text("\n").join(line for line in lines if line is not None)
        return Message(text, tuple(screen.buttons(sheet, groups=bool(await self._groups(circle)))))

    async def _state(self, sheet: wording.Sheet, waiting: Sequence[circles.Host]) -> Text:
        asked = [await lookup.shown(self, host.person, sheet.circle.platform) for host in waiting if host.asked]
        names = Text(", ").join(Text(Who(member)) for member in asked)
        if sheet.circle.state == "wanted":
            if not asked:
                return _("It is published as soon as a co-host has said yes. Name one with `Co-host`.")
            return _("It is published as soon as {names} says yes.").format(names=names)
        if sheet.is_short_of_hosts and not asked:
            return _("A draft. Only you see it. It needs a co-host before it can be published.")
        return _("A draft. Only you see it.")

    @action("circles.choose")
    async def choose(self, context: Context, value: str) -> Message:
        """The choices for one thing, each one tap."""
        choice = Choice.read(value)
        circle = await self._mine(context, choice.circle)
        return Message(_("Which one?"), tuple(screen.choices(circle, choice.what)))

    @action("circles.set")
    async def set(self, context: Context, value: str) -> Message:
        choice = Choice.read(value)
        circle = await self._mine(context, choice.circle)
        await self.write(circles.change, circle.id, screen.changed(circle, choice))
        return await self._screen(context, circle.id)

    @action("circles.groups")
    async def groups(self, context: Context, value: str) -> Message:
        """Whom it is for: everybody here, or one of the groups that moderators named."""
        circle = await self._mine(context, Choice.read(value).circle)
        buttons = [Button(_("Everybody"), "circles.group", f"{circle.id}|0")]
        for group in await self._groups(circle):
            name = self.core.keyring.decrypt(group.name, "community_groups", "name", group.id)
            buttons.append(Button(plain(name[:45]), "circles.group", f"{circle.id}|{group.id}"))
        text = _("For whom is it? The card says so; nobody is asked to prove anything.")
        return Message(text, (*buttons, Button(_("Back"), "circles.draft", str(circle.id))))

    @action("circles.group")
    async def group(self, context: Context, value: str) -> Message:
        choice = Choice.read(value)
        circle = await self._mine(context, choice.circle)
        known = {group.id for group in await self._groups(circle)}
        chosen = lookup.number(choice.what)
        await self.write(circles.change, circle.id, {"group": chosen if chosen in known else None})
        return await self._screen(context, circle.id)

    async def _groups(self, circle: Circle) -> Sequence[community_settings.Group]:
        """The groups of the community it can be for, beside everybody."""
        found = await self.read(community_settings.groups, circle.community)
        return [group for group in found if group.kind != "main"]

    # -- what is typed ------------------------------------------------------------------------------------------------

    @action("circles.words")
    async def words(self, context: Context, value: str) -> Form:
        sheet = await wording.sheet(self, await self._mine(context, Choice.read(value).circle))
        fields = (
            Field("title", _("What is it called?"), default=sheet.title, limit=TITLE),
            Field("about", _("What is it for?"), default=sheet.about, optional=True, multiline=True, limit=ABOUT),
            Field("spot", _spot_label(sheet.circle), default=sheet.spot, optional=True, limit=SPOT),
        )
        return Form(_("Its words"), fields, "circles.worded", str(sheet.circle.id))

    @action("circles.worded")
    async def worded(self, context: Context, value: str, title: str, about: str = "", spot: str = "") -> Message:
        circle = await self._mine(context, Choice.read(value).circle)
        said: dict[Words, str] = {"title": title[:TITLE], "about": about[:ABOUT], "spot": spot[:SPOT]}
        sealed = {
            column: self.core.keyring.encrypt(text, "circles", column, circle.id) if text else None
            for column, text in said.items()
        }
        await self.write(_write_words, circle.id, sealed)
        return await self._screen(context, circle.id)

    @action("circles.when")
    async def when(self, context: Context, value: str) -> Form:
        sheet = await wording.sheet(self, await self._mine(context, Choice.read(value).circle))
        rule = sheet.rule
        if sheet.circle.kind == kinds.NOTICE:
            until = Field("when", _("Until when?"), datetime, default=f"{rule.start} {rule.at:%H:%M}")
            return Form(_("Until when"), (until,), "circles.until_then", str(sheet.circle.id))
        fields = (
            Field("when", _("When does it first meet?"), datetime, default=f"{rule.start} {rule.at:%H:%M}"),
            Field("zone", _("In which city or time zone?"), ZoneInfo, default=rule.zone.key),
            Field(
                "length", _("How long?"), timedelta, default=friendly_duration(timedelta(minutes=sheet.circle.minutes))
            ),
        )
        return Form(_("When, how long"), fields, "circles.timed", str(sheet.circle.id))

    @action("circles.until_then")
    async def until_then(self, context: Context, value: str, when: datetime) -> Message:
        """The day a notice ends, in the host's own zone."""
        circle = await self._mine(context, Choice.read(value).circle)
        rule = repeating.at(Recurrence.from_code(circle.recurrence), when, await self._zone(context))
        await self.write(circles.change, circle.id, {"recurrence": rule.code})
        return await self._screen(context, circle.id)

    @action("circles.timed")
    async def timed(self, context: Context, value: str, when: datetime, zone: ZoneInfo, length: timedelta) -> Message:
        circle = await self._mine(context, Choice.read(value).circle)
        if not SHORTEST <= length <= LONGEST:
            raise UserError(_("From 15 minutes to 8 hours, please."))
        mine = await self._zone(context)  # what was typed was read in the host's own zone
        wall = when.astimezone(mine).replace(tzinfo=zone)
        rule = repeating.at(Recurrence.from_code(circle.recurrence), wall, zone)
        minutes = int(length / timedelta(minutes=1))
        await self.write(circles.change, circle.id, {"recurrence": rule.code, "minutes": minutes})
        return await self._screen(context, circle.id)

    @action("circles.until")
    async def until(self, context: Context, value: str) -> Form:
        circle = await self._mine(context, Choice.read(value).circle)
        fields = (Field("day", _("Which is the last date?"), date),)
        return Form(_("Until a date"), fields, "circles.last_day", str(circle.id))

    @action("circles.last_day")
    async def last_day(self, context: Context, value: str, day: date) -> Message:
        circle = await self._mine(context, Choice.read(value).circle)
        rule = repeating.until(Recurrence.from_code(circle.recurrence), day)
        await self.write(circles.change, circle.id, {"recurrence": rule.code})
        return await self._screen(context, circle.id)

    @action("circles.cohost")
    async def cohost(self, context: Context, value: str) -> Form:
        await self._mine_ever(context, Choice.read(value).circle)
        fields = (Field("who", _("Who? Mention them, or give their id."), Member),)
        return Form(_("Somebody who hosts with you"), fields, "circles.named", value)

    @action("circles.named")
    async def named(self, context: Context, value: str, who: Member) -> Message:
        """Ask them, if they said that they would host; else give words to pass on."""
        choice = Choice.read(value)
        circle = await self._mine_ever(context, choice.circle)
        part: circles.Part = "stand-in" if choice.what == "stand-in" else "co-host"
        person = await self.read(members.person_of, who)
        if person == context.me:
            raise UserError(_("You host already. Name somebody else."))
        is_here = person is not None and await self.core.permissions.is_member(who, circle.community)
        if person is None or not is_here or not await self.write(_ask, circle, person, part, context.now):
            code = invitation(self, circle)
            return Message(
                _(
                    "I can't ask {who}. You can send this yourself: 'Would you host {title} with me? If yes, send"
                    " Kith: circle host {code}'"
                ).format(who=Who(who), title=(await wording.sheet(self, circle)).title, code=Text(code))
            )
        said = _("{who} is asked when somebody is needed.") if part == "stand-in" else _("I've asked {who}.")
        if circle.state == "published":
            return Message(said.format(who=Who(who)))
        return await self._screen(context, circle.id, said.format(who=Who(who)))

    # -- publishing ---------------------------------------------------------------------------------------------------

    @action("circles.publish")
    async def publish(self, context: Context, value: str) -> Message:
        circle = await self._mine(context, Choice.read(value).circle)
        if not schedule.next_dates(Recurrence.from_code(circle.recurrence), context.now, 1):
            raise UserError(_("Its dates have passed. Press `When, how long` and name another one."))
        done = await self.write(hosting.publish, circle, context.now)
        if done == "too much":
            raise UserError(_("That would be more than two circles in a week for one of you. Try every 2 weeks."))
        if done == "held":
            raise UserError(_("It can't be published with these hosts now. `ask-mods` reaches the moderators."))
        if done == "published":
            return Message(_("Published. `circle mine` shows its dates and lets you move or cancel one."))
        return await self._screen(context, circle.id)

    @action("circles.delete")
    async def delete(self, context: Context, value: str) -> Text:
        circle = await self._mine(context, Choice.read(value).circle)
        await self.write(circles.delete, circle.id)
        return _("Deleted. Nobody saw it.")

    def asks(self) -> Sequence[Ask]:
        purposes = (*consenting.CORE, hosting.PURPOSE, seats.PURPOSE)
        return (Ask(ASK_HOST, purposes, partial(wording.host_words, self), "circles.begin", adult=True),)

    async def _mine(self, context: Context, row: int) -> Circle:
        """The draft with this id, if the member hosts it."""
        circle = await self._mine_ever(context, row)
        if circle.state not in ("draft", "wanted"):
            raise UserError(_("It is published, so this can't be changed here. `circle mine` shows what can."))
        return circle

    async def _mine_ever(self, context: Context, row: int) -> Circle:
        return await lookup.hosted(self, context, row)

    async def _community(self, context: Context, row: str) -> Community:
        """The community a draft is for: the member's own, whatever came back from the network."""
        known = await self.read(members.communities, context.me)
        if context.community is not None and context.community not in known:
            known = [*known, context.community]
        shared = known or await self.core.permissions.communities_of(context.member, context)
        found = next((one for one in shared if str(one.id) == row), None)
        if found is None or not await self.core.permissions.is_member(context.member, found):
            raise UserError(_("I don't know of a community we share. Write to me there once, then try again here."))
        await self.write(members.join, context.me, found, context.now)
        return found

    async def _zone(self, context: Context) -> ZoneInfo:
        return ZoneInfo((await self.read(members.profile, context.me)).zone)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return nothing_kept  # drafts stand with Circles

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return nothing_to_forget


def _spot_label(circle: Circle) -> Text:
    return _("Who offers it?") if circle.kind == kinds.NOTICE else _("Where do you meet?")


def _write_words(connection: Connection, circle: int, sealed: dict[Words, bytes | None]) -> None:
    for column, words in sealed.items():
        circles.write_words(connection, circle, column, words)


def _ask(connection: Connection, circle: Circle, person: Person, part: circles.Part, now: datetime) -> bool:
    """Ask somebody who said that they would host. False if I may not."""
    members.join(connection, person, circle.community, now)
    if not hosting.may_be_asked(connection, circle, person):
        return False
    hosting.ask(connection, circle, person, part, now)
    return True
