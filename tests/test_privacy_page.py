"""Holds docs/privacy.md to the schema: every column, with what it is for and how long it is kept."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from storage.database import schema, sealed

pytestmark = pytest.mark.xdist_group("privacy-page")  # one process makes what all of these read

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/privacy.md"
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """Every column of the schema and its type."""
    path = tmp_path_factory.mktemp("schema") / "kith.db"
    schema.prepare(path)
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT tables.name, columns.name, columns.type"
            " FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns"
            " WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'"
        ).fetchall()
    return {(table, column): kind for table, column, kind in rows}


def rows() -> list[tuple[str, list[str], str, str]]:
    found = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return [(table, re.findall(r"`(\w+)`", columns), purpose, kept) for table, columns, purpose, kept in found]


def test_every_stored_column_is_listed_once(stored: dict[tuple[str, str], str]) -> None:
    listed = Counter((table, column) for table, columns, _purpose, _kept in rows() for column in columns)
    assert sorted(stored.keys() - listed.keys()) == [], "stored, but not on the page"
    assert sorted(listed.keys() - stored.keys()) == [], "on the page, but not stored"
    assert [column for column, times in listed.items() if times > 1] == []


def test_every_row_says_what_for_and_for_how_long() -> None:
    for table, columns, purpose, kept in rows():
        assert columns, table
        assert len(purpose) > 5, (table, columns)
        assert len(kept) > 5, (table, columns)


def test_what_is_encrypted_or_hashed_is_marked_so_and_nothing_else(stored: dict[tuple[str, str], str]) -> None:
    for table, columns, purpose, _kept in rows():
        for column in columns:
            blob = stored[table, column] == "BLOB"
            expected = blob and column not in sealed.HASHES, blob and column in sealed.HASHES
            assert ("**enc**" in purpose, "**hash**" in purpose) == expected, (table, column)


def test_nothing_is_stored_that_nobody_may_ask_for(stored: dict[tuple[str, str], str]) -> None:
    """No column for substance, diagnosis, a count of days, mood, birth or place (product.md 2, 6)."""
    forbidden = re.compile(
        r"substance|drug|alcohol|sober|clean|diagnos|symptom|medic|mood|score|trend|friend|streak|birth|age$|real_?name|phone|address|location|email"
    )
    assert [column for column in stored if forbidden.search(column[1])] == []


@pytest.mark.parametrize("name", ["PRIVACY", "TERMS"])
def test_the_templates_say_where_to_fill_in_and_name_commands_that_exist(name: str) -> None:
    text = (ROOT / f"docs/templates/{name}.md").read_text(encoding="utf-8")
    assert re.search(r"\{[A-Z]", text)
    commands = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    for command in re.findall(r"`([a-z-]+)`", text):
        assert f"`{command}" in commands, command
