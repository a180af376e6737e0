"""One slip of the fingers: a letter left out, added, taken for another, or two that changed places."""

from __future__ import annotations

from collections.abc import Iterator

SHORTEST = 7
"""Shorter words are one slip from too many others."""


def neighbours(word: str) -> Iterator[str]:
    """Forms that two words share if one slip leads from one to the other: each with one letter left out, and itself."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def is_one(word: str, other: str) -> bool:
    """Does one slip at most make one of the other?"""
    if abs(len(word) - len(other)) > 1:
        return False
    start = 0
    for ours, theirs in zip(word, other, strict=False):
        if ours != theirs:
            break
        start += 1
    rest, others = word[start:], other[start:]
    if len(rest) != len(others):
        longer, shorter = sorted((rest, others), key=len, reverse=True)
        return longer[1:] == shorter
    return rest[1:] == others[1:] or (rest[1::-1] == others[:2] and rest[2:] == others[2:])


def distance(word: str, other: str) -> int:
    """How many slips make one of the other (the optimal string alignment distance)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, ours in enumerate(word, start=1):
        before, last, row = row, before, [i]
        for j, theirs in enumerate(other, start=1):
            step = min(before[j] + 1, row[-1] + 1, before[j - 1] + (ours != theirs))
            if i > 1 and j > 1 and ours == other[j - 2] and word[i - 2] == theirs:
                step = min(step, last[j - 2] + 1)
            row.append(step)
    return row[-1]
