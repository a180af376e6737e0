"""Each migration says whether a program from before it may still write the file; where that would do harm, none may."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StorageError
from storage.database import schema

RULES: Mapping[str, str] = {
    "compatible": "who left since a file was put back leaves again; what an older program deletes, it never hears of",
    "known_walls": "what an older program moves would go back to its old hour when a zone's rules change; what comes"
    " round again would come once more and be gone",
    "known_previews": "an older program would show words on the lock screen of somebody who wants none there",
    "answers": "an older program would keep words that are gone after a day, or when their owner wants to be forgotten",
}
"""Migrations that bring a rule of safety: what an older program would do that harms somebody. They raise
``compatible`` (CONTRIBUTING.md, "What is on disk"). Those before the first of them need no row: it shuts out every
program that does not know all of them."""

HARMLESS: Mapping[str, str] = {
    "new_rules": "known_walls, which comes behind it, shuts out whoever does not know these columns",
    "repeating": "so it does here: an older program would send a reminder that repeats once, and erase it",
    "old": "indexes alone",
    "plain_previews": "known_previews, right behind it, shuts out whoever does not know this table",
}
"""Later ones that an older program may live with, and why."""


def later() -> list[schema.Migration]:
    known = schema.migrations()
    first = min(migration.number for migration in known if _name(migration) in RULES)
    return [migration for migration in known if migration.number >= first]


def _name(migration: schema.Migration) -> str:
    return migration.name[5:]


def test_every_migration_says_whether_an_older_program_may_write_the_file() -> None:
    names = [_name(migration) for migration in later()]
    assert sorted([*RULES, *HARMLESS]) == sorted(names), "a new one needs a row above; read CONTRIBUTING.md first"


@pytest.mark.parametrize("number", [migration.number for migration in later()])
def test_a_rule_of_safety_raises_compatible_and_nothing_else_does(tmp_path: Path, number: int) -> None:
    [migration] = [one for one in later() if one.number == number]
    before, after = (compatible(tmp_path / str(version), version) for version in (number - 1, number))
    assert after == (number if _name(migration) in RULES else before)


def compatible(folder: Path, version: int) -> int:
    with closing(sqlite3.connect(made(folder, version))) as connection:
        [found] = connection.execute("SELECT compatible FROM meta").fetchone()
    return int(found)


def made(folder: Path, version: int) -> Path:
    """A file as the program of that version made it."""
    known(folder, version)
    schema.prepare(folder / "kith.db", folder)
    return folder / "kith.db"


def known(folder: Path, version: int) -> Path:
    """The migrations that the program of that version knew."""
    folder.mkdir()
    for script in sorted(schema.FOLDER.glob("*.sql"))[:version]:
        (folder / script.name).write_text(script.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


@pytest.mark.parametrize("version", [1, 8, 13, later()[0].number - 1])
def test_a_program_of_before_a_rule_refuses_todays_file_and_leaves_it(tmp_path: Path, version: int) -> None:
    path = made(tmp_path / "today", len(schema.migrations()))
    content = path.read_bytes()
    with pytest.raises(StorageError, match=r"was written by a newer Kith \(schema \d+\)\. Upgrade Kith"):
        schema.prepare(path, known(tmp_path / "older", version))
    assert path.read_bytes() == content


def test_where_the_copy_of_before_is_still_there_the_way_back_is_named(tmp_path: Path) -> None:
    before = later()[0].number - 1
    path = made(tmp_path / "installation", before)
    schema.prepare(path)
    older = known(tmp_path / "older", before)
    with pytest.raises(StorageError, match=rf"Or put {schema.copy_of(path, before)} in its place"):
        schema.prepare(path, older)
    schema.copy_of(path, before).rename(path)
    schema.prepare(path, older)
    with closing(sqlite3.connect(path)) as connection:
        assert schema.version(connection) == before
