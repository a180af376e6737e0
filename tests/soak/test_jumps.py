"""The short form of `scripts/soak jumps`, and what is owed when somebody sets the clock."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from bench.soak import jumps
from bench.soak._model import Life
from bench.soak.jumps import DAY, HOUR, START, Jump

NOON = Life("UTC", 12 * 60, frozenset(range(7)))


def test_twenty_jumps_lose_and_repeat_nothing() -> None:
    found = jumps.main(["--runs", "20"])
    assert (found["lost"], found["double"]) == (0, 0)
    assert found["asked"] > 20 * jumps.MEMBERS


def test_jumps_go_both_ways_and_reach_a_day() -> None:
    chance = random.Random(1)
    lengths = [jumps.random_jump(chance).by for _ in range(1000)]
    assert min(lengths) < -20 * HOUR
    assert max(lengths) > 20 * HOUR
    assert sum(abs(length) < timedelta(minutes=1) for length in lengths) > 200
    assert max(map(abs, lengths)) <= DAY


@pytest.mark.parametrize(
    ("jump", "days", "owed"),
    [
        (Jump(START + 11 * HOUR, timedelta(seconds=1)), 2, 2),
        (Jump(START + 13 * HOUR, -2 * HOUR), 2, 2),  # noon is shown again, and not asked again
        (Jump(START + 11 * HOUR, 2 * HOUR), 2, 2),  # noon is passed over, and asked an hour late
        (Jump(START + 11 * HOUR, 6 * HOUR), 2, 1),  # too late for today
        (Jump(START + 11 * HOUR, DAY), 2, 1),
    ],
)
def test_what_is_owed(jump: Jump, days: int, owed: int) -> None:
    assert jumps.owed(NOON, jump, START + days * DAY) == owed
