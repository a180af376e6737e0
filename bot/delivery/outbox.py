"""The dispatcher: every due delivery is sent once, on time and paced, or recorded as skipped.

``sending`` is committed before the platform is asked and ``sent`` after it answered. What a crash leaves in between is
resent with the same key while the platform remembers it; later the history is read; where that is not possible
either, the kind's own policy decides. See docs/delivery.md.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from bot.context import Delivery
from bot.delivery.outcomes import Outcomes
from bot.delivery.rendering import Rendering
from bot.delivery.tally import Tally
from bot.errors import CannotReach, DeliveryError, FatalError, RetryAfter, StorageError
from bot.log import Word
from bot.messages import Channel, Member
from storage.delivery import deliveries, together
from storage.moderation import claims

if TYPE_CHECKING:
    from bot.platform.adapter import Adapter
    from bot.platform.naming import Names
    from bot.platform.pacing import Pace
    from bot.registry import Kind
    from storage.database.database import Database

log = logging.getLogger(__name__)

T = TypeVar("T")

BUNCH = 10
"""Rows claimed at a time: few, so that a crash leaves few to look up and a withdrawal counts at once."""

DEADLINE = 60.0
"""Seconds one message may take, whatever an adapter or its library does; their own deadlines are shorter."""


class Lane:
    """One platform's way out: what is under way, whose turn was last, and whether it may go on."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter = adapter
        self.after = (0, 0)
        self.claiming: asyncio.Task[None] | None = None
        self.landed = False
        self.under_way: dict[str, asyncio.Task[None]] = {}
        self.closed = False

    @property
    def pace(self) -> Pace:
        return self.adapter.pace


