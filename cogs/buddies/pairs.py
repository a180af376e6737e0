"""Being buddies: questions in turns, a wave, a time to talk. What is said between them is nobody else's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from bot.cog import Cog, action, command, job, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Community, Field, Form, Message, Person, Text, when, who
from bot.registry import Listener, Nearness, Reply, Work
from bot.words import prompts
from bot.words.i18n import _, reader_locale, translate
from bot.words.prompts import Prompt
from cogs.buddies import lifetime
from cogs.buddies.choices import Choices, Personal
from cogs.buddies.people import account, names
from storage.buddies import buddies, ends, kept, pairs, talks
from storage.buddies.pairs import Pair
from storage.buddies.talks import Question
from storage.checkins import prompts_off
from storage.database.instants import seconds
from storage.delivery import deliveries

QUESTION, WAVE, SUGGESTED, AGREED = "buddies.question", "buddies.waved", "buddies.suggestion", "buddies.suits_them"
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
    member = await cog.read(account, person, platform_of(pair))
    return Text("{who}").format(who=who(member)) if member else None


class Pairs(Cog):
    """What a pair can ask of the bot. It gives questions, carries waves and times, and reads nothing."""

    # -- questions ----------------------------------------------------------------------------------------------------

    @command("buddy another")
    async def another_question(self, context: Context) -> Reply:
        """A question for you and your buddy, to answer in turns."""
        return await self.another(context, "")

    @action("buddies.another")
    async def another(self, context: Context, value: str) -> Message:
        pair = await mine(self, context, value)
        found = await self.write(self._ask, pair, context.me, context.now)
        return await self._drawn(found, pair)

    def _ask(self, connection: Connection, pair: Pair, asker: Person, now: datetime) -> Question:
        """The open question of the pair, or a new one, which the others are given in the same transaction."""
        assert pair.opened is not None
        choose = partial(_choose, connection, pair, self.core.settings.without_tender, now)
        found, is_new = talks.next_question(connection, pair.id, choose, now)
        for part in pairs.others(connection, pair.id, asker) if is_new else []:
            args: dict[str, int | str] = {"question": found.id, "about": asker.id}
            key = f"{QUESTION}:{found.id}:{part.person.id}"
            word = buddies.word(
                part.person, QUESTION, key, pair.community, now, now + talks.STALE, args, part.role, capped=True
            )
            deliveries.plan(connection, word)
        return found

    @message(QUESTION, actions=("buddies.did", "buddies.light"), late="expires")
    async def question(self, delivery: Delivery, reader: Reader) -> Message | None:
        found = await self.read(talks.get_question, int(delivery.args["question"]))
        pair = await self.read(pairs.get, found[0]) if found else None
        if found is None or pair is None or pair.state != "active":
            return None
        latest = await self.read(talks.question, pair.id)
        return await self._drawn(latest, pair) if latest and latest.id == delivery.args["question"] else None

    async def _drawn(self, found: Question, pair: Pair) -> Message:
        prompt = prompts.find(prompts.shipped(), found.prompt)
        if prompt is None:
            raise UserError(_("That question is no longer in use. `another` opens a new one."))
        said = translate(reader_locale(), prompt.text)
        lines = [_("For you and your buddy, in turns:"), said]
        if found.first is not None and (first := await self.read(account, found.first, platform_of(pair))) is not None:
            lines.append(_("{who} begins this time. Both answer; passing is fine.").format(who=who(first)))
        buttons = [
            Button(_("We did this"), "buddies.did", f"d{found.id}"),
            Button(_("Pass"), "buddies.did", f"p{found.id}"),
        ]
        if prompt.depth != "light":
            buttons.append(Button(_("Keep it light from now on"), "buddies.light", str(pair.id)))
        return Message(Text("\n").join(lines), tuple(buttons))

    @action("buddies.did")
    async def did(self, context: Context, value: str) -> Message:
        number = value[1:]
        found = await self.read(talks.get_question, int(number)) if number.isdecimal() else None
        if found is None:
            raise UserError(_("That question is no longer in use. `another` opens a new one."))
        pair = await mine(self, context, str(found[0]))
        await self.write(talks.through, int(number), context.me)
        latest = await self.read(talks.question, pair.id)
        said = _("Noted.")
        if latest is not None and latest.id == int(number) and latest.waiting:
            said = said + " " + _("It is done when both of you have tapped.")
        return Message(said, (Button(_("Another question"), "buddies.another", str(pair.id)),))

    @action("buddies.light")
    async def light(self, context: Context, value: str) -> Text:
        pair = await mine(self, context, value)
        await self.write(talks.stay_light, pair.id, context.me)
        return _("Noted. Your questions stay light from now on. Nobody is told.")

    # -- a wave, and a time -------------------------------------------------------------------------------------------

    @action("buddies.wave")
    async def wave(self, context: Context, value: str) -> Text:
        pair = await mine(self, context, value)
        there = await self.write(self._pass_on, pair, context, WAVE, {})
        who_ = await names(self, there, platform_of(pair))
        return _(
            "On its way to {who}: a wave that needs no answer. People usually appreciate a hello more than we expect."
        ).format(who=who_)

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
        await self.write(self._pass_on, pair, context, SUGGESTED, {"at": seconds(at)})
        return _("On its way: you suggest {when}.").format(when=when(at))

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

    @message(SUGGESTED, actions=("buddies.propose", "buddies.suggest", "buddies.suits"), late="expires")
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
        await self.write(self._pass_on, pair, context, AGREED, {"at": int(at)})
        return _("On its way: that suits you.")

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

    @job(every="day")
    async def sweep(self, now: datetime) -> None:
        await self.write(kept.sweep, now)


def _partners(connection: Connection, person: Person, community: Community) -> list[Person]:
    return [
        part.person
        for pair in pairs.of(connection, person, community)
        if pair.state == "active"
        for part in pairs.others(connection, pair.id, person)
    ]


def _choose(
    connection: Connection,
    pair: Pair,
    reserved: prompts_off.Platforms,
    now: datetime,
    seen: dict[str, datetime],
    last: str | None,
) -> str:
    """The next question that suits all of them: the lowest dial, every topic left out, no two heavy ones in a row."""
    assert pair.opened is not None
    dials: list[Personal] = []
    leave_out: set[str] = set()
    for code, light in talks.choices(connection, pair.id):
        choices = Choices.read(code) or Choices()
        dials.append("only" if light else choices.personal)
        leave_out |= choices.leave_out
    before = prompts.find(prompts.shipped(), last) if last else None
    asked = prompts_off.here(connection, pair.community, reserved)
    chosen: Prompt = prompts.choose(
        prompts.switched_on(prompts.shipped(), asked.off, tender=asked.tender),
        kind="starter",
        seen=seen,
        last_sensitivity=before.sensitivity if before else None,
        themes=(),
        leave_out=leave_out,
        depth=lifetime.depth(dials, talked=talks.have_talked(connection, pair.id), opened=pair.opened, now=now),
        local_now=now.astimezone(ZoneInfo("UTC")),
        first_week=now - pair.opened < lifetime.WEEK,
        seed=str(pair.id),
    )
    return chosen.id
