"""Buddies as totals for moderators: (part, whole) of people of a community, never shown as they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.messages import Community
from storage.database.instants import seconds

LATELY, QUARTER, SOON = timedelta(days=28), timedelta(days=90), timedelta(days=14)
A_DAY = 86_400

_TALKED = """
SELECT person, opened + day * :day AS at FROM buddy_weeks AS own JOIN buddy_pairs ON buddy_pairs.id = pair
WHERE community = :community AND answer = 'yes' AND EXISTS (SELECT 1 FROM buddy_weeks AS others
    WHERE others.pair = own.pair AND others.day = own.day AND others.person <> own.person AND others.answer = 'yes')
"""
"""Who talked and when: a week for which two of a pair said yes."""


def _count(connection: Connection, query: str, community: Community, **values: datetime) -> tuple[int, int]:
    given = {name: seconds(value) for name, value in values.items()}
    soon = {"day": A_DAY, "soon": int(SOON.total_seconds())}
    part, whole = connection.execute(query, {"community": community.id, **given, **soon}).fetchone()
    return int(part or 0), int(whole)


def with_a_buddy(connection: Connection, community: Community, now: datetime) -> tuple[int, int]:
    """Those who have one, of all who would like one now."""
    query = (
        "SELECT sum(EXISTS (SELECT 1 FROM buddy_members JOIN buddy_pairs ON buddy_pairs.id = pair"
        " WHERE buddy_members.person = buddy_signups.person AND buddy_pairs.community = buddy_signups.community"
        " AND kind = 'buddy' AND state = 'active' AND gone IS NULL)), count(*)"
        " FROM buddy_signups WHERE community = :community AND NOT resting"
    )
    return _count(connection, query, community)


def soon_talked(connection: Connection, community: Community, now: datetime) -> tuple[int, int]:
    """Those who had talked with somebody two weeks later, of all who asked in the last three months and longer ago."""
    query = (
        f"SELECT sum(person IN (SELECT person FROM ({_TALKED}) WHERE at <= buddy_signups.since + :soon)), count(*)"
        " FROM buddy_signups WHERE community = :community AND since BETWEEN :first AND :last"
    )
    return _count(connection, query, community, first=now - QUARTER, last=now - SOON)


def lately_talked(connection: Connection, community: Community, now: datetime) -> tuple[int, int]:
    """Those who talked with somebody in the last four weeks, of all who had a buddy in them."""
    query = (
        f"SELECT sum(person IN (SELECT person FROM ({_TALKED}) WHERE at > :first)), count(*)"
        " FROM (SELECT DISTINCT person FROM buddy_members JOIN buddy_pairs ON buddy_pairs.id = pair"
        " WHERE community = :community AND opened IS NOT NULL AND ifnull(ended, :now) > :first)"
    )
    return _count(connection, query, community, first=now - LATELY, now=now)


def stayed(connection: Connection, community: Community, now: datetime) -> tuple[int, int]:
    """Those who chose each other again, of all whose pair came to the end of its time in the last three months."""
    query = (
        "SELECT sum(again), count(*) FROM (SELECT person, max(opened < began) AS again FROM buddy_members"
        " JOIN buddy_pairs ON buddy_pairs.id = pair JOIN buddy_rounds ON buddy_rounds.id = round"
        " WHERE buddy_pairs.community = :community AND kind = 'buddy' AND opened IS NOT NULL"
        " AND (ended > :first OR state = 'active') AND (opened < began OR ended >= buddy_pairs.ends) GROUP BY person)"
    )
    return _count(connection, query, community, first=now - QUARTER)
