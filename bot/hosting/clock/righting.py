"""Once a clock that was ahead is right: everything that any feature has derived from the time, derived anew."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

from bot.registry import Registry
from storage.database.database import Database


async def derive_anew(database: Database, registry: Registry, now: datetime) -> None:
    """All of it, or nothing. Raises StorageError."""
    works = [cog.derived_anew(now) for cog in registry.cogs]

    def derive(connection: Connection) -> None:
        for work in works:
            work(connection)

    await database.write(derive)
