"""Opting in and out, pausing, avoiding, leaving, being forgotten, linking: in any order, beside a plain model.

What is sent must be exactly what the model allows. Hypothesis chooses the steps, and shrinks a failure.
"""

from __future__ import annotations

import argparse
import time as stopwatch
from collections.abc import Iterator, Sequence
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bench.report import progress
from tests.engines.consent_model import ConsentMachine, probes, steps

NEEDS = "test"

LIVES = 20
"""Communities lived through between two looks at the count."""

STEPS_OF_A_LIFE = 100


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """Any message without consent, and any that was withheld, ends it with the shortest way to it."""
    parser = argparse.ArgumentParser(prog=f"scripts/soak {Path(__file__).stem}", description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000, help="how many things people do")
    wanted = parser.parse_args(argv).steps
    started = stopwatch.perf_counter()
    steps.clear()
    probes.clear()
    for _step in progress(_lives(wanted), wanted):
        pass
    return {
        "steps": steps.total(),
        **{f"did: {what}": times for what, times in sorted(steps.items())},
        "messages": probes.total(),
        "sent": probes.pop("sent"),
        **{f"rightly held back: {why}": times for why, times in sorted(probes.items())},
        "without_consent": 0,
        "withheld": 0,
        "seconds": round(stopwatch.perf_counter() - started, 1),
    }


def _lives(wanted: int) -> Iterator[int]:
    """One item per step, as they are done."""
    drawn = 0
    while steps.total() < wanted:
        run_state_machine_as_test(
            ConsentMachine,
            settings=settings(
                max_examples=LIVES,
                stateful_step_count=STEPS_OF_A_LIFE,
                deadline=None,
                database=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            ),
        )
        done = min(steps.total(), wanted)
        yield from range(drawn, done)
        drawn = done
