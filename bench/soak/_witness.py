"""A plugin for pytest in a copy of the tree: chooses tests, and writes how they ended and which came past a line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

NAME = "kith_witness"
SEEN = Path(__file__).with_name("seen.tsv")
_known: set[tuple[int, str]] = set()


def passed(line: int) -> None:
    """Called from the line itself, in whatever process a test started."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
    if test and (line, test) not in _known:
        _known.add((line, test))
        with SEEN.open("a", encoding="utf-8") as seen:
            seen.write(f"{line}\t{test}\n")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only the chosen tests, in the order they were chosen in."""
    if chosen := os.environ.get("WITNESS_CHOSEN"):
        order = {test: at for at, test in enumerate(Path(chosen).read_text(encoding="utf-8").splitlines())}
        items[:] = sorted((item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid])


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if (told := os.environ.get("WITNESS_OUTCOMES")) and "PYTEST_XDIST_WORKER" not in os.environ:
        with Path(told).open("a", encoding="utf-8") as outcomes:
            outcomes.write(json.dumps([report.nodeid, report.outcome, report.duration]) + "\n")
