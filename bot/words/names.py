"""Display names as they may be shown: a name says how somebody wants to be called, never who they are.

Whoever a button, a report or a block is about is decided by account ids alone. What is stripped here is what makes one
name look like another or turns the text around it: controls, invisible letters, changes of direction (Unicode
Standard Annex 9 and Technical Standard 39 are the source of the classes).
"""

from __future__ import annotations

import unicodedata

LONGEST = 40
INVISIBLE = frozenset("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters that draw nothing although their class says they are ordinary ones."""
KEEPS_ITS_SHAPE = frozenset("\u200d\ufe0f")
"""What holds an emoji together: kept between two of its parts, and nowhere else."""
LOOKALIKES = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
"""Alphabets whose letters look like one another's. A name with letters of two of them is shown with its account."""


def shown(name: str, account: str) -> str:
    """A name to show, without anything invisible; the account's id where there is none, or beside a dubious one."""
    clean = _without_invisible(unicodedata.normalize("NFC", name))
    clean = " ".join(clean.split())
    # At most two marks on a letter: more of them cover the lines above and below.
    clean = _with_few_marks(clean)[:LONGEST].rstrip()
    if not any(unicodedata.category(letter)[0] in "LNSP" for letter in clean):
        return account
    return f"{clean} ({account})" if mixes_alphabets(clean) else clean


def mixes_alphabets(name: str) -> bool:
    """Does one word of it use letters of two alphabets that look alike?"""
    return any(len({_alphabet(letter) for letter in word} - {""}) > 1 for word in name.split())


def _alphabet(letter: str) -> str:
    first = unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""
    return first if first in LOOKALIKES else ""


def _without_invisible(name: str) -> str:
    kept = []
    for place, letter in enumerate(name):
        if letter in KEEPS_ITS_SHAPE:
            neighbours = name[place - 1 : place] + name[place + 1 : place + 2]
            if neighbours and all(unicodedata.category(one) in ("So", "Sk", "Mn") for one in neighbours):
                kept.append(letter)
        elif letter.isspace():
            kept.append(" ")
        elif letter not in INVISIBLE and unicodedata.category(letter) not in ("Cc", "Cf", "Co", "Cn", "Cs"):
            kept.append(letter)
    return "".join(kept)


def _with_few_marks(name: str, most: int = 2) -> str:
    kept: list[str] = []
    marks = 0
    for letter in name:
        marks = marks + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if marks <= most:
            kept.append(letter)
    return "".join(kept)
