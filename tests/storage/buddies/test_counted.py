"""The totals of buddies: what is counted of whom, by what two of them said of the same week."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

import pytest

from bot.messages import Channel, Community, Person
from cogs.buddies.measures import MEASURES
from storage.buddies import buddies, counted, ends, pairs, rounds, talks
from storage.buddies.pairs import Length, Pair
from storage.buddies.talks import Talked
from tests.storage.buddies.test_buddies import NOON, begun, community, connection, people

__all__ = ["connection"]

DAY = timedelta(days=1)


def pair(at: Connection, *who: Person, when: datetime = NOON, round_: int | None = None) -> Pair:
    parts = [buddies.Part(person, "buddy", "") for person in who]
    row = pairs.prepare(at, community(at), round_, "buddy", parts, Length(28), when)
    found = pairs.get(at, row)
    assert found is not None
    assert pairs.opened(at, found, Channel("local", f"place{row}"), "", lambda *_: [], when)
    opened = pairs.get(at, row)
    assert opened is not None
    return opened


def test_those_with_a_buddy_of_those_who_would_like_one(connection: Connection) -> None:
    everybody = people(connection, 5)
    here = community(connection)
    pair(connection, *everybody[:2])
    buddies.rest(connection, everybody[4])
    assert counted.with_a_buddy(connection, here, NOON) == (2, 4)


@pytest.mark.parametrize(
    ("day", "answers", "talked"),
    [(7, ("yes", "yes"), 2), (7, ("yes", "little"), 0), (7, ("yes", None), 0), (21, ("yes", "yes"), 0)],
)
def test_those_who_soon_talked_as_both_say(
    connection: Connection, day: int, answers: tuple[Talked, Talked | None], talked: int
) -> None:
    alice, bob, _chandra = people(connection, 3)
    together = pair(connection, alice, bob)
    for person, answer in zip((alice, bob), answers, strict=True):
        if answer is not None:
            talks.note_week(connection, together.id, day, person, answer)
    later = NOON + 30 * DAY
    assert counted.soon_talked(connection, community(connection), later) == (talked, 3)
    assert counted.soon_talked(connection, community(connection), NOON + 13 * DAY) == (0, 0), "too early to say"


def test_two_different_weeks_are_no_talk(connection: Connection) -> None:
    alice, bob = people(connection, 2)
    together = pair(connection, alice, bob)
    talks.note_week(connection, together.id, 7, alice, "yes")
    talks.note_week(connection, together.id, 14, bob, "yes")
    assert counted.lately_talked(connection, community(connection), NOON + 15 * DAY) == (0, 2)
    talks.note_week(connection, together.id, 14, alice, "yes")
    assert counted.lately_talked(connection, community(connection), NOON + 15 * DAY) == (2, 2)
    assert counted.lately_talked(connection, community(connection), NOON + 60 * DAY) == (0, 2), "too long ago"


def test_those_who_chose_each_other_again(connection: Connection) -> None:
    alice, bob, chandra, dana = people(connection, 4)
    first = begun(connection)
    stay, part = pair(connection, alice, bob, round_=first.id), pair(connection, chandra, dana, round_=first.id)
    for person in (alice, bob):
        ends.wish(connection, stay.id, person, "same")
    end = NOON + 28 * DAY
    was = rounds.schedule(connection, first.community)
    assert was is not None
    assert rounds.begin(connection, first.community, was, end + 28 * DAY, 8, end, "UTC") is not None
    for which in (stay, part):
        ends.end_by_time(connection, which, lambda *_: [], end)
    assert counted.stayed(connection, first.community, end + DAY) == (2, 4)


def test_another_community_counts_nobody_of_this_one(connection: Connection) -> None:
    alice, bob = people(connection, 2)
    together = pair(connection, alice, bob)
    talks.note_week(connection, together.id, 7, alice, "yes")
    talks.note_week(connection, together.id, 7, bob, "yes")
    for measure in MEASURES:
        assert measure.count(connection, Community(999), NOON + 20 * DAY) == (0, 0), measure.name
        assert measure.words(5, 15)
