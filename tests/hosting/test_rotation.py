"""A new key for everything that is encrypted: whole, whatever is in the tables, and however often it is killed."""

from __future__ import annotations

import asyncio
import itertools
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters.local import NAME
from bot.errors import FatalError
from bot.hosting.config import KeyConfig
from bot.hosting.installation import DATABASE, open_database, open_keys
from bot.hosting.keys.rotation import rotate
from bot.keys.crypto import DecryptionError, Keyring, key_number
from bot.keys.secret import Secret
from bot.messages import Community, Member, Place
from storage.database import replica, sealed
from storage.database.database import Database
from storage.delivery import offers
from storage.members import conversations, linking, members
from storage.moderation import letters
from tests.beds.process import ROOT
from tests.beds.reader import reading

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ALICE = Member(NAME, "alice", "Alice")
TEXTS = 1200
"""More than two batches."""


@pytest.fixture
async def house(tmp_path: Path) -> Path:
    """An installation with many texts in several tables."""
    async with await open_database(tmp_path) as database:
        keyring = await open_keys(key(tmp_path), database)
        await database.write(_fill, keyring)
    return tmp_path


def key(folder: Path) -> KeyConfig:
    return KeyConfig(file=folder / "kith.key")


def _fill(connection: sqlite3.Connection, keyring: Keyring) -> None:
    person = members.create(connection, ALICE, "UTC", "en", NOW)
    community = members.found(connection, Place(NAME, "porch", "The Porch"), NOW)
    for number in range(1, TEXTS + 1):
        sealed_words = keyring.encrypt(f"letter {number}", "letters", "words", number)
        letters.draft(connection, number, community, person, sealed_words, NOW)
    row = offers.add(connection, person, Community(community.id), [("a.b", "")], NOW)
    offers.keep(connection, row, keyring.encrypt("an offer", "offers", "payload", row))
    chat = keyring.pseudonym(NAME, "alice|direct")
    state = keyring.encrypt("a chat", "conversations", "state", chat.hex())
    conversations.remember(connection, chat, keyring.pseudonym(NAME, "alice"), state, NOW, NOW + conversations.LONGEST)
    linking.show(connection, ALICE, None, b"\x01" + b"h" * 31, NOW)  # a hash that looks like an encrypted text


def texts(folder: Path, keyring: Keyring) -> Iterator[str]:
    with closing(sqlite3.connect(folder / "kith.db")) as connection:
        for row, words in connection.execute("SELECT id, words FROM letters ORDER BY id"):
            yield keyring.decrypt(words, "letters", "words", row)
        for row, payload in connection.execute("SELECT id, payload FROM offers"):
            yield keyring.decrypt(payload, "offers", "payload", row)
        for chat, state in connection.execute("SELECT chat, state FROM conversations"):
            yield keyring.decrypt(state, "conversations", "state", chat.hex())


def numbers(folder: Path) -> set[int]:
    with closing(sqlite3.connect(folder / "kith.db")) as connection:
        rows = connection.execute(
            "SELECT words FROM letters UNION ALL SELECT payload FROM offers UNION ALL SELECT state FROM conversations"
        )
        return {key_number(blob) for (blob,) in rows}


def ring(folder: Path) -> Keyring:
    return Keyring.load(folder / "kith.key", None, create=False)


EVERYTHING = [*(f"letter {number}" for number in range(1, TEXTS + 1)), "an offer", "a chat"]


async def test_everything_is_under_the_new_key_and_the_old_one_is_gone(house: Path) -> None:
    old, said = ring(house), list[str]()
    await rotate(house, key(house), said.append)
    new = ring(house)
    assert list(texts(house, new)) == EVERYTHING
    assert numbers(house) == {new.newest} == {old.newest + 1}
    assert not new.is_rotating
    with pytest.raises(DecryptionError):
        list(texts(house, old))
    assert said[-1].startswith("Done.")
    assert f"letters.words: {TEXTS} texts are under the new key." in said


async def test_keyed_hashes_stay_as_they_are(house: Path) -> None:
    before = ring(house)
    await rotate(house, key(house), lambda _line: None)
    assert ring(house).pseudonym("x", "y") == before.pseudonym("x", "y")
    with closing(sqlite3.connect(house / "kith.db")) as connection:
        assert connection.execute("SELECT code FROM links").fetchone() == (b"\x01" + b"h" * 31,)


