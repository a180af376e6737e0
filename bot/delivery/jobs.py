"""The cogs' jobs: planning each second, and what is hourly and daily."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.errors import StorageError
from bot.log import Word
from bot.registry import Every, Registry
from storage.database.database import Database
from storage.members import farewell

log = logging.getLogger(__name__)


async def run(registry: Registry, database: Database, every: Every, now: datetime, *, erasing: bool = True) -> None:
    """All jobs of that kind, each as often as it says that there is more. A failing one never stops the others.

    Where Kith has said farewell and the day is over, nothing is planned any more.
    """
    try:
        stopped = await database.read(farewell.over, now) is not None
    except StorageError:
        stopped = False  # each job finds out for itself what it cannot read
    for cog, job in registry.jobs(every, erasing=erasing, stopped=stopped):
        try:
            while await job(now):
                pass
        except Exception:
            log.exception("the job %s of %s failed", Word(job.__name__), type(cog))
