"""For the doctor: does anything keep the database's write-ahead log, and with it what was deleted?"""

from __future__ import annotations

import time
from pathlib import Path

from bot.errors import FatalError
from bot.hosting.installation import DATABASE, LOCK
from storage.database import replica, write_ahead

LOOKS, APART = 4, 0.25
"""Whoever reads at each of so many looks, so many seconds apart, does not read for a moment only."""


def look(folder: Path) -> str:
    """What is true of the log of this installation. Raises FatalError with what to do."""
    path = folder / DATABASE
    if replica.beside(path):
        return _replicated(path)
    kith = frozenset(lock.process for lock in write_ahead.locks(folder / LOCK, "FLOCK"))
    held = set(write_ahead.readers(path, kith))
    for _look in range(LOOKS - 1):
        if not held:
            break
        time.sleep(APART)
        held &= set(write_ahead.readers(path, kith))
    if held:
        raise FatalError(
            f"{' and '.join(sorted(held))} reads the database all the time, so what was deleted stays in its log."
            " Stop it: Kith then empties the log within the hour."
        )
    return "nothing holds the database's log; what is deleted leaves it within the hour"


def _replicated(path: Path) -> str:
    late = replica.behind(path)
    if late > replica.BEHIND:
        raise FatalError(
            f"Litestream has taken nothing of the database for {late.total_seconds() / 3600:.0f} hours. Start it again;"
            f" or, where no replica is kept any more, delete {replica.folder_of(path)}."
        )
    return "a replica is kept, so the database's log is Litestream's to empty (docs/replica.md)"
