"""`kith status`: whether Kith runs, and what waits, in one short read that holds up nobody. It needs no token."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bot.errors import FatalError
from bot.hosting.installation import DATABASE
from bot.hosting.running import lock
from bot.hosting.running.lock import Running
from storage.delivery import backlog
from storage.delivery.backlog import Waiting

PATIENCE = 1.0
"""Seconds the read waits for somebody who changes the schema at this moment."""


class Status(NamedTuple):
    """``running``: None where Kith is stopped."""

    running: Running | None
    waiting: Waiting

    @property
    def well(self) -> bool:
        return self.running is not None and bool(self.running.connected) and not self.waiting.overdue

    def fields(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "running": self.running is not None,
            "well": self.well,
            "version": self.running.version if self.running else "",
            "process": self.running.process if self.running else None,
            "since": self.running.since if self.running else "",
            "connected": list(self.running.connected) if self.running else [],
            "planned": self.waiting.planned,
            "overdue": self.waiting.overdue,
            "inbox": self.waiting.inbox,
        }

    def __str__(self) -> str:
        if self.running is None:
            first = "Kith is stopped."
        elif not self.running.connected:
            first = f"Kith {self.running.version} runs since {self.running.since}, and no platform is connected."
        else:
            names = ", ".join(self.running.connected)
            first = f"Kith {self.running.version} runs since {self.running.since}, connected to {names}."
        waiting = f"{self.waiting.planned} messages are planned, {self.waiting.overdue} are overdue"
        return f"{first}\n{waiting}, {self.waiting.inbox} wait in inboxes."


def read(folder: Path, now: datetime) -> Status:
    """Changes nothing, also where the database is of another version. Raises FatalError, a sentence for the host."""
    try:
        said = lock.read(folder)
        path = folder / DATABASE
        if not path.exists():
            return Status(said, Waiting(0, 0, 0))
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)) as connection:
            return Status(said, backlog.left(connection, now))
    except PermissionError as error:
        raise FatalError(f"I can't read {folder}: run this as the user that Kith runs as.") from error
    except (OSError, sqlite3.Error) as error:
        raise FatalError(f"I can't read the database in {folder}: `kith doctor` says what is the matter.") from error
