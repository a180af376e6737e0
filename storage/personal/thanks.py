"""Given and received, for the member's own view; and thanks, from one member to another, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.context import Delivery
from bot.messages import Community, Person
from storage.database import sql
from storage.database.instants import instant, seconds
from storage.delivery import deliveries
from storage.members import blocks, consents
from storage.moderation import holds

SAID = "thanks.said"
PURPOSE = "thanks"
A_DAY = 3
"""Thanks one member may send in 24 hours (product.md 3.8)."""
KEPT = timedelta(days=90)
DRAFT_KEPT = timedelta(hours=24)
MONTH = timedelta(days=30)

What = Literal["listened", "helped", "hosted", "thanked", "received"]


class Thanks(NamedTuple):
    """``words`` are encrypted. ``sent`` is None while only the writer has seen them."""

    id: int
    community: Community
    person: Person
    to: Person
    words: bytes
    sent: datetime | None


# -- given and received -----------------------------------------------------------------------------------------------


def note(connection: Connection, person: Person, what: What, now: datetime) -> None:
    connection.execute(
        "INSERT INTO given_received (person, what, at) VALUES (?, ?, ?)", (person.id, what, seconds(now))
    )


def balance(connection: Connection, person: Person, now: datetime) -> tuple[int, int]:
    """How often the person noted giving and receiving in the last month. Said in words only, never as numbers."""
    given, received = connection.execute(
        "SELECT count(*) FILTER (WHERE what <> 'received'), count(*) FILTER (WHERE what = 'received')"
        " FROM given_received WHERE person = ? AND at > ?",
        (person.id, seconds(now - MONTH)),
    ).fetchone()
    return int(given), int(received)


# -- thanks -----------------------------------------------------------------------------------------------------------


def may_thank(connection: Connection, community: Community, person: Person, to: Person, now: datetime) -> bool:
    """Is the other in this community, accepting thanks, and neither avoiding the other?"""
    there = connection.execute(
        "SELECT 1 FROM memberships WHERE community = ? AND person = ? AND left_at IS NULL", (community.id, to.id)
    ).fetchone()
    return (
        there is not None
        and person != to
        and consents.allows(connection, to, PURPOSE)
        and not blocks.between(connection, person, to)
        and holds.obstacle(connection, community, person, now) in (None, "new")
    )


def draft(
    connection: Connection,
    community: Community,
    person: Person,
    to: Person,
    seal: sql.Seal,
    now: datetime,
) -> int:
    """Keep the words until the writer has seen who would read them. To the writer: they reach nobody."""
    connection.execute("DELETE FROM thanks WHERE person = ? AND sent IS NULL", (person.id,))
    values = {"community": community.id, "person": person.id, "to": to.id, "created": seconds(now)}
    return sql.insert_sealed(connection, "thanks", "words", seal, **values)


def drop(connection: Connection, person: Person, row: int) -> None:
    connection.execute("DELETE FROM thanks WHERE id = ? AND person = ? AND sent IS NULL", (row, person.id))


def sent_today(connection: Connection, person: Person, now: datetime) -> int:
    """Whether they arrived or not: the number tells nobody who takes thanks."""
    [count] = connection.execute(
        "SELECT count(*) FROM given_received WHERE person = ? AND what = 'thanked' AND at > ?",
        (person.id, seconds(now - timedelta(days=1))),
    ).fetchone()
    return int(count)


def send(connection: Connection, person: Person, row: int, now: datetime) -> Literal["sent", "gone", "enough"]:
    """The words go to the other, privately, if they may; else they are deleted, and the writer is told the same."""
    one = get(connection, row)
    if one is None or one.person != person or one.sent is not None:
        return "gone"
    if sent_today(connection, person, now) >= A_DAY:
        return "enough"
    note(connection, person, "thanked", now)
    if not may_thank(connection, one.community, person, one.to, now):
        drop(connection, person, row)
        return "sent"
    connection.execute("UPDATE thanks SET sent = ? WHERE id = ?", (seconds(now), row))
    said = Delivery(
        one.to, SAID, f"{SAID}:{row}", now, None, PURPOSE, one.community, {"thanks": row, "about": person.id}
    )
    deliveries.plan(connection, said)
    return "sent"


def get(connection: Connection, row: int) -> Thanks | None:
    found = connection.execute(f"{_SELECT} WHERE thanks.id = ?", (row,)).fetchone()
    return _thanks(found) if found else None


def received(connection: Connection, person: Person, limit: int = sql.ALL) -> list[Thanks]:
    """What others thanked the person for, the newest first."""
    rows = connection.execute(
        f'{_SELECT} WHERE "to" = ? AND sent IS NOT NULL ORDER BY sent DESC, thanks.id DESC LIMIT ?', (person.id, limit)
    )
    return [_thanks(row) for row in rows]


_SELECT = (
    'SELECT thanks.id, community, name, person, "to", words, sent FROM thanks'
    " JOIN communities ON communities.id = community"
)


def _thanks(row: tuple[Any, ...]) -> Thanks:
    id_, community, name, person, to, words, sent = row
    return Thanks(id_, Community(community, name), Person(person), Person(to), words, instant(sent))


# -- what is kept -----------------------------------------------------------------------------------------------------


def sweep(connection: Connection, now: datetime) -> bool:
    old = "sent <= ? OR (sent IS NULL AND created <= ?)"
    return sql.erase(connection, "given_received", "at <= ?", seconds(now - KEPT)) or sql.erase(
        connection, "thanks", old, seconds(now - KEPT), seconds(now - DRAFT_KEPT)
    )


def export(connection: Connection, person: Person, words: Callable[[Thanks], str]) -> dict[str, Any]:
    noted = connection.execute("SELECT what, at FROM given_received WHERE person = ? ORDER BY at", (person.id,))
    rows = connection.execute(f'{_SELECT} WHERE person = ? OR ("to" = ? AND sent IS NOT NULL)', (person.id, person.id))
    said = [
        {"thanks": "you wrote" if one.person == person else "you received", "words": words(one)}
        for one in map(_thanks, rows)
    ]
    kept = [{"what": what, "when": instant(at).isoformat()} for what, at in noted]
    return {**({"given and received": kept} if kept else {}), **({"thanks": said} if said else {})}


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    """Thanks belong to their community; what was noted is the person's own."""
    connection.execute(
        'DELETE FROM thanks WHERE (person = :person OR "to" = :person) AND community = ifnull(:community, community)',
        {"person": person.id, "community": community.id if community else None},
    )
    if community is None:
        sql.forget(connection, person, "given_received")
