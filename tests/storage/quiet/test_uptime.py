"""The hours in which the bot was away: counted for whoever uses that platform, and held against nobody."""

from __future__ import annotations

from datetime import timedelta
from sqlite3 import Connection

import pytest

from bot.messages import Person
from storage.quiet import uptime
from tests.storage.conftest import DAY, HOUR, MINUTE, NOW, SECOND, rows_in

SILENCE = 5 * MINUTE
NEVER = timedelta()


def away(connection: Connection, since: timedelta, until: timedelta, platform: str = "local") -> None:
    """The bot was last there ``since`` after noon, and again ``until`` after noon."""
    uptime.beat(connection, [platform], NOW + since, timedelta.max)
    uptime.beat(connection, [platform], NOW + until, SILENCE)


def down(connection: Connection, person: Person, since: timedelta = NEVER, until: timedelta = DAY) -> timedelta:
    return uptime.down(connection, person, NOW + since, NOW + until)


def test_a_bot_that_was_never_there_was_not_away(connection: Connection, alice: Person) -> None:
    assert uptime.last_beat(connection, "local") is None
    uptime.beat(connection, ["local"], NOW, SILENCE)
    assert down(connection, alice, -DAY) == NEVER
    assert uptime.last_beat(connection, "local") == NOW


def test_a_short_silence_is_none(connection: Connection, alice: Person) -> None:
    away(connection, NEVER, SILENCE)
    assert down(connection, alice) == NEVER
    away(connection, SILENCE, 2 * SILENCE + SECOND)
    assert down(connection, alice) == SILENCE + SECOND


def test_each_platform_has_its_own_hours(connection: Connection, alice: Person) -> None:
    away(connection, NEVER, 3 * HOUR, "far")
    uptime.beat(connection, ["local", "far"], NOW + 4 * HOUR, DAY)
    assert down(connection, alice) == NEVER, "Alice does not use that one"
    assert uptime.last_beat(connection, "local") == uptime.last_beat(connection, "far") == NOW + 4 * HOUR


def test_of_two_platforms_the_longer_absence_counts(connection: Connection, alice: Person) -> None:
    connection.execute("INSERT INTO accounts (platform, platform_id, person, last_seen) VALUES ('far', '9', 1, 0)")
    away(connection, NEVER, 3 * HOUR, "far")
    away(connection, HOUR, 2 * HOUR)
    assert down(connection, alice) == 3 * HOUR


def test_several_absences_add_up(connection: Connection, alice: Person) -> None:
    away(connection, NEVER, HOUR)
    away(connection, 2 * HOUR, 5 * HOUR)
    assert down(connection, alice) == 4 * HOUR


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (NEVER, DAY, 2 * HOUR),
        (2 * HOUR, DAY, HOUR),
        (NEVER, 2 * HOUR, HOUR),
        (90 * MINUTE, 2 * HOUR, 30 * MINUTE),
        (3 * HOUR, DAY, NEVER),
        (NEVER, HOUR, NEVER),
        (4 * HOUR, 3 * HOUR, NEVER),
    ],
)
def test_only_the_part_in_question_counts(
    connection: Connection, alice: Person, since: timedelta, until: timedelta, expected: timedelta
) -> None:
    away(connection, HOUR, 3 * HOUR)
    assert down(connection, alice, since, until) == expected


def test_a_clock_that_goes_back_makes_no_absence(connection: Connection, alice: Person) -> None:
    uptime.beat(connection, ["local"], NOW + HOUR, SILENCE)
    uptime.beat(connection, ["local"], NOW, SILENCE)
    assert rows_in(connection, "outages") == 0


def test_an_absence_is_kept_for_35_days_to_the_second(connection: Connection) -> None:
    away(connection, NEVER, HOUR)
    uptime.sweep(connection, NOW + HOUR + uptime.KEPT - SECOND)
    assert rows_in(connection, "outages") == 1
    uptime.sweep(connection, NOW + HOUR + uptime.KEPT)
    assert rows_in(connection, "outages") == 0
