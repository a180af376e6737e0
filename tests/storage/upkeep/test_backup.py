"""Backups: whole under load, sealed, and put back so that nothing is sent twice and nobody who left returns."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import stat
import tarfile
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from bench._installed import config as installation
from bot.errors import FatalError, StorageError
from bot.hosting.backup import Restored, back_up, restore
from bot.hosting.config import Config
from bot.hosting.installation import DATABASE, JOURNAL, STARTS, open_keys
from bot.keys.sealed_file import Opening
from bot.keys.secret import Secret
from bot.messages import Member
from cogs import COGS
from storage.database import journal, platforms
from storage.database.database import Database
from storage.members import members
from storage.upkeep import backup
from tests.beds.process import finished
from tests.cast import ALICE, BOB, CHANDRA, UNGREETED, Playground, button
from tests.legible import legible
from tests.prepared import at_home

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PASSPHRASE = Secret("four unrelated quiet words")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase is as slow to try as it must be where the command is run as a host runs it; not at each restore."""
    monkeypatch.setattr("bot.keys.sealed_file.COST", 1 << 8)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """An installation whose key lies in its data folder, as the playground keeps it."""
    return installation(tmp_path / "data")


@asynccontextmanager
async def living(config: Config, now: datetime = NOON) -> AsyncIterator[Playground]:
    """The installation running on the playground's clock."""
    async with at_home(config.data, now, UNGREETED) as playground:
        yield playground


async def put_back(config: Config, file: Path, now: datetime) -> Restored:
    return await restore(config, file, PASSPHRASE, COGS, now)


async def wants_check_ins(world: Playground, *members: Member) -> None:
    for member in members:
        answer = await world.chat.say(member, "checkin on 19:00 berlin")
        await world.chat.press(member, button(answer, "Yes"))


async def prompted(world: Playground, duration: timedelta) -> list[str]:
    """Who is sent something while time passes."""
    world.unread()
    return [said.to.id async for step in world.wait(duration) for said in step]


class Slow(journal.Journal):
    """Between the lines on the disk and the commit there is time for anything."""

    def __init__(self, path: Path, pseudonym: journal.Pseudonym) -> None:
        super().__init__(path, pseudonym, lambda: NOON)
        self.written, self.go = threading.Event(), threading.Event()

    def write(self) -> None:
        super().write()
        self.written.set()
        self.go.wait(10)


# -- a backup ----------------------------------------------------------------------------------------------------------


async def test_a_backup_is_for_the_host_alone_and_shows_nothing_of_what_is_in_it(
    config: Config, tmp_path: Path
) -> None:
    async with living(config) as world:
        await wants_check_ins(world, ALICE)
        back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)
    content = (tmp_path / "kith.backup").read_bytes()
    assert stat.S_IMODE((tmp_path / "kith.backup").stat().st_mode) == 0o600
    assert [word for word in (b"alice", b"SQLite", b"Berlin", b"manifest") if word in content] == []
    assert [name for name in os.listdir(tmp_path) if name.startswith(".")] == []


async def test_the_key_is_inside_only_if_the_host_asks_for_it(config: Config, tmp_path: Path) -> None:
    async with living(config) as world:
        await wants_check_ins(world, ALICE)
        back_up(config, tmp_path / "without", PASSPHRASE, NOON)
        back_up(config, tmp_path / "with", PASSPHRASE, NOON, with_key=True)
    key = config.key.file.read_text()
    assert [key in (tmp_path / name).read_text("latin-1") for name in ("without", "with")] == [False, False]
    assert [config.key.file.name in names_in(tmp_path / name) for name in ("without", "with")] == [False, True]
    shutil.rmtree(config.data)
    with pytest.raises(FatalError, match="key file"):
        await put_back(config, tmp_path / "without", NOON)
    await put_back(config, tmp_path / "with", NOON)
    assert config.key.file.read_text() == key
    assert stat.S_IMODE(config.key.file.stat().st_mode) == 0o600


