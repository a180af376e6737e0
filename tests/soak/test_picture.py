"""The short form of `scripts/soak picture`."""

from __future__ import annotations

from bench.soak import picture


def test_a_hundred_pairs_of_communities_one_member_apart_read_the_same() -> None:
    found = picture.main(["--pairs", "100"])
    assert (found["pairs"], found["differ"], found["beyond"]) == (100, 0, 0)
    assert min(found["figures"], found["refused"]) > 50, "there was something to compare"
