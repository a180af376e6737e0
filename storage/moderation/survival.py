"""Kaplan-Meier: the share for whom something has not happened yet, where many are known only up to some day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple


class Life(NamedTuple):
    """For so long somebody is known. ``ended``: it happened then; else nothing is known from there on."""

    lasted: float
    ended: bool


def curve(lives: Iterable[Life]) -> list[tuple[float, float]]:
    """When the share falls, and to what. Whoever is known up to a moment counts at that moment."""
    ends: Counter[float] = Counter()
    known: Counter[float] = Counter()
    for life in lives:
        known[life.lasted] += 1
        ends[life.lasted] += life.ended
    still, share, steps = known.total(), 1.0, []
    for moment in sorted(known):
        if ends[moment]:
            share *= 1 - ends[moment] / still
            steps.append((moment, share))
        still -= known[moment]
    return steps


def left(lives: Iterable[Life], after: float) -> float:
    """The share for whom it has not happened by then."""
    return next((share for moment, share in reversed(curve(lives)) if moment <= after), 1.0)


def half(lives: Iterable[Life]) -> float | None:
    """When it had happened for half of them; None where it has not. A half is a product of shares, and not exact."""
    return next((moment for moment, share in curve(lives) if share <= 1 / 2 + 1e-9), None)
