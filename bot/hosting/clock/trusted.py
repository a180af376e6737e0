"""A clock that does not follow the one on the wall when somebody sets that: it counts on from where it was sure.

Pure: what was known at the start, and what the platforms say, it is told by ``bot.hosting.clock.watch``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.clocks.clock import Machine
from bot.errors import WrongClock
from storage.database.sureness import Sure

SLACK = timedelta(seconds=5)
"""How far the wall may part from what was counted, at once: an NTP service sets less than that without a word."""
DRIFT = 0.0002
"""And for every second since they agreed: a quartz clock is off by less than half of that, and the kernel follows an
NTP service in small steps, so after a day without one it is 17 seconds."""

AHEAD = timedelta(days=30)
"""Nobody's clock is believed to have gone on further than this since Kith was last sure, but on the host's own word:
so much of what members keep would be erased for its age."""

ASLEEP = 3600.0
"""Seconds in which nobody asked for the time: the machine slept. Its counter may have been wrong about how long."""

CURE = (
    "Set the clock right (`sudo timedatectl set-ntp true` lets the network do it); if it is right, say so once with"
    " `kith clock --confirm --config config.toml`. Then start again."
)

CONFIRMED_FOR = timedelta(hours=1)
"""How long the host's word may be older than the start that it is meant for."""

HONEST = timedelta(seconds=30)
"""How far a platform's clock may be from a right one. Its answer names whole seconds, and takes some to come."""


class Voice(NamedTuple):
    """What a platform said the time was. ``own``: it may be this very computer, and then its yes proves nothing."""

    at: datetime
    own: bool = False


class TrustedClock:
    """``now`` is the wall's time while that agrees with what was counted, and what was counted while it does not."""

    def __init__(self, machine: Machine, at: datetime | None = None) -> None:
        self.machine = machine
        self.has_slept = False
        self.believe(at or machine.wall())

    def believe(self, at: datetime) -> None:
        """It is ``at`` now, whatever the wall shows."""
        self._anchor = (at, self.machine.elapsed())  # one value: the journal asks from the database's thread
        self.parted: float | None = None
        self.now()

    def now(self) -> datetime:
        """Never a time to which somebody has set the wall's clock by more than a little."""
        for _once_more in range(2):  # the process may have stood still between the two clocks
            wall, counted = self.machine.wall(), self.machine.elapsed()
            at, since = self._anchor
            passed = counted - since
            believed = at + timedelta(seconds=passed)
            if abs(wall - believed) <= SLACK + timedelta(seconds=DRIFT * max(passed, 0)):
                self.has_slept = self.has_slept or (passed > ASLEEP and self.parted is None)
                self._anchor, self.parted = (wall, counted), None
                return wall
        if self.parted is None:
            self.parted = counted
        return believed

    @property
    def off(self) -> timedelta:
        """How far the wall is ahead of what is believed."""
        return self.machine.wall() - self.now()

    def sure(self) -> Sure:
        return Sure(self.now(), self.machine.elapsed(), self.machine.boot)


def counted_on(sure: Sure, machine: Machine) -> TrustedClock | None:
    """A clock that went on since then on a machine that never stopped; None where it did, or nobody can tell."""
    passed = machine.elapsed() - sure.elapsed
    if not machine.boot or machine.boot != sure.boot or passed < 0:
        return None
    clock = TrustedClock(machine, sure.at + timedelta(seconds=passed))
    if clock.parted is not None and abs(clock.off) <= SLACK + timedelta(seconds=DRIFT * passed):
        clock.believe(machine.wall())
    return clock


def word(voices: Sequence[Voice], wall: datetime) -> datetime | bool:
    """True: the wall is right. Else what it is instead; False where nobody can tell.

    One that is on a computer of its own is asked before all others, and one that agrees with the wall is enough: two
    clocks are not wrong by the same time.
    """
    far = [voice for voice in voices if not voice.own]
    heard = far or voices
    if any(abs(voice.at - wall) <= HONEST for voice in heard):
        return bool(far)
    return heard[0].at if heard else False


def holds(confirmed: datetime | None, wall: datetime) -> bool:
    """Is the host's word about a clock meant for this one?"""
    return confirmed is not None and timedelta() <= wall - confirmed <= CONFIRMED_FOR


def refuse(sure: datetime, wall: datetime) -> None:
    """Raises WrongClock where the wall shows what cannot be believed after the instant that was sure."""
    if wall < sure - SLACK:
        raise WrongClock(f"The clock shows {shown(wall)}, and Kith has already seen {shown(sure)}. {CURE}")
    if wall > sure + AHEAD:
        raise WrongClock(
            f"The clock shows {shown(wall)}, {length(wall - sure)} after Kith last ran: what members keep would be"
            f" erased for its age. {CURE}"
        )


def shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def length(off: timedelta) -> str:
    """As exactly as a host wants to know it."""
    seconds = int(abs(off).total_seconds())
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"


def parted(wall: datetime, believed: datetime) -> WrongClock:
    """What is said of a clock that was set while the machine ran."""
    return WrongClock(f"The clock shows {shown(wall)} where {shown(believed)} is right. {CURE}")
