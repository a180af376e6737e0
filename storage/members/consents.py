"""What each member agreed to: one row per purpose, with the words they saw."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from bot.messages import Person
from storage.database import sql
from storage.database.instants import instant, seconds

VERSIONS: Mapping[str, int] = {"welcomer": 2}
"""Of what a purpose means, 1 where nothing stands here. An older yes no longer counts, and is asked for again.

``tests/data/consents.json`` holds the words of every question: whoever changes what one says raises the version of its
purposes here.
"""

FIRST = "dm"
"""Whatever the bot sends unasked needs this yes as well as the one to its own purpose."""


def version(purpose: str) -> int:
    return VERSIONS.get(purpose, 1)


def give(connection: Connection, person: Person, purposes: Iterable[str], text: str, now: datetime) -> None:
    """Record a yes to ``text`` for each purpose it named."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    for purpose in purposes:
        connection.execute(
            "INSERT OR IGNORE INTO consent_texts (hash, version, text) VALUES (?, ?, ?)",
            (digest, version(purpose), text),
        )
        connection.execute(
            "INSERT OR REPLACE INTO consents (person, purpose, version, text_hash, given) VALUES (?, ?, ?, ?, ?)",
            (person.id, purpose, version(purpose), digest, seconds(now)),
        )


def withdraw(connection: Connection, person: Person, purpose: str) -> bool:
    """Take a yes back. False if there was none."""
    done = connection.execute("DELETE FROM consents WHERE person = ? AND purpose = ?", (person.id, purpose))
    return done.rowcount > 0


def withdraw_all(connection: Connection, person: Person) -> None:
    connection.execute("DELETE FROM consents WHERE person = ?", (person.id,))


def given(connection: Connection, person: Person) -> frozenset[str]:
    """What the person said yes to, in the words that are in use."""
    return frozenset(purpose for purpose, agreed in _versions(connection, person) if agreed == version(purpose))


def outdated(connection: Connection, person: Person) -> frozenset[str]:
    """What the person said yes to in words that have changed since."""
    return frozenset(purpose for purpose, agreed in _versions(connection, person) if agreed != version(purpose))


def allows(connection: Connection, person: Person, purpose: str) -> bool:
    """May a message for this purpose be sent unasked now?"""
    return {purpose, FIRST} <= given(connection, person)


def _versions(connection: Connection, person: Person) -> list[tuple[str, int]]:
    return connection.execute("SELECT purpose, version FROM consents WHERE person = ?", (person.id,)).fetchall()


def sweep(connection: Connection, now: datetime) -> bool:
    """Erase the words of questions that nobody's yes stands under any more."""
    unused = "NOT EXISTS (SELECT 1 FROM consents WHERE text_hash = hash)"
    return sql.erase(connection, "consent_texts", unused)


def export(connection: Connection, person: Person) -> dict[str, Any]:
    rows = connection.execute(
        "SELECT purpose, given, text FROM consents JOIN consent_texts ON hash = text_hash WHERE person = ? ORDER"
        " BY purpose",
        (person.id,),
    )
    return {
        "what you said yes to": [
            {"purpose": purpose, "when": instant(at).isoformat(), "the words you saw": text}
            for purpose, at, text in rows
        ]
    }