class Dispatcher:
    """Takes what is due from the outbox, in turns between communities, and sends it as fast as each platform allows."""

    def __init__(
        self,
        database: Database,
        adapters: Mapping[str, Adapter],
        kinds: Mapping[str, Kind],
        names: Names,
        nonce_key: bytes,
        decide: claims.Decide,
    ) -> None:
        self._database = database
        self._adapters = adapters
        self._kinds = kinds
        self.tally = Tally()
        self._outcomes = Outcomes(database, self.tally)
        self._rendering = Rendering(database, kinds, names, self._outcomes)
        self._nonce_key = nonce_key
        self._decide = decide
        self._now: datetime
        self._lanes: dict[str, Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._beginning = asyncio.Lock()
        self._has_begun = False
        self._stopping = False
        self.on_fatal: Callable[[FatalError], None] | None = None
        self.waiting_for: set[str] = set()
        """Platforms that are not connected now: what is due for them stays untried."""

    async def run(self, now: datetime, patience: float | None = None) -> None:
        """Send what is due, for as long as anything can go: a call while another is still at it only tells it the time.

        Returns when nothing more can go now, or after ``patience`` seconds, while the rest goes on by itself. Raises
        StorageError.
        """
        self._now = now
        await self._begin()
        for platform, adapter in self._adapters.items():
            if platform not in self.waiting_for:
                self._wake(self._lane(platform, adapter))
        await self._rest(patience)

    async def stop(self, grace: float) -> None:
        """Claim no more, and give what is under way so many seconds. What is cut off is taken up at the next start."""
        self._stopping = True
        for lane in self._lanes.values():
            if lane.claiming:
                lane.claiming.cancel()
        await self._rest(grace)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- which go, and when -------------------------------------------------------------------------------------------

    async def _begin(self) -> None:
        """Take up what an earlier process left, and write down what could not be written."""
        async with self._beginning:
            if not self._has_begun:
                left = await self._database.write(deliveries.take_up)
                self._has_begun = True
                if left:
                    log.info("%d deliveries were under way when the last run ended", left)
            await self._outcomes.catch_up()

    def _lane(self, platform: str, adapter: Adapter) -> Lane:
        """A platform that was started again begins with a clean lane."""
        if platform not in self._lanes or self._lanes[platform].adapter is not adapter:
            self._lanes[platform] = Lane(adapter)
        return self._lanes[platform]

    def _wake(self, lane: Lane) -> None:
        if not (self._stopping or lane.closed or (lane.claiming and not lane.claiming.done())):
            lane.claiming = self._start(self._claim(lane))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _rest(self, patience: float | None) -> None:
        """Until nothing is under way any more, at most ``patience`` seconds."""
        end = None if patience is None else asyncio.get_running_loop().time() + patience
        while self._tasks:
            left = None if end is None else end - asyncio.get_running_loop().time()
            if left is not None and left <= 0:
                return
            await asyncio.wait(self._tasks, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    async def _claim(self, lane: Lane) -> None:
        """Claim what is due in bunches as large as the pace allows, until nothing is."""
        try:
            while room := await self._room(lane):
                lane.landed = False
                claimed = await self._database.write(
                    claims.claim,
                    lane.adapter.name,
                    self._now,
                    self._decide,
                    room=room,
                    openings=lane.pace.free_openings(),
                    after=lane.after,
                    busy=[*lane.under_way],
                )
                lane.after = claimed.after
                self.tally.deliveries.update((lane.adapter.name, state) for state in claimed.settled)
                for delivery in claimed.going:
                    lane.pace.charge(opening=delivery.opening)
                    self._send_off(lane, delivery)
                if not (claimed.found or lane.landed):  # who was busy when the claim was made may be so no more
                    return
        except StorageError:
            log.exception("the outbox cannot be read")

    async def _room(self, lane: Lane) -> int:
        """How many may go, waiting for the first of them. 0 if the platform wants to be left in peace."""
        while not lane.closed and not lane.pace.held:
            free = lane.pace.at_once - len(lane.under_way)
            if free <= 0:
                await asyncio.wait(lane.under_way.values(), return_when=asyncio.FIRST_COMPLETED)
            elif wait := lane.pace.wait_for(min(free, BUNCH // 2)):  # in bunches, to ask the database less often
                await asyncio.sleep(wait)
            else:
                return min(free, lane.pace.free(), BUNCH)
        return 0

    def _send_off(self, lane: Lane, delivery: Delivery) -> None:
        """One delivery under way. When it is settled, whatever waits for the same reader has its turn."""
        target = deliveries.target_of(delivery)
        task = lane.under_way[target] = self._start(self._deliver(lane, delivery))

        def landed(_task: asyncio.Task[None]) -> None:
            del lane.under_way[target]
            lane.landed = True
            self._wake(lane)

        task.add_done_callback(landed)

    # -- one delivery -------------------------------------------------------------------------------------------------

    async def _deliver(self, lane: Lane, delivery: Delivery) -> None:
        """From claimed to settled or postponed. What is cancelled on the way is taken up at the next start."""
        try:
            await self._attempt(lane, delivery)
        except RetryAfter as error:
            lane.pace.refused()
            lane.pace.hold(error.delay, opening=delivery.opening)
            await self._outcomes.postpone(delivery, error.delay, self._now)
        except CannotReach:
            lane.pace.refused()
            if isinstance(delivery.to, Channel):
                await self._outcomes.settle(delivery, "dead", self._now, reason="cannot be reached")
            else:
                await self._outcomes.refused(delivery, self._now)
        except FatalError as error:
            self._close(lane, error)
            await self._outcomes.postpone(delivery, timedelta(), self._now)
        except (DeliveryError, StorageError, TimeoutError, OSError) as error:
            log.info("delivery %d is tried again: %s", delivery.id, type(error))
            await self._outcomes.postpone(delivery, _backoff(delivery.attempts), self._now)
        except Exception:
            log.exception("delivery %d of kind %s failed", delivery.id, Word(delivery.kind))
            await self._outcomes.settle(delivery, "dead", self._now, reason="failed")

    def _close(self, lane: Lane, error: FatalError) -> None:
        """The platform knows us no more. Not one further request: each would count against us."""
        lane.closed = True
        lane.pace.refused()
        for task in lane.under_way.values():
            if task is not asyncio.current_task():
                task.cancel()
        if self.on_fatal is None:
            log.error("a platform is given up: %s", error)
        else:
            self.on_fatal(error)

    async def _attempt(self, lane: Lane, delivery: Delivery) -> None:
        """Send it, unless an earlier try has arrived, or nobody can tell, or there is nothing to say any more."""
        key, target, adapter = self.key(delivery), _target(delivery), lane.adapter
        if delivery.first_try is not None and self._now - delivery.first_try >= adapter.window:
            if await self._is_settled(adapter, delivery, target, key, delivery.first_try):
                return
            await self._database.write(deliveries.retry_from, delivery.id, self._now)
        message = await self._rendering.render(delivery, self._now)
        if message is None:
            await self._outcomes.settle(delivery, "skipped", self._now, reason="nothing to say any more")
            return
        if isinstance(target, Channel):
            message_id = await _in_time(adapter.post(target, message, key))
        else:
            message_id = await _in_time(adapter.send(target, message, key))
        lane.pace.took()
        await self._outcomes.settle(delivery, "sent", self._now, message_id=message_id)

    async def _is_settled(
        self, adapter: Adapter, delivery: Delivery, target: Member | Channel, key: str, since: datetime
    ) -> bool:
        """An earlier try is older than the platform's memory: look for it in the history. False: it is not there."""
        try:
            found = await _in_time(adapter.find(target, key, since))
        except CannotReach:
            if delivery.kind != together.KIND and self._kinds[delivery.kind].unsure == "resend":
                return False
            await self._outcomes.settle(delivery, "unknown", self._now, reason="nobody can tell whether it arrived")
            return True
        if found is not None:
            await self._outcomes.settle(delivery, "sent", self._now, message_id=found)
        return found is not None

    def key(self, delivery: Delivery) -> str:
        """What the platform knows the message by: 22 characters, the same in every attempt."""
        return hmac.digest(self._nonce_key, f"{delivery.id}:{delivery.key}".encode(), "sha256").hex()[:22]


async def _in_time(request: Awaitable[T]) -> T:
    async with asyncio.timeout(DEADLINE):
        return await request


def _target(delivery: Delivery) -> Member | Channel:
    target = delivery.to if isinstance(delivery.to, Channel) else delivery.account
    assert target is not None
    return target


def _backoff(attempts: int) -> timedelta:
    return min(timedelta(seconds=2 << min(attempts, 10)), timedelta(minutes=5))
