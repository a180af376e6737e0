"""What a typed line means where something stands open: the message it replies to, what a command still needs, a choice.

Help comes before all of it and a form after the reply; a line that means nothing here is a command, or free words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bot.errors import Opens, UserError
from bot.incoming import offering, parameters, text, wished
from bot.incoming.conversation import Chat
from bot.incoming.lines import sentences
from bot.incoming.standing import questions
from bot.incoming.standing.completing import complete
from bot.incoming.standing.questions import Pointed
from bot.messages import Message
from bot.registry import Command
from bot.words import wishes
from bot.words.i18n import _


class Pressed(NamedTuple):
    """A choice, as if its button was pressed; or free words for a question that takes them."""

    id: str
    answers: Mapping[str, str] = {}


class Completed(NamedTuple):
    """A command that now has what it still needed."""

    command: Command
    arguments: Mapping[str, str]


Meaning = Pressed | Completed | Message | None


def of_reply(commands: Mapping[str, Command], chat: Chat, pointed: Pointed | None, line: str) -> Meaning:
    """A reply means the message it points to, also an older one. Commands stay commands."""
    if pointed is None:
        return None
    found = questions.meant(chat.standing, pointed, line)
    if found is not None and (not found[1] or not text.whole_command(commands, line)):
        return Pressed(*found)
    if found is None and questions.asks(pointed) and not text.whole_command(commands, line):
        raise UserError(questions.none_of(pointed))
    return None


def of_line(commands: Mapping[str, Command], chat: Chat, line: str, reading: parameters.Reading | None) -> Meaning:
    """What the next line answers, if anything. Raises UserError where it is meant for what a command still needs, and
    is not that.
    """
    is_command = text.whole_command(commands, line)  # and stays one, but where it answers what was said last
    fits = questions.fitting(chat.standing[:1] if is_command else chat.standing, line)
    if chat.opens and reading and not is_command:
        most = 1 if questions.words_for(chat.standing) else parameters.LONGEST
        found = _completed(commands, chat.opens, line, reading, 0 if fits else most)
        if found is not None:
            return found
    if len(fits) == 1:
        return Pressed(fits[0][1])
    return questions.which(fits) if fits else _agreed(chat, line)


def shown(chat: Chat, wish: wishes.Found | None) -> list[str]:
    """The actions on the screen that answered them a moment ago, where nothing was shown since, nor is wished for."""
    if wish is not None and not wish.like:
        return []
    latest = [one for one in chat.standing[:1] if one.latest]
    return [offering.action_of(id_) for one in latest for _label, id_ in one.choices]


def _agreed(chat: Chat, line: str) -> Meaning:
    """A yes to the screen that was shown a moment ago: its one door, or the question which of them."""
    latest = chat.standing[0] if chat.standing and chat.standing[0].latest else None
    if latest is None or not latest.is_only_doors or not text.agrees(line):
        return None
    shown = questions.doors_of(latest)
    return Pressed(shown[0].id) if len(shown) == 1 else Message(_("Which one?"), shown) if shown else None


def unless_words(commands: Mapping[str, Command], chat: Chat, line: str) -> str:
    """The line, as a command. Raises NotUnderstood where own words are asked for, and it is more of those."""
    if questions.words_for(chat.standing) and sentences.begins_sentence(commands, line):
        raise text.lost()
    return line


def of_words(chat: Chat, line: str) -> Pressed | None:
    """Own words, for the newest question that asks for some: as many as it takes."""
    typed = questions.words_for(chat.standing)
    return Pressed(typed, {"words": line[: parameters.MAX_TEXT]}) if typed else None


def _completed(
    commands: Mapping[str, Command], opens: Opens, line: str, reading: parameters.Reading, most: int
) -> Completed | None:
    """The command with this line in the place of what was missing or could not be read.

    A line of at most so many words that is no such value is asked about again; a longer one is meant for something
    else. None (0) where it fits another question: where any words could be the value, it is meant for that one.
    """
    if not opens.name:  # the command itself was asked about; where it was only offered, what stands open comes first
        agreed = text.agrees(line) and (most or opens.heard)
        return Completed(text.find(commands, opens.command or opens.heard)[0], {}) if agreed else None
    command, is_number = commands[opens.command], text.is_number(line)
    if not most and not is_number and _kind(command, opens.name) == "text":
        return None
    try:
        return Completed(command, complete(command.name, command.parameters, opens, line, reading))
    except UserError:
        if is_number or text.agrees(line) or (len(line.split()) <= most and not _means_more(commands, line)):
            raise
        return None


def _means_more(commands: Mapping[str, Command], line: str) -> bool:
    """Is it a slip in a command, or a wish, rather than in a value? An hour by itself is a value."""
    wish = wished.find(line)
    return text.means_command(commands, line) or (wish is not None and not wish.like and "clock" not in wish.filled)


def _kind(command: Command, name: str) -> str:
    return next(parameters.of(one.annotation).name for one in command.parameters if one.name == name)
