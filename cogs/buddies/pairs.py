"""Being buddies: questions in turns, a wave, a time to talk. What is said between them is nobody else's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any

from bot.cog import Cog, action, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Community, Field, Form, Message, Person, Text, when, who
from bot.registry import Listener, Nearness, Work
from bot.words.i18n import _
from cogs.buddies.people import names
from storage.buddies import buddies, ends, kept, pairs, talks
from storage.buddies.pairs import Pair
from storage.database.instants import seconds
from storage.delivery import deliveries
from storage.members import members

WAVE, SUGGESTED, AGREED = "buddies.waved", "buddies.suggestion", "buddies.suits_them"
FRESH = timedelta(days=1)


async def mine(cog: Cog, context: Context, value: str = "") -> Pair:
    """The pair that is meant, if the member is in it. Raises UserError."""
    there = await cog.read(pairs.of, context.me, None if value else context.community)
    active = [pair for pair in there if pair.state == "active" and value in ("", str(pair.id))]
    if not active:
        raise UserError(_("You have no buddy through me right now. `buddy find` shows where you stand."))
    return active[0]


def platform_of(pair: Pair) -> str | None:
    """Where they have their place."""
    return pair.channel.platform if pair.channel else None


async def about(cog: Cog, delivery: Delivery) -> Text | None:
    """The name of whom a message is about, while the pair lasts."""
    pair = await cog.read(pairs.get, int(delivery.args["pair"]))
    person = Person(int(delivery.args["about"]))
    if pair is None or pair.state != "active":
        return None
    member = await cog.read(members.account, person, platform_of(pair))
    return Text("{who}").format(who=who(member)) if member else None


class Pairs(Cog):
    """What a pair can ask of the bot. It carries waves and times, and reads nothing."""

    # -- a wave, and a time -------------------------------------------------------------------------------------------

    @action("buddies.wave")
    async def wave(self, context: Context, value: str) -> Text:
        pair = await mine(self, context, value)
        there = await self.write(self._pass_on, pair, context, WAVE, {})
        who_ = await names(self, there, platform_of(pair))
        sent = await self.passed_on(context, there, WAVE, _("On its way to {who}.").format(who=who_))
        return sent + " " + _("A wave needs no answer. People usually appreciate a hello more than we expect.")

    @action("buddies.suggest")
    async def suggest(self, context: Context, value: str) -> Form:
        pair = await mine(self, context, value)
        others = await self.read(pairs.others, pair.id, context.me)
        who_ = await names(self, [part.person for part in others], platform_of(pair))
        label = Text(str(_("When? {who} will see this time.").format(who=who_))[:45])
        return Form(_("Suggest a time"), (Field("at", label, datetime),), "buddies.propose", str(pair.id))

    @action("buddies.propose")
    async def propose(self, context: Context, value: str, at: datetime) -> Text:
        pair = await mine(self, context, value)
        there = await self.write(self._pass_on, pair, context, SUGGESTED, {"at": seconds(at)})
        sent = await self.passed_on(context, there, SUGGESTED, _("On its way."))
        return sent + " " + _("You suggest {when}.").format(when=when(at))

    def _pass_on(
        self, connection: Connection, pair: Pair, context: Context, kind: str, more: dict[str, int]
    ) -> list[Person]:
        """One wave a day at most reaches them, and each time that is suggested once."""
        once = more.get("at") or int(context.now.timestamp()) // int(FRESH.total_seconds())
        others = pairs.others(connection, pair.id, context.me)
        for part in others:
            key = f"{kind}:{pair.id}:{context.me.id}:{part.person.id}:{once}"
            args: dict[str, int | str] = {"pair": pair.id, "about": context.me.id, **more}
            expires = context.now + timedelta(days=2)
            word = buddies.word(
                part.person, kind, key, pair.community, context.now, expires, args, part.role, capped=True
            )
            deliveries.plan(connection, word)
        return [part.person for part in others]

    @message(WAVE, actions=("buddies.wave", "buddies.suggest"), late="expires")
    async def waved(self, delivery: Delivery, reader: Reader) -> Message | None:
        sender = await about(self, delivery)
        if sender is None:
            return None
        said = _("{who} waves. No answer needed.").format(who=sender)
        return Message(said, (Button(_("Send a wave"), "buddies.wave", str(delivery.args["pair"])),))

    @message(
        SUGGESTED,
        actions=("buddies.propose", "buddies.suggest", "buddies.suits"),
        late="expires",
        stands=timedelta(days=2),
    )
    async def suggestion(self, delivery: Delivery, reader: Reader) -> Message | None:
        sender = await about(self, delivery)
        if sender is None:
            return None
        pair, at = str(delivery.args["pair"]), int(delivery.args["at"])
        moment = datetime.fromtimestamp(at, reader.now.tzinfo)
        return Message(
            _("{who} suggests a time to talk: {when}.").format(who=sender, when=when(moment)),
            (
                Button(_("That suits me"), "buddies.suits", f"{pair}|{at}"),
                Button(_("Suggest a time"), "buddies.suggest", pair),
            ),
        )

    @action("buddies.suits")
    async def suits(self, context: Context, value: str) -> Text:
        """The same time, sent back, is a yes."""
        number, _bar, at = value.partition("|")
        pair = await mine(self, context, number)
        if not at.isdecimal():
            raise UserError(_("That button has expired. `buddy find` shows where you stand."))
        there = await self.write(self._pass_on, pair, context, AGREED, {"at": int(at)})
        return await self.passed_on(context, there, AGREED, _("On its way.")) + " " + _("That suits you.")

    @message(AGREED, late="expires")
    async def suits_them(self, delivery: Delivery, reader: Reader) -> Message | None:
        sender = await about(self, delivery)
        if sender is None:
            return None
        moment = datetime.fromtimestamp(int(delivery.args["at"]), reader.now.tzinfo)
        return Message(_("{when} suits {who}.").format(when=when(moment), who=sender))

    # -- pauses -------------------------------------------------------------------------------------------------------

    @job(every="hour")
    async def tell_pauses(self, now: datetime) -> None:
        await self.write(ends.tell_pauses, now)

    @message(pairs.PAUSED, actions=("buddies.end",), late="expires")
    async def paused(self, delivery: Delivery, reader: Reader) -> Message | None:
        sender = await about(self, delivery)
        if sender is None:
            return None
        gently = Button(_("End gently"), "buddies.end", str(delivery.args["pair"]))
        return Message(_("{who} has paused. Your pair is kept.").format(who=sender), (gently,))

    # -- what others may know -----------------------------------------------------------------------------------------

    def partners(self, person: Person, community: Community) -> Work[frozenset[Person]]:
        return lambda connection: frozenset(_partners(connection, person, community))

    def nearby(self, person: Person, community: Community) -> Work[Mapping[Nearness, frozenset[Person]]]:
        return lambda connection: {"buddy": frozenset(_partners(connection, person, community))}

    async def hears_of_pause(self, person: Person) -> Text | None:
        if not await self.read(self.listeners(person)):
            return None
        return _("Your buddy hears that you have paused, and that your pair is kept.")

    def listeners(self, person: Person) -> Work[list[Listener]]:
        def work(connection: Connection) -> list[Listener]:
            return [
                Listener(part.person, buddies.MENTOR if part.role == "mentor" else buddies.PURPOSE, pair.community)
                for pair in pairs.of(connection, person)
                if pair.state == "active"
                for part in pairs.others(connection, pair.id, person)
            ]

        return work

    # -- what is kept -------------------------------------------------------------------------------------------------

    def withdrawn(self, person: Person, purpose: str) -> Work[None]:
        def work(connection: Connection) -> None:
            now = self.core.now()
            if purpose in ("buddy", "adult"):
                ends.part_ways(connection, person, None, now)
            elif purpose == "mentor":
                ends.part_ways(connection, person, None, now, kind="mentor")

        return work

    def separate(self, one: Person, other: Person) -> Work[None]:
        return lambda connection: ends.part_ways(connection, one, None, self.core.now(), other=other)

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: {**kept.export(connection, person), **talks.export(connection, person)}

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        def work(connection: Connection) -> None:
            ends.part_ways(connection, person, community, self.core.now())
            kept.forget(connection, person, community)

        return work

    @job(every="day", erases=True)
    async def sweep(self, now: datetime) -> None:
        await self.in_portions(kept.sweep, now)


def _partners(connection: Connection, person: Person, community: Community) -> list[Person]:
    return [
        part.person
        for pair in pairs.of(connection, person, community)
        if pair.state == "active"
        for part in pairs.others(connection, pair.id, person)
    ]
