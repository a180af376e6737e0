"""Files are brought up to date whole, or refused with a sentence and left as they are."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StorageError
from storage.database import schema
from storage.database.database import Database

FIRST = """CREATE TABLE meta (only INTEGER PRIMARY KEY, compatible INTEGER NOT NULL) STRICT;
INSERT INTO meta VALUES (1, 1);
"""
SECOND = "-- Words.\nCREATE TABLE words (word TEXT) STRICT;\nINSERT INTO words VALUES ('kept');\n"
THIRD = """ALTER TABLE words ADD COLUMN length INTEGER;
UPDATE words SET length = length(word);
CREATE INDEX words_length ON words (length);
"""


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_first.sql").write_text(FIRST)
    (folder / "0002_words.sql").write_text(SECOND)
    return folder


def words(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM words").fetchall()


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_a_new_file_is_made_for_its_owner_alone(tmp_path: Path, migrations: Path) -> None:
    path = tmp_path / "kith.db"
    schema.prepare(path, migrations)
    assert (version(path), words(path)) == (2, [("kept",)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.glob(schema.COPY)) == []  # there was nothing to lose


def copies(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The copies from before an upgrade, by the end of their names, and the words in each."""
    return {copy.suffix: words(copy) for copy in path.parent.glob(schema.COPY)}


def test_an_upgrade_keeps_a_copy_named_by_its_schema_at_the_second_start_too(tmp_path: Path, migrations: Path) -> None:
    path = tmp_path / "kith.db"
    schema.prepare(path, migrations)
    (migrations / "0003_length.sql").write_text(THIRD)
    schema.prepare(path, migrations)
    assert words(path) == [("kept", 4)]
    copy = schema.copy_of(path, 2)
    assert (version(copy), stat.S_IMODE(copy.stat().st_mode)) == (2, 0o600)
    for _start in range(2):
        schema.prepare(path, migrations)
        assert copies(path) == {".before-upgrade-2": [("kept",)]}


def test_an_upgrade_that_failed_leaves_its_copy(tmp_path: Path, migrations: Path) -> None:
    path = tmp_path / "kith.db"
    schema.prepare(path, migrations)
    (migrations / "0003_broken.sql").write_text("INSERT INTO nowhere VALUES (1);\n")
    for _start in range(2):
        with pytest.raises(sqlite3.OperationalError):
            schema.prepare(path, migrations)
        assert copies(path) == {".before-upgrade-2": [("kept",)]}


def test_each_of_several_upgrades_keeps_its_own_copy(tmp_path: Path, migrations: Path) -> None:
    path = tmp_path / "kith.db"
    schema.prepare(path, migrations)
    (migrations / "0003_length.sql").write_text(THIRD)
    schema.prepare(path, migrations)
    (migrations / "0004_more.sql").write_text("INSERT INTO words VALUES ('more', 4);\n")
    schema.prepare(path, migrations)
    assert copies(path) == {".before-upgrade-2": [("kept",)], ".before-upgrade-3": [("kept", 4)]}


def test_after_going_back_the_copy_is_of_what_was_written_since(tmp_path: Path, migrations: Path) -> None:
    """The copy was put back with `cp`, and the older program ran on for a while."""
    path = tmp_path / "kith.db"
    schema.prepare(path, migrations)
    (migrations / "0003_length.sql").write_text(THIRD)
    schema.prepare(path, migrations)
    path.write_bytes(schema.copy_of(path, 2).read_bytes())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO words VALUES ('since')")
    schema.prepare(path, migrations)
    assert copies(path) == {".before-upgrade-2": [("kept",), ("since",)]}


def test_without_room_for_a_copy_nothing_is_upgraded(tmp_path: Path, migrations: Path) -> None:
    path = tmp_path / "kith.db"
    schema.prepare(path, migrations)
    schema.copy_of(path, 2).with_suffix(".before-upgrade-2.draft").mkdir()  # where the copy would be written
    (migrations / "0003_length.sql").write_text(THIRD)
    with pytest.raises(StorageError, match=r"is not upgraded.*Make room in"):
        schema.prepare(path, migrations)
    assert (version(path), words(path)) == (2, [("kept",)])


def test_who_may_not_change_the_schema_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "kith.db"
    older = tmp_path / "older"
    older.mkdir()
    for file in sorted(schema.FOLDER.glob("*.sql"))[:-1]:
        (older / file.name).write_text(file.read_text())
    schema.prepare(path, older)
    before = path.read_bytes()
    with pytest.raises(StorageError, match=r"was written by an older Kith \(schema \d+; .*`kith migrate`"):
        schema.refuse_older(path)
    assert path.read_bytes() == before
    schema.prepare(path)
    schema.refuse_older(path)


