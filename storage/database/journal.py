"""Who left and what they took back, as keyed hashes in a file beside the database: no backup brings them back.

One line per account deleted and per consent withdrawn: ``number seconds what hash purpose``. Triggers on the writing
connection note each such row, whichever part of the program deletes it, and the lines are on the disk before the
transaction is committed. A crash in between leaves a line too many, which takes back what somebody asked to take back;
the other order could leave one too few.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from storage.database import starts
from storage.database.instants import instant, seconds

KEPT = timedelta(days=90)
"""How long a line is kept, and so how old a backup may be that is restored (docs/hosting.md)."""

Pseudonym = Callable[[str, str], bytes]
"""(platform, account id) -> the keyed hash of an account."""

TRIGGERS = (
    "CREATE TEMP TRIGGER journal_left BEFORE DELETE ON main.accounts BEGIN"
    " SELECT journal_note('left', OLD.platform, OLD.platform_id, '-'); END",
    "CREATE TEMP TRIGGER journal_withdrew BEFORE DELETE ON main.consents BEGIN"
    " SELECT journal_note('withdrew', platform, platform_id, OLD.purpose) FROM main.accounts"
    " WHERE person = OLD.person; END",
    "CREATE TEMP TRIGGER journal_sends AFTER UPDATE OF state ON main.deliveries"
    " WHEN NEW.state = 'sending' AND OLD.state <> 'sending' BEGIN SELECT journal_sends(); END",
)

_SENDS = ("sends", "", "")
"""Noted like what is in the journal, and counted only (``starts``)."""


class Entry(NamedTuple):
    """``what`` is ``left`` (the account was deleted) or ``withdrew`` (its person took back a consent)."""

    number: int
    at: datetime
    what: str
    code: str
    purpose: str

    def __str__(self) -> str:
        return f"{self.number} {seconds(self.at)} {self.what} {self.code} {self.purpose}\n"


class Journal:
    """The file, and what the transaction under way will add to it."""

    def __init__(self, path: Path, pseudonym: Pseudonym, now: Callable[[], datetime]) -> None:
        self._path = path
        self._pseudonym = pseudonym
        self._now = now
        self._noted: list[tuple[str, str, str]] = []
        self._last = last_number(path)
        self._written = self._last
        self._sends = self._counted = 0
        self._connection: Connection | None = None
        self._sweep_at = now()

    def attach(self, connection: Connection) -> None:
        """From now on, what this connection deletes is noted, and the database knows the number of the last line."""
        self._connection = connection
        # A journal that was lost begins anew, and its numbers go on.
        self._last = self._written = max(self._last, starts.inside(connection).journal or 0)
        self._sends = self._counted = starts.inside(connection).sends
        connection.create_function("journal_note", 4, self._note)
        connection.create_function("journal_sends", 0, lambda: self._noted.append(_SENDS))
        for trigger in TRIGGERS:
            connection.execute(trigger)

    def _note(self, what: str, platform: str, account: str, purpose: str) -> None:
        self._noted.append((what, self._pseudonym(platform, account).hex(), purpose))

    @property
    def noted(self) -> int:
        return len(self._noted)

    def drop_after(self, noted: int) -> None:
        """What was noted later was rolled back."""
        del self._noted[noted:]

    def write(self) -> None:
        """Put what was noted on the disk. Raises OSError, and the transaction must not be committed then."""
        noted, self._noted = self._noted, []
        if _SENDS in noted and self._connection is not None:
            self._sends = self._counted + 1
            starts.set_sends(self._connection, self._sends)
        if left := [one for one in noted if one is not _SENDS]:
            self._write(left)

    def _write(self, noted: list[tuple[str, str, str]]) -> None:
        numbers = range(self._last + 1, self._last + 1 + len(noted))
        lines = [str(Entry(number, self._now(), *one)) for number, one in zip(numbers, noted, strict=True)]
        _append(self._path, "".join(lines))
        self._last = numbers[-1]
        if self._connection is not None:
            starts.set_journal(self._connection, self._last)
        self.tidy()

    def committed(self) -> None:
        """What was written last is in the database."""
        has_left, sends = self._last > self._written, self._sends > self._counted
        self._written, self._counted = self._last, self._sends
        if has_left or sends:
            journal = self._last if has_left else None
            starts.note(starts_of(self._path), journal=journal, sends=self._sends)

    def tidy(self) -> None:
        """Once a day, erase what no backup needs any more. On the thread that writes, and no other."""
        if self._now() >= self._sweep_at:
            self._sweep_at = self._now() + timedelta(days=1)
            sweep(self._path, self._now())


def of(database: Path) -> Path:
    """Where the journal of a database is."""
    return database.with_suffix(".journal")


def starts_of(path: Path) -> Path:
    """Where the starts are counted of a database with this journal."""
    return path.with_suffix(".starts")


def read(path: Path) -> list[Entry]:
    """Every whole line of the file; none where there is no file. The last may be torn by a power cut."""
    try:
        content = path.read_bytes().decode("ascii", "replace")
    except FileNotFoundError:
        return []
    return list(_entries(content.splitlines(keepends=True)))


def last_number(path: Path) -> int:
    return max((entry.number for entry in read(path)), default=0)


def keep(path: Path, entries: Iterable[Entry]) -> None:
    """Replace the file by these entries, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    _append(fresh, "".join(map(str, entries)))
    fresh.replace(path)
    _sync_folder(path.parent)


def sweep(path: Path, now: datetime) -> None:
    """Erase lines that no backup needs any more. The last stays: its number must not be given again."""
    entries = read(path)
    kept = [entry for entry in entries if entry.at > now - KEPT or entry is entries[-1]]
    if len(kept) < len(entries):
        keep(path, kept)


def _entries(lines: Iterable[str]) -> Iterator[Entry]:
    for line in lines:
        parts = line.split()
        if line.endswith("\n") and len(parts) == 5 and parts[0].isdecimal() and parts[1].isdecimal():
            yield Entry(int(parts[0]), instant(int(parts[1])), *parts[2:])


def _append(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        content = ("\n" if torn else "").encode() + text.encode("ascii")
        while content:
            content = content[os.write(descriptor, content) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if size == 0:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
