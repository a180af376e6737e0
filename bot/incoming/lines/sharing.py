"""A typed line shared out among a command's parameters, and what is said of the words that none of them takes."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from bot.errors import Ambiguous, Opens, UserError
from bot.incoming import parameters, text
from bot.words import wishes
from bot.words.i18n import _

ANY_ORDER = frozenset(["time", "zone", "days"])
"""Types of which one is never taken for another: they may stand in any order on a line."""


def split(command: str, wanted: Sequence[inspect.Parameter], rest: str, reading: parameters.Reading) -> dict[str, str]:
    """Share the rest of a typed line out among a command's parameters. Values stay as typed.

    Each parameter takes the longest run of words it understands; an optional one that understands nothing is left out.
    They stand in order, but for an hour, a zone and days, which people name in any: ``21:00 mon-fri Berlin``.
    """
    arguments: dict[str, str] = {}
    left = list(wanted)
    unread: tuple[int, UserError] | None = None
    while rest and (found := _next(left, rest, reading)):
        index, taken, rest, unread = found
        if index is None:
            break
        arguments[left.pop(index).name] = taken
    if rest and command in text.ENDS and (unread is None or wishes.is_held(rest)):
        raise text.lost()  # a sentence: nobody who says so is told about a command
    if rest and unread is not None:
        index, problem = unread
        heard, rest = _heard(command, left[index:], rest, reading)
        problem.opens = Opens(command, left[index].name, heard, rest, arguments)
        raise problem
    if rest:
        said = _("I understood `{command}`, but not {rest}.").format(command=command, rest=_quoted(rest))
        raise UserError(said).offering([command])
    return arguments


def _next(
    left: Sequence[inspect.Parameter], rest: str, reading: parameters.Reading
) -> tuple[int | None, str, str, tuple[int, UserError] | None] | None:
    """Which of these takes what the rest begins with, so much of it, and what stays; or the first problem."""
    unread: tuple[int, UserError] | None = None
    skips = False
    for index, parameter in enumerate(left):
        kind = parameters.of(parameter.annotation)
        if skips and kind.name not in ANY_ORDER:
            break
        if index == len(left) - 1 and kind.name == "text":
            return index, rest, "", None
        taken, after, problem = _share(parameter, rest, reading)
        if taken:
            return index, taken, after, None
        unread = unread or (index, problem)
        if kind.take and kind.may_be and kind.may_be(kind.take(rest)[0]):
            break
        skips = skips or parameter.default is parameter.empty
    return (None, "", rest, unread) if left else None


def _heard(
    command: str, wanted: Sequence[inspect.Parameter], rest: str, reading: parameters.Reading
) -> tuple[str, str]:
    """Which words of the rest were meant for the first of these parameters and could not be read, and what follows."""
    kind = parameters.of(wanted[0].annotation)
    if kind.take:
        return kind.take(rest)
    for end in _word_ends(rest):
        after = rest[end:].strip()
        try:
            if after and split(command, wanted[1:], after, reading):
                return rest[:end].strip(), after
        except UserError:
            continue
    end = _asked_about(kind, rest, reading) if kind.name in ("time", "duration", "number") else len(rest)
    return rest[:end].strip(), rest[end:].strip()


def _asked_about(kind: parameters.Type, rest: str, reading: parameters.Reading) -> int:
    """How far the words go that can be more than one thing ("at 10"); else it is the first one."""
    for end in reversed(_word_ends(rest)):
        try:
            kind.parse(rest[:end], reading)
        except Ambiguous:
            return end
        except UserError:
            continue
    return _word_ends(rest)[0]


def _share(parameter: inspect.Parameter, rest: str, reading: parameters.Reading) -> tuple[str, str, UserError]:
    """What the parameter takes, what is left, and what is wrong if it takes nothing. A moment may stand at the end."""
    kind = parameters.of(parameter.annotation)
    if kind.take is None:
        taken, problem = _longest(parameter, rest, reading)
        return rest[:taken].strip(), rest[taken:].strip(), problem
    phrase, left = kind.take(rest)
    try:
        kind.parse(phrase, reading)
    except UserError as error:
        return "", rest, error
    return phrase, left, UserError("")


def _longest(parameter: inspect.Parameter, rest: str, reading: parameters.Reading) -> tuple[int, UserError]:
    """How many characters the parameter takes, and what is wrong if it takes none."""
    kind = parameters.of(parameter.annotation)
    ends = _word_ends(rest)
    problem = UserError("")
    for end in reversed(ends):
        if end != ends[0] and kind.may_be and not kind.may_be(rest[:end]):  # what is wrong is said of the first word
            continue
        try:
            kind.parse(rest[:end], reading)
        except UserError as error:
            problem = problem if isinstance(problem, Ambiguous) else error
            if kind.may_be:
                break
        else:
            return end, problem
    return 0, problem


def _word_ends(line: str) -> list[int]:
    ends = [index for index in range(1, len(line)) if line[index].isspace() and not line[index - 1].isspace()]
    return [*ends[: parameters.LONGEST], len(line)] if len(ends) < parameters.LONGEST else ends[: parameters.LONGEST]


def _quoted(words: str) -> str:
    return f"“{words[:60]}”"
