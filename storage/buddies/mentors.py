"""Mentors: who walks with whom for twelve weeks, asked one after the other, never twice about the same person.

A search is the word at its end that waits in the outbox: it began ``LOOK_FOR`` before that is due.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.messages import Community, Person
from storage.buddies import buddies, meeting, pairs, proposals
from storage.buddies.buddies import Part
from storage.buddies.pairs import MENTOR_DAYS, Length
from storage.database.instants import instant, seconds
from storage.delivery import deliveries
from storage.members import consents, volunteers

NOBODY = "buddies.no_mentor"

LOOK_FOR = timedelta(days=14)
"""How long somebody who asked is offered to one mentor after the other."""


def begin(connection: Connection, community: Community, person: Person, now: datetime) -> bool:
    """Ask for the person, whose own yes is given by that. They hear in the end if nobody was free."""
    if not _ask(connection, community, person, now):
        return False
    deliveries.drop_pending(connection, person, NOBODY, community)
    key, due = f"{NOBODY}:{community.id}:{person.id}:{seconds(now)}", now + LOOK_FOR
    deliveries.plan(
        connection, buddies.word(person, NOBODY, key, community, due, due + timedelta(days=2), role="mentee")
    )
    return True


def _ask(connection: Connection, community: Community, person: Person, now: datetime) -> bool:
    """Ask the mentor who waits longest, if anybody may be asked."""
    mentor = _next(connection, community, person, now)
    if mentor is None:
        return False
    parts = [Part(mentor, "mentor", ""), Part(person, "mentee", "")]
    proposals.propose(connection, community, None, "mentor", parts, Length(MENTOR_DAYS), now, willing=person)
    return True


def _next(connection: Connection, community: Community, person: Person, now: datetime) -> Person | None:
    rows = connection.execute(
        _FREE,
        {
            "community": community.id,
            "person": person.id,
            "version": consents.version(buddies.MENTOR),
            "since": seconds(now - timedelta(days=90)),
        },
    ).fetchall()
    for (row,) in rows:
        if volunteers.waits(connection, community, Person(row), buddies.MENTOR, now):
            continue
        parts = [Part(Person(row), "mentor", ""), Part(person, "mentee", "")]
        if meeting.may_walk_together(connection, community, parts, now):
            return Person(row)
    return None


_FREE = """
SELECT memberships.person FROM memberships
JOIN consents ON consents.person = memberships.person AND purpose = 'mentor' AND consents.version = :version
WHERE memberships.community = :community AND left_at IS NULL AND away IS NULL AND memberships.person <> :person
AND NOT EXISTS (SELECT 1 FROM buddy_answers JOIN buddy_proposals ON buddy_proposals.id = proposal
    WHERE buddy_answers.person = memberships.person AND kind = 'mentor' AND state = 'open')
AND NOT EXISTS (SELECT 1 FROM buddy_members JOIN buddy_pairs ON buddy_pairs.id = pair
    WHERE buddy_members.person = memberships.person AND role = 'mentor' AND state <> 'ended' AND gone IS NULL)
AND NOT EXISTS (SELECT 1 FROM buddy_answers AS mine JOIN buddy_answers AS theirs USING (proposal)
    JOIN buddy_proposals ON buddy_proposals.id = proposal
    WHERE mine.person = :person AND theirs.person = memberships.person AND kind = 'mentor' AND made > :since)
ORDER BY (SELECT ifnull(max(proposal), 0) FROM buddy_answers
    WHERE buddy_answers.person = memberships.person AND role = 'mentor'), consents.given
"""


def is_walking(connection: Connection, community: Community, person: Person) -> bool:
    """Has the person somebody to walk with, or is somebody being asked for them?"""
    if any(pair.kind == "mentor" for pair in pairs.of(connection, person, community)):
        return True
    found = connection.execute(
        "SELECT 1 FROM buddy_answers JOIN buddy_proposals ON buddy_proposals.id = proposal"
        " WHERE person = ? AND community = ? AND role = 'mentee' AND state = 'open'",
        (person.id, community.id),
    ).fetchone()
    return found is not None


def has_found(connection: Connection, community: Community, person: Person, end: datetime) -> bool:
    """Did the search with this end bring anybody, though they may have parted since?"""
    found = connection.execute(
        "SELECT 1 FROM buddy_answers JOIN buddy_proposals ON buddy_proposals.id = proposal"
        " WHERE person = ? AND community = ? AND role = 'mentee' AND state <> 'fallen' AND made >= ?",
        (person.id, community.id, seconds(end - LOOK_FOR)),
    ).fetchone()
    return found is not None


def ask_on(connection: Connection, now: datetime) -> None:
    """Whoever was not lucky yet: the next mentor is asked, while there is time for an answer before the end."""
    rows = connection.execute(
        "SELECT communities.id, name, person, due FROM deliveries JOIN communities ON communities.id = community"
        " WHERE state = 'pending' AND kind = ? AND due > ?",
        (NOBODY, seconds(now + proposals.ANSWER_WITHIN)),
    ).fetchall()
    for row, name, person, end in rows:
        community, mentee = Community(row, name), Person(person)
        if not (is_walking(connection, community, mentee) or has_found(connection, community, mentee, instant(end))):
            _ask(connection, community, mentee, now)
