"""The measurement of the matching measures: it sees a broken rule, somebody forgotten, and another population."""

from __future__ import annotations

import resource
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import _pairings, pairing
from bench.data import population
from bench.data.population import community, fingerprint, is_as_committed, world
from bench.pairing import WEEK, Audit, in_its_own_process, main, rounds, share_of_nearest
from cogs.buddies import fit
from cogs.buddies.candidates import Candidate, Outcome
from cogs.buddies.matching import match


def test_the_population_is_the_committed_one() -> None:
    assert is_as_committed()


def test_another_seed_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    committed = fingerprint()
    monkeypatch.setattr(population, "PACES", {next(iter(population.PACES)): 1.0})
    assert fingerprint() != committed
    with pytest.raises(SystemExit, match="another population"):
        main([])


def test_an_option_it_does_not_have_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--quick"])
    assert "--quick" in capsys.readouterr().err


def audited(candidates: list[Candidate], outcome: Outcome, kept: tuple[tuple[int, ...], ...] = ()) -> tuple[int, int]:
    audit = Audit()
    audit.check(candidates, outcome, kept)
    return audit.broken, audit.left_out


def test_an_honest_outcome_passes() -> None:
    candidates = [*community(300)]
    assert audited(candidates, match(candidates, week=WEEK, seed=1, number=1)) == (0, 0)


@pytest.mark.parametrize(
    "different",
    [{"group": "elsewhere"}, {"languages": frozenset({"tlh"})}, {"adult": False}, {"held": True}, {"consents": False}],
    ids=str,
)
def test_a_match_against_a_rule_is_counted(different: dict[str, Any]) -> None:
    candidates = [*world(4)]
    outcome = match(candidates, week=WEEK, seed=1, number=1)
    assert audited([replace(candidates[0], **different), *candidates[1:]], outcome)[0] > 0


def test_so_is_one_with_somebody_they_avoid() -> None:
    candidates = [*world(4)]
    outcome = match(candidates, week=WEEK, seed=1, number=1)
    one, other = outcome.matches[0].members
    blocking = [replace(was, avoids=frozenset({one})) if was.id == other else was for was in candidates]
    assert audited(blocking, outcome)[0] == 1


def test_so_are_somebody_forgotten_somebody_twice_and_a_pair_not_kept() -> None:
    candidates = [*world(4)]
    outcome = match(candidates, week=WEEK, seed=1, number=1)
    first = outcome.matches[0]
    assert audited(candidates, replace(outcome, matches=outcome.matches[1:]))[0] == 2
    assert audited(candidates, replace(outcome, matches=(*outcome.matches, first)))[0] == 2
    assert audited(candidates, outcome, kept=(first.members,))[0] == 1


def test_somebody_left_out_whom_somebody_fits_is_counted() -> None:
    five = [replace(one, trio_ok=False) for one in world(5)]
    assert audited(five, match(five, week=WEEK, seed=1, number=1)) == (0, 1)


def test_the_ways_to_compare_with_are_in_their_known_order() -> None:
    people = _pairings.rows(community(150), WEEK)
    by_lot, greedy, networkx, exact = (
        _pairings.points(people, way(people))
        for way in (_pairings.shuffled, _pairings.greedy, _pairings.networkx_exact, _pairings.exact)
    )
    assert by_lot < greedy <= exact == networkx
    assert _pairings.points(people, _pairings.nearest_exact(people, 24)) <= exact


def test_kith_is_worth_what_the_exact_answer_is_and_a_trio_counts_half_its_pairs() -> None:
    candidates = [*world(100)]
    people = _pairings.rows(candidates, WEEK)
    outcome = match(candidates, week=WEEK, seed=1, number=1)
    assert _pairings.worth(people, outcome) == _pairings.points(people, _pairings.exact(people))
    three = [replace(candidates[0], id=one) for one in (1, 2, 3)]
    trio, pair = (
        _pairings.worth(_pairings.rows(alike, WEEK), match(alike, week=WEEK, seed=1, number=1))
        for alike in (three, three[:2])
    )
    assert trio == 1.5 * pair > 0


def test_the_least_without_an_hour_counts_those_nobody_can_help() -> None:
    at_work = [replace(one, free=2**168 - 1) for one in world(6)]
    assert _pairings.least_without_an_hour(at_work, WEEK, ()) == 0
    never = [replace(one, free=0) if one.id <= 2 else one for one in at_work]
    assert _pairings.least_without_an_hour(never, WEEK, ()) == 1, "the two without any hour with each other"


async def test_a_process_is_measured() -> None:
    own, others = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    larger = max(own, others) / 1024  # a child begins as what begins it
    measured = await in_its_own_process(community(400))
    assert measured.outcome.counts.signed_up == 400
    assert measured.seconds > 0.05
    assert 20 < measured.mib <= max(400, larger), "or what this process or another child took before"
    assert 0 < measured.stall_ms < 1_000


def test_twelve_rounds_of_twelve() -> None:
    audit = Audit()
    year = rounds(12, audit)
    assert year.matches == 72
    assert 6 <= year.repeats <= 7
    assert (audit.broken, audit.left_out) == (0, 0)


def test_an_exact_answer_noted_for_other_scores_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pairing, "NOTE", tmp_path / "note.json")
    monkeypatch.setattr(pairing, "community", lambda count: community(count // 100))
    candidates = [*community(100)]
    outcome = match(candidates, week=WEEK, seed=1, number=1)
    assert 0.95 < share_of_nearest(outcome, anew=True) <= 1.05, "a trio places one more than pairs can"
    share = share_of_nearest(outcome, anew=False)
    assert share == share_of_nearest(outcome, anew=True)
    monkeypatch.setattr(fit, "PURPOSE", fit.PURPOSE + 50)
    with pytest.raises(SystemExit, match="--exact"):
        share_of_nearest(outcome, anew=False)
