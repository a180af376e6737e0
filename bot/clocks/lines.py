"""A line with a moment in it, before its words or after them: ``tomorrow 7pm call my sister``, ``call her at 7pm``.

The longest moment is taken, but never a word that may belong to what is said: ``9am sun cream`` is about sun cream.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from bot.clocks import time_words, typed
from bot.clocks.phrases import Form, form_of

Read = Callable[[str], Form | None]
"""What a phrase of ``typed.spoken`` says, if anything."""

_WORD = re.compile(r"\S+")
LEADS = frozenset(["to", "about", "that"])
"""What is to be said begins behind one of these, and no sooner."""
_LEADS = re.compile(rf"(?:{'|'.join(sorted(LEADS))})\s+", re.IGNORECASE)
_SEAM = re.compile(r"^[-–—:,]\s+|\s*[,:]$")
_TAIL = typed.MOST_WORDS * (typed.LONGEST_WORD + 1)
_BINDS = frozenset(
    [
        "before",
        "after",
        "ago",
        "earlier",
        "from",
        "of",
        "old",
        "long",
        "later",
        "until",
        "till",
        "am",
        "pm",
        "past",
        "am.",
        "pm.",
        "and",
        "or",
        "&",
    ]
)
"""Follows a time that is part of what is said: ``3 days before the party``."""
_BELONGS = frozenset(
    [
        "every",
        "each",
        "until",
        "till",
        "til",
        "by",
        "before",
        "after",
        "since",
        "from",
        "not",
        "than",
        "between",
        "and",
        "or",
        "except",
        "last",
        "to",
        "for",
        "was",
        "the",
        "a",
        "of",
        "jeden",
        "jede",
        "bis",
        "vor",
        "nach",
        "seit",
    ]
)
"""Stands before a time that is part of what is said, or of one that comes round again: ``every monday 9am``."""

_PARTS = frozenset({"morning", "afternoon", "evening", "night"})
_SAYS_WHICH_HALF = re.compile(r"[ap]\.?m|^(0|1[3-9]|2[0-4])")
"""A clock that needs no part of the day beside it."""


def take_phrase(text: str) -> tuple[str, str]:
    """Split a line into the moment it begins or ends with and the rest as typed.

    Where there is none, the first word is taken, for ``read_moment`` to say what is wrong.
    """
    starts, ends = at_start(text, form_of), at_end(text, form_of)
    first, last = _form(starts), _form(ends)
    if first and last and first.kind and not first.clock and last.clock and not last.kind and not last.part:
        middle = text[len(starts) : len(text.rstrip()) - len(ends)]
        if middle.strip():
            return f"{starts.strip()} {ends.strip()}", about(middle)
    if first and not (_may_beabout(first, starts) and last and last.clock):
        return starts.strip(), about(text[len(starts) :])
    if last:
        return ends.strip(), about(text.rstrip()[: -len(ends)])
    word = _WORD.search(text)
    end = word.end() if word else 0
    return text[:end].strip(), about(text[end:])


def _form(phrase: str) -> Form | None:
    return form_of(typed.spoken(phrase)) if phrase else None


def about(rest: str) -> str:
    """What is to be said, without the ``to`` or ``about`` before it."""
    rest = _SEAM.sub("", rest.strip())
    return rest[found.end() :] if (found := _LEADS.match(rest)) else rest


def _may_beabout(form: Form, phrase: str) -> bool:
    """``30 day challenge tomorrow 9am``: a length without ``in`` before it may be what is said."""
    return bool(form.wait) and not phrase.split()[0].casefold().startswith("in")


def at_start(text: str, read: Read) -> str:
    """The longest moment that the line begins with, which leaves alone what may be its words; or nothing."""
    words = list(islice(_WORD.finditer(text), typed.MOST_WORDS + 1))
    for count in range(min(len(words), typed.MOST_WORDS), 0, -1):
        phrase = text[: words[count - 1].end()]
        following = words[count][0].casefold().strip(",.;:!?") if count < len(words) else ""
        form = read(typed.spoken(phrase))
        if form and (not following or following in LEADS or not (following in _BINDS or _leans(form, phrase, read))):
            return phrase
    return ""


def _leans(form: Form, phrase: str, read: Read) -> bool:
    """Is the last word one that may as well be the first of what is said?"""
    *before, last = typed.spoken(phrase).split()
    if form.clock.isdecimal() and not form.part and last == form.clock:
        return True  # "sat 2 friends come"
    if form.zone and typed.canonical(last) == form.zone.split()[-1]:
        return (
            not (last == "time" or len(last) <= 4 or "+" in last or (before and before[-1] == "in")) or last == "nice"
        )
    shorter = read(" ".join(before)) if before else None
    whole = bool(shorter and (shorter.clock or shorter.wait))
    if shorter and last in _PARTS and _SAYS_WHICH_HALF.search(shorter.clock):
        return before[-1] not in ("the", "this", "at", "by")  # "tuesday 7pm evening circle"
    return whole and last in time_words.ALSO_WORDS and before[-1] not in ("on", "this", "next", "of")


def at_end(text: str, read: Read) -> str:
    """The longest moment that the line ends with, if nothing before it says that it is not one for us."""
    line = text.rstrip()
    offset = max(0, len(line) - _TAIL)
    words = list(_WORD.finditer(line, offset))[-typed.MOST_WORDS :]
    for index, word in enumerate(words):
        phrase = line[word.start() :]
        before = words[index - 1][0].casefold() if index else ""
        if not index and word.start() > 0:
            continue
        form = read(typed.spoken(phrase))
        if form and not (form.wait and _may_beabout(form, phrase) and not phrase.casefold().endswith("from now")):
            return "" if before in _BELONGS or before.endswith("-") else phrase
    return ""
