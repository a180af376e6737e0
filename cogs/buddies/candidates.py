"""What the matching of buddies is told about people, and what it answers: plain values, no platform, no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum, IntFlag
from typing import NamedTuple

from cogs.buddies.hours import DayPart


class Pace(IntEnum):
    """How often somebody would like to talk; neighbours in this list still fit each other."""

    ONE_WEEK_TRY = 0
    MONTHLY = 1
    FORTNIGHTLY = 2
    WEEKLY = 3
    OFTEN = 4


class Purpose(IntFlag):
    """What somebody would like a buddy for; one in common is enough."""

    COMPANY = 1
    GOAL = 2
    LISTENING = 4
    STUDY = 8
    SIDE_BY_SIDE = 16


class Style(IntFlag):
    """How somebody likes to talk; ``TEXT | VOICE`` means either."""

    TEXT = 1
    VOICE = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person who signed up, as the matching needs to know them and no more.

    ``free`` are 168 bits, the declared free hours of the week on the person's own clock, Monday 00:00 first (see
    ``hours.weekly``). ``avoids`` holds everybody this person is not to be matched with now: the people they avoid, and
    whoever was already passed on in this round. ``left_out`` counts all rounds without a partner so far;
    ``left_out_last`` and ``trio_last`` speak of the round before this one.
    """

    id: int
    group: str
    languages: frozenset[str]
    zone: str
    free: int
    pace: Pace = Pace.WEEKLY
    purposes: Purpose = Purpose.COMPANY
    style: Style = Style.TEXT | Style.VOICE
    trio_ok: bool = True
    avoids: frozenset[int] = frozenset()
    adult: bool = False
    consents: bool = False
    held: bool = False
    left_out: int = 0
    left_out_last: bool = False
    trio_last: bool = False

    @property
    def eligible(self) -> bool:
        """Whether this person may be introduced to anybody at all today."""
        return self.adult and self.consents and not self.held


class Met(NamedTuple):
    """Two people were brought together in that round. A trio is three of these."""

    one: int
    other: int
    round: int


class LeftOutReason(Enum):
    """The honest reason why somebody has nobody this time."""

    NOBODY_FITS = "nobody fits"
    """No eligible person shares the group and a language without either avoiding the other."""
    ODD = "odd"
    """Everybody who fits is with somebody else, and no three of them are all open to a trio."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why these people were brought together: what holds for all of them. The words belong to the cog."""

    minutes: int
    """Declared free time they have in common in the week of the round, in minutes, in steps of 15."""
    dayparts: Mapping[int, tuple[DayPart, ...]]
    """When that is, on each one's own clock, the largest part first. Another one's entry would tell their zone."""
    languages: tuple[str, ...]
    purposes: Purpose
    style: Style
    """The ways of talking all of them like; empty when one prefers text and another voice."""
    pace: Pace | None
    """The pace, where all named the same."""
    last_met: int | None
    """The last round in which two of them were brought together before, if any."""


@dataclass(frozen=True, slots=True)
class Match:
    """Two people, or three, in the order of their ids."""

    members: tuple[int, ...]
    kept: bool
    """They asked to stay together (a third may have joined a kept pair, where all three are open to it)."""
    reasons: Reasons


class LeftOut(NamedTuple):
    """Somebody without a partner in this round, and why."""

    id: int
    reason: LeftOutReason


@dataclass(frozen=True, slots=True)
class Counts:
    """A round in numbers, for moderators. Never names."""

    signed_up: int = 0
    eligible: int = 0
    pairs: int = 0
    trios: int = 0
    kept: int = 0
    kept_not_possible: int = 0
    """Asked to stay together, but one of them may not be introduced now, or avoids another."""
    repeats: int = 0
    """Twos (also inside trios) that were together before, without the kept ones."""
    without_common_hour: int = 0
    """Matches with less than an hour a week of declared free time in common."""
    left_out: Mapping[LeftOutReason, int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A whole round: everybody eligible is in exactly one match or in ``left_out``."""

    matches: tuple[Match, ...]
    left_out: tuple[LeftOut, ...]
    counts: Counts


def alone(candidate: Candidate) -> Outcome:
    """The round of the only one there is: what the matching would say, without asking it."""
    reasons = [LeftOutReason.NOBODY_FITS] if candidate.eligible else []
    left_out = tuple(LeftOut(candidate.id, reason) for reason in reasons)
    return Outcome((), left_out, Counts(signed_up=1, eligible=len(reasons), left_out=Counter(reasons)))
