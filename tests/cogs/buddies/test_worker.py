"""The matching in a process of its own: the same answer, a bot that goes on answering, and nothing left behind."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.data.population import community
from cogs.buddies import worker
from cogs.buddies.candidates import Candidate, Counts, Met, Outcome
from cogs.buddies.matching import match
from cogs.buddies.worker import match_in_process
from tests.beds.eventually import until
from tests.cogs.buddies.cast import ALICE, BOB, CHANDRA, MONDAY, candidate


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """The processes that were started, in their order."""
    found: list[Process] = []
    start = asyncio.create_subprocess_exec

    async def note(*command: str, **given: Any) -> Process:
        found.append(await start(*command, **given))
        return found[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", note)
    return found


async def test_the_answer_is_the_one_the_matching_gives() -> None:
    people, met = [*community(450)], [Met(1, 2, 1), Met(3, 4, 2)]
    kept = [(10, 12)]
    apart = await match_in_process(people, week=MONDAY, seed=5, number=3, met=met, kept=kept)
    assert apart == match(people, week=MONDAY, seed=5, number=3, met=met, kept=kept)
    assert apart.matches


async def test_nobody_signed_up() -> None:
    assert await match_in_process([], week=MONDAY, seed=1, number=1) == Outcome((), (), Counts())


async def test_a_mistake_of_the_caller_is_told_as_if_it_were_called_here() -> None:
    with pytest.raises(ValueError, match="twice"):
        await match_in_process([candidate(ALICE), candidate(ALICE)], week=MONDAY, seed=1, number=1)


async def test_a_worker_that_dies_is_an_error_and_not_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_START", "import sys; sys.exit(3)")
    with pytest.raises(ChildProcessError, match="status 3"):
        await match_in_process([*community(2_000)], week=MONDAY, seed=1, number=1)


async def test_a_cancelled_matching_leaves_no_process_behind(started: list[Process]) -> None:
    matching = asyncio.create_task(match_in_process([*community(3_000)], week=MONDAY, seed=1, number=1))
    await until(lambda: bool(started))
    matching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await matching
    assert [one.returncode is None for one in started] == [False]


async def test_nor_does_one_that_ended_well_or_badly(started: list[Process]) -> None:
    await match_in_process([candidate(ALICE), candidate(BOB)], week=MONDAY, seed=1, number=1)
    with pytest.raises(RuntimeError, match="the list broke off"):
        await match_in_process(_breaking_off(), week=MONDAY, seed=1, number=1)
    assert [one.returncode is None for one in started] == [False, False]


def _breaking_off() -> Iterator[Candidate]:
    yield candidate(CHANDRA)
    raise RuntimeError("the list broke off")


@pytest.fixture
def uncollected() -> Iterator[None]:
    """No garbage collection, which takes the longer the more other tests have left in this process."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
async def test_the_bot_answers_while_thousands_are_matched(started: list[Process]) -> None:
    """The bench measures 10,000 against 50 ms on a quiet machine. This one holds the processor's time of the bot's own
    thread against the matching's, which says the same on a machine that does other things too.
    """
    people, longest = [*community(2_000)], 0.0
    since = time.thread_time()
    match(people, week=MONDAY, seed=1, number=1)
    control, before = time.thread_time() - since, time.thread_time()
    matching = asyncio.create_task(match_in_process(people, week=MONDAY, seed=1, number=1))
    while not matching.done():
        await asyncio.sleep(0)
        now = time.thread_time()
        longest, before = max(longest, now - before), now
        await asyncio.sleep(0.001)
    assert matching.result().counts.signed_up == 2_000
    assert len(started) == 1
    assert longest < control / 4


async def test_the_bot_goes_on_while_it_waits_for_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker waits for the bot here, which a bot that stood still for the worker would never let go."""
    let_go = tmp_path / "go"
    monkeypatch.setattr(worker, "_START", _waits_for(let_go) + worker._START)
    matching = asyncio.create_task(match_in_process(community(2_000), week=MONDAY, seed=1, number=1))
    await until((tmp_path / "waits").exists)
    let_go.touch()
    assert (await matching).counts.signed_up == 2_000


def _waits_for(file: Path) -> str:
    return f"""
import sys, time
from pathlib import Path
Path({str(file.with_name("waits"))!r}).touch()
end = time.monotonic() + 30
while not Path({str(file)!r}).exists():
    if time.monotonic() > end:
        sys.exit("nobody let it go")
    time.sleep(0.005)
"""


async def test_the_worker_knows_no_secret_of_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITH_DISCORD_TOKEN", "canary")
    monkeypatch.setattr(worker, "_START", "import os, sys; sys.exit('KITH_DISCORD_TOKEN' in os.environ)")
    with pytest.raises(ChildProcessError, match="status 0"):
        await match_in_process([], week=MONDAY, seed=1, number=1)


def test_the_bot_itself_loads_neither_numpy_nor_rustworkx_for_it() -> None:
    """They would cost every small community 25 MiB for a thing done once a week."""
    script = "import sys, cogs.buddies.worker; sys.exit(bool({'numpy', 'rustworkx'} & set(sys.modules)))"
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0
