"""Holds every kind of message that expires to its word: whatever a test plans of it has an end."""

from __future__ import annotations

import json
from sqlite3 import Connection

from cogs import COGS

EXPIRING = sorted(
    marks["name"]
    for cog in COGS
    for method in vars(cog).values()
    if (marks := getattr(method, "cog_message", None)) is not None and marks["late"] == "expires"
)


def without_end(connection: Connection) -> list[str]:
    """Kinds that promise to expire (``@message(late="expires")``) and were planned without saying when."""
    rows = connection.execute(
        "SELECT DISTINCT kind FROM deliveries WHERE expires IS NULL AND kind IN (SELECT value FROM json_each(?))",
        (json.dumps(EXPIRING),),
    )
    return [kind for (kind,) in rows]
