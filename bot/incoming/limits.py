"""How much one member, and one community, may ask of the bot in a minute. In memory: nothing of it is kept.

Token buckets: each request takes one, they come back steadily, and a full bucket allows a short burst. Help now is
never limited.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from bot.asking.doors import HELP_NOW
from bot.context import Context
from bot.errors import UserError
from bot.registry import Action, Command
from bot.words.i18n import _

NEVER_LIMITED = frozenset({"help-now", HELP_NOW})

REMEMBERED = 10_000
"""Buckets held at a time; the one used least recently goes first, and a forgotten one is full."""


@dataclass(frozen=True)
class Limits:
    """Requests a minute. ``expensive`` are those that write much, reach others or take long to answer."""

    member: int = 20
    expensive: int = 5
    community: int = 300


class Buckets:
    """``take(key, limit, now)``: one bucket for each key, refilled at ``limit`` a minute."""

    def __init__(self) -> None:
        self._levels: OrderedDict[tuple[str, ...], tuple[float, datetime]] = OrderedDict()

    def take(self, key: tuple[str, ...], limit: int, now: datetime) -> bool:
        """Take one. False if the bucket is empty. A clock that goes back refills nothing and empties nothing."""
        level, since = self._levels.pop(key, (float(limit), now))
        level = min(float(limit), level + max(0.0, (now - since).total_seconds()) * limit / 60)
        allowed = level >= 1
        self._levels[key] = (level - 1 if allowed else level, max(now, since))
        if len(self._levels) > REMEMBERED:
            self._levels.popitem(last=False)
        return allowed


class Limiter:
    """Asked before each command and action. ``Limiter(None)`` limits nothing."""

    def __init__(self, limits: Limits | None) -> None:
        self._limits = limits
        self._buckets = Buckets()

    def check(self, context: Context, asked: Command | Action) -> None:
        """Raises UserError where one member, or a whole community, asks more than is good for the others."""
        if self._limits is None or asked.name in NEVER_LIMITED:
            return
        member = (context.member.platform, context.member.id)
        wanted: list[tuple[tuple[str, ...], int]] = [(member, self._limits.member)]
        if asked.expensive:
            wanted.append(((*member, "expensive"), self._limits.expensive))
        if context.community is not None:
            wanted.append(((str(context.community.id),), self._limits.community))
        if not all(self._buckets.take(key, limit, context.now) for key, limit in wanted):
            raise UserError(_("That was a lot at once for me. Give me a minute, then go on. `help now` always works."))
