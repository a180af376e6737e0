"""Starts Kith as `kith run` does, and once it is ready says what that cost: `python -m bench._started CONFIG`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

import bot.adapters.discord
import bot.adapters.matrix
from bot import cli, log
from bot.app import App
from bot.hosting import config

IMPORTED = time.process_time()
PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 2**20

KITH = (cli, bot.adapters.discord, bot.adapters.matrix)
"""What `kith run` imports for both platforms, the first of it before anything else."""


async def measured(path: Path) -> dict[str, float]:
    figures: dict[str, float] = {}
    settings = config.load(path, os.environ)
    log.setup(settings.log)
    async with App.open(settings) as app:

        def ready(_line: str) -> None:
            figures["extra_cpu_ms"] = 1000 * (time.process_time() - IMPORTED)
            figures["rss_mib"] = resident() / MIB
            app.stop()

        await app.run(ready)
    return figures


def resident() -> int:
    """Bytes of memory this process has now. Not ``ru_maxrss``, which begins with what the parent process had."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured(Path(sys.argv[1])))))
