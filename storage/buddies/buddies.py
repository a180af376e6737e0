"""Who would like a buddy in a community, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.context import Delivery
from bot.messages import Community, Person
from storage.database.instants import instant, seconds
from storage.delivery import deliveries

PURPOSE, MENTOR = "buddy", "mentor"

Kind = Literal["buddy", "mentor"]
Role = Literal["buddy", "mentor", "mentee"]

LOOKING, RESTING = "buddies.looking", "buddies.resting"

LOOK_AGAIN = timedelta(hours=48)
UNANSWERED = 3
"""After so many rounds without an answer introductions rest, and the person is told."""


class Part(NamedTuple):
    """Somebody's part in an introduction, and what they may be told of its reasons (the feature's own code)."""

    person: Person
    role: Role
    reasons: str


class Signup(NamedTuple):
    """One person who would like to be introduced. ``choices`` is the feature's own code; ``edits`` grows with each
    change; ``zone`` is the person's. ``left_out_round`` and ``trio_round`` are the last round in which that was so.
    """

    person: Person
    group: int | None
    choices: str
    zone: str
    resting: bool
    edits: int
    unanswered: int
    left_out: int
    left_out_round: int | None
    trio_round: int | None


_COLUMNS = (
    'signups.person, signups."group", choices, zone, resting, edits, unanswered, left_out, left_out_round, trio_round'
)
_SELECT = f"SELECT {_COLUMNS} FROM buddy_signups AS signups JOIN persons ON persons.id = signups.person"


def signups(connection: Connection, condition: str, values: Sequence[Any] | Mapping[str, Any]) -> list[Signup]:
    """Those who signed up and of whom the condition, in the schema's words, is true."""
    rows = connection.execute(f"{_SELECT} WHERE {condition} ORDER BY signups.person", values)
    return [Signup(Person(row[0]), row[1], row[2], row[3], bool(row[4]), *row[5:]) for row in rows]


def sign_up(
    connection: Connection, community: Community, person: Person, group: int | None, choices: str, now: datetime
) -> None:
    """Introduce the person from now on, like this. It also ends a rest."""
    connection.execute(
        'INSERT INTO buddy_signups (community, person, "group", choices, since) VALUES (?, ?, ?, ?, ?)'
        ' ON CONFLICT (person, community) DO UPDATE SET "group" = excluded."group", choices = excluded.choices,'
        " resting = 0, unanswered = 0, edits = edits + 1",
        (community.id, person.id, group, choices, seconds(now)),
    )


def get(connection: Connection, community: Community, person: Person) -> Signup | None:
    found = signups(connection, "community = ? AND signups.person = ?", (community.id, person.id))
    return found[0] if found else None


def has_signed_up(connection: Connection, community: Community, person: Person) -> bool:
    return get(connection, community, person) is not None


def rest(connection: Connection, person: Person, community: Community | None = None) -> bool:
    """Introduce the person to nobody until they come back, in one community or (None) anywhere. False if they rest."""
    done = connection.execute(
        "UPDATE buddy_signups SET resting = 1, edits = edits + 1"
        " WHERE person = ? AND community = ifnull(?, community) AND NOT resting",
        (person.id, community.id if community else None),
    )
    return done.rowcount > 0


def come_back(connection: Connection, community: Community, person: Person) -> bool:
    """Introduce the person again. False if they never signed up."""
    done = connection.execute(
        "UPDATE buddy_signups SET resting = 0, unanswered = 0, edits = edits + 1 WHERE person = ? AND community = ?",
        (person.id, community.id),
    )
    return done.rowcount > 0


def heard(connection: Connection, community: Community, person: Person, *, answered: bool) -> int:
    """The person has answered a round, or has not. Returns how many they have left unanswered since they last did."""
    connection.execute(
        "UPDATE buddy_signups SET unanswered = CASE WHEN ? THEN 0 ELSE unanswered + 1 END"
        " WHERE person = ? AND community = ?",
        (answered, person.id, community.id),
    )
    found = get(connection, community, person)
    return found.unanswered if found else 0


def was_left_out(connection: Connection, community: Community, person: Person, number: int) -> bool:
    """False if they were in this round before."""
    done = connection.execute(
        "UPDATE buddy_signups SET left_out = left_out + 1, left_out_round = ?1"
        " WHERE person = ?2 AND community = ?3 AND left_out_round IS NOT ?1",
        (number, person.id, community.id),
    )
    return done.rowcount > 0


