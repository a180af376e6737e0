"""Help comes first: before the answer to a line, in the place of a line that nobody understood, and beside a form."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.asking import doors
from bot.context import Context, Incoming
from bot.errors import NotUnderstood, Opens, StorageError, UserError
from bot.incoming import parameters, text
from bot.messages import MOST_BUTTONS, STATELESS, Button, Form, Message, Text, plain
from bot.registry import Registry, Reply
from bot.words.help_words import asks_for_help
from bot.words.i18n import N_, _, say

NO_MEMORY = N_("I can't reach my memory right now. Nothing was changed. `help now` still works.")
FAILED = N_("Something went wrong on my side, and I have written it down. Please try again.")

SAY = "kith.say"
"""The bot's own action: its value, as if it had been typed."""
LONGEST_VALUE = 80
"""Characters that the value of a button may have."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Typed:
    """Words that somebody wrote to the bot alone. ``asks``: one field of a form is nothing but a word for help."""

    lines: tuple[str, ...] = ()
    asks: bool = False


NOTHING = Typed()


def filled_in(handler: Callable[..., Any] | None, values: Mapping[str, str]) -> Typed:
    """What was filled into a form or given to a command. The words go where they were to go; the card comes along."""
    asks = any(
        asks_for_help(typed, number_wanted=handler is None or not parameters.takes_words(handler, name))
        for name, typed in values.items()
    )
    return Typed(tuple(values.values()), asks)


async def before(registry: Registry, context: Context, typed: Typed, reply: Reply, *, understood: bool) -> Reply:
    """The reply, after what comes first. Only "I don't know that" gives way to it."""
    if not typed.lines or reply is None or isinstance(reply, Form):
        return reply
    first = await _first(registry, context, typed)
    if first is None:
        return reply
    if not understood:
        return replace(first, aside=True)
    then = as_message(reply)
    both = (*first.buttons, *then.buttons)
    fits = not then.aside and len(both) <= MOST_BUTTONS
    said, buttons = first.text + "\n\n" + then.text, both if fits else then.buttons
    return replace(then, text=said, buttons=buttons, stays=first.stays or then.stays)


async def _first(registry: Registry, context: Context, typed: Typed) -> Message | None:
    if typed.asks:
        card = await registry.commands["help-now"].handler(context) if "help-now" in registry.commands else None
        return card if isinstance(card, Message) else None
    for line in typed.lines:
        for cog in registry.cogs:
            try:
                said = await cog.said_first(context, line)
            except StorageError:
                log.exception("the database did not answer")
                continue
            if said is not None:
                return said
    return None


async def instead(registry: Registry, context: Context, line: str, shown: Collection[str] = ()) -> Message | None:
    """What some feature says to a line that is no command and answers nothing, behind a screen with these actions."""
    for cog in registry.cogs if context.direct else ():
        said = await cog.said_instead(context, line)
        if said is not None:
            return said
    for cog in registry.cogs if context.person and context.direct and shown else ():
        said = await cog.said_after(context, line, shown)
        if said is not None:
            buttons = (*said.buttons, *doors.help_now(registry))
            return replace(said, buttons=buttons, aside=True, opens=_yes_to_company(registry))
    return None


def not_understood(registry: Registry, said: Text, opens: Opens | None = None, offers: Sequence[str] = ()) -> Message:
    """A failure, with what it names to be said instead, and the one door that stands beside every failure."""
    named = (Button(plain(offer), SAY, offer, row=STATELESS) for offer in offers if len(offer) <= LONGEST_VALUE)
    return Message(said, (*named, *doors.help_now(registry)), aside=True, opens=opens)


async def failed(registry: Registry, context: Context, error: Exception) -> Message:
    """What is said of a request that could not be done. Called where the error was caught."""
    if isinstance(error, NotUnderstood):
        return await lost(registry, context, text.sentence(error))
    if isinstance(error, UserError):
        return not_understood(registry, text.sentence(error), error.opens, error.offers)
    if isinstance(error, StorageError):
        log.exception("the database did not answer")
        return not_understood(registry, say(NO_MEMORY))
    log.exception("a request failed")
    return not_understood(registry, say(FAILED))


async def wordless(registry: Registry, context: Context, *, silent: bool, passed_on: bool) -> tuple[Context, Reply]:
    """To a picture, a voice, a sticker: nothing in it is looked at, and whoever sent it was here."""
    if silent:
        return context, None
    said = _("I can't see pictures or hear voices. That you were here counts; words and numbers reach me.")
    if passed_on:
        said = _("I don't read what is passed on from elsewhere. That you were here counts; your own words reach me.")
    for cog in registry.cogs if context.person is not None and context.direct else ():
        answer = await cog.said_without_words(context)
        if answer is not None:
            return context, replace(answer, buttons=(*answer.buttons, *doors.help_now(registry)), aside=True)
    return context, Message(said, doors.help_now(registry), aside=True)


def as_typed(registry: Registry, incoming: Incoming, line: str) -> tuple[str, Typed]:
    """A line as it is read, and where it was written to the bot alone, as what help may come before."""
    line = text.whole(line).strip()
    if incoming.place is not None:
        return line, NOTHING
    lines = text.apart(registry.commands, text.unaddressed(registry.commands, line))
    return lines[0] if len(lines) == 1 else line, Typed((line,))


def cut(reply: Reply, line: str) -> Reply:
    """The reply to words of which only the beginning was taken."""
    if len(line) <= parameters.MAX_TEXT or reply is None or isinstance(reply, Form):
        return reply
    said = as_message(reply)
    longer = _("It is longer than I can take here: its first {n} characters can be shared or kept.")
    return replace(said, text=said.text + "\n" + longer.format(n=parameters.MAX_TEXT))


async def lost(registry: Registry, context: Context, said: Text) -> Message:
    """What is said to words that nothing here understands: a person first, then the doors with somebody behind them."""
    try:
        there = await doors.doors(registry, context, (doors.BUDDY, doors.CIRCLE))
    except StorageError:
        there = ()
    asks = (Button(say(doors.BESIDE[doors.COMPANY]), doors.COMPANY),) if doors.COMPANY in registry.actions else ()
    shown = tuple(button.on(STATELESS) for button in (*asks, *there))
    yes = _yes_to_company(registry) if asks else None
    return Message(said, (*shown, *doors.help_now(registry)), aside=True, opens=yes)


def _yes_to_company(registry: Registry) -> Opens | None:
    """A screen that asks about a person here hears a yes as company, where there is that."""
    return Opens("company", "") if "company" in registry.commands else None


def as_message(reply: str | Text | Message) -> Message:
    if isinstance(reply, str):
        return Message(plain(reply))
    return Message(reply) if isinstance(reply, Text) else reply
