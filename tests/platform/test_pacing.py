"""Holds the pace to using a limit up, and never overdrawing it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.platform.pacing import Limit, Pace, Window


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_window_is_free_until_it_is_full(clock: Clock) -> None:
    window = Window(Limit(3, 1.0), clock)
    assert (window.free(), window.wait_for(3)) == (3, 0.0)
    window.count(2)
    assert window.free() == 1
    window.count()
    assert window.free() == 0


def test_a_window_says_how_long_until_so_many_are_free(clock: Clock) -> None:
    window = Window(Limit(3, 1.0), clock)
    for _ in range(3):
        window.count()
        clock.at += 0.25
    assert [window.wait_for(wanted) for wanted in (1, 2, 3)] == [0.25, 0.5, 0.75]
    assert window.wait_for(9) == 0.75, "all of it is the most there can be"
    clock.at += 0.25
    assert (window.free(), window.wait_for(1)) == (1, 0.0)


def test_what_was_overdrawn_is_paid_back(clock: Clock) -> None:
    window = Window(Limit(2, 1.0), clock)
    window.count(5)
    assert window.free() == -3
    assert window.wait_for(1) == 1.0
    clock.at += 1
    assert window.free() == 2


def test_no_second_ever_holds_more_than_the_limit(clock: Clock) -> None:
    """Whoever takes what is free as soon as a few are, fills each second to the brim."""
    pace = Pace(requests=Limit(45, 1.0), clock=clock)
    times: list[float] = []
    for _ in range(200):
        clock.at += pace.wait_for(5)
        taken = min(pace.free(), 10)
        assert taken >= 5
        pace.charge(taken)
        times += [clock.at] * taken
        clock.at += 0.01
    assert max(sum(start <= at < start + 1 for at in times) for start in times) == 45
    assert len(times) / (times[-1] - times[0] + 1) > 0.95 * 45


def test_without_limits_as_many_go_as_may_be_under_way() -> None:
    pace = Pace(at_once=7)
    assert (pace.free(), pace.free_openings(), pace.wait_for(100), pace.held) == (7, 7, 0.0, False)


def test_an_adapter_charges_what_a_message_costs_beyond_its_first_request(clock: Clock) -> None:
    pace = Pace(requests=Limit(4, 1.0), clock=clock)
    pace.charge()
    pace.charge(5)
    assert pace.free() == 0
    assert pace.wait_for(1) == 1.0


def test_new_people_are_written_to_slowly_and_others_are_not(clock: Clock) -> None:
    pace = Pace(requests=Limit(45, 1.0), openings=Limit(10, 60.0), clock=clock)
    for _ in range(10):
        pace.charge(opening=True)
    clock.at += 59
    assert (pace.free_openings(), pace.free()) == (0, 45)
    clock.at += 1
    assert pace.free_openings() == 10


def test_the_platform_asks_for_patience(clock: Clock) -> None:
    pace = Pace(clock=clock)
    pace.hold(timedelta(seconds=5))
    pace.hold(timedelta(seconds=2))
    clock.at += 4.9
    assert pace.held
    clock.at += 0.2
    assert not pace.held


def test_patience_with_new_people_holds_up_nobody_else(clock: Clock) -> None:
    pace = Pace(at_once=8, clock=clock)
    pace.hold(timedelta(seconds=600), opening=True)
    assert (pace.held, pace.free_openings(), pace.at_once) == (False, 0, 8)
    clock.at += 601
    assert pace.free_openings() == 8


def test_a_limit_that_nobody_announced_is_approached_from_below(clock: Clock) -> None:
    pace = Pace(at_once=10, clock=clock)
    pace.hold(timedelta(seconds=1))
    at_once = [pace.at_once]
    for _ in range(5):
        pace.took()
        at_once.append(pace.at_once)
    assert at_once == [1, 2, 4, 8, 10, 10]


def test_refusals_leave_the_platform_in_peace_long_before_it_bans_us(clock: Clock) -> None:
    pace = Pace(refusals=Limit(3, 600.0), clock=clock)
    for _ in range(3):
        assert not pace.held
        pace.refused()
        clock.at += 10
    assert pace.held
    clock.at += 600 - 30
    assert not pace.held
