"""Processes for the engines: a platform that outlives the bot, and bots that may die at any moment."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias

Json: TypeAlias = dict[str, Any]
Answer: TypeAlias = Callable[[Json], Awaitable[Json]]


class Platform(Protocol):
    """A platform for tests that can be asked what it has seen."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def answer(self, question: Json) -> Json:
        """What the engine wants of it."""


class PlatformProcess:
    """A platform in a process of its own; it ends with this one. ``ask`` waits for its answer."""

    def __init__(self, make: Callable[[], Platform]) -> None:
        self._socket, theirs = socket.socketpair()
        self._child = os.fork()
        if self._child == 0:
            self._socket.close()
            _end_with(lambda: asyncio.run(_serve(make(), theirs)))
        theirs.close()
        self._file = self._socket.makefile("rw")
        self._file.readline()  # it is there

    def ask(self, question: str, **details: Any) -> Json:
        self._file.write(json.dumps({"ask": question, **details}) + "\n")
        self._file.flush()
        answer: Json = json.loads(self._file.readline())
        return answer

    def close(self) -> None:
        self._file.close()
        self._socket.close()
        os.waitpid(self._child, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class Died(Exception):
    """A process of ours failed by itself: the engine has found something, or is broken."""


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
    """Run the work in a process of its own, forked from this one. False if it was killed; raises Died if it failed."""
    child = os.fork()
    if child == 0:
        _end_with(lambda: asyncio.run(work()))
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return False
    if status != 0:
        raise Died(f"a process ended with status {status}")
    return True


def _end_with(work: Callable[[], object]) -> None:
    """Do it and end at once, without what the parent wanted to do at its own end."""
    status = 1
    try:
        work()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.settrace(None)
        sys.stderr.flush()
        os._exit(status)


async def _serve(platform: Platform, control: socket.socket) -> None:
    reader, writer = await asyncio.open_connection(sock=control)
    async with platform:
        writer.write(b"\n")
        while line := await reader.readline():
            writer.write(json.dumps(await platform.answer(json.loads(line))).encode() + b"\n")
            await writer.drain()
    writer.close()
