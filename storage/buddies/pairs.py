"""Pairs and their places: who is in one, until when, and both names for all of them at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.context import Delivery
from bot.messages import Channel, Community, Person
from storage.buddies import buddies, meeting
from storage.buddies.buddies import Kind, Part, Role
from storage.database import sql
from storage.database.instants import instant, seconds
from storage.delivery import concerned, deliveries

INTRO, OPENED, ENDED, CONTINUES, PAUSED, NO_PLACE, STAYS = (
    "buddies.intro",
    "buddies.opened",
    "buddies.ended",
    "buddies.continues",
    "buddies.paused",
    "buddies.no_place",
    "buddies.stays",
)

ENOUGH = timedelta(days=14)
"""A pair that begins with less than this left of its round goes on to the end of the next one."""
ROUND_DAYS, TRY_DAYS, MENTOR_DAYS = 28, 7, 84
LEAVE_AFTER = timedelta(minutes=1)

How = Literal["early", "left", "time"]
"""How a pair has ended: at somebody's wish, or theirs who leave two behind that go on, or because its time was over."""


class Length(NamedTuple):
    """How long a pair lasts: until an instant, or else so many days from its opening."""

    days: int
    until: datetime | None = None

    @property
    def ends(self) -> int | None:
        return seconds(self.until) if self.until else None


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
    joins: int | None


Plan = Callable[[Pair, Part, str], Iterable[Delivery]]
"""What one of them is asked in the course of the pair, given their zone."""

SELECT = (
    "SELECT buddy_pairs.id, communities.id, name, round, kind, state, days, opened, ends, platform, channel, thread,"
    " visible, todo, tries, joins FROM buddy_pairs JOIN communities ON communities.id = community"
)


def read(row: Sequence[Any]) -> Pair:
    (id_, community, name, round_, kind, state, days, opened, ends, platform, channel, thread, visible, todo,
     tries, joins) = row  # fmt: skip
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
        joins,
    )


def get(connection: Connection, row: int) -> Pair | None:
    found = connection.execute(f"{SELECT} WHERE buddy_pairs.id = ?", (row,)).fetchone()
    return read(found) if found else None


def parts(connection: Connection, pair: int) -> list[Part]:
    """Who is in the pair and has not left it."""
    rows = connection.execute(
        "SELECT person, role, reasons FROM buddy_members WHERE pair = ? AND gone IS NULL ORDER BY person", (pair,)
    )
    return [Part(Person(person), role, reasons) for person, role, reasons in rows]


def everybody(connection: Connection, pair: int) -> list[Person]:
    """Who is in it, and who has left it."""
    rows = connection.execute("SELECT person FROM buddy_members WHERE pair = ? ORDER BY person", (pair,))
    return [Person(person) for (person,) in rows]


def of(connection: Connection, person: Person, community: Community | None = None) -> list[Pair]:
    """The pairs the person is in now, the newest first."""
    rows = connection.execute(
        f"{SELECT} WHERE state <> 'ended' AND community = ifnull(?, community) AND buddy_pairs.id IN"
        " (SELECT pair FROM buddy_members WHERE person = ? AND gone IS NULL) ORDER BY buddy_pairs.id DESC",
        (community.id if community else None, person.id),
    ).fetchall()
    return [read(row) for row in rows]


def role_of(connection: Connection, pair: int, person: Person) -> Role | None:
    """What the person is or was in this pair."""
    row = connection.execute(
        "SELECT role FROM buddy_members WHERE pair = ? AND person = ?", (pair, person.id)
    ).fetchone()
    return row[0] if row else None


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
    joins: int | None = None,
) -> int:
    """These people said yes to each other: a place for them is to be opened. ``joins``: the pair that they were."""
    what = {"community": community.id, "round": round_, "kind": kind, "state": "opening", "joins": joins}
    when = {"days": length.days, "ends": length.ends, "todo": "open", "due": seconds(now)}
    row = sql.insert(connection, "buddy_pairs", **what, **when)
    connection.executemany(
        "INSERT INTO buddy_members (pair, person, role, reasons) VALUES (?, ?, ?, ?)",
        [(row, person.id, role, reasons) for person, role, reasons in people],
    )
    return row


