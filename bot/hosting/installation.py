"""One installation on disk: a private folder that one process uses at a time, its database, and its keys."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bot.clocks.clock import Clock
from bot.errors import FatalError, NotNow, StorageError
from bot.hosting.config import KeyConfig
from bot.hosting.keys import proofs
from bot.keys.crypto import Keyring, is_unused
from bot.log import Word
from storage.database import keyed, schema
from storage.database.database import Database
from storage.database.journal import Journal
from storage.database.schema import COPY
from storage.upkeep import aside

log = logging.getLogger(__name__)

LOCK = "kith.lock"
DATABASE = "kith.db"
JOURNAL = "kith.journal"
LAST = "kith.backup"
"""Beside the database: when the newest backup was made, and where it is."""
IN_USE = b"in use\n"
"""What the lock holds while a process does, until that says more of itself; one that ends takes it away."""
STARTS = "kith.starts"
"""See `storage.database.starts`. It stands beside the journal, under its name."""


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
        raise _unusable(folder, error) from error
    try:
        _lock(lock, folder)
        try:
            os.pwrite(lock, IN_USE, 0)
        except OSError as error:
            raise _unusable(folder, error) from error
        try:
            yield
        finally:
            os.ftruncate(lock, 0)  # what a killed process cannot do any more
    finally:
        os.close(lock)


def _unusable(folder: Path, error: OSError) -> FatalError:
    return FatalError(f"I can't use the folder {folder}: {error.strerror}. {_mended(error)}")


def _mended(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Make room on its disk."
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "Move the file away that is in its place, or set `data` to a folder."
    if error.errno == errno.EROFS:
        return "Set `data` to a folder on a disk that can be written."
    return "Give it to the user that Kith runs as, or set `data` to a folder of that user's: `kith doctor` says more."


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
            f"Kith is already running with the folder {folder}. Stop it first, by Ctrl-C or"
            " `sudo systemctl stop kith`: two would send everything twice."
        ) from error


def refuse_emptied(folder: Path, key: KeyConfig, *, new: bool) -> None:
    """A folder that was used before and has no database now is a disk that is not mounted more often than a wish to
    begin anew. Raises FatalError, unless it is ``new`` on purpose.
    """
    try:
        if (folder / DATABASE).exists():
            if new:
                raise FatalError(f"There is a database in {folder}. Leave `--new` out to go on with it.")
            return
        if not new and (trace := _trace(folder, key)) is not None:
            raise FatalError(
                f"{trace} says that Kith was used before, but there is no {folder / DATABASE}. Mount the disk that"
                " holds it, or correct `data`. To put a backup there: `kith restore BACKUP --config config.toml`. To"
                " begin with nothing: `kith run --new --config config.toml`."
            )
    except OSError as error:
        raise FatalError(f"I can't use the folder {folder}: {error.strerror}.") from error


def _trace(folder: Path, key: KeyConfig) -> Path | None:
    """What only an earlier start can have left. A lock alone may be of one that ended before there was a database."""
    names = (JOURNAL, STARTS, f"{DATABASE}-*", COPY.replace("*", DATABASE, 1), aside.REPLACED)
    traces = [path for name in names for path in sorted(folder.glob(name))]
    if key.given is not None:
        traces += folder.glob(LOCK)
    elif key.file.exists() and not is_unused(key.file):
        traces.append(key.file)
    return traces[0] if traces else None


async def open_database(folder: Path, *, upgrade: bool = True) -> Database:
    """The installation's database, made on the first start, and brought up to this program's schema.

    ``upgrade=False`` is for every command but `run` and `migrate`: whatever is of another schema stays as it is, also
    beside a process that uses it. Raises FatalError with the storage's sentence.
    """
    try:
        return await Database.open(folder / DATABASE, upgrade=upgrade)
    except StorageError as error:
        raise FatalError(str(error)) from error


async def migrate(folder: Path, tell: Callable[[str], None]) -> None:
    """Bring a database that is not in use up to this program's schema. Raises FatalError."""
    if not (folder / DATABASE).exists():
        raise FatalError(f"There is no database in {folder} to bring up to date. Is `data` the right folder?")
    with claim(folder):
        async with await open_database(folder) as database:
            tell(f"{folder / DATABASE} is of schema {await database.read(schema.version)}.")
    for copy in aside.copies(folder):
        tell(f"A copy from before is in {copy.path}, for {aside.COPY_KEPT.days} days at least.")


async def open_keys(config: KeyConfig, database: Database) -> Keyring:
    """The installation's keys, made while nothing needs older ones. Raises FatalError where they are lost or wrong.

    What proves them is kept, so that the next start need not look at the texts.
    """
    use = await database.read(keyed.use)
    keyring = Keyring.load(config.file, config.given, create=not use.in_use)
    use = await _refuse_other_keys(config, keyring, use, database)
    if use.mark != proofs.mark_of(keyring):
        await database.write(keyed.set_mark, proofs.mark_of(keyring))
    if not proofs.cover(keyring, use):
        await database.write(keyed.set_proofs, proofs.of(keyring))
    if config.given is None and is_unused(config.file):
        with suppress(FatalError):  # a read-only one stays as it was made
            keyring.save(config.file, replace=True)
    return keyring


async def check_keys(config: KeyConfig, database: Database) -> Keyring:
    """``open_keys`` beside a process that may be running: nothing is made and nothing written. Raises FatalError."""
    keyring = Keyring.load(config.file, config.given, create=False)
    await _refuse_other_keys(config, keyring, await database.read(keyed.use), database)
    return keyring


async def _refuse_other_keys(config: KeyConfig, keyring: Keyring, use: keyed.Use, database: Database) -> keyed.Use:
    """The texts are looked at only where the proofs do not tell. Returns what is known then. Raises FatalError."""
    if not proofs.cover(keyring, use):
        use = await database.read(keyed.use_in_full)
    proofs.refuse_other_keys(config, keyring, use)
    return use


async def open_journal(folder: Path, keyring: Keyring, database: Database, now: Clock) -> None:
    """Whoever leaves from now on is in the journal beside the database: no backup brings them back."""
    await database.keep_journal(Journal(folder / JOURNAL, keyring.pseudonym, now))


async def let_go(folder: Path, database: Database, now: datetime, *, ready: bool) -> None:
    """Each hour: delete what was put aside in the folder long enough ago. ``ready``: every platform is connected."""
    hours = await database.write(aside.ready_for_another_hour, now) if ready else 0
    for path in await asyncio.to_thread(aside.let_go, folder, hours, now):
        log.info("%s was put aside long enough ago, and is deleted", Word(path.name))
