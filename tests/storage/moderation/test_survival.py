"""A few lines of Kaplan-Meier, held to the library that everybody uses."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.moderation.survival import Life, curve, half, left

LIVES = st.lists(st.builds(Life, st.integers(0, 12).map(float), st.booleans()), min_size=1, max_size=40)


@settings(max_examples=25, deadline=None)
@given(LIVES, st.integers(0, 13))
def test_it_is_what_lifelines_says(lives: list[Life], after: int) -> None:
    from lifelines import KaplanMeierFitter  # seconds, for which nobody else waits

    fitter = KaplanMeierFitter().fit([one.lasted for one in lives], [one.ended for one in lives])
    assert abs(left(lives, after) - float(fitter.predict(after))) < 1e-9
    shares = fitter.survival_function_.itertuples()
    assert half(lives) == min((moment for moment, share in shares if share < 0.5 + 1e-9), default=None)


def test_what_is_known_only_in_part_counts_as_long_as_it_is_known() -> None:
    lives = [Life(1, True), Life(2, False), Life(3, True), Life(3, False)]
    assert curve(lives) == [(1, 0.75), (3, 0.375)]
    assert left(lives, 0) == 1.0
    assert left(lives, 2.9) == 0.75
    assert left([], 3) == 1.0
