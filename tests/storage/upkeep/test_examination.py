"""A database file is looked over and not changed: what it says of itself, and a sentence where it is not well."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import copyfile
from sqlite3 import Connection, connect

import pytest

from bot.context import Delivery
from bot.errors import StorageError
from bot.messages import (
    Person,
)
from storage.database import keyed, schema
from storage.database.keyed import Use
from storage.delivery import deliveries
from storage.personal import people
from storage.upkeep.examination import Examined, examine
from tests.storage.conftest import NOW

NEWEST = len(schema.migrations())


@pytest.fixture
def path(connection: Connection, tmp_path: Path) -> Path:
    """The file behind the connection, which stays open: it is in use."""
    return tmp_path / "kith.db"


def refused(path: Path) -> str:
    with pytest.raises(StorageError) as caught:
        examine(path)
    return str(caught.value)


def spoil(path: Path, statement: str) -> None:
    with closing(connect(path, isolation_level=None)) as opened:
        opened.execute(statement)


def test_an_empty_one_says_its_version_and_nothing_else(path: Path) -> None:
    assert examine(path) == Examined(NEWEST, Use(False, None), {})


def test_it_tells_messages_by_their_state_and_whether_keys_are_in_use(
    connection: Connection, path: Path, alice: Person
) -> None:
    for key in ("one", "two", "three"):
        row = deliveries.plan(connection, Delivery(alice, "notes.note", key, NOW))
    assert row is not None
    deliveries.settle(connection, row, "sent", NOW)
    keyed.set_mark(connection, "mark")
    assert examine(path) == Examined(NEWEST, Use(False, "mark"), {"pending": 2, "sent": 1})
    people.add(connection, alice, lambda _row: b"sealed")
    assert examine(path).keys == Use(True, "mark")


def test_it_waits_for_nobody_and_sees_only_what_is_committed(connection: Connection, path: Path, alice: Person) -> None:
    connection.execute("BEGIN IMMEDIATE")
    deliveries.plan(connection, Delivery(alice, "notes.note", "note", NOW))
    assert examine(path).deliveries == {}
    connection.execute("COMMIT")
    assert examine(path).deliveries == {"pending": 1}


def test_it_changes_nothing_not_even_what_a_crash_left(path: Path, tmp_path: Path, alice: Person) -> None:
    left = tmp_path / "left"
    left.mkdir()
    for name in ("kith.db", "kith.db-wal"):
        copyfile(tmp_path / name, left / name)
    before = {file: file.read_bytes() for file in left.iterdir()}
    assert before[left / "kith.db-wal"], "Alice is in it"
    examine(left / path.name)
    assert {file: file.read_bytes() for file in before} == before


def test_an_older_file_is_well_and_stays_as_old_as_it_is(tmp_path: Path) -> None:
    folder, path = tmp_path / "migrations", tmp_path / "old.db"
    folder.mkdir()
    for file in sorted(schema.FOLDER.glob("*.sql"))[:4]:
        (folder / file.name).write_text(file.read_text())
    schema.prepare(path, folder)
    assert [examine(path).version for _time in range(2)] == [4, 4]
    assert list(tmp_path.glob(schema.COPY)) == []


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.db"
    assert refused(path) == f"{path} cannot be opened: unable to open database file"
    assert not path.exists()


def test_a_name_is_a_name_and_no_options(tmp_path: Path) -> None:
    path = tmp_path / "kith?mode=rwc#.db"
    refused(path)
    assert list(tmp_path.iterdir()) == []
    schema.prepare(path)
    assert examine(path).version == NEWEST


def test_a_path_may_begin_where_one_stands(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    assert examine(Path("kith.db")).version == NEWEST


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_bytes(b"no database" * 1000), "is damaged (file is not a database)"),
        (lambda path: spoil(path, "CREATE TABLE other (id)"), "belongs to another program"),
        (lambda path: path.mkdir(), "cannot be opened"),
    ],
)
def test_what_is_not_ours_is_refused_with_a_sentence(tmp_path: Path, make: Callable[[Path], None], said: str) -> None:
    path = tmp_path / "other.db"
    make(path)
    assert said in refused(path)


def test_a_damaged_or_too_new_one_is_refused_with_a_sentence(connection: Connection, path: Path) -> None:
    connection.execute(f"PRAGMA user_version = {NEWEST + 1}")
    assert examine(path).version == NEWEST + 1, "an older program may read it"
    connection.execute("UPDATE meta SET compatible = ?", (NEWEST + 1,))
    assert "was written by a newer Kith" in refused(path)
    connection.execute(f"PRAGMA user_version = {NEWEST}")
    connection.execute("ALTER TABLE people_map DROP COLUMN entry")
    assert "is damaged (people_map.entry is missing)" in refused(path)
