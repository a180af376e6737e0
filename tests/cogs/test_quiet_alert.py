"""The rules of quiet alerts over random lives: nobody is told who was not to be, nor too early, nor twice."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from cogs.quiet import alert as rules
from cogs.quiet.alert import LIST, Act, Alert, Day, Facts, Fate, Step

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 3, 1, tzinfo=UTC)
TOLD: dict[Act, Step] = {"tell people": "people", "tell helpers": "helpers", "tell moderators": "moderators"}

QUIET = Day(delivered=True)
OTHER = Day()
CONTACT = Day(contact=True, delivered=True)


def after(*days: Day) -> int:
    """How many quiet days are counted when these have passed."""
    alert = Alert()
    for day in days:
        alert = rules.judged(alert, day)
    return alert.quiet


@pytest.mark.parametrize(
    ("days", "count"),
    [
        ((), 0),
        ((OTHER, OTHER, OTHER), 0),
        ((QUIET, QUIET, QUIET), 3),
        ((QUIET, OTHER), 2),
        ((QUIET, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, QUIET), 3),
        ((QUIET, QUIET, CONTACT), 0),
        ((QUIET, QUIET, CONTACT, OTHER), 1),
        ((QUIET, replace(QUIET, excused=True), QUIET), 2),
        ((replace(QUIET, excused=True), OTHER), 1),
        ((replace(OTHER, contact=True), OTHER, QUIET), 1),
    ],
    ids=[
        "nothing yet",
        "nothing was delivered",
        "three quiet days",
        "the day after counts too",
        "a weekly check-in takes a bit over a week",
        "contact ends the row",
        "contact in the morning, and what came then",
        "an outage neither counts nor breaks",
        "what came before an outage",
        "contact without anything delivered",
    ],
)
def test_which_days_are_quiet(days: tuple[Day, ...], count: int) -> None:
    assert after(*days) == count


def asked(**more: object) -> Alert:
    return replace(Alert(quiet=3, step="me", since=START), **more)  # type: ignore[arg-type]  # names of its own fields


def test_the_member_is_asked_first_and_alone() -> None:
    alert, acts = rules.advance(Alert(quiet=3), Facts(START, steps=frozenset(LIST)))
    assert acts == ("ask me",)
    assert rules.advance(alert, Facts(START + 9 * DAY, steps=frozenset(LIST)))[1] == ()


def test_the_gap_begins_when_the_question_has_arrived() -> None:
    held, acts = rules.advance(asked(since=None), Facts(START, asked="arrived", asked_at=START))
    assert acts == ()
    people = frozenset[Step]({"people"})
    assert rules.advance(held, Facts(START + DAY - HOUR, steps=people))[1] == ()
    assert rules.advance(held, Facts(START + DAY, steps=people))[1] == ("tell people",)


def test_a_question_that_cannot_arrive_tells_nobody() -> None:
    alert, acts = rules.advance(asked(since=None), Facts(START, asked="lost", steps=frozenset(LIST)))
    assert (alert.step, acts) == ("waiting", ("over",))


def test_hours_in_which_the_bot_was_away_are_waited_for() -> None:
    facts = Facts(START + DAY + 4 * HOUR, steps=frozenset(LIST), down=5 * HOUR)
    assert rules.advance(asked(), facts)[1] == ()
    assert rules.advance(asked(), replace(facts, now=facts.now + HOUR))[1] == ("tell people",)


@pytest.mark.parametrize(
    ("facts", "act"),
    [(Facts(START, contact=True), "in touch"), (Facts(START, contact=True, paused=True), "paused")],
)
def test_contact_and_pause_end_it(facts: Facts, act: str) -> None:
    for step in ("people", "helpers", "moderators", "ended"):
        alert, acts = rules.advance(asked(step=step), facts)
        assert (alert.step, alert.quiet, acts) == ("waiting", 0, (act,))


def test_the_list_goes_on_to_whoever_is_next_and_then_ends() -> None:
    alert, now, all_acts = asked(), START, list[Act]()
    for _ in range(6):
        now += DAY
        alert, acts = rules.advance(alert, Facts(now, steps=frozenset({"people", "moderators"})))
        all_acts += acts
    assert all_acts == ["tell people", "tell moderators", "end of the list"]


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
    acts: list[tuple[int, Act]] = field(default_factory=list)
    arrivals: list[int] = field(default_factory=list)

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
        here = hour >= self.down_until
        if here and roll() < habits:
            self.contacts.append(hour)
        if here and roll() < 0.004:
            self.paused = not self.paused
            if self.paused:
                self.contacts.append(hour)
        if self.paused:
            self.pauses.add(hour)
            self.excused.add(day)
        if here and hour % 24 == 19 and not self.paused:
            if roll() < 0.9:
                self.delivered.add(day)
            else:
                self.excused.add(day)  # the platform did not take it
        if roll() < 0.01:
            self.written ^= {self.chance.choice(LIST)}
        if roll() < 0.01:
            self.accepted ^= {self.chance.choice(LIST)}
        if roll() < 0.001:
            self.allowed = not self.allowed
        if self.alert.step == "me" and self.alert.since is None and here and self.fate == "on its way" and roll() < 0.3:
            self.fate = "arrived" if roll() < 0.9 else "lost"
            self.fate_at = hour
            if self.fate == "arrived":
                self.arrivals.append(hour)

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


def judge(life: Life, hour: int, act: Act, open_since: int, told: list[tuple[int, Step]]) -> None:
    """Whether this act was right, said without the rules: from what happened alone."""
    step = TOLD[act]
    assert step not in {one for _, one in told}, "told twice for one silence"
    assert all(LIST.index(one) < LIST.index(step) for _, one in told), "out of order"
    assert not [at for at in life.contacts if open_since <= at <= hour], "told after contact"
    arrived = [at for at in life.arrivals if open_since <= at <= hour]
    assert arrived, "told before the member was asked"
    last = max([arrived[0], *(at for at, _ in told)])
    awake = (hour - last) - len([one for one in life.down if last <= one < hour])
    assert awake >= life.alert.gap / HOUR, "too early"
    assert hour not in life.pauses, "told during a pause"


def quiet_days_before(life: Life, hour: int) -> int:
    """The longest row of quiet days that could be counted by then: since the last contact, leaving out the excused."""
    last = max((at for at in life.contacts if at < hour), default=-1)
    return sum(
        bool({day, day - 1} & life.delivered) and day not in life.excused and (day + 1) * 24 <= hour
        for day in range(last // 24 + 1, hour // 24)
    )


@pytest.mark.parametrize("seed", range(150))
def test_a_random_life_breaks_no_promise(seed: int) -> None:
    life = Life(random.Random(seed))
    life.alert = Alert(after=life.chance.randint(2, 5), gap=HOUR * life.chance.choice((12, 24, 48, 72)))
    life.written = {step for step in LIST if life.chance.random() < 0.6}
    life.accepted = {step for step in LIST if life.chance.random() < 0.6}
    written_at = watched(life)
    life.live(24 * 90)
    open_since, told = 0, list[tuple[int, Step]]()
    for hour, act in life.acts:
        if act == "ask me":
            assert quiet_days_before(life, hour) >= life.alert.after, "asked too early"
            open_since, told = hour, []
        elif act in TOLD:
            assert TOLD[act] in written_at[hour], "told somebody who was not written down, or had not agreed"
            judge(life, hour, act, open_since, told)
            told.append((hour, TOLD[act]))


def watched(life: Life) -> dict[int, set[Step]]:
    """What was written and accepted at each hour, noted as the life goes on."""
    noted: dict[int, set[Step]] = {}
    happen = life._happen

    def happen_and_note(hour: int, habits: float) -> None:
        happen(hour, habits)
        noted[hour] = life.written & life.accepted

    life._happen = happen_and_note  # type: ignore[method-assign]  # a note in the margin, not another behaviour
    return noted


def test_the_random_lives_are_full_of_what_they_test() -> None:
    """Otherwise they could not fail."""
    seen: dict[str, int] = {}
    for seed in range(100):
        life = Life(random.Random(seed))
        life.written, life.accepted = set(LIST), set(LIST)
        life.live(24 * 90)
        for _hour, act in life.acts:
            seen[act] = seen.get(act, 0) + 1
    for act in ("ask me", *TOLD, "end of the list", "in touch", "paused", "over"):
        assert seen.get(act, 0) >= 5, seen