@pytest.mark.parametrize("stop_after", range(1, 9))
async def test_interrupted_anywhere_it_goes_on_where_it_was(
    house: Path, monkeypatch: pytest.MonkeyPatch, stop_after: int
) -> None:
    write, calls = Database.write, itertools.count(1)

    async def stops(self: Database, *arguments: object) -> object:
        if next(calls) > stop_after:
            raise KeyboardInterrupt
        return await write(self, *arguments)  # type: ignore[arg-type]  # whatever it was called with

    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", stops)
        try:
            await rotate(house, key(house), lambda _line: None)
        except KeyboardInterrupt:
            assert list(texts(house, ring(house))) == EVERYTHING, "readable in the middle of it"
    await rotate(house, key(house), lambda _line: None)
    assert list(texts(house, ring(house))) == EVERYTHING
    assert len(numbers(house)) == 1


PROGRAM = """
import asyncio, os, signal, sys
from pathlib import Path
from bot.hosting.keys import rotation
from bot.hosting.config import KeyConfig
from storage.database import replica, sealed

reseal, left = sealed.reseal, int(sys.argv[2])

def until_killed(*given):
    global left
    done = reseal(*given)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return done

rotation.BATCH, sealed.reseal = 20, until_killed
folder = Path(sys.argv[1])
asyncio.run(rotation.rotate(folder, KeyConfig(file=folder / "kith.key"), print))
"""


async def test_killed_again_and_again_nothing_is_lost(house: Path) -> None:
    for batches in (0, 1, 2, 10, 20):
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, str(house), str(batches), cwd=ROOT, stdout=subprocess.DEVNULL
        )
        assert await program.wait() == -signal.SIGKILL, "in the middle of writing a batch"
        assert list(texts(house, ring(house))) == EVERYTHING
        assert ring(house).is_rotating
    await rotate(house, key(house), lambda _line: None)
    assert list(texts(house, ring(house))) == EVERYTHING
    assert not ring(house).is_rotating


async def test_a_text_no_key_opens_stops_it_before_the_old_key_goes(house: Path) -> None:
    with closing(sqlite3.connect(house / "kith.db")) as connection, connection:
        connection.execute("UPDATE letters SET words = (SELECT words FROM letters WHERE id = 2) WHERE id = 1")
    with pytest.raises(FatalError, match=r"letters\.words can't be opened"):
        await rotate(house, key(house), lambda _line: None)
    assert ring(house).is_rotating


async def test_whoever_keeps_the_old_texts_in_the_log_is_named_and_the_old_key_stays(house: Path) -> None:
    """A forgotten shell, a doctor: until it lets go the log cannot be emptied. The same command goes on then."""
    with reading(house / DATABASE) as process:
        with pytest.raises(FatalError, match=rf"\({process}\) reads the database, so the old texts are still"):
            await rotate(house, key(house), lambda _line: None)
        assert ring(house).is_rotating
    await rotate(house, key(house), lambda _line: None)
    assert not ring(house).is_rotating
    assert list(texts(house, ring(house))) == EVERYTHING


async def test_beside_a_replica_a_rotation_ends_and_says_what_the_replica_holds(house: Path) -> None:
    replica.folder_of(house / DATABASE).mkdir()
    said = list[str]()
    with reading(house / DATABASE):
        await rotate(house, key(house), said.append)
    assert said[-2] == "Litestream's replica holds the texts under the old key as long as it keeps its snapshots."
    assert not ring(house).is_rotating


async def test_a_key_that_was_given_is_not_ours_to_write(house: Path) -> None:
    given = KeyConfig(file=house / "kith.key", given=Secret(ring(house).serialise()))
    with pytest.raises(FatalError, match="environment"):
        await rotate(house, given, lambda _line: None)


async def test_every_blob_of_the_schema_is_a_hash_or_is_walked(house: Path) -> None:
    async with await open_database(house) as database:
        walked = set(await database.read(sealed.columns))
    with closing(sqlite3.connect(house / "kith.db")) as connection:
        blobs = {
            (table, column)
            for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            for _id, column, kind, *_rest in connection.execute(f'PRAGMA table_info("{table}")')
            if kind == "BLOB"
        }
    assert blobs == walked | {blob for blob in blobs if blob[1] in sealed.HASHES}
    assert {("letters", "words"), ("conversations", "state"), ("deliveries", "body")} <= walked
