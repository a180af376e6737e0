"""A replica that Litestream keeps of the file. While there is one, the write-ahead log is Litestream's to empty.

Litestream always holds a reader in the log, so that emptying it from here never goes well, and keeps from writing
whoever waits for it. Taking the log away while Litestream is stopped would cost the replica its place in it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

BEHIND = timedelta(hours=1)
"""Something was written for so long and not taken: whatever kept the replica does so no more."""


def folder_of(path: Path) -> Path:
    """Where Litestream keeps what it needs beside the file. (Its tables in the file are in every copy of it too.)"""
    return path.with_name(f".{path.name}-litestream")


def beside(path: Path) -> bool:
    """Is a replica kept of this file, as far as the folder beside it says?"""
    return folder_of(path).is_dir()


def behind(path: Path) -> timedelta:
    """How much later the file was written to than Litestream last took anything; nothing where no replica is kept."""
    if not beside(path):
        return timedelta(0)
    taken = max(map(_changed, folder_of(path).glob("ltx/0/*.ltx")), default=datetime.fromtimestamp(0, UTC))
    written = _changed(path.with_name(f"{path.name}-wal"))
    return max(written - taken, timedelta(0))


def _changed(file: Path) -> datetime:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:  # there is no log while nobody has the file open, and Litestream tidies its own
        return datetime.fromtimestamp(0, UTC)
