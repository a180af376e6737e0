"""What a line adds to something that was typed before and could not be read: nothing is to be typed twice."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.errors import Opens, UserError
from bot.incoming import parameters, text
from bot.incoming.lines import sharing


def complete(
    command: str, wanted: Sequence[inspect.Parameter], opens: Opens, line: str, reading: parameters.Reading
) -> dict[str, str]:
    """A command's arguments with ``line`` as what it still needed. Raises UserError, with the same question again."""
    names = [parameter.name for parameter in wanted]
    kind = parameters.of(wanted[names.index(opens.name)].annotation)
    arguments = dict(opens.arguments)
    try:
        arguments[opens.name] = completed(lambda words: kind.parse(words, reading), opens.heard, line)
        left = [parameter for parameter in wanted if parameter.name not in arguments]
        return arguments | sharing.split(command, left, opens.rest, reading)
    except UserError as error:
        if error.opens is None:
            error.opens = opens if text.agrees(line) else replace(opens, heard=line)
        else:
            error.opens = replace(error.opens, arguments={**arguments, **error.opens.arguments})
        raise


def completed(check: Callable[[str], object], heard: str, line: str) -> str:
    """The answer that a line gives to a question about what was heard before it: "5" and "pm", "tomorrow at 5" and
    "5pm", "Germny" and "Germany", or a yes to the one that was named instead. Raises the UserError of the line alone.
    """
    if heard and text.agrees(line):
        try:
            check(heard)
        except UserError as error:
            if len(error.offers) == 1:
                return error.offers[0]
            if error.offers:
                raise
    before = heard.split()
    for kept in (before, before[:-1]) if before and line else ():
        answer = " ".join([*kept, line])
        try:
            check(answer)
        except UserError:
            continue
        return answer
    check(line)
    return line
