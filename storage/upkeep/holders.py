"""Who else has the database file open: a replica, a shell, whoever would go on with the old one once it is replaced."""

from __future__ import annotations

import fcntl
import os
import struct
from pathlib import Path
from typing import NamedTuple

_SHARED, _SIZE = 0x40000002, 510
"""The bytes that every connection keeps locked while a file in WAL mode is open (https://sqlite.org/src, os_unix.c)."""
_FLOCK = "hhqqi"


class Holder(NamedTuple):
    """``process`` is 0 where it runs in another container."""

    process: int
    name: str

    def __str__(self) -> str:
        return f"{self.name} (process {self.process})" if self.process else "Something in another container"


def holder(path: Path) -> Holder | None:
    """One other process that has the file open. None where there is none, or no file.

    Only while this process has not opened it with SQLite: closing any descriptor of a file lets go of all its locks. A
    running Kith reads the kernel's list instead (``storage/database/write_ahead.py``), which shows no other container.
    """
    try:
        with path.open("rb") as file:
            asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, _SHARED, _SIZE, 0)
            kind, _whence, _start, _size, process = struct.unpack(_FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
    except FileNotFoundError:
        return None
    return None if kind == fcntl.F_UNLCK else Holder(max(process, 0), _name(process))


def _name(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "Something"
