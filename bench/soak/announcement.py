"""Kith is announced: everybody has their answer in the time the homeserver's limits allow, though Kith is killed.

See ``tests/engines/announcement.py``.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from tests.engines.announcement import Setting, trial

NEEDS = "test synapse"


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """All of ``WRONG`` must be 0, and ``seconds`` at most ``allowed``."""
    parser = argparse.ArgumentParser(prog="scripts/soak announcement", description=__doc__)
    parser.add_argument("--direct", type=int, default=Setting.direct)
    parser.add_argument("--room", type=int, default=Setting.in_room)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args(argv)
    return asyncio.run(trial(Setting(options.direct, options.room), options.seed, {}))
