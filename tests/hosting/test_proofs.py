"""A data key that is not the one texts were written with is found before anything else happens, and named by number."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bot.errors import FatalError
from bot.hosting.backup import back_up, restore
from bot.hosting.doctor import keys
from bot.hosting.doctor.findings import told
from bot.hosting.host_cases import waiting
from bot.hosting.keys.rotation import give_up, rotate
from bot.keys.crypto import Keyring
from bot.keys.secret import Secret
from bot.messages import Person
from cogs import COGS
from storage.database import keyed, platforms
from storage.database.sql import Seal
from storage.members import members
from storage.personal import people
from storage.upkeep.examination import examine
from tests.cast import ALICE
from tests.hosting.house import NOON, House, built

PASSPHRASE = Secret("four unrelated quiet words")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase is as slow to try as it must be where a host types it."""
    monkeypatch.setattr("bot.keys.sealed_file.COST", 1 << 8)


@pytest.fixture
async def home(tmp_path: Path) -> House:
    """Alice has three people on their map, each encrypted."""
    found = built(tmp_path)
    async with found.started() as bot:
        keyring = bot.core.keyring
        alice = await bot.database.write(one_person)
        for name in ("Bob", "Chandra", "Dana"):
            await bot.database.write(people.add, alice, sealing(keyring, name))
    return found


def sealing(keyring: Keyring, name: str) -> Seal:
    return lambda row: keyring.encrypt(name, "people_map", "entry", row)


def one_person(connection: sqlite3.Connection) -> Person:
    return members.create(connection, ALICE, "UTC", "en", NOON)


def ring(home: House) -> Keyring:
    return Keyring.load(home.config.key.file, None, create=False)


def other_data_key(home: House) -> None:
    """The install line is right, as in a key file put together by hand or of before a rotation."""
    lines = home.config.key.file.read_text().splitlines()
    other = Keyring.new().serialise().splitlines()
    kept = [line for line in lines if line.startswith("install:")] + [line for line in other if line.startswith("1:")]
    home.config.key.file.write_text("\n".join(kept) + "\n")


def without_proofs(home: House) -> None:
    """As a program from before them left it."""
    with closing(sqlite3.connect(home.database)) as connection, connection:
        for name in keyed.use(connection).proofs:
            platforms.drop_state(connection, "kith", f"key {name}")


def doctors_word(home: House) -> str:
    [finding] = told("key", partial(keys.fit, home.config, [examine(home.database)]))
    return finding.says


async def refused(home: House) -> str:
    with pytest.raises(FatalError) as caught:
        await home.start()
    return str(caught.value)


WRONG = "Data key 1 in the key file"


# -- a wrong key -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proven", [True, False], ids=["by its proof", "by a text"])
async def test_another_data_key_of_the_same_number_is_found(home: House, proven: bool) -> None:
    right = home.config.key.file.read_text()
    other_data_key(home)
    if not proven:
        without_proofs(home)
    said = await refused(home)
    assert said.startswith(WRONG)
    assert "Put the line `1:...` back from your copy of the key file" in said
    assert str(home.config.key.file) in said
    assert doctors_word(home) == said
    with pytest.raises(FatalError, match=WRONG):
        await waiting(home.config)
    home.config.key.file.write_text(right)
    await home.start()
    assert doctors_word(home).startswith("the key fits")


async def test_a_restore_finds_it_before_anything_is_replaced(home: House, tmp_path: Path) -> None:
    back_up(home.config, tmp_path / "kith.backup", PASSPHRASE, NOON)
    other_data_key(home)
    before = home.database.read_bytes()
    with pytest.raises(FatalError, match=WRONG):
        await restore(home.config, tmp_path / "kith.backup", PASSPHRASE, COGS, NOON)
    assert home.database.read_bytes() == before


async def test_one_text_that_was_damaged_proves_nothing_against_the_key(home: House) -> None:
    without_proofs(home)
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute("UPDATE people_map SET entry = (SELECT entry FROM people_map WHERE id = 3) WHERE id = 1")
    await home.start()


