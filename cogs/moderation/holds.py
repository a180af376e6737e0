"""Holding somebody's introductions, and quiet about everything. Both are told to the person, and nobody decides alone
for long.
"""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection
from typing import Any

from bot.cog import Cog, action, command, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Community, Field, Form, Member, Message, Person, Text, who
from bot.registry import Reply, Work, nothing_to_forget
from bot.words import links
from bot.words.i18n import _
from cogs.moderation import desk
from storage.delivery import deliveries
from storage.members import members
from storage.moderation import holds

HOLD, QUIET_EVERYTHING = "kith-mod hold", "kith-mod quiet-everything"
QUIET, LOUD, WORDS = "quiet.told", "quiet.over", "quiet.words"
LONGEST = 500


class Holds(Cog):
    """`kith-mod hold` and `kith-mod quiet-everything`."""

    # -- introductions ------------------------------------------------------------------------------------------------

    @command(HOLD, anyone=True, moderators=True)
    async def hold(self, context: Context, who: Member | None = None) -> Reply:
        """Hold somebody's introductions, or let them be introduced again. They are told."""
        if question := await desk.first_yes(self, context, HOLD):
            return question
        if who is None:
            return desk.whom("holds.who")
        return await self._hold_screen(context, await self._other(context, who), who)

    @action("holds.who", moderators=True)
    async def held_who(self, context: Context, value: str, who: Member) -> Reply:
        return await self.hold(context, who)

    async def _hold_screen(self, context: Context, person: Person, shown: Member) -> Message:
        if await self.read(holds.is_held, context.here, person):
            said = (
                _("Introductions are held for {who}. They know that.")
                if await self.read(holds.is_known, context.here, person)
                else _("Introductions are held for {who}. They hear that within two days of the report.")
            ).format(who=who(shown))
            return Message(said, (Button(_("Let them be introduced"), "holds.end", str(person.id)),))
        said = _("Hold introductions for {who}? They hear that, not more. Nothing else of theirs changes.")
        return Message(
            said.format(who=who(shown)),
            (Button(_("Hold introductions"), "holds.begin", str(person.id), style="danger"),),
        )

    @action("holds.begin", moderators=True, expensive=True)
    async def begin(self, context: Context, value: str) -> Text:
        person = await self._person(context, value)
        community = context.here
        await desk.act(self, context, "holds.held", holds.hold_and_tell, community, person, None, context.now)
        return _("Held, until a moderator decides. They have been told.")

    @action("holds.end", moderators=True)
    async def end(self, context: Context, value: str) -> Text:
        person = await self._person(context, value)
        knew = await self.read(holds.is_known, context.here, person)
        await desk.act(self, context, "holds.ended", holds.let_go, context.here, person, context.now)
        if not knew:
            return _("They can be introduced again. They never heard of the hold.")
        return _("They can be introduced again, and have been told.")

    @message(holds.TOLD, unsure="resend")
    async def told(self, delivery: Delivery, reader: Reader) -> Message | None:
        if not await self.read(holds.is_open, int(delivery.args["hold"])):
            return None
        return Message(
            _(
                "Introductions rest for you while the people who run this community look at something. Nothing is"
                " decided. Everything else stays yours. You can ask them: `ask-mods`."
            )
        )

    @message(holds.ENDED)
    async def ended(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(_("Introductions are open for you again."))

    # -- quiet everything ---------------------------------------------------------------------------------------------

    @command(QUIET_EVERYTHING, anyone=True, moderators=True)
    async def quiet_everything(self, context: Context, who: Member | None = None) -> Reply:
        """Everything quiet about somebody, after a death or when an account was taken over."""
        if question := await desk.first_yes(self, context, QUIET_EVERYTHING):
            return question
        if who is None:
            return desk.whom("quiet.who")
        return await self._quiet_screen(context, await self._other(context, who), who)

    @action("quiet.who", moderators=True)
    async def quiet_who(self, context: Context, value: str, who: Member) -> Reply:
        return await self.quiet_everything(context, who)

    async def _quiet_screen(self, context: Context, person: Person, shown: Member) -> Message:
        known = await self.read(holds.quiet_about, context.here, person, context.now)
        end = Button(_("End it"), "quiet.end", str(person.id))
        words = Button(_("Write to those who wait"), "quiet.write", str(person.id))
        if known is None:
            said = _(
                "Everything quiet about {who}: no reminders to them, and nobody hears that they have not answered."
                " Alone you can do this for 72 hours; it stays if a second moderator agrees. They are told."
            )
            begin = Button(_("Quiet everything"), "quiet.begin", str(person.id), style="danger")
            return Message(said.format(who=who(shown)), (begin,))
        if known.ends is None:
            said = _("Everything is quiet about {who}. Two moderators decided that.").format(who=who(shown))
            return Message(said, (words, end))
        said = _("Everything is quiet about {who} for now. It ends by itself, unless a second moderator agrees.")
        agree = [] if known.first == context.me else [Button(_("I agree"), "quiet.begin", str(person.id))]
        return Message(said.format(who=who(shown)), (*agree, words, end))

    @action("quiet.begin", moderators=True, expensive=True)
    async def quiet(self, context: Context, value: str) -> Text:
        person, community = await self._person(context, value), context.here
        before = await self.read(holds.quiet_about, community, person, context.now)
        if before is not None and before.ends is None:
            raise UserError(_("Two moderators have said so already. It stays quiet until one of you ends it."))
        if before is not None and before.first == context.me:
            raise UserError(_("You have said so already. It stays quiet if a second moderator agrees."))
        entry = "quiet.first" if before is None or before.first is None else "quiet.second"
        await desk.act(self, context, entry, _make_quiet, community, person, context.me, context.now)
        if before is None:
            return _("Quiet for 72 hours. A second moderator can make it stay: `kith-mod quiet-everything`.")
        if before.first is None:
            return _("Whoever asked for it is gone, so your yes is the first. It stays quiet if a second one agrees.")
        return _("Quiet until one of you ends it.")

    @action("quiet.end", moderators=True)
    async def unquiet(self, context: Context, value: str) -> Text:
        person = await self._person(context, value)
        ended = await desk.act(self, context, "quiet.ended", _end_quiet, context.here, person, context.now)
        return _("Ended. They have been told.") if ended else _("It was not quiet.")

    @action("quiet.write", moderators=True)
    async def write_words(self, context: Context, value: str) -> Form:
        field = Field("words", _("Your words, which all of them read"), multiline=True, limit=LONGEST)
        return Form(_("To those who wait for them"), (field,), "quiet.send", value)

    @action("quiet.send", moderators=True, expensive=True)
    async def send_words(self, context: Context, value: str, words: str) -> Text:
        person, community = await self._person(context, value), context.here
        if await self.read(holds.quiet_about, community, person, context.now) is None:
            raise UserError(_("Everything has to be quiet about them first."))
        told = await desk.act(self, context, "quiet.words", self._plan_words, community, person, words, context.now)
        return _("Sent to {n}.").format(n=told) if told else _("Nobody waits for them through me.")

    def _plan_words(
        self, connection: Connection, community: Community, person: Person, words: str, now: datetime
    ) -> int:
        waiting = {one for cog in self.core.registry.cogs for one in cog.partners(person, community)(connection)}
        for one in waiting:
            key = f"{WORDS}:{community.id}:{person.id}:{one.id}:{int(now.timestamp())}"
            body = self.core.keyring.encrypt(words, "deliveries", "body", key)
            deliveries.plan(connection, Delivery(one, WORDS, key, now, community=community, body=body))
        return len(waiting)

    @message(WORDS)
    async def words(self, delivery: Delivery, reader: Reader) -> Message | None:
        if delivery.body is None:
            return None
        words = self.core.keyring.decrypt(delivery.body, "deliveries", "body", delivery.key)
        said = _("The people who run this community wrote this to you:") + "\n"
        return Message(said + links.whole(words))

    @message(QUIET, unsure="resend")
    async def quiet_told(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(
            _(
                "The people who run this community have made everything quiet about you: I send no reminders and tell"
                " nobody about you here. You can ask them: `ask-mods`."
            )
        )

    @message(LOUD)
    async def quiet_over(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(_("The quiet about you has ended. What you chose goes on."))

    @job(every="tick")
    async def end_quiet(self, now: datetime) -> None:
        """What one moderator did alone ends by itself, and the person hears it."""
        if await self.read(holds.has_run_out, now):
            await self.write(_end_what_ran_out, now)

    @job(every="hour")
    async def tell_newcomers(self, now: datetime) -> None:
        """Who is reported in a place that they have not come to yet hears of the hold when they come."""
        await self.write(holds.tell_newcomers, now)

    @job(every="day", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(holds.sweep, now)

    # -- whom it is about ---------------------------------------------------------------------------------------------

    async def _other(self, context: Context, who: Member) -> Person:
        return await self._not_me(context, await desk.person_here(self, context, who))

    async def _person(self, context: Context, value: str) -> Person:
        """The person a button is about, if they are still here."""
        person = Person(int(value)) if value.isdecimal() else None
        if person is None or context.here not in await self.read(members.communities, person):
            raise UserError(_("I don't know that member: they have said yes to nothing here."))
        return await self._not_me(context, person)

    async def _not_me(self, context: Context, person: Person) -> Person:
        if person == context.person:
            raise UserError(_("That is you. Another moderator decides about it."))
        return person

    # -- what is kept -------------------------------------------------------------------------------------------------

    def export(self, person: Person) -> Work[dict[str, Any]]:
        def work(connection: Connection) -> dict[str, Any]:
            held = holds.export(connection, person)
            return {"what moderators decided about you": held} if held else {}

        return work

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return nothing_to_forget  # a hold outlives leaving and coming back; with the person it goes by itself


def _make_quiet(connection: Connection, community: Community, person: Person, by: Person, now: datetime) -> None:
    quiet = holds.quiet(connection, community, person, by, now)
    key = f"{QUIET}:{quiet.id}"
    deliveries.plan(connection, Delivery(person, QUIET, key, now, community=community))


def _end_quiet(connection: Connection, community: Community, person: Person, now: datetime) -> bool:
    ended = holds.unquiet(connection, community, person, now)
    if ended:
        _tell_it_is_over(connection, community, person, now)
    return ended


def _end_what_ran_out(connection: Connection, now: datetime) -> None:
    for community, person in holds.end_run_out(connection, now):
        _tell_it_is_over(connection, community, person, now)


def _tell_it_is_over(connection: Connection, community: Community, person: Person, now: datetime) -> None:
    key = f"{LOUD}:{community.id}:{person.id}:{int(now.timestamp())}"
    deliveries.plan(connection, Delivery(person, LOUD, key, now, community=community))
