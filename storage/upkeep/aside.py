"""What is put aside in the data folder: the copy before an upgrade, and what a restore replaced.

Both hold people who left since in clear, so both are named to the host and go after a time: a copy after a fortnight,
though never before the new version has been ready for a day; what was replaced after 30 days.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from storage.database import platforms
from storage.database.instants import instant, seconds
from storage.database.schema import COPY

log = logging.getLogger(__name__)

COPY_KEPT = timedelta(days=14)
REPLACED_KEPT = timedelta(days=30)
HOURS_OF_PROOF = 24
"""So long a version must have been ready, taken together, before the copy from before it is let go of."""

REPLACED = "replaced-*"
_REPLACED_NAME = "replaced-%Y-%m-%d-%H%M%S"
_READY = ("kith", "ready")
_AN_HOUR = timedelta(minutes=50)
"""From one hourly look to the next, at least. A restart looks at once, which is no hour more."""


class Aside(NamedTuple):
    """``until``: when it goes by itself."""

    path: Path
    since: datetime
    until: datetime


def replaced_at(now: datetime) -> str:
    """The name of the folder for what a restore replaces now."""
    return now.strftime(_REPLACED_NAME)


def copies(folder: Path) -> Iterator[Aside]:
    """The copies from before an upgrade, the oldest first."""
    found = [(datetime.fromtimestamp(path.stat().st_mtime, UTC), path) for path in folder.glob(COPY)]
    for since, path in sorted(found):
        if path.suffix != ".draft":
            yield Aside(path, since, since + COPY_KEPT)


def replaced(folder: Path) -> Iterator[Aside]:
    """What earlier restores put aside, the oldest first."""
    for path in sorted(folder.glob(REPLACED)):
        if re.fullmatch(r"replaced-\d{4}-\d\d-\d\d-\d{6}", path.name) and path.is_dir() and not path.is_symlink():
            since = datetime.strptime(path.name, _REPLACED_NAME).replace(tzinfo=UTC)
            yield Aside(path, since, since + REPLACED_KEPT)


def named(folder: Path) -> Iterator[str]:
    """All of it, a sentence each, for the host."""
    for one in copies(folder):
        yield (
            f"{one.path} is the database from before the upgrade of {one.since:%Y-%m-%d}. It goes by itself, on"
            f" {one.until:%Y-%m-%d} at the earliest; until then it holds whoever left since"
        )
    for one in replaced(folder):
        yield (
            f"{one.path} is what a restore replaced, with whoever left since in it. It goes by itself on"
            f" {one.until:%Y-%m-%d}; delete it before that once all is well"
        )


def ready_for_another_hour(connection: Connection, now: datetime) -> int:
    """Note that this version is ready now, an hour after it was before. Returns for how many hours it has been."""
    [version] = connection.execute("PRAGMA user_version").fetchone()
    hours, last = _ready(connection, int(version))
    if last is None or not timedelta() <= now - last < _AN_HOUR:
        hours += last is not None
        platforms.set_state(connection, *_READY, f"{version} {hours} {seconds(now)}")
    return hours


def _ready(connection: Connection, version: int) -> tuple[int, datetime | None]:
    known = (platforms.state(connection, *_READY) or "").split()
    if len(known) != 3 or int(known[0]) != version:
        return 0, None
    return int(known[1]), instant(int(known[2]))


def let_go(folder: Path, hours: int, now: datetime) -> list[Path]:
    """Delete what has been kept for its time, and return it. ``hours``: for how long this version has been ready."""
    due = [one for one in replaced(folder) if one.until <= now]
    if hours >= HOURS_OF_PROOF:
        due += [one for one in copies(folder) if one.until <= now]
    return [one.path for one in due if _delete(one.path)]


def _delete(path: Path) -> bool:
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError:
        log.exception("what was put aside in the data folder cannot be deleted")
        return False
    return True
