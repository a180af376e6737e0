"""Goals between buddies: "when ..., I will ...", seen by the buddy, and the same kindness whatever became of them."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from datetime import time, timedelta
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from bot.clocks.times import instant_at, local_day
from bot.cog import Cog, Core, action, command, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Community, Field, Form, Message, Person, Text
from bot.registry import Reply, Work, nothing_to_forget
from bot.words import prompts
from bot.words.i18n import _, say
from cogs.buddies.pairs import mine
from cogs.buddies.people import names
from storage.buddies import buddies, pairs, talks
from storage.buddies.pairs import Pair
from storage.delivery import deliveries
from storage.members import members

ASKED, SHOWN = "buddies.goal_asked", "buddies.goal_shown"
HOW = "go-03"
LONGEST = 150
AFTER = timedelta(days=7)
EVENING = time(18)


class Goals(Cog):
    """One goal each, in one's own words, encrypted; what became of it is not kept."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._key = secrets.token_bytes(16)

    @command("buddy goal")
    async def goal_of_mine(self, context: Context) -> Reply:
        """A goal for this round, shown to your buddy."""
        return await self.goal(context, "")

    @action("buddies.goal")
    async def goal(self, context: Context, value: str) -> Form:
        pair = await mine(self, context, value)
        fields = (
            Field("when", _("When ... (what happens?)"), limit=LONGEST),
            Field("will", _("I will ... (what do you do then?)"), limit=LONGEST),
        )
        return Form(_("A goal"), fields, "buddies.goal_words", str(pair.id))

    @action("buddies.goal_words")
    async def words(self, context: Context, value: str, when: str, will: str) -> Message:
        """Nothing is kept before they are sent. The button tells these words from others that are written meanwhile."""
        when, will = _bare(when, "when"), _bare(will, "i will")
        words = str(_("When {when}, I will {will}.").format(when=when, will=will))
        pair = await mine(self, context, value)
        others = await self.read(pairs.others, pair.id, context.me)
        who = await names(self, [part.person for part in others], pair.channel.platform if pair.channel else None)
        self.core.words.keep(context.me, words, context.now)
        said = _("{who} will see exactly this: {words}").format(who=who, words=words)
        return Message(
            said,
            (
                Button(_("Send"), "buddies.goal_send", f"{pair.id}|{self._mark(words)}"),
                Button(_("Not this time"), "buddies.goal_drop"),
            ),
        )

    @action("buddies.goal_drop")
    async def drop(self, context: Context, value: str) -> Text:
        self.core.words.drop(context.me)
        return _("That's fine. I've kept nothing of it.")

    @action("buddies.goal_send", once=True)
    async def send(self, context: Context, value: str) -> Text:
        number, _bar, mark = value.partition("|")
        pair = await mine(self, context, number)
        words = self.core.words.recall(context.me, context.now)
        if words is None or self._mark(words) != mark:
            raise UserError(_("I no longer have it. Send it again if you like."))
        zone = (await self.read(members.profile, context.me)).zone
        await self.write(self._keep, pair, context, words, zone)
        self.core.words.drop(context.me)
        to = [part.person for part in await self.read(pairs.others, pair.id, context.me)]
        sent = await self.passed_on(context, to, SHOWN, _("On its way."))
        return sent + " " + _("I ask you in a week how it went. What you answer is not kept.")

    def _mark(self, words: str) -> str:
        """Tells whether words are the ones that were shown; says nothing about them to anybody else."""
        return hmac.digest(self._key, words.encode("utf-8", "surrogatepass"), "sha256").hex()[:16]

    def _keep(self, connection: Connection, pair: Pair, context: Context, words: str, zone: str) -> None:
        def seal(row: int) -> bytes:
            return self.core.keyring.encrypt(words, "buddy_goals", "words", row)

        row = talks.set_goal(connection, pair.id, context.me, seal, context.now)
        expires = context.now + timedelta(days=2)
        for part in pairs.others(connection, pair.id, context.me):
            args: dict[str, int | str] = {"goal": row, "about": context.me.id}
            key = f"{SHOWN}:{row}:{part.person.id}"
            word = buddies.word(
                part.person, SHOWN, key, pair.community, context.now, expires, args, part.role, capped=True
            )
            deliveries.plan(connection, word)
        own = next(part for part in pairs.parts(connection, pair.id) if part.person == context.me)
        due = instant_at(local_day(context.now, ZoneInfo(zone)) + AFTER, EVENING, ZoneInfo(zone))
        about = (pair.community, due, due + timedelta(days=2), {"goal": row}, own.role)
        deliveries.plan(connection, buddies.word(context.me, ASKED, f"{ASKED}:{row}", *about, zone=zone))

    @message(SHOWN, late="expires")
    async def shown(self, delivery: Delivery, reader: Reader) -> Message | None:
        found = await self._goal(delivery)
        if found is None:
            return None
        goal, words = found
        pair = await self.read(pairs.get, goal.pair)
        owner = await self.read(members.account, goal.person, pair.channel.platform if pair and pair.channel else None)
        if owner is None:
            return None
        who = await names(self, [goal.person], owner.platform)
        return Message(_("{who} has a goal for this round: {words}").format(who=who, words=words))

    @message(ASKED, actions=("buddies.goal_went",), late="expires", stands=timedelta(days=2))
    async def asked(self, delivery: Delivery, reader: Reader) -> Message | None:
        found = await self._goal(delivery)
        how = prompts.find(prompts.shipped(), HOW)
        if found is None or how is None:
            return None
        goal, words = found
        said = Text("{words}").format(words=words) + "\n" + say(how.text)
        buttons: Sequence[Button] = [
            Button(say(option), "buddies.goal_went", f"{number}|{goal.id}") for number, option in enumerate(how.options)
        ]
        return Message(said, tuple(buttons))

    @action("buddies.goal_went")
    async def went(self, context: Context, value: str) -> Message:
        """The same next screen for every answer."""
        _answer, _bar, number = value.partition("|")
        goal = await self.read(talks.goal, int(number)) if number.isdecimal() else None
        if goal is None or goal.person != context.me:
            raise UserError(_("I no longer have it. `buddy goal` sets another."))
        await self.write(talks.goal_answered, goal.id, context.now)
        return Message(
            _("Noted. A goal may stay, change or go."),
            (
                Button(_("A goal"), "buddies.goal", str(goal.pair)),
                Button(_("Send a wave"), "buddies.wave", str(goal.pair)),
            ),
        )

    async def _goal(self, delivery: Delivery) -> tuple[talks.Goal, str] | None:
        goal = await self.read(talks.goal, int(delivery.args["goal"]))
        pair = await self.read(pairs.get, goal.pair) if goal else None
        if goal is None or pair is None or pair.state != "active":
            return None
        return goal, self.core.keyring.decrypt(goal.words, "buddy_goals", "words", goal.id)

    # -- what is kept -------------------------------------------------------------------------------------------------

    def export(self, person: Person) -> Work[dict[str, Any]]:
        def work(connection: Connection) -> dict[str, Any]:
            mine_ = [
                self.core.keyring.decrypt(words, "buddy_goals", "words", row)
                for row, words in talks.export_goals(connection, person)
            ]
            return {"your goals": mine_} if mine_ else {}

        return work

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return nothing_to_forget  # goals go with the pairs they were set in: see Pairs


def _bare(typed: str, first: str) -> str:
    """What was typed, without the first words and the full stop that the sentence has anyway."""
    words = typed.strip().rstrip(".,;")
    return words[len(first) :].lstrip() if words.casefold().startswith(f"{first} ") else words
