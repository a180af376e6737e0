"""One installation on disk: a private folder that one process uses at a time, its database, and its keys."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.clocks.clock import Clock
from bot.errors import FatalError, NotNow, StorageError
from bot.hosting.config import KeyConfig
from bot.keys.crypto import Keyring
from storage.database import keyed
from storage.database.database import Database
from storage.database.journal import Journal

LOCK = "kith.lock"
DATABASE = "kith.db"
JOURNAL = "kith.journal"
LAST = "kith.backup"
"""Beside the database: when the newest backup was made, and where it is."""
IN_USE = b"in use\n"
"""What the lock holds while a process does, until that says more of itself; one that ends takes it away."""


@contextmanager
def claim(folder: Path) -> Iterator[None]:
    """Make the folder if need be, close it to other users, and hold it: a second process would send everything twice.

    The kernel lets go of it however the process ends. Raises FatalError.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FatalError(f"I can't use the folder {folder}: {error.strerror}.") from error
    try:
        _lock(lock, folder)
        os.pwrite(lock, IN_USE, 0)
        try:
            yield
        finally:
            os.ftruncate(lock, 0)  # what a killed process cannot do any more
    finally:
        os.close(lock)


def is_held(lock: Path) -> bool:
    """Whether a process holds the folder now."""
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def was_cut_short(lock: Path) -> bool:
    """Whether the last process that held the folder ended without a word."""
    return lock.read_bytes() != b""


def _lock(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise NotNow(
            f"Kith is already running with the folder {folder}. Stop it first: two would send everything twice."
        ) from error


async def open_database(folder: Path) -> Database:
    """The installation's database, made on the first start. Raises FatalError with the storage's sentence."""
    try:
        return await Database.open(folder / DATABASE)
    except StorageError as error:
        raise FatalError(str(error)) from error


async def open_keys(config: KeyConfig, database: Database) -> Keyring:
    """The installation's keys, made while nothing needs older ones. Raises FatalError where they are lost or wrong."""
    use = await database.read(keyed.use)
    keyring = Keyring.load(config.file, config.given, create=not use.in_use)
    refuse_other_keys(config, keyring, use)
    if use.mark != mark_of(keyring):
        await database.write(keyed.set_mark, mark_of(keyring))
    return keyring


async def open_journal(folder: Path, keyring: Keyring, database: Database, now: Clock) -> None:
    """Whoever leaves from now on is in the journal beside the database: no backup brings them back."""
    await database.keep_journal(Journal(folder / JOURNAL, keyring.pseudonym, now))


def refuse_other_keys(config: KeyConfig, keyring: Keyring, use: keyed.Use) -> None:
    """Raises FatalError where the database was written with other keys: nothing in it could be read, or found again."""
    if use.in_use and use.mark is not None and use.mark != mark_of(keyring):
        where = f"The key in {config.file}" if config.given is None else "The key in the environment or the credential"
        raise FatalError(
            f"{where} is not the one this database was written with. "
            "Put back the right one from where you keep your copy."
        )


def mark_of(keyring: Keyring) -> str:
    """What tells one installation's keys from another's, and stays the same when they rotate. Not a secret."""
    return keyring.derive("mark").hex()
