"""A start with years in the database: until ready, and then through the first jobs of the hour and of the day.

    extra_cpu_ms       CPU time (user and system) from the end of the imports to ready, more than with an empty database
    held_ms            the longest that one transaction held the writer, on the clock
    held_cpu_ms        the same at work; on a machine shared with others, the first says how busy those are
    log_mib            the largest the write-ahead log became
    memory_mib         resident memory after those jobs, more than when it was ready
    longest            the five transactions with most work, and what was in them

Deliveries were settled over 40 days, so that an eighth of them are too old and go in those jobs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

NEEDS = "run"

ROOT = Path(__file__).parents[1]


def main(argv: Sequence[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="scripts/bench start", description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--deliveries", type=int, default=1_000_000)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="kith-bench-") as name:
        folder = Path(name)
        made = _grown("make", folder / "made", options.members, options.deliveries)
        empty = _grown("live", folder / "empty")
        shutil.rmtree(folder / "empty")
        lived = _grown("live", folder / "made")
    return {
        "file_mib": made["file_mib"],
        "extra_cpu_ms": 1000 * (lived["cpu_to_ready"] - empty["cpu_to_ready"]),
        "held_ms": lived["held_ms"],
        "held_cpu_ms": lived["held_cpu_ms"],
        "log_mib": lived["wal_peak"],
        "memory_mib": lived["rss_after_jobs"] - lived["rss_at_ready"],
        "longest": "; ".join(lived["longest"]),
    }


def _grown(what: str, folder: Path, *numbers: int) -> dict[str, Any]:
    """In a process of its own, so that CPU and memory are those of a start."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bench._grown", what, str(folder), *map(str, numbers)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