def to_do(connection: Connection, now: datetime, limit: int) -> list[Pair]:
    """The pairs about whose place something has to be done now."""
    rows = connection.execute(f"{SELECT} WHERE due <= ? ORDER BY due LIMIT ?", (seconds(now), limit)).fetchall()
    return [read(row) for row in rows]


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
    if not meeting.may(connection, pair.community, pair.kind, people, now) or not is_joined(connection, pair):
        give_up(connection, pair, now)
        return False
    _take_over(connection, pair, now)
    ends = pair.ends or now + timedelta(days=pair.days)
    connection.execute(
        "UPDATE buddy_pairs SET state = 'active', visible = ?, todo = 'leave', tries = 0, due = ?,"
        " opened = ifnull(opened, ?), ends = ? WHERE id = ?",
        (visible, seconds(now + LEAVE_AFTER), seconds(now), seconds(ends), pair.id),
    )
    note_meeting(connection, pair, people, now)
    key = _intro_key(pair.id, channel)
    deliveries.plan(connection, Delivery(channel, INTRO, key, now, community=pair.community, args={"pair": pair.id}))
    tell(connection, pair, OPENED, key, now)
    plan_course(connection, pair.id, plan)
    return True


def plan_course(connection: Connection, pair: int, plan: Plan) -> None:
    current = get(connection, pair)
    assert current is not None
    for part in parts(connection, pair):
        [zone] = connection.execute("SELECT zone FROM persons WHERE id = ?", (part.person.id,)).fetchone()
        for delivery in plan(current, part, zone):
            deliveries.plan(connection, delivery)


def note_meeting(connection: Connection, pair: Pair, people: Sequence[Part], now: datetime) -> None:
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
    people = looking(connection, pair, parts(connection, pair.id), now)
    if kind:
        for part in people:  # of three, two may stay as they are, and have heard that
            deliveries.plan(connection, word(pair, part, kind, f"{kind}:{pair.id}", now))
        buddies.look_soon(connection, pair.community, now)
    else:
        buddies.look_on(connection, pair.community, people, f"pair{pair.id}", now)


def is_joined(connection: Connection, pair: Pair) -> bool:
    """Whether the two whom somebody joins are still a pair; true where nobody joins."""
    if pair.joins is None:
        return True
    joined = get(connection, pair.joins)
    if joined is None or joined.state != "active":
        return False
    return {part.person for part in parts(connection, joined.id)} < {part.person for part in parts(connection, pair.id)}


def _take_over(connection: Connection, pair: Pair, now: datetime) -> None:
    """From here on the three are together: their place and their goals are those of the new pair."""
    if pair.joins is not None:
        connection.execute("UPDATE buddy_goals SET pair = ? WHERE pair = ?", (pair.id, pair.joins))
        close(connection, pair.joins, now)


def looking(connection: Connection, pair: Pair, people: Sequence[Part], now: datetime) -> list[Part]:
    """Those of ``people`` who have nobody when this pair does not come about. Two who stay hear that they do."""
    if pair.joins is None:
        return list(people)
    return stay_as_they_are(connection, pair.community, pair.joins, people, f"pair{pair.id}", now)


def stay_as_they_are(
    connection: Connection, community: Community, joined: int, people: Sequence[Part], what: str, now: datetime
) -> list[Part]:
    """Tells those of ``people`` who are a pair that they go on as they are, whatever the reason; returns the others."""
    together = get(connection, joined)
    there = {part.person for part in parts(connection, joined)}
    for part in people:
        if part.person in there and together is not None and together.state == "active":
            key, until = f"{STAYS}:{what}:{part.person.id}", now + timedelta(days=2)
            deliveries.plan(connection, buddies.word(part.person, STAYS, key, community, now, until))
    return [part for part in people if part.person not in there]


def close(connection: Connection, pair: int, now: datetime) -> None:
    """The pair is over; its place, if it has one, is to be closed."""
    connection.execute(
        "UPDATE buddy_pairs SET state = 'ended', ended = ?, tries = 0, todo = iif(channel IS NULL, NULL, 'close'),"
        " due = iif(channel IS NULL, NULL, ?) WHERE id = ?",
        (seconds(now), seconds(now), pair),
    )


def tell(
    connection: Connection, pair: Pair, kind: str, key: str, now: datetime, how: str = "", by: Person | None = None
) -> None:
    """One word to everybody whom the pair concerns, but ``by``."""
    roles = {part.person: part for part in parts(connection, pair.id)}
    for person in concerned.of_pair(connection, pair.id, by):
        deliveries.plan(connection, word(pair, roles[person], kind, key, now, how))


def word(pair: Pair, part: Part, kind: str, key: str, now: datetime, how: str = "") -> Delivery:
    args: dict[str, int | str] = {"pair": pair.id} | ({"how": how} if how else {})
    return buddies.word(part.person, kind, f"{key}:{part.person.id}", pair.community, now, None, args, part.role)
