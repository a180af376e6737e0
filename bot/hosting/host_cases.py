"""Reports that only the person hosting Kith may see: `kith cases` shows them, `kith cases --close N` decides one.

It may run beside the bot: it opens the same database, and what it writes the bot sends.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from bot.errors import FatalError
from bot.hosting.config import Config
from bot.hosting.installation import DATABASE, check_keys, open_database
from bot.keys.crypto import Keyring
from storage.database.database import Database
from storage.moderation import cases
from storage.moderation.cases import Case


async def waiting(config: Config) -> list[str]:
    """Every report that waits for the host, one text each: number, community, day, about whom, and the words."""
    async with _opened(config) as (database, keyring):
        return [_told(case, keyring) for case in await database.read(cases.waiting_for_host)]


async def close(config: Config, number: int, now: datetime, *, free: bool) -> None:
    """Close a report; ``free`` lets whom it is about be introduced again. Raises FatalError if it does not wait."""
    async with _opened(config) as (database, _keyring):
        found = [case for case in await database.read(cases.waiting_for_host) if case.id == number]
        if not found:
            raise FatalError(f"No report with the number {number} waits for you. `kith cases` lists them.")
        await database.write(cases.decide, found[0], None, free, now)


@asynccontextmanager
async def _opened(config: Config) -> AsyncIterator[tuple[Database, Keyring]]:
    if not (config.data / DATABASE).exists():
        raise FatalError(f"There is no database in {config.data} yet. `kith run` makes it.")
    async with await open_database(config.data, upgrade=False) as database:
        yield database, await check_keys(config.key, database)


def _told(case: Case, keyring: Keyring) -> str:
    about = "nobody who is named, or somebody who was forgotten"
    if case.about is not None:
        platform, account, name = json.loads(keyring.decrypt(case.about, "cases", "about", case.id))
        about = f"{name or account} ({platform}, {account})"
    words = keyring.decrypt(case.words, "cases", "words", case.id)
    # A terminal obeys control characters; a report is only read.
    shown = "".join(letter for letter in words if letter.isprintable() or letter == "\n")
    head = f"{case.id}. {case.community.name}, {case.opened:%Y-%m-%d}, about {about}:"
    return "".join(letter for letter in head if letter.isprintable()) + "\n" + shown