async def test_a_proof_is_kept_for_each_number_and_not_looked_for_again(home: House) -> None:
    without_proofs(home)
    await home.start()
    proofs = keyed_of(home).proofs
    assert set(proofs) == {1}
    await home.start()
    assert keyed_of(home).proofs == proofs


def keyed_of(home: House) -> keyed.Use:
    with closing(sqlite3.connect(home.database)) as connection:
        return keyed.use_in_full(connection)


# -- a lost number -----------------------------------------------------------------------------------------------------


async def rotated(home: House) -> str:
    """A new key for everything. Returns the key file of before."""
    old = home.config.key.file.read_text()
    await rotate(home.config.data, home.config.key, lambda _line: None)
    return old


async def test_the_key_file_of_before_a_rotation_is_found(home: House) -> None:
    old = await rotated(home)
    assert set(keyed_of(home).proofs) == {2}
    home.config.key.file.write_text(old)
    said = await refused(home)
    assert "3 of 3 encrypted texts in this database are under data key 2" in said
    assert "it has 1. Put the line `2:...` from an older copy of the key file into it" in said
    assert "`kith rotate-key --without 2 --config config.toml` lets Kith start" in said
    assert doctors_word(home) == said


async def test_a_backup_of_before_a_rotation_is_found(home: House, tmp_path: Path) -> None:
    back_up(home.config, tmp_path / "kith.backup", PASSPHRASE, NOON)
    old = await rotated(home)
    with pytest.raises(FatalError, match=r"3 of 3 encrypted texts in this database are under data key 1"):
        await restore(home.config, tmp_path / "kith.backup", PASSPHRASE, COGS, NOON)
    line = next(line for line in old.splitlines() if line.startswith("1:"))
    home.config.key.file.write_text(home.config.key.file.read_text() + line + "\n")
    await restore(home.config, tmp_path / "kith.backup", PASSPHRASE, COGS, NOON)
    await home.start()
    assert set(keyed_of(home).proofs) == {1, 2}


async def test_the_rest_goes_on_without_a_key_that_is_lost_for_good(home: House) -> None:
    keyring = ring(home)
    keyring.with_new_key().save(home.config.key.file, replace=True)
    both = home.config.key.file.read_text()
    with closing(sqlite3.connect(home.database)) as connection, connection:
        fresh = ring(home).encrypt("Bob", "people_map", "entry", 1)
        connection.execute("UPDATE people_map SET entry = ? WHERE id = 1", (fresh,))
    ring(home).without_old_keys().save(home.config.key.file, replace=True)
    assert "2 of 3 encrypted texts in this database are under data key 1" in await refused(home)
    said: list[str] = []
    await give_up(home.config.data, home.config.key, [1], said.append)
    assert said == ["2 texts stay closed. If data key 1 is found, put its line into the key file."]
    await home.start()
    await rotate(home.config.data, home.config.key, lambda _line: None)
    assert {number: under.total for number, under in keyed_of(home).texts.items()} == {1: 2, 3: 1}
    # Found after all: what it opens is put under the newest key with the next rotation.
    line = next(line for line in both.splitlines() if line.startswith("1:"))
    home.config.key.file.write_text(home.config.key.file.read_text() + line + "\n")
    await home.start()
    assert keyed_of(home).lost == frozenset()
    await rotate(home.config.data, home.config.key, lambda _line: None)
    assert {number: under.total for number, under in keyed_of(home).texts.items()} == {3: 3}


@pytest.mark.parametrize(("number", "said"), [(1, "is there: it is not lost"), (7, "Nothing is under data key 7")])
async def test_what_is_not_lost_is_not_given_up(home: House, number: int, said: str) -> None:
    with pytest.raises(FatalError, match=said):
        await give_up(home.config.data, home.config.key, [number], lambda _line: None)


async def test_a_database_with_nothing_encrypted_takes_any_key(tmp_path: Path) -> None:
    found = built(tmp_path)
    await found.start()
    Keyring.new().save(found.config.key.file, replace=True)
    for _start in range(2):
        await found.start()
