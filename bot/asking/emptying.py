"""Takes what was deleted out of the write-ahead log: at once, or each minute again until nobody reads the log."""

from __future__ import annotations

import logging

from bot.clocks.clock import monotonic
from bot.errors import StorageError
from bot.log import Word
from storage.database import replica, write_ahead
from storage.database.database import Database

log = logging.getLogger(__name__)

AGAIN = 60.0
"""Seconds until it is tried again."""

NAMED_AFTER = 3600.0
"""Seconds after which whoever reads the log is named to the host."""


class Emptying:
    """Nobody waits for it: not whoever leaves, nor what others write meanwhile."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held_since: float | None = None
        self._again = 0.0
        self._named = False

    async def now(self) -> None:
        """Empty the log now, or else soon."""
        try:
            await self._database.scrub()
        except StorageError as error:
            await self._note(error)
        else:
            self._held_since, self._named = None, False

    async def look_at_replica(self) -> None:
        """Once an hour: does whoever the log was left to still take it?"""
        late = await self._database.read(lambda connection: replica.behind(write_ahead.path_of(connection)))
        if late > replica.BEHIND:
            log.error("Litestream has taken nothing of the database for %d s", late.total_seconds())
            self._database.troubles.add("replica")

    async def again(self) -> None:
        """About once a second: try again what did not go."""
        if self._held_since is not None and monotonic() >= self._again:
            await self.now()

    async def _note(self, error: StorageError) -> None:
        self._again = monotonic() + AGAIN
        if self._held_since is None:
            self._held_since = monotonic()
            log.warning("the write-ahead log could not be emptied yet", exc_info=error if error.__cause__ else None)
        if self._named or monotonic() - self._held_since < NAMED_AFTER:
            return
        self._named = True
        reading = await self._database.read(lambda connection: write_ahead.readers(write_ahead.path_of(connection)))
        for program in reading or ("a program",):
            log.error("%s has read the database for an hour: what was deleted is still in its log", Word(program))
        self._database.troubles.add("held")
