"""Words for help, in every language at once: lines that open Help now, and phrases that bring it along.

It is no detection: it reads nothing but what is typed to the bot, alerts nobody, keeps nothing, and misses most of what
people say. The words are in content/help_words.toml; with that file damaged, the oldest of them are still understood.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from bot.errors import FatalError
from bot.words.files import CONTENT, Entry, read

FILE: Final = CONTENT / "help_words.toml"

ADDRESSES: Final = ("kith",)
"""How a line may begin or end that is said to the bot among others: `!kith`, `kith:`, `@kith`."""

LONGEST: Final = 80
"""Characters of a line that can be nothing but words for help."""

_GONE = re.compile(r"['’‘ʼ`´\u200b-\u200f\u2060\ufe0f]")
_BETWEEN = re.compile(r"[^\w]+|_+")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Words:
    """All lines and phrases, as ``plain`` leaves them."""

    lines: frozenset[str]
    numbers: frozenset[str]
    shouted: frozenset[str]
    phrases: re.Pattern[str]
    loss: re.Pattern[str]
    turn: re.Pattern[str]


def asks_for_help(line: str, *, number_wanted: bool = False) -> bool:
    """Is the whole line a word for help, whatever stands around it?

    ``number_wanted``: what is open takes a number, so "911" is an answer to it.
    """
    if len(line) > LONGEST:
        return False
    words, said = shipped(), _unaddressed(plain(line))
    if said.replace(" ", "") in words.numbers:
        return not number_wanted
    return said in words.lines or ("!" in unicodedata.normalize("NFKC", line) and said in words.shouted)


def says_so(line: str) -> bool:
    """Does one of the phrases stand in this line, that somebody says of themselves?"""
    return shipped().phrases.search(plain(line)) is not None


def tells_of_loss(line: str) -> bool:
    """Somebody has died."""
    return shipped().loss.search(plain(line)) is not None


def tells_of_a_turn(line: str) -> bool:
    """Something began again that somebody wanted to be over."""
    return shipped().turn.search(plain(line)) is not None


def plain(line: str) -> str:
    """The words alone: no case, no accents, no apostrophes of any kind, no punctuation, one space between."""
    apart = unicodedata.normalize("NFKD", line.casefold())
    bare = "".join(mark for mark in apart if not unicodedata.combining(mark))
    spaced = _BETWEEN.sub(" ", _GONE.sub("", bare)).strip()
    return unicodedata.normalize("NFC", _DRAWN_OUT.sub(r"\1", spaced))


def _unaddressed(said: str) -> str:
    for name in ADDRESSES:
        said = said.removeprefix(name + " ").removesuffix(" " + name)
    return said


def load(path: Path = FILE) -> Words:
    """The file, checked. FatalError, one sentence, at the first mistake."""
    whole = read(path)
    numbers = Entry(path.name, "[numbers]", whole.table("numbers")).texts("words")
    lines: list[str] = []
    shouted: list[str] = []
    phrases: list[str] = []
    loss: list[str] = []
    turn: list[str] = []
    for language in whole.fields:
        if language in ("meta", "numbers"):
            continue
        entry = Entry(path.name, f"[{language}]", whole.table(language))
        entry.only("words", "shouted", "phrases", "kin", "loss", "turn")
        lines += entry.texts("words")
        shouted += entry.texts("shouted")
        phrases += entry.texts("phrases")
        kin = entry.texts("kin")
        loss += [one.replace("{kin}", name) for one in entry.texts("loss") for name in kin or ("",)]
        turn += entry.texts("turn")
    return _words(lines, numbers, shouted, phrases, loss, turn)


@cache
def shipped() -> Words:
    """What the file holds, read at the first use and kept; ``FALLBACK`` if it cannot be used. Never raises."""
    try:
        return load()
    except FatalError as error:
        log.error("only a few words for help are understood: %s", error)
        return FALLBACK


def _words(
    lines: Iterable[str],
    numbers: Iterable[str],
    shouted: Iterable[str],
    phrases: Iterable[str],
    loss: Iterable[str] = (),
    turn: Iterable[str] = (),
) -> Words:
    return Words(
        frozenset(map(plain, lines)),
        frozenset(plain(one).replace(" ", "") for one in numbers),
        frozenset(map(plain, shouted)),
        _any_of(phrases),
        _any_of(loss),
        _any_of(turn),
    )


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Whole words, but in scripts that set none apart. One with a full stop counts at the end of a line alone."""
    spelled = [_spelled(plain(one), ends=one.endswith(".")) for one in sorted(set(phrases), key=len, reverse=True)]
    return re.compile("|".join(spelled) or r"(?!)")


def _spelled(phrase: str, *, ends: bool) -> str:
    after = "$" if ends else r"\b" if phrase.isascii() else ""
    return rf"(?<!\w){re.escape(phrase)}{after}"


FALLBACK: Final = _words(
    ("help now", "helpnow", "help me", "i need help", "sos", "crisis", "emergency", "suicide"),
    ("112", "911", "999"),
    ("help",),
    ("want to die", "kill myself", "end my life"),
)
"""What is understood when the file is gone or damaged."""
