"""Making a circle: one screen with defaults, each thing changed in one tap, published when its hosts have said yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from bot.asking import consenting
from bot.clocks.recurrence import Recurrence
from bot.clocks.times import weekday_name
from bot.cog import Core, KeepsNothing, action, command
from bot.context import Context
from bot.errors import UserError
from bot.incoming.waiting import WaitingWords
from bot.messages import Button, Community, Field, Form, Message, Text, plain
from bot.registry import Ask, Reply
from bot.words.i18n import _
from cogs.circles import hosting, kinds, lookup, repeating, schedule, screen, seats, wording
from cogs.circles.filling import TITLE
from cogs.circles.screen import Choice
from storage.circles import circles
from storage.circles.circles import Kind
from storage.members import members
from storage.moderation import holds

ASK_HOST = "circle-host"


class CircleDrafts(KeepsNothing):  # drafts stand with Circles
    """The screen a host makes a circle on. Nobody else sees it before it is published."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._titles = WaitingWords()

    @command("circle new", anyone=True, community=True)
    async def new(self, context: Context, when: datetime | None = None, title: str = "") -> Reply:
        """Start a circle: when it first meets, and what it is called. The rest has defaults."""
        value = when.astimezone(UTC).strftime("%Y%m%d%H%M") if when else ""
        question = await self.core.consenting.question(context, ASK_HOST, f"{context.here.id}|{value}")
        if question is not None:
            self._titles.keep(context.member, title, context.now)
            return question
        if when is None:
            return await self._first_form(context, context.here, None)
        return await self._begin(context, context.here, when, title)

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
        zone = await self.zone_of(context)
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
        if await self.read(holds.is_known, community, context.me):
            raise UserError(_("Introductions are paused for you by the people who run this community. `ask-mods`"))
        zone = await self.zone_of(context)
        rule = repeating.weekly(when, zone)
        if kind == "hosts":
            rule = repeating.often(rule, "weeks4")  # once a month is what hosts are offered
        day = weekday_name(rule.start.weekday())
        words = (title.strip() or str(_("{day} circle").format(day=day)))[:TITLE]

        seal = self.seal(words, "circles", "title")
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
        return await screen.show(self, context, row)

    # -- the screen ---------------------------------------------------------------------------------------------------

    @action("circles.draft")
    async def draft(self, context: Context, value: str) -> Message:
        return await screen.show(self, context, Choice.read(value).circle)

    @action("circles.choose")
    async def choose(self, context: Context, value: str) -> Message:
        """The choices for one thing, each one tap."""
        choice = Choice.read(value)
        circle = await screen.draft(self, context, value)
        return Message(_("Which one?"), tuple(screen.choices(circle, choice.what)))

    @action("circles.set")
    async def set(self, context: Context, value: str) -> Message:
        choice = Choice.read(value)
        circle = await screen.draft(self, context, value)
        await self.write(circles.change, circle.id, screen.changed(circle, choice))
        return await screen.show(self, context, circle.id)

    @action("circles.groups")
    async def groups(self, context: Context, value: str) -> Message:
        """Whom it is for: everybody here, or one of the groups that moderators named."""
        circle = await screen.draft(self, context, value)
        buttons = [Button(_("Everybody"), "circles.group", f"{circle.id}|0")]
        for group in await screen.groups(self, circle):
            name = self.core.keyring.decrypt(group.name, "community_groups", "name", group.id)
            buttons.append(Button(plain(name[:45]), "circles.group", f"{circle.id}|{group.id}"))
        text = _("For whom is it? The card says so; nobody is asked to prove anything.")
        return Message(text, (*buttons, Button(_("Back"), "circles.draft", str(circle.id))))

    @action("circles.group")
    async def group(self, context: Context, value: str) -> Message:
        choice = Choice.read(value)
        circle = await screen.draft(self, context, value)
        known = {group.id for group in await screen.groups(self, circle)}
        chosen = lookup.number(choice.what)
        await self.write(circles.change, circle.id, {"group": chosen if chosen in known else None})
        return await screen.show(self, context, circle.id)

    # -- publishing ---------------------------------------------------------------------------------------------------

    @action("circles.publish")
    async def publish(self, context: Context, value: str) -> Message:
        circle = await screen.draft(self, context, value)
        if not schedule.next_dates(Recurrence.from_code(circle.recurrence), context.now, 1):
            raise UserError(_("Its dates have passed. Press `When, how long` and name another one."))
        done = await self.write(hosting.publish, circle, context.now)
        if done == "too much":
            raise UserError(_("That would be more than two circles in a week for one of you. Try every 2 weeks."))
        if done == "held":
            raise UserError(_("It can't be published with these hosts now. `ask-mods` reaches the moderators."))
        if done == "waits":
            raise UserError(_("A moderator says yes first. That's so for everybody."))
        if done == "published":
            return Message(_("Published. `circle mine` shows its dates and lets you move or cancel one."))
        return await screen.show(self, context, circle.id)

    @action("circles.delete")
    async def delete(self, context: Context, value: str) -> Text:
        circle = await screen.draft(self, context, value)
        if await self.write(hosting.delete, circle, context.me, context.now):
            return _("Deleted. Whoever was asked to host it hears it.")
        return _("Deleted. Nobody saw it.")

    def asks(self) -> Sequence[Ask]:
        purposes = (*consenting.CORE, hosting.PURPOSE, seats.PURPOSE)
        return (Ask(ASK_HOST, purposes, partial(wording.host_words, self), "circles.begin", adult=True),)

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
