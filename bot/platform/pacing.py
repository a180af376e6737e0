"""How fast a platform lets us go: windows of requests that are used up fully and never overdrawn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from bot.clocks.clock import monotonic

Seconds = Callable[[], float]


class Limit(NamedTuple):
    """At most ``most`` in any ``seconds``."""

    most: int
    seconds: float


class Window:
    """What happened in the last seconds. A burst is fine; what matters is how many there are in any window."""

    def __init__(self, limit: Limit, clock: Seconds = monotonic) -> None:
        self.limit = limit
        self._clock = clock
        self._times: deque[float] = deque()

    def count(self, times: int = 1) -> None:
        self._times.extend([self._clock()] * times)

    def free(self) -> int:
        """How many may happen now. Negative where more happened than should have."""
        since = self._clock() - self.limit.seconds
        while self._times and self._times[0] <= since:
            self._times.popleft()
        return self.limit.most - len(self._times)

    def wait_for(self, wanted: int) -> float:
        """Seconds until so many are free (or all, if ``wanted`` is more than that)."""
        missing = min(wanted, self.limit.most) - self.free()
        if missing <= 0:
            return 0.0
        return max(0.0, self._times[missing - 1] + self.limit.seconds - self._clock())


class Pace:
    """What one platform allows. An adapter brings it; the dispatcher keeps to it.

    ``requests`` is how many may be made; ``openings`` how many people may be written to for the first time; at
    ``refusals`` the platform is left in peace until there have been fewer (some ban an address that keeps asking for
    what it may not have). ``at_once`` are under way together; after the platform asked for patience it is one, and
    doubles with each message it takes, so that a limit nobody announced is found and kept.
    """

    def __init__(
        self,
        *,
        requests: Limit | None = None,
        openings: Limit | None = None,
        refusals: Limit | None = None,
        at_once: int = 10,
        clock: Seconds = monotonic,
    ) -> None:
        self._clock = clock
        self._requests = Window(requests, clock) if requests else None
        self._openings = Window(openings, clock) if openings else None
        self._refusals = Window(refusals, clock) if refusals else None
        self._most_at_once = at_once
        self._held_until = {False: 0.0, True: 0.0}
        self.at_once = at_once

    def charge(self, requests: int = 1, *, opening: bool = False) -> None:
        """So many requests are made now. An adapter charges what a message costs beyond its first request."""
        if self._requests:
            self._requests.count(requests)
        if opening and self._openings:
            self._openings.count()

    def took(self) -> None:
        """The platform took a message."""
        self.at_once = min(self._most_at_once, 2 * self.at_once)

    def refused(self) -> None:
        """The platform said no, or not so fast."""
        if self._refusals:
            self._refusals.count()

    def hold(self, delay: timedelta, *, opening: bool = False) -> None:
        """Ask for nothing until then; with ``opening``, only write to nobody new."""
        self._held_until[opening] = max(self._held_until[opening], self._clock() + delay.total_seconds())
        if not opening:
            self.at_once = 1

    @property
    def held(self) -> bool:
        if self._refusals and self._refusals.free() <= 0:
            return True
        return self._clock() < self._held_until[False]

    def free(self) -> int:
        """How many requests may be made now."""
        return max(0, self._requests.free()) if self._requests else self._most_at_once

    def free_openings(self) -> int:
        """How many people may be written to for the first time now."""
        if self._clock() < self._held_until[True]:
            return 0
        return max(0, self._openings.free()) if self._openings else self._most_at_once

    def wait_for(self, wanted: int) -> float:
        """Seconds until so many requests may be made."""
        return self._requests.wait_for(wanted) if self._requests else 0.0
