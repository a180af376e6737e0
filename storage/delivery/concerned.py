"""Who hears of a change: the one place that decides it, whatever it is that changed.

Everybody named here hears of it once. Whoever made the change (``by``) reads it in the answer to what they pressed: as
somebody who hosts they are left out, for a seat of their own they are not. ``but`` have heard of it another way.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from sqlite3 import Connection
from typing import NamedTuple

from bot.messages import Person
from storage.database.instants import seconds

HOST, EVENTS = "host", "events"


class Hearer(NamedTuple):
    """``purpose``: the yes that what they hear belongs to. ``hosts``: they hold it now, and do not only stand by."""

    person: Person
    purpose: str
    hosts: bool = False

    @property
    def leads(self) -> bool:
        return self.purpose == HOST


def of_date(
    connection: Connection, gathering: int, but: Container[Person] = (), by: Person | None = None
) -> list[Hearer]:
    """One date: who hosts or stands by, and whoever comes to it, may come, waits, or was offered a seat."""
    [circle] = connection.execute("SELECT circle FROM gatherings WHERE id = ?", (gathering,)).fetchone()
    come = connection.execute(
        "SELECT person FROM circle_answers WHERE gathering = ? AND answer <> 'cant' ORDER BY id", (gathering,)
    ).fetchall()
    return _hearers(_leading(connection, circle, by), [person for (person,) in come], but)


def of_circle(connection: Connection, circle: int, now: datetime, by: Person | None = None) -> list[Hearer]:
    """The circle as a whole: who hosts or stands by, who belongs to it, whoever answered a date that is not over."""
    rows = connection.execute(
        "SELECT person FROM circle_members WHERE circle = ?1 UNION SELECT person FROM circle_answers"
        " JOIN gatherings ON gatherings.id = gathering WHERE circle = ?1 AND ends > ?2 AND answer <> 'cant'"
        " ORDER BY person",
        (circle, seconds(now)),
    ).fetchall()
    return _hearers(_leading(connection, circle, by), [person for (person,) in rows])


def leading(connection: Connection, circle: int, by: Person | None = None) -> list[Hearer]:
    """What only those hear who host or stand by."""
    return _hearers(_leading(connection, circle, by), [])


def of_draft(connection: Connection, circle: int, by: Person) -> list[Person]:
    """What was never published: who holds it with ``by`` or was asked to. Whoever would stand by has not heard."""
    rows = connection.execute(
        "SELECT person FROM circle_hosts WHERE circle = ? AND part <> 'stand-in' AND person <> ? ORDER BY position",
        (circle, by.id),
    )
    return [Person(person) for (person,) in rows.fetchall()]


def of_pair(connection: Connection, pair: int, by: Person | None = None) -> list[Person]:
    """Everybody who is in the pair and has not left it, but ``by``."""
    rows = connection.execute(
        "SELECT person FROM buddy_members WHERE pair = ? AND gone IS NULL ORDER BY person", (pair,)
    )
    return [person for (one,) in rows.fetchall() if (person := Person(one)) != by]


def of_request(connection: Connection, request: int) -> list[tuple[int, str]]:
    """A request for company: (what they were asked, where they stand) of all who said "I can", or were chosen."""
    rows = connection.execute(
        "SELECT id, state FROM company_asks WHERE request = ? AND state IN ('can', 'chosen') ORDER BY id", (request,)
    )
    return rows.fetchall()


def _leading(connection: Connection, circle: int, by: Person | None) -> list[tuple[int, bool]]:
    """(person, hosts now) of everybody who said yes to hosting it, or stands by."""
    rows = connection.execute(
        "SELECT person, part <> 'stand-in' FROM circle_hosts WHERE circle = ?"
        " AND (accepted IS NOT NULL OR part = 'stand-in') AND person IS NOT ? ORDER BY part = 'stand-in', position",
        (circle, by.id if by else None),
    )
    return [(person, bool(hosts)) for person, hosts in rows.fetchall()]


def _hearers(leading_: list[tuple[int, bool]], others: list[int], but: Container[Person] = ()) -> list[Hearer]:
    """Each once: whoever hosts and comes too hears of it as somebody who hosts."""
    first = {person for person, _hosts in leading_}
    found = [Hearer(Person(person), HOST, hosts) for person, hosts in leading_]
    found += [Hearer(Person(person), EVENTS) for person in others if person not in first]
    return [hearer for hearer in found if hearer.person not in but]
