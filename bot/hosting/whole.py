"""Has the whole database read beside the running bot: after each start, and then once a week.

Before a start only a small file is read whole (``storage/database/schema.py``).
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from pathlib import Path

import storage
from storage.database import write_ahead
from storage.database.database import Database
from storage.upkeep.whole import DAMAGED, WELL

log = logging.getLogger(__name__)

FIRST = 60.0
"""Seconds after a start: the jobs of the hour and of the day come before."""

WEEK = 7 * 24 * 3600.0
"""Seconds from one reading that came to an end to the next."""

AGAIN = 3600.0
"""Seconds until a reading is tried again that came to none."""


class WholeFile:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def watch(self) -> None:
        """For ever."""
        pause = FIRST
        while True:
            await asyncio.sleep(pause)
            pause = WEEK if await self.look() else AGAIN

    async def look(self) -> bool:
        """Read it once. Whether that came to an end; what is wrong with the file is among the database's troubles."""
        path = await self._database.read(write_ahead.path_of)
        status = await _read(path)
        if status == DAMAGED:
            log.error("the whole database was read, and it is damaged: `kith doctor` says where")
            self._database.troubles.add("damaged")
        elif status == WELL:
            log.info("the whole database was read, and it is well")
        else:
            log.warning("the whole database could not be read now (status %d); it is tried again in an hour", status)
        return status in (WELL, DAMAGED)


async def _read(path: Path) -> int:
    """In a process of its own: reading takes seconds of work, and memory that would not be given back."""
    around = {**os.environ, "PYTHONPATH": str(Path(storage.__file__).parents[1])}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "storage.upkeep.whole", str(path)),
        env=around,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        await process.communicate()
        return process.returncode or 0
    finally:
        if process.returncode is None:  # Kith is being stopped
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
