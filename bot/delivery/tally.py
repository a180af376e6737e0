"""What one run of the process did, counted: never for whom, in which community or of which kind."""

from __future__ import annotations

from collections import Counter
from typing import Final, Literal

from bot.context import Delivery
from bot.messages import Channel

Answer = Literal["answered", "refused", "failed"]

BOUNDS: Final = (1, 5, 30, 120, 600, 3600)
"""Seconds: the classes in which lateness is counted, by their upper bounds; what is later still has one of its own."""


class Lateness:
    """How long messages were due before they went: ``counts`` per class of ``BOUNDS``, ``seconds`` of all together."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def add(self, late: float) -> None:
        self.counts[next((at for at, bound in enumerate(BOUNDS) if late <= bound), len(BOUNDS))] += 1
        self.seconds += late


class Tally:
    """``deliveries`` counts by (platform, what became of it), ``requests`` by (platform, how it was answered)."""

    def __init__(self) -> None:
        self.deliveries: Counter[tuple[str, str]] = Counter()
        self.requests: Counter[tuple[str, Answer]] = Counter()
        self.lateness: dict[str, Lateness] = {}

    def became(self, delivery: Delivery, outcome: str) -> None:
        """A delivery was settled, or ``postponed``."""
        self.deliveries[_platform(delivery), outcome] += 1

    def sent(self, delivery: Delivery, late: float) -> None:
        """A delivery arrived, ``late`` seconds after it was due."""
        self.became(delivery, "sent")
        self.lateness.setdefault(_platform(delivery), Lateness()).add(max(0.0, late))


def _platform(delivery: Delivery) -> str:
    where = delivery.to if isinstance(delivery.to, Channel) else delivery.account
    return where.platform if where is not None else "none"
