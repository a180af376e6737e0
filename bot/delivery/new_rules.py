"""Follows new rules of time zones, at the start and before anything is sent: what stands at a wall time stays there.

Everything is derived anew in portions, each a transaction that also plans what those concerned are told. The new rules
are written down after the last one, so that a start that is killed is followed by one that does the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.clocks.rules.running import Rules
from bot.registry import Duties
from storage.database.database import Database
from storage.delivery import moved
from storage.members import zones

log = logging.getLogger(__name__)


async def follow(database: Database, cogs: Iterable[Duties], rules: Rules, fallback: str, now: datetime) -> None:
    """Next to nothing where the rules are those of the last start. A zone that is gone becomes ``fallback``."""
    await database.write(zones.begun, rules.version, now)
    new = await database.read(zones.changed, rules.prints, now)
    if new is None:
        return
    if await database.write(zones.replace_vanished, fallback):
        new = replace(new, zones=new.zones | {fallback})
    for portion in (moved.follow, *(portion for cog in cogs for portion in cog.by_the_clock())):
        after: int | None = 0
        while after is not None:
            after = await database.write(portion, new, after)
    await database.write(zones.adopted, rules.prints, new.number)
    if new.number > 1:  # the first time they are new to this database alone
        log.info("the rules of %d time zones are new, and followed", len(new.zones))
