"""An event loop on which time costs nothing: it jumps to the next timer, but never past work of another thread.

``with virtual_clock(start) as clock: clock.run(main(clock))``. Everything that waits by the loop (``sleep``,
``timeout``) waits in virtual time, and ``clock.now`` is the wall clock to hand to the parts under test. Work on other
threads takes no virtual time: while a call to an executor is under way the loop really waits for it. SQLite is called
on the loop's own thread, and takes none either.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar, TypeVarTuple

from tests.engines.on_the_spot import on_the_spot

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class VirtualClock:
    """A wall clock that follows a loop's virtual time, and can be set like any other."""

    def __init__(self, start: datetime, loop: _Loop) -> None:
        self._start = start
        self._loop = loop

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._loop.time())

    def set_by(self, shift: timedelta) -> None:
        """Somebody sets the clock, forward or back. What waits on the loop does not notice."""
        self._start += shift

    async def sleep_until(self, instant: datetime) -> None:
        await asyncio.sleep((instant - self.now()).total_seconds())

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(main)


@contextmanager
def virtual_clock(start: datetime) -> Iterator[VirtualClock]:
    """A loop of its own with its clock; what is left on it is cancelled at the end."""
    loop = _Loop()
    try:
        with on_the_spot():
            yield VirtualClock(start, loop)
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
            loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


class _Loop(asyncio.SelectorEventLoop):
    """``time`` stands still but for jumps; ``calls`` is how many threads' answers are being waited for."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.calls = 0
        super().__init__(_JumpingSelector(self))
        # Of seconds counted over years a float keeps no nanoseconds: a timer would never be reached exactly.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self.elapsed

    def _answered(self, _answer: asyncio.Future[Any]) -> None:
        self.calls -= 1

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        answer = super().run_in_executor(executor, func, *args)
        self.calls += 1
        answer.add_done_callback(self._answered)
        return answer


class _JumpingSelector(selectors.DefaultSelector):
    """Where the loop would wait for its next timer, that timer's time comes instead."""

    def __init__(self, loop: _Loop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if self._loop.calls:
            return super().select(None)  # the answer wakes the loop through its own socket
        self._loop.elapsed += timeout
        return super().select(0)
