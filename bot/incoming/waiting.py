"""Words a member wrote a moment ago, in case they want something done with them: in memory, for fifteen minutes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.messages import Member, Person

KEPT = timedelta(minutes=15)
"""product.md 3.3. A restart ends it sooner."""


class _Waiting(NamedTuple):
    words: str
    since: datetime


class WaitingWords:
    """At most one text for each: the last one they wrote. Nothing of it is ever stored.

    Somebody nothing is kept about yet is known by their account.
    """

    def __init__(self) -> None:
        self._waiting: dict[Person | Member, _Waiting] = {}

    def keep(self, person: Person | Member, words: str, now: datetime) -> None:
        """Hold these words in place of earlier ones, and let go of everybody's that are too old."""
        self._waiting = {who: one for who, one in self._waiting.items() if now - one.since < KEPT}
        self._waiting[person] = _Waiting(words, now)

    def recall(self, person: Person | Member, now: datetime) -> str | None:
        """The words, or None once fifteen minutes are over or they were dropped."""
        found = self._waiting.get(person)
        return found.words if found and now - found.since < KEPT else None

    def drop(self, person: Person | Member) -> None:
        """They have gone where they were to go, or the member is done with them."""
        self._waiting.pop(person, None)

    def __repr__(self) -> str:
        return f"WaitingWords(of {len(self._waiting)})"


class FirstWords:
    """What somebody nothing is kept about asked for, until their yes: a command, and its arguments as they were typed.

    It waits as all words do, in memory alone. A no lets go of it.
    """

    def __init__(self) -> None:
        self._waiting = WaitingWords()

    def keep(self, member: Member, command: str, arguments: Mapping[str, str], now: datetime) -> None:
        self._waiting.keep(member, json.dumps([command, dict(arguments)]), now)

    def take(self, member: Member, now: datetime) -> tuple[str, Mapping[str, str]] | None:
        """The command and its arguments, once."""
        words = self._waiting.recall(member, now)
        self.drop(member)
        if words is None:
            return None
        command, arguments = json.loads(words)
        return command, arguments

    def drop(self, member: Member) -> None:
        self._waiting.drop(member)

    def __repr__(self) -> str:
        return f"FirstWords({self._waiting!r})"