def names_in(packed: Path) -> list[str]:
    with packed.open("rb") as file, tarfile.open(fileobj=cast(BinaryIO, Opening(file, PASSPHRASE)), mode="r|") as found:
        return found.getnames()


async def test_everything_in_the_data_folder_comes_back(config: Config, tmp_path: Path) -> None:
    """A platform's crypto store is a second database: the two belong together."""
    async with living(config) as world:
        await wants_check_ins(world, ALICE)
        folder = config.data / "platform"
        folder.mkdir()
        (folder / "session.json").write_text('{"device": "A"}')
        with closing(sqlite3.connect(folder / "store.db")) as store:
            store.execute("CREATE TABLE keys (key TEXT)")
            store.execute("INSERT INTO keys VALUES ('olm')")
            store.commit()
            back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)
    key = config.key.file.read_bytes()
    shutil.rmtree(config.data)
    config.data.mkdir()
    config.key.file.write_bytes(key)
    config.key.file.chmod(0o600)
    await put_back(config, tmp_path / "kith.backup", NOON)
    assert (folder / "session.json").read_text() == '{"device": "A"}'
    assert stat.S_IMODE((folder / "session.json").stat().st_mode) == 0o600
    with closing(sqlite3.connect(folder / "store.db")) as store:
        assert store.execute("SELECT key FROM keys").fetchall() == [("olm",)]
    assert {path.name for path in config.data.iterdir()} <= {
        *(DATABASE, JOURNAL, STARTS, "kith.key", "kith.lock", "platform"),
        *(f"{DATABASE}-wal", f"{DATABASE}-shm"),
    }


async def test_backups_under_load_are_whole(tmp_path: Path) -> None:
    """The short form of 100: `scripts/soak damage` does them all."""
    path = tmp_path / "kith.db"
    async with await Database.open(path) as database:
        stop = asyncio.Event()

        async def load() -> int:
            count = 0
            while not stop.is_set():
                count += 1
                await database.write(pair, count)
            return count

        writing = asyncio.create_task(load())
        for number in range(10):
            copy = tmp_path / f"copy{number}"
            await asyncio.to_thread(backup.copy, path, copy)
            with closing(sqlite3.connect(copy)) as opened:
                assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert platforms.state(opened, "pair", "one") == platforms.state(opened, "pair", "other")
            assert not copy.with_name(f"{copy.name}-wal").exists()
        stop.set()
        assert await writing > 10


def pair(connection: sqlite3.Connection, count: int) -> None:
    platforms.set_state(connection, "pair", "one", str(count))
    platforms.set_state(connection, "pair", "other", str(count))


async def test_a_damaged_database_is_not_backed_up_as_if_it_were_well(config: Config, tmp_path: Path) -> None:
    async with living(config) as world:
        await wants_check_ins(world, ALICE, BOB, CHANDRA)
    content = bytearray((config.data / DATABASE).read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    (config.data / DATABASE).write_bytes(content)
    with pytest.raises(StorageError, match=r"damaged|cannot be copied"):
        back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)
    assert not (tmp_path / "kith.backup").exists()


def test_an_empty_folder_has_nothing_to_back_up(config: Config, tmp_path: Path) -> None:
    with pytest.raises(FatalError, match="no database"):
        back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)


async def test_an_older_backup_is_never_written_over(config: Config, tmp_path: Path) -> None:
    (tmp_path / "kith.backup").write_text("older")
    async with living(config):
        with pytest.raises(FatalError, match="is there already"):
            back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)
    assert (tmp_path / "kith.backup").read_text() == "older"


async def test_where_there_is_no_room_the_host_is_told_in_one_sentence(config: Config) -> None:
    async with living(config):
        with pytest.raises(FatalError, match="I can't write"):
            back_up(config, Path("/dev/full/kith.backup"), PASSPHRASE, NOON)


# -- putting it back ---------------------------------------------------------------------------------------------------


