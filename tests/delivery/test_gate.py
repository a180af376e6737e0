"""Holds the gate to its order: what was withdrawn is not sent, what is too early is held, what is stale is skipped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bot.context import Delivery
from bot.delivery import gate
from bot.messages import (
    Channel,
    Person,
)
from storage.delivery.unasked import Told
from storage.moderation.claims import Facts, Verdict

EVENING = datetime(2026, 1, 15, 19, 0, tzinfo=UTC)
NIGHT = datetime(2026, 1, 15, 23, 0, tzinfo=UTC)
MORNING = datetime(2026, 1, 16, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FACTS = Facts(
    consented=True, paused=False, left=False, zone="UTC", quiet_start="21:00", quiet_end="09:00", capped_today=0
)


def note(**what: object) -> Delivery:
    given = {"to": Person(1), "kind": "notes.note", "key": "note:1", "due": EVENING, "purpose": "checkin", **what}
    return Delivery(**given)  # type: ignore[arg-type]  # each test names the fields it is about


def test_what_is_due_and_agreed_to_is_sent() -> None:
    assert gate.decide(note(), FACTS, EVENING) == gate.SEND


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (FACTS._replace(consented=False), "no consent"),
        (FACTS._replace(left=True), "left the community"),
        (FACTS._replace(paused=True), "paused"),
        (FACTS._replace(quiet=True), "quiet everything"),
        (FACTS._replace(stopped=True), "Kith has stopped here"),
    ],
)
def test_who_does_not_want_it_does_not_get_it(facts: Facts, reason: str) -> None:
    assert gate.decide(note(), facts, EVENING) == Verdict("skip", reason)


@pytest.mark.parametrize("facts", [FACTS._replace(paused=True), FACTS._replace(quiet=True)])
def test_the_answer_to_their_own_act_always_comes(facts: Facts) -> None:
    assert gate.decide(note(purpose=""), facts, NIGHT) == gate.SEND


def test_what_cannot_be_handed_over_waits_in_the_inbox() -> None:
    assert gate.decide(note(), FACTS._replace(closed=True), EVENING).act == "inbox"


def test_a_closed_inbox_is_no_way_round_a_withdrawal() -> None:
    refused = FACTS._replace(closed=True, consented=False)
    assert gate.decide(note(), refused, EVENING) == Verdict("skip", "no consent")


@pytest.mark.parametrize("late", [timedelta(), timedelta(seconds=1), timedelta(days=30)])
def test_after_its_end_it_is_skipped(late: timedelta) -> None:
    assert gate.decide(note(expires=EVENING), FACTS, EVENING + late) == Verdict("skip", "expired")


def test_just_before_its_end_it_is_sent() -> None:
    assert gate.decide(note(expires=EVENING + timedelta(seconds=1)), FACTS, EVENING) == gate.SEND


# -- quiet hours -------------------------------------------------------------------------------------------------------


def test_at_night_it_is_held_until_the_morning() -> None:
    assert gate.decide(note(), FACTS, NIGHT) == Verdict("hold", until=MORNING)


def test_a_time_they_picked_is_never_held() -> None:
    assert gate.decide(note(picked=True), FACTS, NIGHT) == gate.SEND


def test_what_would_be_stale_in_the_morning_is_skipped() -> None:
    verdict = gate.decide(note(expires=MORNING), FACTS, NIGHT)
    assert verdict == Verdict("skip", "stale after the quiet hours")
    assert gate.decide(note(expires=MORNING + HOUR), FACTS, NIGHT).act == "hold"


def test_the_night_is_the_readers_own() -> None:
    in_tokyo = FACTS._replace(zone="Asia/Tokyo")
    assert gate.decide(note(), in_tokyo, EVENING).until == datetime(2026, 1, 16, 0, 0, tzinfo=UTC)
    assert gate.decide(note(), in_tokyo, datetime(2026, 1, 15, 3, 0, tzinfo=UTC)) == gate.SEND


def test_a_shared_place_has_no_night_and_no_pause() -> None:
    lobby = note(to=Channel("local", "lobby"), purpose="")
    assert gate.decide(lobby, FACTS._replace(quiet_start="00:00", quiet_end="00:00"), NIGHT) == gate.SEND


# -- the cap -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("already", [0, 1, gate.DAILY_CAP - 1])
def test_offers_come_up_to_the_cap(already: int) -> None:
    assert gate.decide(note(capped=True), FACTS._replace(capped_today=already), EVENING) == gate.SEND


def test_over_the_cap_they_wait_and_not_into_the_night() -> None:
    full = FACTS._replace(capped_today=gate.DAILY_CAP)
    assert gate.decide(note(capped=True), full, EVENING) == Verdict("hold", until=MORNING)
    noon = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
    assert gate.decide(note(capped=True), full, noon) == Verdict("hold", until=noon + 4 * HOUR)


def test_the_cap_counts_nothing_that_was_scheduled() -> None:
    full = FACTS._replace(capped_today=99)
    assert gate.decide(note(), full, EVENING) == gate.SEND
    assert gate.decide(note(capped=True, picked=True), full, EVENING) == gate.SEND


# -- what nobody asked for ---------------------------------------------------------------------------------------------

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def came(*days_ago: float, known: float = 100) -> Facts:
    """Something unasked came so many days ago, to somebody known for so many."""
    return FACTS._replace(unasked=Told(sorted(NOON - DAY * ago for ago in days_ago), NOON - DAY * known))


@pytest.mark.parametrize(
    ("facts", "until"),
    [
        (came(), None),
        (came(1), None),
        (came(0.25), NOON + DAY * 0.75),
        (came(1, 2, 3, 4), None),
        (came(1, 2, 3, 4, 5), NOON + 2 * DAY),
        (came(1, 2, 3, 4, 6.9), NOON + DAY * 0.1),
        (came(1, 2, 3, 4, 7), None),
        (came(1, known=2), None),
        (came(1, 2, known=3), NOON + 4 * DAY),
        (came(1, 2, known=7), None),
    ],
)
def test_one_a_day_five_in_seven_days_and_two_in_the_first_week(facts: Facts, until: datetime | None) -> None:
    never_quiet = facts._replace(quiet_start="00:00", quiet_end="00:00")
    verdict = gate.decide(note(capped=True, unasked=True), never_quiet, NOON)
    assert verdict == (gate.SEND if until is None else Verdict("hold", until=until))


def test_it_waits_until_there_is_room_and_not_into_the_night() -> None:
    held = gate.decide(note(unasked=True), came(0.5), NOON)
    assert held == Verdict("hold", until=MORNING)


def test_what_would_be_stale_by_then_is_let_go_of() -> None:
    short = note(unasked=True, expires=NOON + HOUR)
    assert gate.decide(short, came(0.25), NOON).act == "skip"
    assert gate.decide(short, came(1), NOON) == gate.SEND


@pytest.mark.parametrize("what", [{"purpose": ""}, {"picked": True}, {"purpose": "quiet"}, {"capped": True}])
def test_help_safety_and_what_somebody_did_are_never_held_by_it(what: dict[str, object]) -> None:
    assert gate.decide(note(**what), came(0.1, 1, 2, 3, 4, known=5), NOON) == gate.SEND


# -- all together ------------------------------------------------------------------------------------------------------


def test_whatever_else_holds_nothing_leaves_without_a_yes() -> None:
    """Every combination of what the gate may know and what a message may be."""
    for now, flags in product((EVENING, NIGHT), product((True, False), repeat=7)):
        consented, paused, left, closed, quiet, picked, capped = flags
        facts = FACTS._replace(consented=consented, paused=paused, left=left, closed=closed, quiet=quiet)
        verdict = gate.decide(note(picked=picked, capped=capped), facts, now)
        if verdict.act == "send":
            assert consented
            assert not any((paused, left, closed, quiet))
            assert picked or now == EVENING
        if verdict.act == "hold":
            assert verdict.until is not None
            assert verdict.until > now


def test_the_host_can_lower_the_daily_cap_and_turn_it_off() -> None:
    capped = note(capped=True)
    assert gate.decide(capped, FACTS, EVENING, 1) == gate.SEND
    assert gate.decide(capped, FACTS._replace(capped_today=1), EVENING, 1).act == "hold"
    assert gate.decide(capped, FACTS, EVENING, 0).act == "skip"
    assert gate.decide(note(), FACTS, EVENING, 0) == gate.SEND, "what somebody scheduled still comes"
