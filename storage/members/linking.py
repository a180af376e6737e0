"""One person with several accounts, one community with several places: codes, and putting two together.

shown ──enter──> entered ──agree──> agreed ──settle──> together     (10 minutes for all of it, 5 tries, once)
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal, NamedTuple

from bot.messages import Community, Member, Person
from storage.database import sql
from storage.database.instants import instant, seconds
from storage.members import blocks, members, resting

LIFE = timedelta(minutes=10)
TRIES = 5

Entered = Literal["entered", "wrong", "gone", "own"]


class Link(NamedTuple):
    """A code that was shown to ``member`` and, perhaps, entered by ``other``; of places if there is a community."""

    id: int
    member: Member
    community: Community | None
    other: Member | None
    other_community: Community | None
    agreed: bool
    expires: datetime


def show(connection: Connection, member: Member, community: Community | None, code: bytes, now: datetime) -> int:
    """A new code for this account, in place of an earlier one. ``code`` is the keyed hash. Returns the row's id."""
    connection.execute(
        "DELETE FROM links WHERE platform = ? AND platform_id = ? AND (community IS NULL) = ?",
        (member.platform, member.id, community is None),
    )
    whose = {"platform": member.platform, "platform_id": member.id, "community": community.id if community else None}
    return sql.insert(connection, "links", code=code, **whose, expires=seconds(now + LIFE))


def enter(
    connection: Connection, row: int, code: bytes, other: Member, community: Community | None, now: datetime
) -> Entered:
    """Somebody typed a code. A wrong one is counted, and after the fifth the right one is no use either."""
    link = get(connection, row, now)
    if link is None or link.other not in (None, other) or (link.community is None) != (community is None):
        return "gone"
    if link.member == other if community is None else link.community == community:
        return "own"
    [kept] = connection.execute("SELECT code FROM links WHERE id = ?", (row,)).fetchone()
    if not hmac.compare_digest(kept, code):
        connection.execute("UPDATE links SET tries = tries + 1 WHERE id = ?", (row,))
        return "wrong"
    connection.execute(
        "UPDATE links SET other_platform = ?, other_id = ?, other_community = ? WHERE id = ?",
        (other.platform, other.id, community.id if community else None, row),
    )
    return "entered"


def agree(connection: Connection, row: int, other: Member, now: datetime) -> Link | None:
    """The account that entered the code says yes. None if it may not, or it is too late."""
    link = get(connection, row, now)
    if link is None or link.other != other:
        return None
    connection.execute("UPDATE links SET agreed = 1 WHERE id = ?", (row,))
    return link._replace(agreed=True)


def take(connection: Connection, row: int, member: Member, now: datetime) -> Link | None:
    """The account that was shown the code says yes too, which uses the code up. None if it may not, or not yet."""
    link = get(connection, row, now)
    if link is None or link.member != member or not link.agreed:
        return None
    drop(connection, row)
    return link


def waiting(connection: Connection, member: Member, now: datetime) -> list[Link]:
    """What this account was shown, and another one entered and agreed to."""
    rows = connection.execute(
        "SELECT id FROM links WHERE platform = ? AND platform_id = ? AND agreed", (member.platform, member.id)
    ).fetchall()
    return [link for (row,) in rows if (link := get(connection, row, now)) is not None]


def get(connection: Connection, row: int, now: datetime) -> Link | None:
    found = connection.execute(
        "SELECT links.id, platform, platform_id, here.id, here.name, other_platform, other_id, there.id, there.name,"
        " agreed, expires FROM links LEFT JOIN communities AS here ON here.id = community"
        " LEFT JOIN communities AS there ON there.id = other_community"
        " WHERE links.id = ? AND expires > ? AND tries < ?",
        (row, seconds(now), TRIES),
    ).fetchone()
    if found is None:
        return None
    id_, platform, account, here, here_name, other, other_id, there, there_name, agreed, expires = found
    return Link(
        id_,
        Member(platform, account),
        Community(here, here_name) if here is not None else None,
        Member(other, other_id) if other is not None else None,
        Community(there, there_name) if there is not None else None,
        bool(agreed),
        instant(expires),
    )


def drop(connection: Connection, row: int) -> None:
    connection.execute("DELETE FROM links WHERE id = ?", (row,))


def forget(connection: Connection, member: Member) -> None:
    """Drop every code this account was shown or has entered."""
    connection.execute(
        "DELETE FROM links WHERE (platform = ? AND platform_id = ?) OR (other_platform = ? AND other_id = ?)",
        (member.platform, member.id) * 2,
    )


def sweep(connection: Connection, now: datetime) -> bool:
    return sql.erase(connection, "links", "expires <= ?", seconds(now))


# -- persons ----------------------------------------------------------------------------------------------------------

PERSONAL = frozenset(
    {
        *("accounts", "memberships", "membership_checks", "consents", "offers", "deliveries", "letters", "blocks"),
        *("checkin_schedules", "checkin_rests", "checkin_dials", "checkins", "prompts_seen", "contacts", "countries"),
        *("helper_hours", "company_gave", "people_map", "people_openings", "given_received"),
        *("notebooks", "notes", "own_dates", "reminders", "volunteers"),
    }
)
"""What can be put together without anybody else noticing. Rows in any other table stay where they are."""


