"""Rounds of introductions: when they begin, who is proposed to whom, and what each answered. One transaction each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.messages import Community, Person
from storage import buddies, deliveries, pairs
from storage.buddies import Kind, Part, Role
from storage.instants import instant, seconds
from storage.pairs import Length

PROPOSAL, NOBODY = "buddies.proposal", "buddies.nobody"

ANSWER_WITHIN = timedelta(hours=48)
KEPT = timedelta(days=90)
MET_KEPT = timedelta(days=730)
"""By then a meeting weighs nothing in the matching any more."""


class Schedule(NamedTuple):
    """Every how many weeks a round begins, and when the next one does (None: when moderators say so)."""

    weeks: int
    due: datetime | None


class Round(NamedTuple):
    """One round. ``runs``: how often people were matched in it so far; ``counts``: what came of the first time."""

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


# -- when rounds begin ------------------------------------------------------------------------------------------------


def schedule(connection: Connection, community: Community) -> Schedule | None:
    row = connection.execute("SELECT weeks, due FROM buddy_schedules WHERE community = ?", (community.id,)).fetchone()
    return Schedule(row[0], instant(row[1])) if row else None


def set_schedule(connection: Connection, community: Community, weeks: int, due: datetime | None) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO buddy_schedules VALUES (?, ?, ?)",
        (community.id, weeks, seconds(due) if due else None),
    )


def begin_with_the_first(connection: Connection, community: Community, weeks: int, due: datetime) -> Schedule:
    """The first sign-up of a community sets its rounds going. Returns the schedule that holds."""
    connection.execute("INSERT OR IGNORE INTO buddy_schedules VALUES (?, ?, ?)", (community.id, weeks, seconds(due)))
    found = schedule(connection, community)
    assert found is not None
    return found


def beginning(connection: Connection, now: datetime) -> list[tuple[Community, Schedule]]:
    """The communities in which a round is to begin now."""
    rows = connection.execute(
        "SELECT communities.id, name, weeks, due FROM buddy_schedules JOIN communities ON communities.id = community"
        " WHERE due <= ?",
        (seconds(now),),
    )
    return [(Community(id_, name), Schedule(weeks, instant(due))) for id_, name, weeks, due in rows]


def begin(
    connection: Connection, community: Community, was: Schedule, following: datetime | None, seed: int, now: datetime
) -> Round | None:
    """A round begins, and the next one is planned, unless the schedule has changed since ``was`` was read."""
    if schedule(connection, community) != was:
        return None
    set_schedule(connection, community, was.weeks, following)
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
    left_out: Sequence[int],
    edits: Mapping[int, int],
    counts: Mapping[str, int],
    now: datetime,
) -> None:
    """A matching has its answer: every proposal and every word about it, or, if it was overtaken, nothing.

    What was true when the matching began is asked again for each match: whoever took their yes back, changed their
    wish or found somebody meanwhile is proposed to nobody, and the others of that match are matched again.
    """
    done = connection.execute(
        "UPDATE buddy_rounds SET runs = runs + 1, due = ?, counts = ifnull(counts, ?) WHERE id = ? AND runs = ?"
        " AND due IS NOT NULL",
        (seconds(now + buddies.LOOK_AGAIN), json.dumps(dict(counts)), round_.id, round_.runs),
    )
    if done.rowcount == 0:
        return
    free = {one.person.id: one for one in buddies.eligible(connection, round_.community, now)}
    dropped = False
    for match in proposed:
        people = buddies.of(match.reasons)
        current = all(person.id in free and free[person.id].edits == edits[person.id] for person in people)
        if current and buddies.may_meet(connection, round_.community, people, now):
            parts = [Part(person, "buddy", match.reasons[person.id]) for person in people]
            propose(connection, round_.community, round_.id, "buddy", parts, match.length, now)
        else:
            dropped = True
    for person in left_out:
        if person in free:
            _left_out(connection, round_, Person(person), now)
    if dropped:
        buddies.look_soon(connection, round_.community, now)


def _left_out(connection: Connection, round_: Round, person: Person, now: datetime) -> None:
    """Told once in each round."""
    buddies.was_left_out(connection, round_.community, person, round_.number)
    key = f"{NOBODY}:{round_.id}:{person.id}"
    deliveries.plan(connection, buddies.word(person, NOBODY, key, round_.community, now, now + buddies.LOOK_AGAIN))


def propose(
    connection: Connection,
    community: Community,
    round_: int | None,
    kind: Kind,
    parts: Sequence[Part],
    length: Length,
    now: datetime,
    *,
    willing: Person | None = None,
) -> int:
    """Ask these people whether they want to be introduced; none of them sees a name. ``willing`` has said yes."""
    due = now + ANSWER_WITHIN
    row = connection.execute(
        "INSERT INTO buddy_proposals (community, round, kind, state, days, ends, made, due)"
        " VALUES (?, ?, ?, 'open', ?, ?, ?, ?)",
        (
            *(community.id, round_, kind, length.days, seconds(length.until) if length.until else None),
            *(seconds(now), seconds(due)),
        ),
    ).lastrowid
    assert row is not None
    for person, role, reasons in parts:
        connection.execute(
            "INSERT INTO buddy_answers (proposal, person, role, reasons, answer) VALUES (?, ?, ?, ?, ?)",
            (row, person.id, role, reasons, "yes" if person == willing else None),
        )
        if person != willing:
            key, args = f"{PROPOSAL}:{row}:{person.id}", {"proposal": row}
            word = buddies.word(person, PROPOSAL, key, community, now, due, args, role, capped=True)
            deliveries.plan(connection, word)
    return row


class Proposal(NamedTuple):
    """A proposal as one of those asked sees it: what they may know of the reasons, and whether it is still open."""

    id: int
    community: Community
    kind: Kind
    role: Role
    reasons: str
    answer: Literal["yes", "pass"] | None
    open: bool


def proposal(connection: Connection, row: int, person: Person) -> Proposal | None:
    found = connection.execute(
        "SELECT buddy_proposals.id, communities.id, name, kind, role, reasons, answer, state"
        " FROM buddy_proposals JOIN buddy_answers ON proposal = buddy_proposals.id"
        " JOIN communities ON communities.id = community WHERE buddy_proposals.id = ? AND person = ?",
        (row, person.id),
    ).fetchone()
    if found is None:
        return None
    id_, community, name, kind, role, reasons, answer, state = found
    return Proposal(id_, Community(community, name), kind, role, reasons, answer, state == "open")


def open_proposal(connection: Connection, community: Community, person: Person) -> Proposal | None:
    """What the person is being asked in this community now."""
    found = connection.execute(
        "SELECT buddy_proposals.id FROM buddy_proposals JOIN buddy_answers ON proposal = buddy_proposals.id"
        " WHERE community = ? AND person = ? AND state = 'open' ORDER BY buddy_proposals.id DESC LIMIT 1",
        (community.id, person.id),
    ).fetchone()
    return proposal(connection, found[0], person) if found else None


# -- answering --------------------------------------------------------------------------------------------------------


def answer(
    connection: Connection, asked: Proposal, person: Person, said: Literal["yes", "pass"], now: datetime
) -> None:
    """One of them says yes or passes. With the last yes the place for them is on its way."""
    connection.execute(
        "UPDATE buddy_answers SET answer = ? WHERE proposal = ? AND person = ?", (said, asked.id, person.id)
    )
    buddies.heard(connection, asked.community, person, answered=True)
    answers = _answers(connection, asked.id)
    if None not in answers.values() or (len(answers) == 2 and "pass" in answers.values()):
        close(connection, asked.id, now)


def _answers(connection: Connection, row: int) -> dict[int, str | None]:
    return dict(connection.execute("SELECT person, answer FROM buddy_answers WHERE proposal = ?", (row,)))


def _parts(connection: Connection, row: int) -> list[Part]:
    rows = connection.execute("SELECT person, role, reasons FROM buddy_answers WHERE proposal = ?", (row,))
    return [Part(Person(person), role, reasons) for person, role, reasons in rows]


def silent(connection: Connection, now: datetime) -> list[int]:
    """The proposals whose time is up."""
    rows = connection.execute("SELECT id FROM buddy_proposals WHERE due <= ?", (seconds(now),))
    return [row for (row,) in rows]


def close(connection: Connection, row: int, now: datetime) -> None:
    """All who can be expected to answer have: those who said yes meet, if they still may, else all look on.

    Whoever hears that I look again hears it in the same words, after a pass as after silence.
    """
    community_id, name, round_, kind, state, days, ends, due = connection.execute(
        "SELECT community, name, round, kind, state, days, ends, due FROM buddy_proposals"
        " JOIN communities ON communities.id = community WHERE buddy_proposals.id = ?",
        (row,),
    ).fetchone()
    if state != "open":
        return
    community, over = Community(community_id, name), due <= seconds(now)
    answers = _answers(connection, row)
    willing = [part for part in _parts(connection, row) if answers[part.person.id] == "yes"]
    together = len(willing) >= 2 and buddies.may(connection, community, kind, willing, now)
    connection.execute(
        "UPDATE buddy_proposals SET state = ?, due = NULL WHERE id = ?", ("agreed" if together else "fallen", row)
    )
    for person, said in answers.items():
        if over and said is None:
            buddies.unanswered(connection, community, Person(person), now)
    if round_ is not None:
        met = {part.person.id for part in willing} if together else set()
        buddies.keep_apart(connection, round_, [two for two in combinations(sorted(answers), 2) if not {*two} <= met])
    if together:
        pairs.prepare(connection, community, round_, kind, willing, Length(days, instant(ends)), now)
        return
    waiting = [person for person, said in answers.items() if said == "yes" or (said is None and not over)]
    buddies.look_on(connection, community, buddies.of(waiting), f"p{row}", now)


# -- leaving ----------------------------------------------------------------------------------------------------------


def drop_out(
    connection: Connection, person: Person, community: Community | None, now: datetime, other: int = 0
) -> None:
    """The person can be introduced no more (or not to ``other``): what they were being asked falls, as after a pass."""
    rows = connection.execute(
        "SELECT buddy_proposals.id, communities.id, name FROM buddy_proposals"
        " JOIN communities ON communities.id = community"
        " JOIN buddy_answers ON proposal = buddy_proposals.id WHERE person = ?1 AND state = 'open'"
        " AND community = ifnull(?2, community) AND (?3 = 0 OR EXISTS (SELECT 1 FROM buddy_answers AS others"
        " WHERE others.proposal = buddy_proposals.id AND others.person = ?3))",
        (person.id, community.id if community else None, other),
    ).fetchall()
    for row, place, name in rows:
        connection.execute("UPDATE buddy_proposals SET state = 'fallen', due = NULL WHERE id = ?", (row,))
        others = [Person(one) for one, said in _answers(connection, row).items() if one != person.id and said != "pass"]
        buddies.look_on(connection, Community(place, name), others, f"p{row}", now)


# -- what is kept -----------------------------------------------------------------------------------------------------


def sweep(connection: Connection, now: datetime) -> None:
    """Rounds and proposals 90 days after their end; who met whom after two years."""
    connection.execute("DELETE FROM buddy_rounds WHERE ends <= ? AND due IS NULL", (seconds(now - KEPT),))
    connection.execute(
        "DELETE FROM buddy_proposals WHERE state <> 'open' AND made <= ?", (seconds(now - KEPT - ANSWER_WITHIN),)
    )
    connection.execute("DELETE FROM buddy_met WHERE at <= ?", (seconds(now - MET_KEPT),))


def export(connection: Connection, person: Person) -> dict[str, Any]:
    asked = connection.execute(
        "SELECT made, ifnull(answer, 'nothing') FROM buddy_answers"
        " JOIN buddy_proposals ON buddy_proposals.id = proposal WHERE person = ? ORDER BY made",
        (person.id,),
    ).fetchall()
    [known] = connection.execute("SELECT count(*) FROM buddy_met WHERE one = ?1 OR other = ?1", (person.id,)).fetchone()
    kept: dict[str, Any] = {}
    if asked:
        kept["introductions you were asked about"] = [
            {"when": instant(made).isoformat(), "you said": said} for made, said in asked
        ]
    if known:
        kept["people you were introduced to, so that you meet others next"] = known
    return kept


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    """Proposals and meetings of one community, or (None) all."""
    here = community.id if community else None
    connection.execute(
        "DELETE FROM buddy_met WHERE ?1 IN (one, other) AND community = ifnull(?2, community)", (person.id, here)
    )
    connection.execute(
        "DELETE FROM buddy_answers WHERE person = ?1 AND proposal IN"
        " (SELECT id FROM buddy_proposals WHERE community = ifnull(?2, community))",
        (person.id, here),
    )
    connection.execute(
        "DELETE FROM buddy_passes WHERE ?1 IN (one, other) AND round IN"
        " (SELECT id FROM buddy_rounds WHERE community = ifnull(?2, community))",
        (person.id, here),
    )
