"""How fast one kind of request is taken, as far as the homeserver's refusals have told: it says nothing before."""

from __future__ import annotations

from collections.abc import Callable

Seconds = Callable[[], float]

BURST = 10
"""So many are saved up while nothing is asked, as Synapse has it for every kind."""

KNOWN = 3600.0
"""Seconds for which a limit is believed after the last refusal: a host may have lifted it."""

LEAST = 0.1
"""Seconds that are waited at least. A server that says "at once" and refuses again would be asked without end."""


class Bucket:
    """Unknown, it lets everything through. Once refused, one more is taken when the server said, then one each
    interval.

    The first refusal tells only how long the rest of an interval is. The next one tells the whole: between the two
    moments named, exactly as many intervals passed as requests were taken, if none was left to itself meanwhile.
    """

    def __init__(self, clock: Seconds) -> None:
        self._clock = clock
        self._each: float | None = None
        self._measured = False
        self._next = 0.0
        self._named: float | None = None
        self._told = 0.0
        self._taken = 0

    @property
    def is_known(self) -> bool:
        if self._each is not None and self._clock() - self._told > KNOWN:
            self._each, self._measured, self._named = None, False, None
        return self._each is not None

    def wait_for(self, wanted: int = 1) -> float:
        """Seconds until so many would be taken."""
        if not self.is_known:
            return 0.0
        assert self._each is not None
        return max(0.0, self._next + (wanted - 1) * self._each - self._clock())

    def took(self) -> None:
        if not self.is_known:
            return
        assert self._each is not None
        now = self._clock()
        if now - self._next > self._each / 2:  # it may have been full: what came of that time is not known
            self._named = None
        self._next = max(self._next, now - (BURST - 1) * self._each) + self._each
        self._taken += 1

    def refused(self, delay: float) -> None:
        delay = max(delay, LEAST)
        named = self._clock() + delay
        known = self._each if self.is_known else None
        if known is not None and self._named is not None and self._taken and named > self._named:
            whole = (named - self._named) / self._taken
            known = min(known, whole) if self._measured else whole
            self._measured = True
        self._each = max(delay, known or 0.0)  # an interval is no shorter than what is left of one
        self._next = self._named = named
        self._told, self._taken = self._clock(), 0
