"""The short form of `scripts/soak year`, and the model it is compared with: does it find what is wrong?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bench.soak import year
from bench.soak._model import CHECK_IN, WHETHER_TO_GO_ON, Life, Model

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(7))


def test_eleven_days_of_two_hundred_members() -> None:
    found = year.main(["--members", "200", "--communities", "6", "--days", "11", "--often", "--seed", "8"])
    assert found["broken"] == 0, found
    assert found["sent"] > 1500
    assert found["rests"] > 0


@pytest.fixture
def model() -> Model:
    """Alice is asked at noon of every day."""
    known = Model()
    known.schedule("alice", Life("UTC", 12 * 60, EVERY_DAY), NOON - timedelta(hours=1))
    return known


def live(model: Model, days: int, got: str | None = CHECK_IN) -> None:
    """So many more noons, at each of which Alice gets this."""
    for _day in range(days):
        model.judge(model.next_owed(), [("alice", got)] if got else [])


def test_what_comes_as_it_is_owed_breaks_nothing(model: Model) -> None:
    live(model, 7)
    assert (model.broken.total(), model.sent) == (0, 7)


def test_what_does_not_come_is_lost(model: Model) -> None:
    live(model, 1, None)
    assert model.broken["lost"] == 1


def test_what_comes_twice_is_found_out(model: Model) -> None:
    model.judge(NOON, [("alice", CHECK_IN)] * 2)
    assert model.broken["twice"] == 1


def test_what_comes_an_hour_late_is_found_out(model: Model) -> None:
    model.judge(NOON, [])
    model.judge(NOON + timedelta(hours=1), [("alice", CHECK_IN)])
    assert (model.broken["lost"], model.broken["wrong minute"]) == (1, 1)


def test_what_is_asked_for_late_is_found_out(model: Model) -> None:
    model.judge(NOON + timedelta(hours=1), [("alice", CHECK_IN)])
    assert model.broken["late"] == 1


@pytest.mark.parametrize("ended", ["paused", "stopped", "forgotten"])
def test_what_comes_unasked_is_found_out(model: Model, ended: str) -> None:
    if ended == "paused":
        model.lives["alice"].paused = True
    elif ended == "stopped":
        model.stop("alice")
    else:
        model.forget("alice")
    model.judge(NOON, [("alice", CHECK_IN)])
    assert model.broken["without consent"] == 1


def test_after_seven_without_an_answer_one_question_and_then_nothing(model: Model) -> None:
    live(model, 7)
    live(model, 1, WHETHER_TO_GO_ON)
    live(model, 1, None)
    assert (model.broken.total(), model.questions, model.rests) == (0, 1, 1)
    model.judge(NOON + 30 * ONE_DAY, [])
    assert model.broken.total() == 0


def test_any_answer_begins_the_count_anew(model: Model) -> None:
    live(model, 7)
    model.answered("alice", NOON + 6 * ONE_DAY + timedelta(hours=1))
    live(model, 7)
    assert (model.broken.total(), model.questions) == (0, 0)


def test_who_comes_back_is_asked_again(model: Model) -> None:
    live(model, 7)
    live(model, 1, WHETHER_TO_GO_ON)
    live(model, 1, None)
    model.judge(NOON + 20 * ONE_DAY, [])
    model.come_back("alice", NOON + 20 * ONE_DAY)
    model.acted("alice", NOON + 20 * ONE_DAY)
    assert model.next_owed() == NOON + 21 * ONE_DAY
    live(model, 1)
    assert model.broken.total() == 0


def test_who_changes_the_hour_is_not_asked_twice_on_one_day(model: Model) -> None:
    live(model, 1)
    model.schedule("alice", Life("UTC", 18 * 60, EVERY_DAY), NOON + timedelta(hours=1))
    assert max(model.owed)[0] == NOON + timedelta(days=1, hours=6)
