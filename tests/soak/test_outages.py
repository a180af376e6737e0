"""The short form of `scripts/soak outages`, and that it would find what is wrong."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from bench.soak import outages
from bench.soak._model import Life

NOON = Life("UTC", 12 * 60, frozenset(range(7)))


def test_sixty_members_after_each_outage() -> None:
    found = outages.main(["--members", "60"])
    assert {name: found[name] for name in outages.WRONG} == dict.fromkeys(outages.WRONG, 0)
    assert found["caught_up"] > 30


@pytest.mark.parametrize(
    ("got", "hours", "wrong"),
    [
        (1, 12, None),
        (1, 15, None),
        (0, 17, None),
        (0, 12, "lost"),
        (0, 15, "lost"),
        (1, 11, "expired"),
        (1, 17, "expired"),
        (2, 13, "double"),
    ],
)
def test_each_way_of_being_wrong_is_found(got: int, hours: int, wrong: str | None) -> None:
    tally = Counter[str]()
    outages._judge(got, NOON, outages.START + timedelta(hours=hours), tally)
    assert {name for name in ("lost", "double", "expired") if tally[name]} == ({wrong} if wrong else set())


@pytest.mark.parametrize(
    ("seconds", "wrong"),
    [
        ([n // 9 / 5 for n in range(90)], set()),
        ([n // 10 / 5 for n in range(90)], {"too_fast"}),
        ([n // 9 / 4 for n in range(90)], {"too_slow"}),
    ],
    ids=["as the limit says", "ten at once", "with pauses"],
)
def test_a_pace_that_is_not_the_limits_is_found(seconds: list[float], wrong: set[str]) -> None:
    tally = Counter[str]()
    outages._time(seconds, tally)
    assert {name for name in ("too_fast", "too_slow") if tally[name]} == wrong
