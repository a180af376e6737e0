"""Rounds of introductions: when they begin, what came of a matching, and whom it left out. One transaction each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, NamedTuple

from bot.context import Delivery, NewRules
from bot.messages import Community, Person
from storage.buddies import buddies, meeting, pairs, proposals
from storage.buddies.buddies import Part, Signup
from storage.buddies.pairs import Length
from storage.company import welcome
from storage.database import sql, walls
from storage.database.instants import instant, seconds
from storage.delivery import deliveries
from storage.members import consents

NOBODY, HELLO = "buddies.nobody", "buddies.hello"

HELLO_WITHIN = timedelta(hours=48)
KEPT = timedelta(days=90)
MET_KEPT = timedelta(days=730)
NEXT_ONE = walls.Kept("buddy_schedules", key="community")
"""By then a meeting weighs nothing in the matching any more."""


LATEST = frozenset({"signed_up", "free", "nobody_fits", "odd"})
"""What a round tells as it was when people were matched last; all else adds up."""


class Schedule(NamedTuple):
    """Every how many weeks a round begins, and when the next one does (None: when moderators say so)."""

    weeks: int
    due: datetime | None


class Round(NamedTuple):
    """One round. ``runs``: how often people were matched in it so far; ``counts``: what came of it."""

    id: int
    community: Community
    number: int
    seed: int
    runs: int
    began: datetime
    ends: datetime
    due: datetime | None
    counts: Mapping[str, int]


class Proposed(NamedTuple):
    """People the matching has brought together: for each what they may be told of the reasons, and for how long."""

    reasons: Mapping[int, str]
    length: Length
    joins: int | None = None
    """The pair that somebody would join, if all three want it."""


# -- when rounds begin ------------------------------------------------------------------------------------------------


def schedule(connection: Connection, community: Community) -> Schedule | None:
    row = connection.execute("SELECT weeks, due FROM buddy_schedules WHERE community = ?", (community.id,)).fetchone()
    return Schedule(row[0], instant(row[1])) if row else None


def set_schedule(connection: Connection, community: Community, weeks: int, due: datetime | None, zone: str) -> None:
    """``zone``: in which the next one begins at a wall time."""
    at = (seconds(due), zone, walls.wall(due, zone)) if due else (None, None, None)
    connection.execute(
        "INSERT OR REPLACE INTO buddy_schedules (community, weeks, due, zone, wall) VALUES (?, ?, ?, ?, ?)",
        (community.id, weeks, *at),
    )


def begin_with_the_first(
    connection: Connection, community: Community, weeks: int, due: datetime, zone: str
) -> Schedule:
    """The first sign-up of a community sets its rounds going. Returns the schedule that holds."""
    if schedule(connection, community) is None:
        set_schedule(connection, community, weeks, due, zone)
    found = schedule(connection, community)
    assert found is not None
    return found


def follow(connection: Connection, rules: NewRules, after: int, zone: str) -> int | None:
    """Rounds begin at their wall times, by new rules. ``zone``: the host's, where none was written down."""
    connection.execute("UPDATE buddy_schedules SET zone = ? WHERE zone IS NULL AND due IS NOT NULL", (zone,))
    _moved, last = walls.portion(connection, NEXT_ONE, rules, after)
    return last


def beginning(connection: Connection, now: datetime) -> list[tuple[Community, Schedule]]:
    """The communities in which a round is to begin now."""
    rows = connection.execute(
        "SELECT communities.id, name, weeks, due FROM buddy_schedules JOIN communities ON communities.id = community"
        " WHERE due <= ?",
        (seconds(now),),
    )
    return [(Community(id_, name), Schedule(weeks, instant(due))) for id_, name, weeks, due in rows]


def begin(
    connection: Connection,
    community: Community,
    was: Schedule,
    following: datetime | None,
    seed: int,
    now: datetime,
    zone: str,
) -> Round | None:
    """A round begins, and the next one is planned, unless the schedule has changed since ``was`` was read."""
    if schedule(connection, community) != was:
        return None
    set_schedule(connection, community, was.weeks, following, zone)
    connection.execute("UPDATE buddy_rounds SET due = NULL WHERE community = ?", (community.id,))
    [number] = connection.execute(
        "SELECT ifnull(max(number), 0) + 1 FROM buddy_rounds WHERE community = ?", (community.id,)
    ).fetchone()
    ends = following or now + timedelta(weeks=was.weeks)
    connection.execute(
        "INSERT INTO buddy_rounds (community, number, seed, began, ends, due) VALUES (?, ?, ?, ?, ?, ?)",
        (community.id, number, seed, seconds(now), seconds(ends), seconds(now)),
    )
    return latest(connection, community)


