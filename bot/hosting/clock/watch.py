"""Lets nothing be planned, erased or sent by a clock that may be wrong: see docs/hosting.md, "The clock"."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Protocol

from bot.clocks.clock import Machine
from bot.errors import StorageError
from bot.hosting.clock import trusted
from bot.hosting.clock.trusted import AHEAD, HONEST, SLACK, TrustedClock, Voice
from bot.registry import Every
from storage.database import sureness
from storage.database.database import Database
from storage.database.sureness import Sure

log = logging.getLogger(__name__)

Ask = Callable[[], Awaitable[Sequence[Voice]]]
"""Asks the platforms what time it is. Empty where none answers; never fails."""

RECORD_EVERY = 60.0
"""Seconds between two notes of the last sure instant: one row, in the commit of what else is written that second."""
LOOK_EVERY = 5.0
"""Seconds between two looks whether the host has confirmed a clock, and the fewest between two questions."""
ASK_EVERY, ASK_A_SURE_ONE_EVERY = 20.0, 3600.0
"""Seconds between two questions to the platforms: while everything rests, and otherwise."""
TELL_AFTER = 60.0
"""Seconds after which a clock that is still wrong is one that the host has to set right."""
STEADY = 300.0
"""Seconds that a clock must go on as it is before it is believed where no platform can be asked, and, if it was set,
as many as it was set by."""
STEADY_ENOUGH_TO_ERASE = 86400.0


class Work(Protocol):
    """What is done at a time: the bot's jobs."""

    async def __call__(self, every: Every, now: datetime, *, erasing: bool = True) -> None: ...


