"""Who may be introduced to whom at this moment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import combinations
from sqlite3 import Connection
from typing import Any

from bot.messages import Community, Person
from storage.buddies import buddies
from storage.buddies.buddies import MENTOR, PURPOSE, Kind, Part, Signup
from storage.database.instants import seconds
from storage.members import blocks, consents, members, resting
from storage.moderation import holds

_ALLOWED = """
NOT resting AND (paused_at IS NULL OR paused_until <= :now)
AND EXISTS (SELECT 1 FROM memberships WHERE memberships.person = signups.person
    AND memberships.community = signups.community AND left_at IS NULL AND away IS NULL)
AND 3 = (SELECT count(*) FROM consents WHERE consents.person = signups.person
    AND (purpose, version) IN (VALUES (:purpose, :version), ('dm', :dm), ('adult', :adult)))
"""
_BUSY = """
EXISTS (SELECT 1 FROM buddy_answers JOIN buddy_proposals ON buddy_proposals.id = proposal
    WHERE buddy_answers.person = signups.person AND buddy_proposals.community = signups.community
    AND buddy_proposals.kind = 'buddy' AND buddy_proposals.state = 'open')
OR EXISTS (SELECT 1 FROM buddy_members JOIN buddy_pairs ON buddy_pairs.id = pair
    WHERE buddy_members.person = signups.person AND buddy_pairs.community = signups.community
    AND buddy_pairs.kind = 'buddy' AND buddy_pairs.state <> 'ended' AND gone IS NULL)
"""


def _values(community: Community, now: datetime) -> dict[str, Any]:
    names = {"version": PURPOSE, "dm": "dm", "adult": "adult"}
    versions = {name: consents.version(purpose) for name, purpose in names.items()}
    return {"community": community.id, "now": seconds(now), "purpose": PURPOSE, **versions}


def eligible(connection: Connection, community: Community, now: datetime) -> list[Signup]:
    """Everybody who may be introduced to somebody now: they said yes to it, are here, and have nobody yet."""
    free = f"community = :community AND {_ALLOWED} AND NOT ({_BUSY})"
    found = buddies.signups(connection, free, _values(community, now))
    return [one for one in found if holds.obstacle(connection, community, one.person, now) is None]


def may_meet(connection: Connection, community: Community, people: Sequence[Person], now: datetime) -> bool:
    """May these people be brought together at this moment: the yes of each still stands, and nobody avoids another."""
    values = _values(community, now) | {"people": json.dumps([person.id for person in people])}
    [allowed] = connection.execute(
        "SELECT count(*) FROM buddy_signups AS signups JOIN persons ON persons.id = signups.person"
        f" WHERE community = :community AND signups.person IN (SELECT value FROM json_each(:people)) AND {_ALLOWED}",
        values,
    ).fetchone()
    if allowed != len(people):
        return False
    if any(holds.obstacle(connection, community, person, now) is not None for person in people):
        return False
    return not any(blocks.between(connection, one, other) for one, other in combinations(people, 2))


def may_walk_together(connection: Connection, community: Community, parts: Sequence[Part], now: datetime) -> bool:
    """As ``may_meet`` for a mentor and the person they walk with: each by the yes to their own part."""
    for person, role, _reasons in parts:
        wanted = {MENTOR if role == "mentor" else PURPOSE, "dm", "adult"}
        if not wanted <= consents.given(connection, person) or community not in members.communities(connection, person):
            return False
        if members.profile(connection, person).paused or resting.waits(connection, person, community):
            return False
        if holds.obstacle(connection, community, person, now) is not None:
            return False
    return not any(blocks.between(connection, one.person, other.person) for one, other in combinations(parts, 2))


def may(connection: Connection, community: Community, kind: Kind, parts: Sequence[Part], now: datetime) -> bool:
    """May these people be brought together at this moment, as this kind of pair?"""
    if kind == "mentor":
        return may_walk_together(connection, community, parts, now)
    return may_meet(connection, community, [part.person for part in parts], now)


def avoids(connection: Connection, community: Community) -> list[tuple[int, int]]:
    """Every two people of the community who must not meet, once for each who asked for it."""
    return connection.execute(
        "SELECT blocks.person, other FROM blocks JOIN buddy_signups AS signups ON signups.person = blocks.person"
        " WHERE community = ? AND other IS NOT NULL",
        (community.id,),
    ).fetchall()


def platforms(connection: Connection, community: Community) -> dict[int, frozenset[str]]:
    """Where each person of the community who signed up can be met: people are introduced where both have an account."""
    rows = connection.execute(
        "SELECT DISTINCT accounts.person, accounts.platform FROM accounts"
        " JOIN buddy_signups ON buddy_signups.person = accounts.person"
        " JOIN places ON places.community = buddy_signups.community AND places.platform = accounts.platform"
        " WHERE buddy_signups.community = ?",
        (community.id,),
    ).fetchall()
    found: dict[int, set[str]] = {}
    for person, platform in rows:
        found.setdefault(person, set()).add(platform)
    return {person: frozenset(there) for person, there in found.items()}
