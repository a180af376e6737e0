"""Runs the matching in a process of its own, so that the bot answers at once while thousands are matched.

The bot's own process imports neither numpy nor rustworkx for it. The worker starts from nothing, knows no secret of
the environment, and is gone afterwards with all its memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any, BinaryIO, TypeVar

from cogs.buddies.candidates import Candidate, LeftOut, Match, Met, Outcome

Thing = TypeVar("Thing")

BATCH = 200
"""How many things are packed at a time: a few milliseconds in which nothing else runs."""
MEMORY = 2 * 1024**3
"""Address space the worker may take, in bytes, so that it would fail rather than take all the memory there is."""

_START = """
import importlib.util, sys
sys.path[:] = sys.argv[1:]
for package in "cogs", "cogs.buddies":  # as plain folders: the matching needs none of the features they would load
    sys.modules[package] = importlib.util.module_from_spec(importlib.util.find_spec(package))
from cogs.buddies.worker import serve
serve(sys.stdin.buffer, sys.stdout.buffer)
"""
_ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "PYTHONTZPATH", "SYSTEMROOT")


async def match_in_process(
    candidates: Iterable[Candidate],
    *,
    week: date,
    seed: int,
    number: int,
    met: Iterable[Met] = (),
    kept: Iterable[tuple[int, ...]] = (),
) -> Outcome:
    """Does what ``matching.match`` does, in a process of its own. When it is cancelled the process ends with it.

    Raises what ``match`` raises, and ``ChildProcessError`` where the process ended without an answer.
    """
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _START,
        *sys.path,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={name: os.environ[name] for name in _INHERITED if name in os.environ} | _ONE_CORE,
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the answer, or its absence, says why
            for frame in _question(candidates, {"week": week, "seed": seed, "number": number, "kept": [*kept]}, met):
                worker.stdin.write(frame)
                await worker.stdin.drain()
                await asyncio.sleep(0)
        worker.stdin.close()
        return await _answer(worker.stdout)
    except asyncio.IncompleteReadError:
        raise ChildProcessError(f"the matching ended with status {await worker.wait()} and no answer") from None
    finally:
        if worker.returncode is None:
            worker.kill()
        await worker.wait()


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answers one question; runs in the worker."""
    from cogs.buddies.matching import match  # only here: the bot itself must not import numpy

    _be_modest()
    given = next(_frames(questions))
    try:
        outcome = match(_things(questions), met=_things(questions), **given)
    except (ValueError, MemoryError) as error:
        answers.write(_frame(error))
        return
    answers.write(_frame(outcome.counts))
    for things in (outcome.matches, outcome.left_out):
        answers.writelines(_batches(things))


async def _answer(answers: asyncio.StreamReader) -> Outcome:
    counts = await _next(answers)
    if isinstance(counts, Exception):
        raise counts
    matches: list[Match] = []
    left_out: list[LeftOut] = []
    for things in (matches, left_out):
        while batch := await _next(answers):
            things.extend(batch)
    return Outcome(tuple(matches), tuple(left_out), counts)


def _question(candidates: Iterable[Candidate], given: dict[str, object], met: Iterable[Met]) -> Iterator[bytes]:
    yield _frame(given)
    yield from _batches(candidates)
    yield from _batches(met)


def _batches(things: Iterable[object]) -> Iterator[bytes]:
    """Frames of ``BATCH`` things each, and an empty one for the end."""
    each = iter(things)
    while batch := [*islice(each, BATCH)]:
        yield _frame(batch)
    yield _frame([])


def _frame(thing: object) -> bytes:
    body = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
    return len(body).to_bytes(8, "little") + body


async def _next(stream: asyncio.StreamReader) -> Any:
    return pickle.loads(await stream.readexactly(int.from_bytes(await stream.readexactly(8), "little")))


def _frames(stream: BinaryIO) -> Iterator[Any]:
    while head := stream.read(8):
        yield pickle.loads(stream.read(int.from_bytes(head, "little")))


def _things(stream: BinaryIO) -> Iterator[Any]:
    """The things of the batches up to the empty one."""
    for batch in _frames(stream):
        if not batch:
            return
        yield from batch


def _be_modest() -> None:
    """Lets the bot go first, and bounds the memory, where the system can."""
    if sys.platform != "win32":
        import resource

        os.nice(10)
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most), most))
