"""What holds whoever signs up: made-up communities, and where they are small every allowed assignment is tried."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from cogs.buddies.candidates import Candidate, LeftOutReason, Met, Outcome, Pace, Purpose, Style
from cogs.buddies.matching import match
from tests.cogs.buddies.brute_force import allowed, allowed_anew, fewest_without_an_hour, least_cost
from tests.cogs.buddies.cast import MONDAY, candidate

Kept = list[tuple[int, ...]]
Community = tuple[list[Candidate], Kept, list[Met]]


def mostly(usual: bool) -> st.SearchStrategy[bool]:
    return st.sampled_from([usual] * 9 + [not usual])


@st.composite
def communities(draw: st.DrawFn, most: int = 8) -> Community:
    ids = draw(st.lists(st.integers(1, 2**40), max_size=most, unique=True))
    some = st.frozensets(st.sampled_from(ids), max_size=4) if ids else st.just(frozenset[int]())
    blocks = draw(st.booleans())
    people = [draw(candidates(one, some if blocks else st.just(frozenset[int]()))) for one in ids]
    shuffled = draw(st.permutations(ids))
    kept: Kept = []
    for size in draw(st.lists(st.sampled_from([2, 2, 3]), max_size=2)):
        if len(shuffled) >= size:
            kept.append(tuple(shuffled[:size]))
            shuffled = shuffled[size:]
    two = st.lists(st.sampled_from(ids), min_size=2, max_size=2, unique=True) if len(ids) > 1 else st.nothing()
    met = draw(
        st.lists(st.builds(lambda pair, number: Met(pair[0], pair[1], number), two, st.integers(0, 9)), max_size=8)
    )
    return people, kept, met


def candidates(one: int, avoided: st.SearchStrategy[frozenset[int]]) -> st.SearchStrategy[Candidate]:
    left_out = st.sampled_from([(0, False), (0, False), (1, True), (3, False), (3, True)])
    return st.builds(
        lambda left, **rest: Candidate(id=one, left_out=left[0], left_out_last=left[1], **rest),
        left_out,
        group=st.sampled_from(["main", "main", "main", "family and friends"]),
        languages=st.frozensets(st.sampled_from(["en", "de", "fr"]), max_size=2) | st.just(frozenset({"en"})),
        zone=st.sampled_from(["UTC", "Asia/Kolkata", "America/Los_Angeles"]),
        free=st.integers(0, 2**168 - 1),
        pace=st.sampled_from(Pace),
        purposes=st.builds(Purpose, st.integers(0, 31)),
        style=st.sampled_from([Style.TEXT, Style.VOICE, Style.TEXT | Style.VOICE]),
        trio_ok=st.booleans(),
        avoids=avoided.map(lambda others: others - {one}),
        adult=mostly(True),
        consents=mostly(True),
        held=mostly(False),
        trio_last=st.booleans(),
    )


def matched(people: Sequence[Candidate], kept: Kept, met: Sequence[Met], seed: int = 1) -> Outcome:
    return match(people, week=MONDAY, seed=seed, number=10, met=met, kept=kept)


@settings(max_examples=50, deadline=None)
@given(communities(), st.integers(-(2**70), 2**70))
def test_everybody_who_may_be_introduced_is_in_one_match_or_told_why_not(community: Community, seed: int) -> None:
    people, kept, met = community
    outcome = matched(people, kept, met, seed)
    placed = [one for group in outcome.matches for one in group.members] + [one.id for one in outcome.left_out]
    assert sorted(placed) == sorted(one.id for one in people if one.adult and one.consents and not one.held)


@settings(max_examples=50, deadline=None)
@given(communities())
def test_no_rule_is_ever_broken(community: Community) -> None:
    """Never across groups, languages, blocks, holds, a missing consent; never a minor; never three against a wish."""
    people, kept, met = community
    by_id = {one.id: one for one in people}
    stayed = {tuple(sorted(unit)) for unit in kept}
    for found in matched(people, kept, met).matches:
        members = [by_id[one] for one in found.members]
        assert allowed(members)
        assert allowed_anew(members) or found.members in stayed  # who stays in a trio is open to it


@settings(max_examples=50, deadline=None)
@given(communities())
def test_who_asks_to_stay_together_stays(community: Community) -> None:
    people, kept, met = community
    by_id = {one.id: one for one in people}
    outcome = matched(people, kept, met)
    for unit in kept:
        members = [by_id[one] for one in unit]
        if allowed(members):
            assert any(found.kept and set(unit) <= set(found.members) for found in outcome.matches)


@settings(max_examples=50, deadline=None)
@given(communities(), st.randoms(use_true_random=False), st.integers(0, 9))
def test_the_order_in_which_people_are_named_changes_nothing(community: Community, random: Random, seed: int) -> None:
    people, kept, met = community
    first = matched(people, kept, met, seed)
    for given_list in (people, kept, met):
        random.shuffle(given_list)
    assert matched(people, kept, met, seed) == first


@settings(max_examples=100, deadline=None)
@given(communities())
def test_nobody_is_left_out_whom_an_allowed_assignment_could_place(community: Community) -> None:
    """As few as can be; then the fewest twice running, then who was longest without; kept pairs left alone."""
    people, kept, met = community
    by_id = {one.id: one for one in people}
    stayed = [frozenset(unit) for unit in kept]
    outcome = matched(people, kept, met)
    alone = [by_id[one.id] for one in outcome.left_out]
    joined = sum(any(unit < set(found.members) for unit in stayed) for found in outcome.matches if found.kept)
    trios = [found.members for found in outcome.matches if len(found.members) == 3 and set(found.members) not in stayed]
    found = (
        len(alone),
        sum(one.left_out_last for one in alone),
        sum(one.left_out for one in alone),
        joined,
        sum(by_id[one].trio_last for trio in trios for one in trio),
    )
    assert found == least_cost(people, kept)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sets(st.integers(0, 4), max_size=3), min_size=2, max_size=7))
def test_nobody_is_without_an_hour_in_common_where_a_better_assignment_exists(hours: list[set[int]]) -> None:
    """Everybody fits everybody here; three need an hour that all of them have."""
    people = [candidate(one, free=sum(1 << 24 * day + 18 for day in free)) for one, free in enumerate(hours)]
    assert matched(people, [], []).counts.without_common_hour == fewest_without_an_hour(people)


@settings(max_examples=50, deadline=None)
@given(communities())
def test_the_reason_told_is_the_true_one(community: Community) -> None:
    people, kept, met = community
    by_id = {one.id: one for one in people}
    for one, reason in matched(people, kept, met).left_out:
        fits = [other for other in people if other.id != one and allowed([by_id[one], other])]
        assert reason is (LeftOutReason.ODD if fits else LeftOutReason.NOBODY_FITS)
