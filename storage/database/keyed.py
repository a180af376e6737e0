"""What in the database hangs on the installation's keys: whether anything does, and on which keys."""

from __future__ import annotations

from sqlite3 import Connection
from typing import NamedTuple

from storage.database import platforms

NAME = ("kith", "keys")
"""Where the mark of the keys is kept, among the other small values that outlive the process."""


class Use(NamedTuple):
    """Whether anything hangs on the keys, and the mark of those the database was last opened with."""

    in_use: bool
    mark: str | None


def use(connection: Connection) -> Use:
    return Use(_is_in_use(connection), platforms.state(connection, *NAME))


def set_mark(connection: Connection, mark: str) -> None:
    platforms.set_state(connection, *NAME, mark)


def _is_in_use(connection: Connection) -> bool:
    """Is anything encrypted or hashed with the keys? All of that is in columns of type BLOB, in whatever table."""
    columns = connection.execute(
        "SELECT tables.name, columns.name"
        " FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns"
        " WHERE tables.type = 'table' AND columns.type = 'BLOB'"
    ).fetchall()
    for table, column in columns:  # names of our own schema, not of anybody outside
        if connection.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" IS NOT NULL LIMIT 1').fetchone():
            return True
    # The nonce of a message on its way is a keyed hash too, though no column holds it.
    return connection.execute("SELECT 1 FROM deliveries WHERE state = 'sending' LIMIT 1").fetchone() is not None
