"""Circles and who hosts them. What is published has its accepted hosts: the schema itself refuses anything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from sqlite3 import Connection, IntegrityError
from typing import Any, Literal, NamedTuple

from bot.messages import Channel, Community, Person
from storage.circles import hosts
from storage.database import sql
from storage.database.instants import seconds

Kind = Literal["circle", "story", "skill", "hosts", "social", "cowork", "service", "alumni", "notice"]
State = Literal["draft", "wanted", "published", "paused", "archived"]
Words = Literal["title", "about", "spot"]
TWO_HOSTS: frozenset[Kind] = frozenset({"circle", "story", "skill", "hosts"})
"""Where people open up: not without a host and a co-host."""

CHANGEABLE = frozenset({"kind", "recurrence", "minutes", "seats", "personal", "listening", "dry", "joining", "group"})
"""The columns that a host decides about."""


class Circle(NamedTuple):
    """A circle as its row stands. ``title``, ``about`` and ``spot`` are encrypted; ``channel`` is its own place."""

    id: int
    community: Community
    kind: Kind
    state: State
    title: bytes
    about: bytes | None
    spot: bytes | None
    recurrence: str
    minutes: int
    seats: int
    personal: str
    listening: bool
    dry: bool
    platform: str
    channel: Channel | None
    joining: Literal["open", "ask"] = "open"
    group: int | None = None


_CIRCLE = (
    "SELECT circles.id, communities.id, communities.name, kind, state, title, about, spot, recurrence, minutes, seats,"
    ' personal, listening, dry, platform, channel, thread, joining, "group"'
    " FROM circles JOIN communities ON communities.id = circles.community"
)


def create(
    connection: Connection,
    community: Community,
    host: Person,
    kind: Kind,
    seal: sql.Seal,
    recurrence: str,
    minutes: int,
    seats: int,
    platform: str,
    now: datetime,
) -> int:
    """A draft with its host, who has accepted by making it. Returns its id."""
    decided = {"recurrence": recurrence, "minutes": minutes, "seats": seats, "platform": platform}
    values = {"community": community.id, "kind": kind, "state": "draft", "created": seconds(now), **decided}
    row = sql.insert_sealed(connection, "circles", "title", seal, **values)
    hosts.add(connection, row, host, "host", now)
    hosts.accept(connection, row, host, now)
    return row


def get(connection: Connection, circle: int) -> Circle | None:
    """The circle, whoever asks: for the bot's own work. What members ask for goes through ``seen_by``."""
    return next(_find(connection, "WHERE circles.id = ?", circle), None)


def seen_by(connection: Connection, circle: int, community: Community) -> Circle | None:
    """The circle, if it is one of this community."""
    found = get(connection, circle)
    return found if found and found.community == community else None


def published(connection: Connection, community: Community) -> list[Circle]:
    found = "WHERE circles.community = ? AND state = 'published' ORDER BY circles.id"
    return [*_find(connection, found, community.id)]


def of_community(connection: Connection, community: Community) -> list[Circle]:
    """All that moderators see: everything that was ever published and is not archived."""
    found = "WHERE circles.community = ? AND state IN ('published', 'paused') ORDER BY circles.id"
    return [*_find(connection, found, community.id)]


def hosted_by(connection: Connection, person: Person) -> list[Circle]:
    """What this person hosts or prepares, the newest first."""
    hosted = "JOIN circle_hosts ON circle = circles.id AND person = ? AND accepted IS NOT NULL"
    return [*_find(connection, f"{hosted} WHERE state <> 'archived' ORDER BY circles.id DESC", person.id)]


def parts_of(connection: Connection, person: Person) -> list[Circle]:
    """Every circle the person has a part in, asked or accepted, that is not archived."""
    part = "JOIN circle_hosts ON circle = circles.id AND person = ? WHERE state <> 'archived'"
    return [*_find(connection, part, person.id)]


def in_channel(connection: Connection, channel: Channel) -> Circle | None:
    """The circle whose own place this is."""
    there = "WHERE platform = ? AND channel = ? AND thread IS ? AND state = 'published'"
    return next(_find(connection, there, channel.platform, channel.id, channel.thread), None)


def without_place(connection: Connection) -> list[Circle]:
    """Published circles whose own place has not been opened yet: all of them, so that none waits behind another."""
    without = "WHERE state = 'published' AND kind <> 'notice' AND channel IS NULL ORDER BY circles.id"
    return [*_find(connection, without)]


def lose_place(connection: Connection, channel: Channel, now: datetime) -> list[int]:
    """This place is no more: the circles that met there have none, and everybody has to be let into the next one."""
    rows = connection.execute(
        "UPDATE circles SET channel = NULL, thread = NULL WHERE platform = ? AND channel = ? AND thread IS ?"
        " RETURNING id",
        (channel.platform, channel.id, channel.thread),
    ).fetchall()
    for (circle,) in rows:
        at = (seconds(now), circle)
        connection.execute("UPDATE circle_members SET inside = 0, due = ? WHERE circle = ?", at)
        connection.execute("UPDATE circle_hosts SET enter = ? WHERE circle = ? AND accepted IS NOT NULL", at)
    return [circle for (circle,) in rows]


