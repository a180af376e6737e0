"""A start, or a restore: whoever left since the file was made leaves again, and what was due since is not sent again.

An ordinary start has nothing to do here, after an outage too. It is asked at every start, because a database can be put
back in many ways, and not all of them tell us (``storage/database/starts.py``).
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from bot.bot import Bot
from bot.errors import FatalError
from bot.hosting.installation import DATABASE, JOURNAL, STARTS, open_journal
from bot.keys.crypto import Keyring
from storage.database import journal, starts
from storage.database.journal import Entry, Pseudonym
from storage.database.starts import Count
from storage.members import members
from storage.upkeep import backup

log = logging.getLogger(__name__)


class PutBack(NamedTuple):
    """What was done: accounts and consents that are gone again, and messages given up."""

    left_again: int = 0
    withdrawn_again: int = 0
    given_up: int = 0


async def resume(folder: Path, bot: Bot, keyring: Keyring, *, restoring: bool = False) -> PutBack:
    """Count this start, and keep the journal from now on. ``restoring``: the database has been put back, not too old.

    Killed at any point, the next start does all of it again. Raises FatalError where nobody knows any more who left.
    """
    database = bot.database
    inside, beside = await database.read(starts.inside), _beside(folder)
    behind = restoring or starts.is_behind(inside, beside)
    if not restoring:
        _refuse_gap(folder, inside)
    done = await _leave_again(folder, bot, inside, beside, keyring.pseudonym)
    if behind and beside is not None:  # stays so until what was due is given up
        await database.write(starts.set_starts, (beside.starts or 0) - 1)
    await open_journal(folder, keyring, database, bot.now)
    number = max(count.starts or 0 for count in (inside, beside or inside)) + 1
    if behind:
        # What schedules owe since then is planned now, with nobody connected, and given up with the rest.
        await bot.run_jobs("tick", bot.now())
        done = done._replace(given_up=await database.write(_go_on, number, bot.now()))
        log.warning("the database was put back: %d had left, %d messages are given up", done.left_again, done.given_up)
    else:
        await database.write(starts.set_starts, number)
    _note(folder, (await database.read(starts.inside))._replace(starts=number))
    return done


async def _leave_again(folder: Path, bot: Bot, inside: Count, beside: Count | None, pseudonym: Pseudonym) -> PutBack:
    """Apply the lines of the journal that the database does not know; then it knows them."""
    entries, known = journal.read(folder / JOURNAL), inside.journal
    last = max((entry.number for entry in entries), default=0)
    if known is None and beside is None:  # as it was used until now, by a program from before this
        known = last
    newer = [entry for entry in entries if entry.number > (known or 0)]
    done = PutBack()
    if newer:
        # Without the journal: they stand in it already.
        done = await _apply(bot, newer, pseudonym, careful=inside.starts is None and beside is not None)
    await bot.database.write(starts.set_journal, max(last, known or 0))
    return done


def _refuse_gap(folder: Path, inside: Count) -> None:
    newer = [entry for entry in journal.read(folder / JOURNAL) if entry.number > (inside.journal or 0)]
    if inside.journal is not None and newer and newer[0].number > inside.journal + 1:
        raise FatalError(
            f"{folder / DATABASE} is older than {folder / JOURNAL} goes back. Who left since then is not known any"
            " more, and they would be back. Put a newer one in its place, or a backup with `kith restore`."
        )


async def _apply(bot: Bot, entries: list[Entry], pseudonym: Pseudonym, *, careful: bool) -> PutBack:
    database = bot.database
    left = await database.read(backup.left_since, entries, pseudonym, careful=careful)
    for person, accounts in left.items():
        if accounts == set(await database.read(members.accounts, person)):
            await bot.core.leaving.forget(person)
        else:  # unlinked, and the person is here with another account
            await database.write(backup.drop_accounts, accounts)
    withdrawn = await database.write(backup.withdraw_again, entries, pseudonym, careful=careful)
    return PutBack(len(left), withdrawn)


def _go_on(connection: Connection, number: int, now: datetime) -> int:
    backup.forget_places_in_streams(connection)
    starts.set_starts(connection, number)
    return backup.give_up_due(connection, now)


def _beside(folder: Path) -> Count | None:
    try:
        return starts.read(folder / STARTS)
    except OSError as error:
        raise FatalError(f"I can't read {folder / STARTS}: {error.strerror}.") from error


def _note(folder: Path, count: Count) -> None:
    try:
        starts.write(folder / STARTS, count)
    except OSError as error:
        raise FatalError(
            f"I can't write {folder / STARTS}: {error.strerror}. Kith counts its starts there. Make room on the disk,"
            " or let the user that Kith runs as write the file."
        ) from error
