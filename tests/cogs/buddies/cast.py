"""The fixed cast, as the matching knows them: eligible, free in the evenings, open to anything unless said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from cogs.buddies.candidates import Candidate, Outcome
from cogs.buddies.hours import weekly

ALICE, BOB, CHANDRA, DANA, EVE, FAY, GIL = range(1, 8)

MONDAY = date(2026, 1, 5)
EVENINGS = weekly(range(5), 18, 22)
ALWAYS = weekly(range(7), 0, 24)


def candidate(who: int, **different: Any) -> Candidate:
    """Somebody who may be introduced to anybody of the main group who speaks English."""
    usual = Candidate(who, "main", frozenset({"en"}), "Europe/Berlin", EVENINGS, adult=True, consents=True)
    return replace(usual, **different)


def together(outcome: Outcome) -> set[tuple[int, ...]]:
    """Who is with whom."""
    return {match.members for match in outcome.matches}


def left_out(outcome: Outcome) -> set[int]:
    """Who is with nobody."""
    return {one.id for one in outcome.left_out}
