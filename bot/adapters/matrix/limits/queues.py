"""One queue for each kind of request that the homeserver may refuse for a while. Nothing is dropped, and nobody pushes.

Whoever is refused keeps their place: a server names the same moment to all it refuses, and then takes one of them.
A room that is joined or made also uses up a message. So those who have no room yet leave some messages to those who
have, and wait as long as one of these waits.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Literal, TypeAlias, TypeVar

from bot.adapters.matrix.limits.bucket import Bucket, Seconds
from bot.clocks.clock import monotonic
from bot.errors import RetryAfter

T = TypeVar("T")

Kind: TypeAlias = Literal["send", "keys", "state", "invite", "join", "create"]

OPENS: tuple[Kind, ...] = ("join", "create")
"""What brings somebody a room, and can wait for those who have one."""

EVENTS: tuple[Kind, ...] = ("send", "state", "invite", "join", "create")
"""What uses up a message."""

AT_ONCE = 10
"""Requests of a kind under way together while no limit is known; of those that open rooms, fewer."""

OPENING_AT_ONCE = 3

SPARE = 4
"""Messages left by those who wait for a room: one for their own answer, and some for whoever has a room already."""

PATIENCE = 20.0
"""Seconds that somebody waits who is in the middle of something. Then they hear that it can be tried again."""

LOOK = 1.0
"""Seconds after which it is looked at again, at the latest, whether others are done."""


class Queue:
    """Requests of one kind: who waits, in order, and how many are under way."""

    def __init__(self, kind: Kind, clock: Seconds) -> None:
        self.opens = kind in OPENS
        self.bucket = Bucket(clock)
        self.waiting: list[tuple[int, asyncio.Future[None]]] = []
        self.under_way = 0
        self.gone = 0
        """When one of them was last let go, by the count of all."""
        self.most = OPENING_AT_ONCE if self.opens else AT_ONCE

    def first(self) -> int:
        """The place of whoever is first. Those who went away leave no gap."""
        while self.waiting and self.waiting[0][1].done():
            heapq.heappop(self.waiting)
        return self.waiting[0][0] if self.waiting else 0

    def let_go(self, count: int) -> None:
        _order, turn = heapq.heappop(self.waiting)
        self.under_way += 1
        self.gone = count
        turn.set_result(None)


class Limits:
    """The queues of one account."""

    def __init__(self, clock: Seconds = monotonic) -> None:
        self._queues: dict[Kind, Queue] = {kind: Queue(kind, clock) for kind in (*EVENTS, "keys")}
        self._messages = self._queues["send"]
        self._order = itertools.count(1)
        self._gone = itertools.count(1)
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, kind: Kind, work: Callable[[], Awaitable[T]], *, patience: float | None = None) -> T:
        """The work in its turn, again when the server said, for as long as it takes.

        With ``patience`` raises ``RetryAfter`` where it would take more seconds than that: for whoever has a row that
        waits for them, or somebody who waits for a word.
        """
        queue, order = self._queues[kind], next(self._order)
        while True:
            if patience is not None and (wait := self.wait(kind)) > patience:
                raise RetryAfter(timedelta(seconds=wait))
            await self._turn(queue, order)
            try:
                done = await work()
            except RetryAfter as error:
                queue.bucket.refused(error.delay.total_seconds())
                if patience is not None and error.delay.total_seconds() > patience:
                    raise
            else:
                self._took(kind)
                return done
            finally:
                queue.under_way -= 1
                self._go_on()

    def wait(self, kind: Kind) -> float:
        """Seconds until a request that comes now has its turn, as far as is known. 0: it would go at once."""
        queue = self._queues[kind]
        queue.first()
        return self._wait(queue, ahead=len(queue.waiting))

    async def _turn(self, queue: Queue, order: int) -> None:
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(queue.waiting, (order, turn))
        self._go_on()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was its turn already
                queue.under_way -= 1
            self._go_on()
            raise

    def _took(self, kind: Kind) -> None:
        self._queues[kind].bucket.took()
        if kind != "send" and kind in EVENTS:
            self._messages.bucket.took()

    def _go_on(self) -> None:
        """Let go whoever may, and look again when the next one may."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waits = []
        while waiting := sorted((queue for queue in self._queues.values() if queue.first()), key=_by_turn):
            going = [(queue, self._wait(queue)) for queue in waiting]
            free = next((queue for queue, wait in going if wait <= 0), None)
            if free is None:
                waits = [wait for _queue, wait in going]
                break
            free.let_go(next(self._gone))
        if waits:
            # What only waits for others to be done is looked at when they are.
            self._timer = asyncio.get_running_loop().call_later(max(min(waits), 0.01), self._go_on)

    def _wait(self, queue: Queue, ahead: int = 0) -> float:
        """Seconds until the first of a queue may go, or whoever has so many ``ahead``."""
        is_busy = queue.under_way >= queue.most or (queue.opens and self._messages.first() > 0)
        events = sum(self._queues[kind].under_way for kind in EVENTS)
        waits = [LOOK if is_busy else 0.0]
        if queue is not self._messages:
            waits.append(queue.bucket.wait_for(1 + queue.under_way + ahead))
        if queue is self._messages:
            waits.append(queue.bucket.wait_for(1 + events + ahead))
        elif queue is not self._queues["keys"]:
            waits.append(self._messages.bucket.wait_for(1 + events + (SPARE if queue.opens else 0)))
        return max(waits)


def _by_turn(queue: Queue) -> tuple[bool, int]:
    """Joining and making rooms take turns, so that neither limit stands unused while the other is."""
    return queue.opens, queue.gone if queue.opens else queue.first()
