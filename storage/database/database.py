"""One SQLite file: readers see a snapshot, one writer, and a transaction is one plain function.

Storage functions take a ``sqlite3.Connection``, return plain values (never a cursor), and never begin, commit or roll
back. They run on the database's own thread, so they cannot be interleaved, half cancelled or left open.
"""

from __future__ import annotations

import asyncio
import errno
import shlex
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, Literal, NamedTuple, ParamSpec, Self, TypeVar

import aiosqlite

from bot.errors import StorageError
from storage.database import schema, write_ahead
from storage.database.journal import Journal

P = ParamSpec("P")
T = TypeVar("T")
StorageFunction = Callable[Concatenate[sqlite3.Connection, P], T]
Work = Callable[[sqlite3.Connection], Any]
Trouble = Literal["full", "damaged", "held", "replica"]

PRAGMAS = (
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "temp_store = MEMORY",
    # A batch of a large crowd touches some 4 MiB of pages. They stay in memory (12 MiB, where there is that much), and
    # the log is copied into the file every 24 MiB instead of after each batch. More at once would take longer than
    # anybody should wait who writes meanwhile: 30 ms here, 100 for 96 MiB. ``scrub`` empties it every hour all the
    # same, so nothing that was deleted stays longer for it.
    "cache_size = -12000",
    "wal_autocheckpoint = 6000",
)


class Outcome(NamedTuple):
    """What a storage function returned or raised, carried from the database thread to its caller."""

    value: Any = None
    error: BaseException | None = None


class Waiting(NamedTuple):
    work: Work
    outcome: asyncio.Future[Outcome]


class Works(NamedTuple):
    """What shares one transaction, and the journal that must be written before it is committed."""

    waiting: list[Work]
    journal: Journal | None


class Database:
    """``async with await Database.open(path) as database: await database.write(function, ...)``.

    Writes that wait while the disk is busy share the next commit. One that fails rolls back alone: the others are run
    once more without it, so a storage function may be called twice, and only what it did last is kept. If a caller is
    cancelled, its transaction still happens whole or not at all.
    """

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self._writer = writer
        self._reader = reader
        self._waiting: list[Waiting] = []
        self._flusher: asyncio.Task[None] | None = None
        self._journal: Journal | None = None
        self._closed = False
        self.troubles: set[Trouble] = set()
        """What only the host can mend, met since somebody last emptied this."""

    @classmethod
    async def open(cls, path: Path, *, upgrade: bool = True) -> Self:
        """Open or create the file, check it whole, and bring it up to this program's version.

        ``upgrade=False`` refuses a file that is not there or of an older version instead, and changes nothing.
        Raises StorageError with a sentence for the host; a damaged or newer file is never touched.
        """
        try:
            await asyncio.to_thread(schema.prepare if upgrade else schema.refuse_older, path)
        except (sqlite3.Error, OSError) as error:
            raise _not_opened(path, error) from error
        writer = await aiosqlite.connect(path, isolation_level=None)
        try:
            for pragma in PRAGMAS:
                await writer.execute(f"PRAGMA {pragma}")
            reader = await aiosqlite.connect(path, isolation_level=None)
            await reader.execute("PRAGMA query_only = ON")
        except BaseException as error:  # or the connection's thread would keep the process alive
            await writer.close()
            raise _not_opened(path, error) from error
        return cls(writer, reader)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Finish what is waiting, then close. Later reads and writes raise StorageError."""
        self._closed = True
        while self._flusher is not None and not self._flusher.done():
            await asyncio.wait([self._flusher])
        await self._reader.close()
        await self._writer.close()

    async def read(self, function: StorageFunction[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        self._refuse_if_closed()
        outcome = await _on_thread(self._reader, _snapshot, lambda connection: function(connection, *args, **kwargs))
        return self._unwrap(outcome)  # type: ignore[no-any-return]  # what the function returned is T

    async def write(self, function: StorageFunction[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        self._refuse_if_closed()
        waiting = Waiting(
            lambda connection: function(connection, *args, **kwargs), asyncio.get_running_loop().create_future()
        )
        self._waiting.append(waiting)
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._flush())
            self._flusher.add_done_callback(self._flushed)
        return self._unwrap(await waiting.outcome)  # type: ignore[no-any-return]  # what the function returned is T

    async def keep_journal(self, journal: Journal) -> None:
        """From now on, what is deleted for good is in the journal before it is gone from here."""
        await self.write(journal.attach)
        self._journal = journal

    async def scrub(self) -> None:
        """Empty the write-ahead log, so that what was deleted is in no file, and the journal of what is too old.

        Raises StorageError if somebody reads the log; nobody waits for them. One that Litestream keeps is left alone.
        """
        self._refuse_if_closed()
        _unwrap(await _on_thread(self._writer, _empty_log, self._journal))

    def _unwrap(self, outcome: Outcome) -> Any:
        if outcome.error is None:
            return outcome.value
        if (trouble := _trouble(outcome.error)) is not None:
            self.troubles.add(trouble)
        return _unwrap(outcome)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise StorageError("the database is closed")

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                works = Works([waiting.work for waiting in batch], self._journal)
                outcomes = await _on_thread(self._writer, _commit, works)
            except BaseException as error:  # cancelled at shutdown, or the thread is gone: leave nobody waiting
                self._abandon(batch, error)
                raise
            _resolve(batch, outcomes)

    def _flushed(self, flusher: asyncio.Task[None]) -> None:
        """A task that was cancelled before its first step has abandoned nobody."""
        if flusher.cancelled() and flusher is self._flusher:
            self._abandon([], asyncio.CancelledError())

    def _abandon(self, batch: list[Waiting], error: BaseException) -> None:
        abandoned, self._waiting = batch + self._waiting, []
        _resolve(abandoned, [Outcome(error=StorageError(f"outcome unknown: {error!r}")) for _ in abandoned])


def _resolve(batch: list[Waiting], outcomes: list[Outcome]) -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if not waiting.outcome.done():
            waiting.outcome.set_result(outcome)


_TROUBLES: dict[int, Trouble] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
}


def _trouble(error: BaseException | None) -> Trouble | None:
    if isinstance(error, OSError):
        return "full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else None
    if isinstance(error, sqlite3.Error):
        return _TROUBLES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)  # its primary code; not every error has one
    return None


SMALLEST_ROOM = 1_000_000
"""Bytes. SQLite calls it a broken disk where its smaller files find no room."""


def _not_opened(path: Path, error: BaseException) -> StorageError:
    """What keeps a file from being opened, with what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    no_room = code == sqlite3.SQLITE_IOERR and shutil.disk_usage(path.parent).free < SMALLEST_ROOM
    if _trouble(error) == "full" or no_room:
        return StorageError(f"The disk of {path} is full. Make room, and start again.")
    if code == sqlite3.SQLITE_BUSY:
        return StorageError(
            f"Another program holds {path}: `sudo fuser -v {shlex.quote(str(path))}` names it. End it, and start again."
        )
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM) or isinstance(error, OSError):
        return StorageError(f"{path} cannot be opened: {error}. `kith doctor` says which file is whose.")
    return StorageError(f"{path} cannot be opened: {error}")


