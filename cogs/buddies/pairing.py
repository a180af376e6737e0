"""Pairs out of people: one exact matching where they are few, exact matchings of many pieces where they are many."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import rustworkx

from cogs.buddies.fit import BEST, Bools, Ints, People, Points
from cogs.buddies.hours import QUARTERS

EXACT = 1_000
"""Up to so many people one exact matching is made; beyond, one per piece."""
DENSE = 400
"""Up to so many people every allowed pair is looked at; beyond, the nearest of each (12 are enough for 1,000)."""
NEAREST, NEAREST_IN_PIECE = 32, 10
PIECE, LATER_PIECE = 250, 350
"""Time grows faster than the size of a piece: small pieces first, then larger ones of those not yet well off."""
TURNS, MOST_TURNS = 20_000, 8
"""n people get TURNS / n further turns, at least 2: with few there is time, and fewer pieces to find somebody in."""

ALONE = -1


def best_pairs(points: Points, allowed: Bools, worth: Ints) -> Ints:
    """The partner of each, or ``ALONE``: as much worth as possible has one, and then the points are the most there are.

    Exact. Equal answers are decided by the order of the rows, so the same input has the same answer.
    """
    one, other = np.nonzero(np.triu(allowed))
    weights = worth[one] + worth[other] + points[one, other]
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(len(points)))
    graph.extend_from_weighted_edge_list(list(zip(one.tolist(), other.tolist(), weights.tolist(), strict=True)))
    partner = np.full(len(points), ALONE)
    for first, second in rustworkx.max_weight_matching(graph, weight_fn=int):
        partner[first], partner[second] = second, first
    return partner


def pair_up(people: People, rows: Ints, random: np.random.Generator) -> Ints:
    """The partner of everybody by row, with pairs among ``rows``, all of one group."""
    partner = np.full(len(people.ids), ALONE)
    if len(rows) <= EXACT:
        _solve(people, rows, partner, random, NEAREST)
        return partner
    language, (centre, weekend) = _main_languages(people, rows), _clocks(people, rows)
    kind = people.pace[rows].astype(np.int64) * 64 + people.purposes[rows]
    for piece in _pieces(rows[np.lexsort((weekend, centre, language))], partner, PIECE):
        _solve(people, piece, partner, random, NEAREST_IN_PIECE)
    orders = np.lexsort((weekend, kind, language)), np.lexsort((weekend, centre, language))
    for turn in range(max(2, min(MOST_TURNS, TURNS // len(rows)))):
        pool = _not_yet_well_off(people, rows[orders[turn % 2]], partner, random)
        for piece in _pieces(pool, partner, LATER_PIECE):
            _solve(people, piece, partner, random, NEAREST_IN_PIECE)
    return partner


def _solve(people: People, rows: Ints, partner: Ints, random: np.random.Generator, count: int) -> None:
    """Pairs ``rows`` anew (their partners are among them), never worse than they are paired now."""
    square = people.square(rows)
    allowed = square.allowed
    if len(rows) > DENSE or count < NEAREST:
        allowed = _nearest(square.points, square.allowed, count, random)
        place = np.zeros(len(partner), np.int64)
        place[rows] = np.arange(len(rows))
        paired = np.flatnonzero(partner[rows] != ALONE)
        allowed[paired, place[partner[rows[paired]]]] = True
    found = best_pairs(square.points, allowed, people.worth[rows])
    partner[rows] = np.where(found == ALONE, ALONE, rows[found])


def _nearest(points: Points, allowed: Bools, count: int, random: np.random.Generator) -> Bools:
    """For each person the ``count`` allowed ones with the most points, equal ones by lot; both ways round."""
    if len(points) <= count:
        return allowed
    lot = random.integers(0, 64, points.shape, np.uint8)
    far = np.where(allowed, -64 * points - lot, np.iinfo(np.int32).max)
    chosen = np.zeros_like(allowed)
    np.put_along_axis(chosen, np.argpartition(far, count - 1, axis=1)[:, :count], values=True, axis=1)
    return np.asarray((chosen | chosen.T) & allowed)


def _not_yet_well_off(people: People, order: Ints, partner: Ints, random: np.random.Generator) -> Ints:
    """Those of ``order`` who could do better or have nobody, and as many more pairs, by lot, to change with."""
    one = order[partner[order] > order]
    good = people.points(one, partner[one]) >= BEST
    others = random.permutation(one[good])[: np.count_nonzero(~good)]
    chosen = np.zeros(len(partner), np.bool_)
    chosen[order[partner[order] == ALONE]] = True
    for taken in (one[~good], others):
        chosen[taken] = chosen[partner[taken]] = True
    return order[chosen[order]]


def _pieces(order: Ints, partner: Ints, size: int) -> Iterator[Ints]:
    """Cuts ``order`` into pieces of about ``size``; a pair stands where its first one stands, and is never cut."""
    place = np.zeros(len(partner), np.int64)
    place[order] = np.arange(len(order))
    mates = np.where(partner[order] == ALONE, order, partner[order])
    order = order[np.argsort(np.minimum(place[order], place[mates]), kind="stable")]
    count = max(1, round(len(order) / size))
    start = 0
    for end in [len(order) * piece // count for piece in range(1, count + 1)]:
        inside = end < len(order) and partner[order[end - 1]] == order[end]
        yield order[start : end + inside]
        start = end + inside


def _main_languages(people: People, rows: Ints) -> Ints:
    """The rarest language each of ``rows`` speaks, as its rank: who shares a rare one should be looked at together."""
    speaks = np.unpackbits(people.languages[rows].view(np.uint8), axis=1, bitorder="little") != 0
    rank = np.argsort(np.argsort(-speaks.sum(axis=0), kind="stable"))
    return np.asarray(np.where(speaks, rank, ALONE).max(axis=1))


def _clocks(people: People, rows: Ints) -> tuple[Ints, Ints]:
    """The hour of the day, in UTC, around which each one's free time lies, and how much of it is at the weekend."""
    angle = np.arange(QUARTERS) * (2 * np.pi / 96)
    basis = np.stack([np.cos(angle), np.sin(angle), np.arange(QUARTERS) >= 5 * 96], axis=1).astype(np.float32)
    parts = np.array_split(rows, len(rows) // 2_000 + 1)
    sums = np.concatenate([people.free_bits(part) @ basis for part in parts])
    centre = np.floor(np.arctan2(sums[:, 1], sums[:, 0]) * 12 / np.pi).astype(np.int64) % 24
    return centre, sums[:, 2].astype(np.int64)
