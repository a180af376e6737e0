"""Pairs, from the place that is opened for them to their end: who is in it, until when, and what each is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.messages import Channel, Community, Delivery, Person
from storage import buddies, deliveries, intents
from storage.buddies import Kind, Part
from storage.instants import instant, seconds

INTRO, OPENED, ENDED, CONTINUES, PAUSED, NO_PLACE = (
    "buddies.intro",
    "buddies.opened",
    "buddies.ended",
    "buddies.continues",
    "buddies.paused",
    "buddies.no_place",
)

ENOUGH = timedelta(days=14)
"""A pair that begins with less than this left of its round goes on to the end of the next one."""
ROUND_DAYS, TRY_DAYS, MENTOR_DAYS = 28, 7, 84
KEPT = timedelta(days=90)
GOAL_KEPT = timedelta(days=14)
LEAVE_AFTER = timedelta(minutes=1)

How = Literal["early", "left", "time"]
"""How a pair has ended: at somebody's wish, or theirs who leave two behind that go on, or because its time was over."""


class Length(NamedTuple):
    """How long a pair lasts: until an instant, or else so many days from its opening."""

    days: int
    until: datetime | None = None


class Pair(NamedTuple):
    """Two or three people who were introduced. ``visible`` says who else can open their place, as the platform told."""

    id: int
    community: Community
    round: int | None
    kind: Kind
    state: Literal["opening", "active", "ended"]
    days: int
    opened: datetime | None
    ends: datetime | None
    channel: Channel | None
    visible: str
    todo: Literal["open", "leave", "close"] | None
    tries: int


Plan = Callable[[Pair, Part, str], Iterable[Delivery]]
"""What one of them is asked in the course of the pair, given their zone."""

_SELECT = (
    "SELECT buddy_pairs.id, communities.id, name, round, kind, state, days, opened, ends, platform, channel, thread,"
    " visible, todo, tries FROM buddy_pairs JOIN communities ON communities.id = community"
)


def _read(row: Sequence[Any]) -> Pair:
    (id_, community, name, round_, kind, state, days, opened, ends, platform, channel, thread, visible, todo,
     tries) = row  # fmt: skip
    where = Channel(platform, channel, thread) if channel is not None else None
    return Pair(
        id_,
        Community(community, name),
        round_,
        kind,
        state,
        days,
        instant(opened),
        instant(ends),
        where,
        visible,
        todo,
        tries,
    )


def get(connection: Connection, row: int) -> Pair | None:
    found = connection.execute(f"{_SELECT} WHERE buddy_pairs.id = ?", (row,)).fetchone()
    return _read(found) if found else None


def parts(connection: Connection, pair: int) -> list[Part]:
    """Who is in the pair and has not left it."""
    rows = connection.execute(
        "SELECT person, role, reasons FROM buddy_members WHERE pair = ? AND gone IS NULL ORDER BY person", (pair,)
    )
    return [Part(Person(person), role, reasons) for person, role, reasons in rows]


def of(connection: Connection, person: Person, community: Community | None = None) -> list[Pair]:
    """The pairs the person is in now, the newest first."""
    rows = connection.execute(
        f"{_SELECT} WHERE state <> 'ended' AND community = ifnull(?, community) AND buddy_pairs.id IN"
        " (SELECT pair FROM buddy_members WHERE person = ? AND gone IS NULL) ORDER BY buddy_pairs.id DESC",
        (community.id if community else None, person.id),
    ).fetchall()
    return [_read(row) for row in rows]


def others(connection: Connection, pair: int, person: Person) -> list[Part]:
    return [part for part in parts(connection, pair) if part.person != person]


def were_with(connection: Connection, pair: int, person: Person) -> list[Person]:
    """Everybody the person was or is in this pair with. Nobody, if they were not in it."""
    rows = connection.execute("SELECT person FROM buddy_members WHERE pair = ?", (pair,)).fetchall()
    people = [Person(one) for (one,) in rows]
    return [one for one in people if one != person] if person in people else []


# -- beginning --------------------------------------------------------------------------------------------------------


