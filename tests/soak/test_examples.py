"""Random tests: the same examples in every run of the tests, other ones in `scripts/soak examples`."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.soak import examples

drawn: list[list[int]] = [[]]


@given(st.integers())
def look_at(number: int) -> None:
    drawn[-1].append(number)


def test_every_run_has_the_same_examples() -> None:
    assert settings.default is not None
    assert settings.default.database is None, "what one run found makes no difference to the next"
    for _run in range(2):
        look_at()
        drawn.append([])
    assert len(drawn[0]) >= 100
    assert drawn[0] == drawn[1]


def test_a_round_of_new_ones() -> None:
    """The short form of `scripts/soak examples`."""
    figures = examples.main(["--rounds", "1", "tests/clocks/test_recurrence.py"])
    assert figures["red"] == 0
    assert figures["examples"] >= 100 + 100 + 200
