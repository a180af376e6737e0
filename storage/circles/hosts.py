"""Who hosts a circle, who was asked to, and who stands by."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection
from typing import Literal, NamedTuple

from bot.messages import Channel, Person
from storage.database.instants import instant, seconds

Part = Literal["host", "co-host", "stand-in"]


class Host(NamedTuple):
    """Somebody who hosts, or was asked to. ``accepted`` is None until they said yes."""

    person: Person
    part: Part
    asked: datetime | None
    accepted: datetime | None


def add(connection: Connection, circle: int, person: Person, part: Part, now: datetime) -> None:
    """Somebody who is to host or to stand in. Nothing changes for whoever has a part already."""
    connection.execute(
        "INSERT INTO circle_hosts (circle, person, part, position, asked) VALUES (?, ?, ?,"
        " (SELECT count(*) FROM circle_hosts WHERE circle = ?), ?) ON CONFLICT DO NOTHING",
        (circle, person.id, part, circle, None if part == "stand-in" else seconds(now)),
    )


def everybody(connection: Connection, circle: int) -> list[Host]:
    """Everybody with a part: host and co-host first, then stand-ins in their order."""
    rows = connection.execute(
        "SELECT person, part, asked, accepted FROM circle_hosts WHERE circle = ?"
        " ORDER BY part = 'stand-in', part = 'co-host', position",
        (circle,),
    )
    return [Host(Person(person), part, instant(asked), instant(accepted)) for person, part, asked, accepted in rows]


def accepted(connection: Connection, circle: int) -> list[Person]:
    """Those who host now, the host first."""
    return [host.person for host in everybody(connection, circle) if host.part != "stand-in" and host.accepted]


def of(connection: Connection, circle: int, person: Person) -> Host | None:
    return next((host for host in everybody(connection, circle) if host.person == person), None)


def accept(connection: Connection, circle: int, person: Person, now: datetime) -> None:
    connection.execute(
        "UPDATE circle_hosts SET accepted = ?1, enter = ?1, due = NULL"
        " WHERE circle = ?2 AND person = ?3 AND accepted IS NULL",
        (seconds(now), circle, person.id),
    )


def set_part(connection: Connection, circle: int, person: Person, part: Part) -> None:
    connection.execute("UPDATE circle_hosts SET part = ? WHERE circle = ? AND person = ?", (part, circle, person.id))


def remove(connection: Connection, circle: int, person: Person) -> bool:
    done = connection.execute("DELETE FROM circle_hosts WHERE circle = ? AND person = ?", (circle, person.id))
    return done.rowcount > 0


def ask_stand_in(connection: Connection, circle: int, person: Person, now: datetime, until: datetime) -> None:
    """A stand-in is asked to step in, and has until then before the next one is asked too."""
    connection.execute(
        "UPDATE circle_hosts SET asked = ?, due = ? WHERE circle = ? AND person = ?",
        (seconds(now), seconds(until), circle, person.id),
    )


def rest(connection: Connection, circle: int, person: Person, now: datetime) -> None:
    """A host stands by from now on, behind the others; nobody asks them about the place they have just left."""
    connection.execute(
        "UPDATE circle_hosts SET part = 'stand-in', accepted = NULL, enter = NULL, asked = ?3, due = NULL,"
        " position = 1 + (SELECT max(position) FROM circle_hosts WHERE circle = ?1) WHERE circle = ?1 AND person = ?2",
        (circle, person.id, seconds(now)),
    )


def stop_asking(connection: Connection, circle: int) -> None:
    """The place is filled: whoever stands by waits for another time."""
    connection.execute(
        "UPDATE circle_hosts SET asked = NULL, due = NULL WHERE circle = ? AND part = 'stand-in'", (circle,)
    )


def decline(connection: Connection, circle: int, person: Person) -> None:
    """Not this time: a stand-in stays one, and is not asked again for the same place; anybody else has no part."""
    connection.execute(
        "UPDATE circle_hosts SET due = NULL WHERE circle = ? AND person = ? AND part = 'stand-in'", (circle, person.id)
    )
    connection.execute(
        "DELETE FROM circle_hosts WHERE circle = ? AND person = ? AND part <> 'stand-in' AND accepted IS NULL",
        (circle, person.id),
    )


def silent_stand_ins(connection: Connection, now: datetime) -> list[tuple[int, Person]]:
    """(circle, person) of stand-ins who were asked and have not answered in time."""
    rows = connection.execute("SELECT circle, person FROM circle_hosts WHERE due <= ?", (seconds(now),)).fetchall()
    return [(circle, Person(person)) for circle, person in rows]


def to_let_in(connection: Connection, now: datetime, limit: int) -> list[tuple[int, Person, Channel]]:
    """(circle, person, place) of hosts who have to be let into a place that is open."""
    rows = connection.execute(
        "SELECT circle, person, platform, channel, thread FROM circle_hosts JOIN circles ON circles.id = circle"
        " WHERE enter <= ? AND channel IS NOT NULL ORDER BY enter LIMIT ?",
        (seconds(now), limit),
    ).fetchall()
    return [(circle, Person(person), Channel(*place)) for circle, person, *place in rows]


def let_in(connection: Connection, circle: int, person: Person, again: datetime | None) -> None:
    """Done; or (``again``) to be tried once more then."""
    connection.execute(
        "UPDATE circle_hosts SET enter = ? WHERE circle = ? AND person = ?",
        (seconds(again) if again else None, circle, person.id),
    )
