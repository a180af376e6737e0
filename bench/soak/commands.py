"""Commands to a Kith that is killed at random moments while a homeserver's limits let its answers wait.

See ``tests/engines/killed_commands.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.engines.killed_commands import trial

NEEDS = "test synapse"

WRONG = ("lost", "ran_twice", "unanswered", "answered_twice")


def main(argv: Sequence[str]) -> dict[str, int]:
    """All of ``WRONG`` must be 0."""
    parser = argparse.ArgumentParser(prog="scripts/soak commands", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="kith-commands-") as folder:
        return asyncio.run(trial(Path(folder), options.kills, options.seed))
