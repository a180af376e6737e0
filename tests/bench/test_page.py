"""The short form of `scripts/bench page`: open members cost little, and the page stays small."""

from __future__ import annotations

import pytest

from bench import page


@pytest.mark.sockets
def test_open_members_cost_little() -> None:
    found = page.main(["--members", "25", "--presses", "5", "--without-browser"])
    assert found["memory_ratio"] < 1.5
    assert found["page_bytes"] < 100_000
    assert found["told_ms"] > 0
