"""Questions for a pair to answer in turns: one at a time, none twice, as light as any of them wishes."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from sqlite3 import Connection
from zoneinfo import ZoneInfo

from bot.cog import KeepsNothing, action, command, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.messages import Button, Message, Person, Text, who
from bot.registry import Reply
from bot.words import prompts
from bot.words.i18n import _, say
from bot.words.prompts import Prompt
from cogs.buddies import lifetime
from cogs.buddies.choices import Choices, Personal
from cogs.buddies.pairs import mine, platform_of
from storage.buddies import buddies, pairs, talks
from storage.buddies.pairs import Pair
from storage.buddies.talks import Question
from storage.checkins import prompts_off
from storage.delivery import deliveries
from storage.members import members

QUESTION = "buddies.question"


class PairQuestions(KeepsNothing):  # questions go with the pairs they were asked in: see Pairs
    """What a pair can ask of the bot to talk about. What they answer it does not hear."""

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

    @message(QUESTION, actions=("buddies.did", "buddies.light"), late="expires", stands=talks.STALE)
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
        said = say(prompt.text)
        lines = [_("For you and your buddy, in turns:"), said]
        first = await self.read(members.account, found.first, platform_of(pair)) if found.first else None
        if first is not None:
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