def prepare(
    connection: Connection,
    community: Community,
    round_: int | None,
    kind: Kind,
    people: Sequence[Part],
    length: Length,
    now: datetime,
) -> int:
    """These people said yes to each other: a place for them is to be opened."""
    row = connection.execute(
        "INSERT INTO buddy_pairs (community, round, kind, state, days, ends, todo, due)"
        " VALUES (?, ?, ?, 'opening', ?, ?, 'open', ?)",
        (
            *(community.id, round_, kind, length.days),
            *(seconds(length.until) if length.until else None, seconds(now)),
        ),
    ).lastrowid
    assert row is not None
    connection.executemany(
        "INSERT INTO buddy_members (pair, person, role, reasons) VALUES (?, ?, ?, ?)",
        [(row, person.id, role, reasons) for person, role, reasons in people],
    )
    return row


def to_do(connection: Connection, now: datetime, limit: int) -> list[Pair]:
    """The pairs about whose place something has to be done now."""
    rows = connection.execute(f"{_SELECT} WHERE due <= ? ORDER BY due LIMIT ?", (seconds(now), limit)).fetchall()
    return [_read(row) for row in rows]


def postpone(connection: Connection, pair: int, until: datetime) -> None:
    """The platform did not do it now."""
    connection.execute("UPDATE buddy_pairs SET due = ?, tries = tries + 1 WHERE id = ?", (seconds(until), pair))


def done(connection: Connection, pair: int) -> None:
    """Nothing is left to do about the place."""
    connection.execute("UPDATE buddy_pairs SET todo = NULL, due = NULL, tries = 0 WHERE id = ?", (pair,))


def hand_over(connection: Connection, pair: int) -> None:
    """The bot is about to leave the place to its people: that it is gone from there ends nothing."""
    connection.execute("UPDATE buddy_pairs SET handed = 1 WHERE id = ?", (pair,))


def is_told(connection: Connection, pair: Pair) -> bool:
    """Has the introduction been said in the place?"""
    found = connection.execute(
        "SELECT 1 FROM deliveries WHERE nominal_key = ? AND state NOT IN ('pending', 'sending')",
        (_intro_key(pair.id, pair.channel),),
    ).fetchone()
    return found is not None


def _intro_key(pair: int, channel: Channel | None) -> str:
    return f"{INTRO}:{pair}:{channel.id if channel else ''}"


def opened(connection: Connection, pair: Pair, channel: Channel, visible: str, plan: Plan, now: datetime) -> bool:
    """The place is there: both names, for all of them, in this one transaction. False if they may not meet any more."""
    people = parts(connection, pair.id)
    current = get(connection, pair.id)
    if current is None or current.todo != "open" or len(people) < 2:
        return False
    connection.execute(
        "UPDATE buddy_pairs SET platform = ?, channel = ?, thread = ? WHERE id = ?",
        (channel.platform, channel.id, channel.thread, pair.id),
    )
    if not buddies.may(connection, pair.community, pair.kind, people, now):
        give_up(connection, pair, now)
        return False
    ends = pair.ends or now + timedelta(days=pair.days)
    connection.execute(
        "UPDATE buddy_pairs SET state = 'active', visible = ?, todo = 'leave', tries = 0, due = ?,"
        " opened = ifnull(opened, ?), ends = ? WHERE id = ?",
        (visible, seconds(now + LEAVE_AFTER), seconds(now), seconds(ends), pair.id),
    )
    _note_meeting(connection, pair, people, now)
    key = _intro_key(pair.id, channel)
    deliveries.plan(connection, Delivery(channel, INTRO, key, now, community=pair.community, args={"pair": pair.id}))
    for part in people:
        deliveries.plan(connection, _word(pair, part, OPENED, key, now))
    _plan_course(connection, pair.id, plan)
    return True


def _plan_course(connection: Connection, pair: int, plan: Plan) -> None:
    current = get(connection, pair)
    assert current is not None
    for part in parts(connection, pair):
        [zone] = connection.execute("SELECT zone FROM persons WHERE id = ?", (part.person.id,)).fetchone()
        for delivery in plan(current, part, zone):
            deliveries.plan(connection, delivery)


def _note_meeting(connection: Connection, pair: Pair, people: Sequence[Part], now: datetime) -> None:
    """So that they meet others next, and nobody is in a trio twice running where another could be."""
    row = connection.execute("SELECT number FROM buddy_rounds WHERE id = ?", (pair.round,)).fetchone()
    if row is None:
        return
    ids = [part.person.id for part in people]
    connection.executemany(
        "INSERT OR REPLACE INTO buddy_met (community, one, other, round, at) VALUES (?, ?, ?, ?, ?)",
        [(pair.community.id, *two, row[0], seconds(now)) for two in combinations(sorted(ids), 2)],
    )
    if len(people) == 3:
        for part in people:
            buddies.was_in_trio(connection, pair.community, part.person, row[0])


