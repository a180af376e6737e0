"""Whether anything hangs on the keys: texts, hashes, and messages on their way; and which keys those were."""

from __future__ import annotations

from sqlite3 import Connection

import pytest

from bot.context import Delivery
from bot.messages import (
    Member,
    Person,
)
from storage.database import keyed, platforms
from storage.database.keyed import Use
from storage.delivery import deliveries
from storage.members import blocks, linking
from storage.personal import people
from tests.storage.conftest import NOW


def plan(connection: Connection, person: Person, body: bytes | None = None) -> int:
    row = deliveries.plan(connection, Delivery(person, "notes.note", "note", NOW, body=body))
    assert row is not None
    return row


def test_people_and_places_alone_need_no_key(connection: Connection, alice: Person, bob: Person) -> None:
    blocks.add(connection, alice, bob, NOW)
    plan(connection, alice)
    assert keyed.use(connection) == Use(False, None)


@pytest.mark.parametrize("what", ["a text", "a hash", "a body", "an empty text"])
def test_whatever_is_encrypted_or_hashed_needs_the_keys(connection: Connection, alice: Person, what: str) -> None:
    match what:
        case "a text":
            people.add(connection, alice, lambda _row: b"sealed")
        case "a hash":
            linking.show(connection, Member("local", "alice"), None, b"c" * 32, NOW)
        case "a body":
            plan(connection, alice, b"sealed")
        case "an empty text":
            people.add(connection, alice, lambda _row: b"")
    assert keyed.use(connection).in_use


def test_every_table_is_looked_at(connection: Connection, alice: Person) -> None:
    connection.execute("CREATE TABLE later (id INTEGER PRIMARY KEY, said BLOB) STRICT")
    connection.execute("INSERT INTO later VALUES (1, NULL)")
    assert not keyed.use(connection).in_use
    connection.execute("INSERT INTO later VALUES (2, x'00')")
    assert keyed.use(connection).in_use


def test_once_it_is_gone_the_keys_are_free(connection: Connection, alice: Person) -> None:
    row = people.add(connection, alice, lambda _row: b"sealed")
    assert row is not None
    people.remove(connection, alice, row)
    assert not keyed.use(connection).in_use


@pytest.mark.parametrize(("state", "in_use"), [("pending", False), ("sending", True), ("sent", False)])
def test_only_a_message_on_its_way_hangs_on_the_keys(
    connection: Connection, alice: Person, state: str, in_use: bool
) -> None:
    row = plan(connection, alice)
    connection.execute("UPDATE deliveries SET state = ? WHERE id = ?", (state, row))
    assert keyed.use(connection).in_use is in_use


def test_the_mark_is_the_last_one_and_no_value_of_an_adapter(connection: Connection) -> None:
    platforms.set_state(connection, "local", "keys", "no mark")
    platforms.set_state(connection, "kith", "place", "no mark")
    assert keyed.use(connection).mark is None
    for mark in ("first", "second"):
        keyed.set_mark(connection, mark)
    assert keyed.use(connection) == Use(False, "second")
    assert platforms.state(connection, "local", "keys") == "no mark"
