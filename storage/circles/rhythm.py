"""The hour of a circle's dates: each keeps the wall time it was set to, in the circle's zone, through new rules."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

from storage.circles import dates
from storage.circles.dates import Gathering
from storage.database import walls
from storage.database.instants import instant, seconds


def meeting(connection: Connection, after: int) -> list[tuple[int, str]]:
    """The next circles that meet, in the order of their rows, each with its rule."""
    return connection.execute(
        "SELECT id, recurrence FROM circles WHERE id > ? AND state = 'published' ORDER BY id LIMIT ?",
        (after, walls.PORTION),
    ).fetchall()


def grow(connection: Connection, circle: int) -> None:
    """The dates that are not open yet are others than before, for calendars that know them."""
    connection.execute("UPDATE circles SET version = version + 1 WHERE id = ?", (circle,))


def version(connection: Connection, circle: int) -> int:
    """Of the dates that its rhythm brings and that are not open yet."""
    [found] = connection.execute("SELECT version FROM circles WHERE id = ?", (circle,)).fetchone()
    return int(found)


def derived(connection: Connection, gathering: Gathering, zone: str) -> datetime:
    """When it starts by the rules of now. Where no wall time is kept yet, that of now is."""
    [kept] = connection.execute("SELECT wall FROM gatherings WHERE id = ?", (gathering.id,)).fetchone()
    if kept is None:
        fresh = walls.wall(gathering.starts, zone)
        connection.execute("UPDATE gatherings SET wall = ? WHERE id = ?", (fresh, gathering.id))
        return gathering.starts
    return instant(walls.derived(kept, zone))


def follow(
    connection: Connection, gathering: Gathering, starts: datetime, due: datetime | None, now: datetime
) -> Gathering:
    """It starts at another instant, and nothing else is different: what was done about it stays done."""
    ends = starts + (gathering.ends - gathering.starts)
    connection.execute(
        "UPDATE gatherings SET starts = ?, ends = ?, version = version + 1, due = ?, shown_due = ? WHERE id = ?",
        (seconds(starts), seconds(ends), seconds(due) if due else None, seconds(now), gathering.id),
    )
    found = dates.get(connection, gathering.id)
    assert found is not None
    return found
