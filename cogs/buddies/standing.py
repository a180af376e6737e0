"""Where somebody stands, resting and coming back, and whom they never want to meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from sqlite3 import Connection

from bot.clocks.times import friendly_instant, local_day, month_name
from bot.cog import KeepsNothing, action, command
from bot.context import Context
from bot.errors import UserError
from bot.incoming import pages
from bot.messages import Button, Community, Field, Form, Member, Message, Person, Text, plain, who
from bot.registry import Reply, Stand
from bot.words.i18n import N_, _
from cogs.buddies import wording
from cogs.buddies.choices import Choices
from cogs.buddies.introductions import door_of, doors_of, one_tap, proposed
from cogs.buddies.people import mentor_word, names, settle
from cogs.buddies.wishes import group_name
from storage.buddies import buddies, pairs, proposals, rounds, talks
from storage.buddies.buddies import Part, Signup
from storage.buddies.pairs import Pair
from storage.members import blocks, members


class Standing(KeepsNothing):  # whom somebody avoids belongs to no single feature: see Privacy
    """`buddy find` for those who signed up, `buddy avoid` for everybody."""

    async def stands(self, context: Context) -> Sequence[Stand]:
        """Whoever goes with the member now; a buddy that is looked for."""
        there = await self.read(pairs.of, context.me)
        said = [await self._with(context, pair) for pair in sorted(there, key=lambda pair: pair.kind)]
        if not any(pair.kind == "buddy" for pair in there) and await self.read(_is_looking, context.me):
            said.append(_("Buddy: I'm looking for somebody."))
        return [Stand(words) for words in said]

    async def _with(self, context: Context, pair: Pair) -> Text:
        if pair.state == "opening" or pair.ends is None:
            return _("Your place is being opened; I'll tell you.")
        others = [part.person for part in await self.read(pairs.others, pair.id, context.me)]
        role = await self.read(pairs.role_of, pair.id, context.me)
        who_ = await names(self, others, pair.channel.platform if pair.channel else None)
        until = local_day(pair.ends, await self.zone_of(context))
        said = {
            "buddy": _("Buddy: {who}, until {day} {month}."),
            "mentor": _("You walk with {who}, until {day} {month}."),
            "mentee": _("{mentor}: {who}, until {day} {month}."),
        }[role or "buddy"]
        mentor = str(await mentor_word(self, pair.community)).capitalize()
        return said.format(who=who_, day=until.day, month=month_name(until.month), mentor=mentor)

    @action("buddies.stand")
    async def stand(self, context: Context, value: str) -> Reply:
        community = await settle(self, context, value)
        if isinstance(community, list):
            shown = community[: pages.MOST_COMMUNITIES]
            chosen = tuple(Button(plain(one.name), "buddies.stand", str(one.id)) for one in shown)
            return Message(pages.which_community(community), chosen)
        signup = await self.read(buddies.get, community, context.me)
        there = await self.read(pairs.of, context.me, community)
        if there:
            return await self._with_everybody(context, community, there, signup)
        if signup is None:
            raise UserError(_("You have not asked for a buddy here. `buddy find` does that."))
        return await self._looking(context, community, signup)

    async def _looking(self, context: Context, community: Community, signup: Signup) -> Message:
        asked = await self.read(proposals.open_proposal, community, context.me)
        if asked is not None and asked.answer is None:
            return proposed(asked, await mentor_word(self, community))
        return await self._waiting(context, community, signup, answered=asked is not None)

    async def _with_everybody(
        self, context: Context, community: Community, there: list[Pair], signup: Signup | None
    ) -> Message:
        """The buddy first, and then whoever walks with them."""
        shown = [await self._with_somebody(context, pair) for pair in sorted(there, key=lambda pair: pair.kind)]
        if signup is not None and all(pair.kind == "mentor" for pair in there):
            shown.insert(0, await self._looking(context, community, signup))
        buttons = [one for message in shown for one in message.buttons]
        if signup is None:
            value = f"{community.id}|{Choices().code}"
            buttons.append(Button(_("A buddy too"), "buddies.again", value))
        door = next((message.door for message in shown if message.door), None)
        said = Text("\n").join([message.text for message in shown])
        return Message(said, tuple(buttons), stays=True, door=door)

    async def _with_somebody(self, context: Context, pair: Pair) -> Message:
        if pair.state == "opening" or pair.ends is None:
            return Message(_("You all said yes. Your place is being opened; I'll tell you."))
        parts = await self.read(pairs.parts, pair.id)
        platform = pair.channel.platform if pair.channel else None
        who_ = await names(self, [part.person for part in parts if part.person != context.me], platform)
        when = await self._when(context, pair.ends)
        mine = next(part for part in parts if part.person == context.me)
        lines = [await self._beside(pair, mine, who_, when)]
        if reasons := wording.in_common(mine.reasons):
            lines.append(reasons)
        for goal in await self.read(talks.goals, pair.id):
            owner = await names(self, [goal.person], platform)
            words = self.core.keyring.decrypt(goal.words, "buddy_goals", "words", goal.id)
            lines.append(_("{who}: {words}").format(who=owner, words=words))
        return Message(Text("\n").join(lines), doors_of(pair), stays=True, door=door_of(pair))

    async def _beside(self, pair: Pair, mine: Part, who_: Text, when: str) -> Text:
        if pair.kind == "buddy":
            return _("Your buddy: {who}, until {when}.").format(who=who_, when=when)
        said = (
            _("You walk with {who}, until {when}.")
            if mine.role == "mentor"
            else _("Your {mentor}: {who}, until {when}.")
        )
        mentor = await mentor_word(self, pair.community)
        return Text(" ").join([said.format(who=who_, when=when, mentor=mentor), one_tap(who_)])

    async def _waiting(self, context: Context, community: Community, signup: Signup, *, answered: bool) -> Message:
        choices = Choices.read(signup.choices) or Choices()
        line = wording.line(choices, await group_name(self, community.id, signup.group))
        value = f"{community.id}|{_with_group(choices, signup.group).code}"
        change = Button(_("Change"), "buddies.change", value)
        if signup.resting:
            said = _("Introductions rest for you. What you chose is kept: {line}").format(line=line)
            return Message(said, (Button(_("I'm back"), "buddies.back", str(community.id)), change))
        if answered:
            said = _("You said yes. I'll tell you as soon as I know more.")
        else:
            said = await self._next(context, community)
        return Message(Text("\n").join([said, line]), (change, Button(_("Rest"), "buddies.rest", str(community.id))))

    async def _next(self, context: Context, community: Community) -> Text:
        schedule = await self.read(rounds.schedule, community)
        running = await self.read(rounds.latest, community)
        next_ = min(filter(None, (schedule and schedule.due, running and running.due)), default=None)
        if next_ is None:
            return _("I'm looking for somebody. Moderators say when the next introductions are.")
        when = await self._when(context, max(next_, context.now))
        return _("I'm looking for somebody; the next time {when}.").format(when=when)

    async def _when(self, context: Context, instant: datetime) -> str:
        return friendly_instant(instant, context.now, await self.zone_of(context))

    # -- resting ------------------------------------------------------------------------------------------------------

    @action("buddies.rest")
    async def rest(self, context: Context, value: str) -> Message:
        community = await self._mine(context, value)
        await self.write(_rest, community, context.me, context.now)
        return Message(
            _("Introductions rest until you say so. A buddy you have now stays."),
            (Button(_("I'm back"), "buddies.back", str(community.id)),),
        )

    @action("buddies.back")
    async def back(self, context: Context, value: str) -> Reply:
        community = await self._mine(context, value)
        await self.write(buddies.come_back, community, context.me)
        return _("Welcome back. I'm looking for somebody for you, within two days.")

    async def _mine(self, context: Context, value: str) -> Community:
        """Where the member signed up: the community of the request, the one named, or the only one."""
        there = await self.read(buddies.communities, context.me)
        wanted = value or (str(context.community.id) if context.community else "")
        found = [community for community in there if wanted in ("", str(community.id))]
        if not found:
            raise UserError(_("You have not asked for a buddy here. `buddy find` does that."))
        return found[0]

    # -- whom they never want to meet ---------------------------------------------------------------------------------

    @command("buddy avoid", about=N_("Avoid"))
    async def avoid(self, context: Context, who: Member | None = None) -> Message | Form:
        """Never be brought together with somebody: as buddies, for company, for a hello. Nobody is told."""
        if who is None:
            field = Field("who", _("Whom?"), Member, note=_("They are not told."))
            return Form(_("Somebody to avoid"), (field,), "buddies.avoid_whom")
        return await self._avoid_screen(context, who)

    @action("buddies.avoid_whom")
    async def avoid_whom(self, context: Context, value: str, who: Member) -> Message:
        return await self._avoid_screen(context, who)

    async def _avoid_screen(self, context: Context, shown: Member) -> Message:
        if shown == context.member:
            raise UserError(_("That is you."))
        value = f"{shown.platform}|{shown.id}"
        said = _(
            "Nothing is done yet. After `Avoid them` I won't bring you together with {who}: not as buddies, not for"
            " company, not for a hello. What connects you through me ends then. They are not told of this."
        )
        return Message(
            said.format(who=who(shown)),
            (
                Button(_("Avoid them"), "buddies.avoid_now", value),
                Button(_("Lift it"), "buddies.avoid_lift", value),
                Button(_("Not now"), "buddies.avoid_no"),
            ),
        )

    @action("buddies.avoid_now")
    async def avoid_now(self, context: Context, value: str) -> Text:
        await self.write(self._avoid, context, _member(value))
        return _(
            "Done. What connected you through me has ended. You won't be brought together by me. `buddy avoid` also"
            " lifts it."
        )

    def _avoid(self, connection: Connection, context: Context, shown: Member) -> None:
        other = members.person_of(connection, shown)
        if other is None:
            code = self.core.keyring.pseudonym(shown.platform, shown.id)
            blocks.add_unknown(connection, context.me, code, context.now)
            return
        blocks.add(connection, context.me, other, context.now)
        for cog in self.core.registry.cogs:
            cog.separate(context.me, other)(connection)

    @action("buddies.avoid_lift")
    async def avoid_lift(self, context: Context, value: str) -> Text:
        lifted = await self.write(self._lift, context, _member(value))
        return _("Lifted. You may be brought together again.") if lifted else _("You did not avoid them.")

    def _lift(self, connection: Connection, context: Context, shown: Member) -> bool:
        other = members.person_of(connection, shown)
        if other is None:
            code = self.core.keyring.pseudonym(shown.platform, shown.id)
            return blocks.lift_unknown(connection, context.me, code)
        return blocks.lift(connection, context.me, other)

    @action("buddies.avoid_no")
    async def avoid_no(self, context: Context, value: str) -> Text:
        return _("Nothing was changed.")


def _with_group(choices: Choices, group: int | None) -> Choices:
    return replace(choices, group=group)


def _rest(connection: Connection, community: Community, person: Person, now: datetime) -> None:
    buddies.rest(connection, person, community)
    proposals.drop_out(connection, person, community, now)


def _member(value: str) -> Member:
    platform, _bar, id_ = value.partition("|")
    return Member(platform, id_)


def _is_looking(connection: Connection, person: Person) -> bool:
    """Is a buddy looked for, in any community?"""
    signups = [buddies.get(connection, one, person) for one in members.communities(connection, person)]
    return any(signup is not None and not signup.resting for signup in signups)
