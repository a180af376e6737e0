"""The cogs' jobs: planning each second, and what is hourly and daily."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.log import Word
from bot.registry import Every, Registry

log = logging.getLogger(__name__)


async def run(registry: Registry, every: Every, now: datetime, *, erasing: bool = True) -> None:
    """All jobs of that kind, each as often as it says that there is more. A failing one never stops the others."""
    for cog, job in registry.jobs(every, erasing=erasing):
        try:
            while await job(now):
                pass
        except Exception:
            log.exception("the job %s of %s failed", Word(job.__name__), type(cog))
