"""Runs the tests in a process of their own, and reads what became of each."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).parents[2]


class Found(NamedTuple):
    """How many tests ran, which of them failed, and what pytest said."""

    tests: int
    red: list[str]
    said: str


def run(options: Sequence[str], under: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> Found:
    """What failed is shown on standard error. ``under``: the command that starts it, if any."""
    with tempfile.TemporaryDirectory(prefix="kith-tests-") as folder:
        report = Path(folder, "report.xml")
        command = [*under, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}"]
        done = subprocess.run(
            [*command, *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode not in (0, 1) or not report.exists():  # nothing was tested, or it broke off
            raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
        if done.returncode:
            print(done.stdout, file=sys.stderr)
        return Found(*read(report), done.stdout)


def read(report: Path) -> tuple[int, list[str]]:
    """How many tests ran, and which of them failed."""
    cases = [*ElementTree.parse(report).iter("testcase")]
    red = [one for one in cases if one.find("failure") is not None or one.find("error") is not None]
    return len(cases), [f"{one.get('classname')}::{one.get('name')}" for one in red]
