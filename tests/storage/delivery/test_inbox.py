"""What could not be delivered: it waits for its reader alone, is read once, and goes with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any

import pytest

from bot.context import Delivery
from bot.messages import (
    Community,
    Person,
)
from storage.delivery import deliveries, inbox
from tests.storage.conftest import DAY, HOUR, NOW, SECOND


def laid(connection: Connection, to: Person, key: str, **what: Any) -> int:
    """A message that was laid into the inbox, with words on their way in it."""
    row = deliveries.plan(connection, Delivery(to=to, kind="notes.note", key=key, due=NOW, body=b"sealed", **what))
    assert row is not None
    deliveries.settle(connection, row, "inbox", NOW, reason="cannot be reached")
    return row


def keys(connection: Connection, person: Person, now: datetime = NOW) -> list[str]:
    return [delivery.key for delivery in inbox.waiting(connection, person, now)]


def test_the_oldest_stands_first_and_nobody_sees_anothers(connection: Connection, alice: Person, bob: Person) -> None:
    for key in ("first", "second"):
        laid(connection, alice, key)
    laid(connection, bob, "bobs")
    assert keys(connection, alice) == ["first", "second"]
    assert keys(connection, bob) == ["bobs"]


@pytest.mark.parametrize(("later", "there"), [(HOUR - SECOND, ["with an end"]), (HOUR, []), (DAY, [])])
def test_what_has_ended_is_not_worth_reading(
    connection: Connection, alice: Person, later: timedelta, there: list[str]
) -> None:
    laid(connection, alice, "with an end", expires=NOW + HOUR)
    assert keys(connection, alice, NOW + later) == there
    assert inbox.news(connection, alice, NOW + later) == len(there)


def test_it_is_mentioned_once_and_again_when_more_comes(connection: Connection, alice: Person, bob: Person) -> None:
    assert inbox.news(connection, alice, NOW) == 0
    laid(connection, alice, "first")
    assert inbox.news(connection, alice, NOW) == 1
    inbox.tell(connection, bob, NOW)
    assert inbox.news(connection, alice, NOW) == 1, "what somebody else was told is no news to her"
    inbox.tell(connection, alice, NOW)
    assert inbox.news(connection, alice, NOW) == 0
    laid(connection, alice, "second")
    assert inbox.news(connection, alice, NOW) == 2


def test_once_read_its_words_are_erased(connection: Connection, alice: Person) -> None:
    row = laid(connection, alice, "first")
    inbox.read(connection, alice, row, NOW + HOUR)
    assert keys(connection, alice) == []
    [kept] = connection.execute("SELECT state, body FROM deliveries").fetchall()
    assert kept == ("sent", None)


def test_nobody_reads_anothers_away(connection: Connection, alice: Person, bob: Person) -> None:
    row = laid(connection, alice, "first")
    inbox.read(connection, bob, row, NOW)
    assert keys(connection, alice) == ["first"]


def test_it_is_in_my_data_by_its_time_without_its_words(connection: Connection, alice: Person, bob: Person) -> None:
    laid(connection, alice, "first")
    assert inbox.export(connection, alice) == {"messages I couldn't deliver, by when they were due": [NOW.isoformat()]}
    assert inbox.export(connection, bob) == {}


def test_leaving_one_community_takes_what_waits_from_there_alone(
    connection: Connection, alice: Person, bob: Person, porch: Community, garden: Community
) -> None:
    for community in (porch, garden, None):
        laid(connection, alice, f"from {community.name if community else 'nowhere'}", community=community)
    laid(connection, bob, "bobs", community=porch)
    inbox.forget(connection, alice, porch)
    assert keys(connection, alice) == ["from The Garden", "from nowhere"]
    inbox.forget(connection, alice, None)
    assert keys(connection, alice) == []
    assert keys(connection, bob) == ["bobs"]
