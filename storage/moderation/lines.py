"""What the help card shows of a community: the lines its people checked, its own number, places nearby, countries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from sqlite3 import Connection
from typing import NamedTuple

from bot.messages import Channel, Community, Person, Place
from storage.database import sql
from storage.database.instants import seconds
from storage.members import consents

Seal = Callable[[int], bytes]
"""Encrypts words for the row with this id."""

Resource = tuple[int, bytes]
"""A place nearby: its id, and its words, encrypted."""


class Facts(NamedTuple):
    """All that the card needs of one community. Small, so that it can be held in memory."""

    confirmed: Mapping[str, date]
    emergency: str
    resources: tuple[Resource, ...]


class Known(NamedTuple):
    """The facts of every community, and which community lives where."""

    facts: Mapping[int, Facts]
    places: Mapping[Place, int]


class Ending(NamedTuple):
    """A line that goes dark on ``check_by``, and where moderators want to hear of it."""

    community: Community
    line: str
    check_by: date
    reports: Channel


def confirm(connection: Connection, community: Community, line: str, check_by: date, now: datetime) -> None:
    """A person of the community checked this line today; it shows until ``check_by``."""
    connection.execute(
        "INSERT OR REPLACE INTO confirmed_lines (community, line, confirmed, check_by) VALUES (?, ?, ?, ?)",
        (community.id, line, seconds(now), check_by.isoformat()),
    )


def days(connection: Connection) -> list[tuple[str, date]]:
    """The day until which each confirmed line shows, with the name of its community; the first comes first."""
    rows = connection.execute(
        "SELECT name, check_by FROM confirmed_lines JOIN communities ON communities.id = community ORDER BY check_by"
    )
    return [(name, date.fromisoformat(day)) for name, day in rows.fetchall()]


def remove(connection: Connection, community: Community, line: str) -> bool:
    """Take a line off the card. False if it was not on it."""
    done = connection.execute("DELETE FROM confirmed_lines WHERE community = ? AND line = ?", (community.id, line))
    return done.rowcount > 0


def confirmed(connection: Connection, community: Community) -> dict[str, date]:
    """Line ids and the days by which they are to be checked again, past days too."""
    rows = connection.execute("SELECT line, check_by FROM confirmed_lines WHERE community = ?", (community.id,))
    return {line: date.fromisoformat(check_by) for line, check_by in rows}


def ending(connection: Connection, day: date) -> list[Ending]:
    """The lines that are to be checked again by this day, of communities that told us where to say so."""
    rows = connection.execute(
        "SELECT id, name, line, check_by, reports_platform, reports_channel FROM confirmed_lines"
        " JOIN communities ON id = confirmed_lines.community JOIN community_settings USING (community)"
        " WHERE check_by = ? AND reports_channel IS NOT NULL ORDER BY id, line",
        (day.isoformat(),),
    )
    return [
        Ending(Community(id_, name), line, date.fromisoformat(check_by), Channel(platform, channel))
        for id_, name, line, check_by, platform, channel in rows
    ]


def known(connection: Connection) -> Known:
    """Everything that Help now can show, of every community."""
    communities = [id_ for (id_,) in connection.execute("SELECT id FROM communities")]
    rows = connection.execute("SELECT platform, platform_id, community FROM places")
    places = {Place(platform, platform_id): community for platform, platform_id, community in rows}
    return Known({id_: facts(connection, Community(id_)) for id_ in communities}, places)


def facts(connection: Connection, community: Community) -> Facts:
    row = connection.execute("SELECT emergency FROM community_settings WHERE community = ?", (community.id,)).fetchone()
    [emergency] = row or ("",)
    return Facts(confirmed(connection, community), emergency, resources(connection, community))


def add_resource(connection: Connection, community: Community, seal: sql.Seal, now: datetime) -> int:
    """A place nearby, its words encrypted for its row."""
    values = {"community": community.id, "created": seconds(now)}
    return sql.insert_sealed(connection, "resources", "words", seal, **values)


def remove_resource(connection: Connection, community: Community, resource: int) -> bool:
    done = connection.execute("DELETE FROM resources WHERE id = ? AND community = ?", (resource, community.id))
    return done.rowcount > 0


def resources(connection: Connection, community: Community) -> tuple[Resource, ...]:
    rows = connection.execute("SELECT id, words FROM resources WHERE community = ? ORDER BY id", (community.id,))
    return tuple(rows.fetchall())


def remember_country(connection: Connection, person: Person, country: str) -> None:
    connection.execute("INSERT OR REPLACE INTO countries (person, country) VALUES (?, ?)", (person.id, country))


def country_of(connection: Connection, person: Person) -> str | None:
    """The country that Help now may open with: the person's yes is to the words in use."""
    return kept_country(connection, person) if "country" in consents.given(connection, person) else None


def kept_country(connection: Connection, person: Person) -> str | None:
    """The country the person asked to be remembered, whatever became of their yes since."""
    row = connection.execute("SELECT country FROM countries WHERE person = ?", (person.id,)).fetchone()
    return row[0] if row else None


def forget_country(connection: Connection, person: Person) -> None:
    sql.forget(connection, person, "countries")
