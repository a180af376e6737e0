"""Reads all of content/ anew while Kith runs: each file whole, or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final

from bot.errors import FatalError
from bot.log import Word
from bot.words import crisis_lines, help_words, i18n, prompts
from bot.words.wishing import table

log = logging.getLogger(__name__)

PARTS: Final[Mapping[str, tuple[Callable[[], object], Callable[[], None], Callable[[], object]]]] = {
    "prompts": (prompts.load, prompts.shipped.cache_clear, prompts.shipped),
    "crisis-lines": (crisis_lines.load, crisis_lines.shipped.cache_clear, crisis_lines.shipped),
    "help-words": (help_words.load, help_words.shipped.cache_clear, help_words.shipped),
    "wishes": (table.load, table.shipped.cache_clear, table.shipped),
    "catalogues": (i18n.check, i18n.forget, i18n.languages),
}
"""For each part: what reads it and raises FatalError where it is wrong, what lets go of the old, what takes the new."""


def read_ahead() -> None:
    """Read everything, so that nobody's first words wait for it. Reads files: not for the event loop's thread."""
    for _read, _let_go, take in PARTS.values():
        take()


def reread() -> bool:
    """Take up what has changed, and say in the log what stays as it was because of a mistake. False: something did.

    Reads files: not for the event loop's thread.
    """
    well = True
    for name, (read, let_go, take) in PARTS.items():
        try:
            read()
        except FatalError as error:
            log.error("the %s stay as they were: %s", Word(name), error)
            well = False
        else:
            let_go()
            take()
    log.info("the content was read anew")
    return well
