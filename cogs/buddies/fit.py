"""How well people fit each other, in points: the people of a round as columns, any square of them scored at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cogs.buddies.hours import QUARTERS

Ints = NDArray[np.int64]
Points = NDArray[np.int32]
Bools = NDArray[np.bool_]

FULL_HOURS = 16
"""Quarter hours in common beyond which more adds nothing: a pair needs a time to talk, not every time."""
AN_HOUR = 10_000
HOURS = AN_HOUR * (np.arange(FULL_HOURS + 1) >= 4).astype(np.int32) + np.array(
    [0, 50, 100, 150, 0, 25, 50, 75, 100, 100, 125, 125, 150, 150, 175, 175, 200], np.int32
)
"""Points by quarter hours in common. The first whole hour is worth more than all else that a dozen pairs can gain."""
PACE = np.array([150, 75, 0, 0, 0], np.int32)
"""Points by how far apart two paces are."""
PURPOSE, STYLE = np.int32(150), np.int32(100)
_PACES = PACE[np.abs(np.arange(5)[:, None] - np.arange(5))]
BEST = int(HOURS[-1] + PACE[0] + PURPOSE + STYLE)

AGAIN = 16 * AN_HOUR
"""What it costs to bring two people together again a round later, in points: as much as many hours in common."""
AGAIN_HALVES = 6
"""Rounds after which that cost is half. After two years of monthly rounds an hour in common is worth a repeat."""

PLACED = 10**13
"""What it is worth that somebody has a partner at all: more than the points of everybody else together."""
LEFT_OUT_LAST, LEFT_OUT = 10**10, 10**7
"""Who comes first where somebody must be left out: who was last time, then by all rounds without a partner (to 999)."""


@dataclass(frozen=True, slots=True)
class Links:
    """A value for some pairs of rows, both ways round, sorted by the first: ``start[row]`` is where its pairs begin."""

    start: Ints
    other: Ints
    value: Ints

    @classmethod
    def of(cls, size: int, pairs: Ints, value: Ints) -> Links:
        """Links between ``size`` rows, from lines that begin with two of them; values of a pair named twice add up."""
        low, high = pairs[:, :2].min(axis=1), pairs[:, :2].max(axis=1)
        keys, inverse = np.unique(low * size + high, return_inverse=True)
        sums = np.zeros(len(keys), np.int64)
        np.add.at(sums, inverse, value)
        first, second = np.concatenate([keys // size, keys % size]), np.concatenate([keys % size, keys // size])
        order = np.lexsort((second, first))
        start = np.zeros(size + 1, np.int64)
        np.cumsum(np.bincount(first, minlength=size), out=start[1:])
        return cls(start, second[order], np.concatenate([sums, sums])[order])

    def within(self, rows: Ints) -> tuple[Ints, Ints, Ints]:
        """The links with both ends among ``rows``, as (place of one, place of the other, value)."""
        begin, count = self.start[rows], self.start[rows + 1] - self.start[rows]
        one = np.repeat(np.arange(len(rows)), count)
        at = np.repeat(begin - np.cumsum(count) + count, count) + np.arange(len(one))
        place = np.full(len(self.start), -1)
        place[rows] = np.arange(len(rows))
        other = place[self.other[at]]
        inside = other >= 0
        return one[inside], other[inside], self.value[at[inside]]

    def between(self, one: Ints, other: Ints) -> Ints:
        """The value of each pair of rows, line by line; 0 where there is no link."""
        if not len(self.other):
            return np.zeros(len(one), np.int64)
        size = len(self.start) - 1
        keys = np.repeat(np.arange(size), np.diff(self.start)) * size + self.other
        at = np.minimum(np.searchsorted(keys, one * size + other), len(keys) - 1)
        return np.where(keys[at] == one * size + other, self.value[at], 0)


@dataclass(frozen=True, slots=True)
class Square:
    """Some people against each other; ``points``, what a pair is worth, is ``fit`` less the cost of having met."""

    fit: Points
    points: Points
    allowed: Bools


@dataclass(frozen=True, slots=True)
class People:
    """Everybody eligible in a round, one row each, in an order that only the seed and the ids decide."""

    ids: Ints
    groups: Ints
    languages: NDArray[np.uint64]
    language_names: Sequence[str]
    free: NDArray[np.uint64]
    """The quarter hours of the week (``hours.in_week``) in 64-bit words."""
    zones: Sequence[str]
    pace: NDArray[np.int8]
    purposes: NDArray[np.int8]
    style: NDArray[np.int8]
    trio_ok: Bools
    trio_last: Bools
    worth: Ints
    apart: Links
    met: Links
    meetings: Ints
    """All twos ever brought together: row, row, round."""

    def square(self, rows: Ints) -> Square:
        """Everybody in ``rows`` against everybody. Takes about 20 bytes per two for a moment."""
        pace, purposes, style = self.pace[rows], self.purposes[rows], self.style[rows]
        bits = self.free_bits(rows)
        fit = HOURS[np.minimum(bits @ bits.T, FULL_HOURS).astype(np.int64)]
        fit += _PACES[pace][:, pace]
        fit += PURPOSE * ((purposes[:, None] & purposes) != 0)
        fit += STYLE * ((style[:, None] & style) != 0)
        points = fit.copy()
        one, other, cost = self.met.within(rows)
        points[one, other] -= cost
        return Square(fit, points, self._allowed(rows))

    def points(self, one: Ints, other: Ints) -> Ints:
        """What each pair of rows is worth, ``one`` with ``other``, line by line."""
        quarters = np.bitwise_count(self.free[one] & self.free[other]).sum(axis=1, dtype=np.int64)
        fit = HOURS[np.minimum(quarters, FULL_HOURS)] + self._alike(one, other)
        return np.asarray(fit - self.met.between(one, other))

    def minutes_together(self, rows: Ints) -> Ints:
        """For each line of rows: how long all in it are free at once, in minutes."""
        shared = np.bitwise_and.reduce(self.free[rows], axis=1)
        return np.asarray(15 * np.bitwise_count(shared).sum(axis=1, dtype=np.int64))

    def _alike(self, one: Ints, other: Ints) -> Points:
        """Points for everything but time, line by line."""
        points = PACE[np.abs(self.pace[one] - self.pace[other])]
        points += PURPOSE * ((self.purposes[one] & self.purposes[other]) != 0)
        points += STYLE * ((self.style[one] & self.style[other]) != 0)
        return np.asarray(points)

    def fit_together(self, threes: Ints) -> Ints:
        """How well each line of three fits: as its three pairs do, had each two only the time that all three have."""
        points = 3 * HOURS[np.minimum(self.minutes_together(threes) // 15, FULL_HOURS)].astype(np.int64)
        for one, other in ([0, 1], [0, 2], [1, 2]):
            points += self._alike(threes[:, one], threes[:, other])
        return points

    def free_bits(self, rows: Ints) -> NDArray[np.float32]:
        """The free quarter hours of ``rows``, a number each: what two have in common is the product of their lines."""
        packed = self.free[rows].view(np.uint8)
        return np.unpackbits(packed, axis=1, count=QUARTERS, bitorder="little").astype(np.float32)

    def allowed_to(self, row: int) -> Ints:
        """Everybody whom this person may be matched with."""
        fits = (self.groups == self.groups[row]) & (self.languages & self.languages[row]).any(axis=1)
        fits[row] = False
        fits[self.apart.other[self.apart.start[row] : self.apart.start[row + 1]]] = False
        return np.flatnonzero(fits)

    def speak_together(self, rows: Ints) -> Bools:
        """For each line of rows: whether all in it share one language."""
        return np.asarray(np.bitwise_and.reduce(self.languages[rows], axis=1).any(axis=1))

    def _allowed(self, rows: Ints) -> Bools:
        groups, languages = self.groups[rows], self.languages[rows]
        allowed = groups[:, None] == groups
        allowed &= np.logical_or.reduce([(word[:, None] & word) != 0 for word in languages.T])
        np.fill_diagonal(allowed, val=False)
        one, other, _ = self.apart.within(rows)
        allowed[one, other] = False
        return np.asarray(allowed)
