"""Wishes: what people say, and the door that serves it. Nothing is done by a wish, a door is opened.

The table is content/wishes.toml. Rules come before any nearness: a door that ends something opens by a whole line
alone, and nothing is near across a not or beside a word of distress. Words for help are looked for before all of it,
see ``bot.words.help_words``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.words.help_words import plain
from bot.words.wishing.table import SLOT, Table, Wish, in_full, shipped

LONGEST: Final = 90
"""Characters of a line that can be a wish. What is longer is somebody's own words."""

LIKE, LONGER, SHORT_LINE = 0.12, 0.025, 4
"""So much of what a line says must be for a wish that is offered, of 1; more for each word beyond so many."""

MARGIN: Final = 0.5
"""What is so much as like as the likest is offered beside it."""

CLEARLY, BY_FAR = 0.3, 1.6
"""What is so like, and so many times as like as what some words of a line mean, is meant instead."""

FEW_WORDS: Final = 11
"""In a line of more words, a few of them say nothing about the whole."""

LONG_WORD, VERY_LONG_WORD = 5, 8
"""From so many letters on, a word one slip away from one of the table is taken for it; and one that is two away."""

MOST_DOORS: Final = 4

_APOSTROPHES: Final = re.compile("['’‘ʼ`´]")


@dataclass(frozen=True)
class Found:
    """What a line wishes for: one wish, or several that it may mean. ``whole``: by a whole line, not by nearness."""

    wishes: tuple[Wish, ...]
    whole: bool
    filled: Mapping[str, str] = field(default_factory=dict)
    like: bool = False
    """It is no more than like those: where something stands that the line may be meant for, it is."""


def find(line: str, *, filled: bool = True, desk: bool = False) -> Found | None:
    """The wish of a line; None where there is none, or where no one wish is clearly nearest.

    ``filled``: also what leaves something open, with whatever stands there. ``desk``: of moderators alone.
    """
    table = shipped().desk if desk else shipped()
    if table is None or len(line) > LONGEST or "{" in line:
        return None
    said = in_full(table.short, plain(line))
    bare = _bare(table, said)
    whole = _whole(table, said) or _whole(table, bare) or _whole(table, f"i {bare}")  # as many leave it out
    whole = whole or _asked(table, bare)
    return whole or (_open(table, line) if filled else None) or _near(table, said)


def is_held(line: str) -> bool:
    """Does a not, or a word of distress, stand in it? Then nothing is near to it, no command either."""
    return shipped().held.search(plain(line)) is not None


def _whole(table: Table, said: str) -> Found | None:
    wish = table.lines.get(said) or next((one for pattern, one in table.exact if pattern.fullmatch(said + " ")), None)
    return Found((wish,), whole=True) if wish else None


def _asked(table: Table, bare: str) -> Found | None:
    """Behind words that only ask for it ("can you"); "i want to" before what ends something may be despair."""
    asked = table.asking.sub("", bare)
    found = _whole(table, asked) if asked != bare else None
    if found and not (found.wishes[0].ends and " " not in asked):
        return found
    found = _whole(table, table.wanting.sub("", asked))
    return found if found and not found.wishes[0].ends else None


def _bare(table: Table, said: str) -> str:
    """Without the words at either end that only say it kindly; as it was if those were all."""
    return table.filler.sub("", said) or said


def _open(table: Table, line: str) -> Found | None:
    """What is filled in stays as it was typed: "8:30" is no "8 30"."""
    said = in_full(table.short, _APOSTROPHES.sub("", line.casefold()).strip(" .!?"))
    for written in dict.fromkeys((said, _bare(table, said))):
        for pattern, wish in table.slots:
            if found := pattern.fullmatch(written + " "):
                return Found((wish,), whole=True, filled=found.groupdict())
    return None


def _near(table: Table, said: str) -> Found | None:
    if not said or table.held.search(said):
        return None
    words = [_spelled(table, word) for word in said.split()]
    bare = _bare(table, " ".join(words))
    mended = _whole(table, bare) or _asked(table, bare)
    if mended and not mended.wishes[0].ends:
        return replace(mended, whole=False)
    ranked = table.like.of(bare)
    meant = _means(table, words)
    like = dict(ranked)
    if meant and max(like.get(wish.name, 0) for wish in meant.wishes) * BY_FAR > ranked[0][1]:
        return meant
    return _likest(table, ranked, CLEARLY if meant else _least(bare)) or meant


def _least(said: str) -> float:
    return LIKE + LONGER * max(0, len(said.split()) - SHORT_LINE)


def _likest(table: Table, ranked: Sequence[tuple[str, float]], least: float) -> Found | None:
    """What its words speak for: one wish, or a few of which none does so clearly."""
    if not ranked or ranked[0][1] < least or ranked[0][0] not in table.mild:
        return None
    close = [table.mild[name] for name, much in ranked if much >= ranked[0][1] * MARGIN and name in table.mild]
    by_door: dict[str, Wish] = {}
    for wish in close:
        by_door.setdefault(wish.doors[0][0], wish)
    return Found(tuple(by_door.values())[:MOST_DOORS], whole=False, like=True)


def _means(table: Table, words: Sequence[str]) -> Found | None:
    """The wish of which the most words stand in the line; two that have as many are both meant."""
    if len(words) > FEW_WORDS:
        return None
    phrases = {" ".join(words[at:to]) for at in range(len(words)) for to in range(at + 1, len(words) + 1)}
    most: dict[Wish, int] = {}
    for sets, wish in table.means:
        if not any(map(phrases.isdisjoint, sets)):
            most[wish] = max(len(sets), most.get(wish, 0))
    meant = [wish for wish, words_of_it in most.items() if words_of_it == max(most.values())]
    return Found(tuple(meant), whole=False) if 0 < len(meant) < 3 else None


def _spelled(table: Table, word: str) -> str:
    """A word with a slip in it, as the table has it: nobody slips at the first letter."""
    from rapidfuzz import process  # 8 ms that no start has to wait for
    from rapidfuzz.distance import OSA

    if word in table.words or len(word) < LONG_WORD:
        return word
    near = [one for one in table.words if one[0] == word[0] and len(one) >= LONG_WORD - 1]
    found = process.extractOne(word, near, scorer=OSA.distance, score_cutoff=1 + (len(word) >= VERY_LONG_WORD))
    return found[0] if found else word


def doors(found: Found) -> list[tuple[str, str]]:
    """The doors to show as buttons: the label, which may leave the same open as the line, and the command."""
    both = [door for wish in found.wishes for door in (wish.doors if len(found.wishes) == 1 else wish.doors[:1])]
    return [(label, _fill(door, found.filled)) for door, label in dict.fromkeys(both)][:MOST_DOORS]


def _fill(words: str, filled: Mapping[str, str]) -> str:
    return SLOT.sub(lambda slot: filled[slot[1]], words)
