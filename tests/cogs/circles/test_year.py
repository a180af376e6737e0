"""Weeks of circles on a virtual clock, over the change of the clocks; `scripts/soak circles` runs 400 days."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.engines.circles_year import EVENTS, WRONG, trial

MARCH, OCTOBER = datetime(2026, 3, 20, 12, tzinfo=UTC), datetime(2026, 10, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(("begin", "seed"), [(MARCH, 1), (OCTOBER, 2)], ids=["March", "October"])
async def test_each_reminder_once_to_exactly_those_who_asked_at_the_right_minute(
    tmp_path: Path, begin: datetime, seed: int
) -> None:
    found = await trial(begin, 20, seed, tmp_path / "world")
    assert found["expected"] > 50, "the model expects something"
    assert {name: found[name] for name in WRONG if found[name]} == {}
    assert sum(found[event] for event in EVENTS) > 5, "things did happen"
