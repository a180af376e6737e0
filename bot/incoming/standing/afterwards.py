"""A line that is changed or taken back once it was typed. What is known of it is in memory, and never its words."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.asking import doors
from bot.context import Context
from bot.incoming import text, wished
from bot.incoming.conversation import Chat, Conversations
from bot.incoming.waiting import FirstWords, WaitingWords
from bot.messages import Button, Channel, Form, Message
from bot.registry import Registry
from bot.words.help_words import asks_for_help
from bot.words.i18n import _

CHATS, LINES = 5000, 10
"""How many chats are remembered, and how many lines of each."""

WAYS = 4
"""Buttons at most that lead to what a line has done."""

_NAMED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Line:
    """One line: its platform's id, a hash of its words, whether something was done by it, and what changes that."""

    message: str
    words: int = 0
    done: bool = False
    ways: tuple[Button, ...] = ()


class Lines:
    """The last lines of each chat, the newest last. A restart ends it: then nothing is known of a line."""

    def __init__(self) -> None:
        self._chats: OrderedDict[tuple[str, str, Channel], list[Line]] = OrderedDict()

    def heard(self, context: Context, line: str) -> None:
        self._put(context, Line(context.message, hash(line)))

    def reads_now(self, context: Context, line: str) -> None:
        """Its words are others; what it did, it did."""
        self._put(context, replace(self.find(context) or Line(context.message), words=hash(line)))

    def did(self, context: Context, *, it: bool = True) -> None:
        """A handler runs for it; not ``it``: and could not do what was asked."""
        if context.message:
            self._put(context, replace(self.find(context) or Line(context.message), done=it))

    def answered(self, context: Context, reply: Message | Form, commands: Mapping[str, object]) -> None:
        found = self.find(context)
        if found and found.done and isinstance(reply, Message):
            self._put(context, replace(found, ways=_ways(reply, commands)))

    def find(self, context: Context) -> Line | None:
        return next((one for one in self._of(context) if one.message == context.message), None)

    def is_last(self, line: Line, context: Context) -> bool:
        return self._of(context)[-1:] == [line]

    def forget(self, context: Context) -> None:
        self._chats[self._key(context)] = [one for one in self._of(context) if one.message != context.message]

    def _put(self, context: Context, line: Line) -> None:
        if not context.message:
            return
        lines = self._of(context)
        places = [place for place, one in enumerate(lines) if one.message == line.message]
        if places:
            lines[places[0]] = line
        else:
            lines.append(line)
        self._chats[self._key(context)] = lines[-LINES:]
        self._chats.move_to_end(self._key(context))
        while len(self._chats) > CHATS:
            self._chats.popitem(last=False)

    def _of(self, context: Context) -> list[Line]:
        return list(self._chats.get(self._key(context), ()))

    @staticmethod
    def _key(context: Context) -> tuple[str, str, Channel]:
        return context.member.platform, context.member.id, context.channel


