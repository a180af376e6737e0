"""What many servers cost on Discord: resident memory when ready, in 20 servers and in 1,000 of 100 members each.

small_mib, large_mib   with one connection
sharded_mib            the large one with ``--shards`` connections
ratio, sharded_ratio   to the small one; at most 1.25
ready_s                seconds until the large one is ready
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.soak._presses import Crowd, answering
from tests.beds.discord import FakeDiscord

NEEDS = "run synapse"


def main(argv: Sequence[str]) -> dict[str, float]:
    parser = argparse.ArgumentParser(prog="scripts/bench servers", description=__doc__)
    parser.add_argument("--few", type=int, default=20)
    parser.add_argument("--many", type=int, default=1000)
    parser.add_argument("--members", type=int, default=100)
    parser.add_argument("--shards", type=int, default=4)
    options = parser.parse_args(argv)
    small, _ready = _started(options.few, options.members, 1)
    large, ready = _started(options.many, options.members, 1)
    sharded, _ready = _started(options.many, options.members, options.shards)
    return {
        "small_mib": small,
        "large_mib": large,
        "sharded_mib": sharded,
        "ratio": large / small,
        "sharded_ratio": sharded / small,
        "ready_s": ready,
    }


def _started(servers: int, members: int, shards: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="kith-servers-") as folder:
        return asyncio.run(_start(Path(folder), servers, members, shards))


async def _start(folder: Path, servers: int, members: int, shards: int) -> tuple[float, float]:
    async with FakeDiscord() as discord:
        Crowd(discord).settle(servers, members, pressing=1)
        discord.gateway.shards, discord.gateway.max_concurrency = shards, 16
        began = time.monotonic()
        async with answering(folder, discord) as (_running, process):
            return process.resident_mib(), time.monotonic() - began
