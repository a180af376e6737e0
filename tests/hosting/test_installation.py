"""Who may change what: the schema only `run` and `migrate`, and an emptied folder nobody without being told."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli import main
from bot.errors import FatalError
from bot.hosting.backup import back_up, restore
from bot.hosting.config import KeyConfig
from bot.hosting.host_cases import close, waiting
from bot.hosting.installation import DATABASE, JOURNAL, LOCK, STARTS, let_go, migrate
from bot.hosting.keys.rotation import rotate
from bot.keys.crypto import Keyring
from bot.keys.secret import Secret
from cogs import COGS
from storage.database import schema
from storage.upkeep import aside
from tests.beds.process import configure
from tests.hosting.house import DAY, HOUR, NOON, House, built, house, tomorrow
from tests.storage.upkeep.test_holders import reading
from tests.test_cli import FakeDiscordAddress

PASSPHRASE = Secret("four unrelated quiet words")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase is as slow to try as it must be where a host types it."""
    monkeypatch.setattr("bot.keys.sealed_file.COST", 1 << 8)


@pytest.fixture
def home(tmp_path: Path) -> House:
    return house(tmp_path)


def version(home: House) -> int:
    with closing(sqlite3.connect(home.database)) as connection:
        return schema.version(connection)


# -- the schema --------------------------------------------------------------------------------------------------------


