"""Breaks 60 lines of the core, each on its own: does a test go red?

The lines are drawn from one commit and found again in the tree that is tried, so that two trees can be compared on the
same lines. One run of the whole suite tells which tests come past which line; then each line is broken in a copy and
these tests run, near ones first, until one goes red.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time as stopwatch
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue
from random import Random

from bench.report import progress
from bench.soak import _lines as lines
from bench.soak import _operators as operators
from bench.soak import _suite as suite

NEEDS = "test synapse replica"

DRAWN_FROM = "3f971be"
WAITS = 1.0
"""Seconds. A test that takes as long waits for something, and a busy machine may keep it waiting too long."""


@dataclass
class Broken:
    """One drawn line, what it is in the tree that is tried, how it was broken there, and which test noticed."""

    drawn: str
    text: str
    how: str
    place: str = ""
    operator: str = ""
    change: str = ""
    tests: int = 0
    noticed: str | None = None
    state: str = "waiting"


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """``noticed`` of ``lines``; past those that are ``unpassed`` comes no test, and those ``gone`` are not tried."""
    options = _options(argv)
    since = stopwatch.perf_counter()
    with tempfile.TemporaryDirectory(prefix="kith-mutations-") as name:
        trial = Trial(options, Path(options.keep or name).resolve())
        Path(options.keep or name).mkdir(parents=True, exist_ok=True)
        trial.prepare()
        with ThreadPoolExecutor(options.jobs) as workers:
            for _ in progress(workers.map(trial.attempt, range(options.lines)), options.lines):
                trial.report()
    tally = Counter(broken.state for broken in trial.broken)
    figures = {state: tally[state] for state in ("noticed", "unnoticed", "unpassed", "gone")}
    return {"lines": options.lines, **figures, "seconds": round(stopwatch.perf_counter() - since, 1)}


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/soak mutations", description=__doc__)
    parser.add_argument("--tree", type=Path, default=suite.ROOT, help="the repository to try")
    parser.add_argument("--at", default="HEAD", help="the commit of it to try")
    parser.add_argument("--since", default=DRAWN_FROM, help="the commit whose lines are drawn")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--lines", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=2, help="so many test runs at once")
    parser.add_argument("--keep", help="a folder for all that is found; a run that was interrupted goes on from there")
    parser.add_argument("--out", type=Path, help="the table as this file, and beside it as .json")
    return parser.parse_args(argv)


def draw(sources: dict[str, str], seed: int, count: int) -> list[tuple[lines.Line, operators.Break]]:
    """The lines, and the way in which each is broken."""
    everything = [line for path, source in sorted(sources.items()) for line in lines.lines(path, source)]
    random = Random(seed)
    drawn = sorted(random.sample(everything, count))
    return [(line, operators.draw(sources[line.path], line.number, random)) for line in drawn]


class Trial:
    """The drawn lines in the tree that is tried, and what became of each."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self._options, self._folder = options, folder
        self._tree, self._at = options.tree.resolve(), lines.git(options.tree, "rev-parse", options.at).strip()
        self.sources = lines.at_commit(self._tree, self._at)
        self.broken: list[Broken] = []
        self._changes: dict[int, tuple[lines.Line, operators.Break]] = {}
        self.known = suite.Known()
        self._copies: SimpleQueue[Path] = SimpleQueue()

    def prepare(self) -> None:
        """Draws, finds again, and lets the whole suite tell which tests come past."""
        self._find()
        watched = self._folder / "watched"
        if not (watched / suite.OUTCOMES).exists():
            suite.copy(self._tree, self._at, watched)
            for path, source in suite.watch(self.sources, self._wanted()).items():
                (watched / path).write_text(source, encoding="utf-8")
            suite.learn(watched, self._options.jobs)
        self.known = suite.known(watched)
        for job in range(self._options.jobs):
            shutil.rmtree(self._folder / f"copy-{job}", ignore_errors=True)
            self._copies.put(copy := suite.copy(self._tree, self._at, self._folder / f"copy-{job}"))
        self._confirm(copy)
        for number, broken in enumerate(self.broken):
            broken.tests = len(self.known.past[number])

    def _confirm(self, copy: Path) -> None:
        kept = self._folder / "red.json"
        if kept.exists():
            self.known.red = set(json.loads(kept.read_text(encoding="utf-8")))
        else:
            suite.confirm(copy, self.known)
            kept.write_text(json.dumps(sorted(self.known.red)), encoding="utf-8")

    def _wanted(self) -> dict[int, lines.Line]:
        return {number: line for number, (line, _) in self._changes.items()}

    def _find(self) -> None:
        drawn = draw(lines.at_commit(self._tree, self._options.since), self._options.seed, self._options.lines)
        moved = lines.renames(self._tree, self._options.since, self._at)
        here = [line for path, source in self.sources.items() for line in lines.lines(path, source)]
        for number, (line, way) in enumerate(drawn):
            found = lines.find(line, here, moved.get(line.path, line.path))
            broken = Broken(line.place, line.text, found.how, state="gone" if found.how == "gone" else "waiting")
            self.broken.append(broken)
            if found.line is None:
                continue
            broken.place = found.line.place
            source = self.sources[found.line.path]
            if found.how != "gone" and (way_here := operators.again(source, found.line.number, way)):
                broken.operator, broken.change = way_here.name, way_here.shown(source)
                self._changes[number] = found.line, way_here
            else:
                broken.state = "gone"

    def attempt(self, number: int) -> None:
        """Breaks one line in a copy and runs the tests that come past it."""
        broken, done = self.broken[number], self._folder / f"{number}.json"
        if done.exists():
            self.broken[number] = Broken(**json.loads(done.read_text(encoding="utf-8")))
            return
        if number not in self._changes:
            return
        copy = self._copies.get()
        try:
            broken.noticed = self._noticed_by(copy, number)
        finally:
            self._copies.put(copy)
        broken.state = "noticed" if broken.noticed else "unnoticed" if broken.tests else "unpassed"
        done.write_text(json.dumps(asdict(broken)), encoding="utf-8")

    def _noticed_by(self, copy: Path, number: int) -> str | None:
        tests = self.known.chosen(number, self._changes[number][0].path)
        while red := self._red_where_broken(copy, number, tests):
            is_slow = red.remark == suite.NEVER_ENDS or self.known.seconds[red.test] >= WAITS
            if not is_slow or self._is_no_chance(copy, number, red.test):
                return f"{red.test} ({red.remark})" if red.remark else red.test
            tests = [test for test in tests if test != red.test]
        return None

    def _red_where_broken(self, copy: Path, number: int, tests: list[str]) -> suite.Red | None:
        line, way = self._changes[number]
        whole = self.sources[line.path]
        suite.write(copy, line.path, way.apply(whole))
        try:
            return suite.noticed_by(copy, tests, self.known)
        finally:
            suite.write(copy, line.path, whole)

    def _is_no_chance(self, copy: Path, number: int, test: str) -> bool:
        """Red once more where the line is broken, and green where it is whole."""
        again = self._red_where_broken(copy, number, [test])
        return again is not None and suite.noticed_by(copy, [test], self.known) is None

    def report(self) -> None:
        if self._options.out:
            self._options.out.write_text(table(self.broken), encoding="utf-8")
            rows = [asdict(broken) for broken in self.broken]
            self._options.out.with_suffix(".json").write_text(json.dumps(rows, indent=1), encoding="utf-8")


def table(broken: Sequence[Broken]) -> str:
    """One paragraph per line: where it is, what was changed, and which test noticed."""
    rows = [
        f"{one.state:<9} {one.drawn}{'' if one.place in ('', one.drawn) else f' -> {one.place}'} ({one.how})\n"
        f"          {one.operator}: {one.change}\n"
        f"          {one.noticed or '-'}, {one.tests} tests come past\n"
        for one in broken
    ]
    return "\n".join(rows)
