"""Takes away what each promise of our pages rests on, one after the other, in a copy of the tree: does a test go red?

The table is ``tests/data/promises``; see ``tests/engines/promises.py``.
"""

from __future__ import annotations

import argparse
import time as stopwatch
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

from bench.report import progress
from tests.engines.promises import Copy, Promise, copied, promises

NEEDS = "test synapse replica"


def main(argv: Sequence[str]) -> dict[str, int | float | str]:
    """`green` (rows that nothing holds) and `unbroken_red` (tests that are red by themselves) must be 0."""
    parser = argparse.ArgumentParser(prog=f"scripts/soak {Path(__file__).stem}", description=__doc__)
    parser.add_argument("--page", help="only the promises of this page")
    parser.add_argument("--only", default="", help="only those with this in them")
    parser.add_argument("--jobs", type=int, default=2, help="copies of the tree that are broken at a time")
    options = parser.parse_args(argv)
    rows = [one for one in promises() if options.page in (None, one.page) and options.only in f"{one.name} {one.file}"]
    if not rows:
        parser.error("the table has no such row")
    started = stopwatch.perf_counter()
    with ExitStack() as stack:
        copies = [stack.enter_context(copied()) for _ in range(options.jobs)]
        unbroken = copies[0].failures(*sorted({test for row in rows for test in row.tests}))
        found = list(progress(_broken(copies, rows), len(rows)))
    green = [f"{row.name}: {wrong}" for row, wrong in found if wrong]
    return {
        "rows": len(rows),
        "red": len(rows) - len(green),
        "green": len(green),
        **{f"green {number}": one for number, one in enumerate(green, 1)},
        "unbroken_red": len(unbroken),
        **{f"unbroken {number}": one for number, one in enumerate(unbroken, 1)},
        "seconds": round(stopwatch.perf_counter() - started, 1),
    }


def _broken(copies: Sequence[Copy], rows: Sequence[Promise]) -> Iterator[tuple[Promise, str]]:
    """Each row and what is wrong with it; a copy is broken in one place at a time."""
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def one(row: Promise) -> tuple[Promise, str]:
        copy = free.get()
        try:
            return row, copy.red(row)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(copies)) as threads:
        yield from threads.map(one, rows)
