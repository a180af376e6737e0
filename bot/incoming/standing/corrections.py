"""What could not be read where nobody types: the form or the value is asked once more, with all that was filled in."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace

from bot.asking import doors
from bot.context import Context
from bot.errors import StorageError, UserError
from bot.incoming import offering, parameters, text
from bot.incoming.conversation import NOTHING, SHOWN, Chat, Conversations
from bot.incoming.help_first import LONGEST_VALUE, SAY
from bot.incoming.standing.meaning import Pressed
from bot.messages import STATELESS, Button, Channel, Field, Form, Message, plain
from bot.registry import Registry
from bot.words.i18n import _

CORRECT, INSTEAD, ANSWER, ANSWERED = "kith.correct", "kith.instead", "kith.answer", "kith.value"
OWN = frozenset({SAY, CORRECT, INSTEAD, ANSWER, ANSWERED})
"""The bot's own actions: its value as if it had been typed, the form again, the form with what was named in the place
of a slip, the one value that a command still needs, and that value.
"""


async def shown(chats: Conversations, context: Context, form: Form) -> None:
    """A form was shown whole: what is sent from it can be asked again."""
    await chats.keep(context.member, _where(context), Chat(form=form), context.now)


async def ask(
    registry: Registry,
    chats: Conversations,
    context: Context,
    button_id: str,
    answers: Mapping[str, str],
    error: UserError,
) -> Message:
    """What was wrong with a form that was sent whole, and the way back to it. Raises the error where there is none."""
    form = (await chats.recall(context.member, _where(context))).form if answers else None
    if form is None or form.id != button_id or isinstance(error, offering.Closed):
        raise error
    filled = tuple(replace(field, default=answers.get(field.name, "")) for field in form.fields)
    kept = Chat(form=replace(form, fields=filled), heard=error.field)
    await chats.keep(context.member, _where(context), kept, context.now)
    offers = [offer for offer in error.offers if error.field and len(offer) <= LONGEST_VALUE]
    named = (Button(plain(offer), INSTEAD, offer, row=STATELESS) for offer in offers)
    correct = Button(_("Correct it"), CORRECT, row=STATELESS)
    said = text.sentence(error) + "\n" + _("What you filled in is kept.")
    return Message(said, (*named, correct, *doors.help_now(registry)), aside=True)


async def done(chats: Conversations, context: Context) -> None:
    """What was sent is taken: nothing of it is kept here. Where that cannot be written now, it goes within a day."""
    with contextlib.suppress(StorageError):
        if (await chats.recall(context.member, _where(context))).form:
            await chats.keep(context.member, _where(context), NOTHING, context.now)


def where_nobody_types(reply: Message) -> Message:
    """With a button that opens a form for the one value that a command still needs."""
    asks = reply.opens is not None and reply.opens.name
    return reply.with_buttons([Button(_("Answer"), ANSWER, row=STATELESS)]) if asks else reply


async def taken(
    registry: Registry, chats: Conversations, context: Context, button: Button, answers: Mapping[str, str]
) -> Form | Pressed | str:
    """What one of these presses means: a form to show, a form sent, or a line as if it had been typed."""
    if button.action in (SAY, ANSWERED):
        return button.value or answers.get("words", "")
    if button.action == ANSWER:
        chat = await chats.recall(context.member, None if context.direct else context.channel)
        return _one_value(registry, chat)
    chat = await chats.recall(context.member, _where(context))
    if chat.form is None:
        raise UserError(_("I no longer have what you filled in. Please open it again."))
    if button.action == CORRECT:
        return chat.form
    values = {field.name: field.default for field in chat.form.fields}
    return Pressed(chat.form.id, values | {chat.heard: button.value})


def _one_value(registry: Registry, chat: Chat) -> Form:
    command = registry.commands.get(chat.opens.command) if chat.opens else None
    wanted = [one for one in command.parameters if chat.opens and one.name == chat.opens.name] if command else []
    if not wanted or chat.opens is None:
        raise UserError(_("I no longer have what you filled in. Please open it again."))
    kind, choices = parameters.asked_for(wanted[0].annotation)
    label, limit = parameters.of(wanted[0].annotation).what(), parameters.MAX_TEXT
    field = Field("words", label, kind, default=chat.opens.heard[:limit], limit=limit, choices=choices)
    return Form(plain(chat.opens.command), (field,), ANSWERED, row=STATELESS)


def _where(context: Context) -> Channel:
    return Channel(context.member.platform, SHOWN)
