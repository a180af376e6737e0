"""The week of company in short form: the same crowd, smaller, with the same bars."""

from __future__ import annotations

from bench.soak import company


def test_nobody_is_worn_out_and_nobody_is_left_without_a_word() -> None:
    figures = company.main(["--helpers", "30", "--requests", "180", "--days", "7", "--seed", "7"])
    assert figures["requests"] >= 170
    assert figures["met"] > 0
    assert figures["told_at_half_time"] > 0, "some are not picked up by half time"
    assert figures["not_told_at_half_time"] == 0, "and each of them is told so"
    assert figures["busiest_tenth"] < 2
    assert figures["without_a_word"] == 0
    assert figures["above_one_claim"] == 0