class Afterwards:
    """Decides what a change or a taking back means. None as the answer to a change: it is read as if typed now."""

    def __init__(
        self, registry: Registry, conversations: Conversations, words: WaitingWords, first_words: FirstWords
    ) -> None:
        self.lines = Lines()
        self._registry = registry
        self._conversations = conversations
        self._words = words
        self._first_words = first_words

    async def is_read_now(self, context: Context, line: str) -> bool:
        """Is a changed line read as if it was typed now? So is a word for help, the last line if nothing was done by
        it, and the last answer in a form, which then goes back to that question.
        """
        if context.direct and asks_for_help(line):
            return True
        found = self.lines.find(context)
        if found is None or found.done or found.words == hash(line) or not self.lines.is_last(found, context):
            return False
        chat = await self._chat(context)
        back = _without_last(chat, found)
        if back is not chat:
            await self._conversations.keep(context.member, context.chat, back, context.now)
        return True

    def changed(self, context: Context, line: str) -> Message | None:
        """To a change that is not read: what was done stands, and here is what changes it."""
        found = self.lines.find(context)
        if not context.direct or (found is not None and found.words == hash(line)):  # only drawn anew, as with a link
            return None
        if found is not None and self._is_waiting(context, found):
            self._words.keep(context.person or context.member, line, context.now)
            self.lines.reads_now(context, line)
            said = _("Your words wait as they are now. Nothing else has changed.")
            return Message(said, doors.help_now(self._registry), aside=True)
        ways = found.ways if found else ()
        if ways:
            said = _("I read that message as it first stood. The change does nothing by itself; one of these does.")
        else:
            said = _("I read that message as it first stood. The change does nothing here; a new message does.")
        return Message(said, (*ways, *doors.help_now(self._registry)), aside=True)

    async def taken_back(self, context: Context) -> tuple[Context, Message | None]:
        return context, await self._taken_back(context)

    async def _taken_back(self, context: Context) -> Message | None:
        """Nothing is kept of a line that was taken back. What it did stands, and is said where something undoes it."""
        found = self.lines.find(context)
        if found is None:
            return None
        self.lines.forget(context)
        if self._is_waiting(context, found):
            self._words.drop(context.person or context.member)
            return None
        if context.person is None:
            self._first_words.drop(context.member)
        chat = await self._chat(context)
        left = _without(chat, found)
        if left is not chat:
            await self._conversations.without_words(context, left)
            return self._asked_again(chat, left) if context.direct else None
        if context.direct and (undo := _undo(found.ways)):
            return Message(_("What that message did stands. `Undo` takes it back."), undo, aside=True)
        return None

    def _asked_again(self, before: Chat, left: Chat) -> Message | None:
        if left.form is not None and len(left.answers) < len(before.answers):
            gone = _("That answer is gone.")
            return Message(text.question(left.form, len(left.answers), gone), aside=True)
        if left.form != before.form or left.drafts != before.drafts:
            return Message(_("The form that held it is gone too."), aside=True)
        return None

    def _is_waiting(self, context: Context, line: Line) -> bool:
        """Are its words those that wait to be shared or kept?"""
        waits = self._words.recall(context.person or context.member, context.now)
        return waits is not None and hash(waits) == line.words

    async def _chat(self, context: Context) -> Chat:
        return await self._conversations.recall(context.member, context.chat)


def _without_last(chat: Chat, line: Line) -> Chat:
    """The form at the question that this line answered last; and nothing of it is completed by what comes."""
    if chat.form is not None and chat.answers and hash(chat.answers[-1]) == line.words:
        chat = replace(chat, answers=chat.answers[:-1])
    if hash(chat.heard) == line.words or hash(chat.unsure) == line.words:
        chat = replace(chat, heard="", unsure="")
    if chat.opens and line.words and hash(chat.opens.heard) == line.words:
        chat = replace(chat, opens=replace(chat.opens, heard=""))
    return chat


def _without(chat: Chat, line: Line) -> Chat:
    """The chat with nothing of this line in it: a form that holds it further back goes as a whole."""
    chat = _without_last(chat, line)
    if line.words in map(hash, chat.answers):
        chat = replace(chat, form=None, answers=(), heard="", unsure="")
    drafts = tuple(one for one in chat.drafts if line.words not in map(hash, (*one.answers, one.heard)))
    return replace(chat, drafts=drafts) if drafts != chat.drafts else chat


def _ways(reply: Message, commands: Mapping[str, object]) -> tuple[Button, ...]:
    """`Undo` where the reply had one; else what it offered; else the commands it named."""
    offered = tuple(one for one in reply.buttons if one.action != doors.HELP_NOW)
    if offered:
        return (_undo(offered) or offered)[:WAYS]
    ours = "".join(part for part in reply.text.parts if isinstance(part, str))
    named = [one for one in dict.fromkeys(_NAMED.findall(ours)) if one in commands and one not in ("help", "start")]
    return tuple(wished.door(one) for one in named[:WAYS])


def _undo(ways: tuple[Button, ...]) -> tuple[Button, ...]:
    return tuple(one for one in ways if str(one.label) == str(_("Undo")))
