"""What members are owed, kept as plainly as can be: the oracle that the bot is compared with in long simulations.

It knows nothing of the bot's code: wall times become instants through the table of `_tzif`, not through zoneinfo.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from bench.soak import _tzif as tzif
from bot.times import Days

YEARS = range(2025, 2030)


@cache
def table(zone: str) -> tzif.Offsets:
    return tzif.load(zone, YEARS)


SAME_DAY = timedelta(hours=20)
TOO_SOON = timedelta(hours=6)
"""Who changes their hour is not asked twice on one day: not on the same date within 20 hours, nor, in another zone,
within six."""


class Owed(NamedTuple):
    instant: datetime
    nominal: date


def occurrence_after(after: datetime, zone: str, minutes: int, days: frozenset[int]) -> Owed:
    """The first instant later than ``after`` at which clocks show this minute of the day, on one of these weekdays."""
    since = int(after.timestamp())
    offsets = table(zone)
    day = date.fromtimestamp(since) - timedelta(days=2)  # noqa: DTZ012 - a day too early does no harm
    while True:
        if day.weekday() in days:
            instant = offsets.first_instant(tzif.midnight(day) + minutes * 60)
            if instant > since:
                return Owed(datetime.fromtimestamp(instant, UTC), day)
        day += timedelta(days=1)


@dataclass
class Life:
    """What one member has said, as far as it decides what they are sent."""

    zone: str
    minutes: int
    days: frozenset[int]
    on: bool = True
    paused: bool = False
    version: int = 0

    @property
    def line(self) -> str:
        """The schedule as a member types it."""
        code = "every day" if len(self.days) == 7 else str(Days(self.days)).removeprefix("on ").removeprefix("every ")
        return f"checkin on {self.minutes // 60:02}:{self.minutes % 60:02} {self.zone} {code}"


@dataclass
class Model:
    """Everybody's life, what is owed to whom and when, and every way in which the bot was found wrong."""

    lives: dict[str, Life] = field(default_factory=dict)
    broken: Counter[str] = field(default_factory=Counter)
    owed: list[tuple[datetime, str, int, date]] = field(default_factory=list)
    asked: dict[str, Owed] = field(default_factory=dict)
    sent: int = 0

    def schedule(self, who: str, life: Life, now: datetime) -> None:
        """From now on this is the member's life; what was owed before is not any more."""
        known = self.lives.get(who)
        life.version = known.version + 1 if known else 0
        self.lives[who] = life
        first = occurrence_after(now, life.zone, life.minutes, life.days)
        while known and known.on and who in self.asked and self._is_too_soon(first, known, life, self.asked[who]):
            first = occurrence_after(first.instant, life.zone, life.minutes, life.days)
        heapq.heappush(self.owed, (first.instant, who, life.version, first.nominal))

    def _is_too_soon(self, first: Owed, known: Life, life: Life, last: Owed) -> bool:
        since = first.instant - last.instant
        same_day = first.nominal <= last.nominal and since < SAME_DAY
        return same_day or (known.zone != life.zone and since < TOO_SOON)

    def forget(self, who: str) -> None:
        self.lives.pop(who)
        self.asked.pop(who, None)

    def stop(self, who: str) -> None:
        self.lives[who].on = False
        self.asked.pop(who, None)

    def next_owed(self) -> datetime:
        return self.owed[0][0]

    def judge(self, now: datetime, got: Iterable[str]) -> None:
        """Compare what the bot sent at this moment with what fell due by now, each exactly once."""
        due: Counter[str] = Counter()
        while self.owed and self.owed[0][0] <= now:
            instant, who, version, nominal = heapq.heappop(self.owed)
            life = self.lives.get(who)
            if life is None or life.version != version or not life.on:
                continue
            if not life.paused:
                due[who] += 1
            self.asked[who] = Owed(instant, nominal)
            following = occurrence_after(instant, life.zone, life.minutes, life.days)
            heapq.heappush(self.owed, (following.instant, who, version, following.nominal))
        received = Counter(got)
        self.sent += received.total()
        if received == due:
            return
        self.broken["lost"] += (due - received).total()
        for who, surplus in (received - due).items():
            life = self.lives.get(who)
            silent = life is None or not life.on or life.paused
            self.broken["without consent" if silent else "twice" if due[who] else "wrong minute"] += surplus
