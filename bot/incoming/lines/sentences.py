"""Tells somebody's own sentence from a command that begins with the same word."""

from __future__ import annotations

from collections.abc import Mapping

from bot.registry import Command

GOES_ON = frozenset(
    [
        "about",
        "after",
        "again",
        "and",
        "are",
        "at",
        "because",
        "but",
        "came",
        "card",
        "cards",
        "comes",
        "did",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "in",
        "is",
        "isn't",
        "kept",
        "made",
        "of",
        "on",
        "or",
        "she",
        "he",
        "they",
        "we",
        "i",
        "said",
        "so",
        "still",
        "than",
        "that",
        "then",
        "there",
        "to",
        "today",
        "was",
        "wasn't",
        "went",
        "were",
        "when",
        "which",
        "while",
        "will",
        "with",
        "would",
    ]
)
"""What follows a noun or a thank-you in a sentence of one's own, and begins nothing that is to be kept or passed on."""


def begins_sentence(commands: Mapping[str, Command], line: str) -> bool:
    """Is it free words behind a word that is a command ("thanks to the rain", "report cards came"), and no mention?

    Where own words are asked for, those are.
    """
    word, _space, rest = line.strip().partition(" ")
    command, following = commands.get(word.casefold()), rest.casefold().split()[:1]
    goes_on = bool(following) and following[0].strip(".,;:…") in GOES_ON
    return command is not None and goes_on and any(one.name == "words" for one in command.parameters)
