"""Every encrypted text is found by the schema, offered under all its names, and put under the newest key once."""

from __future__ import annotations

from collections.abc import Sequence
from sqlite3 import Connection

import pytest

from bot.keys.crypto import Keyring
from bot.messages import Person
from storage.database import sealed
from storage.database.sealed import Column, Row
from storage.members import conversations
from storage.personal import people
from tests.storage.conftest import NOW, rows_in

OLD, NEW = b"\x01\x00\x01", b"\x01\x00\x02"
PEOPLE = Column("people_map", "entry")


def text(header: bytes, length: int = sealed.SHORTEST) -> bytes:
    return header.ljust(length, b"x")


def keep(connection: Connection, person: Person, *entries: bytes) -> list[int]:
    rows = []
    for entry in entries:
        row = people.add(connection, person, lambda _row: b"")
        assert row is not None
        people.change(connection, person, row, entry)
        rows.append(row)
    return rows


def again(blob: bytes, _table: str, _column: str, _names: Sequence[Row]) -> bytes:
    return NEW + blob[3:]


def headers(connection: Connection) -> list[bytes]:
    return [bytes(entry[:3]) for (entry,) in connection.execute("SELECT entry FROM people_map ORDER BY id")]


# -- which columns -----------------------------------------------------------------------------------------------------


def test_every_blob_is_a_text_but_for_hashes(connection: Connection) -> None:
    connection.execute("CREATE TABLE later (id INTEGER PRIMARY KEY, said BLOB, code BLOB, title TEXT) STRICT")
    found = sealed.columns(connection)
    assert Column("later", "said") in found
    assert {PEOPLE, Column("deliveries", "body"), Column("offers", "payload")} <= set(found)
    assert not {place for place in found if place.column in {"code", "chat", "who"}}
    assert {place.column for place in found if place.table == "later"} == {"said"}
    assert found == sorted(set(found)), "each once, in an order"


def test_a_text_of_nothing_is_as_long_as_the_shortest() -> None:
    assert len(Keyring.new().encrypt("", "people_map", "entry", 1)) == sealed.SHORTEST


# -- how many ----------------------------------------------------------------------------------------------------------


def test_only_texts_under_other_keys_are_counted(connection: Connection, alice: Person, bob: Person) -> None:
    assert sealed.count(connection, PEOPLE, NEW) == 0
    keep(connection, alice, text(OLD), text(NEW))
    keep(connection, bob, text(OLD))
    assert sealed.count(connection, PEOPLE, NEW) == 2
    assert sealed.count(connection, PEOPLE, OLD) == 1


def test_what_is_too_short_to_be_a_text_is_let_be(connection: Connection, alice: Person) -> None:
    keep(connection, alice, text(OLD, sealed.SHORTEST - 1), text(OLD), b"")
    assert sealed.count(connection, PEOPLE, NEW) == 1
    assert sealed.reseal(connection, PEOPLE, NEW, again, 9) == 1
    assert headers(connection) == [OLD, NEW, b""]


def test_where_nothing_was_said_there_is_no_text(connection: Connection, alice: Person) -> None:
    connection.execute(
        "INSERT INTO offers (person, actions, created, expires) VALUES (?, '[]', ?, ?)",
        (alice.id, NOW.timestamp(), NOW.timestamp()),
    )
    place = Column("offers", "payload")
    assert sealed.count(connection, place, NEW) == sealed.reseal(connection, place, NEW, again, 9) == 0


# -- under the newest key ----------------------------------------------------------------------------------------------


def test_a_few_at_a_time_until_none_is_left(connection: Connection, alice: Person) -> None:
    keep(connection, alice, *[text(OLD)] * 3, text(NEW), text(OLD))
    assert [sealed.reseal(connection, PEOPLE, NEW, again, 2) for _time in range(4)] == [2, 2, 0, 0]
    assert headers(connection) == [NEW] * 5
    assert sealed.count(connection, PEOPLE, NEW) == 0