def give_up(connection: Connection, pair: Pair, now: datetime, kind: str = "") -> None:
    """There will be no place for them: nobody was told a name, and all look on."""
    close(connection, pair.id, now)
    people = [part.person for part in parts(connection, pair.id)]
    if kind:
        for part in parts(connection, pair.id):
            deliveries.plan(connection, _word(pair, part, kind, f"{kind}:{pair.id}", now))
        buddies.look_soon(connection, pair.community, now)
    else:
        buddies.look_on(connection, pair.community, people, f"pair{pair.id}", now)


def lost_place(connection: Connection, channel: Channel, now: datetime) -> None:
    """A place is gone that the bot had not left to its people: another is opened."""
    done_ = connection.execute(
        "UPDATE buddy_pairs SET platform = NULL, channel = NULL, thread = NULL, todo = 'open', due = ?, tries = 0"
        " WHERE platform = ? AND channel = ? AND thread IS ? AND state = 'active' AND NOT handed",
        (seconds(now), channel.platform, channel.id, channel.thread),
    )
    if done_.rowcount:
        intents.closed(connection, channel)


# -- ending -----------------------------------------------------------------------------------------------------------


def close(connection: Connection, pair: int, now: datetime) -> None:
    """The pair is over; its place, if it has one, is to be closed."""
    connection.execute(
        "UPDATE buddy_pairs SET state = 'ended', ended = ?, tries = 0, todo = iif(channel IS NULL, NULL, 'close'),"
        " due = iif(channel IS NULL, NULL, ?) WHERE id = ?",
        (seconds(now), seconds(now), pair),
    )


def leave(connection: Connection, pair: Pair, person: Person, now: datetime) -> None:
    """One of them ends it. The others hear that it has ended early; two who are left of three go on together."""
    connection.execute(
        "UPDATE buddy_members SET gone = ? WHERE pair = ? AND person = ?", (seconds(now), pair.id, person.id)
    )
    remaining = parts(connection, pair.id)
    close(connection, pair.id, now)
    if pair.state == "opening":
        buddies.look_on(connection, pair.community, [part.person for part in remaining], f"pair{pair.id}", now)
        return
    how: How = "left" if len(remaining) > 1 else "early"
    if len(remaining) > 1:
        length = Length(pair.days, pair.ends)
        prepare(connection, pair.community, pair.round, pair.kind, remaining, length, now)
    _tell_end(connection, pair, remaining, how, now)
    if pair.round is not None:
        twos = [tuple(sorted((person.id, part.person.id))) for part in remaining]
        buddies.keep_apart(connection, pair.round, [(one, other) for one, other in twos])
    buddies.look_soon(connection, pair.community, now)


def _tell_end(connection: Connection, pair: Pair, people: Sequence[Part], how: How, now: datetime) -> None:
    for part in people:
        word = _word(pair, part, ENDED, f"{ENDED}:{pair.id}", now, how)
        deliveries.plan(connection, word)


def _word(pair: Pair, part: Part, kind: str, key: str, now: datetime, how: str = "") -> Delivery:
    args: dict[str, int | str] = {"pair": pair.id} | ({"how": how} if how else {})
    return buddies.word(part.person, kind, f"{key}:{part.person.id}", pair.community, now, None, args, part.role)


def over(connection: Connection, now: datetime) -> list[Pair]:
    """The pairs whose time is up."""
    rows = connection.execute(f"{_SELECT} WHERE state = 'active' AND ends <= ?", (seconds(now),)).fetchall()
    return [_read(row) for row in rows]