class ClockWatch:
    """``now`` is the time for everything in the bot; ``tick`` and ``run_jobs`` do it only while that time is sure."""

    def __init__(self, database: Database, clock: TrustedClock, ask: Ask) -> None:
        self._database = database
        self._clock = clock
        self._machine = clock.machine
        self._ask = ask
        self.on_right: Callable[[datetime], Awaitable[None]] | None = None
        """Derives anew what was planned by a clock that was ahead."""
        self.on_wrong: Callable[[], Awaitable[None]] | None = None
        """Tells the host, where no log is read."""
        self._derives = False
        self._unproven: float | None = clock.machine.elapsed()
        self._waits = False  # for a proof, after a start of the machine
        self._overruled = False  # by the host: what the platforms say counts no more
        self._contradicted = False
        self._off = timedelta()
        self._steady_since = clock.machine.elapsed()
        self._asked, self._looked, self._recorded = -ASK_A_SURE_ONE_EVERY, -LOOK_EVERY, -RECORD_EVERY
        self._told = ""
        self._right = asyncio.Event()

    @classmethod
    async def begin(cls, database: Database, machine: Machine, ask: Ask) -> ClockWatch:
        """Look at the clock before anything is done by it. Raises WrongClock."""
        sure, confirmed, overruled = await database.read(_known)
        wall = machine.wall()
        if trusted.holds(confirmed, wall):
            watch = cls(database, TrustedClock(machine), ask)
            await watch._take_the_hosts_word()
        elif sure is None:
            watch = cls(database, TrustedClock(machine), ask)
            watch._derives = True  # by an earlier version, which believed every clock
        else:
            trusted.refuse(sure.at, wall)
            watch = cls._after(database, machine, ask, sure)
        watch._overruled = watch._overruled or overruled
        return watch

    @classmethod
    def _after(cls, database: Database, machine: Machine, ask: Ask, sure: Sure) -> ClockWatch:
        if (counted := trusted.counted_on(sure, machine)) is not None:
            watch = cls(database, counted, ask)
            watch._unproven = None
        else:
            watch = cls(database, TrustedClock(machine), ask)
            watch._waits = True
        return watch

    def now(self) -> datetime:
        return self._clock.now()

    def wall(self) -> datetime:
        """What the computer shows, right or wrong."""
        return self._machine.wall()

    @property
    def rests(self) -> bool:
        """Nothing is planned, erased or sent: the wall's clock was set, or nobody has said yet that it is right."""
        self._clock.now()
        return self._clock.parted is not None or (self._waits and self._for_seconds(self._unproven) < STEADY)

    @property
    def erases(self) -> bool:
        """What is old enough may go: the time is proven, or has gone on steadily for a day."""
        return not self.rests and (
            self._unproven is None or self._for_seconds(self._unproven) >= STEADY_ENOUGH_TO_ERASE
        )

    def _for_seconds(self, since: float | None) -> float:
        return float("inf") if since is None else self._machine.elapsed() - since

    # -- what is done by it -------------------------------------------------------------------------------------------

    async def tick(self, do: Callable[[datetime], Awaitable[None]]) -> None:
        """Look at the clock, and do what is due by it; nothing while it rests."""
        await self.look()
        if not self.rests:
            await do(self.now())

    async def run_jobs(self, do: Work, every: Every) -> None:
        """The hourly or daily jobs: those of a time at which everything rests are done as soon as it does not."""
        while self.rests:
            self._right.clear()
            await self._right.wait()
        await do(every, self.now(), erasing=self.erases)

    async def look(self) -> None:
        """Believe, doubt and ask. Never fails: where the database cannot be asked, what was known holds."""
        try:
            await self._look()
        except StorageError:
            log.exception("it cannot be looked what is known of the clock")
        await self._tell()

    async def _look(self) -> None:
        counted = self._machine.elapsed()
        self._notice_steps(counted)
        if self.rests and counted - self._looked >= LOOK_EVERY:
            self._looked = counted
            if await self._is_confirmed():
                await self._take_the_hosts_word()
        if counted - self._asked >= (ASK_EVERY if self.rests else ASK_A_SURE_ONE_EVERY):
            await self.hear()
        if self._clock.parted is not None and self._is_steady():
            self._believe_the_wall(proven=False)
        if self.rests:
            return
        if self._derives and self.on_right is not None:
            await self.on_right(self.now())
            self._derives = False
        if counted - self._recorded >= RECORD_EVERY:
            self._recorded = counted
            await self._database.write(sureness.record, self._clock.sure())

    def _notice_steps(self, counted: float) -> None:
        off = self._clock.off
        if abs(off - self._off) > SLACK:
            self._off, self._steady_since = off, counted
            self._asked = min(self._asked, counted - ASK_EVERY + LOOK_EVERY)
        if self._clock.has_slept:
            self._clock.has_slept, self._waits = False, True
            self._unproven, self._asked = counted, counted - ASK_A_SURE_ONE_EVERY
        if self._clock.parted is None:
            self._contradicted = False

    def _is_steady(self) -> bool:
        """It stayed as it was set for as long as it was set by, nobody contradicts it, and little would be lost."""
        needed = max(STEADY, abs(self._off).total_seconds())
        return not self._contradicted and self._off <= AHEAD and self._for_seconds(self._steady_since) >= needed

    # -- whom it believes ---------------------------------------------------------------------------------------------

    async def hear(self) -> None:
        """Ask the platforms, and believe one that says something else than the wall, but for the host's own word."""
        self._asked = self._machine.elapsed()
        voices = await self._ask()
        said = trusted.word(voices, self._machine.wall())
        if said is True and self._clock.off <= AHEAD:
            self._believe_the_wall(proven=True)
            if self._overruled:
                self._overruled = False
                await self._database.write(sureness.agreed)
        elif isinstance(said, datetime) and not self._overruled:
            self._contradicted, self._unproven, self._waits = True, None, False
            if abs(said - self.now()) > HONEST:
                self._derives = self._derives or said < self.now()
                self._clock.believe(said)

    async def _is_confirmed(self) -> bool:
        return trusted.holds(await self._database.read(sureness.confirmed), self._machine.wall())

    async def _take_the_hosts_word(self) -> None:
        self._overruled = True
        self._believe_the_wall(proven=True)
        self._derives = True
        await self._database.write(sureness.take)

    def _believe_the_wall(self, *, proven: bool) -> None:
        if self._clock.parted is not None:
            self._derives = self._derives or self._clock.off < timedelta()
            self._clock.believe(self._machine.wall())
        self._unproven = None if proven else self._machine.elapsed()
        self._waits = self._contradicted = False

    # -- what the host hears ------------------------------------------------------------------------------------------

    async def _tell(self) -> None:
        """One line when everything begins to rest, and one when it goes on."""
        says = "" if not self.rests else "off" if self._clock.parted is not None else "unproven"
        if says == "off" and self._told != says:
            log.warning(
                "the clock shows %s where %s is right: nothing is planned, erased or sent until it is set right, or"
                " until the host says that it is right: kith clock --confirm",
                *(self._machine.wall().replace(microsecond=0), self.now().replace(microsecond=0)),
            )
        elif says == "unproven" and self._told != says:
            log.warning("nobody has said yet whether the clock is right: nothing is planned, erased or sent before")
        elif not says and self._told:
            log.warning("the clock is right: %s. What is due is done now", self.now().replace(microsecond=0))
        self._told = says
        if says == "off" and self.on_wrong is not None and self._for_seconds(self._clock.parted) >= TELL_AFTER:
            await self.on_wrong()  # each second: it tells once
        if not says:
            self._right.set()


def _known(connection: Connection) -> tuple[Sure | None, datetime | None, bool]:
    return sureness.last(connection), sureness.confirmed(connection), sureness.is_overruled(connection)