def test_each_text_stays_in_its_own_row(connection: Connection, alice: Person, bob: Person) -> None:
    rows = keep(connection, alice, text(OLD + b"one"), text(OLD + b"two")) + keep(connection, bob, text(OLD + b"three"))
    sealed.reseal(connection, PEOPLE, NEW, again, 9)
    assert connection.execute("SELECT id, person, entry FROM people_map ORDER BY id").fetchall() == [
        (rows[0], alice.id, text(NEW + b"one")),
        (rows[1], alice.id, text(NEW + b"two")),
        (rows[2], bob.id, text(NEW + b"three")),
    ]


def test_a_row_is_named_by_its_key_first_then_by_whatever_else_is_in_it(
    connection: Connection, alice: Person, bob: Person
) -> None:
    asked: list[tuple[str, str, list[Row]]] = []

    def note(blob: bytes, table: str, column: str, names: Sequence[Row]) -> bytes:
        asked.append((table, column, list(names)))
        return again(blob, table, column, names)

    [row] = keep(connection, bob, text(OLD))
    sealed.reseal(connection, PEOPLE, NEW, note, 9)
    assert asked == [("people_map", "entry", [row, str(row), bob.id, str(bob.id), text(OLD).hex()])]


def test_a_row_may_be_known_by_a_hash(connection: Connection) -> None:
    named: list[Sequence[Row]] = []

    def note(blob: bytes, table: str, column: str, names: Sequence[Row]) -> bytes:
        named.append(names)
        return again(blob, table, column, names)

    for chat in (b"\xaa" * 32, b"\xbb" * 32):
        conversations.remember(connection, chat, b"who", text(OLD), NOW, NOW + conversations.LONGEST)
    assert sealed.reseal(connection, Column("conversations", "state"), NEW, note, 9) == 2
    assert sorted(str(names[0]) for names in named) == ["aa" * 32, "bb" * 32]
    assert connection.execute("SELECT DISTINCT substr(state, 1, 3) FROM conversations").fetchall() == [(NEW,)]


def test_a_row_with_a_key_of_two_parts_is_the_only_one_that_changes(connection: Connection) -> None:
    connection.execute(
        'CREATE TABLE later (said BLOB, "to" INTEGER, "from" INTEGER, PRIMARY KEY ("from", "to")) STRICT'
    )
    connection.executemany(
        "INSERT INTO later VALUES (?, ?, ?)", [(text(OLD), 1, 7), (text(NEW + b"kept"), 2, 7), (text(OLD), 1, 8)]
    )
    place = Column("later", "said")
    named: list[Sequence[Row]] = []

    def note(blob: bytes, table: str, column: str, names: Sequence[Row]) -> bytes:
        named.append(names[:4])
        return again(blob, table, column, names)

    assert sealed.reseal(connection, place, NEW, note, 9) == 2
    assert sorted(named, key=str) == [[7, "7", 1, "1"], [8, "8", 1, "1"]]
    assert connection.execute('SELECT said FROM later ORDER BY "from", "to"').fetchall() == [
        (text(NEW),),
        (text(NEW + b"kept"),),
        (text(NEW),),
    ]


def test_a_text_that_cannot_be_opened_stops_it(connection: Connection, alice: Person) -> None:
    keep(connection, alice, text(OLD))

    def fail(_blob: bytes, _table: str, _column: str, _names: Sequence[Row]) -> bytes:
        raise ValueError("no key")

    with pytest.raises(ValueError, match="no key"):
        sealed.reseal(connection, PEOPLE, NEW, fail, 9)
    assert headers(connection) == [OLD]
    assert rows_in(connection, "people_map") == 1


def test_real_texts_come_back_as_they_were(connection: Connection, alice: Person) -> None:
    old = Keyring.new()
    new = old.with_new_key()
    row = people.add(connection, alice, lambda number: old.encrypt("My sister", *PEOPLE, number))
    assert row is not None
    header = new.encrypt("", *PEOPLE, row)[:3]

    def newest(blob: bytes, table: str, column: str, names: Sequence[Row]) -> bytes:
        return new.reencrypt(blob, table, column, names[0])

    sealed.reseal(connection, PEOPLE, header, newest, 9)
    [entry] = people.of_person(connection, alice)
    assert new.without_old_keys().decrypt(entry.entry, *PEOPLE, row) == "My sister"
