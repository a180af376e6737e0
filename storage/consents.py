"""What each member agreed to: one row per purpose, with the words they saw."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from bot.messages import Person
from storage.instants import instant, seconds

VERSION = 1
"""Of the meaning of the purposes. A new version is asked for again."""


def give(connection: Connection, person: Person, purposes: Iterable[str], text: str, now: datetime) -> None:
    """Record a yes to ``text`` for each purpose it named."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    connection.execute("INSERT OR IGNORE INTO consent_texts VALUES (?, ?, ?)", (digest, VERSION, text))
    connection.executemany(
        "INSERT OR REPLACE INTO consents VALUES (?, ?, ?, ?, ?)",
        [(person.id, purpose, VERSION, digest, seconds(now)) for purpose in purposes],
    )


def withdraw(connection: Connection, person: Person, purpose: str) -> bool:
    """Take a yes back. False if there was none."""
    done = connection.execute("DELETE FROM consents WHERE person = ? AND purpose = ?", (person.id, purpose))
    return done.rowcount > 0


def given(connection: Connection, person: Person) -> frozenset[str]:
    rows = connection.execute("SELECT purpose FROM consents WHERE person = ? AND version = ?", (person.id, VERSION))
    return frozenset(purpose for (purpose,) in rows)


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
