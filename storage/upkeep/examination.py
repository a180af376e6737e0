"""Looks a database file over without changing it: for a host who wants to know whether it is well."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from bot.errors import StorageError
from storage.database import keyed, schema
from storage.delivery import deliveries


class Examined(NamedTuple):
    """What a file that is well says of itself."""

    version: int
    keys: keyed.Use
    deliveries: dict[str, int]


def examine(path: Path) -> Examined:
    """Read the whole file. Raises StorageError with a sentence for the host. It may be in use."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            version = schema.check(connection, path)
            return Examined(version, keyed.use(connection), deliveries.counts(connection))
    except sqlite3.Error as error:
        raise StorageError(f"{path} cannot be opened: {error}") from error
