"""A place for those whom pairing left over: their neighbourhood paired anew, else the trio that costs least."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations

import numpy as np

from cogs.buddies.fit import Bools, Ints, People
from cogs.buddies.pairing import ALONE, EXACT, best_pairs

TRIO_AGAIN = 10**7
"""What it costs, in points, that somebody is in a trio twice running: more than any points, less than a partner."""
JOINS_KEPT = 10**9
"""What it costs to add a third to a pair that asked to stay together: only before somebody has nobody."""

ALL_TRIOS = 96
"""Up to so many people every possible trio is looked at; beyond, those of the neighbourhoods below."""
NEIGHBOURHOODS = (40, 96, 400)
JOINABLE = 40
"""Of so many kept pairs it is asked whether somebody might join."""
TRIES, FEW_TRIES = 3_000, 12
"""For TRIES / n trios, of those that look best, all n near are paired anew; in a large community for a few only."""


@dataclass(slots=True)
class Assignment:
    """Who is with whom, by row. Who is in one of ``kept`` or ``trios`` has no ``partner``."""

    partner: Ints
    kept: list[tuple[int, ...]]
    trios: list[tuple[int, ...]] = field(default_factory=list)

    def without_anybody(self, rows: Ints) -> Ints:
        """Those of ``rows`` who are with nobody."""
        return self.not_in_a_group(rows[self.partner[rows] == ALONE])

    def not_in_a_group(self, rows: Ints) -> Ints:
        """Those of ``rows`` who are in no trio and no kept pair."""
        grouped = [row for unit in (*self.trios, *self.kept) for row in unit]
        return rows[~np.isin(rows, np.array(grouped, np.int64))]


def place_leftovers(people: People, rows: Ints, assignment: Assignment, random: np.random.Generator) -> None:
    """Places everybody it can of those of ``rows``, all of one group, who are with nobody.

    Who was left out before comes first. Among up to ``ALL_TRIOS`` people nobody stays alone whom an allowed assignment
    could place.
    """
    tried = np.zeros(0, np.int64)
    while len(left := np.setdiff1d(assignment.without_anybody(rows), tried)):
        row = left[np.argmax(people.worth[left])]
        tried = np.append(tried, row)
        for size in NEIGHBOURHOODS if len(rows) > ALL_TRIOS else NEIGHBOURHOODS[:1]:
            while len(alone := assignment.without_anybody(rows)) and row in alone:
                near = assignment.not_in_a_group(rows)
                if len(near) > ALL_TRIOS:
                    near = _neighbourhood(people, row, near, assignment, size, random)
                tries = TRIES // len(near) if len(rows) <= EXACT else FEW_TRIES
                _Neighbourhood(people, near, assignment, tries).improve()
                if len(assignment.without_anybody(rows)) == len(alone):
                    break


def _neighbourhood(
    people: People, row: int, pool: Ints, assignment: Assignment, size: int, random: np.random.Generator
) -> Ints:
    """About ``size`` people around ``row``, with their partners: who fits, who fits those partners, and so on."""
    partner, inside = assignment.partner, np.zeros(len(people.ids), np.bool_)
    inside[pool] = True
    chosen, to_visit = {row: None}, [row]
    for visited in to_visit:
        around = people.allowed_to(visited)
        around = random.permutation(around[inside[around]])[:1_000]
        best = around[np.argsort(-people.points(np.full(len(around), visited), around), kind="stable")]
        for other in best[: size // 2].tolist():
            unit = [one for one in (other, int(partner[other])) if one != ALONE and one not in chosen]
            chosen.update(dict.fromkeys(unit))
            to_visit.extend(reversed(unit))
            if len(chosen) >= size:
                return np.array([*chosen])
    return np.array([*chosen])


class _Neighbourhood:
    """Some people and who is whose partner, by place in ``rows``; kept pairs that may be joined stand at the end."""

    def __init__(self, people: People, near: Ints, assignment: Assignment, tries: int) -> None:
        self.people, self.assignment, self.size, self.tries = people, assignment, len(near), tries
        here = people.trio_ok & (people.groups == people.groups[near[0]])
        self.joinable = [unit for unit in assignment.kept if len(unit) == 2 and here[[*unit]].all()][:JOINABLE]
        self.rows = np.concatenate([near, np.array(self.joinable, np.int64).ravel()])
        self.square = people.square(self.rows)
        self.worth = people.worth[near]
        place = {row: at for at, row in enumerate(near.tolist())}
        self.partner = np.array([place.get(row, ALONE) for row in assignment.partner[near].tolist()])

    def improve(self) -> None:
        """Pairs everybody anew; if one whom anybody fits is over, makes the best trio or joins one to a kept pair."""
        everybody = np.arange(self.size)
        pairs = self._paired(everybody)
        if self._value(pairs) > self._value(self.partner):
            self.partner = pairs
        alone = np.flatnonzero(self.partner == ALONE)
        hopeful = self.square.allowed[alone].any()
        if not (hopeful and (self._take_best(*self._trios()) or self._take_best(*self._joins()))):
            self._write()

    def _take_best(self, threes: Ints, values: Ints) -> bool:
        """Makes the one of ``threes`` that leaves everybody best off; false where none leaves fewer people alone."""
        order, exact = self._likely(threes, values)
        best = self._best([*order[exact][: self.tries // 2], *order[: self.tries]], threes, values)
        if best is None and self.size <= ALL_TRIOS:
            may_be_over = np.append(self._may_be_over(), [True] * 2 * len(self.joinable))
            best = self._best(order[may_be_over[threes[order]].all(axis=1)][:TRIES], threes, values, first=True)
        if best is None:
            return False
        three = self.rows[threes[best]].tolist()
        inside = threes[best][threes[best] < self.size]
        self.partner = self._paired(np.setdiff1d(np.arange(self.size), inside))
        self._write()
        kept = next((unit for unit in self.assignment.kept if set(unit) <= set(three)), None)
        if kept:
            self.assignment.kept[self.assignment.kept.index(kept)] = tuple(three)
        else:
            self.assignment.trios.append(tuple(three))
        return True

    def _best(self, order: Iterable[int], threes: Ints, values: Ints, *, first: bool = False) -> int | None:
        """Which of ``threes`` is best, the rest paired anew: of all in ``order``, or the ``first`` better than none."""
        best, best_value = None, self._value(self.partner)
        for at in order:
            rest = np.setdiff1d(np.arange(self.size), threes[at])
            value = int(values[at]) + self._value(self._paired(rest))
            if value > best_value:
                best, best_value = at, value
                if first:
                    break
        return best

    def _trios(self) -> tuple[Ints, Ints]:
        """The trios to think of and what each is worth: all, or those around a whole pair where all are too many."""
        if self.size <= ALL_TRIOS:
            threes = _threes(self.size)
        else:
            one = np.flatnonzero(self.partner > np.arange(self.size))
            pairs = np.repeat(np.stack([one, self.partner[one]], axis=1), self.size, axis=0)
            threes = np.column_stack([pairs, np.tile(np.arange(self.size), len(one))])
        return self._allowed(threes, self.worth[threes].sum(axis=1))

    def _joins(self) -> tuple[Ints, Ints]:
        """Everybody here as the third of each kept pair that is open to it, and what that is worth."""
        first = self.size + 2 * np.repeat(np.arange(len(self.joinable)), self.size)
        threes = np.column_stack([np.tile(np.arange(self.size), len(self.joinable)), first, first + 1])
        pair = self.square.points[threes[:, 1], threes[:, 2]]
        return self._allowed(threes, self.worth[threes[:, 0]] - pair - JOINS_KEPT)

    def _allowed(self, threes: Ints, worth: Ints) -> tuple[Ints, Ints]:
        """Those of ``threes`` that may be, and their values: ``worth`` and half of how they fit, less having met.

        What counts for three is the time that all of them have, not that of each two.
        """
        twos = [threes[:, two] for two in ([0, 1], [0, 2], [1, 2])]
        allowed = np.logical_and.reduce([self.square.allowed[two[:, 0], two[:, 1]] for two in twos])
        allowed &= self.people.trio_ok[self.rows[threes]].all(axis=1)
        allowed[allowed] &= self.people.speak_together(self.rows[threes[allowed]])
        threes, worth, twos = threes[allowed], worth[allowed], [two[allowed] for two in twos]
        fit = np.sum([self.square.fit[two[:, 0], two[:, 1]] for two in twos], axis=0, dtype=np.int64)
        points = np.sum([self.square.points[two[:, 0], two[:, 1]] for two in twos], axis=0, dtype=np.int64)
        fit_together = self.people.fit_together(self.rows[threes])
        again = TRIO_AGAIN * self.people.trio_last[self.rows[threes]].sum(axis=1)
        return threes, worth + points - fit + fit_together // 2 - again

    def _likely(self, threes: Ints, values: Ints) -> tuple[Ints, Bools]:
        """The order in which threes look best, and which of them take a pair whole: how those look is what they are."""
        shares = np.append(np.where(self.partner == ALONE, 0, self.worth + self._points(self.partner) // 2), 0)
        mates = np.append(self.partner, ALONE)[np.minimum(threes, self.size)]
        whole = (mates[:, :, None] == threes[:, None, :]).any(axis=(1, 2)) | (threes >= self.size).any(axis=1)
        order = np.argsort(shares[np.minimum(threes, self.size)].sum(axis=1) - values, kind="stable")
        return order, whole[order]

    def _may_be_over(self) -> Bools:
        """Who is over in some pairing of as many as possible. A trio helps only if all in it are such people.

        That, and that one trio then is enough for each one over, is shown in Cornuéjols, Hartvigsen and Pulleyblank,
        "Packing subgraphs in a graph" (1982).
        """
        everybody = np.arange(self.size)
        most = np.count_nonzero(self._paired(everybody) != ALONE)
        return np.array(
            [np.count_nonzero(self._paired(np.delete(everybody, one)) != ALONE) == most for one in everybody]
        )

    def _paired(self, places: Ints) -> Ints:
        """The best pairs among ``places``; everybody else is alone."""
        inside = np.ix_(places, places)
        found = best_pairs(self.square.points[inside], self.square.allowed[inside], self.worth[places])
        partner = np.full(self.size, ALONE)
        partner[places] = np.where(found == ALONE, ALONE, places[found])
        return partner

    def _value(self, partner: Ints) -> int:
        return int(self.worth[partner != ALONE].sum() + self._points(partner).sum() // 2)

    def _points(self, partner: Ints) -> Ints:
        return np.where(partner == ALONE, 0, self.square.points[np.arange(self.size), partner]).astype(np.int64)

    def _write(self) -> None:
        here = self.rows[: self.size]
        self.assignment.partner[here] = np.where(self.partner == ALONE, ALONE, here[self.partner])


@lru_cache(maxsize=4)
def _threes(size: int) -> Ints:
    """All threes of so many places."""
    return np.array([*combinations(range(size), 3)], np.int64).reshape(-1, 3)