def together(connection: Connection, one: Person, two: Person) -> Person | None:
    """Make two persons one. Returns the one that stays; None where both have something that cannot be moved."""
    if one == two:
        return one
    if not _movable(connection, two):
        one, two = two, one
    if not _movable(connection, two):
        return None
    _move(connection, one, two)
    members.forget(connection, two)
    return one


def attach(connection: Connection, person: Person, member: Member, code: bytes, now: datetime) -> None:
    """One more account of a person, nothing having been kept about it before. ``code`` is its keyed hash."""
    connection.execute(
        "INSERT INTO accounts (platform, platform_id, person, last_seen) VALUES (?, ?, ?, ?)",
        (member.platform, member.id, person.id, seconds(now)),
    )
    blocks.recognise(connection, person, code)


def detach(connection: Connection, person: Person, member: Member) -> bool:
    """The account is the person's no more: what is on its way goes to another one. False if it is the only one."""
    others = [account for account in members.accounts(connection, person) if account != member]
    if not others:
        return False
    connection.execute(
        "UPDATE deliveries SET platform = ?, target = ? WHERE person = ? AND platform = ? AND target = ?",
        (others[0].platform, others[0].id, person.id, member.platform, member.id),
    )
    connection.execute(
        "DELETE FROM accounts WHERE platform = ? AND platform_id = ? AND person = ?",
        (member.platform, member.id, person.id),
    )
    return True


def _movable(connection: Connection, person: Person) -> bool:
    return not any(
        connection.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" = ? LIMIT 1', (person.id,)).fetchone()
        for table, column in _references(connection, "persons")
        if table not in PERSONAL
    )


_MERGED = """
ON CONFLICT DO UPDATE SET left_at = CASE WHEN excluded.left_at IS NULL THEN NULL ELSE left_at END,
away = ifnull(away, excluded.away), back = ifnull(back, excluded.back)
"""
"""Of two memberships in one community: whoever is there by one of them is there. What waits, waits in both."""


def _move(connection: Connection, keep: Person, gone: Person) -> None:
    """Everything of ``gone`` becomes that of ``keep``; where both have one of a kind, that of ``keep`` stands."""
    connection.execute(
        "INSERT INTO memberships (community, person, since, left_at, away, back, told)"
        f" SELECT community, ?, since, left_at, away, back, told FROM memberships WHERE person = ? {_MERGED}",
        (keep.id, gone.id),
    )
    connection.execute(
        "UPDATE persons SET paused_at = other.paused_at, paused_until = other.paused_until"
        " FROM (SELECT paused_at, paused_until FROM persons WHERE id = ?) AS other"
        " WHERE id = ? AND persons.paused_at IS NULL",
        (gone.id, keep.id),
    )
    connection.execute(
        "UPDATE persons SET waits = (SELECT waits FROM persons WHERE id = ?) WHERE id = ? AND waits IS NULL",
        (gone.id, keep.id),
    )
    connection.execute(  # of two yeses to one purpose, the one to the newer words stands
        "DELETE FROM consents WHERE person = ? AND EXISTS (SELECT 1 FROM consents AS other"
        " WHERE other.person = ? AND other.purpose = consents.purpose AND other.version > consents.version)",
        (keep.id, gone.id),
    )
    for table, column in _references(connection, "persons"):
        if table in PERSONAL and table not in ("memberships", "membership_checks"):
            connection.execute(
                f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE "{column}" = ?', (keep.id, gone.id)
            )
    connection.execute("DELETE FROM blocks WHERE person = other OR other = ?", (gone.id,))
    resting.count(connection, keep)


# -- communities ------------------------------------------------------------------------------------------------------

EMPTY = frozenset({"places", "memberships", "membership_checks", "offers", "links", "deliveries", "volunteers"})
"""What a community has that nobody has set anything up in."""


def one_community(connection: Connection, one: Community, two: Community) -> Community | None:
    """Make two communities one. Returns the one that stays; None where both have something set up."""
    if one == two:
        return one
    if not _is_empty(connection, two):
        one, two = two, one
    if not _is_empty(connection, two):
        return None
    connection.execute("UPDATE places SET community = ? WHERE community = ?", (one.id, two.id))
    connection.execute(
        "INSERT INTO memberships (community, person, since, left_at, away, back, told)"
        f" SELECT ?, person, since, left_at, away, back, told FROM memberships WHERE community = ? {_MERGED}",
        (one.id, two.id),
    )
    for table in ("deliveries", "volunteers"):
        connection.execute(f"UPDATE OR IGNORE {table} SET community = ? WHERE community = ?", (one.id, two.id))
    connection.execute("DELETE FROM communities WHERE id = ?", (two.id,))
    return one


def _is_empty(connection: Connection, community: Community) -> bool:
    return not any(
        connection.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" = ? LIMIT 1', (community.id,)).fetchone()
        for table, column in _references(connection, "communities")
        if table not in EMPTY
    )


def _references(connection: Connection, target: str) -> Iterator[tuple[str, str]]:
    """(table, column) of every foreign key to a table: names of our own schema, not of anybody outside."""
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL").fetchall()
    for (table,) in tables:
        for key in connection.execute("SELECT * FROM pragma_foreign_key_list(?)", (table,)).fetchall():
            if key[2] == target:
                yield table, key[3]