async def test_a_restored_bot_sends_nothing_again_and_goes_on(config: Config, tmp_path: Path) -> None:
    async with living(config) as world:
        await wants_check_ins(world, ALICE, BOB)
        back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)
        assert sorted(await prompted(world, 3 * DAY)) == sorted(3 * ["alice", "bob"])
        now = world.now
    restored = await put_back(config, tmp_path / "kith.backup", now)
    assert restored.given_up == 2  # at most the one catch-up each that would have come
    async with living(config, now) as world:
        assert await prompted(world, 4 * HOUR) == []
        assert sorted(await prompted(world, DAY)) == ["alice", "bob"]


async def test_whoever_leaves_while_a_backup_begins_is_not_back(config: Config, tmp_path: Path) -> None:
    """The journal has them already, and the database not yet."""
    config.data.mkdir()
    async with await Database.open(config.data / DATABASE) as database:
        keyring = await open_keys(config.key, database)
        slow = Slow(config.data / JOURNAL, keyring.pseudonym)
        alice = await database.write(members.create, ALICE, "UTC", "en", NOON)
        await database.keep_journal(slow)
        slow.written.clear()
        leaving = asyncio.create_task(database.write(members.forget, alice))
        await asyncio.to_thread(slow.written.wait, 10)
        backing_up = asyncio.create_task(asyncio.to_thread(back_up, config, tmp_path / "kith.backup", PASSPHRASE, NOON))
        await asyncio.wait([backing_up], timeout=2)
        slow.go.set()
        await asyncio.gather(leaving, backing_up)
    await put_back(config, tmp_path / "kith.backup", NOON + HOUR)
    async with await Database.open(config.data / DATABASE) as database:
        assert await database.read(members.person_of, ALICE) is None


async def test_what_was_due_but_not_sent_at_the_time_is_not_sent_after_a_restore(
    config: Config, tmp_path: Path
) -> None:
    async with living(config) as world:
        await wants_check_ins(world, ALICE)
        world.now = NOON + 6 * HOUR
        await world.bot.run_jobs("tick", world.now)  # planned, and the power fails before it is sent
        back_up(config, tmp_path / "kith.backup", PASSPHRASE, world.now)
    assert (await put_back(config, tmp_path / "kith.backup", NOON + 7 * HOUR)).given_up == 1
    async with living(config, NOON + 7 * HOUR) as world:
        assert await prompted(world, HOUR) == []


async def test_who_left_after_the_backup_does_not_come_back(config: Config, tmp_path: Path) -> None:
    async with living(config) as world:
        await wants_check_ins(world, ALICE, BOB)
        back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)
        asked = await world.chat.say(ALICE, "forget-me")
        await world.chat.press(ALICE, button(asked, "Delete everything"))
        now = world.now
    restored = await put_back(config, tmp_path / "kith.backup", now)
    assert restored.left_again == 1
    assert restored.journal_found
    async with living(config, now) as world:
        assert await prompted(world, DAY) == ["bob"]
        assert "I keep nothing about you" in (await world.chat.say(ALICE, "my-data")).text
    with closing(sqlite3.connect(config.data / DATABASE)) as database:
        assert "alice" not in legible(database)


async def test_a_consent_that_was_taken_back_after_the_backup_stays_taken_back(config: Config, tmp_path: Path) -> None:
    async with living(config) as world:
        await wants_check_ins(world, ALICE, BOB)
        back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)
        await world.chat.say(ALICE, "checkin off")
        now = world.now
    assert (await put_back(config, tmp_path / "kith.backup", now)).withdrawn_again == 1
    async with living(config, now) as world:
        assert await prompted(world, 2 * DAY) == ["bob", "bob"]


async def test_who_left_and_came_back_before_the_backup_is_there(config: Config, tmp_path: Path) -> None:
    async with living(config) as world:
        await wants_check_ins(world, ALICE)
        await world.chat.press(ALICE, button(await world.chat.say(ALICE, "forget-me"), "Delete everything"))
        await wants_check_ins(world, ALICE)
        back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)
        now = world.now
    assert (await put_back(config, tmp_path / "kith.backup", now)).left_again == 0
    async with living(config, now) as world:
        assert await prompted(world, DAY) == ["alice"]


