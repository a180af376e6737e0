"""Totals for moderators, counted so that two looks never tell anything about one person.

A figure is shown only of at least 10 people, with at least 5 on either side, rounded. Once shown it stays as it is
until at least 5 more or fewer people are counted: so any two figures ever shown are at least five people apart, and
subtracting them says nothing about one (cells of 1 to 5 are risky: UK anonymisation code of practice, a source of
product.md 7). When the shown figure was too few, it is the same: it stays until 5 more are counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import NamedTuple

from bot.messages import Community
from storage.database.instants import instant, seconds

FEWEST = 10
"""People counted, for a figure to be shown at all."""
CELL = 5
"""People on either side of a figure, and people between two figures that are shown."""
MONTH = timedelta(days=28)
STEP = 5
"""What numbers and percentages are rounded to."""


class Count(NamedTuple):
    """So many of so many people, exactly as counted. Never shown."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Figure:
    """What may be shown: about ``part`` of about ``whole``. None: too few to show safely."""

    part: int
    whole: int
    share: int = field(default=0, compare=False)
    """Of a hundred."""


def show(counted: Count) -> Figure | None:
    """A count as it may be shown."""
    rest = counted.whole - counted.part
    if counted.whole < FEWEST or counted.part < CELL or rest < CELL:
        return None
    share = rounded(100 * counted.part / counted.whole)
    whole = rounded(counted.whole)
    return Figure(rounded(whole * share / 100), whole, share)


def whether(counted: Count) -> Figure | None:
    """Whether it is anybody, of at least ten: for what I owe everybody, which says nothing of what they answered."""
    return Figure(min(counted.part, 1), rounded(counted.whole)) if counted.whole >= FEWEST else None


def beside(part: Count | None, counted: Count | None) -> Figure | None:
    """What stands beside a part of the same people, where it, the part and the rest are all large enough to show."""
    if part is None or counted is None or counted.whole != part.whole:
        return None
    shown, second = show(part), show(counted)
    rest = part.whole - part.part - counted.part
    if shown is None or second is None or rest < CELL or shown.part + second.part > shown.whole:
        return None
    return second


def rounded(value: float) -> int:
    """As every number is said."""
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


def stayed(connection: Connection, community: Community, now: datetime) -> Count:
    """M12: members with something on, of those who began one to two months ago and are still known."""
    part, _paused, whole = _began(connection, community, now)
    return Count(part, whole)


def resting(connection: Connection, community: Community, now: datetime) -> int:
    """Of the same, those on a pause they chose."""
    _part, on_a_pause, _whole = _began(connection, community, now)
    return on_a_pause


def _began(connection: Connection, community: Community, now: datetime) -> tuple[int, int, int]:
    """(something on, on a pause, all) of those who came 28 to 56 days ago. Who left is among them, as long as known."""
    rows = connection.execute(
        "SELECT left_at IS NOT NULL, paused_at IS NOT NULL, EXISTS (SELECT 1 FROM consents"
        " WHERE consents.person = memberships.person AND purpose <> 'core') FROM memberships"
        " JOIN persons ON persons.id = person WHERE community = ? AND since > ? AND since <= ?",
        (community.id, seconds(now - 2 * MONTH), seconds(now - MONTH)),
    ).fetchall()
    on = sum(on and not gone and not paused for gone, paused, on in rows)
    return on, sum(paused and not gone for gone, paused, _on in rows), len(rows)


def people(connection: Connection, community: Community, _now: datetime) -> Count:
    """Everybody here who lets me keep something: what decides whether totals are shown at all."""
    [found] = connection.execute(
        "SELECT count(*) FROM memberships WHERE community = ? AND left_at IS NULL", (community.id,)
    ).fetchone()
    return Count(found, found)


def counted(connection: Connection, community: Community, measure: str) -> Count | None:
    """The count that the last snapshot of a measure stands on. Nobody is shown it."""
    row = connection.execute(
        "SELECT part, whole FROM figures WHERE community = ? AND measure = ?", (community.id, measure)
    ).fetchone()
    return Count(*row) if row else None


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
