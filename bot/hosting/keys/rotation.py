"""Replaces the data key: a new one is saved first, then every text is put under it, then the old one is thrown away.

Killed at any point it starts again and goes on where it was: until the last step the key file opens everything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from bot.errors import FatalError, StorageError
from bot.hosting.config import KeyConfig
from bot.hosting.installation import DATABASE, claim, open_database, open_keys
from bot.hosting.keys import proofs
from bot.keys.crypto import DecryptionError, Keyring, header_of
from storage.database import keyed, replica, sealed, write_ahead
from storage.database.database import Database
from storage.database.sealed import Row

BATCH = 500
"""Texts in one transaction: what a kill loses is less work than that."""

Tell = Callable[[str], None]


async def rotate(folder: Path, key: KeyConfig, tell: Tell) -> None:
    """Give an installation that is not running a new data key. Raises FatalError with what to do."""
    if key.given is not None:
        raise FatalError(
            "The key is given in the environment or as a credential, and I can't write it there. "
            "Put it into the key file for this, rotate, and move it back."
        )
    with claim(folder):
        async with await open_database(folder, upgrade=False) as database:
            keyring = await open_keys(key, database)
            if not keyring.is_rotating:
                keyring = keyring.with_new_key()
                keyring.save(key.file, replace=True)
                tell(f"A new key is in {key.file}. If this is interrupted, run it again.")
            await _reseal_all(database, keyring, tell)
            await _empty_log(database, folder / DATABASE, tell)
            keyring = keyring.without_old_keys()
            await database.write(keyed.set_proofs, proofs.of(keyring))
            keyring.save(key.file, replace=True)
    tell("Done. Make a new copy of the key file now. Backups made before need the old one.")


async def give_up(folder: Path, key: KeyConfig, numbers: Collection[int], tell: Tell) -> None:
    """Let an installation that is not running go on without these data keys. Raises FatalError with what to do."""
    with claim(folder):
        async with await open_database(folder, upgrade=False) as database:
            keyring = Keyring.load(key.file, key.given, create=False)
            texts = (await database.read(keyed.use_in_full)).texts
            for number in numbers:
                if number in keyring.numbers:
                    raise FatalError(f"Data key {number} is there: it is not lost. Nothing was changed.")
                if number not in texts:
                    raise FatalError(f"Nothing is under data key {number}. Nothing was changed.")
            await database.write(keyed.give_up, numbers)
            await open_keys(key, database)
    for number in numbers:
        tell(f"{texts[number].total} texts stay closed. If data key {number} is found, put its line into the key file.")


async def _empty_log(database: Database, path: Path, tell: Tell) -> None:
    """The log holds the texts as they were under the old key."""
    try:
        await database.scrub()
    except StorageError as error:
        program = " and ".join(write_ahead.readers(path)) or "Another program"
        raise FatalError(
            f"{program} reads the database, so the old texts are still in its log. Stop that, and run this again:"
            " until then the old key stays."
        ) from error
    if replica.beside(path):
        tell("Litestream's replica holds the texts under the old key as long as it keeps its snapshots.")


async def _reseal_all(database: Database, keyring: Keyring, tell: Tell) -> None:
    header = header_of(keyring.newest)
    lost = [header_of(number) for number in (await database.read(keyed.use)).lost]

    def again(blob: bytes, table: str, column: str, rows: Sequence[Row]) -> bytes:
        for row in rows:
            try:
                return keyring.reencrypt(blob, table, column, row)
            except DecryptionError:
                continue
        raise FatalError(
            f"A text in {table}.{column} can't be opened with any key in the file. Nothing is lost by this: the old"
            " key stays. Is the file the one that belongs to this database?"
        )

    for place in await database.read(sealed.columns):
        total = done = await database.read(sealed.count, place, header, lost)
        while await database.write(sealed.reseal, place, header, again, BATCH, lost):
            done = await database.read(sealed.count, place, header, lost)
        if total:
            tell(f"{place.table}.{place.column}: {total - done} texts are under the new key.")
