"""How often this database was started, and the last line of the deletion journal it knows: in it, and beside it.

Whatever puts a database back (a restore, a replica, a copied disk) puts both numbers in it back, and not the file. So
the file tells that a database is behind, and the journal who left since. An outage leaves the two alike: a start is
counted in the database first, a line of the journal in the same transaction as what it is about; the file follows.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from storage.database import platforms

NAMES = ("starts", "journal")
_STARTS, _JOURNAL = (("kith", name) for name in NAMES)
_DIGITS = 19


class Count(NamedTuple):
    """``None``: not counted yet, because a program from before this wrote it last, or nobody has."""

    starts: int | None
    journal: int | None


def inside(connection: Connection) -> Count:
    return Count(*(None if value is None else int(value) for value in _values(connection)))


def _values(connection: Connection) -> list[str | None]:
    return [platforms.state(connection, *name) for name in (_STARTS, _JOURNAL)]


def set_starts(connection: Connection, starts: int) -> None:
    platforms.set_state(connection, *_STARTS, str(starts))


def set_journal(connection: Connection, number: int) -> None:
    """This database knows of all that is in the journal up to this line."""
    platforms.set_state(connection, *_JOURNAL, str(number))


def read(path: Path) -> Count | None:
    """The file beside. None where it is not there, or cannot have been written by us."""
    try:
        starts, journal = path.read_bytes().split()
        return Count(int(starts), int(journal))
    except (FileNotFoundError, ValueError):
        return None


def write(path: Path, count: Count) -> None:
    """In place and in one block, which a power cut leaves old or new. Raises OSError."""
    line = " ".join(f"{number or 0:0{_DIGITS}d}" for number in count) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.pwrite(descriptor, line.encode(), 0)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def note_journal(path: Path, number: int) -> None:
    """A transaction with this line of the journal is committed. Where starts are not counted, nothing is noted.

    If it cannot be written, all that is lost is that a database of before this line is taken for one after a crash.
    """
    with suppress(OSError):
        if (beside := read(path)) is not None:
            write(path, Count(beside.starts, number))


def is_behind(inside: Count, beside: Count | None) -> bool:
    """Whether the database was put back since it was last used here. One without its file was moved here without it."""
    if beside is None:
        return inside.starts is not None
    return (inside.starts or 0) < (beside.starts or 0) or (inside.journal or 0) < (beside.journal or 0)
