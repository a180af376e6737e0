"""What starting costs: Kith's imports against the two libraries alone, from there to ready, and the memory then.

    cpu_ratio      CPU time (user and system) of importing all that `kith run` imports, divided by that of
                   `import discord; import nio`, measured in turns
    extra_cpu_ms   CPU time of the process from the end of its imports to its line "ready: ..."
    rss_mib        resident memory at that line

Each start is that of a new installation on both platforms: the fake Discord of the tests, and a real Synapse.
"""

from __future__ import annotations

import asyncio
import json
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.report import progress
from tests.beds.discord import FakeDiscord
from tests.beds.matrix.synapse import Synapse
from tests.beds.process import ROOT, configure, environment

NEEDS = "run synapse"

TIMES = 7
WARM_UPS = 1  # the first run also writes the compiled files

BARE = "import discord; import nio"
EVERYTHING = "import bench._started"


def main(argv: Sequence[str]) -> dict[str, float]:
    """The figures, medians of 7. ``argv`` is not used."""
    ratios: list[float] = []
    starts: list[dict[str, float]] = []
    with Synapse() as synapse, tempfile.TemporaryDirectory(prefix="kith-compiled-") as cache:
        around = compiled_once(cache)
        for _step in progress(range(WARM_UPS + TIMES), WARM_UPS + TIMES):
            bare = cpu_of(BARE, around)
            ratios.append(cpu_of(EVERYTHING, around) / bare)
            starts.append(asyncio.run(start(synapse, around)))
    return {
        "cpu_ratio": statistics.median(ratios[WARM_UPS:]),
        "extra_cpu_ms": statistics.median(figures["extra_cpu_ms"] for figures in starts[WARM_UPS:]),
        "rss_mib": statistics.median(figures["rss_mib"] for figures in starts[WARM_UPS:]),
    }


def compiled_once(cache: str) -> dict[str, str]:
    """Where every module is compiled in the warm-up and then read, as on a host, whatever this shell is told."""
    around = {**environment(), "PYTHONPYCACHEPREFIX": cache}
    around.pop("PYTHONDONTWRITEBYTECODE", None)
    return around


def cpu_of(statement: str, around: dict[str, str]) -> float:
    """CPU seconds, user and system, of a Python that runs only this."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statement], cwd=ROOT, env=around, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def start(synapse: Synapse, around: dict[str, str]) -> dict[str, float]:
    """Start Kith once, as a new account and a new installation; its own figures."""
    matrix = synapse, synapse.register(f"kith-{secrets.token_hex(4)}")
    with tempfile.TemporaryDirectory(prefix="kith-bench-") as folder:
        async with FakeDiscord() as discord:
            discord.add_guild()
            config = configure(Path(folder), discord, matrix)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench._started", str(config)),
                cwd=ROOT,
                env=around,
                stdout=asyncio.subprocess.PIPE,
            )
            out, _err = await process.communicate()
    figures: dict[str, float] = json.loads(out)
    return figures
