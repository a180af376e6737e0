"""The write-ahead log beside the file, which holds what was deleted until it is emptied."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from sqlite3 import Connection
from typing import Literal, NamedTuple

from storage.database import replica

HOLD = 20
"""Milliseconds that emptying the log waits for its readers: meanwhile nobody writes."""

LOCKS = Path("/proc/locks")
"""Where Linux says who holds which lock; elsewhere nobody can be named."""


class Lock(NamedTuple):
    process: int
    bytes: range


_READING = range(123, 128)
"""The bytes of the index file of which whoever reads the log locks one (sqlite.org/walformat.html, 2.3.1)."""


def path_of(connection: Connection) -> Path:
    [_number, _name, path] = connection.execute("PRAGMA database_list").fetchone()
    return Path(path)


def empty(connection: Connection) -> bool:
    """Empty the log, if nobody reads it. True also where it is Litestream's: then it is left alone.

    Nobody waits longer than a moment for it: while SQLite waits for a reader, no connection writes.
    """
    if replica.beside(path_of(connection)):
        return True
    [patience] = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {HOLD}")
    try:
        [busy, _frames, _moved] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")
    return not busy


def readers(path: Path, besides: frozenset[int] = frozenset()) -> list[str]:
    """The programs that read the log now, but for this process and ``besides``: name and number of each."""
    index = path.with_name(f"{path.name}-shm")
    found = {lock.process for lock in locks(index, "POSIX") if any(byte in lock.bytes for byte in _READING)}
    return [f"{_name(process)} ({process})" for process in sorted(found - besides - {os.getpid()})]


def locks(file: Path, kind: Literal["POSIX", "FLOCK"]) -> Iterator[Lock]:
    """Who holds which lock on a file, as far as the system says.

    The file is found by its number alone: some file systems call their device otherwise there than in ``stat``.
    """
    try:
        number = str(file.stat().st_ino)
        lines = LOCKS.read_text(encoding="ascii").splitlines()
    except OSError:
        return
    for line in lines:
        words = [word for word in line.split() if word != "->"]  # which marks who waits for a lock
        if words[1] == kind and words[5].rpartition(":")[2] == number:
            last = sys.maxsize - 1 if words[7] == "EOF" else int(words[7])
            yield Lock(int(words[4]), range(int(words[6]), last + 1))


def _name(process: int) -> str:
    """What the program calls itself, without anything but letters, digits and the like: it is written to the log."""
    try:
        called = Path(f"/proc/{process}/comm").read_text(encoding="ascii", errors="ignore")
    except OSError:
        return "a program"
    return re.sub(r"[^\w.-]", "", called) or "a program"
