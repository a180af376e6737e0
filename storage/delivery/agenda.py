"""When the database next waits for something: for whoever makes time pass and stops where something happens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Connection

from storage.database.instants import instant, seconds

PLANS = ("due", "next_try")
"""What every table calls the column that says when its row wants to be looked at."""


Plan = tuple[str, str]
"""A table and its column."""


def plans(connection: Connection) -> list[Plan]:
    """Every such column: as long as nobody changes the schema, the same ones."""
    return connection.execute(
        "SELECT tables.name, columns.name"
        " FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns"
        " WHERE tables.type = 'table' AND columns.name IN (?, ?)",
        PLANS,
    ).fetchall()


def next_due(connection: Connection, plans: Iterable[Plan], after: datetime) -> datetime | None:
    """The first instant later than ``after`` that any row names. A row that is settled by then does no harm."""
    first = None
    for table, column in plans:  # names of our own schema, not of anybody outside
        [found] = connection.execute(
            f'SELECT min("{column}") FROM "{table}" WHERE "{column}" > ?', (seconds(after),)
        ).fetchone()
        first = min(filter(None, (first, found)), default=None)
    return instant(first)
