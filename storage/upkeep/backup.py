"""Copies a database while it is in use, and makes one that was put back safe to go on with."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import TypeVar

from bot.errors import StorageError
from bot.messages import Member, Person
from storage.database import keyed, platforms, starts
from storage.database.instants import seconds
from storage.database.journal import Entry, Pseudonym
from storage.members import consents

T = TypeVar("T")

MAGIC = b"SQLite format 3\0"


def is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def copy(source: Path, target: Path) -> None:
    """A whole copy of a database, whoever writes it meanwhile. Raises StorageError if either file is not whole.

    In one go: a copy page by page begins anew at each write of another process, for ever under load.
    """
    try:
        with (
            closing(sqlite3.connect(_existing(source), uri=True, timeout=60)) as original,
            closing(sqlite3.connect(target)) as made,
        ):
            original.backup(made, pages=-1)
            made.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
            refuse_damaged(made, source)
    except sqlite3.Error as error:
        raise StorageError(f"{source} cannot be copied: {error}") from error


def between_writes(source: Path, ask: Callable[[], T]) -> T:
    """What ``ask`` finds while nobody writes. Raises StorageError.

    Whoever leaves is in the journal before they are gone from the database. Asked in between, its last number would be
    that of somebody who is in the copy all the same, and they would be back.
    """
    try:
        with closing(sqlite3.connect(_existing(source), uri=True, timeout=60, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            return ask()
    except sqlite3.Error as error:
        raise StorageError(f"{source} cannot be copied: {error}") from error


def _existing(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=rw"


def refuse_damaged(connection: Connection, path: Path) -> None:
    """Read every page. Raises StorageError."""
    problems = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    if problems != ["ok"]:
        raise StorageError(f"{path} is damaged ({problems[0]}), so there is no backup of it.")


def give_up_due(connection: Connection, now: datetime) -> int:
    """What was due before a database is put back may have been sent since it was made: nobody can know. Returns how
    many messages that are.
    """
    done = connection.execute(
        "UPDATE deliveries SET state = 'unknown', reason = 'the database was put back', settled = ?, body = NULL"
        " WHERE state IN ('pending', 'sending') AND (due <= ? OR next_try <= ? OR first_try IS NOT NULL)",
        (seconds(now), seconds(now), seconds(now)),
    )
    return done.rowcount


def forget_places_in_streams(connection: Connection) -> None:
    """What platforms said since the backup was answered then: it is not read, and so not answered, a second time.

    What is known of the clock goes too; what is known of the keys and of the file itself stays.
    """
    kept = [*(name for name in platforms.states(connection, "kith") if keyed.is_ours(name)), *starts.NAMES]
    connection.execute(
        f"DELETE FROM adapter_state WHERE platform <> 'kith' OR name NOT IN ({', '.join('?' * len(kept))})", kept
    )


def left_since(
    connection: Connection, entries: list[Entry], pseudonym: Pseudonym, *, careful: bool = False
) -> dict[Person, set[Member]]:
    """The accounts that are back though they were deleted after the backup, by person.

    ``careful``: not certainly after it. Whoever is here since a later time than their line has come again.
    """
    left = {entry.code: seconds(entry.at) for entry in entries if entry.what == "left"}
    found = defaultdict[Person, set[Member]](set)
    for person, created, platform, account in connection.execute(
        "SELECT person, created, platform, platform_id FROM accounts JOIN persons ON persons.id = person"
    ):
        at = left.get(pseudonym(platform, account).hex())
        if at is not None and not (careful and created > at):
            found[Person(person)].add(Member(platform, account))
    return dict(found)


def withdraw_again(connection: Connection, entries: list[Entry], pseudonym: Pseudonym, *, careful: bool = False) -> int:
    """Take back the consents that were taken back after the backup. Returns how many there were.

    ``careful``: not certainly after it. A consent given later than its line was given again.
    """
    codes: Mapping[str, Person] = {
        pseudonym(platform, account).hex(): Person(person)
        for person, platform, account in connection.execute("SELECT person, platform, platform_id FROM accounts")
    }
    return sum(
        consents.withdraw(connection, codes[entry.code], entry.purpose)
        for entry in entries
        if entry.what == "withdrew"
        and entry.code in codes
        and not (careful and _given_later(connection, codes[entry.code], entry))
    )


def _given_later(connection: Connection, person: Person, entry: Entry) -> bool:
    given = connection.execute(
        "SELECT given FROM consents WHERE person = ? AND purpose = ?", (person.id, entry.purpose)
    ).fetchone()
    return given is not None and given[0] > seconds(entry.at)


def drop_accounts(connection: Connection, accounts: Iterable[Member]) -> None:
    """These accounts are not their person's any more; the others are."""
    connection.executemany(
        "DELETE FROM accounts WHERE platform = ? AND platform_id = ?",
        [(account.platform, account.id) for account in accounts],
    )
