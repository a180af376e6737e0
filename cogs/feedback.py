"""What members tell the people who run their community: a word with or without their name, or a question."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal

from bot.cog import Cog, action, command, message
from bot.context import Context, Delivery, Reader
from bot.errors import UserError
from bot.incoming import pages
from bot.messages import Button, Community, Field, Form, Message, Person, Text
from bot.registry import Reply, Work
from bot.words import links
from bot.words.i18n import _
from storage.delivery import deliveries
from storage.moderation import audit, letters

LONGEST = 1000
"""Characters of what one letter may say."""

ROW_BITS = 62
"""Of a letter's number, drawn at random: enough that no two are ever the same."""

SHOWN = 5
"""Letters on one screen."""

ANSWER = "feedback.answer"


class Feedback(Cog):
    """Letters to the moderators of one community. Their words are encrypted, and erased after 90 days."""

    # -- writing ------------------------------------------------------------------------------------------------------

    @command("feedback", community=True)
    async def feedback(self, context: Context, words: str = "") -> Reply:
        """Tell the people who run this community what you think, with your name or without."""
        return await self._preview(context, "feedback", words)

    @command("ask-mods", community=True)
    async def ask_mods(self, context: Context, words: str = "") -> Reply:
        """Ask the moderators of this community something. They see that it is from you."""
        return await self._preview(context, "question", words)

    @action("feedback.words", community=True)
    async def words(self, context: Context, value: str, words: str) -> Reply:
        return await self._preview(context, "question" if value == "question" else "feedback", words)

    async def _preview(self, context: Context, kind: Literal["feedback", "question"], words: str) -> Reply:
        """Who will see what, before it goes. Until then the words are kept nowhere but in the member's own buttons."""
        if not words.strip():
            field = Field("words", _("What would you like to say?"), multiline=True, limit=LONGEST)
            return Form(_("To the moderators"), (field,), "feedback.words", kind)
        if len(words) > LONGEST:
            raise UserError(_("That is longer than I can take: {n} characters at most.").format(n=LONGEST))
        draft = secrets.randbits(ROW_BITS)
        sealed = self.core.keyring.encrypt(words.strip(), "letters", "words", draft)
        await self.write(letters.draft, draft, context.here, context.me, sealed, context.now)
        seen = _("The moderators of {community} will see exactly this:").format(community=context.here.name)
        buttons = [Button(_("Send with my name"), "feedback.send", f"{kind} {draft} named")]
        if kind == "feedback":
            buttons.append(Button(_("Send without my name"), "feedback.send", f"{kind} {draft} unnamed"))
        buttons.append(Button(_("Not this time"), "feedback.drop", str(draft)))
        return Message(seen + "\n" + Text("{words}").format(words=words.strip()), tuple(buttons))

    @action("feedback.send", once=True)
    async def send(self, context: Context, value: str) -> Text:
        kind, draft, name = value.split(" ")
        if name == "named":
            letter: letters.Kind = "question" if kind == "question" else "feedback"
            sent = await self.write(letters.send, context.me, int(draft), letter, context.now)
        else:
            sent = await self._send_unnamed(context, int(draft))
        if not sent:
            raise UserError(_("I no longer have it. Send it again if you like."))
        if kind == "question":
            return _("Sent. The moderators can answer you through me.")
        return _("Sent. It carries your name.") if name == "named" else _("Sent. I haven't kept whose it is.")

    async def _send_unnamed(self, context: Context, draft: int) -> bool:
        letter, offer = secrets.randbits(ROW_BITS), int(context.row[1:])

        def again(words: bytes) -> bytes:
            text = self.core.keyring.decrypt(words, "letters", "words", draft)
            return self.core.keyring.encrypt(text, "letters", "words", letter)

        return await self.write(letters.send_unnamed, context.me, draft, offer, letter, again, context.now)

    @action("feedback.drop")
    async def drop(self, context: Context, value: str) -> Text:
        await self.write(letters.drop, context.me, int(value))
        return _("Not sent. I haven't kept it.")

    # -- reading ------------------------------------------------------------------------------------------------------

    @command("kith-mod feedback", anyone=True, moderators=True)
    async def read_all(self, context: Context) -> Message:
        """What members told you, and questions that wait for an answer."""
        return await self.page(context, "")

    @action("feedback.page", moderators=True)
    async def page(self, context: Context, value: str) -> Message:
        found = await self.read(letters.of_community, context.here)
        if not found:
            return Message(_("Nobody has written."))
        page = pages.page(found, pages.number_of(value), SHOWN)
        lines, buttons = [], []
        for number, letter in enumerate(found[page.start : page.end], start=1):
            author = await self.read(letters.author, letter.person) if letter.person else None
            said = Text("{words}").format(words=self._words(letter))
            whose = Text("{who}").format(who=author) if author else _("without a name")
            lines.append(_("{number}. {whose}: {said}").format(number=number, whose=whose, said=said))
            if letter.kind == "question" and not letter.answered and context.person is not None:
                buttons.append(Button(_("Answer {number}").format(number=number), "feedback.reply", str(letter.id)))
        return Message(Text("\n").join(lines), (*buttons, *page.more("feedback.page")))

    @action("feedback.reply", moderators=True)
    async def reply(self, context: Context, value: str) -> Form:
        field = Field("words", _("Your answer."), multiline=True, limit=LONGEST, note=_("The member sees these words."))
        return Form(_("Your answer"), (field,), "feedback.replied", value)

    @action("feedback.replied", moderators=True)
    async def replied(self, context: Context, value: str, words: str) -> Text:
        letter = await self.read(letters.get, context.here, int(value))
        if letter is None or letter.person is None:
            return _("That question is gone. Whoever asked may have left.")
        when = (context.now, context.now + timedelta(days=1))
        answer = self.letter(words, letter.person, ANSWER, str(letter.id), *when, community=context.here)
        if not await self.write(_answer, context.here, letter.id, answer, context.now):
            return _("Somebody has answered that already.")
        return _("Sent. They see that it comes from the moderators.")

    @message(ANSWER)
    async def answer(self, delivery: Delivery, reader: Reader) -> Message | None:
        if delivery.body is None or delivery.community is None:
            return None
        words = self.core.keyring.decrypt(delivery.body, "deliveries", "body", delivery.key)
        said = _("You asked the moderators of {community}. They answer: {words}")
        return Message(said.format(community=delivery.community.name, words=links.whole(words)))

    def _words(self, letter: letters.Letter) -> str:
        return self.unseal(letter.words, "letters", "words", letter.id)

    # -- what is kept -------------------------------------------------------------------------------------------------

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return lambda connection: letters.export(connection, person, self._words)

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return lambda connection: letters.forget(connection, person, community)


def _answer(connection: Connection, community: Community, letter: int, answer: Delivery, now: datetime) -> bool:
    if not letters.answered(connection, community, letter, now):
        return False
    deliveries.plan(connection, answer)
    audit.record(connection, community, "feedback.answered", now)
    return True
