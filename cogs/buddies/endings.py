"""The middle and the end of a pair: did you talk, what next, and ways out that need no reason."""

from __future__ import annotations

from sqlite3 import Connection
from zoneinfo import ZoneInfo

from bot.clocks.times import friendly_instant
from bot.cog import KeepsNothing, action, command, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Message, Person, Text
from bot.registry import Reply
from bot.words import prompts
from bot.words.i18n import _, say
from cogs.buddies import course
from cogs.buddies.lifetime import ASK_FOR
from cogs.buddies.pairs import mine
from cogs.buddies.people import mentor_word, names
from cogs.buddies.waiting import looking_again
from storage.buddies import buddies, ends, pairs, proposals, talks
from storage.buddies.pairs import Pair
from storage.members import blocks

ENJOYED, NEXT = "cl-01", "cl-02"
WISHES = ("same", "new", "break")
"""The options of the closing question, in its order."""


class Endings(KeepsNothing):  # everything about a pair: see Pairs
    """Asks little, tells nobody what another one said, and lets everybody go."""

    # -- did you talk -------------------------------------------------------------------------------------------------

    @message(course.WEEK, actions=("buddies.talked",), late="expires", stands=ASK_FOR)
    async def week(self, delivery: Delivery, reader: Reader) -> Message | None:
        pair = await self._active(delivery)
        if pair is None:
            return None
        value = f"{pair.id}|{delivery.args['day']}"
        three = len(await self.read(pairs.parts, pair.id)) == 3
        return Message(
            _("Did the three of you get to talk this week? Nobody else sees your answer.")
            if three
            else _("Did you two get to talk this week? Nobody else sees your answer."),
            (
                Button(_("Yes"), "buddies.talked", f"yes|{value}"),
                Button(_("A little"), "buddies.talked", f"little|{value}"),
                Button(_("Not this time"), "buddies.talked", f"no|{value}"),
            ),
        )

    @action("buddies.talked")
    async def talked(self, context: Context, value: str) -> Message:
        said, number, day = _three(value)
        if said not in ("yes", "little", "no") or not day.isdecimal():
            raise UserError(_("That button has expired. `buddy find` shows where you stand."))
        pair = await mine(self, context, number)
        await self.write(talks.note_week, pair.id, int(day), context.me, said)  # type: ignore[arg-type]  # one of three
        return Message(_("Noted."), (Button(_("Another question"), "buddies.another", number),))

    @message(
        course.MIDDLE,
        actions=("buddies.wave", "buddies.suggest", "buddies.fine", "buddies.end"),
        late="expires",
        stands=ASK_FOR,
    )
    async def middle(self, delivery: Delivery, reader: Reader) -> Message | None:
        pair = await self._active(delivery)
        if pair is None or await self.read(talks.anybody_talked, pair.id):
            return None
        number = str(pair.id)
        return Message(
            _("No talk yet is common. No reply is not a verdict on you; it may be how they keep safe."),
            (
                Button(_("Send a wave"), "buddies.wave", number),
                Button(_("Suggest a time"), "buddies.suggest", number),
                Button(_("Fine as it is"), "buddies.fine", number),
                Button(_("End gently"), "buddies.end", number),
            ),
        )

    @action("buddies.fine")
    async def fine(self, context: Context, value: str) -> Text:
        pair = await mine(self, context, value)
        assert pair.ends is not None
        return _("Fine. The round ends {when}.").format(when=await self._when(context, pair))

    # -- what next ----------------------------------------------------------------------------------------------------

    @message(course.CLOSING, actions=("buddies.next",), late="expires", stands=ASK_FOR)
    async def closing(self, delivery: Delivery, reader: Reader) -> Message | None:
        pair = await self._active(delivery)
        if pair is None:
            return None
        if pair.kind == "mentor":
            return await self._go_on(pair, reader)
        enjoyed, next_ = (prompts.find(prompts.shipped(), name) for name in (ENJOYED, NEXT))
        if enjoyed is None or next_ is None:
            return None
        three = len(await self.read(pairs.parts, pair.id)) == 3
        ours = _("For the three of you: {question}") if three else _("For the two of you: {question}")
        said = [
            ours.format(question=say(enjoyed.text)),
            _("And for you alone; nobody sees what you choose: {question}").format(question=say(next_.text)),
        ]
        buttons = tuple(
            Button(say(option), "buddies.next", f"{wish}|{pair.id}")
            for wish, option in zip(WISHES, next_.options, strict=True)
        )
        return Message(Text("\n").join(said), buttons)

    async def _go_on(self, pair: Pair, reader: Reader) -> Message:
        """Twelve more weeks with a mentor, by two yeses."""
        assert pair.ends is not None
        said = _("The time with your {mentor} ends {when}.")
        if reader.person and await self.read(pairs.role_of, pair.id, reader.person) == "mentor":
            said = _("The time in which you walk with somebody as their {mentor} ends {when}.")
        when = friendly_instant(pair.ends, reader.now, ZoneInfo(reader.zone))
        asked = _("Twelve more weeks? You go on if you both say yes. Nobody sees what you choose.")
        return Message(
            Text(" ").join([said.format(mentor=await mentor_word(self, pair.community), when=when), asked]),
            (
                Button(_("Yes"), "buddies.next", f"same|{pair.id}"),
                Button(_("Let it end"), "buddies.next", f"new|{pair.id}"),
            ),
        )

    @action("buddies.next")
    async def next(self, context: Context, value: str) -> Text:
        wish, _bar, number = value.partition("|")
        if wish not in WISHES:
            raise UserError(_("That button has expired. `buddy find` shows where you stand."))
        pair = await mine(self, context, number)
        await self.write(ends.wish, pair.id, context.me, wish)  # type: ignore[arg-type]  # one of the three
        return _("Noted, for you alone. It ends {when}; I'll tell you what comes next.").format(
            when=await self._when(context, pair)
        )

    @message(pairs.CONTINUES, unsure="resend")
    async def continues(self, delivery: Delivery, reader: Reader) -> Message | None:
        pair = await self._active(delivery)
        if pair is None or pair.ends is None:
            return None
        until = friendly_instant(pair.ends, reader.now, ZoneInfo(reader.zone))
        said = _("You both chose to stay together. You go on where you are, until {when}.")
        if len(await self.read(pairs.parts, pair.id)) == 3:
            said = _("You all chose to stay together. You go on where you are, until {when}.")
        return Message(said.format(when=until))

    @message(
        pairs.ENDED,
        actions=("buddies.apart", "buddies.rest", "buddies.back", "buddies.mentored"),
        unsure="resend",
        stands=ASK_FOR,
    )
    async def ended(self, delivery: Delivery, reader: Reader) -> Message | None:
        number, how = int(delivery.args["pair"]), delivery.args.get("how")
        if how == "left":
            return Message(
                _(
                    "One of the three of you has ended it early. That's allowed and needs no reason. You two go on, in"
                    " a new place."
                )
            )
        if how == "early":
            said = _("This round has ended early. That's allowed and needs no reason.")
        else:
            three = len(await self.read(pairs.were_with, number, reader.me)) == 2
            said = _("This round has ended. Thank you all.") if three else _("This round has ended. Thank you both.")
        pair, wish = await self.read(pairs.get, number), await self.read(ends.wish_of, number, reader.me)
        if pair is None:
            return None
        if wish == "break" and pair.kind == "buddy":
            return Message(said + " " + _("You chose a break: introductions rest until you say so."), (_back(pair),))
        chosen = {"same": _("You chose the same buddy."), "new": _("You chose someone new.")}.get(wish or "")
        if chosen and pair.kind == "buddy":
            said = said + " " + chosen
        return await self._over(said, pair, reader.me)

    # -- ending it ----------------------------------------------------------------------------------------------------

    @command("buddy end")
    async def end_it(self, context: Context) -> Reply:
        """End a pair, at any time and for no reason."""
        return await self.end(context, "")

    @action("buddies.end")
    async def end(self, context: Context, value: str) -> Message:
        pair = await mine(self, context, value)
        others = await self.read(pairs.others, pair.id, context.me)
        who = await names(self, [part.person for part in others], pair.channel.platform if pair.channel else None)
        said = _(
            "End it? Nothing is done yet. Once you end it, {who} hears this: This round has ended early. That's allowed"
            " and needs no reason."
        )
        return Message(
            said.format(who=who),
            (
                Button(_("End it"), "buddies.end_now", str(pair.id)),
                Button(_("Keep it"), "buddies.fine", str(pair.id)),
            ),
        )

    @action("buddies.end_now", once=True)
    async def end_now(self, context: Context, value: str) -> Message:
        pair = await mine(self, context, value)
        await self.write(ends.leave, pair, context.me, context.now)
        return await self._over(_("It has ended. That's allowed and needs no reason."), pair, context.me)

    async def _over(self, said: Text, pair: Pair, person: Person) -> Message:
        """An end, and what comes after it."""
        apart = Button(_("Not with them again"), "buddies.apart", str(pair.id))
        if pair.kind == "mentor":
            again = Button(_("Ask for another one"), "buddies.mentored", str(pair.community.id))
            walked = await self.read(pairs.role_of, pair.id, person) == "mentee"
            return Message(said, (apart, *([again] if walked else [])))
        signup = await self.read(buddies.get, pair.community, person)
        if signup is None or signup.resting:
            return Message(said + " " + _("Introductions rest for you, until you say so."), (apart, _back(pair)))
        return Message(
            said + " " + looking_again(), (apart, Button(_("Take a break"), "buddies.rest", str(pair.community.id)))
        )

    @action("buddies.apart")
    async def apart(self, context: Context, value: str) -> Text:
        """The tick to avoid each other, offered to each of them alone."""
        others = await self.read(pairs.were_with, int(value), context.me) if value.isdecimal() else []
        if not others:
            raise UserError(_("I no longer have it. `buddy avoid` does the same at any time."))
        await self.write(self._keep_apart, context, others)
        return _("Noted. I won't bring you together again. Nobody is told.")

    def _keep_apart(self, connection: Connection, context: Context, others: list[Person]) -> None:
        for other in others:
            blocks.add(connection, context.me, other, context.now)
            proposals.drop_out(connection, context.me, None, context.now, other.id)

    async def _active(self, delivery: Delivery) -> Pair | None:
        pair = await self.read(pairs.get, int(delivery.args["pair"]))
        return pair if pair is not None and pair.state == "active" else None

    async def _when(self, context: Context, pair: Pair) -> str:
        assert pair.ends is not None
        return friendly_instant(pair.ends, context.now, await self.zone_of(context))


def _three(value: str) -> tuple[str, str, str]:
    first, _bar, rest = value.partition("|")
    second, _bar, third = rest.partition("|")
    return first, second, third


def _back(pair: Pair) -> Button:
    return Button(_("Look again"), "buddies.back", str(pair.community.id))
