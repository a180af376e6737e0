"""How like a line is to what leads to each wish, by the words they share: the rarer a word, the more it tells.

Each word, and each two that follow one another, votes for the wishes in whose lines they stand. A word that stands
with many tells little, and one that stands with none speaks against all.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

UNKNOWN: Final = 1.2
"""What a word that stands nowhere weighs; what stands with one wish alone weighs up to 1."""

LEAST: Final = 0.03
"""What a word that stands everywhere weighs."""

PAIR: Final = 0.4
"""What two words in a row weigh beside one."""

SIZE: Final = 0.3
"""How far a wish with many lines is kept from winning by their number: 0 is not at all, 1 wholly."""

Votes = Mapping[str, float]
"""A share of 1 for each wish, by name."""


class Likeness:
    """What the words of a table tell; made once, from (wish, words) of every entry."""

    def __init__(self, entries: Iterable[tuple[str, Iterable[str]]]) -> None:
        sizes: Counter[str] = Counter()
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for wish, said in entries:
            sizes[wish] += 1
            for feature in {one for words in said for one in _features(words)}:
                counts[feature][wish] += 1
        self._votes = {feature: _shares(count, sizes) for feature, count in counts.items()}
        self._weights = {
            feature: _weight(feature, self._votes[feature], len(sizes)) * count.total() / (count.total() + 1)
            for feature, count in counts.items()
        }

    def of(self, line: str) -> list[tuple[str, float]]:
        """Every wish that a word of the line votes for, the likest first, each with how much of the line is for it."""
        total, sums = 0.0, defaultdict[str, float](float)
        for feature in dict.fromkeys(_features(line)):
            if feature not in self._votes:
                total += UNKNOWN if " " not in feature else 0
                continue
            total += self._weights[feature]
            for wish, share in self._votes[feature].items():
                sums[wish] += self._weights[feature] * share
        return [(wish, votes / total) for wish, votes in sorted(sums.items(), key=lambda one: -one[1])]


def _features(words: str) -> list[str]:
    single = words.split()
    return [*single, *(f"{one} {after}" for one, after in itertools.pairwise(single))]


def _shares(count: Mapping[str, int], sizes: Mapping[str, int]) -> Votes:
    raw = {wish: math.log1p(times) / math.log1p(sizes[wish]) ** SIZE for wish, times in count.items()}
    whole = sum(raw.values())
    return {wish: share / whole for wish, share in raw.items()}


def _weight(feature: str, votes: Votes, wishes: int) -> float:
    """1 where only one wish has it, near 0 where all have: by the entropy of its votes."""
    spread = -sum(share * math.log(share) for share in votes.values()) / math.log(max(wishes, 2))
    return max(LEAST, 1 - spread) * (PAIR if " " in feature else 1)
