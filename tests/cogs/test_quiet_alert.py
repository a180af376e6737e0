"""The rules of quiet alerts over random lives: nobody is told who was not to be, nor too early, nor twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from cogs.quiet import alert as rules
from cogs.quiet.alert import LIST, Act, Alert, Day, Facts, Step
from tests.engines import quiet_life
from tests.engines.quiet_life import START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

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


@pytest.mark.parametrize("seed", range(150))
def test_a_random_life_breaks_no_promise(seed: int) -> None:
    quiet_life.life(seed)


def test_the_random_lives_are_full_of_what_they_test() -> None:
    """Otherwise they could not fail."""
    seen, events = Counter[str](), Counter[str]()
    for seed in range(150):
        one = quiet_life.life(seed)
        seen += Counter(act for _hour, act in one.acts)
        events += one.events
    for act in ("ask me", *quiet_life.TOLD, "end of the list", "in touch", "paused", "over"):
        assert seen[act] >= 5, seen
    for event in ("contacts", "pauses", "outages", "failed deliveries", "withdrawn by the member"):
        assert events[event] >= 100, events
    assert events["withdrawn by those on the list"] >= 100, events


RULE = {
    "told somebody who was not written down": (
        "next_step",
        lambda alert, _steps: "people" if alert.step == "me" else "ended",
    ),
    "too early": ("due_at", lambda alert, _facts: alert.since),
}


@pytest.mark.parametrize("broken", sorted(RULE))
def test_a_broken_rule_is_found(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, *RULE[broken])
    with pytest.raises(AssertionError, match=broken):
        [quiet_life.life(seed) for seed in range(150)]
