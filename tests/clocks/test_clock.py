"""Says what the clock gives: aware UTC for storing, seconds that only grow for waiting."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from bot.clocks.clock import Clock, monotonic, utc_now


def test_the_time_is_this_moment_and_in_utc() -> None:
    clock: Clock = utc_now
    before = datetime.now(UTC)
    now = clock()
    assert now.tzinfo is UTC
    assert before <= now <= before + timedelta(seconds=5)


def test_waiting_is_measured_in_seconds_that_only_grow() -> None:
    start = monotonic()
    time.sleep(0.01)
    assert 0.01 <= monotonic() - start < 5
