"""What members are owed, kept as plainly as can be: the oracle that the bot is compared with in long simulations.

It knows nothing of the bot's code: wall times become instants through the table of `_tzif`, not through zoneinfo.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from bench.soak import _tzif as tzif
from bot.clocks.times import Days

YEARS = range(2025, 2030)


@cache
def table(zone: str) -> tzif.Offsets:
    return tzif.load(zone, YEARS)


SAME_DAY = timedelta(hours=20)
TOO_SOON = timedelta(hours=6)
"""Who changes their hour is not asked twice on one day: not on the same date within 20 hours, nor, in another zone,
within six."""


UNANSWERED = 7
"""Who has not answered so many is asked whether to go on, and after that nothing until they come back."""

CONTACT_EVERY = timedelta(minutes=1)
LATE = timedelta(minutes=1)
KEPT = timedelta(days=35)

CHECK_IN, WHETHER_TO_GO_ON = "check-in", "whether to go on"


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
    resting: bool = False

    @property
    def line(self) -> str:
        """The schedule as a member types it."""
        code = "every day" if len(self.days) == 7 else str(Days(self.days)).removeprefix("on ").removeprefix("every ")
        return f"checkin on {self.minutes // 60:02}:{self.minutes % 60:02} {self.zone} {code}"


@dataclass
class Silence:
    """What one member has been asked and not answered, and whether they were asked if it should go on."""

    contact: datetime | None = None
    asked: list[datetime] = field(default_factory=list)
    questioned: datetime | None = None

    def broken_by(self, now: datetime) -> None:
        self.contact = now
        self.asked.clear()

    def next_question(self, due: datetime) -> str | None:
        """What falls due now is one more check-in, the question whether to go on, or nothing any more."""
        self.asked = [at for at in self.asked if at > due - KEPT]
        if len(self.asked) < UNANSWERED:
            self.asked.append(due)
            return CHECK_IN
        if self.questioned is None or (self.contact is not None and self.contact > self.questioned):
            self.questioned = due
            return WHETHER_TO_GO_ON
        return None


@dataclass
class Model:
    """Everybody's life, what is owed to whom and when, and every way in which the bot was found wrong."""

    lives: dict[str, Life] = field(default_factory=dict)
    broken: Counter[str] = field(default_factory=Counter)
    owed: list[tuple[datetime, str, int, date]] = field(default_factory=list)
    asked: dict[str, Owed] = field(default_factory=dict)
    silences: defaultdict[str, Silence] = field(default_factory=lambda: defaultdict(Silence))
    sent: int = 0
    questions: int = 0
    rests: int = 0

    def schedule(self, who: str, life: Life, now: datetime) -> None:
        """From now on this is the member's life; what was owed before is not any more."""
        known = self.lives.get(who)
        life.version = known.version + 1 if known else 0
        life.on, life.resting = True, False
        self.lives[who] = life
        self.silences[who].questioned = None
        first = occurrence_after(now, life.zone, life.minutes, life.days)
        while known and who in self.asked and self._is_too_soon(first, known, life, self.asked[who]):
            first = occurrence_after(first.instant, life.zone, life.minutes, life.days)
        heapq.heappush(self.owed, (first.instant, who, life.version, first.nominal))

    def stay_without(self, who: str, life: Life) -> None:
        """A member who wants no check-ins, or not yet."""
        life.on = False
        self.lives[who] = life

    def _is_too_soon(self, first: Owed, known: Life, life: Life, last: Owed) -> bool:
        since = first.instant - last.instant
        same_day = first.nominal <= last.nominal and since < SAME_DAY
        return same_day or (known.zone != life.zone and since < TOO_SOON)

    def forget(self, who: str) -> None:
        self.lives.pop(who)
        self.asked.pop(who, None)
        self.silences.pop(who, None)

    def stop(self, who: str) -> None:
        self.lives[who].on = False
        self.asked.pop(who, None)

    def acted(self, who: str, now: datetime) -> None:
        """Whatever a member with check-ins does is contact, noted once a minute."""
        life, silence = self.lives.get(who), self.silences[who]
        is_news = silence.contact is None or silence.contact <= now - CONTACT_EVERY
        if is_news and life is not None and (life.on or life.resting):
            silence.broken_by(now)

    def answered(self, who: str, now: datetime) -> None:
        self.silences[who].broken_by(now)

    def come_back(self, who: str, now: datetime) -> None:
        """They say `start`: no pause any more, and what rested goes on."""
        life = self.lives[who]
        life.paused = False
        if life.resting:
            self.schedule(who, life, now)

    def next_owed(self) -> datetime:
        return self.owed[0][0]

    def judge(self, now: datetime, got: Iterable[tuple[str, str]]) -> None:
        """Compare what the bot sent at this moment, and to whom, with what fell due by now, each exactly once."""
        due = Counter(self._fallen_due(now))
        received = Counter(got)
        self.sent += received.total()
        if received == due:
            return
        self.broken["lost"] += (due - received).total()
        for (who, what), surplus in (received - due).items():
            life = self.lives.get(who)
            silent = life is None or not life.on or life.paused
            self.broken["without consent" if silent else "twice" if due[who, what] else "wrong minute"] += surplus

    def _fallen_due(self, now: datetime) -> Iterator[tuple[str, str]]:
        while self.owed and self.owed[0][0] <= now:
            instant, who, version, nominal = heapq.heappop(self.owed)
            life = self.lives.get(who)
            if life is None or life.version != version or not life.on:
                continue
            self.broken["late"] += now - instant > LATE
            self.asked[who] = Owed(instant, nominal)
            following = occurrence_after(instant, life.zone, life.minutes, life.days)
            heapq.heappush(self.owed, (following.instant, who, version, following.nominal))
            if life.paused:
                continue
            what = self.silences[who].next_question(instant)
            if what is not None:
                self.questions += what == WHETHER_TO_GO_ON
                yield who, what
                continue
            self.rests += 1
            life.on, life.resting = False, True
            self.asked.pop(who)
