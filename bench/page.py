"""What the playground's page costs: memory for every open member, and how soon an answer of the core is seen.

one_mib, all_mib   resident memory of the server with one open member, and with all of them, each in a conversation
memory_ratio       the second divided by the first
told_ms            from the core's answer to a press until a page is told of it, 95th percentile
drawn_ms           the same until Chromium has drawn it; left out where there is none
page_bytes         the page with all it loads
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bench.report import progress
from bot.adapters.page import DIRECT
from bot.adapters.page.lines import Line
from tests.adapters.page_bed import Looking, PageBed
from tests.story.page.browser import Seat, started
from tests.story.page.chromium import chromium

NEEDS = "test"

ROOT = Path(__file__).parents[1]
MIB = 2**20
DOOR = "look around"
"""Under the hello: it asks for nothing and keeps nothing."""
READ = 0.15
"""Seconds until somebody who reads presses: what was drawn before has come to rest."""
PRESS = """(label) => new Promise((done) => {
    const log = document.querySelector('.log');
    const seen = new MutationObserver(() => {
        if (!log.lastElementChild.matches('.kith')) return;
        seen.disconnect();
        done(performance.timeOrigin + performance.now());
    });
    seen.observe(log, { childList: true });
    [...log.querySelectorAll('button')].filter((one) => one.textContent === label).at(-1).click();
})"""
"""Presses, and says when an answer stood in the page. Whoever asks the browser over and over holds it up."""


def main(argv: Sequence[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="scripts/bench page", description=__doc__)
    parser.add_argument("--members", type=int, default=200, help="open members")
    parser.add_argument("--presses", type=int, default=100)
    parser.add_argument("--without-browser", action="store_true")
    options = parser.parse_args(argv)
    return asyncio.run(_measured(options.members, options.presses, browser=not options.without_browser))


async def _measured(members: int, presses: int, *, browser: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="kith-bench-") as folder:
        one, every = await _memory(Path(folder, "memory"), members)
        figures: dict[str, Any] = {"one_mib": one / MIB, "all_mib": every / MIB, "memory_ratio": every / one}
        figures |= await _times(Path(folder, "times"), presses, browser=browser and bool(chromium()))
    return figures


async def _memory(folder: Path, members: int) -> tuple[int, int]:
    """Of a server of its own, with one open member and with all."""
    command = (sys.executable, "-m", "bench._playing", str(folder), str(members))
    around = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=around, stdout=PIPE)
    assert process.stdout is not None
    try:
        address = (await process.stdout.readline()).decode().strip().rstrip("/")
        secrets = json.loads(await process.stdout.readline())
        async with AsyncExitStack() as stack:
            await _open(stack, address, secrets[0])
            one = _resident(process.pid)
            for secret in progress(secrets[1:], len(secrets) - 1):
                await _open(stack, address, secret)
            return one, _resident(process.pid)
    finally:
        process.terminate()
        await process.wait()


async def _open(stack: AsyncExitStack, address: str, secret: str) -> None:
    """A page of this member's, in a conversation."""
    page = await stack.enter_async_context(Looking.at(address))
    member = await page.asked("member", do="open", secret=secret)
    await page.send(do="write", secret=secret, words="start", **{"in": f"{DIRECT}{member['id']}"})
    while (await page.told("line"))["line"].get("by"):
        pass


def _resident(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def _times(folder: Path, presses: int, *, browser: bool) -> dict[str, Any]:
    bed = PageBed(folder, "discord")
    await bed.open()
    answered: list[float] = []
    heard = bed.world.heard

    def noted(line: Line) -> None:
        if not line.by:
            answered.append(time.time())
        heard(line)

    bed.world.heard = noted
    try:
        alice, told = bed.actor("alice"), []
        for _step in progress(range(presses), presses):
            await alice.press(await alice.say("start"), DOOR)
            told.append(time.time() - answered[-1])
        figures = _told("told", told)
        if browser:
            figures |= _told("drawn", await _drawn(bed, presses, answered))
        return figures | {"page_bytes": sum(len(content) for content, _kind in bed.server._files.values())}
    finally:
        await bed.stack.aclose()


async def _drawn(bed: PageBed, presses: int, answered: list[float]) -> list[float]:
    """Seconds from an answer of the core to the moment when it stands in Chromium's page."""
    found = []
    async with started() as browser:
        page = await browser.new_page()
        await page.goto(f"{bed.server.address}#only={bed.actor('alice').secret}")
        alice = Seat(page, "Alice")
        for _step in progress(range(presses), presses):
            await alice.write("start")
            await alice.button(DOOR).wait_for()
            await asyncio.sleep(READ)
            drawn = float(await page.evaluate(PRESS, DOOR)) / 1000
            found.append(drawn - answered[-1])
    return found


def _told(name: str, seconds: list[float]) -> dict[str, Any]:
    high = statistics.quantiles(seconds, n=20)[-1]
    return {f"{name}_ms": 1000 * statistics.median(seconds), f"{name}_high_ms": 1000 * high}
