"""The property tests with new examples each time: `scripts/test` has the same ones in every run.

A round is every such test once, with as many examples as it says. What is found is kept as an example of its test.
"""

from __future__ import annotations

import argparse
import random
import re
import time as stopwatch
from collections.abc import Sequence

from bench.report import progress
from bench.soak._pytest import run

NEEDS = "test synapse replica"

PASSED = re.compile(r"(\d+) passing, ")


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """`red` must be 0; which test it was, and for which example, stands on standard error."""
    parser = argparse.ArgumentParser(prog="scripts/soak examples", description=__doc__)
    parser.add_argument("tests", nargs="*", default=["tests"], help="files or tests; all of them without")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32), help="another each time")
    parser.add_argument("--jobs", type=int, default=0, help="tests at a time")
    options = parser.parse_args(argv)
    since, examples, red, tests = stopwatch.perf_counter(), 0, 0, 0
    given = ["-m", "hypothesis", "--hypothesis-profile=search", "--hypothesis-show-statistics"]
    given += ["-n", str(options.jobs), "--dist", "loadfile", *options.tests]
    for number in progress(range(options.rounds), options.rounds):
        found = run([*given, f"--hypothesis-seed={options.seed + number}"])
        tests, red = found.tests, red + len(found.red)
        examples += sum(map(int, PASSED.findall(found.said)))
    return {
        "seed": options.seed,
        "rounds": options.rounds,
        "tests": tests,
        "examples": examples,
        "red": red,
        "seconds": round(stopwatch.perf_counter() - since, 1),
    }
