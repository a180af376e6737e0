"""Looks a database file over without changing it: for a host who wants to know whether it is well."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from bot.errors import StorageError
from storage.database import keyed, schema
from storage.delivery import backlog, deliveries
from storage.members import zones
from storage.moderation import cases, lines

LATE = timedelta(hours=1)


class Examined(NamedTuple):
    """What a file that is well says of itself."""

    version: int
    keys: keyed.Use
    deliveries: dict[str, int]
    rules: zones.InUse = zones.InUse("", None)


class Waiting(NamedTuple):
    """What waits for the host: reports only they may see, messages overdue or given up, lines by community and day."""

    reports: int
    overdue: int
    unsent: int
    lines: list[tuple[str, date]]


def waiting(path: Path, now: datetime) -> Waiting:
    """Raises StorageError, for a file of another version too: it is looked at as this version has it."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return Waiting(
                len(cases.waiting_for_host(connection)),
                backlog.left(connection, now - LATE).overdue,
                deliveries.counts(connection).get("dead", 0),
                lines.days(connection),
            )
    except sqlite3.Error as error:
        raise StorageError(f"{path} cannot be read: {error}") from error


def examine(path: Path) -> Examined:
    """Read the whole file. Raises StorageError with a sentence for the host. It may be in use."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            version = schema.check(connection, path)
            deliveries_ = deliveries.counts(connection)
            return Examined(version, keyed.use_in_full(connection), deliveries_, zones.in_use(connection))
    except sqlite3.Error as error:
        raise StorageError(f"{path} cannot be opened: {error}") from error
