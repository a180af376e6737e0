"""The matching of buddies: who is introduced to whom in a round, and why.

Pure, seeded, and blind to the order it is told people in. First come the rules nobody may break (group, language, who
avoids whom, adults, consent, holds), then pairs that asked to stay together, then that nobody is left out for whom
somebody can be found, and only then points (``fit``): new people before known ones, time in common, pace, purpose,
style. It takes seconds where there are thousands, so a program with other things to do runs it through ``worker``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import reduce
from itertools import combinations
from operator import and_

import numpy as np

from cogs.buddies.candidates import (
    Candidate,
    Counts,
    LeftOut,
    LeftOutReason,
    Match,
    Met,
    Outcome,
    Pace,
    Purpose,
    Reasons,
    Style,
)
from cogs.buddies.fit import People
from cogs.buddies.gathering import Gathering
from cogs.buddies.hours import common, dayparts
from cogs.buddies.pairing import ALONE, pair_up
from cogs.buddies.trios import Assignment, place_leftovers


def match(
    candidates: Iterable[Candidate],
    *,
    week: date,
    seed: int,
    number: int,
    met: Iterable[Met] = (),
    kept: Iterable[tuple[int, ...]] = (),
) -> Outcome:
    """The matches of round ``number``.

    ``week`` is the first day of the week whose clocks decide what time people have in common; ``met`` are all twos
    ever brought together; ``kept`` the pairs (or trios) that all asked to stay together. In the middle of a round, pass
    those still without a partner and the newcomers only. Raises ``ValueError`` where somebody is twice among the
    candidates or in two kept pairs.
    """
    gathering = Gathering(week)
    for candidate in candidates:
        gathering.add(candidate)
    people = gathering.people(seed, number, met)
    random = np.random.Generator(np.random.PCG64(seed % 2**64))
    asked = [tuple(sorted(unit)) for unit in kept]
    assignment = Assignment(np.full(len(people.ids), ALONE), _possible(people, asked))
    for group in np.unique(people.groups):
        rows = assignment.not_in_a_group(np.flatnonzero(people.groups == group))
        assignment.partner[rows] = pair_up(people, rows, random)[rows]
        place_leftovers(people, rows, assignment, random)
    return _outcome(people, assignment, week, gathering.signed_up, len(asked))


def _possible(people: People, asked: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The kept pairs, as rows, in which everybody may still be introduced to everybody."""
    members = Counter(one for unit in asked for one in unit)
    if any(count > 1 for count in members.values()):
        raise ValueError("somebody is in two pairs that asked to stay together")
    row_of = {one: row for row, one in enumerate(people.ids.tolist()) if one in members}
    units = [tuple(row_of[one] for one in unit) for unit in sorted(asked) if all(one in row_of for one in unit)]
    return [unit for unit in units if _may_be_together(people, unit)]


def _may_be_together(people: People, unit: tuple[int, ...]) -> bool:
    rows = np.array(unit)
    allowed = people.square(rows).allowed | np.eye(len(rows), dtype=np.bool_)
    return bool(allowed.all() and people.speak_together(rows[None]).all())


def _outcome(people: People, assignment: Assignment, week: date, signed_up: int, asked: int) -> Outcome:
    units = [*_units(assignment)]
    last_met = _last_met(people, [two for unit, _ in units for two in combinations(sorted(unit), 2)])
    matches = sorted((_match(people, unit, kept, week, last_met) for unit, kept in units), key=lambda one: one.members)
    alone = assignment.without_anybody(np.arange(len(people.ids))).tolist()
    left_out = sorted((LeftOut(int(people.ids[row]), _why(people, row)) for row in alone), key=lambda one: one.id)
    possible = len(assignment.kept)
    repeats = [two for unit, kept in units if not kept for two in combinations(sorted(unit), 2) if two in last_met]
    counts = Counts(
        signed_up=signed_up,
        eligible=len(people.ids),
        pairs=sum(len(one.members) == 2 for one in matches),
        trios=sum(len(one.members) == 3 for one in matches),
        kept=possible,
        kept_not_possible=asked - possible,
        repeats=len(repeats),
        without_common_hour=sum(one.reasons.minutes < 60 for one in matches),
        left_out=Counter(one.reason for one in left_out),
    )
    return Outcome(tuple(matches), tuple(left_out), counts)


def _units(assignment: Assignment) -> Iterator[tuple[tuple[int, ...], bool]]:
    """Everybody who is together, as rows, and whether they asked to stay so."""
    one = np.flatnonzero(assignment.partner > np.arange(len(assignment.partner)))
    yield from ((pair, False) for pair in zip(one.tolist(), assignment.partner[one].tolist(), strict=True))
    yield from ((trio, False) for trio in assignment.trios)
    yield from ((unit, True) for unit in assignment.kept)


def _match(
    people: People, unit: tuple[int, ...], kept: bool, week: date, last_met: dict[tuple[int, int], int]
) -> Match:
    """Explains one match: what its people have in common."""
    rows = sorted(unit, key=people.ids.__getitem__)
    shared = common(int.from_bytes(people.free[row].tobytes(), "little") for row in rows)
    spoken = reduce(and_, (int.from_bytes(people.languages[row].tobytes(), "little") for row in rows))
    paces = {int(people.pace[row]) for row in rows}
    before = [last_met[two] for two in combinations(sorted(unit), 2) if two in last_met]
    return Match(
        tuple(int(people.ids[row]) for row in rows),
        kept,
        Reasons(
            minutes=15 * shared.bit_count(),
            dayparts={int(people.ids[row]): dayparts(shared, people.zones[row], week) for row in rows},
            languages=tuple(name for at, name in enumerate(people.language_names) if spoken >> at & 1),
            purposes=Purpose(reduce(and_, (int(people.purposes[row]) for row in rows))),
            style=Style(reduce(and_, (int(people.style[row]) for row in rows))),
            pace=Pace(paces.pop()) if len(paces) == 1 else None,
            last_met=max(before, default=None),
        ),
    )


def _last_met(people: People, twos: list[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """The last round in which each of ``twos`` (rows, the lower first) were together, where they were."""
    wanted = set(twos)
    found: dict[tuple[int, int], int] = {}
    for one, other, number in people.meetings.tolist():
        two = (min(one, other), max(one, other))
        if two in wanted:
            found[two] = max(number, found.get(two, number))
    return found


def _why(people: People, row: int) -> LeftOutReason:
    return LeftOutReason.ODD if len(people.allowed_to(row)) else LeftOutReason.NOBODY_FITS
