"""Buddies as totals for moderators: (part, whole) of people of a community, never shown as they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.messages import Community
from storage.buddies import buddies, meeting, rounds
from storage.database.instants import seconds
from storage.moderation.survival import Life, left

LATELY, QUARTER, SOON = timedelta(days=28), timedelta(days=90), timedelta(days=14)
UNHEARD = buddies.LOOK_AGAIN + timedelta(days=1)
A_DAY = 86_400

_TALKED = """
SELECT person, opened + day * :day AS at FROM buddy_weeks AS own JOIN buddy_pairs ON buddy_pairs.id = pair
WHERE community = :community AND answer = 'yes' AND EXISTS (SELECT 1 FROM buddy_weeks AS others
    WHERE others.pair = own.pair AND others.day = own.day AND others.person <> own.person AND others.answer = 'yes')
"""
"""Who talked and when: a week for which two of a pair said yes."""


def _count(connection: Connection, query: str, community: Community, **values: datetime) -> tuple[int, int]:
    given = {name: seconds(value) for name, value in values.items()}
    part, whole = connection.execute(query, {"community": community.id, "day": A_DAY, **given}).fetchone()
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
    """Those who had talked with somebody two weeks later, of all who asked in the last three months and longer ago.

    By Kaplan-Meier: who paused or left before counts for as long as they waited.
    """
    lives = waits(connection, community, now, now - SOON)
    return round(len(lives) * (1 - left(lives, SOON.days))), len(lives)


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


# -- ties, for the picture (docs/measures.md has what each means) ------------------------------------------------------

_ACTIVE = """
SELECT memberships.person FROM memberships JOIN persons ON persons.id = memberships.person
WHERE memberships.community = :community AND left_at IS NULL AND paused_at IS NULL AND (
    memberships.person IN (SELECT person FROM checkin_schedules)
    OR memberships.person IN (SELECT person FROM buddy_signups WHERE community = :community AND NOT resting)
    OR memberships.person IN (
        SELECT circle_members.person FROM circle_members JOIN circles ON circles.id = circle
        WHERE circles.community = :community))
