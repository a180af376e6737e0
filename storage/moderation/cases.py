"""Reports: what a member told the people who run a community. A moderator never sees a case that names them.

Who a case names is kept as persons while they are there, and as a keyed hash of each account, so that it still holds
after forget-me. Who makes the hashes is not this module's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.context import Delivery
from bot.messages import Community, Person
from storage.database import sql
from storage.database.instants import instant, seconds
from storage.delivery import deliveries
from storage.members import community_settings
from storage.moderation import holds, survival
from storage.moderation.survival import Life

KEPT = timedelta(days=90)
"""After a case is closed."""

CLOSED = "cases.closed"
"""What the reporter hears at the end."""

Viewers = Literal["moderators", "host"]
Seal = Callable[[int, str], bytes | None]
"""Encrypts one of a case's texts ("words", "about") for the row with this id."""


class Named(NamedTuple):
    """Somebody a case names: their account's keyed hash, and the person if they are one."""

    code: bytes
    person: Person | None


class Case(NamedTuple):
    """One report. ``words``, ``about`` (the account it is about) and ``note`` are encrypted."""

    id: int
    community: Community
    viewers: Viewers
    words: bytes
    about: bytes | None
    note: bytes | None
    opened: datetime
    closed: datetime | None
    reported: Person | None


class Lately(NamedTuple):
    """Of the reports of some time: how many there were, how many are closed, and when half had been looked at."""

    opened: int
    closed: int
    half: timedelta | None


class Viewer(NamedTuple):
    """Who looks: their person and the hashes of their accounts. ``host`` is whoever holds the machine."""

    person: Person | None
    codes: frozenset[bytes]
    host: bool = False


def open_case(
    connection: Connection,
    community: Community,
    viewers: Viewers,
    seal: Seal,
    reporter: Named,
    reported: Named | None,
    now: datetime,
) -> int:
    """Write a report down. Returns its id."""
    row = sql.insert(connection, "cases", community=community.id, viewers=viewers, words=b"", opened=seconds(now))
    connection.execute(
        "UPDATE cases SET words = ?, about = ? WHERE id = ?", (seal(row, "words"), seal(row, "about"), row)
    )
    _name(connection, row, "reporter", reporter)
    if reported is not None:
        _name(connection, row, "reported", reported)
    return row


def _name(connection: Connection, case: int, part: str, named: Named) -> None:
    connection.execute(
        'INSERT INTO case_people ("case", part, person, code) VALUES (?, ?, ?, ?)',
        (case, part, named.person.id if named.person else None, named.code),
    )


def open_cases(connection: Connection, community: Community, viewer: Viewer) -> list[Case]:
    """What waits for a decision, the oldest first, without any case that names the viewer."""
    rows = connection.execute(
        f"{_SELECT} WHERE cases.community = ? AND closed IS NULL ORDER BY cases.id", (community.id,)
    )
    return [case for case in map(_case, rows.fetchall()) if _may_see(connection, case, viewer)]


def lately(connection: Connection, community: Community, viewer: Viewer, now: datetime) -> Lately:
    """M11: what was reported in the last three months, without any case that names the viewer.

    Nothing of these is erased yet. Half of them by Kaplan-Meier: what nobody has looked at is known up to now.
    """
    rows = connection.execute(
        f"{_SELECT} WHERE cases.community = ? AND opened > ?", (community.id, seconds(now - KEPT))
    ).fetchall()
    found = [case for case in map(_case, rows) if _may_see(connection, case, viewer)]
    seen_at = dict(connection.execute("SELECT id, first_seen FROM cases WHERE community = ?", (community.id,)))
    lives = []
    for case in found:
        looked = seen_at[case.id]
        lives.append(Life((looked or seconds(now)) - seconds(case.opened), looked is not None))
    half = survival.half(lives)
    closed = sum(case.closed is not None for case in found)
    return Lately(len(found), closed, None if half is None else timedelta(seconds=half))


def get(connection: Connection, community: Community, case: int, viewer: Viewer) -> Case | None:
    """One case of this community. None if there is none, or none that the viewer may see."""
    row = connection.execute(f"{_SELECT} WHERE cases.community = ? AND cases.id = ?", (community.id, case)).fetchone()
    found = _case(row) if row else None
    return found if found and _may_see(connection, found, viewer) else None


def _may_see(connection: Connection, case: Case, viewer: Viewer) -> bool:
    if viewer.host:
        return True
    rows = connection.execute('SELECT person, code FROM case_people WHERE "case" = ?', (case.id,)).fetchall()
    mine = {viewer.person.id} if viewer.person else set()
    return case.viewers == "moderators" and not any(person in mine or code in viewer.codes for person, code in rows)


def seen(connection: Connection, case: int, now: datetime) -> None:
    """A person has looked at it: the first time is the time to the first response."""
    connection.execute("UPDATE cases SET first_seen = ifnull(first_seen, ?) WHERE id = ?", (seconds(now), case))