def try_again(connection: Connection, community: Community, now: datetime) -> None:
    """What a platform refused it does again: who waits to be let in or taken out, dates its calendar does not show."""
    at = (seconds(now), community.id)
    here = "circle IN (SELECT id FROM circles WHERE community = ?2)"
    connection.execute(f"UPDATE circle_members SET due = ?1 WHERE inside = 0 AND due > ?1 AND {here}", at)
    connection.execute(f"UPDATE circle_hosts SET enter = ?1 WHERE enter > ?1 AND {here}", at)
    connection.execute(
        "UPDATE circle_exits SET due = ?1 WHERE due > ?1 AND EXISTS (SELECT 1 FROM circles WHERE community = ?2"
        " AND (circles.platform, circles.channel) = (circle_exits.platform, circle_exits.channel)"
        " AND circles.thread IS circle_exits.thread)",
        at,
    )
    connection.execute(
        f"UPDATE gatherings SET shown_due = ?1 WHERE shown IS NULL AND state = 'planned' AND starts > ?1 AND {here}", at
    )


def in_place(connection: Connection, channel: Channel) -> list[int]:
    """The circles that meet there."""
    rows = connection.execute(
        "SELECT id FROM circles WHERE platform = ? AND channel = ? AND thread IS ?",
        (channel.platform, channel.id, channel.thread),
    )
    return [circle for (circle,) in rows]


def set_channel(connection: Connection, circle: int, channel: Channel | None) -> None:
    connection.execute(
        "UPDATE circles SET channel = ?, thread = ? WHERE id = ?",
        (channel.id if channel else None, channel.thread if channel else None, circle),
    )


def change(connection: Connection, circle: int, columns: Mapping[str, Any]) -> None:
    """Change some of what the host decides: how often, for how many, how personal, for whom ..."""
    assert columns.keys() <= CHANGEABLE
    settings = ", ".join(f'"{column}" = ?' for column in columns)
    connection.execute(f"UPDATE circles SET {settings} WHERE id = ?", (*columns.values(), circle))


def write_words(connection: Connection, circle: int, column: Words, words: bytes | None) -> None:
    assert column in ("title", "about", "spot")
    connection.execute(f"UPDATE circles SET {column} = ? WHERE id = ?", (words, circle))


def publish(connection: Connection, circle: int) -> bool:
    """Let members see it. False where its hosts have not all accepted: the schema refuses it."""
    try:
        connection.execute("UPDATE circles SET state = 'published' WHERE id = ?", (circle,))
    except IntegrityError:
        return False
    return True


def set_state(connection: Connection, circle: int, state: Literal["draft", "wanted", "paused", "archived"]) -> None:
    connection.execute("UPDATE circles SET state = ?, due = NULL WHERE id = ?", (state, circle))


def delete(connection: Connection, circle: int) -> None:
    connection.execute("DELETE FROM circles WHERE id = ?", (circle,))


# -- who would like to know -------------------------------------------------------------------------------------------


def wish(connection: Connection, community: Community, person: Person, now: datetime) -> None:
    """Tell this person when a circle starts."""
    connection.execute(
        "INSERT OR IGNORE INTO circle_wishes (community, person, since) VALUES (?, ?, ?)",
        (community.id, person.id, seconds(now)),
    )


def wishes(connection: Connection, person: Person) -> bool:
    """Does the person wait for a circle to start, anywhere?"""
    return connection.execute("SELECT 1 FROM circle_wishes WHERE person = ?", (person.id,)).fetchone() is not None


def take_wishes(connection: Connection, community: Community) -> list[Person]:
    """Those who wanted to know, once."""
    rows = connection.execute(
        "DELETE FROM circle_wishes WHERE community = ? RETURNING person", (community.id,)
    ).fetchall()
    return [Person(person) for (person,) in rows]


def _find(connection: Connection, condition: str, *values: object) -> Iterator[Circle]:
    return map(_read, connection.execute(f"{_CIRCLE} {condition}", values))


def _read(row: tuple[Any, ...]) -> Circle:
    (id_, community, name, kind, state, title, about, spot, recurrence, minutes, seats, personal, listening, dry,
     platform, channel, thread, joining, group) = row  # fmt: skip
    place = Channel(platform, channel, thread) if channel is not None else None
    words = (title, about, spot, recurrence, minutes, seats, personal, bool(listening), bool(dry), platform)
    return Circle(id_, Community(community, name), kind, state, *words, place, joining, group)
