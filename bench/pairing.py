"""The matching of buddies: how good, fair, fast and small, beside a shuffle, greed and networkx, on one population."""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

from bench.data import population
from bench.data.population import community, is_as_committed, world
from bench.report import table
from cogs.buddies.candidates import Candidate, Counts, Met, Outcome
from cogs.buddies.worker import match_in_process

NEEDS = "test"

WEEK = date(2026, 11, 2)
ROUNDS = 12
NEAREST = 24
NOTE = Path(population.__file__).with_name("exact_10k.json")


def main(argv: Sequence[str]) -> Mapping[str, float]:
    """Takes a minute or two. ``--exact`` finds the exact answer for 10,000 people anew (ten minutes) and notes it."""
    parser = argparse.ArgumentParser(prog="bench pairing", description=main.__doc__)
    parser.add_argument(
        "--exact", action="store_true", help="find the exact answer for 10,000 people anew, and note it"
    )
    options = parser.parse_args(argv)
    if not is_as_committed():
        raise SystemExit("bench/data makes another population here than the one committed; figures would not compare.")
    audit = Audit()
    # The worker first and the largest first: what the system says of a child is never less than of whom started it.
    large = asyncio.run(in_its_own_process(community(100_000)))
    thrice = [asyncio.run(in_its_own_process([*community(10_000)])) for _ in range(3)]
    middle = min(thrice, key=lambda one: one.seconds)
    audit.check(community(100_000), large.outcome)
    audit.check(community(10_000), middle.outcome)
    audit.next_round([*community(10_000)], middle.outcome)
    twelve, hundred, five_hundred = rounds(12, audit), rounds(101, audit), rounds(500, audit)
    share_1k = beside_the_others(audit)
    return {
        "share_1k": share_1k,
        "share_10k": share_of_nearest(middle.outcome, anew=options.exact),
        "seconds_10k": middle.seconds,
        "seconds_100k": large.seconds,
        "mib_100k": large.mib,
        "repeats_12x12": twelve.repeats,
        "repeats_101": hundred.repeats,
        "no_common_hour_101": hundred.without / hundred.matches,
        "repeats_500": five_hundred.repeats,
        "no_common_hour_500": five_hundred.needless / five_hundred.matches,
        "left_out_avoidable": audit.left_out,
        "broken_rules": audit.broken,
        "max_stall_ms_10k": min(one.stall_ms for one in thrice),  # what else the machine does only ever adds to it
    }


@dataclass
class Audit:
    """Looks at every outcome with the plain words of the rules, and counts what is against them."""

    broken: int = 0
    left_out: int = 0
    """Who was left out although somebody here fits them: more than could have been avoided, never less."""

    def check(self, candidates: Iterable[Candidate], outcome: Outcome, kept: Sequence[tuple[int, ...]] = ()) -> None:
        people = {one.id: one for one in candidates if one.eligible}
        seen: set[int] = set()
        for found in outcome.matches:
            members = [people[one] for one in found.members if one in people]
            together = found.members in kept
            self.broken += len(members) < len(found.members) or not may_be_together(members, together)
            self.broken += len(seen & {*found.members})
            seen |= {*found.members}
        alone = {one.id for one in outcome.left_out}
        self.broken += len(seen & alone) + len(people.keys() ^ (seen | alone))
        self.broken += len({*kept} - {found.members for found in outcome.matches if found.kept})
        self.left_out += sum(
            any(other.id != one and may_be_together([people[one], other]) for other in people.values()) for one in alone
        )

    def next_round(self, candidates: Sequence[Candidate], before: Outcome) -> None:
        """Checks the round after: every tenth pair stays together, and every hundredth person has been held."""
        people = [replace(one, held=one.held or one.id % 100 == 0) for one in candidates]
        held = {one.id for one in people if not one.eligible}
        kept = [found.members for found in before.matches[::10] if not held & {*found.members}]
        met = [Met(*two, 1) for found in before.matches for two in combinations(found.members, 2)]
        outcome = asyncio.run(match_in_process(people, week=WEEK, seed=2, number=2, met=met, kept=kept))
        self.check(people, outcome, kept)
        self.broken += outcome.counts.kept != len(kept)


def may_be_together(people: Sequence[Candidate], stayed: bool = False) -> bool:
    """The rules nobody may break, in plain words."""
    return (
        len({one.group for one in people}) == 1
        and bool(frozenset.intersection(*(one.languages for one in people)))
        and not any(other.id in one.avoids for one in people for other in people)
        and (len(people) == 2 or stayed or all(one.trio_ok for one in people))
    )