async def test_no_other_command_changes_the_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of the version from before may be using the file."""
    home = built(tmp_path)
    await home.start()
    newest = tomorrow(tmp_path, monkeypatch)
    sentence = rf"was written by an older Kith \(schema {newest - 1}; this one works with {newest}\)"
    for refused in (
        waiting(home.config),
        close(home.config, 1, NOON, free=False),
        rotate(home.config.data, home.config.key, lambda _line: None),
    ):
        with pytest.raises(FatalError, match=sentence):
            await refused
    back_up(home.config, tmp_path / "kith.backup", PASSPHRASE, NOON)
    assert version(home) == newest - 1
    assert list(aside.copies(home.config.data)) == []


async def test_migrate_brings_the_file_up_to_date_and_names_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, said = built(tmp_path), list[str]()
    newest = tomorrow(tmp_path, monkeypatch)
    await migrate(home.config.data, said.append)
    assert version(home) == newest
    assert said[0] == f"{home.database} is of schema {newest}."
    assert said[1:] == [f"A copy from before is in {schema.copy_of(home.database, newest - 1)}, for 14 days at least."]


async def test_migrate_makes_no_database(home: House) -> None:
    with pytest.raises(FatalError, match="There is no database"):
        await migrate(home.config.data, print)
    assert not home.database.exists()


async def test_a_restored_older_backup_leaves_no_copy_with_whoever_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = built(tmp_path)
    await home.start()
    back_up(home.config, tmp_path / "kith.backup", PASSPHRASE, NOON)
    newest = tomorrow(tmp_path, monkeypatch)
    await restore(home.config, tmp_path / "kith.backup", PASSPHRASE, COGS, NOON)
    assert version(home) == newest
    assert list(aside.copies(home.config.data)) == []


def test_both_are_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = configure(tmp_path, FakeDiscordAddress())  # type: ignore[arg-type] # only its addresses are used
    assert main(["migrate", "--config", str(config)]) == 78
    assert "There is no database" in capsys.readouterr().err
    (tmp_path / "kith.key").write_text(Keyring.new().serialise())
    assert main(["run", "--config", str(config)]) == 78
    assert "`kith run --new --config config.toml`" in capsys.readouterr().err
    assert main(["doctor", "--config", str(config)]) == 78
    assert "`kith run --new --config config.toml`" in capsys.readouterr().out


# -- a folder that was used before -------------------------------------------------------------------------------------


async def used(home: House, *left: str) -> None:
    """Kith was started, and of its data only these files are still there."""
    await home.start()
    for path in home.config.data.iterdir():
        if path.name not in left:
            path.unlink()


@pytest.mark.parametrize("left", [(LOCK, "kith.key"), (STARTS,), (JOURNAL,), (f"{DATABASE}-wal",)], ids=" ".join)
async def test_a_folder_that_was_used_and_is_empty_now_is_refused(home: House, left: tuple[str, ...]) -> None:
    await used(home, *left)
    for name in left:
        (home.config.data / name).touch()
    with pytest.raises(FatalError, match=r"Kith was used before, but there is no .*kith\.db\. Mount the disk"):
        await home.start()
    assert not home.database.exists()
    assert {path.name for path in home.config.data.iterdir()} == set(left), "and nothing is left that was not there"


async def test_a_disk_that_is_not_mounted_is_noticed_by_the_key_beside_the_configuration(
    home: House, tmp_path: Path
) -> None:
    elsewhere = House(replace(home.config, key=KeyConfig(file=tmp_path / "kith.key")))
    await elsewhere.start()
    elsewhere.config.data.rename(tmp_path / "unmounted")
    for _mount_point in ("missing", "empty"):
        with pytest.raises(FatalError, match=rf"{tmp_path}/kith\.key says that Kith was used before"):
            await elsewhere.start()
        elsewhere.config.data.mkdir(exist_ok=True)
    (tmp_path / "unmounted").rename(elsewhere.config.data)
    await elsewhere.start()


async def test_a_key_from_the_environment_and_a_lock_tell_it_too(home: House) -> None:
    given = Secret(Keyring.new().serialise())
    outside = House(replace(home.config, key=KeyConfig(file=home.config.key.file, given=given)))
    await outside.start()
    await used(outside, LOCK)
    with pytest.raises(FatalError, match=r"kith\.lock says that Kith was used before"):
        await outside.start()


async def test_a_first_start_that_ended_early_is_no_use(home: House) -> None:
    home.config.data.mkdir()
    (home.config.data / LOCK).touch()
    await home.start()


async def test_a_key_made_beforehand_is_no_use_either_until_the_first_start(home: House, tmp_path: Path) -> None:
    key = KeyConfig(file=tmp_path / "kith.key")
    early = House(replace(home.config, key=key))
    Keyring.new().save(key.file, replace=False, unused=True)
    kept = Keyring.load(key.file, None, create=False).prove(1)
    await early.start()
    assert Keyring.load(key.file, None, create=False).proves(1, kept)
    early.config.data.rename(tmp_path / "unmounted")
    with pytest.raises(FatalError, match=r"kith\.key says that Kith was used before"):
        await early.start()


async def test_beginning_anew_has_to_be_said_and_is_said_once(home: House) -> None:
    await used(home, LOCK, "kith.key", STARTS, JOURNAL)
    await home.start(new=True)
    await home.start()
    with pytest.raises(FatalError, match="Leave `--new` out"):
        await home.start(new=True)


# -- what holds the file -----------------------------------------------------------------------------------------------


async def test_a_restore_waits_until_nobody_replicates_the_file(tmp_path: Path) -> None:
    home = built(tmp_path)
    await home.start()
    back_up(home.config, tmp_path / "kith.backup", PASSPHRASE, NOON)
    before = home.database.read_bytes()
    with reading(home.database) as process:
        with pytest.raises(FatalError, match=rf"\(process {process}\) has {home.database} open.* Stop it, restore"):
            await restore(home.config, tmp_path / "kith.backup", PASSPHRASE, COGS, NOON)
        assert home.database.read_bytes() == before
        assert list(aside.replaced(home.config.data)) == []
    await restore(home.config, tmp_path / "kith.backup", PASSPHRASE, COGS, NOON)
    assert len(list(aside.replaced(home.config.data))) == 1


# -- what was put aside ------------------------------------------------------------------------------------------------


async def test_running_lets_go_of_it_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = built(tmp_path)
    newest = tomorrow(tmp_path, monkeypatch)
    await home.start()
    copy, replaced = schema.copy_of(home.database, newest - 1), home.config.data / aside.replaced_at(NOON)
    replaced.mkdir()
    os.utime(copy, (NOON.timestamp(), NOON.timestamp()))
    async with home.started() as bot:
        for hour in range(14 * 24):
            await let_go(home.config.data, bot.database, NOON + hour * HOUR, ready=hour < 20)
        await let_go(home.config.data, bot.database, NOON + 30 * DAY, ready=False)
        assert (copy.exists(), replaced.exists()) == (True, False), "it was ready for 19 hours only"
        for hour in range(6):
            await let_go(home.config.data, bot.database, NOON + 31 * DAY + hour * HOUR, ready=True)
    assert not copy.exists()