def _unwrap(outcome: Outcome) -> Any:
    if isinstance(outcome.error, sqlite3.Error | OSError):  # OSError: the journal could not be written
        raise StorageError(str(outcome.error)) from outcome.error
    if isinstance(outcome.error, StopIteration):  # cannot be raised into a coroutine
        raise RuntimeError("a storage function ran next() on nothing") from outcome.error
    if outcome.error is not None:
        raise outcome.error
    return outcome.value


def _commit(connection: sqlite3.Connection, works: Works) -> list[Outcome]:
    try:
        return _commit_together(connection, works)
    except BaseException as error:
        if len(works.waiting) == 1:
            return [Outcome(error=error)]
        # Somebody broke the shared transaction (a deferred key, a full disk): each alone, so that the rest still
        # happen.
        return [outcome for work in works.waiting for outcome in _commit(connection, Works([work], works.journal))]


def _commit_together(connection: sqlite3.Connection, works: Works) -> list[Outcome]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        outcomes = _run_all(connection, works)
        if works.journal is not None:
            works.journal.write()
        connection.execute("COMMIT")
        if works.journal is not None:
            works.journal.committed()
    finally:
        if works.journal is not None:
            works.journal.drop_after(0)
        if connection.in_transaction:  # a full disk has already rolled back
            connection.execute("ROLLBACK")
    return outcomes


def _run_all(connection: sqlite3.Connection, works: Works) -> list[Outcome]:
    """In one transaction. Savepoints cost as much as a small write, so there are none until something fails."""
    try:
        return [Outcome(_run(connection, work)) for work in works.waiting]
    except Exception:
        if len(works.waiting) == 1 or not connection.in_transaction:
            raise
    connection.execute("ROLLBACK")
    if works.journal is not None:
        works.journal.drop_after(0)
    connection.execute("BEGIN IMMEDIATE")
    return [_in_savepoint(connection, work, works.journal) for work in works.waiting]


def _run(connection: sqlite3.Connection, work: Work) -> Any:
    value = work(connection)
    if not connection.in_transaction:
        raise RuntimeError("a storage function may not end its own transaction")
    return value


def _in_savepoint(connection: sqlite3.Connection, work: Work, journal: Journal | None) -> Outcome:
    connection.execute("SAVEPOINT work")
    noted = journal.noted if journal is not None else 0
    try:
        outcome = Outcome(_run(connection, work))
    except Exception as error:
        if not connection.in_transaction:
            raise
        connection.execute("ROLLBACK TO work")
        if journal is not None:
            journal.drop_after(noted)
        outcome = Outcome(error=error)
    connection.execute("RELEASE work")
    return outcome


def _snapshot(connection: sqlite3.Connection, work: Work) -> Outcome:
    connection.execute("BEGIN")
    try:
        return Outcome(work(connection))
    except BaseException as error:
        return Outcome(error=error)
    finally:
        connection.execute("ROLLBACK")


def _empty_log(connection: sqlite3.Connection, journal: Journal | None) -> Outcome:
    try:
        if journal is not None:
            journal.tidy()
        emptied = write_ahead.empty(connection)
    except (sqlite3.Error, OSError) as error:
        return Outcome(error=error)
    return Outcome() if emptied else Outcome(error=StorageError("the write-ahead log is in use"))


async def _on_thread(connection: aiosqlite.Connection, function: Callable[..., T], argument: Any) -> T:
    # aiosqlite has no public way to run several statements in one hop to its thread; a test pins this one.
    return await connection._execute(function, connection._conn, argument)  # type: ignore[no-any-return, no-untyped-call]