def end_by_time(connection: Connection, pair: Pair, plan: Plan, now: datetime) -> None:
    """Where all of them chose the same buddy they go on, else each hears that the round has ended, and no more."""
    current = get(connection, pair.id)
    if current is None or current.state != "active" or current.ends is None or current.ends > now:
        return
    people = parts(connection, pair.id)
    wishes = {part.person: wish_of(connection, pair.id, part.person) for part in people}
    for part in people:
        if not _took_part(connection, pair.id, part.person):
            buddies.unanswered(connection, pair.community, part.person, now)
    if set(wishes.values()) == {"same"} and buddies.may(connection, pair.community, pair.kind, people, now):
        _go_on(connection, current, people, plan, now)
        return
    close(connection, pair.id, now)
    _tell_end(connection, pair, people, "time", now)
    for person, wish in wishes.items():
        if wish == "break":
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
    if pair.kind == "mentor" or instant(ends) - now < ENOUGH:
        ends = seconds(now + timedelta(days=MENTOR_DAYS if pair.kind == "mentor" else ROUND_DAYS))
    connection.execute("UPDATE buddy_pairs SET ends = ?, round = ? WHERE id = ?", (ends, round_, pair.id))
    connection.execute("UPDATE buddy_members SET wish = NULL WHERE pair = ?", (pair.id,))
    again = get(connection, pair.id)
    assert again is not None
    _note_meeting(connection, again, people, now)
    for part in people:
        deliveries.plan(connection, _word(pair, part, CONTINUES, f"{CONTINUES}:{pair.id}:{ends}", now))
    _plan_course(connection, pair.id, plan)


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
    for pair in of(connection, person, community):
        there = {part.person for part in parts(connection, pair.id)}
        if (other is None or other in there) and kind in (None, pair.kind):
            leave(connection, pair, person, now)


# -- while somebody pauses --------------------------------------------------------------------------------------------


def tell_pauses(connection: Connection, now: datetime) -> None:
    """Whose buddy has paused hears that the pair is kept, once for each pause."""
    rows = connection.execute(
        "SELECT pair, persons.id, paused_at FROM buddy_members JOIN persons ON persons.id = person"
        " JOIN buddy_pairs ON buddy_pairs.id = pair WHERE state = 'active' AND gone IS NULL AND paused_at IS NOT NULL"
        " AND (paused_until IS NULL OR paused_until > ?)",
        (seconds(now),),
    ).fetchall()
    for row, paused, since in rows:
        pair = get(connection, row)
        assert pair is not None
        for part in others(connection, row, Person(paused)):
            args: dict[str, int | str] = {"pair": row, "about": paused}
            key = f"{PAUSED}:{row}:{paused}:{since}:{part.person.id}"
            word = buddies.word(part.person, PAUSED, key, pair.community, now, now + timedelta(days=2), args, part.role)
            deliveries.plan(connection, word)


# -- what is kept -----------------------------------------------------------------------------------------------------


def sweep(connection: Connection, now: datetime) -> None:
    """Goals 14 days after the end of a pair, the rest after 90."""
    connection.execute(
        "DELETE FROM buddy_goals WHERE pair IN (SELECT id FROM buddy_pairs WHERE ended <= ?)",
        (seconds(now - GOAL_KEPT),),
    )
    connection.execute("DELETE FROM buddy_pairs WHERE ended <= ? AND todo IS NULL", (seconds(now - KEPT),))


def export(connection: Connection, person: Person) -> dict[str, Any]:
    rows = connection.execute(
        "SELECT name, kind, opened, ended, wish FROM buddy_members JOIN buddy_pairs ON buddy_pairs.id = pair"
        " JOIN communities ON communities.id = community WHERE person = ? ORDER BY pair",
        (person.id,),
    )
    pairs_ = [
        {
            "community": name,
            "kind": kind,
            "since": instant(began).isoformat() if began else "being opened",
            "ended": instant(ended).isoformat() if ended else "not yet",
            "what you would like next": chosen or "you have not said",
        }
        for name, kind, began, ended, chosen in rows
    ]
    talks = connection.execute(
        "SELECT day, answer FROM buddy_weeks WHERE person = ? ORDER BY pair, day", (person.id,)
    ).fetchall()
    kept: dict[str, Any] = {"your pairs": pairs_} if pairs_ else {}
    if talks:
        kept["did you get to talk"] = [{"day of the pair": day, "you said": said} for day, said in talks]
    return kept


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    """The person's own rows in the pairs of one community, or (None) everywhere; they have left them before."""
    here = (person.id, community.id if community else None)
    mine = "person = ?1 AND pair IN (SELECT id FROM buddy_pairs WHERE community = ifnull(?2, community))"
    for table in ("buddy_weeks", "buddy_goals", "buddy_members"):
        connection.execute(f"DELETE FROM {table} WHERE {mine}", here)
    connection.execute(
        "DELETE FROM buddy_marks WHERE person = ?1 AND question IN (SELECT buddy_questions.id FROM buddy_questions"
        " JOIN buddy_pairs ON buddy_pairs.id = pair WHERE community = ifnull(?2, community))",
        here,
    )
