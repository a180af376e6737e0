"""The kinds of circle: how many hosts each needs, how many seats it may have, and what members agree to there."""

from __future__ import annotations

from typing import NamedTuple, get_args

from bot.messages import Text
from bot.words.i18n import N_, say
from storage.circles.circles import TWO_HOSTS, Kind

KINDS: tuple[Kind, ...] = get_args(Kind)
FEWEST = 3
MOST, MOST_OPEN = 8, 50
"""Seats of a circle where each has a turn, and of an open gathering (product.md 3.7)."""

OPEN: frozenset[Kind] = frozenset({"social", "service"})
ADULT: frozenset[Kind] = frozenset({"circle", "story"})
"""What brings people together so closely that the line about age comes first (product.md 3.1)."""

NAMES: dict[Kind, str] = {
    "circle": N_("circle"),
    "story": N_("story round"),
    "skill": N_("skill practice"),
    "hosts": N_("hosts' circle"),
    "social": N_("social"),
    "cowork": N_("quiet company"),
    "service": N_("a task to join"),
    "alumni": N_("alumni"),
    "notice": N_("notice"),
}
NOTICE: Kind = "notice"
"""A volunteer or work opportunity: who offers it, until when. Nobody meets, so there is no seat and no reminder."""

MINUTES: dict[Kind, int] = {"circle": 60, "story": 60, "skill": 60, "hosts": 60, "social": 90, "service": 120}
USUAL_MINUTES = 60

AGREEMENTS = N_(
    "Speak for yourself. What is said here stays here as far as each of us can keep it. Passing is fine. Ears before"
    " ideas, ask first. Share the time. No recording or screenshots. Nobody is asked what they use or don't, and there"
    " is no how-to detail about drugs or self-harm. If it gets too much, go to the co-host."
)
OPEN_AGREEMENTS = N_("Be kind, share the time, no recording or screenshots, and passing is fine.")


TELLING = N_("One or a few tell their story; everybody else listens. Nobody comments. Passing is fine.")


class Rule(NamedTuple):
    """What a kind asks for."""

    hosts: int
    most: int
    minutes: int
    adult: bool


def rule(kind: Kind) -> Rule:
    return Rule(
        2 if kind in TWO_HOSTS else 1,
        MOST_OPEN if kind in OPEN else MOST,
        MINUTES.get(kind, USUAL_MINUTES),
        kind in ADULT,
    )


def name(kind: Kind) -> Text:
    return say(NAMES[kind])


def agreements(kind: Kind) -> Text:
    """What whoever comes agrees to, in our own words."""
    if kind == "story":
        return say(TELLING) + " " + say(AGREEMENTS)
    return say(AGREEMENTS if kind in TWO_HOSTS else OPEN_AGREEMENTS)


def fitting(seats: int, kind: Kind) -> int:
    """The nearest number of seats that the kind allows."""
    return min(max(seats, FEWEST), rule(kind).most)
