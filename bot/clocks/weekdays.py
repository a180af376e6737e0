"""Days of the week as somebody wrote them, from the words of ``typed``: ``monday - friday``, ``except sunday``."""

from __future__ import annotations

import re

from bot.clocks import time_words, typed
from bot.clocks.dates import WEEKDAY
from bot.clocks.times import EVERY_DAY, WEEKDAYS, WEEKEND

_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMED = {"everyday": EVERY_DAY.weekdays, "weekdays": WEEKDAYS.weekdays, "weekends": WEEKEND.weekdays}
_LEFT_OUT = frozenset(["on", "at", "from", "the", "every", "each", "only", "just", "and", "both", "all", "days"])
"""Words that change nothing between days, as a comma does."""
_ITEM = re.compile(rf"({WEEKDAY})s?(?: ?(?:-|to) ?({WEEKDAY})s?)?|(everyday|weekdays|weekends)")


def read(phrase: str) -> frozenset[int] | None:
    """Empty or None where it names no days; ``everyday except sunday`` is all but one."""
    words = typed.canonical(re.sub(r"[,;/+&]| -+(?=[a-z]{3,} )", " and ", phrase.replace("24/7", "daily")), "days")
    if phrase.split()[-1] in time_words.AFTER:
        return None  # on a line with an hour and a place, it may belong to something else
    named, _except, left_out = words.partition("except")
    taken = items(named) if named.strip() else EVERY_DAY.weekdays
    without = items(left_out) if _except else frozenset[int]()
    if _except and not taken and taken is not None:
        taken = EVERY_DAY.weekdays  # "all but sunday"
    if taken is None or without is None or (_except and not without):
        return None
    return taken - without


def items(words: str) -> frozenset[int] | None:
    """The days that words of ``typed`` name one by one; None where there is anything else among them."""
    rest = " ".join(re.sub(r" ?- ?", " - ", words).split())
    chosen: set[int] = set()
    if len(_ITEM.findall(rest)) > 7:
        return None
    while rest:
        word, _space, after = rest.partition(" ")
        if word in _LEFT_OUT:
            rest = after
            continue
        found = _ITEM.match(rest)
        if not found or rest[found.end() : found.end() + 1].strip():
            return None
        chosen |= _days(found)
        rest = rest[found.end() :].strip()
    return frozenset(chosen)


def _days(found: re.Match[str]) -> frozenset[int]:
    if found[3]:
        return _NAMED[found[3]]
    first = _NAMES.index(found[1])
    last = _NAMES.index(found[2] or found[1])
    return frozenset((first + n) % 7 for n in range((last - first) % 7 + 1))