async def test_a_second_restore_still_remembers_who_left(config: Config, tmp_path: Path) -> None:
    async with living(config) as world:
        await wants_check_ins(world, ALICE)
        back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)
        await world.chat.press(ALICE, button(await world.chat.say(ALICE, "forget-me"), "Delete everything"))
        now = world.now
    for hours in (1, 2):
        assert (await put_back(config, tmp_path / "kith.backup", now + hours * HOUR)).left_again == 1


async def test_a_lost_journal_is_told_to_the_host(config: Config, tmp_path: Path) -> None:
    async with living(config) as world:
        await wants_check_ins(world, ALICE, BOB)
        await world.chat.press(BOB, button(await world.chat.say(BOB, "forget-me"), "Delete everything"))
        back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)
        now = world.now
    (config.data / JOURNAL).unlink()
    assert not (await put_back(config, tmp_path / "kith.backup", now)).journal_found


async def test_a_restore_keeps_what_was_there_aside(config: Config, tmp_path: Path) -> None:
    async with living(config) as world:
        await wants_check_ins(world, ALICE)
        back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)
        await wants_check_ins(world, BOB)
    restored = await put_back(config, tmp_path / "kith.backup", NOON)
    assert restored.put_aside is not None
    with closing(sqlite3.connect(restored.put_aside / DATABASE)) as database:
        assert "bob" in legible(database)


async def test_platforms_are_not_read_from_where_the_backup_was(config: Config, tmp_path: Path) -> None:
    """Or every command since then would be answered a second time."""
    async with living(config):
        async with await Database.open(config.data / DATABASE) as database:
            await database.write(platforms.set_state, "elsewhere", "place in the stream", "s12")
        back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)
    await put_back(config, tmp_path / "kith.backup", NOON)
    async with await Database.open(config.data / DATABASE) as database:
        assert await database.read(platforms.state, "elsewhere", "place in the stream") is None


async def test_a_running_kith_is_not_replaced(config: Config, tmp_path: Path) -> None:
    async with living(config):
        back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)
        with pytest.raises(FatalError, match="already running"):
            await put_back(config, tmp_path / "kith.backup", NOON)


async def test_a_backup_older_than_the_journal_is_refused(config: Config, tmp_path: Path) -> None:
    async with living(config):
        back_up(config, tmp_path / "kith.backup", PASSPHRASE, NOON)
    with pytest.raises(FatalError, match="90 days old"):
        await put_back(config, tmp_path / "kith.backup", NOON + 91 * DAY)


@pytest.mark.parametrize("what", ["other passphrase", "one byte", "cut short", "no backup"])
async def test_a_wrong_or_damaged_backup_changes_nothing(config: Config, tmp_path: Path, what: str) -> None:
    file = tmp_path / "kith.backup"
    async with living(config) as world:
        await wants_check_ins(world, ALICE)
        back_up(config, file, PASSPHRASE, NOON)
    before = (config.data / DATABASE).read_bytes()
    content = bytearray(file.read_bytes())
    if what == "one byte":
        content[len(content) // 2] ^= 1
    file.write_bytes(b"anything" if what == "no backup" else content[:-40] if what == "cut short" else content)
    passphrase = Secret("something else entirely") if what == "other passphrase" else PASSPHRASE
    with pytest.raises(FatalError):
        await restore(config, file, passphrase, COGS, NOON)
    assert (config.data / DATABASE).read_bytes() == before
    assert not [path for path in config.data.iterdir() if path.name.startswith((".restore", "replaced"))]


# -- the journal -------------------------------------------------------------------------------------------------------


async def test_the_journal_holds_hashes_only(config: Config) -> None:
    async with living(config) as world:
        await wants_check_ins(world, ALICE)
        await world.chat.press(ALICE, button(await world.chat.say(ALICE, "forget-me"), "Delete everything"))
    text = (config.data / JOURNAL).read_text()
    assert " left " in text
    assert "alice" not in text
    assert b"alice".hex() not in text
    assert stat.S_IMODE((config.data / JOURNAL).stat().st_mode) == 0o600


async def test_a_deletion_that_cannot_be_noted_does_not_happen(config: Config) -> None:
    """Otherwise a backup could bring somebody back who was told that they are gone."""
    async with living(config) as world:
        await wants_check_ins(world, ALICE)
        (config.data / JOURNAL).unlink(missing_ok=True)
        (config.data / JOURNAL).mkdir()
        answer = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "forget-me"), "Delete everything"))
        assert "I can't reach my memory" in answer.text
        (config.data / JOURNAL).rmdir()
        assert await prompted(world, DAY) == ["alice"]


