"""What only the program reads of a person and no feature shows: counted for `my-data`, by the table it stands in."""

from __future__ import annotations

from sqlite3 import Connection
from typing import Any

from bot.messages import Person

TABLES = (
    ("buddy_marks", "person"),
    ("buddy_questions", "first"),
    ("circle_turns", "person"),
    ("hello_offers", "person"),
    ("membership_checks", "person"),
    ("notebooks", "person"),
    ("offers", "person"),
    ("people_openings", "person"),
    ("practices", "first"),
    ("practices", "second"),
    ("quieted", "first"),
    ("quieted", "second"),
    ("trained_hosts", "person"),
    ("welcomes", "welcomer"),
)
"""Table and column. Whoever avoids, passes on or reports somebody is never shown to them, and so not counted here."""


def export(connection: Connection, person: Person) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for table, column in TABLES:
        [rows] = connection.execute(f'SELECT count(*) FROM {table} WHERE "{column}" = ?', (person.id,)).fetchone()
        if rows:
            counts[table] = counts.get(table, 0) + rows
    return {"rows that only I read, by their table on the privacy page": counts} if counts else {}
