"""SQLite on the loop's own thread, for tests that let weeks pass: a call waits its turn, but wakes no other thread.

``with on_the_spot(): ...`` around what opens connections. Calls run one by one in the order in which they were made,
and whoever else is ready to go on goes on first, as they do while a thread works. What is missing is only that the
loop stands still while SQLite works: whoever tests that, or holds a lock from elsewhere, opens the database without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiosqlite import core

Call = tuple[asyncio.Future[Any] | None, Callable[[], Any]]


@contextmanager
def on_the_spot() -> Iterator[None]:
    """Connections that are made in here; they may be used and closed after it."""
    names = vars(core)
    kept = {name: names[name] for name in ("SimpleQueue", "Thread")}
    names.update(SimpleQueue=_Turns, Thread=_NoThread)
    try:
        yield
    finally:
        names.update(kept)


class _NoThread:
    """What would take calls from the queue."""

    def __init__(self, *, target: Callable[..., None], args: tuple[Any, ...]) -> None:
        pass

    def start(self) -> None:
        pass


class _Turns:
    """Hands each call to the loop, in place of a thread."""

    def __init__(self) -> None:
        self._ahead = 0

    def put_nowait(self, call: Call) -> None:
        future, function = call
        if future is None:  # a connection that nobody closed, after its loop
            return
        loop = future.get_loop()
        self._ahead += 1
        # A loop has no public way to say whether anybody is ready; if nobody is, going through it would change nothing.
        if self._ahead == 1 and not getattr(loop, "_ready", True):
            self._run(future, function)
        else:
            loop.call_soon(self._run, future, function)

    def _run(self, future: asyncio.Future[Any], function: Callable[[], Any]) -> None:
        self._ahead -= 1
        try:
            result = function()
        except BaseException as error:
            core.set_exception(future, error)
        else:
            core.set_result(future, result)
