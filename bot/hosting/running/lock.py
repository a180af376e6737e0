"""What a running Kith says of itself in the file it holds locked: `kith status` believes it while it is locked."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bot import __version__
from bot.hosting.installation import LOCK, is_held


class Running(NamedTuple):
    """One line of JSON. ``since`` is an instant in ISO 8601, ``connected`` are names of platforms."""

    version: str
    process: int
    since: str
    connected: tuple[str, ...]


def say(folder: Path, since: datetime, connected: Sequence[str]) -> None:
    """Write it into the lock file, which this process holds. A full disk keeps nobody from being served."""
    said = Running(__version__, os.getpid(), since.isoformat(), tuple(sorted(connected)))
    try:
        (folder / LOCK).write_text(json.dumps(said._asdict()) + "\n")
    except OSError:
        return


def read(folder: Path) -> Running | None:
    """What the running Kith said last; None where none runs. What cannot be read yet is empty."""
    lock = folder / LOCK
    if not lock.exists() or not is_held(lock):
        return None
    said = lock.read_text()
    try:
        fields = json.loads(said)
        return Running(fields["version"], fields["process"], fields["since"], tuple(fields["connected"]))
    except (ValueError, KeyError, TypeError):
        return Running("", 0, "", ())