def was_in_trio(connection: Connection, community: Community, person: Person, number: int) -> None:
    connection.execute(
        "UPDATE buddy_signups SET trio_round = ? WHERE person = ? AND community = ?", (number, person.id, community.id)
    )


def signed_up(connection: Connection, community: Community) -> int:
    """How many people would like to be introduced, whether or not they can be now."""
    [count] = connection.execute(
        "SELECT count(*) FROM buddy_signups WHERE community = ? AND NOT resting", (community.id,)
    ).fetchone()
    return int(count)


def somebody_else(connection: Connection, community: Community, person: Person | None) -> bool:
    """Would anybody but this person like to be introduced here?"""
    found = connection.execute(
        "SELECT 1 FROM buddy_signups WHERE community = ? AND NOT resting AND person <> ? LIMIT 1",
        (community.id, person.id if person else 0),
    ).fetchone()
    return found is not None


# -- looking on -------------------------------------------------------------------------------------------------------


def look_soon(connection: Connection, community: Community, now: datetime) -> None:
    """Somebody is free again: match within the hour, if a round is running."""
    connection.execute(
        "UPDATE buddy_rounds SET due = min(due, ?) WHERE community = ? AND due IS NOT NULL",
        (seconds(now), community.id),
    )


def keep_apart(connection: Connection, round_: int, twos: Sequence[tuple[int, int]]) -> None:
    """These two are not asked about each other again in this round."""
    connection.executemany("INSERT OR IGNORE INTO buddy_passes VALUES (?, ?, ?)", [(round_, *two) for two in twos])


def look_on(connection: Connection, community: Community, parts: Sequence[Part], what: str, now: datetime) -> None:
    """Tell these people that I look again, and do so. ``what`` names what came to nothing, once."""
    for person, role, _reasons in parts:
        key, args = f"{LOOKING}:{what}:{person.id}", {"role": role}
        deliveries.plan(connection, word(person, LOOKING, key, community, now, now + LOOK_AGAIN, args, role))
    look_soon(connection, community, now)


def unanswered(connection: Connection, community: Community, person: Person, now: datetime) -> None:
    """Three rounds without an answer: introductions rest, and the person is told, with one tap back."""
    if heard(connection, community, person, answered=False) < UNANSWERED:
        return
    if rest(connection, person, community):
        key = f"{RESTING}:{community.id}:{person.id}:{seconds(now)}"
        deliveries.plan(connection, word(person, RESTING, key, community, now, None))


def word(
    person: Person,
    kind: str,
    key: str,
    community: Community,
    now: datetime,
    expires: datetime | None,
    args: Mapping[str, int | str] | None = None,
    role: Role = "buddy",
    *,
    capped: bool = False,
    unasked: bool = False,
    zone: str = "",
) -> Delivery:
    """A message about introductions, under the yes that goes with the person's part in them."""
    about = (MENTOR if role == "mentor" else PURPOSE, community, args or {})
    return Delivery(person, kind, key, now, expires, *about, capped=capped, unasked=unasked, zone=zone)


# -- what is kept -----------------------------------------------------------------------------------------------------


def communities(connection: Connection, person: Person) -> list[Community]:
    """Where the person has signed up."""
    rows = connection.execute(
        "SELECT communities.id, name FROM buddy_signups JOIN communities ON communities.id = community"
        " WHERE person = ? ORDER BY name, communities.id",
        (person.id,),
    )
    return [Community(*row) for row in rows]


def export(connection: Connection, person: Person) -> dict[str, Any]:
    rows = connection.execute(
        "SELECT name, choices, resting, since FROM buddy_signups JOIN communities ON communities.id = community"
        " WHERE person = ? ORDER BY since",
        (person.id,),
    )
    kept = [
        {"community": name, "choices": choices, "resting": bool(resting), "since": instant(since).isoformat()}
        for name, choices, resting, since in rows
    ]
    return {"your wish for a buddy": kept} if kept else {}


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    connection.execute(
        "DELETE FROM buddy_signups WHERE person = ? AND community = ifnull(?, community)",
        (person.id, community.id if community else None),
    )


def of(people: Iterable[int]) -> list[Person]:
    return [Person(person) for person in people]
