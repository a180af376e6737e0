"""Rounds as the storage keeps them: whoever answers how, and whoever goes when, nobody meets who must not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from sqlite3 import Connection, connect

import pytest

from bot.hosting.installation import DATABASE
from bot.messages import Channel, Community, Member, Person, Place
from storage.buddies import buddies, ends, meeting, pairs, proposals, rounds
from storage.buddies import kept as pairs_kept
from storage.buddies.pairs import Length
from storage.buddies.rounds import Proposed, Round
from storage.members import blocks, consents, members
from storage.moderation import holds
from tests.prepared import prepared

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
YES = ("core", "dm", "buddy", "adult")
CHOICES = "c.3.1.3100..en.0."


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with closing(connect(prepared(tmp_path) / DATABASE, isolation_level=None)) as opened:
        opened.execute("PRAGMA foreign_keys = ON")
        yield opened


def community(connection: Connection) -> Community:
    return members.found(connection, Place("local", "porch", "The Porch"), NOON)


def people(connection: Connection, count: int) -> list[Person]:
    here, found = community(connection), []
    for number in range(count):
        person = members.create(connection, Member("local", f"p{number}"), "UTC", "en", NOON)
        members.join(connection, person, here, NOON)
        consents.give(connection, person, YES, "Yes.", NOON)
        buddies.sign_up(connection, here, person, None, CHOICES, NOON)
        found.append(person)
    return found


def begun(connection: Connection) -> Round:
    here = community(connection)
    was = rounds.begin_with_the_first(connection, here, 4, NOON, "UTC")
    found = rounds.begin(connection, here, was, NOON + timedelta(weeks=4), 7, NOON, "UTC")
    assert found is not None
    return found


def matched(*groups: tuple[Person, ...]) -> list[Proposed]:
    return [Proposed({person.id: "c|1|3|1|2" for person in group}, Length(28)) for group in groups]


def told(connection: Connection, kind: str) -> list[int]:
    rows = connection.execute("SELECT person FROM deliveries WHERE kind = ? ORDER BY person", (kind,))
    return [person for (person,) in rows]


def edits(connection: Connection) -> dict[int, int]:
    return {one.person.id: one.edits for one in meeting.eligible(connection, community(connection), NOON)}


def test_a_round_is_begun_once(connection: Connection) -> None:
    people(connection, 1)
    here = community(connection)
    was = rounds.begin_with_the_first(connection, here, 4, NOON, "UTC")
    assert rounds.begin(connection, here, was, NOON + timedelta(weeks=4), 1, NOON, "UTC") is not None
    assert rounds.begin(connection, here, was, NOON + timedelta(weeks=4), 1, NOON, "UTC") is None
    assert rounds.begin_with_the_first(connection, here, 8, NOON, "UTC").weeks == 4


def test_a_matching_is_told_once(connection: Connection) -> None:
    alice, bob = people(connection, 2)
    round_, before = begun(connection), edits(connection)
    for _time in range(2):
        rounds.settle(connection, round_, matched((alice, bob)), {}, before, {}, NOON)
    assert told(connection, proposals.PROPOSAL) == [alice.id, bob.id]


@pytest.mark.parametrize("what", ["withdraws", "rests", "changes", "is held", "avoids", "leaves", "pauses"])
def test_what_changed_while_people_were_matched_counts(connection: Connection, what: str) -> None:
    alice, bob, chandra, dana = people(connection, 4)
    round_, before = begun(connection), edits(connection)
    here = community(connection)
    match what:
        case "withdraws":
            consents.withdraw(connection, alice, "buddy")
        case "rests":
            buddies.rest(connection, alice)
        case "changes":
            buddies.sign_up(connection, here, alice, None, CHOICES, NOON)
        case "is held":
            holds.hold(connection, here, alice, None, NOON)
        case "avoids":
            blocks.add(connection, bob, alice, NOON)
        case "leaves":
            members.leave(connection, alice, here, NOON)
        case "pauses":
            members.pause(connection, alice, NOON, None)
    rounds.settle(connection, round_, matched((alice, bob), (chandra, dana)), {}, before, {}, NOON)
    assert told(connection, proposals.PROPOSAL) == [chandra.id, dana.id]
    assert [one.id for one in rounds.to_match(connection, NOON)] == [round_.id], "the others are matched again"


def test_rounds_left_unanswered_count_and_not_the_questions_in_one(connection: Connection) -> None:
    alice, *others = people(connection, 5)
    round_, now = begun(connection), NOON
    for other in others:
        current = rounds.latest(connection, round_.community)
        assert current is not None
        rounds.settle(connection, current, matched((alice, other)), {}, edits(connection), {}, now)
        asked = proposals.open_proposal(connection, round_.community, other)
        assert asked is not None
        proposals.answer(connection, asked, other, "yes", now)
        now += 49 * HOUR
        for row in proposals.silent(connection, now):
            proposals.close(connection, row, now)
    kept = buddies.get(connection, round_.community, alice)
    assert kept is not None
    assert (kept.unanswered, kept.resting) == (1, False)


def test_who_is_left_out_is_told_once_in_a_round_and_remembered(connection: Connection) -> None:
    [alice] = people(connection, 1)
    round_ = begun(connection)
    rounds.settle(connection, round_, [], {alice.id: "odd"}, edits(connection), {}, NOON)
    again = rounds.latest(connection, round_.community)
    assert again is not None
    rounds.settle(connection, again, [], {alice.id: "odd"}, edits(connection), {}, NOON + 48 * HOUR)
    assert told(connection, rounds.NOBODY) == [alice.id]
    kept = buddies.get(connection, round_.community, alice)
    assert kept is not None
    assert (kept.left_out, kept.left_out_round) == (1, 1)


def test_only_the_latest_round_is_matched_in(connection: Connection) -> None:
    people(connection, 2)
    first = begun(connection)
    was = rounds.schedule(connection, first.community)
    assert was is not None
    second = rounds.begin(connection, first.community, was, None, 8, NOON + HOUR, "UTC")
    assert second is not None
    assert second.number == 2
    assert [one.id for one in rounds.to_match(connection, NOON + HOUR)] == [second.id]


def test_a_community_knows_nothing_of_another(connection: Connection) -> None:
    alice, bob = people(connection, 2)
    other = members.found(connection, Place("local", "shed", "The Shed"), NOON)
    assert meeting.eligible(connection, other, NOON) == []
    assert not meeting.may_meet(connection, other, [alice, bob], NOON)
    assert buddies.get(connection, other, alice) is None


def open_pair(connection: Connection, *who: Person) -> pairs.Pair:
    here = community(connection)
    parts = [buddies.Part(person, "buddy", "") for person in who]
    row = pairs.prepare(connection, here, None, "buddy", parts, Length(28), NOON)
    found = pairs.get(connection, row)
    assert found is not None
    assert pairs.opened(connection, found, Channel("local", f"place{row}"), "", lambda *_: [], NOON)
    again = pairs.get(connection, row)
    assert again is not None
    return again


def test_names_are_told_together_or_not_at_all(connection: Connection) -> None:
    alice, bob = people(connection, 2)
    pair = open_pair(connection, alice, bob)
    assert told(connection, pairs.OPENED) == [alice.id, bob.id]
    assert not pairs.opened(connection, pair, Channel("local", "again"), "", lambda *_: [], NOON)
    assert told(connection, pairs.OPENED) == [alice.id, bob.id]


def test_both_who_want_to_stay_are_kept_always(connection: Connection) -> None:
    chance = random.Random(6)
    everybody = people(connection, 40)
    chance.shuffle(everybody)
    opened = [open_pair(connection, *everybody[at : at + 2]) for at in range(0, 40, 2)]
    wishes = {pair.id: [chance.choice(("same", "new", "break", None)) for _ in range(2)] for pair in opened}
    for pair in opened:
        for part, wish in zip(pairs.parts(connection, pair.id), wishes[pair.id], strict=True):
            if wish is not None:
                ends.wish(connection, pair.id, part.person, wish)  # type: ignore[arg-type]  # one of the three
    end = NOON + timedelta(days=28)
    for pair in ends.over(connection, end):
        ends.end_by_time(connection, pair, lambda *_: [], end)
    for pair in opened:
        now = pairs.get(connection, pair.id)
        assert now is not None
        assert (now.state == "active") == (wishes[pair.id] == ["same", "same"])


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_nobody_is_introduced_who_may_not_be(connection: Connection, seed: int) -> None:
    """Random lives: answers, silence, blocks, withdrawals, holds. Each place that opens is for those who still may."""
    chance = random.Random(seed)
    everybody = people(connection, 9)
    here, now = community(connection), NOON
    round_: Round | None = begun(connection)
    for step in range(60):
        now += chance.choice((HOUR, 12 * HOUR, 49 * HOUR))
        free = meeting.eligible(connection, here, now)
        chance.shuffle(free)
        round_ = rounds.latest(connection, here)
        assert round_ is not None
        apart = set(rounds.passes(connection, round_.id))
        groups = [tuple(one.person for one in free[at : at + 2]) for at in range(0, len(free) - 1, 2)]
        allowed = [two for two in groups if tuple(sorted(one.id for one in two)) not in apart]
        rounds.settle(connection, round_, matched(*allowed), {}, {o.person.id: o.edits for o in free}, {}, now)
        for person in everybody:
            asked = proposals.open_proposal(connection, here, person)
            if asked is not None and asked.answer is None and chance.random() < 0.7:
                proposals.answer(connection, asked, person, chance.choice(("yes", "yes", "pass")), now)
        _live(connection, chance, everybody, here, now)
        for row in proposals.silent(connection, now):
            proposals.close(connection, row, now)
        for pair in pairs.to_do(connection, now, 20):
            _work(connection, pair, now)
        _nobody_is_twice(connection, everybody, here)
        assert step >= 0


def _live(
    connection: Connection, chance: random.Random, everybody: list[Person], here: Community, now: datetime
) -> None:
    one, other = chance.sample(everybody, 2)
    roll = chance.random()
    if roll < 0.08:
        blocks.add(connection, one, other, now)
        proposals.drop_out(connection, one, None, now, other.id)
        ends.part_ways(connection, one, None, now, other=other)
    elif roll < 0.14:
        consents.withdraw(connection, one, "buddy")
        proposals.drop_out(connection, one, None, now)
        ends.part_ways(connection, one, None, now)
    elif roll < 0.2:
        holds.hold(connection, here, one, None, now)
    elif roll < 0.4:
        consents.give(connection, one, YES, "Yes.", now)
        holds.end(connection, here, one, now)
        buddies.come_back(connection, here, one)
    elif roll < 0.5:
        ends.part_ways(connection, one, here, now)


def _work(connection: Connection, pair: pairs.Pair, now: datetime) -> None:
    parts = pairs.parts(connection, pair.id)
    if pair.todo != "open":
        pairs.done(connection, pair.id)
        return
    may = meeting.may(connection, pair.community, pair.kind, parts, now)
    opened = pairs.opened(connection, pair, Channel("local", f"place{pair.id}"), "", lambda *_: [], now)
    assert opened == may
    if opened:
        for one, other in combinations(parts, 2):
            assert not blocks.between(connection, one.person, other.person)
            assert set(YES) <= consents.given(connection, one.person) | {"core"}


def _nobody_is_twice(connection: Connection, everybody: list[Person], here: Community) -> None:
    for person in everybody:
        busy = len(pairs.of(connection, person, here))
        asked = proposals.open_proposal(connection, here, person)
        assert busy + (asked is not None) <= 1
        for pair in pairs.of(connection, person, here):
            assert all(part.person in everybody for part in pairs.parts(connection, pair.id))
            assert person in {part.person for part in pairs.parts(connection, pair.id)}, "symmetric"


def test_what_is_old_is_swept(connection: Connection) -> None:
    alice, bob = people(connection, 2)
    round_ = begun(connection)
    rounds.settle(connection, round_, matched((alice, bob)), {}, edits(connection), {}, NOON)
    pair = open_pair(connection, alice, bob)
    ends.leave(connection, pair, alice, NOON)
    pairs.done(connection, pair.id)
    late = NOON + timedelta(days=800)
    for row in proposals.silent(connection, late):
        proposals.close(connection, row, late)
    connection.execute("UPDATE buddy_rounds SET due = NULL")
    proposals.sweep(connection, late)
    rounds.sweep(connection, late)
    pairs_kept.sweep(connection, late)
    for table in ("buddy_pairs", "buddy_members", "buddy_rounds", "buddy_proposals", "buddy_answers", "buddy_met"):
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
