"""The short form of `scripts/soak quiet`."""

from __future__ import annotations

from bench.soak import quiet


def test_some_more_lives_break_no_promise() -> None:
    figures = quiet.main(["--lives", "100"])
    assert figures["broken"] == 0
    assert figures["told"] > 20
    assert figures["asked"] > figures["told"] / 3
