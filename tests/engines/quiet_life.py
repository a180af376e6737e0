"""Random lives under a quiet alert, hour by hour, and a judge that knows what happened but not the rules."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cogs.quiet import alert as rules
from cogs.quiet.alert import LIST, Act, Alert, Day, Facts, Fate, Step

HOUR = timedelta(hours=1)
START = datetime(2026, 3, 1, tzinfo=UTC)
TOLD: dict[Act, Step] = {"tell people": "people", "tell helpers": "helpers", "tell moderators": "moderators"}
DAYS = 90


@dataclass
class Life:
    """One random life, hour by hour, and everything that happened in it, for the judgement afterwards."""

    chance: random.Random
    alert: Alert = field(default_factory=Alert)
    written: set[Step] = field(default_factory=set)
    accepted: set[Step] = field(default_factory=set)
    allowed: bool = True
    paused: bool = False
    down_until: int = 0
    fate: Fate = "on its way"
    fate_at: int = 0
    looked: int = 0
    judged: int = 0
    contacts: list[int] = field(default_factory=list)
    delivered: set[int] = field(default_factory=set)
    excused: set[int] = field(default_factory=set)
    down: set[int] = field(default_factory=set)
    pauses: set[int] = field(default_factory=set)
    withdrawn: set[int] = field(default_factory=set)
    agreed: dict[int, frozenset[Step]] = field(default_factory=dict)
    acts: list[tuple[int, Act]] = field(default_factory=list)
    arrivals: list[int] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)

    def live(self, hours: int) -> None:
        habits = self.chance.random() ** 3 / 4
        for hour in range(hours):
            self._happen(hour, habits)
            if hour >= self.down_until:
                self._look(hour)
            else:
                self.down.add(hour)

    def _happen(self, hour: int, habits: float) -> None:
        roll = self.chance.random
        day = hour // 24
        if hour >= self.down_until and roll() < 0.002:
            self.down_until = hour + self.chance.randint(1, 60)
            self.excused |= set(range(day, (self.down_until - 1) // 24 + 1))
            self.events["outages"] += 1
        here = hour >= self.down_until
        if here and roll() < habits:
            self.contacts.append(hour)
            self.events["contacts"] += 1
        if here and roll() < 0.004:
            self.paused = not self.paused
            if self.paused:
                self.contacts.append(hour)
                self.events["pauses"] += 1
        if self.paused:
            self.pauses.add(hour)
            self.excused.add(day)
        if here and hour % 24 == 19 and not self.paused:
            if roll() < 0.9:
                self.delivered.add(day)
            else:
                self.excused.add(day)  # the platform did not take it
                self.events["failed deliveries"] += 1
        self._change_minds(hour, roll)
        if self.alert.step == "me" and self.alert.since is None and here and self.fate == "on its way" and roll() < 0.3:
            self.fate = "arrived" if roll() < 0.9 else "lost"
            self.fate_at = hour
            if self.fate == "arrived":
                self.arrivals.append(hour)
            else:
                self.events["failed deliveries"] += 1

    def _change_minds(self, hour: int, roll: Callable[[], float]) -> None:
        """Either side takes a yes back, or gives it again."""
        if roll() < 0.01:
            self.written ^= {self.chance.choice(LIST)}
        if roll() < 0.01:
            one = self.chance.choice(LIST)
            self.events["withdrawn by those on the list"] += one in self.accepted
            self.accepted ^= {one}
        if roll() < 0.001:
            self.events["withdrawn by the member"] += self.allowed
            self.allowed = not self.allowed
        if not self.allowed:
            self.withdrawn.add(hour)
        self.agreed[hour] = frozenset(self.written & self.accepted)

    def _look(self, hour: int) -> None:
        """As ``cogs.quiet.progress`` does it, with hours for instants."""
        if self.alert.step == "waiting":
            while (self.judged + 1) * 24 <= hour and self.alert.quiet < self.alert.after:
                end = (self.judged + 1) * 24
                touched = any(self.looked <= at < end for at in self.contacts)
                day = Day(touched, self.judged in self.delivered, self.judged in self.excused or not self.allowed)
                self.alert = rules.judged(self.alert, day)
                self.judged, self.looked = self.judged + 1, end
        before = self.alert
        self.alert, acts = rules.advance(before, self._facts(hour))
        self.acts += [(hour, act) for act in acts]
        if "ask me" in acts:
            self.fate = "on its way"
        if acts and self.alert.step == "waiting":
            self.looked, self.judged = hour // 24 * 24, hour // 24

    def _facts(self, hour: int) -> Facts:
        since = int((self.alert.since - START) / HOUR) if self.alert.since else hour
        return Facts(
            now=START + hour * HOUR,
            contact=any(at >= self.looked for at in self.contacts),
            paused=self.paused,
            allowed=self.allowed,
            steps=frozenset(self.written & self.accepted),
            asked=self.fate,
            asked_at=START + self.fate_at * HOUR,
            down=HOUR * len([one for one in self.down if since <= one < hour]),
        )


def _judge(life: Life, hour: int, act: Act, open_since: int, told: list[tuple[int, Step]]) -> None:
    """Whether this act was right, said without the rules: from what happened alone."""
    step = TOLD[act]
    assert step in life.agreed[hour], "told somebody who was not written down, or had not agreed"
    assert hour not in life.withdrawn, "told although the member had taken the yes back"
    assert step not in {one for _, one in told}, "told twice for one silence"
    assert all(LIST.index(one) < LIST.index(step) for _, one in told), "out of order"
    assert not [at for at in life.contacts if open_since <= at <= hour], "told after contact"
    arrived = [at for at in life.arrivals if open_since <= at <= hour]
    assert arrived, "told before the member was asked"
    last = max([arrived[0], *(at for at, _ in told)])
    awake = (hour - last) - len([one for one in life.down if last <= one < hour])
    assert awake >= life.alert.gap / HOUR, "too early"
    assert hour not in life.pauses, "told during a pause"


def _quiet_days_before(life: Life, hour: int) -> int:
    """The longest row of quiet days that could be counted by then: since the last contact, leaving out the excused."""
    last = max((at for at in life.contacts if at < hour), default=-1)
    return sum(
        bool({day, day - 1} & life.delivered) and day not in life.excused and (day + 1) * 24 <= hour
        for day in range(last // 24 + 1, hour // 24)
    )


def life(seed: int) -> Life:
    """Ninety days of somebody, with a list, a gap and habits of their own; judged. AssertionError says what broke."""
    one = Life(random.Random(seed))
    one.alert = Alert(after=one.chance.randint(2, 5), gap=HOUR * one.chance.choice((12, 24, 48, 72)))
    one.written = {step for step in LIST if one.chance.random() < 0.6}
    one.accepted = {step for step in LIST if one.chance.random() < 0.6}
    one.live(24 * DAYS)
    open_since, told = 0, list[tuple[int, Step]]()
    for hour, act in one.acts:
        if act == "ask me":
            assert _quiet_days_before(one, hour) >= one.alert.after, "asked too early"
            assert hour not in one.withdrawn, "asked although the yes was taken back"
            open_since, told = hour, []
        elif act in TOLD:
            _judge(one, hour, act, open_since, told)
            told.append((hour, TOLD[act]))
    return one