@pytest.mark.parametrize("statement", range(1, 16))
def test_a_kill_at_any_statement_of_an_upgrade_loses_nothing(tmp_path: Path, migrations: Path, statement: int) -> None:
    path = tmp_path / "kith.db"
    schema.prepare(path, migrations)
    (migrations / "0003_length.sql").write_text(THIRD)
    killed_at(statement, lambda: schema.prepare(path, migrations))
    assert version(path) in (2, 3)
    assert words(path) in ([("kept",)], [("kept", 4)])
    schema.prepare(path, migrations)
    assert (version(path), words(path)) == (3, [("kept", 4)])


def killed_at(statement: int, work: object) -> None:
    """Run ``work`` in a process of its own that dies, as from ``kill -9``, before its n-th statement that changes."""
    assert callable(work)
    child = os.fork()
    if child == 0:
        seen = 0

        class Deadly(sqlite3.Connection):
            def execute(self, *arguments: object) -> sqlite3.Cursor:
                nonlocal seen
                seen += 1
                if seen == statement + 4:  # the first few look the file over
                    os._exit(9)
                return super().execute(*arguments)  # type: ignore[arg-type]  # as they came

        connect = sqlite3.connect
        sqlite3.connect = lambda *a, **k: connect(*a, **k, factory=Deadly)  # type: ignore[assignment]  # in this child only
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, migrations: Path) -> None:
    path = tmp_path / "kith.db"
    schema.prepare(path, migrations)
    (migrations / "0003_broken.sql").write_text("DELETE FROM words;\nINSERT INTO nowhere VALUES (1);\n")
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        schema.prepare(path, migrations)
    assert (version(path), words(path)) == (2, [("kept",)])


def test_an_older_program_refuses_a_newer_file_where_writing_would_do_harm(tmp_path: Path, migrations: Path) -> None:
    path = tmp_path / "kith.db"
    schema.prepare(path, migrations)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9")
        connection.execute("UPDATE meta SET compatible = 9")
        connection.commit()
    content = path.read_bytes()
    with pytest.raises(StorageError, match="newer Kith"):
        schema.prepare(path, migrations)
    assert path.read_bytes() == content


def test_an_older_program_goes_on_with_a_newer_file_where_that_is_harmless(tmp_path: Path, migrations: Path) -> None:
    path = tmp_path / "kith.db"
    schema.prepare(path, migrations)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9")
    schema.prepare(path, migrations)
    assert version(path) == 9


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with pytest.raises(StorageError, match="another program"):
        schema.prepare(path)


@pytest.mark.parametrize("damage", ["no database at all", "zeros in the middle", "cut short"])
async def test_a_damaged_file_is_refused_and_never_replaced(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "kith.db"
    await (await Database.open(path)).close()
    content = bytearray(path.read_bytes())
    if damage == "no database at all":
        content = bytearray(b"anything else, of some length " * 300)
    elif damage == "zeros in the middle":
        for page in range(2, len(content) // 4096):
            content[page * 4096 : page * 4096 + 100] = bytes(100)
    else:
        content = content[: len(content) // 2]
    path.write_bytes(content)
    with pytest.raises(StorageError, match="kith restore"):
        await Database.open(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("UPDATE persons SET zone = CAST(x'c355' AS TEXT)", "persons cannot be read"),
        ("ALTER TABLE persons RENAME COLUMN zone TO zope", "persons.zone is missing"),
        ("DROP TABLE prompts_seen", "prompts_seen.at is missing"),
    ],
)
async def test_what_sqlite_takes_for_whole_is_looked_at_too(tmp_path: Path, damage: str, named: str) -> None:
    path = tmp_path / "kith.db"
    await (await Database.open(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO persons (zone, created) VALUES ('Europe/Zürich', 0)")
        connection.commit()
    await (await Database.open(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(damage)
        connection.commit()
    content = path.read_bytes()
    with pytest.raises(StorageError, match=named):
        await Database.open(path)
    assert path.read_bytes() == content


def test_the_migrations_must_be_numbered_without_a_gap(tmp_path: Path, migrations: Path) -> None:
    (migrations / "0004_later.sql").write_text(SECOND)
    with pytest.raises(ValueError, match="not numbered"):
        schema.prepare(tmp_path / "kith.db", migrations)


def test_a_migration_that_ends_in_the_middle_is_refused(tmp_path: Path, migrations: Path) -> None:
    (migrations / "0003_half.sql").write_text("CREATE TABLE half (")
    with pytest.raises(ValueError, match="middle of a statement"):
        schema.prepare(tmp_path / "kith.db", migrations)
