"""What stands at a wall time: the time and its zone are kept, and the instant is derived, by the rules of now.

Where the rules of a zone have changed, rows are looked at in portions, in the order of their keys, and those whose
instant differs are moved. Looked at once more, nothing differs, so a kill in between does no harm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from sqlite3 import Connection
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.context import NewRules
from storage.database.instants import seconds

PORTION = 200
"""Rows that are looked at in one transaction: others want to write too."""
AGAIN = "+"


class Kept(NamedTuple):
    """Where a table keeps something that stands at a wall time. ``beside``: instants that keep their distance to it.

    ``only`` leaves out, in the schema's words, the rows that wait for nothing any more.
    """

    table: str
    key: str = "id"
    due: str = "due"
    zone: str = "zone"
    wall: str = "wall"
    beside: tuple[str, ...] = ()
    only: str = "TRUE"


class Moved(NamedTuple):
    row: int
    zone: str
    was: int
    due: int


def wall(instant: datetime, zone: str) -> str:
    """What clocks there show at that instant."""
    local = instant.astimezone(ZoneInfo(zone)).replace(microsecond=0)
    return local.replace(tzinfo=None).isoformat(" ") + AGAIN * local.fold


def derived(wall: str, zone: str) -> int:
    """The instant at which they show it: shifted over a gap, the first of two unless the second is meant."""
    local = datetime.fromisoformat(wall.removesuffix(AGAIN))
    return seconds(local.replace(tzinfo=ZoneInfo(zone), fold=int(wall.endswith(AGAIN))).astimezone(UTC))


def portion(connection: Connection, kept: Kept, rules: NewRules, after: int) -> tuple[list[Moved], int | None]:
    """Move what differs among the next rows, and write the wall where none is kept yet. Returns the last key too."""
    rows = connection.execute(
        f"SELECT {kept.key}, {kept.zone}, {kept.wall}, {kept.due} FROM {kept.table} WHERE {kept.key} > ?"
        f" AND {kept.due} IS NOT NULL AND {kept.zone} IN (SELECT value FROM json_each(?)) AND {kept.only}"
        f" ORDER BY {kept.key} LIMIT ?",
        (after, rules.names, PORTION),
    ).fetchall()
    moved = [*_moved(connection, kept, rows)]
    beside = "".join(f", {column} = {column} + :by" for column in kept.beside)
    connection.executemany(
        f"UPDATE {kept.table} SET {kept.due} = :due{beside} WHERE {kept.key} = :row",
        [{"due": one.due, "by": one.due - one.was, "row": one.row} for one in moved],
    )
    return moved, last(row for row, *_rest in rows)


def _moved(connection: Connection, kept: Kept, rows: Collection[tuple[int, str, str | None, int]]) -> Iterator[Moved]:
    for row, zone, known, due in rows:
        if known is None:
            fresh = wall(datetime.fromtimestamp(due, UTC), zone)
            connection.execute(f"UPDATE {kept.table} SET {kept.wall} = ? WHERE {kept.key} = ?", (fresh, row))
        elif (instant := derived(known, zone)) != due:
            yield Moved(row, zone, due, instant)


def last(keys: Iterator[int]) -> int | None:
    """The key to go on after; None where the portion was not full, so that nothing is left."""
    seen = [*keys]
    return seen[-1] if len(seen) == PORTION else None