def decide(connection: Connection, case: Case, note: bytes | None, free: bool, now: datetime) -> None:
    """Close a case and tell the reporter, if they are still there. ``free``: whom it is about may be introduced again,
    and hears that.
    """
    connection.execute(
        "UPDATE cases SET closed = ?, note = ?, first_seen = ifnull(first_seen, ?) WHERE id = ? AND closed IS NULL",
        (seconds(now), note, seconds(now), case.id),
    )
    reporter = connection.execute(
        "SELECT person FROM case_people WHERE \"case\" = ? AND part = 'reporter' AND person IS NOT NULL", (case.id,)
    ).fetchone()
    if reporter is not None:
        told = Delivery(
            Person(reporter[0]), CLOSED, f"{CLOSED}:{case.id}:{seconds(now)}", now, community=case.community
        )
        deliveries.plan(connection, told)
    if free and case.reported is not None:
        holds.let_go(connection, case.community, case.reported, now)


def reopen(connection: Connection, case: Case) -> bool:
    """Closed by a slip: it waits again. False if the reporter has heard of the closing."""
    connection.execute("UPDATE cases SET closed = NULL WHERE id = ?", (case.id,))
    key = f"{CLOSED}:{case.id}:{seconds(case.closed)}" if case.closed else ""
    unheard = deliveries.waits(connection, key)
    deliveries.drop_key(connection, key)
    return unheard


def waiting_for_host(connection: Connection) -> list[Case]:
    """Open cases that only the person hosting the bot may see, of every community."""
    rows = connection.execute(f"{_SELECT} WHERE viewers = 'host' AND closed IS NULL ORDER BY cases.id")
    return [_case(row) for row in rows.fetchall()]


def newest_for_host(connection: Connection) -> int:
    """The number of the newest open case that only the host may see; 0 where none waits."""
    [newest] = connection.execute(
        "SELECT ifnull(max(id), 0) FROM cases WHERE viewers = 'host' AND closed IS NULL"
    ).fetchone()
    return int(newest)


def outlive(connection: Connection, person: Person, accounts: Iterable[bytes]) -> None:
    """The person is about to be forgotten: in cases only keyed hashes stay, one for each of their accounts."""
    rows = connection.execute('SELECT DISTINCT "case", part FROM case_people WHERE person = ?', (person.id,)).fetchall()
    connection.execute("DELETE FROM case_people WHERE person = ?", (person.id,))
    for case, part in rows:
        connection.executemany(
            'INSERT INTO case_people ("case", part, code) VALUES (?, ?, ?)', [(case, part, code) for code in accounts]
        )
        if part == "reported":
            connection.execute("UPDATE cases SET about = NULL WHERE id = ?", (case,))


def recognise(connection: Connection, person: Person, code: bytes, now: datetime) -> None:
    """An account of the person is known from now on: an open case that names its hash holds them again."""
    rows = connection.execute(
        'SELECT DISTINCT "case", community, part FROM case_people JOIN cases ON cases.id = "case"'
        " WHERE code = ? AND person IS NULL AND closed IS NULL",
        (code,),
    ).fetchall()
    connection.execute("UPDATE case_people SET person = ? WHERE code = ? AND person IS NULL", (person.id, code))
    for case, community, part in rows:
        if part == "reported" and community_settings.get(connection, Community(community)).holds_on_report:
            holds.hold_silently(connection, Community(community), person, case, now)


def export(connection: Connection, person: Person) -> list[tuple[int, bytes, datetime, datetime | None]]:
    """What the person reported: case, encrypted words, when, and when it was closed. Never what others reported."""
    rows = connection.execute(
        'SELECT cases.id, words, opened, closed FROM cases JOIN case_people ON "case" = cases.id'
        " WHERE person = ? AND part = 'reporter' ORDER BY cases.id",
        (person.id,),
    )
    return [(id_, words, instant(opened), instant(closed)) for id_, words, opened, closed in rows]


def sweep(connection: Connection, now: datetime) -> bool:
    """Erase what was closed 90 days ago."""
    return sql.erase(connection, "cases", "closed <= ?", seconds(now - KEPT))


_SELECT = (
    "SELECT cases.id, community, communities.name, viewers, words, about, note, opened, closed,"
    " (SELECT person FROM case_people WHERE \"case\" = cases.id AND part = 'reported' LIMIT 1)"
    " FROM cases JOIN communities ON communities.id = community"
)


def _case(row: Sequence[Any]) -> Case:
    id_, community, name, viewers, words, about, note, opened, closed, reported = row
    return Case(
        id_,
        Community(community, name),
        viewers,
        words,
        about,
        note,
        instant(opened),
        instant(closed),
        Person(reported) if reported is not None else None,
    )
