"""Proposals: two or three people are asked, without a name, and what becomes of their answers. One transaction each."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.messages import Community, Person
from storage.buddies import buddies, meeting, pairs
from storage.buddies.buddies import Kind, Part, Role
from storage.buddies.pairs import Length
from storage.database import sql
from storage.database.instants import instant, seconds
from storage.delivery import deliveries, unasked

PROPOSAL = "buddies.proposal"

ANSWER_WITHIN = timedelta(hours=48)
KEPT = timedelta(days=90)


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
    joins: int | None = None,
) -> int:
    """Ask these people whether they want to be introduced; none of them sees a new name. ``willing`` has said yes.

    ``joins``: two of them are this pair, and stay it unless all three say yes.
    """
    asked = [part.person for part in parts if part.person != willing]
    due = max(unasked.can_hear(connection, person, now) for person in asked) + ANSWER_WITHIN
    what = {"community": community.id, "round": round_, "kind": kind, "state": "open", "joins": joins}
    when = {"days": length.days, "ends": length.ends, "made": seconds(now), "due": seconds(due)}
    row = sql.insert(connection, "buddy_proposals", **what, **when)
    for person, role, reasons in parts:
        connection.execute(
            "INSERT INTO buddy_answers (proposal, person, role, reasons, answer) VALUES (?, ?, ?, ?, ?)",
            (row, person.id, role, reasons, "yes" if person == willing else None),
        )
        if person != willing:
            key, args = f"{PROPOSAL}:{row}:{person.id}", {"proposal": row}
            word = buddies.word(person, PROPOSAL, key, community, now, due, args, role, unasked=True)
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
    joined: bool
    """Whether the person is one of two whom somebody would like to join."""


def proposal(connection: Connection, row: int, person: Person) -> Proposal | None:
    found = connection.execute(
        "SELECT buddy_proposals.id, communities.id, name, kind, role, reasons, answer, state,"
        " EXISTS (SELECT 1 FROM buddy_members WHERE pair = joins AND buddy_members.person = buddy_answers.person)"
        " FROM buddy_proposals JOIN buddy_answers ON proposal = buddy_proposals.id"
        " JOIN communities ON communities.id = community WHERE buddy_proposals.id = ? AND person = ?",
        (row, person.id),
    ).fetchone()
    if found is None:
        return None
    id_, community, name, kind, role, reasons, answer, state, joined = found
    return Proposal(id_, Community(community, name), kind, role, reasons, answer, state == "open", bool(joined))


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
    needs_all = len(answers) == 2 or _joins(connection, asked.id) is not None
    if None not in answers.values() or (needs_all and "pass" in answers.values()):
        close(connection, asked.id, now)


def _joins(connection: Connection, row: int) -> int | None:
    """The pair that is asked whether somebody may join it."""
    found = connection.execute("SELECT joins FROM buddy_proposals WHERE id = ?", (row,)).fetchone()
    return found[0] if found else None


def _answers(connection: Connection, row: int) -> dict[int, str | None]:
    return dict(connection.execute("SELECT person, answer FROM buddy_answers WHERE proposal = ?", (row,)))


def _parts(connection: Connection, row: int, people: Container[int]) -> list[Part]:
    rows = connection.execute("SELECT person, role, reasons FROM buddy_answers WHERE proposal = ?", (row,))
    return [Part(Person(person), role, reasons) for person, role, reasons in rows if person in people]


def silent(connection: Connection, now: datetime) -> list[int]:
    """The proposals whose time is up."""
    rows = connection.execute("SELECT id FROM buddy_proposals WHERE due <= ?", (seconds(now),))
    return [row for (row,) in rows]


def close(connection: Connection, row: int, now: datetime) -> None:
    """All who can be expected to answer have: those who said yes meet, if they still may, else all look on.

    Whoever hears that I look again hears it in the same words, after a pass as after silence.
    """
    community_id, name, round_, kind, state, days, ends, due, joins = connection.execute(
        "SELECT community, name, round, kind, state, days, ends, due, joins FROM buddy_proposals"
        " JOIN communities ON communities.id = community WHERE buddy_proposals.id = ?",
        (row,),
    ).fetchone()
    if state != "open":
        return
    community, over = Community(community_id, name), due <= seconds(now)
    answers = _answers(connection, row)
    willing = _parts(connection, row, {person for person, said in answers.items() if said == "yes"})
    fewest = 2 if joins is None else len(answers)
    together = len(willing) >= fewest and meeting.may(connection, community, kind, willing, now)
    there = {part.person.id for part in pairs.parts(connection, joins)} if joins is not None else set[int]()
    connection.execute(
        "UPDATE buddy_proposals SET state = ?, due = NULL WHERE id = ?", ("agreed" if together else "fallen", row)
    )
    for person, said in answers.items():
        if (
            over
            and said is None
            and kind == "buddy"
            and person not in there
            and _is_first_silence(connection, row, person)
        ):
            buddies.unanswered(connection, community, Person(person), now)
    if round_ is not None:
        met = {part.person.id for part in willing} if together else there
        buddies.keep_apart(connection, round_, [two for two in combinations(sorted(answers), 2) if not {*two} <= met])
    if together:
        pairs.prepare(connection, community, round_, kind, willing, Length(days, instant(ends)), now, joins)
        return
    waiting = {person for person, said in answers.items() if said == "yes" or (said is None and not over)}
    _look_on(connection, community, row, waiting, now)


def _is_first_silence(connection: Connection, row: int, person: int) -> bool:
    """Rounds count, not the questions in them: somebody who is away for a week leaves one round unanswered."""
    found = connection.execute(
        "SELECT 1 FROM buddy_answers JOIN buddy_proposals ON buddy_proposals.id = proposal WHERE person = ?1"
        " AND answer IS NULL AND state = 'fallen' AND buddy_proposals.id < ?2"
        " AND round = (SELECT round FROM buddy_proposals WHERE id = ?2)",
        (person, row),
    ).fetchone()
    return found is None


def _look_on(connection: Connection, community: Community, row: int, waiting: Container[int], now: datetime) -> None:
    """It came to nothing. Those who are a pair stay it, and the others look on."""
    parts, joins = _parts(connection, row, waiting), _joins(connection, row)
    if joins is not None:
        parts = pairs.stay_as_they_are(connection, community, joins, parts, f"p{row}", now)
    buddies.look_on(connection, community, parts, f"p{row}", now)


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
        others = {one for one, said in _answers(connection, row).items() if one != person.id and said != "pass"}
        _look_on(connection, Community(place, name), row, others, now)


# -- what is kept -----------------------------------------------------------------------------------------------------


def sweep(connection: Connection, now: datetime) -> bool:
    """Proposals 90 days after their end."""
    over = seconds(now - KEPT - ANSWER_WITHIN)
    return sql.erase(connection, "buddy_proposals", "state <> 'open' AND made <= ?", over)


def export(connection: Connection, person: Person) -> dict[str, Any]:
    asked = connection.execute(
        "SELECT made, ifnull(answer, 'nothing') FROM buddy_answers"
        " JOIN buddy_proposals ON buddy_proposals.id = proposal WHERE person = ? ORDER BY made",
        (person.id,),
    ).fetchall()
    if not asked:
        return {}
    told = [{"when": instant(made).isoformat(), "you said": said} for made, said in asked]
    return {"introductions you were asked about": told}


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    """The person's answers in one community, or (None) all."""
    here = community.id if community else None
    connection.execute(
        "DELETE FROM buddy_answers WHERE person = ?1 AND proposal IN"
        " (SELECT id FROM buddy_proposals WHERE community = ifnull(?2, community))",
        (person.id, here),
    )
