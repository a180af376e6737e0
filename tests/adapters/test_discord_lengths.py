"""Nothing that somebody types stops the bot or floods a conversation: every length, plane and position, in time."""

from __future__ import annotations

import time

import pytest

from bot.adapters.discord.drawing import LIMIT, MOST, draw, messages, split
from bot.messages import Text

IN_TIME = 0.5
"""Seconds of CPU for one text of 20,000 characters; it takes a tenth of that."""
LENGTHS = (0, 1, 999, 1999, 2000, 2001, 2500, 6000, 20_000)
CHARACTERS = {
    "a letter": "a",
    "two bytes": "é",
    "three bytes": "中",
    "beyond the basic plane": "😀",
    "beside it": "\ufffd\U00010000",
    "joined": "👩\u200d👩\u200d👧",
    "combining": "e\u0301\u0302",
    "half a pair": "\ud83d",
    "unseen": "\u200b\u202e",
    "blanks": " ",
    "lines": "\n",
    "backslashes": "\\",
    "backticks": "`",
    "markup": "*_~|[]<>",
    "lists": "- ",
    "numbers": "1. ",
    "dash, backslash": "-\\ ",
    "small print": "-# ",
    "links": "a.b",
    "mentions": "<@123456789012345678>",
}
POSITIONS = {
    "at the beginning": "{words}",
    "in a sentence": "I don't know who {words} is.",
    "in bold": "You left yourself **{words}**, and that is kept.",
    "in code": "`{words}`",
    "on a line of its own": "You left yourself this:\n{words}\nThat is all.",
    "at the end": "x" * (LIMIT - 1) + "{words}",
}


def counted(piece: str) -> int:
    return len(piece.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("character", CHARACTERS)
def test_any_words_anywhere_are_few_messages_and_soon(character: str, position: str) -> None:
    for length in LENGTHS:
        words = (CHARACTERS[character] * length)[:length]
        began = time.thread_time()
        pieces = messages(draw(Text(POSITIONS[position]).format(words=words)))
        assert time.thread_time() - began < IN_TIME, length
        assert 1 <= len(pieces) <= MOST == 4
        assert max(map(counted, pieces)) <= LIMIT
        assert all(piece.strip() for piece in pieces) or len(pieces) == 1


def test_what_is_cut_says_so_and_what_fits_is_whole() -> None:
    whole = "\n".join(["x" * 99] * 80)
    assert messages(whole) == split(whole)
    longer = messages(whole + "\n" + "y" * 500)
    assert len(longer) == MOST
    assert longer[-1].endswith("x…")
    assert counted(longer[-1]) <= LIMIT
    assert messages("") == [""]


@pytest.mark.parametrize("end", ["\\*", "`code` and `more`", "\\\\"])
def test_no_cut_leaves_an_escape_open(end: str) -> None:
    [*_rest, last] = messages(end * 9000)
    words = last.removesuffix("…")
    assert last != words
    assert (len(words) - len(words.rstrip("\\"))) % 2 == 0
