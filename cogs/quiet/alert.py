"""When somebody counts as quiet, and who is told next: the rules alone, without clock, storage or words.

Whoever calls ``advance`` brings the facts of one moment and carries out the acts it returns, in one transaction. Source
of every rule: product.md 3.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

Step = Literal["waiting", "me", "people", "helpers", "moderators", "ended"]

Fate = Literal["on its way", "arrived", "lost"]

LIST: tuple[Step, ...] = ("people", "helpers", "moderators")
"""In this order, each only if the member wrote it down. Nobody else can stand here: no public place, no police."""

FEWEST_DAYS, MOST_DAYS = 2, 21
SHORTEST_GAP, LONGEST_GAP = timedelta(hours=12), timedelta(hours=72)
DOWN_FOR = timedelta(minutes=30)
"""A day on which the bot was away for this long altogether is not judged."""


@dataclass(frozen=True)
class Day:
    """What is known of one local day of a member. ``excused``: the bot was down, a delivery failed, or they paused."""

    contact: bool = False
    delivered: bool = False
    excused: bool = False


@dataclass(frozen=True)
class Alert:
    """``quiet`` days so far; ``delivered``: something came on the last day judged. ``since``: when ``step`` began, for
    ``me`` when the question had arrived (None: it is on its way).
    """

    after: int = 3
    gap: timedelta = timedelta(hours=24)
    quiet: int = 0
    delivered: bool = False
    step: Step = "waiting"
    since: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """One moment. ``contact``: there was some since the alert opened. ``steps``: those written and accepted now.

    ``asked``: what became of the question to the member. ``down``: how long the bot was away since ``Alert.since``.
    """

    now: datetime
    contact: bool = False
    paused: bool = False
    rests: bool = False
    allowed: bool = True
    steps: frozenset[Step] = frozenset()
    asked: Fate = "on its way"
    asked_at: datetime | None = None
    down: timedelta = timedelta()


Act = Literal[
    "ask me", "tell people", "tell helpers", "tell moderators", "end of the list", "in touch", "paused", "rests", "over"
]
TELL: dict[Step, Act] = {"people": "tell people", "helpers": "tell helpers", "moderators": "tell moderators"}


def judged(alert: Alert, day: Day) -> Alert:
    """The alert after one more day has ended.

    A day is quiet if there was no contact although something was delivered that day or the day before. Contact ends
    the row; any other day neither counts nor breaks it.
    """
    if day.contact:
        return replace(alert, quiet=0, delivered=day.delivered)
    is_quiet = (day.delivered or alert.delivered) and not day.excused
    return replace(alert, quiet=alert.quiet + is_quiet, delivered=day.delivered)


def advance(alert: Alert, facts: Facts) -> tuple[Alert, Sequence[Act]]:
    """What happens now, if anything: at most one step, never before its time."""
    if alert.step == "waiting":
        return _begin(alert, facts)
    if facts.paused:  # before contact: who says `pause` was in touch with that very word
        return _over(alert, "paused")
    if facts.rests:
        return _over(alert, "rests")
    if facts.contact:
        return _over(alert, "in touch")
    if not facts.allowed:
        return _over(alert, "over")
    if alert.step == "ended":
        return alert, ()
    if alert.step == "me" and alert.since is None:
        return _asking(alert, facts)
    following = due_at(alert, facts)
    if following is None or facts.now < following:
        return alert, ()
    step = next_step(alert, facts.steps)
    if step == "ended":
        return replace(alert, step="ended", since=facts.now), ("end of the list",)
    return replace(alert, step=step, since=facts.now), (TELL[step],)


def due_at(alert: Alert, facts: Facts) -> datetime | None:
    """When the next step comes: hours in which the bot was away are added to the gap, never taken off it."""
    if alert.since is None or alert.step in ("waiting", "ended"):
        return None
    return alert.since + alert.gap + facts.down


def next_step(alert: Alert, steps: frozenset[Step]) -> Step:
    """Whoever comes next on the list. What was passed stays passed: nobody is told twice for one silence."""
    done = LIST.index(alert.step) + 1 if alert.step in LIST else 0
    return next((step for step in LIST[done:] if step in steps), "ended")


def _begin(alert: Alert, facts: Facts) -> tuple[Alert, Sequence[Act]]:
    if facts.contact:
        return replace(alert, quiet=0), ()
    if alert.quiet < alert.after or facts.paused or facts.rests or not facts.allowed:
        return alert, ()
    return replace(alert, step="me", since=None), ("ask me",)


def _asking(alert: Alert, facts: Facts) -> tuple[Alert, Sequence[Act]]:
    """The member comes first, always: while the question has not reached them, nobody else is told anything."""
    if facts.asked == "lost":
        return _over(alert, "over")
    if facts.asked == "arrived":
        return replace(alert, since=facts.asked_at or facts.now), ()
    return alert, ()


def _over(alert: Alert, act: Act) -> tuple[Alert, Sequence[Act]]:
    return replace(alert, quiet=0, delivered=False, step="waiting", since=None), (act,)
