"""The short form of `scripts/soak damage`, and that its trials would find something."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from sqlite3 import Connection

import pytest

from bench.soak import damage
from storage.checkins import checkins
from storage.database import schema
from storage.database.database import Database


def test_a_few_full_disks_and_damaged_bytes() -> None:
    found = damage.main(["--points", "5", "--bytes", "20"])
    assert {name: found[name] for name in damage.WRONG} == dict.fromkeys(damage.WRONG, 0)
    assert (found["full"], found["refused"] + found["passed"]) == (5, 20)


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    await damage.settle(tmp_path / "kith.db")
    return tmp_path / "kith.db"


async def test_a_schedule_moved_without_its_message_is_found(file: Path) -> None:
    def move(connection: Connection) -> None:
        checkins.plan_due(connection, damage.SIX, 500)
        connection.execute("DELETE FROM deliveries WHERE kind = ? AND person = 5", (checkins.PROMPT,))

    async with await Database.open(file) as database:
        assert await database.read(damage._half_planned) == 0
        await database.write(move)
        assert await database.read(damage._half_planned) == 1


async def test_a_damaged_head_is_refused_and_left_alone(file: Path) -> None:
    tally = Counter[str]()
    await damage._damaged(file, 0, 0x80, tally)
    assert tally == Counter(refused=1, unnoticed=0, replaced=0)


async def test_a_schema_with_a_letter_that_is_none_is_refused_and_left_alone(file: Path) -> None:
    """SQLite quotes the schema in what it says, and Python cannot decode that."""
    tally = Counter[str]()
    place = file.read_bytes().index(b"CREATE TABLE persons") + 3  # noqa: ASYNC240 - small
    await damage._damaged(file, place, 0x80, tally)
    assert tally == Counter(refused=1, unnoticed=0, replaced=0)


async def test_an_empty_file_in_place_of_the_database_is_found(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = schema.prepare

    def begin_anew(path: Path) -> None:
        path.write_bytes(b"")
        prepare(path)

    monkeypatch.setattr(schema, "prepare", begin_anew)
    tally = Counter[str]()
    await damage._damaged(file, 5000, 1, tally)
    assert tally["replaced"] == 1


async def test_a_disk_without_one_page_left_loses_nobody(file: Path) -> None:
    tally = Counter[str]()
    await damage._full(file, 0, tally)
    assert tally.pop("full") == 1
    assert tally.total() == 0


async def test_a_disk_with_room_for_everything_is_not_one_of_them(file: Path) -> None:
    tally = Counter[str]()
    await damage._full(file, 5000, tally)
    assert (tally["full"], tally["untold"]) == (0, 1)
