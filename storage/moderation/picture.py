"""Totals for moderators, counted so that two looks never tell anything about one person.

A figure is shown only of at least 10 people, with at least 5 on either side, rounded. Once shown it stays as it is
until at least 5 more or fewer people are counted: so any two figures ever shown are at least five people apart, and
subtracting them says nothing about one (cells of 1 to 5 are risky: UK anonymisation code of practice, a source of
product.md 7). When the shown figure was too few, it is the same: it stays until 5 more are counted.
"""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection
from typing import NamedTuple

from bot.messages import Community
from storage.database.instants import instant, seconds

FEWEST = 10
"""People counted, for a figure to be shown at all."""
CELL = 5
"""People on either side of a figure, and people between two figures that are shown."""
STEP = 5
"""What numbers and percentages are rounded to."""


class Count(NamedTuple):
    """So many of so many people, exactly as counted. Never shown."""

    part: int
    whole: int


class Figure(NamedTuple):
    """What may be shown: about ``part`` of about ``whole``. None: too few to show safely."""

    part: int
    whole: int


def show(counted: Count) -> Figure | None:
    """A count as it may be shown."""
    rest = counted.whole - counted.part
    if counted.whole < FEWEST or counted.part < CELL or rest < CELL:
        return None
    share = _rounded(100 * counted.part / counted.whole)
    whole = _rounded(counted.whole)
    return Figure(_rounded(whole * share / 100), whole)


def _rounded(value: float) -> int:
    return STEP * round(value / STEP)


def settle(shown: Count | None, counted: Count) -> Count:
    """Which count the figure stands on from now: the old one, until the new one is far enough away."""
    if shown is not None and abs(counted.whole - shown.whole) < CELL:
        return shown
    return counted


def snapshot(
    connection: Connection, community: Community, measure: str, counted: Count, now: datetime
) -> tuple[Figure | None, datetime]:
    """The figure to show for a measure, and since when it stands."""
    row = connection.execute(
        "SELECT part, whole, counted FROM figures WHERE community = ? AND measure = ?", (community.id, measure)
    ).fetchone()
    shown = Count(row[0], row[1]) if row else None
    standing = settle(shown, counted)
    if row and standing == shown:
        return show(standing), instant(row[2])
    connection.execute(
        "INSERT OR REPLACE INTO figures (community, measure, part, whole, counted) VALUES (?, ?, ?, ?, ?)",
        (community.id, measure, standing.part, standing.whole, seconds(now)),
    )
    return show(standing), instant(seconds(now))


def shown(connection: Connection, community: Community, measure: str) -> tuple[Figure | None, datetime] | None:
    """The figure of the last snapshot, without counting. None before the first."""
    row = connection.execute(
        "SELECT part, whole, counted FROM figures WHERE community = ? AND measure = ?", (community.id, measure)
    ).fetchone()
    return (show(Count(row[0], row[1])), instant(row[2])) if row else None


def paused(connection: Connection, community: Community, now: datetime) -> Count:
    """Members who are on a pause they chose, of those who let me keep something."""
    whole, part = connection.execute(
        "SELECT count(*), count(paused_at) FROM memberships JOIN persons ON persons.id = person"
        " WHERE community = ? AND left_at IS NULL",
        (community.id,),
    ).fetchone()
    return Count(part, whole)


def communities(connection: Connection) -> list[Community]:
    """Every community, for the weekly count."""
    return [Community(*row) for row in connection.execute("SELECT id, name FROM communities ORDER BY id")]


def undelivered(connection: Connection, community: Community) -> int:
    """Messages of this community that could not be sent and that nobody has read since. A number, not whose."""
    [count] = connection.execute(
        "SELECT count(*) FROM deliveries WHERE community = ? AND state IN ('dead', 'unknown', 'inbox')",
        (community.id,),
    ).fetchone()
    return int(count)
