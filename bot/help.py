"""The help text, built from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterable

from bot import parameters
from bot.cog import Command
from bot.i18n import reader_locale, translate
from bot.messages import Text


def overview(commands: Iterable[Command], *, moderators: bool) -> Text:
    """One line per command, those of moderators only for moderators."""
    shown = sorted((one for one in commands if moderators or not one.moderators), key=lambda one: one.name)
    return Text("\n").join(_line(one) for one in shown)


def detail(command: Command) -> Text:
    """How one command is written, and all that its help says."""
    return Text(f"`{parameters.usage(command.name, command.parameters)}`\n") + translate(reader_locale(), command.help)


def _line(command: Command) -> Text:
    return Text(f"`{command.name}` ") + translate(reader_locale(), command.description)
