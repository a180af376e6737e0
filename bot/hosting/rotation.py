"""Replaces the data key: a new one is saved first, then every text is put under it, then the old one is thrown away.

Killed at any point it starts again and goes on where it was: until the last step the key file opens everything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bot.errors import FatalError
from bot.hosting.config import KeyConfig
from bot.hosting.installation import claim, open_database, open_keys
from bot.keys.crypto import VERSION, DecryptionError, Keyring
from storage.database import sealed
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
        async with await open_database(folder) as database:
            keyring = await open_keys(key, database)
            if not keyring.is_rotating:
                keyring = keyring.with_new_key()
                keyring.save(key.file, replace=True)
                tell(f"A new key is in {key.file}. If this is interrupted, run it again.")
            await _reseal_all(database, keyring, tell)
            await database.scrub()
            keyring.without_old_keys().save(key.file, replace=True)
    tell("Done. Make a new copy of the key file now. Backups made before need the old one.")


async def _reseal_all(database: Database, keyring: Keyring, tell: Tell) -> None:
    header = bytes([VERSION]) + keyring.newest.to_bytes(2, "big")

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
        total = done = await database.read(sealed.count, place, header)
        while await database.write(sealed.reseal, place, header, again, BATCH):
            done = await database.read(sealed.count, place, header)
        if total:
            tell(f"{place.table}.{place.column}: {total - done} texts are under the new key.")
