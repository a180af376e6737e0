"""A short run of the crash engine, and the proof that it would find something."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def figures(*command: str) -> dict[str, Any]:
    """Run a module in a process of its own (it forks, and so must have no threads), and read its last line."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.sockets
@pytest.mark.parametrize("adapter", ["discord", "matrix"])
def test_whenever_the_bot_is_killed_each_message_arrives_once(adapter: str) -> None:
    found = figures("bench.soak", "crash", "--adapter", adapter, "--points", "12", "--json")
    assert found["points"] >= 12
    assert (found["lost"], found["duplicated"]) == (0, 0)


@pytest.mark.sockets
@pytest.mark.parametrize("adapter", ["discord", "matrix"])
def test_whenever_the_bot_is_killed_what_is_told_together_arrives_once(adapter: str) -> None:
    found = figures("bench.soak", "crash", "--adapter", adapter, "--points", "12", "--held", "--json")
    assert found["points"] >= 12
    assert (found["lost"], found["duplicated"]) == (0, 0)


@pytest.mark.sockets
@pytest.mark.parametrize("adapter", ["discord", "matrix"])
def test_whenever_the_bot_is_killed_a_private_place_is_opened_once(adapter: str) -> None:
    found = figures("bench.soak", "rooms", "--adapter", adapter, "--points", "6", "--json")
    assert found["points"] >= 6
    assert (found["missing"], found["surplus"]) == (0, 0)


def test_an_acknowledged_press_is_stored_and_a_second_one_changes_nothing() -> None:
    found = figures("bench.soak", "presses", "--points", "12", "--json")
    assert found["points"] >= 10
    assert found["acknowledged"] > 0
    assert (found["forgotten"], found["repeated"]) == (0, 0)


@pytest.mark.sockets
def test_the_engine_sees_a_message_that_comes_twice() -> None:
    found = figures("tests.engines.crash_broken", "12")
    assert found["duplicated"] > 0
    assert found["lost"] == 0


@pytest.mark.sockets
def test_the_engine_sees_a_private_place_that_is_opened_twice() -> None:
    found = figures("tests.engines.rooms_broken", "9")
    assert found["surplus"] > 0
    assert found["missing"] == 0
