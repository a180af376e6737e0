"""A crowd presses on Discord: how soon each press is acknowledged, and what is lost or doubled.

    lost, doubled      presses without an answer within three seconds; answers twice, or refused as repeated (0)
    p99_ms             until Discord has the acknowledgement; a tenth of its three seconds is 300
    cpu_ms_per_press   of Kith's process, from the socket to the callback
    resumes            connections that were lost and taken up again, with ``--drops``

The Discord is this process, Kith another one; ``--tree`` measures another checkout of it.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.soak._presses import Crowd, answering
from tests.beds.discord import FakeDiscord
from tests.beds.process import ROOT

NEEDS = "run synapse"


def main(argv: Sequence[str]) -> dict[str, float]:
    parser = argparse.ArgumentParser(prog="scripts/soak crowded", description=__doc__)
    parser.add_argument("--presses", type=int, default=3600)
    parser.add_argument("--per-second", type=float, default=60.0)
    parser.add_argument("--people", type=int, default=600)
    parser.add_argument("--drops", type=int, default=0, help="times the connection is cut, evenly")
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--tree", type=Path, default=ROOT)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="kith-crowded-") as folder:
        return asyncio.run(_crowded(Path(folder), options))


async def _crowded(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    async with FakeDiscord() as discord:
        crowd = Crowd(discord)
        crowd.settle(servers=20, members=max(1, options.people // 20), pressing=options.people)
        discord.gateway.shards, discord.gateway.max_concurrency = options.shards, 16
        dropping: list[asyncio.Task[None]] = []
        every = options.presses // options.drops if options.drops else 0

        def drop(number: int) -> None:
            if every and number % every == every // 2:
                dropping.append(asyncio.create_task(discord.gateway.drop()))

        async with answering(folder, discord, options.tree) as (_running, process):
            await crowd.begin()
            before, resumed = process.cpu_ms(), discord.gateway.resumes
            await crowd.press(options.presses, options.per_second, drop)
            spent = process.cpu_ms() - before
            figures = crowd.figures()
        return figures | {
            "cpu_ms_per_press": round(spent / options.presses, 2),
            "drops": len(dropping),
            "resumes": discord.gateway.resumes - resumed,
        }
