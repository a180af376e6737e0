"""A form sent whole, in which somebody wrote a command into a field for words: asked about, and kept until then."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping

from bot.context import Context
from bot.errors import UserError
from bot.incoming import parameters, text, wished
from bot.incoming.conversation import NOTHING, Chat, Conversations
from bot.messages import STATELESS, Button, Channel, Message, Text
from bot.registry import Registry
from bot.words.i18n import _

TAKEN, LET_GO = "kith.taken", "kith.let-go"
"""The bot's own actions: "that was my answer", and "it was not"."""
SENT = "sent form"
"""Beside where the chat stands, as if it were a place of its own."""


async def ask(
    registry: Registry, chats: Conversations, context: Context, button_id: str, name: str, answers: Mapping[str, str]
) -> Message | None:
    """The question whether a command was meant as an answer; None where nothing looks like one."""
    action = registry.actions.get(name)
    if action is None:
        return None
    slip = next(
        (
            typed.strip()
            for field, typed in answers.items()
            if parameters.takes_words(action.handler, field) and text.whole_command(registry.commands, typed)
        ),
        None,
    )
    if slip is None:
        return None
    mark = secrets.token_hex(4)
    kept = Chat(answers=(json.dumps([mark, button_id, dict(answers)]),))
    await chats.keep(context.member, _where(context), kept, context.now)
    said = [
        _("Was that your answer? Nothing is done and nothing is noted; what you filled in is kept."),
        _("`{line}` is also something I do when it is said by itself.").format(line=slip[:40]),
    ]
    answer, let_go = _("It is my answer"), _("Let it go")
    return Message(
        Text("\n").join(said),
        (
            Button(answer, TAKEN, mark, row=STATELESS),
            *wished.first(registry, slip),
            Button(let_go, LET_GO, mark, row=STATELESS),
        ),
    )


async def take(chats: Conversations, context: Context, mark: str) -> tuple[str, Mapping[str, str]]:
    """What was sent, once. Raises UserError if it is gone."""
    chat = await chats.recall(context.member, _where(context))
    found, button_id, answers = json.loads(chat.answers[0]) if chat.answers else ("", "", {})
    if not mark or found != mark:
        raise UserError(_("I no longer have what you filled in. Please open it again."))
    await chats.keep(context.member, _where(context), NOTHING, context.now)
    return button_id, answers


def gone() -> Text:
    return _("Nothing was done, and nothing is kept.")


def _where(context: Context) -> Channel:
    return Channel(context.member.platform, SENT)
