"""Fixed words for a loss and a hard turn: the same each time, and never a neutral "noted"."""

from __future__ import annotations

from bot.asking import doors
from bot.cog import Core
from bot.context import Context
from bot.messages import Button, Message
from bot.words import help_words
from bot.words.i18n import _

NOTEBOOK = "notebook.keep"
"""The action that keeps the words waiting in ``bot.words``, where the notebook is a feature of this bot."""


async def answer(core: Core, context: Context, line: str) -> Message | None:
    """What is said to a line that tells of either; None where it tells of neither. The line itself is kept nowhere."""
    if help_words.tells_of_loss(line):
        return await _loss(core, context, line)
    if help_words.tells_of_a_turn(line):
        return await _turn(core, context)
    return None


async def _loss(core: Core, context: Context, line: str) -> Message:
    keeps = context.person is not None and NOTEBOOK in core.registry.actions
    if context.person is not None and keeps:
        core.words.keep(context.person, line, context.now)
    return Message(
        _("I'm a bot and have no words for that. A person here might."),
        (
            Button(_("Ask a person here"), doors.COMPANY),
            *doors.help_now(core.registry),
            *([Button(_("Keep it for me"), NOTEBOOK)] if keeps else []),
        ),
    )


async def _turn(core: Core, context: Context) -> Message:
    return Message(
        _("Nothing changes for you here. Every door stays open."),
        (
            Button(_("Company"), doors.COMPANY),
            Button(_("Circle"), doors.CIRCLE),
            *doors.help_now(core.registry),
        ),
    )
