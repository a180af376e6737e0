"""The schema's versions: brings a database file up to this program's, or refuses it with a sentence.

Migrations are numbered SQL files, applied in order, each in one transaction with ``user_version``, and never edited
once released. ``meta.compatible`` is the oldest schema version a program must know to write this file, so that an
older program refuses a newer file where it would do harm: each migration that brings a rule of safety raises it
(CONTRIBUTING.md, "What is on disk").
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bot.errors import StorageError
from storage.database import journal, soundness, starts

FOLDER = Path(__file__).parents[1] / "migrations"
APPLICATION_ID = 0x4B697468  # "Kith", so that no other program's file is mistaken for ours
COPY = "*.before-upgrade*"
"""The names of the copies that are made before an upgrade of a file with something in it (``copy_of``)."""


READ_AT_ONCE = 16 << 20
"""Bytes of a file that is read whole before each start: half a second, and far more than most hosts ever have."""


class Migration(NamedTuple):
    number: int
    name: str
    statements: tuple[str, ...]


def migrations(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """Every migration, in order. A gap in the numbers is a mistake of ours and raises ValueError."""
    found = tuple(
        Migration(int(file.stem[:4]), file.stem, tuple(_statements(file.read_text(encoding="utf-8"))))
        for file in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    )
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"the migrations in {folder} are not numbered 1, 2, 3 ...")
    return found


def prepare(path: Path, folder: Path = FOLDER) -> None:
    """Create, check or migrate the file at ``path``. Raises StorageError with a sentence for the host.

    The whole file is read (``integrity_check``: of 300 random hits, ``quick_check`` missed 200), but for a large one
    that is not upgraded: years of messages take longer to read than an outage should last. Of that the ends are looked
    at here, and the whole is read beside the running bot (``bot/hosting/whole.py``).
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        known = migrations(folder)
        _refuse_foreign_or_damaged(connection, path, known, _how_closely)
        found = _version(connection, path, len(known))
        if 0 < found < len(known):
            _keep_copy(connection, path, found)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        _migrate(connection, path, known)
    path.chmod(0o600)


def refuse_older(path: Path) -> None:
    """For whoever may not change the schema: a file that `prepare` would migrate is refused. Raises StorageError."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        found, newest = check(connection, path), len(migrations())
    if found < newest:
        raise StorageError(
            f"{path} was written by an older Kith (schema {found}; this one works with {newest}). "
            "Stop that Kith if it runs; `kith migrate`, or the next `kith run`, then brings the file up to date."
        )


def version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check(connection: sqlite3.Connection, path: Path) -> int:
    """The schema version of a file of ours that is whole and not too new. Raises StorageError; changes nothing."""
    known = migrations()
    _refuse_foreign_or_damaged(connection, path, known, lambda _connection, _newest: soundness.whole)
    return _version(connection, path, len(known))


def _how_closely(connection: sqlite3.Connection, newest: int) -> soundness.Look:
    """Before a file is written to: one that is read in a moment, and one that is to be upgraded, as a whole."""
    is_upgraded = version(connection) < newest
    return soundness.whole if is_upgraded or soundness.size_of(connection) <= READ_AT_ONCE else soundness.ends


def _refuse_foreign_or_damaged(
    connection: sqlite3.Connection,
    path: Path,
    known: tuple[Migration, ...],
    how: Callable[[sqlite3.Connection, int], soundness.Look],
) -> None:
    try:
        [application] = connection.execute("PRAGMA application_id").fetchone()
        [tables] = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        look = how(connection, len(known)) if application == APPLICATION_ID else soundness.pages
        columns = _made(known[:found]) if (found := version(connection)) <= len(known) else frozenset()
        problems = list(look(connection, columns)) if tables else []
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # locked, no permission, no space: the file itself may be well
            raise
        problems = [str(error)]
        application, tables = APPLICATION_ID, 1
    except UnicodeDecodeError:  # what SQLite says of a damaged schema quotes it
        problems = ["its schema cannot be read"]
        application, tables = APPLICATION_ID, 1
    if problems:
        raise StorageError(
            f"{path} is damaged ({problems[0]}). I have not changed it. Restore a backup with `kith restore"
            " BACKUP --config config.toml`, or move the file away if you want to start empty."
        )
    if tables and application != APPLICATION_ID:
        raise StorageError(f"{path} belongs to another program. Set `data` to a folder of Kith's own.")


@cache
def _made(known: tuple[Migration, ...]) -> frozenset[str]:
    """The columns that these migrations make, as they were made."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        for migration in known:
            for statement in migration.statements:
                fresh.execute(statement)
        return frozenset(soundness.columns_of(fresh))


def copy_of(path: Path, number: int) -> Path:
    """Where the file as it was before it was upgraded from this version is kept, until the new one has proven itself.

    (``storage/upkeep/aside.py``)
    """
    return path.with_name(f"{path.name}.before-upgrade-{number}")


def _keep_copy(connection: sqlite3.Connection, path: Path, number: int) -> None:
    """A whole copy before an upgrade. One of the same version is replaced: what is here now was written later."""
    copy = copy_of(path, number)
    draft = copy.with_name(copy.name + ".draft")
    try:
        draft.unlink(missing_ok=True)
        connection.execute("VACUUM INTO ?", (str(draft),))
        _note_journal(draft, path)
        draft.chmod(0o600)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.rename(copy)
    except (sqlite3.OperationalError, OSError) as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise StorageError(
            f"{path} is not upgraded, because a copy of it cannot be made first ({error}). Nothing was changed. "
            f"Make room in {path.parent} for a second file of its size, and start again."
        ) from error


def _note_journal(copy: Path, path: Path) -> None:
    """In the copy alone, so that it is known who left since, if it is put back. Files did not always keep that."""
    with closing(sqlite3.connect(copy)) as connection, connection:
        has_values = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'adapter_state'").fetchone()
        if has_values and starts.inside(connection).journal is None:
            starts.set_journal(connection, journal.last_number(journal.of(path)))


def _migrate(connection: sqlite3.Connection, path: Path, known: tuple[Migration, ...]) -> None:
    for migration in known[_version(connection, path, len(known)) :]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in migration.statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {migration.number}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _version(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    """The file's schema version. One newer than ``newest`` is refused where writing it would do harm."""
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if version > newest:
        [compatible] = connection.execute("SELECT compatible FROM meta").fetchone()
        if compatible > newest:
            raise StorageError(
                f"{path} was written by a newer Kith (schema {version}). Upgrade Kith as docs/upgrading.md"
                " says, then start again." + _way_back(path, newest)
            )
    return int(version)


def _way_back(path: Path, newest: int) -> str:
    """To the file from before the upgrade, where it is still there."""
    older = [copy for number in range(1, newest + 1) if (copy := copy_of(path, number)).exists()]
    if not older:
        return ""
    return f" Or put {older[-1]} in its place, which holds nothing that was written since that upgrade."


def _statements(script: str) -> Iterator[str]:
    # executescript() would commit an open transaction silently, so the file is taken apart here.
    statement = ""
    for line in script.splitlines():
        if not statement and line.startswith("--"):
            continue
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""
    if any(line.strip() and not line.lstrip().startswith("--") for line in statement.splitlines()):
        raise ValueError(f"a migration ends in the middle of a statement: {statement.strip()[:60]}")