def begun_ahead(connection: Connection, now: datetime) -> list[tuple[Community, Schedule]]:
    """The communities whose last round was begun by a clock that was ahead."""
    rows = connection.execute(
        "SELECT communities.id, name, weeks, due FROM buddy_schedules JOIN communities ON communities.id = community"
        " WHERE EXISTS (SELECT 1 FROM buddy_rounds WHERE buddy_rounds.community = communities.id AND began > ?)",
        (seconds(now),),
    )
    return [(Community(id_, name), Schedule(weeks, instant(due))) for id_, name, weeks, due in rows]


def put_back(connection: Connection, community: Community, ends: datetime | None, now: datetime) -> None:
    """It began now, and ends when the next one begins."""
    at = {"community": community.id, "now": seconds(now), "ends": seconds(ends) if ends else None}
    connection.execute("UPDATE buddy_schedules SET due = :ends WHERE community = :community", at)
    connection.execute(
        "UPDATE buddy_rounds SET began = :now, ends = ifnull(:ends, ends), due = min(due, :now)"
        " WHERE community = :community AND began > :now",
        at,
    )


_SELECT = (
    "SELECT buddy_rounds.id, communities.id, name, number, seed, runs, began, ends, due, counts"
    " FROM buddy_rounds JOIN communities ON communities.id = community"
)


def _read(row: Sequence[Any]) -> Round:
    id_, community, name, number, seed, runs, began, ends, due, counts = row
    known = json.loads(counts) if counts else {}
    return Round(
        id_, Community(community, name), number, seed, runs, instant(began), instant(ends), instant(due), known
    )


def latest(connection: Connection, community: Community) -> Round | None:
    row = connection.execute(f"{_SELECT} WHERE community = ? ORDER BY number DESC LIMIT 1", (community.id,)).fetchone()
    return _read(row) if row else None


def to_match(connection: Connection, now: datetime) -> list[Round]:
    """The rounds in which people are to be matched now."""
    rows = connection.execute(f"{_SELECT} WHERE due <= ? ORDER BY due", (seconds(now),)).fetchall()
    return [_read(row) for row in rows]


class Staying(NamedTuple):
    """Two who chose to stay together, of whom it may be asked once in a round whether somebody joins them."""

    pair: int
    people: tuple[Signup, ...]
    ends: datetime


def staying_together(connection: Connection, round_: Round, now: datetime) -> list[Staying]:
    rows = connection.execute(
        "SELECT id, ends FROM buddy_pairs WHERE community = ? AND kind = 'buddy' AND state = 'active' AND opened < ?"
        " AND ends >= ? AND NOT EXISTS (SELECT 1 FROM buddy_proposals WHERE joins = buddy_pairs.id AND round = ?)",
        (round_.community.id, seconds(round_.began), seconds(now + pairs.ENOUGH), round_.id),
    ).fetchall()
    found = []
    for row, ends in rows:
        people = [part.person for part in pairs.parts(connection, row)]
        signups = [buddies.get(connection, round_.community, person) for person in people]
        known = tuple(one for one in signups if one is not None)
        if len(people) == len(known) == 2 and meeting.may_meet(connection, round_.community, people, now):
            found.append(Staying(row, known, instant(ends)))
    return found


def met(connection: Connection, community: Community) -> list[tuple[int, int, int]]:
    """Everybody who was brought together here, and in which round last."""
    return connection.execute("SELECT one, other, round FROM buddy_met WHERE community = ?", (community.id,)).fetchall()


def passes(connection: Connection, round_: int) -> list[tuple[int, int]]:
    return connection.execute("SELECT one, other FROM buddy_passes WHERE round = ?", (round_,)).fetchall()


# -- telling ----------------------------------------------------------------------------------------------------------


