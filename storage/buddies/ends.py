"""How pairs end or go on: gently at any time, by their time, by two equal wishes; and what each hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal

from bot.messages import Community, Person
from storage.buddies import buddies, meeting, pairs
from storage.buddies.buddies import Kind, Part
from storage.buddies.pairs import How, Length, Pair, Plan
from storage.database.instants import instant, seconds
from storage.delivery import deliveries


def leave(connection: Connection, pair: Pair, person: Person, now: datetime) -> None:
    """One of them ends it. The others hear that it has ended early; two who are left of three go on together."""
    connection.execute(
        "UPDATE buddy_members SET gone = ? WHERE pair = ? AND person = ?", (seconds(now), pair.id, person.id)
    )
    remaining = pairs.parts(connection, pair.id)
    pairs.close(connection, pair.id, now)
    if pair.state == "opening":
        over = pairs.looking(connection, pair, remaining, now)
        buddies.look_on(connection, pair.community, over, f"pair{pair.id}", now)
        return
    how: How = "left" if len(remaining) > 1 else "early"
    if len(remaining) > 1:
        length = Length(pair.days, pair.ends)
        pairs.prepare(connection, pair.community, pair.round, pair.kind, remaining, length, now)
    pairs.tell(connection, pair, pairs.ENDED, f"{pairs.ENDED}:{pair.id}", now, how)
    if pair.round is not None:
        twos = [tuple(sorted((person.id, part.person.id))) for part in remaining]
        buddies.keep_apart(connection, pair.round, [(one, other) for one, other in twos])
    buddies.look_soon(connection, pair.community, now)


def over(connection: Connection, now: datetime) -> list[Pair]:
    """The pairs whose time is up."""
    rows = connection.execute(f"{pairs.SELECT} WHERE state = 'active' AND ends <= ?", (seconds(now),)).fetchall()
    return [pairs.read(row) for row in rows]


def end_by_time(connection: Connection, pair: Pair, plan: Plan, now: datetime) -> None:
    """Where all of them chose the same buddy they go on, else each hears that the round has ended, and no more."""
    current = pairs.get(connection, pair.id)
    if current is None or current.state != "active" or current.ends is None or current.ends > now:
        return
    people = pairs.parts(connection, pair.id)
    wishes = {part.person: wish_of(connection, pair.id, part.person) for part in people}
    for part in people if pair.kind == "buddy" else ():
        if not _took_part(connection, pair.id, part.person):
            buddies.unanswered(connection, pair.community, part.person, now)
    if set(wishes.values()) == {"same"} and meeting.may(connection, pair.community, pair.kind, people, now):
        _go_on(connection, current, people, plan, now)
        return
    pairs.close(connection, pair.id, now)
    pairs.tell(connection, pair, pairs.ENDED, f"{pairs.ENDED}:{pair.id}", now, "time")
    for person, wish in wishes.items():
        if wish == "break" and pair.kind == "buddy":
            buddies.rest(connection, person, pair.community)
    buddies.look_soon(connection, pair.community, now)


def _took_part(connection: Connection, pair: int, person: Person) -> bool:
    """Has the person answered anything they were asked about the pair?"""
    found = connection.execute(
        "SELECT 1 FROM buddy_weeks WHERE pair = ?1 AND person = ?2 UNION ALL"
        " SELECT 1 FROM buddy_members WHERE pair = ?1 AND person = ?2 AND wish IS NOT NULL LIMIT 1",
        (pair, person.id),
    ).fetchone()
    return found is not None


def _go_on(connection: Connection, pair: Pair, people: Sequence[Part], plan: Plan, now: datetime) -> None:
    row = connection.execute(
        "SELECT id, ends FROM buddy_rounds WHERE community = ? ORDER BY number DESC LIMIT 1", (pair.community.id,)
    ).fetchone()
    round_, ends = row or (pair.round, 0)
    if pair.kind == "mentor" or instant(ends) - now < pairs.ENOUGH:
        ends = seconds(now + timedelta(days=pairs.MENTOR_DAYS if pair.kind == "mentor" else pairs.ROUND_DAYS))
    connection.execute("UPDATE buddy_pairs SET ends = ?, round = ? WHERE id = ?", (ends, round_, pair.id))
    connection.execute("UPDATE buddy_members SET wish = NULL WHERE pair = ?", (pair.id,))
    again = pairs.get(connection, pair.id)
    assert again is not None
    pairs.note_meeting(connection, again, people, now)
    pairs.tell(connection, pair, pairs.CONTINUES, f"{pairs.CONTINUES}:{pair.id}:{ends}", now)
    pairs.plan_course(connection, pair.id, plan)


def wish(connection: Connection, pair: int, person: Person, chosen: Literal["same", "new", "break"]) -> None:
    """What the person would like after the end. Nobody else is told."""
    connection.execute("UPDATE buddy_members SET wish = ? WHERE pair = ? AND person = ?", (chosen, pair, person.id))


def wish_of(connection: Connection, pair: int, person: Person) -> str | None:
    row = connection.execute(
        "SELECT wish FROM buddy_members WHERE pair = ? AND person = ?", (pair, person.id)
    ).fetchone()
    return row[0] if row else None


def part_ways(
    connection: Connection,
    person: Person,
    community: Community | None,
    now: datetime,
    *,
    other: Person | None = None,
    kind: Kind | None = None,
) -> None:
    """The person leaves their pairs: all, those of one community or kind, or those with one other person."""
    for pair in pairs.of(connection, person, community):
        there = {part.person for part in pairs.parts(connection, pair.id)}
        if (other is None or other in there) and kind in (None, pair.kind):
            leave(connection, pair, person, now)


def tell_pauses(connection: Connection, now: datetime) -> None:
    """Whose buddy has paused hears that the pair is kept, once for each pause."""
    rows = connection.execute(
        "SELECT pair, persons.id, paused_at FROM buddy_members JOIN persons ON persons.id = person"
        " JOIN buddy_pairs ON buddy_pairs.id = pair WHERE state = 'active' AND gone IS NULL AND paused_at IS NOT NULL"
        " AND (paused_until IS NULL OR paused_until > ?)",
        (seconds(now),),
    ).fetchall()
    for row, paused, since in rows:
        pair = pairs.get(connection, row)
        assert pair is not None
        for part in pairs.others(connection, row, Person(paused)):
            args: dict[str, int | str] = {"pair": row, "about": paused}
            key = f"{pairs.PAUSED}:{row}:{paused}:{since}:{part.person.id}"
            until = now + timedelta(days=2)
            word = buddies.word(part.person, pairs.PAUSED, key, pair.community, now, until, args, part.role)
            deliveries.plan(connection, word)