async def test_what_was_rolled_back_is_not_noted(tmp_path: Path) -> None:
    path = tmp_path / "kith.journal"
    async with await Database.open(tmp_path / "kith.db") as database:
        await database.keep_journal(journal.Journal(path, lambda platform, account: account.encode(), lambda: NOON))
        await database.write(add_account, "alice")
        await database.write(add_account, "bob")
        with suppress(ZeroDivisionError):
            await asyncio.gather(database.write(delete_and_fail), database.write(delete_account, "bob"))
    assert [bytes.fromhex(entry.code) for entry in journal.read(path)] == [b"bob"]


def add_account(connection: sqlite3.Connection, account: str) -> None:
    row = connection.execute("INSERT INTO persons (zone, created) VALUES ('UTC', 1)").lastrowid
    connection.execute(
        "INSERT INTO accounts (platform, platform_id, person, last_seen) VALUES ('local', ?, ?, 1)", (account, row)
    )


def delete_account(connection: sqlite3.Connection, account: str) -> None:
    connection.execute("DELETE FROM accounts WHERE platform_id = ?", (account,))


def delete_and_fail(connection: sqlite3.Connection) -> None:
    delete_account(connection, "alice")
    raise ZeroDivisionError


def entry(number: int, at: datetime) -> journal.Entry:
    return journal.Entry(number, at, "left", "c0de", "-")


def test_a_torn_last_line_is_left_out_and_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "kith.journal"
    journal.keep(path, [entry(1, NOON), entry(2, NOON)])
    path.write_bytes(path.read_bytes()[:-9])
    assert [found.number for found in journal.read(path)] == [1]
    diary = journal.Journal(path, lambda _platform, _account: b"c0de", lambda: NOON)
    diary._note("left", "local", "alice", "-")
    diary.write()
    assert [found.number for found in journal.read(path)] == [1, 2]


def test_old_lines_go_and_numbers_are_never_given_again(tmp_path: Path) -> None:
    path = tmp_path / "kith.journal"
    journal.keep(path, [entry(number, NOON + number * DAY) for number in range(1, 4)])
    journal.sweep(path, NOON + 2.5 * DAY + journal.KEPT)
    assert [found.number for found in journal.read(path)] == [3]
    journal.sweep(path, NOON + 400 * DAY)
    assert journal.last_number(path) == 3


# -- at the command line -----------------------------------------------------------------------------------------------


async def test_the_command_makes_a_backup_and_puts_it_back(config: Config, tmp_path: Path) -> None:
    async with living(config) as world:
        await wants_check_ins(world, ALICE)
    settings, secret = tmp_path / "config.toml", tmp_path / "passphrase"
    settings.write_text(
        '[host]\nname = "Robin"\ncontact = "robin@example.org"\n[discord]\ntoken_file = "token"\n'
        '[key]\nfile = "data/kith.key"\n'
    )
    for path, text in ((tmp_path / "token", "a.b.c"), (secret, PASSPHRASE.reveal())):
        path.write_text(text)
        path.chmod(0o600)
    arguments = ("--config", str(settings), "--passphrase-file", str(secret), str(tmp_path / "kith.backup"))
    made = await finished("backup", *arguments)
    assert made.status == 0, made.err
    assert "is a whole backup" in made.out
    assert "is not in it" in made.out
    back = await finished("restore", *arguments)
    assert back.status == 0, back.err
    assert "Restored what there was" in back.out
    again = await finished("backup", *arguments)
    assert again.status == 78
    assert again.err.endswith("kith.backup is there already. Name another file.\n")
