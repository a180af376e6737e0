"""Listening practice for two: both choose the moment, then the timer of two minutes each runs for both of them."""

from __future__ import annotations

from datetime import timedelta
from sqlite3 import Connection

from bot.cog import KeepsNothing, action, command, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Message, Text
from bot.words.i18n import _
from cogs.buddies.pairs import about, mine, platform_of
from cogs.buddies.people import names
from cogs.circles import practice
from storage.buddies import buddies, pairs
from storage.buddies.pairs import Pair
from storage.database.instants import seconds
from storage.delivery import deliveries

ASKED = "buddies.practice"
WAITS = timedelta(hours=1)
"""A question about this moment is no question about tomorrow."""


class Practice(KeepsNothing):  # a timer lasts for minutes; a running timer goes with what circles keep
    """One of two asks, the other begins. Nothing of what is said goes through the bot."""

    @command("buddy practice")
    async def practise(self, context: Context) -> Text:
        """A short practice in listening: two minutes each, then swap."""
        pair = await mine(self, context)
        others = await self.read(pairs.others, pair.id, context.me)
        if len(others) != 1:
            raise UserError(_("The practice is for two. The three of you can do it without a timer: two minutes each."))
        who = await names(self, [others[0].person], platform_of(pair))
        await self.write(self._ask, pair, context, others[0])
        return _("I ask {who} whether now is a good time. If so, {who} talks first, and you listen.").format(who=who)

    def _ask(self, connection: Connection, pair: Pair, context: Context, other: buddies.Part) -> None:
        hour = seconds(context.now) // int(WAITS.total_seconds())
        key = f"{ASKED}:{pair.id}:{context.me.id}:{hour}"
        args: dict[str, int | str] = {"pair": pair.id, "about": context.me.id}
        expires = context.now + WAITS
        word = buddies.word(other.person, ASKED, key, pair.community, context.now, expires, args, other.role)
        deliveries.plan(connection, word)

    @message(ASKED, actions=("buddies.practise",), late="expires")
    async def asked(self, delivery: Delivery, reader: Reader) -> Message | None:
        who = await about(self, delivery)
        if who is None:
            return None
        said = _(
            "{who} would like a listening practice with you now: two minutes each, then swap. You talk first, and {who}"
            " listens."
        ).format(who=who)
        pair = delivery.args["pair"]
        return Message(
            said,
            (
                Button(_("Begin"), "buddies.practise", f"begin|{pair}"),
                Button(_("Not now"), "buddies.practise", f"later|{pair}"),
            ),
        )

    @action("buddies.practise", once=True)
    async def begin(self, context: Context, value: str) -> Text:
        said, _bar, number = value.partition("|")
        pair = await mine(self, context, number)
        if said != "begin":
            return _("That's fine. Nobody is told.")
        others = await self.read(pairs.others, pair.id, context.me)
        if len(others) != 1:
            raise UserError(_("You have no buddy through me right now. `buddy find` shows where you stand."))
        where = others[0].person, context.me
        seed = f"{pair.id}:{context.now.date()}"
        if not await self.write(practice.begin, pair.community, seed, where, context.now):
            raise UserError(_("A practice is running already."))
        return _("It begins for both of you. Talk where you usually do; I keep the time here.")
