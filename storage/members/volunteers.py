"""Who would help, welcome, host or mentor in a community, and whether they may begin there: each is looked at once.

Whoever did so before this was asked has no row, and stays what they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, NamedTuple

from bot.context import Delivery
from bot.messages import Community, Person
from storage.database.instants import instant, seconds
from storage.delivery import deliveries
from storage.members import community_settings

ROLES = ("helper", "welcomer", "host", "mentor")
DAYS = 14
NEW, BEGUN = "volunteers.new", "volunteers.begun"


class Volunteer(NamedTuple):
    """Somebody who waits for a moderator's yes. ``begins``: without one; None where it needs the yes."""

    person: Person
    role: str
    begins: datetime | None


def ask(
    connection: Connection, person: Person, community: Community, roles: Iterable[str], days: int, now: datetime
) -> None:
    """The person said yes to these roles: where they are new, moderators of the community are told, once each."""
    found = connection.execute(
        "SELECT since FROM memberships WHERE community = ? AND person = ? AND left_at IS NULL",
        (community.id, person.id),
    ).fetchone()
    since = found[0] if found else seconds(now)
    reports = community_settings.get(connection, community).reports
    for role in sorted({*roles} & {*ROLES}):
        done = connection.execute(
            "INSERT OR IGNORE INTO volunteers (community, person, role, since, days) VALUES (?, ?, ?, ?, ?)",
            (community.id, person.id, role, since, days),
        )
        if done.rowcount and reports is not None and waits(connection, community, person, role, now):
            key = f"{NEW}:{community.id}:{person.id}:{role}:{seconds(now)}"
            args: dict[str, int | str] = {"about": person.id, "role": role}
            deliveries.plan(connection, Delivery(reports, NEW, key, now, community=community, args=args))


def came(connection: Connection, person: Person, community: Community, now: datetime) -> None:
    """The person is in this community now: what they are elsewhere they are not yet here."""
    rows = connection.execute("SELECT purpose FROM consents WHERE person = ?", (person.id,))
    ask(connection, person, community, [purpose for (purpose,) in rows], DAYS, now)


def roles_of(connection: Connection, person: Person) -> dict[Community, frozenset[str]]:
    """What the person does for others, in each of their communities."""
    rows = connection.execute(
        "SELECT communities.id, name FROM memberships JOIN communities ON communities.id = community"
        " WHERE person = ? AND left_at IS NULL",
        (person.id,),
    ).fetchall()
    given = connection.execute("SELECT purpose FROM consents WHERE person = ?", (person.id,)).fetchall()
    return {Community(*row): frozenset(purpose for (purpose,) in given if purpose in ROLES) for row in rows}


def waits(connection: Connection, community: Community, person: Person, role: str, now: datetime) -> bool:
    """Has the person to be looked at before they may do this here?"""
    return any(one.person == person and one.role == role for one in _waiting(connection, community, now, person))


def waiting(connection: Connection, community: Community, now: datetime) -> list[Volunteer]:
    """Whom moderators have not answered, the longest waiting first."""
    return _waiting(connection, community, now, None, unanswered=True)


def _waiting(
    connection: Connection, community: Community, now: datetime, person: Person | None, *, unanswered: bool = False
) -> list[Volunteer]:
    rows = connection.execute(
        "SELECT volunteers.person, role, since, ifnull(volunteer_days, days), answer FROM volunteers"
        " LEFT JOIN community_settings USING (community) WHERE volunteers.community = ?1"
        " AND (?2 IS NULL OR volunteers.person = ?2) AND ifnull(answer, '') <> 'yes'"
        " AND EXISTS (SELECT 1 FROM consents WHERE consents.person = volunteers.person AND purpose = role)"
        " ORDER BY since, volunteers.person, role",
        (community.id, person.id if person else None),
    )
    found = []
    for who, role, since, days, answer in rows:
        begins = None if role == "mentor" or answer == "no" else instant(since) + timedelta(days=days)
        if (begins is None or begins > now) and not (unanswered and answer):
            found.append(Volunteer(Person(who), role, begins))
    return found


def answer(
    connection: Connection, community: Community, person: Person, role: str, now: datetime, *, yes: bool
) -> bool:
    """A moderator's word. False where nobody waits for it. A yes is told to the person, a "not now" to nobody."""
    if not waits(connection, community, person, role, now):
        return False
    connection.execute(
        "UPDATE volunteers SET answer = ? WHERE community = ? AND person = ? AND role = ?",
        ("yes" if yes else "no", community.id, person.id, role),
    )
    if yes:
        what, args = f"{community.id}:{person.id}:{role}:{seconds(now)}", {"role": role}
        deliveries.tell(connection, person, BEGUN, what, now, None, role, community, args)
    return True


# -- what is kept -----------------------------------------------------------------------------------------------------


def export(connection: Connection, person: Person) -> dict[str, Any]:
    rows = connection.execute(
        "SELECT name, role, answer FROM volunteers JOIN communities ON communities.id = community WHERE person = ?"
        " ORDER BY name, role",
        (person.id,),
    )
    # That moderators said "not now" is theirs: it reads as what nobody has answered yet.
    kept = [{"where": name, "as": role, "looked at": said == "yes"} for name, role, said in rows]
    return {"what you offered to do": kept} if kept else {}


def forget(connection: Connection, person: Person, community: Community | None) -> None:
    connection.execute(
        "DELETE FROM volunteers WHERE person = ?1 AND (?2 IS NULL OR community = ?2)",
        (person.id, community.id if community else None),
    )
