"""Instants are kept as whole seconds in UTC, whatever clock they were read from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.database.instants import instant, seconds
from tests.storage.conftest import NOW, SECOND


def test_an_instant_comes_back_as_it_was() -> None:
    assert seconds(NOW) == 1772452800
    assert instant(1772452800) == NOW
    assert instant(1772452800).tzinfo is UTC


def test_nothing_stays_nothing_and_the_first_second_is_one() -> None:
    assert instant(None) is None
    assert instant(0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_parts_of_a_second_are_left_out() -> None:
    assert seconds(NOW + timedelta(microseconds=999_999)) == seconds(NOW)
    assert seconds(NOW + SECOND) == seconds(NOW) + 1


def test_the_clock_it_was_read_from_makes_no_difference() -> None:
    berlin = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert seconds(NOW.astimezone(ZoneInfo("Asia/Tokyo"))) == seconds(NOW)
    assert seconds(berlin.replace(fold=1)) - seconds(berlin) == 3600, "the hour that comes twice"
