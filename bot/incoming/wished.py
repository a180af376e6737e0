"""Doors for a wish: shown or opened where somebody's own words name one. Nothing is done before a press."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.asking import doors
from bot.asking.permissions import Permissions
from bot.clocks import phrases, zones
from bot.context import Context
from bot.errors import Ambiguous, UserError
from bot.incoming.help_first import as_message
from bot.incoming.lines import sentences
from bot.incoming.text import STOPS, apart, ends_something, has_slip, means_command, names_command
from bot.messages import STATELESS, Button, Form, Message, Text, plain
from bot.registry import Command, Registry, Reply
from bot.words import wishes
from bot.words.i18n import _, say
from bot.words.wishing.table import Wish

DOOR = "kith.door"
"""The bot's own action: the command of its value, as if it had been typed."""
MOST_AT_ONCE = 8
THANKS = "thanks "
"""How a sentence begins that most often thanks nobody here."""

LONGEST_DOOR = 76
"""Characters of a line that fit into the id of such a button."""


def find(line: str, *, whole: bool = False) -> wishes.Found | None:
    """The wish of a line. ``whole``: only one that the whole line is, as of a command that could not be read.

    What was filled in as a time or a place must be one ("i am in love now" is no time zone).
    """
    found = _filled_in_rightly(line)
    return found if found is not None and (found.whole or not whole) else None


async def beyond(
    commands: Mapping[str, Command], permissions: Permissions, context: Context, line: str, *, answers: bool
) -> tuple[wishes.Found | None, bool]:
    """The wish of a line that no command could be read from, and whether it is a command with a slip in it.

    ``answers``: own words are asked for, and a command that it begins like is the wish.
    """
    whole = names_command(commands, line)
    found, desk = find(line, whole=whole), wishes.find(line, desk=True)
    if desk and (desk.whole or not whole) and await permissions.moderates_somewhere(context):
        found = _with_desk(desk, found)
    begins = answers and found is None and sentences.begins_sentence(commands, line)
    if begins and not line.casefold().startswith(THANKS):
        filled = {"line": line[:LONGEST_DOOR], "label": line[:1].upper() + line[1:40]}
        found = wishes.Found((Wish("", (("{line}", "{label}"),)),), whole=True, filled=filled)
    word, _space, rest = line.strip().casefold().partition(" ")
    leads_there = found is not None and any(door.startswith(f"{word} ") for door, _label in found.wishes[0].doors)
    says_itself = word in commands and (not rest or leads_there)  # what it lacks
    return found, says_itself or has_slip(commands, line) or (
        means_command(commands, line) and not (found and found.whole)
    )


def _with_desk(desk: wishes.Found, found: wishes.Found | None) -> wishes.Found:
    """What a moderator wishes for at their desk, and what the same words say of themselves."""
    if found is None or desk.whole:
        return desk
    if found.whole:
        return found
    return wishes.Found((*desk.wishes[:1], *found.wishes[:1]), whole=False, filled=found.filled)


def _filled_in_rightly(line: str) -> wishes.Found | None:
    found = wishes.find(line)
    try:
        if found is not None and "place" in found.filled:
            zones.find(found.filled["place"])
        if found is not None and any(map(wishes.is_held, found.filled.values())):
            return wishes.find(line, filled=False)
        for hour in (found.filled.get("time"), found.filled.get("clock")) if found is not None else ():
            if hour:
                phrases.read_time(hour)
    except Ambiguous:  # it is one: which of two is asked
        return found
    except UserError:
        return wishes.find(line, filled=False)
    return found


def opens(found: wishes.Found, *, known: bool) -> str:
    """The command that opens at once: the one door of the one wish, which asks first or only shows. "" for none.

    Whoever is not ``known`` wishes to stop what never began: that command says so.
    """
    first = found.wishes[0].doors[0][0].partition(" {")[0]
    if not known and first in STOPS:
        return first
    if known and found.whole and found.wishes[0].member:
        return found.wishes[0].member
    alone = len(found.wishes) == 1 and not found.wishes[0].says
    return found.wishes[0].doors[0][0] if alone else ""


def screen(registry: Registry, found: wishes.Found) -> Message:
    """What is true, and the doors that serve it; of two wishes, the door of each. Help now is always one of them."""
    said = _said(found.wishes[0].says, found) if len(found.wishes) == 1 else _("I can't tell which you mean.")
    shown = _buttons(registry, found)
    last = doors.help_now(registry)
    return Message(said, shown if any(button.action == doors.HELP_NOW for button in shown) else (*shown, *last))


def beside(registry: Registry, reply: Reply, found: wishes.Found | None) -> Reply:
    """An answer to what stood open that is a wish as well: it counts as the answer, and the door stands under it."""
    if found is None or not found.whole or found.wishes[0].small or reply is None or isinstance(reply, Form):
        return reply
    then = as_message(reply)
    also = [button for button in _buttons(registry, found) if str(button.label) not in map(str, _labels(then))]
    asked = then.text + "\n" + _("Did you also want one of these?")
    no = Button(_("No"), doors.GO_ON, row=STATELESS)
    return replace(then, text=asked, buttons=(*then.buttons, *also, no)) if also else reply


def one_at_a_time(commands: Mapping[str, Command], line: str) -> Message | None:
    """To several commands in one message: each is offered, and none is done unasked. None for anything else."""
    lines = apart(commands, line)
    if len(lines) < 2:
        return None
    fit = tuple(door(one) for one in lines if len(one) <= LONGEST_DOOR)[:MOST_AT_ONCE]
    if len(fit) < len(lines):
        return Message(_("These are several things, and I do one at a time. Nothing is done yet; send each by itself."))
    return Message(_("These are several things, and I do one at a time. Nothing is done yet."), fit)


def first(registry: Registry, line: str) -> tuple[Button, ...]:
    """The door of a command that was typed where an answer was wanted; none where it ends something."""
    if len(line) > LONGEST_DOOR or ends_something(registry.commands, line):
        return ()
    return (door(line),)


def door(line: str) -> Button:
    """What does it as if it was typed."""
    return Button(plain(line[:1].upper() + line[1:40]), DOOR, line, row=STATELESS)


def _labels(message: Message) -> list[Text]:
    return [button.label for button in message.buttons]


def _buttons(registry: Registry, found: wishes.Found) -> tuple[Button, ...]:
    """Doors of commands that this bot has."""
    shown: list[Button] = []
    for label, command in wishes.doors(found):
        if command == "help-now":
            shown += doors.help_now(registry)
        elif names_command(registry.commands, command):
            shown.append(Button(_said(label, found), DOOR, command, row=STATELESS))
    return tuple(shown)


def _said(words: str, found: wishes.Found) -> Text:
    """Words of the table; what the member filled in stays words and nothing else."""
    return say(words).format(**found.filled)
