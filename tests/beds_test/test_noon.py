"""The clock that beds bring: noon at any hour, and then as time goes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.beds import noon


@pytest.mark.parametrize("hour", [time(0, 5), time(8, 55), time(11, 59, 59), time(12), time(20, 58), time(23, 58)])
def test_it_is_the_noon_before(monkeypatch: pytest.MonkeyPatch, hour: time) -> None:
    real = datetime.combine(date(2028, 2, 29), hour, UTC)
    monkeypatch.setattr(noon, "utc_now", lambda: real)
    clock = noon.Noon()
    began = clock()
    assert began.time() == time(12)
    assert timedelta() <= real - began < timedelta(days=1)
    monkeypatch.setattr(noon, "utc_now", lambda: real + timedelta(minutes=9))
    assert clock() == began + timedelta(minutes=9)
