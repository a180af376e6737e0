"""What goes wrong between a bot and Discord, on demand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum, auto

from tests.beds.discord.limits import Limited
from tests.beds.discord.spec import Operation


class How(Enum):
    LOSE_REPLY = auto()
    """Discord does what was asked, and the answer is lost: the connection is cut, or a 5xx comes instead."""
    RESET = auto()
    """The connection is cut before Discord has seen the request."""
    ERROR = auto()
    """An error, and nothing done: a 5xx of the proxy, or one with Discord's own code."""
    LIMIT = auto()
    """A 429 that no header announced."""
    STALL = auto()
    """Done, but the answer waits until the test releases it."""
    DRIP = auto()
    """Done, but the answer comes byte by byte."""


@dataclass
class Fault:
    """One planned failure of one operation (``POST /channels/{channel_id}/messages``)."""

    operation: str
    how: How
    times: int = 1
    status: int = 0
    code: int = 0
    page: str = ""
    limited: Limited | None = None
    pause: float = 0.0
    seen: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the fault has struck for the first time."""
    released: asyncio.Event = field(default_factory=asyncio.Event)


class Faults:
    """The failures still to come, in the order they were planned."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def lose_reply(self, operation: str, times: int = 1, status: int = 0) -> Fault:
        """Process the request, then cut the connection, or answer with ``status`` if one is given."""
        return self._plan(Fault(operation, How.LOSE_REPLY, times, status))

    def reset(self, operation: str, times: int = 1) -> Fault:
        return self._plan(Fault(operation, How.RESET, times))

    def error(self, operation: str, status: int = 503, code: int = 0, times: int = 1) -> Fault:
        """Answer with this status, and with Discord's own code if there is one."""
        return self._plan(Fault(operation, How.ERROR, times, status, code))

    def page(self, operation: str, status: int, page: str, times: int = 1) -> Fault:
        """Something in between answers in Discord's place: a page of HTML, or JSON without a code of Discord's."""
        return self._plan(Fault(operation, How.ERROR, times, status, page=page))

    def limit(self, operation: str, retry_after: float, scope: str = "shared", times: int = 1) -> Fault:
        return self._plan(Fault(operation, How.LIMIT, times, limited=Limited(scope, retry_after)))

    def stall(self, operation: str) -> Fault:
        """Hold the answer back until ``fault.released.set()``."""
        return self._plan(Fault(operation, How.STALL))

    def drip(self, operation: str, seconds_per_byte: float) -> Fault:
        return self._plan(Fault(operation, How.DRIP, pause=seconds_per_byte))

    def take(self, operation: Operation) -> Fault | None:
        """The next failure of this operation; it is used up after ``times``."""
        for fault in self._planned:
            if fault.operation == str(operation) and fault.times > 0:
                fault.times -= 1
                fault.seen.set()
                return fault
        return None

    def release_all(self) -> None:
        for fault in self._planned:
            fault.released.set()

    def _plan(self, fault: Fault) -> Fault:
        self._planned.append(fault)
        return fault
