"""The other ways to pair people, and the exact answers, that the matching is compared with."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations

import numpy as np
import rustworkx

from cogs.buddies.candidates import Candidate, Met, Outcome
from cogs.buddies.fit import AN_HOUR, PLACED, Bools, Ints, People, Square
from cogs.buddies.gathering import Gathering
from cogs.buddies.pairing import best_pairs

Pairs = list[tuple[int, int]]


def rows(candidates: Iterable[Candidate], week: date, met: Sequence[Met] = (), number: int = 1) -> People:
    gathering = Gathering(week)
    for candidate in candidates:
        gathering.add(candidate)
    return gathering.people(seed=1, number=number, met=met)


def points(people: People, pairs: Pairs) -> int:
    """What these pairs of rows are worth together. A pair that breaks a rule is worth nothing."""
    return sum(
        int(people.points(np.array([one]), np.array([other]))[0])
        for one, other in pairs
        if other in people.allowed_to(one)
    )


def worth(people: People, outcome: Outcome) -> int:
    """What the matches of an outcome are worth together; three people half of what the three pairs in them would be."""
    row_of = {one: row for row, one in enumerate(people.ids.tolist())}
    total = 0.0
    for found in outcome.matches:
        twos = [(row_of[one], row_of[other]) for one, other in combinations(found.members, 2)]
        total += points(people, twos) / (len(twos) if len(twos) == 1 else 2)
    return int(total)


def shuffled(people: People) -> Pairs:
    """Pairs by lot, as most bots do it."""
    order = [*range(len(people.ids))]
    random.Random(1).shuffle(order)
    return [*zip(order[::2], order[1::2], strict=False)]


def greedy(people: People) -> Pairs:
    """The best pair first, then the best of those that remain."""
    found: Pairs = []
    for here, square in _groups(people):
        one, other = np.nonzero(np.triu(square.allowed))
        free = np.ones(len(here), np.bool_)
        for at in np.argsort(-square.points[one, other], kind="stable"):
            if free[one[at]] and free[other[at]]:
                free[one[at]] = free[other[at]] = False
                found.append((int(here[one[at]]), int(here[other[at]])))
    return found


def networkx_exact(people: People) -> Pairs:
    """The exact optimum, by the library most would take."""
    import networkx

    found: Pairs = []
    for here, square in _groups(people):
        one, other = np.nonzero(np.triu(square.allowed))
        graph: networkx.Graph[int] = networkx.Graph()
        weights = square.points[one, other].tolist()
        graph.add_weighted_edges_from(zip(one.tolist(), other.tolist(), weights, strict=True))
        matching = networkx.max_weight_matching(graph, maxcardinality=True)
        found += [(int(here[first]), int(here[second])) for first, second in matching]
    return found


def exact(people: People) -> Pairs:
    """The exact optimum over all allowed pairs."""
    found: Pairs = []
    for here, square in _groups(people):
        partner = best_pairs(square.points, square.allowed, people.worth[here])
        found += [(int(here[one]), int(here[partner[one]])) for one in np.flatnonzero(partner > np.arange(len(here)))]
    return found


def nearest_exact(people: People, count: int) -> Pairs:
    """The exact optimum when each person has an edge to the ``count`` they fit best, equal ones by lot."""
    edges: dict[tuple[int, int], int] = {}
    here = people.groups.tolist()
    lot = np.random.default_rng(1)
    for row in range(len(people.ids)):
        others = lot.permutation(people.allowed_to(row))
        fit = people.points(np.full(len(others), row), others)
        best = np.argpartition(-fit, count)[:count] if len(others) > count else np.arange(len(others))
        edges |= {
            (min(row, other), max(row, other)): int(fit[at]) for at, other in zip(best, others[best], strict=True)
        }
    found: Pairs = []
    for group in np.unique(people.groups).tolist():  # nobody has an edge into another one
        graph = rustworkx.PyGraph(multigraph=False)
        graph.add_nodes_from(range(len(people.ids)))
        inside = [(int(one), int(other), PLACED + fit) for (one, other), fit in edges.items() if here[one] == group]
        graph.extend_from_weighted_edge_list(inside)
        found += rustworkx.max_weight_matching(graph, weight_fn=int)
    return found


def least_without_an_hour(candidates: Iterable[Candidate], week: date, met: Sequence[Met]) -> int:
    """Fewer matches than this cannot be without an hour in common when everybody is brought together with new people.

    Of an odd number one joins a pair. Who has no two with an hour for all three joins one that has none anyway.
    """
    people = rows(candidates, week, met, number=max((one.round for one in met), default=0) + 1)
    everybody = np.arange(len(people.ids))
    square = people.square(everybody)
    new = square.allowed & (square.fit == square.points)
    enough = new & (square.fit >= AN_HOUR)
    if len(everybody) % 2 == 0:
        return _without_an_hour(enough, new, everybody)
    least = len(everybody)
    for one in everybody.tolist():
        pairs = _without_an_hour(enough, new, np.delete(everybody, one))
        least = min(least, max(pairs, int(not _has_a_trio(people, enough, one))))
    return least


def _without_an_hour(enough: Bools, new: Bools, places: Ints) -> int:
    """How many of the best pairs among ``places`` are without an hour in common."""
    inside = np.ix_(places, places)
    partner = best_pairs(enough[inside].astype(np.int32), new[inside], np.full(len(places), PLACED))
    return int((~enough[inside][np.arange(len(places)), partner]).sum()) // 2


def _has_a_trio(people: People, enough: Bools, one: int) -> bool:
    """Whether there are two new to ``one`` and to each other with whom an hour is free for all three."""
    around = np.flatnonzero(enough[one])
    threes = np.array([(one, *two) for two in combinations(around.tolist(), 2) if enough[two]], np.int64)
    return len(threes) > 0 and bool((people.minutes_together(threes) >= 60).any())


def _groups(people: People) -> Iterator[tuple[Ints, Square]]:
    for group in np.unique(people.groups):
        here = np.flatnonzero(people.groups == group)
        yield here, people.square(here)