@dataclass
class Measured:
    """One matching in its own process."""

    outcome: Outcome = field(default_factory=lambda: Outcome((), (), Counts()))
    seconds: float = 0.0
    """Processor time of the whole process, from its start: reading the people and writing the answer too."""
    mib: float = 0.0
    stall_ms: float = 0.0


async def in_its_own_process(candidates: Iterable[Candidate]) -> Measured:
    measured, before = Measured(), resource.getrusage(resource.RUSAGE_CHILDREN)
    heart = asyncio.create_task(beat(measured))
    measured.outcome = await match_in_process(candidates, week=WEEK, seed=1, number=1)
    heart.cancel()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    measured.seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    measured.mib = after.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return measured


async def beat(measured: Measured) -> None:
    """Notes the longest time for which nothing else could run."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.001)
        measured.stall_ms = max(measured.stall_ms, (time.perf_counter() - before - 0.001) * 1_000)


@dataclass
class Year:
    """What rounds with the same people came to."""

    repeats: int = 0
    without: int = 0
    """Matches without an hour in common."""
    needless: int = 0
    """Matches without an hour in common, in rounds in which there could have been fewer of them."""
    matches: int = 0


def rounds(count: int, audit: Audit) -> Year:
    """Twelve rounds of the same people, spread over the world; with the clock changes of a year."""
    from bench._pairings import least_without_an_hour
    from cogs.buddies.matching import match

    year, people, met, known = Year(), {one.id: one for one in world(count)}, list[Met](), set[tuple[int, ...]]()
    for number in range(1, ROUNDS + 1):
        week = WEEK + number * timedelta(weeks=4)
        outcome = match(people.values(), week=week, seed=number, number=number, met=met)
        audit.check(people.values(), outcome)
        without = outcome.counts.without_common_hour
        year.without += without
        if without and without > least_without_an_hour(people.values(), week, met):
            year.needless += without
        twos = {two for found in outcome.matches for two in combinations(found.members, 2)}
        year.repeats += len(twos & known)
        year.matches += len(outcome.matches)
        known |= twos
        met += [Met(*two, number) for two in twos]
        trio = {one for found in outcome.matches if len(found.members) == 3 for one in found.members}
        alone = {one.id for one in outcome.left_out}
        people = {one: replace(was, trio_last=one in trio, left_out_last=one in alone) for one, was in people.items()}
    return year


def beside_the_others(audit: Audit) -> float:
    """1,000 people, paired in every way there is; prints a line for each. Returns Kith's share of the optimum."""
    from bench import _pairings
    from cogs.buddies.matching import match

    candidates = [*community(1_000)]
    people = _pairings.rows(candidates, WEEK)
    start = time.process_time()
    outcome = match(candidates, week=WEEK, seed=1, number=1)
    seconds = time.process_time() - start
    audit.check(candidates, outcome)
    audit.next_round(candidates, outcome)
    ways = {
        "shuffle": _pairings.shuffled,
        "greedy": _pairings.greedy,
        "networkx, all pairs": _pairings.networkx_exact,
        "exact, all pairs": _pairings.exact,
    }
    lines: list[tuple[str, int, float]] = [("Kith", _pairings.worth(people, outcome), seconds)]
    for name, way in ways.items():
        start = time.process_time()
        points = _pairings.points(people, way(people))
        lines.append((name, points, time.process_time() - start))
    best = lines[-1][1]
    print(table({f"1,000 people: {name}": f"{points / best:7.2%} in {took:6.2f} s" for name, points, took in lines}))
    return lines[0][1] / best


def share_of_nearest(outcome: Outcome, *, anew: bool) -> float:
    """What the matches of 10,000 are worth, of the best pairs when each has an edge to their 24 best.

    That optimum is noted in ``bench/data``, with what the same scores make of pairs by lot: a note made with other
    scores is never used.
    """
    from bench import _pairings

    people = _pairings.rows(community(10_000), WEEK)
    by_lot = _pairings.points(people, _pairings.shuffled(people))
    if anew:
        best = _pairings.points(people, _pairings.nearest_exact(people, NEAREST))
        NOTE.write_text(json.dumps({"optimum": best, "by_lot": by_lot}) + "\n", encoding="ascii")
    noted = json.loads(NOTE.read_text(encoding="ascii"))
    if noted["by_lot"] != by_lot:
        raise SystemExit("People are scored in another way than when the exact answer was noted: run it with --exact.")
    return float(_pairings.worth(people, outcome) / noted["optimum"])
