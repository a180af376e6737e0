"""What adapters keep: each event is new once on its platform, and a small value outlives the process."""

from __future__ import annotations

from sqlite3 import Connection

from storage.database import platforms
from tests.storage.conftest import HOSTILE, NOW, SECOND, rows_in


def test_an_event_is_new_once_on_each_platform(connection: Connection) -> None:
    assert not platforms.is_known(connection, "local", HOSTILE)
    assert platforms.first_time(connection, "local", HOSTILE, NOW)
    assert not platforms.first_time(connection, "local", HOSTILE, NOW)
    assert platforms.is_known(connection, "local", HOSTILE)
    assert platforms.first_time(connection, "far", HOSTILE, NOW)


def test_an_event_is_known_for_a_week_to_the_second(connection: Connection) -> None:
    platforms.first_time(connection, "local", "1", NOW)
    platforms.sweep(connection, NOW + platforms.KEPT - SECOND)
    assert platforms.is_known(connection, "local", "1")
    platforms.sweep(connection, NOW + platforms.KEPT)
    assert rows_in(connection, "events") == 0


def test_a_repeated_event_wins_no_time(connection: Connection) -> None:
    platforms.first_time(connection, "local", "1", NOW)
    platforms.first_time(connection, "local", "1", NOW + platforms.KEPT - SECOND)
    platforms.sweep(connection, NOW + platforms.KEPT)
    assert not platforms.is_known(connection, "local", "1")


def test_a_value_is_that_of_one_platform_and_one_name(connection: Connection) -> None:
    assert platforms.state(connection, "local", "place") is None
    platforms.set_state(connection, "local", "place", "1")
    platforms.set_state(connection, "local", "place", HOSTILE)
    platforms.set_state(connection, "far", "place", "2")
    platforms.set_state(connection, "local", "other", "3")
    assert platforms.state(connection, "local", "place") == HOSTILE
    assert platforms.state(connection, "far", "place") == "2"
