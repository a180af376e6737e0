"""Every allowed way to bring a handful of people together, tried one by one: what the matching is measured against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, reduce
from itertools import combinations
from operator import and_

from cogs.buddies.candidates import Candidate

Cost = tuple[int, int, int, int, int]


def allowed(people: Sequence[Candidate]) -> bool:
    """Whether these may be together at all, by the words of the rule."""
    return (
        all(one.adult and one.consents and not one.held for one in people)
        and len({one.group for one in people}) == 1
        and bool(frozenset.intersection(*(one.languages for one in people)))
        and not any(other.id in one.avoids for one in people for other in people)
    )


def allowed_anew(people: Sequence[Candidate]) -> bool:
    """Whether these may be brought together now: three only where all are open to it."""
    return allowed(people) and (len(people) == 2 or all(one.trio_ok for one in people))


def least_cost(candidates: Iterable[Candidate], kept: Sequence[tuple[int, ...]] = ()) -> Cost:
    """The least an assignment can cost, the first figure first.

    That is: how many are left out, how many of those were last time, how many rounds they all were, how many kept pairs
    are joined by a third, how many are in a trio twice running.
    """
    people = {one.id: one for one in candidates if one.adult and one.consents and not one.held}
    held_together = [frozenset(unit) for unit in kept if all(one in people for one in unit)]
    whole = frozenset(unit for unit in held_together if allowed([people[one] for one in unit]))

    def units(of: frozenset[int]) -> Iterator[frozenset[int]]:
        first = min(of)
        for size in (1, 2, 3):
            for others in combinations(sorted(of - {first}), size - 1):
                unit = frozenset({first, *others})
                broken = any(pair & unit and not pair <= unit for pair in whole)
                if not broken and (size == 1 or unit in whole or allowed_anew([people[one] for one in unit])):
                    yield unit

    def price(unit: frozenset[int]) -> Cost:
        members = [people[one] for one in unit]
        if len(unit) == 1:
            return (1, members[0].left_out_last, members[0].left_out, 0, 0)
        joined = any(pair < unit for pair in whole)
        again = sum(one.trio_last for one in members) if len(unit) == 3 and unit not in whole else 0
        return (0, 0, 0, joined, again)

    @cache
    def least(of: frozenset[int]) -> Cost:
        if not of:
            return (0, 0, 0, 0, 0)
        return min(_sum(price(unit), least(of - unit)) for unit in units(of))

    return least(frozenset(people))


def fewest_without_an_hour(candidates: Iterable[Candidate]) -> int:
    """How few pairs (and one trio, of an odd number) can be without an hour in common, where everybody is on one clock.

    Nobody here avoids anybody, and all are open to a trio.
    """
    free = {one.id: one.free for one in candidates}

    @cache
    def fewest(of: frozenset[int]) -> int:
        if not of:
            return 0
        first = min(of)
        sizes = (1,) if len(of) % 2 == 0 else (1, 2)
        units = (frozenset({first, *others}) for size in sizes for others in combinations(sorted(of - {first}), size))
        return min(_without(unit) + fewest(of - unit) for unit in units if len(of - unit) != 1)

    def _without(unit: frozenset[int]) -> int:
        return reduce(and_, (free[one] for one in unit)) == 0

    return fewest(frozenset(free))


def _sum(one: Cost, other: Cost) -> Cost:
    return tuple(map(sum, zip(one, other, strict=True)))  # type: ignore[return-value]  # five of them, as before
