"""A form asked question by question, where people type: what a line does to it, how it is left and taken up."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bot.asking import doors
from bot.context import Context
from bot.errors import StorageError, UserError
from bot.incoming import conversation, help_first, parameters, text, wished
from bot.incoming.conversation import Chat, Conversations
from bot.incoming.standing import drafts
from bot.incoming.standing.completing import completed
from bot.incoming.standing.meaning import Pressed
from bot.messages import STATELESS, Button, Field, Form, Message, plain
from bot.registry import Registry
from bot.words.i18n import _

TAKEN, LEFT = "kith.answered", "kith.left"
"""The bot's own actions: "that was my answer", and "back"."""

OWN = frozenset({TAKEN, LEFT, drafts.GO_ON})

LEAVES = frozenset({"back", "go back", "never mind", "nevermind", "nvm", "later", "not now"})
"""What leaves a form for now, and keeps it."""

NAMES_ANYTHING = parameters.WORDS | {"member", "dialled"}
"""Kinds of fields in which any words may be the answer."""


async def answer(
    registry: Registry, chats: Conversations, context: Context, chat: Chat, line: str, reading: parameters.Reading
) -> Pressed | Message | None:
    """The next question, or all of the form to be sent. None: the line is for something else, and the form waits."""
    assert chat.form is not None
    if line.casefold().strip(" .!`") in text.CANCEL:
        await _keep(chats, context, conversation.NOTHING)
        return Message(_("Stopped. Nothing was changed."))
    field = chat.form.fields[len(chat.answers)]
    if chat.unsure and text.agrees(line):
        line = chat.unsure
    elif is_for_something_else(registry, field, line, reading):
        if _goes_first(registry, chat, field, line):
            return _left() if _leaves(line) else None
        await _keep(chats, context, replace(chat, unsure=line))
        return _was_that_it(registry, field, line)
    reply = await _next(registry, chats, context, chat, line, reading)
    if isinstance(reply, Pressed) or parameters.wants_value(field):
        return reply
    said = wished.beside(registry, reply, wished.find(line))
    return said if isinstance(said, Message) else reply


async def pressed(
    registry: Registry, chats: Conversations, context: Context, button: Button, reading: parameters.Reading
) -> Pressed | Message | None:
    """One of the bot's own buttons about a form."""
    chat = await chats.recall(context.member, context.chat)
    if button.action == drafts.GO_ON:
        return await go_on(chats, context, button.value)
    if chat.form is None or (button.action == TAKEN and not chat.unsure):
        raise UserError(_("I no longer have what you filled in. Please open it again."))
    return _left() if button.action == LEFT else await answer(registry, chats, context, chat, "yes", reading)


async def go_on(chats: Conversations, context: Context, mark: str) -> Message:
    """The question at which a form was left. Raises UserError if nothing of it is kept."""
    chat = await chats.taken_up(context, mark)
    if chat.form is None:
        raise UserError(_("I no longer have what you filled in. Please open it again."))
    return Message(text.question(chat.form, len(chat.answers), chat.form.title), aside=True)


def is_for_something_else(registry: Registry, field: Field, line: str, reading: parameters.Reading) -> bool:
    """Is it exactly a command, or a word to leave; or a wish, where only a value would do?"""
    if _leaves(line) or text.whole_command(registry.commands, line):
        return True
    if parameters.of(field.kind).name in NAMES_ANYTHING or _fits(field, line, reading):
        return False
    wish = wished.find(line, whole=True)
    return wish is not None and not wish.wishes[0].small


def _goes_first(registry: Registry, chat: Chat, field: Field, line: str) -> bool:
    """Can it be nothing else? Where any words may be the answer it is asked about; said once more, it is meant. What
    ends something is asked about as often as it is said.
    """
    if parameters.of(field.kind).name not in NAMES_ANYTHING:
        return True
    return chat.unsure.casefold() == line.casefold() and not text.ends_something(registry.commands, line)


def _was_that_it(registry: Registry, field: Field, line: str) -> Message:
    """A line that is a command was typed where an answer was asked for: neither is taken for granted."""
    leave = Button(plain(line[:1].upper() + line[1:40]), LEFT, row=STATELESS)
    first = (leave,) if _leaves(line) else wished.first(registry, line)
    shown = (Button(_("Yes"), TAKEN, row=STATELESS), *first, *doors.help_now(registry))
    return Message(text.is_it_the_answer(field, line, first=bool(first)), shown, aside=True)


async def _next(
    registry: Registry, chats: Conversations, context: Context, chat: Chat, line: str, reading: parameters.Reading
) -> Pressed | Message:
    """One answer more; the last one sends the form."""
    assert chat.form is not None
    form, index = chat.form, len(chat.answers)
    field = form.fields[index]
    typed = field.default if line == "-" and (field.optional or field.default) else line
    try:
        typed = completed(partial(parameters.check, field, reading=reading), chat.heard, typed)
    except UserError as error:
        said = chat.heard if text.agrees(typed) else typed
        heard = said if parameters.wants_value(field) else ""
        await _keep(chats, context, replace(chat, unsure="", heard=heard))
        asked = text.question(form, index, text.sentence(error))
        return help_first.not_understood(registry, asked, None, error.offers)
    chat = conversation.answered(chat, parameters.picked(field, typed) if typed else typed)
    if len(chat.answers) < len(form.fields):
        await _keep(chats, context, chat)
        return Message(text.question(form, index + 1), aside=True)
    await _keep(chats, context, conversation.NOTHING)
    return Pressed(form.id, dict(zip([one.name for one in form.fields], chat.answers, strict=True)))


def _left() -> Message:
    return Message(_("Nothing was changed."))


def _leaves(line: str) -> bool:
    return line.casefold().strip(" .!`") in LEAVES


def _fits(field: Field, line: str, reading: parameters.Reading) -> bool:
    try:
        parameters.check(field, line, reading)
    except UserError:
        return False
    return True


async def _keep(chats: Conversations, context: Context, chat: Chat) -> None:
    await chats.keep(context.member, context.chat, chat, context.now)


async def mention(chats: Conversations, context: Context, said: Message | Form) -> Message | Form:
    """The reply, with the form that it leaves, or one that was left before it."""
    if isinstance(said, Form) or said.aside or not said.private:
        return said
    try:
        chat = await chats.recall(context.member, context.chat)
    except StorageError:
        return said
    return drafts.offer(chat.drafts, chat.form, said)
