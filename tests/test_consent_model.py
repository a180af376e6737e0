"""Opting in and out, pausing, avoiding, leaving, being forgotten, coming back, linking, unlinking: in any order."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.engines.consent_model import ConsentMachine, steps


def test_whatever_people_do_only_what_they_said_yes_to_is_sent() -> None:
    """The short form of `scripts/soak consent`."""
    steps.clear()
    run_state_machine_as_test(
        ConsentMachine,
        settings=settings(
            max_examples=15,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert steps["sent"] > 10, "the run reached what it is about"
    assert {"opt in", "opt out", "pause", "block", "leave", "forget", "link", "removed"} <= set(steps)
