"""People who must never be brought together. A block holds both ways, and nobody is told of it.

When the other is forgotten, a keyed hash of each of their accounts stays in their place (``codes``), so that the block
still holds if they come back. Who makes the hashes, and with which key, is not this module's business.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from bot.messages import Person
from storage.database.instants import seconds


def add(connection: Connection, person: Person, other: Person, now: datetime) -> None:
    """``person`` wants never to be brought together with ``other``."""
    connection.execute(
        "INSERT OR IGNORE INTO blocks (person, other, since) VALUES (?, ?, ?)", (person.id, other.id, seconds(now))
    )


def add_unknown(connection: Connection, person: Person, code: bytes, now: datetime) -> None:
    """``person`` wants never to be brought together with an account that has said yes to nothing yet."""
    known = connection.execute("SELECT 1 FROM blocks WHERE person = ? AND code = ?", (person.id, code)).fetchone()
    if known is None:
        connection.execute("INSERT INTO blocks (person, code, since) VALUES (?, ?, ?)", (person.id, code, seconds(now)))


def lift(connection: Connection, person: Person, other: Person) -> bool:
    """Take one's own block back. False if there was none."""
    return connection.execute("DELETE FROM blocks WHERE person = ? AND other = ?", (person.id, other.id)).rowcount > 0


def lift_unknown(connection: Connection, person: Person, code: bytes) -> bool:
    """Take back a block against an account that is not known now. False if there was none."""
    return connection.execute("DELETE FROM blocks WHERE person = ? AND code = ?", (person.id, code)).rowcount > 0


def between(connection: Connection, one: Person, other: Person) -> bool:
    """Does either of them avoid the other?"""
    return (
        connection.execute(
            "SELECT 1 FROM blocks WHERE (person = ? AND other = ?) OR (person = ? AND other = ?)",
            (one.id, other.id, other.id, one.id),
        ).fetchone()
        is not None
    )


def avoided(connection: Connection, person: Person) -> frozenset[int]:
    """Everybody the person must not meet, whoever of the two asked for it: ids of persons."""
    rows = connection.execute(
        "SELECT other FROM blocks WHERE person = ? AND other IS NOT NULL"
        " UNION SELECT person FROM blocks WHERE other = ?",
        (person.id, person.id),
    )
    return frozenset(other for (other,) in rows)


def outlive(connection: Connection, person: Person, codes: Iterable[bytes]) -> None:
    """The person is about to be forgotten: other people's blocks against them hang on keyed hashes from now on."""
    blockers = connection.execute("SELECT person, since FROM blocks WHERE other = ?", (person.id,)).fetchall()
    for code in codes:
        connection.executemany(
            "INSERT INTO blocks (person, code, since) VALUES (?, ?, ?)", [(who, code, since) for who, since in blockers]
        )
    connection.execute("DELETE FROM blocks WHERE other = ?", (person.id,))


def recognise(connection: Connection, person: Person, code: bytes) -> None:
    """An account of the person is known from now on: what others set against its hash holds against the person."""
    connection.execute(
        "INSERT OR IGNORE INTO blocks (person, other, since)"
        " SELECT person, ?, min(since) FROM blocks WHERE code = ? AND person <> ? GROUP BY person",
        (person.id, code, person.id),
    )
    connection.execute("DELETE FROM blocks WHERE code = ?", (code,))


def export(connection: Connection, person: Person) -> dict[str, Any]:
    rows = connection.execute(
        "SELECT ifnull(platform || ': ' || platform_id, 'somebody I was asked to forget')"
        " FROM blocks LEFT JOIN accounts ON accounts.person = other WHERE blocks.person = ? ORDER BY 1",
        (person.id,),
    )
    avoided_ = [who for (who,) in rows]
    return {"people you avoid": avoided_} if avoided_ else {}