def settle(
    connection: Connection,
    round_: Round,
    proposed: Sequence[Proposed],
    left_out: Mapping[int, str],
    edits: Mapping[int, int],
    counts: Mapping[str, int],
    now: datetime,
) -> None:
    """A matching has its answer: every proposal and every word about it, or, if it was overtaken, nothing.

    What was true when the matching began is asked again for each match: whoever took their yes back, changed their
    wish or found somebody meanwhile is proposed to nobody, and the others of that match are matched again.
    """
    total = {name: counts[name] if name in LATEST else counts[name] + round_.counts.get(name, 0) for name in counts}
    done = connection.execute(
        "UPDATE buddy_rounds SET runs = runs + 1, due = ?, counts = ? WHERE id = ? AND runs = ? AND due IS NOT NULL",
        (seconds(now + buddies.LOOK_AGAIN), json.dumps(total), round_.id, round_.runs),
    )
    if done.rowcount == 0:
        return
    free = {one.person.id: one for one in meeting.eligible(connection, round_.community, now)}
    staying = {one.pair: one for one in staying_together(connection, round_, now)}
    dropped = False
    for match in proposed:
        people = buddies.of(match.reasons)
        known = free | {one.person.id: one for one in (staying[match.joins].people if match.joins in staying else ())}
        current = all(person.id in known and known[person.id].edits == edits[person.id] for person in people)
        if current and meeting.may_meet(connection, round_.community, people, now):
            parts = [Part(person, "buddy", match.reasons[person.id]) for person in people]
            proposals.propose(
                connection, round_.community, round_.id, "buddy", parts, match.length, now, joins=match.joins
            )
        else:
            dropped = True
    for person, why in left_out.items():
        if person in free:
            _left_out(connection, round_, Person(person), why, now)
    if dropped:
        buddies.look_soon(connection, round_.community, now)


def _left_out(connection: Connection, round_: Round, person: Person, why: str, now: datetime) -> None:
    """Told once in each round, with the reason and, if one is free, a welcomer's name."""
    if not buddies.was_left_out(connection, round_.community, person, round_.number):
        return
    welcomer = welcome.instead(connection, round_.community, person, now)
    args: dict[str, int | str] = {"why": why} | ({"about": welcomer.id} if welcomer else {})
    key, until = f"{NOBODY}:{round_.id}:{person.id}", now + buddies.LOOK_AGAIN
    deliveries.plan(connection, buddies.word(person, NOBODY, key, round_.community, now, until, args))


def say_hello(connection: Connection, community: Community, person: Person, now: datetime) -> bool:
    """Whoever has nobody says hello to the welcomer they were named. False if there is none any more."""
    welcomer = welcome.named(connection, person, community)
    if welcomer is None or not consents.allows(connection, welcomer, welcome.WELCOMER):
        return False
    key = f"{HELLO}:{community.id}:{person.id}:{seconds(now) // int(HELLO_WITHIN.total_seconds())}"
    args, until = {"about": person.id}, now + HELLO_WITHIN
    deliveries.plan(
        connection, Delivery(welcomer, HELLO, key, now, until, welcome.WELCOMER, community, args, capped=True)
    )
    return True


# -- what is kept -----------------------------------------------------------------------------------------------------


def sweep(connection: Connection, now: datetime) -> bool:
    """Rounds 90 days after their end; who met whom after two years."""
    return sql.erase(connection, "buddy_rounds", "ends <= ? AND due IS NULL", seconds(now - KEPT)) or sql.erase(
        connection, "buddy_met", "at <= ?", seconds(now - MET_KEPT)
    )


def export(connection: Connection, person: Person) -> dict[str, Any]:
    [known] = connection.execute("SELECT count(*) FROM buddy_met WHERE one = ?1 OR other = ?1", (person.id,)).fetchone()
    return {"people you were introduced to, so that you meet others next": known} if known else {}


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    """Meetings of one community, or (None) all."""
    here = community.id if community else None
    connection.execute(
        "DELETE FROM buddy_met WHERE ?1 IN (one, other) AND community = ifnull(?2, community)", (person.id, here)
    )
    connection.execute(
        "DELETE FROM buddy_passes WHERE ?1 IN (one, other) AND round IN"
        " (SELECT id FROM buddy_rounds WHERE community = ifnull(?2, community))",
        (person.id, here),
    )
