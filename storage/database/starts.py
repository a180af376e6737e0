"""How often this database was started, the last line of the deletion journal it knows, and how often it was about to
send something: in it, and beside it.

Whatever puts a database back (a restore, a replica, a copied disk) puts the numbers in it back, and not the file. So
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

NAMES = ("starts", "journal", "sends")
_STARTS, _JOURNAL, _SENDS = (("kith", name) for name in NAMES)
_DIGITS = 19


class Count(NamedTuple):
    """``None``: not counted yet, because a program from before this wrote it last, or nobody has."""

    starts: int | None
    journal: int | None
    sends: int = 0
    """Transactions after which something was sent: a replica may be a second behind, within one start."""


def inside(connection: Connection) -> Count:
    starts, journal, sends = (None if value is None else int(value) for value in _values(connection))
    return Count(starts, journal, sends or 0)


def _values(connection: Connection) -> list[str | None]:
    return [platforms.state(connection, *name) for name in (_STARTS, _JOURNAL, _SENDS)]


def set_starts(connection: Connection, starts: int) -> None:
    platforms.set_state(connection, *_STARTS, str(starts))


def set_journal(connection: Connection, number: int) -> None:
    """This database knows of all that is in the journal up to this line."""
    platforms.set_state(connection, *_JOURNAL, str(number))


def set_sends(connection: Connection, sends: int) -> None:
    platforms.set_state(connection, *_SENDS, str(sends))


def read(path: Path) -> Count | None:
    """The file beside. None where it is not there, or cannot have been written by us."""
    try:
        starts, journal, *sends = path.read_bytes().split()
        return Count(int(starts), int(journal), *map(int, sends))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write(path: Path, count: Count, *, lasting: bool = True) -> None:
    """In place and in one block, which a power cut leaves old or new; not ``lasting``: which a power cut may leave old.
    Raises OSError.
    """
    line = " ".join(f"{number or 0:0{_DIGITS}d}" for number in count) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.pwrite(descriptor, line.encode(), 0)
        if lasting:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def note(path: Path, *, journal: int | None = None, sends: int | None = None) -> None:
    """A transaction with this line of the journal, or after which something is sent, is committed. Where starts are not
    counted, nothing is noted.

    If it cannot be written, all that is lost is that a database of before this is taken for one after a crash. For what
    is sent nobody waits for the disk: whatever loses the power and the database as well has lost this file too.
    """
    with suppress(OSError):
        if (beside := read(path)) is not None:
            count = Count(beside.starts, journal or beside.journal, sends or beside.sends)
            write(path, count, lasting=journal is not None)


def is_behind(inside: Count, beside: Count | None) -> bool:
    """Whether the database was put back since it was last used here. One without its file was moved here without it."""
    if beside is None:
        return inside.starts is not None
    return any((mine or 0) < (known or 0) for mine, known in zip(inside, beside, strict=True))
