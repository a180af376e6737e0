"""A year of rounds with the same people, and communities of thousands: what the figures of the product promise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations

import numpy as np
import pytest

from bench._pairings import least_without_an_hour
from bench.data.population import community, world
from cogs.buddies.candidates import Candidate, LeftOutReason, Met
from cogs.buddies.gathering import Gathering
from cogs.buddies.matching import match
from cogs.buddies.pairing import ALONE, best_pairs, pair_up
from tests.cogs.buddies.brute_force import allowed, allowed_anew
from tests.cogs.buddies.cast import MONDAY, candidate


@dataclass
class Year:
    """What twelve rounds with the same people came to."""

    repeats: int = 0
    left_out: int = 0
    left_out_twice_running: int = 0
    in_a_trio_twice_running: int = 0
    without_common_hour: int = 0
    matches: int = 0


def a_year(candidates: Iterable[Candidate], rounds: int = 12) -> Year:
    year, people, met, known = Year(), {one.id: one for one in candidates}, list[Met](), set[tuple[int, ...]]()
    for number in range(1, rounds + 1):
        week = MONDAY + number * timedelta(weeks=4)
        outcome = match(people.values(), week=week, seed=number, number=number, met=met)
        trio = {one for found in outcome.matches if len(found.members) == 3 for one in found.members}
        alone = {one.id for one in outcome.left_out}
        twos = {two for found in outcome.matches for two in combinations(found.members, 2)}
        year.repeats += len(twos & known)
        year.left_out += len(alone)
        year.left_out_twice_running += sum(people[one].left_out_last for one in alone)
        year.in_a_trio_twice_running += sum(people[one].trio_last for one in trio)
        year.without_common_hour += outcome.counts.without_common_hour
        year.matches += len(outcome.matches)
        known |= twos
        met += [Met(*two, number) for two in twos]
        for one, person in people.items():
            rounds_alone = person.left_out + (one in alone)
            people[one] = replace(person, trio_last=one in trio, left_out_last=one in alone, left_out=rounds_alone)
    return year


@pytest.mark.parametrize("seed", range(6))
def test_twelve_people_of_the_whole_world_meet_everybody_before_anybody_twice(seed: int) -> None:
    """66 different pairs exist for 72 places, so 6 repeats are the least there can be."""
    year = a_year(world(12, seed))
    assert year.repeats <= 7
    assert year.left_out == 0


def test_of_eleven_nobody_is_in_a_trio_twice_running_or_left_out() -> None:
    """55 different pairs for 12 rounds of 4 pairs and a trio: 84 places."""
    year = a_year(world(11))
    assert (year.left_out, year.in_a_trio_twice_running, year.repeats) == (0, 0, 84 - 55)


def test_of_an_odd_number_who_want_no_trio_nobody_is_left_out_twice_running() -> None:
    year = a_year(candidate(one, trio_ok=False) for one in range(1, 8))
    assert (year.left_out, year.left_out_twice_running) == (12, 0)


def test_and_everybody_in_turn() -> None:
    people = {one: candidate(one, trio_ok=False) for one in range(1, 6)}
    for number in range(1, 11):
        alone = {one.id for one in match(people.values(), week=MONDAY, seed=7, number=number).left_out}
        people = {
            one: replace(person, left_out=person.left_out + (one in alone), left_out_last=one in alone)
            for one, person in people.items()
        }
    assert [person.left_out for person in people.values()] == [2, 2, 2, 2, 2]


@pytest.mark.parametrize("count", [50, 101])
def test_a_hundred_people_of_the_whole_world_always_meet_somebody_new(count: int) -> None:
    year = a_year(world(count))
    assert (year.repeats, year.left_out, year.in_a_trio_twice_running) == (0, 0, 0)


def test_of_a_hundred_and_one_nearly_all_have_an_hour_in_common_and_fewer_could_not_be_without() -> None:
    """Whom fewer than twelve others share an hour with has met them all at last. Somebody new shares none then."""
    people, met = {one.id: one for one in world(101)}, list[Met]()
    without, matches = 0, 0
    for number in range(1, 13):
        week = MONDAY + number * timedelta(weeks=4)
        outcome = match(people.values(), week=week, seed=number, number=number, met=met)
        if outcome.counts.without_common_hour:
            least = least_without_an_hour(people.values(), week, met)
            assert outcome.counts.without_common_hour == least
        without += outcome.counts.without_common_hour
        matches += len(outcome.matches)
        met += [Met(*two, number) for found in outcome.matches for two in combinations(found.members, 2)]
        trio = {one for found in outcome.matches if len(found.members) == 3 for one in found.members}
        people = {one: replace(person, trio_last=one in trio) for one, person in people.items()}
    assert without < 0.01 * matches


def test_five_hundred_have_an_hour_in_common_besides() -> None:
    year = a_year(world(500), rounds=4)
    assert (year.repeats, year.left_out, year.without_common_hour) == (0, 0, 0)


@pytest.mark.parametrize("count", [1_000, 2_500])
def test_no_rule_is_broken_among_many_and_only_those_whom_nobody_fits_are_left_out(count: int) -> None:
    people = {one.id: replace(one, group="main") for one in community(count)}
    kept = [pair for pair in zip(range(1, 200, 2), range(2, 201, 2), strict=True) if allowed([people[i] for i in pair])]
    first = match(people.values(), week=MONDAY, seed=1, number=1)
    met = [Met(*two, 1) for found in first.matches for two in combinations(found.members, 2)]
    outcome = match(people.values(), week=MONDAY, seed=2, number=2, met=met, kept=kept)
    assert len(kept) > 30
    assert {found.members for found in outcome.matches if found.kept} == set(kept)
    assert all(allowed_anew([people[one] for one in found.members]) for found in outcome.matches)
    assert outcome.counts.repeats == 0
    assert {one.reason for one in outcome.left_out} <= {LeftOutReason.NOBODY_FITS}


def test_in_pieces_the_pairs_are_nearly_as_good_as_at_once() -> None:
    """1,100 people of one group: the pieces reach more than 99.5 % of the exact optimum over all allowed pairs."""
    gathering = Gathering(MONDAY)
    for one in community(1_100):
        gathering.add(replace(one, group="main"))
    people = gathering.people(seed=1, number=1, met=[])
    rows = np.arange(len(people.ids))
    square = people.square(rows)
    exact = best_pairs(square.points, square.allowed, people.worth)
    pieces = pair_up(people, rows, np.random.default_rng(1))
    worth = [
        int(square.points[paired, partner[paired]].sum())
        for partner in (pieces, exact)
        for paired in [np.flatnonzero(partner != ALONE)]
    ]
    assert worth[0] >= 0.995 * worth[1]
    assert np.count_nonzero(pieces == ALONE) <= np.count_nonzero(exact == ALONE) + 2


def test_somebody_many_languages_away_is_found_a_partner_in_a_large_community() -> None:
    """Pieces look at the nearest only. Whoever speaks one language that few share must still be seen by them."""
    many = [candidate(one, languages=frozenset({f"language {one % 70}"})) for one in range(1, 1_401)]
    bridge = candidate(2_000, languages=frozenset({"rare", "language 3"}), free=0)
    outcome = match([*many, bridge, candidate(2_001, languages=frozenset({"rare"}))], week=MONDAY, seed=1, number=1)
    assert (2_000, 2_001) in {found.members for found in outcome.matches}
    assert outcome.left_out == ()