"""
"""Members with a check-in, a wish for a buddy or a circle of theirs: E of the measures."""

_IN_A_PAIR = """
SELECT buddy_members.person FROM buddy_members JOIN buddy_pairs ON buddy_pairs.id = pair
WHERE community = :community AND opened IS NOT NULL AND ifnull(ended, :now) > :first
"""


def tied(connection: Connection, community: Community, now: datetime) -> tuple[int, int]:
    """M1: those who talked with somebody in the last four weeks, as both say, of all who have something on."""
    query = f"SELECT sum(person IN (SELECT person FROM ({_TALKED}) WHERE at > :first)), count(*) FROM ({_ACTIVE})"
    return _count(connection, query, community, first=now - LATELY)


def tie_unknown(connection: Connection, community: Community, now: datetime) -> int:
    """Of the same, those who had a buddy and of whom it is not known: not everybody said, or not the same."""
    query = (
        f"SELECT sum(person IN ({_IN_A_PAIR}) AND person NOT IN"
        f" (SELECT person FROM ({_TALKED}) WHERE at > :first)), count(*) FROM ({_ACTIVE})"
    )
    return _count(connection, query, community, first=now - LATELY, now=now)[0]


def waits(connection: Connection, community: Community, now: datetime, last: datetime) -> list[Life]:
    """M2: days from the wish for a buddy to the first talk that both confirm; known up to a pause, a leave, or now."""
    given = {"community": community.id, "day": A_DAY, "now": seconds(now)}
    rows = connection.execute(
        "SELECT buddy_signups.since, (SELECT min(at) FROM ("
        + _TALKED
        + ") AS talks WHERE talks.person = buddy_signups.person"
        " AND at >= buddy_signups.since), min(:now, ifnull(paused_at, :now), ifnull(left_at, :now)) FROM buddy_signups"
        " JOIN persons ON persons.id = buddy_signups.person LEFT JOIN memberships"
        " ON memberships.person = buddy_signups.person AND memberships.community = buddy_signups.community"
        " WHERE buddy_signups.community = :community AND buddy_signups.since BETWEEN :first AND :last",
        given | {"first": seconds(now - QUARTER), "last": seconds(last)},
    )
    return [_life(since, talked, known) for since, talked, known in rows]


def lasting(connection: Connection, community: Community, now: datetime) -> list[Life]:
    """M4: rounds that pairs of the last three months went through; an end before the time is an end like any other.

    Kith marks no end as one for safety, so these count as ends too. Where somebody's account is gone, the pair is known
    up to its end only.
    """
    rows = connection.execute(
        "SELECT opened, ended, days, (SELECT count(*) FROM buddy_members WHERE pair = buddy_pairs.id) FROM buddy_pairs"
        " WHERE community = ? AND kind = 'buddy' AND opened > ?",
        (community.id, seconds(now - QUARTER)),
    ).fetchall()
    lives = []
    for opened, ended, days, people in rows:
        rounds = ((ended or seconds(now)) - opened) // (days * A_DAY)
        lives.append(Life(max(1, rounds) if ended else rounds, ended is not None and people > 1))
    return lives


def lately_unknown(connection: Connection, community: Community, now: datetime) -> int:
    """M3: of those who had a buddy in four weeks and did not talk as both say, those of whom nobody said no."""
    query = (
        f"SELECT sum(person NOT IN (SELECT person FROM ({_TALKED}) WHERE at > :first) AND person NOT IN"
        " (SELECT own.person FROM buddy_weeks AS said JOIN buddy_pairs ON buddy_pairs.id = said.pair"
        " JOIN buddy_members AS own ON own.pair = said.pair WHERE community = :community AND answer = 'no'"
        f" AND opened + day * :day > :first)), count(*) FROM (SELECT DISTINCT person FROM ({_IN_A_PAIR}))"
    )
    return _count(connection, query, community, first=now - LATELY, now=now)[0]


def lasted(connection: Connection, community: Community, now: datetime) -> tuple[int, int]:
    """Pairs that go on beyond their first round, of those that began in the last three months."""
    lives = lasting(connection, community, now)
    return round(len(lives) * left(lives, 1)), len(lives)


def told(connection: Connection, community: Community, now: datetime) -> int:
    """M10: of those who would like a buddy and have none, whoever heard in this round that nobody fits yet."""
    query = (
        "SELECT sum(left_out_round = (SELECT max(number) FROM buddy_rounds WHERE community = :community)"
        " AND NOT EXISTS (SELECT 1 FROM buddy_members JOIN buddy_pairs ON buddy_pairs.id = pair"
        " WHERE buddy_members.person = buddy_signups.person AND buddy_pairs.community = buddy_signups.community"
        " AND kind = 'buddy' AND state = 'active' AND gone IS NULL)), count(*)"
        " FROM buddy_signups WHERE community = :community AND NOT resting"
    )
    return _count(connection, query, community)[0]


def without_a_word(connection: Connection, community: Community, now: datetime) -> tuple[int, int]:
    """M10: those who could be introduced for three days and heard nothing in this round, of all who would like a buddy.

    They are looked at every two days and told, so it is nobody unless Kith stood still. Nothing is counted before the
    first round.
    """
    round_ = rounds.latest(connection, community)
    if round_ is None:
        return 0, 0
    asked = {
        person
        for (person,) in connection.execute(
            "SELECT person FROM buddy_answers JOIN buddy_proposals ON buddy_proposals.id = proposal WHERE round = ?",
            (round_.id,),
        )
    }
    since = dict(
        connection.execute(
            "SELECT person, max(since, ifnull((SELECT max(ifnull(gone, ended)) FROM buddy_members JOIN buddy_pairs"
            " ON buddy_pairs.id = pair WHERE buddy_members.person = buddy_signups.person"
            " AND buddy_pairs.community = buddy_signups.community AND kind = 'buddy'), 0))"
            " FROM buddy_signups WHERE community = ?",
            (community.id,),
        ).fetchall()
    )
    last = seconds(now - UNHEARD)
    waiting = [
        one
        for one in meeting.eligible(connection, community, now)
        if one.left_out_round != round_.number
        and one.person.id not in asked
        and max(since[one.person.id], seconds(round_.began)) <= last
    ]
    return len(waiting), with_a_buddy(connection, community, now)[1]


def _life(since: int, talked: int | None, known: int) -> Life:
    ended = talked is not None and talked <= known
    until = talked if talked is not None and ended else known
    return Life(max(0, until - since) / A_DAY, ended)
