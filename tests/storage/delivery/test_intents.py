"""A private place is asked for under one key: what was tried and what came of it is there for the next attempt."""

from __future__ import annotations

from sqlite3 import Connection

from bot.messages import Channel
from storage.delivery import intents
from storage.delivery.intents import Intent
from tests.storage.conftest import HOSTILE, HOUR, NOW, rows_in

ROOM = Channel("local", "room", None)
THREAD = Channel("local", "room", "7")


def intent(connection: Connection, key: str) -> Intent:
    return intents.begin(connection, key, "local", NOW)


def test_at_first_nothing_was_tried_and_nothing_is_there(connection: Connection) -> None:
    assert intent(connection, "pair:1") == Intent(None, None)
    assert connection.execute("SELECT key, platform, created FROM intents").fetchall() == [
        ("pair:1", "local", NOW.timestamp())
    ]


def test_beginning_again_forgets_nothing(connection: Connection) -> None:
    intent(connection, "pair:1")
    intents.attempt(connection, "pair:1", NOW + HOUR)
    assert intents.begin(connection, "pair:1", "local", NOW + 2 * HOUR) == Intent(NOW + HOUR, None)
    intents.opened(connection, "pair:1", THREAD)
    assert intents.begin(connection, "pair:1", "local", NOW + 2 * HOUR) == Intent(NOW + HOUR, THREAD)
    assert connection.execute("SELECT created FROM intents").fetchall() == [(NOW.timestamp(),)]


def test_the_last_attempt_counts(connection: Connection) -> None:
    intent(connection, "pair:1")
    for hours in (1, 2):
        intents.attempt(connection, "pair:1", NOW + hours * HOUR)
    assert intent(connection, "pair:1").tried == NOW + 2 * HOUR


def test_each_key_has_a_place_of_its_own(connection: Connection) -> None:
    for key in ("pair:1", "pair:2", HOSTILE):
        intent(connection, key)
    intents.attempt(connection, "pair:1", NOW)
    intents.opened(connection, "pair:1", ROOM)
    assert intent(connection, "pair:1") == Intent(NOW, ROOM)
    assert intent(connection, "pair:2") == intent(connection, HOSTILE) == Intent(None, None)


def test_without_an_intent_nothing_is_kept(connection: Connection) -> None:
    intents.attempt(connection, "pair:1", NOW)
    intents.opened(connection, "pair:1", ROOM)
    assert rows_in(connection, "intents") == 0


def test_a_place_that_is_no_more_is_asked_for_anew(connection: Connection) -> None:
    intent(connection, "pair:1")
    intents.attempt(connection, "pair:1", NOW)
    intents.opened(connection, "pair:1", ROOM)
    intents.closed(connection, ROOM)
    assert rows_in(connection, "intents") == 0
    assert intent(connection, "pair:1") == Intent(None, None)


def test_closing_one_place_leaves_every_other(connection: Connection) -> None:
    far, elsewhere = Channel("far", "room", None), Channel("local", "other", None)
    for number, (platform, place) in enumerate(
        [("local", ROOM), ("local", THREAD), ("far", far), ("local", elsewhere), ("local", None)]
    ):
        intents.begin(connection, f"pair:{number}", platform, NOW)
        if place is not None:
            intents.opened(connection, f"pair:{number}", place)
    intents.closed(connection, ROOM)
    assert connection.execute("SELECT key FROM intents ORDER BY key").fetchall() == [
        (f"pair:{number}",) for number in (1, 2, 3, 4)
    ]
    intents.closed(connection, THREAD)
    intents.closed(connection, far)
    assert connection.execute("SELECT key FROM intents ORDER BY key").fetchall() == [("pair:3",), ("pair:4",)]
