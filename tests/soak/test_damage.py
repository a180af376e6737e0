"""The short form of `scripts/soak damage`, and that its trials would find something."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from sqlite3 import Connection

import pytest

from bench.soak import damage
from storage import checkins, schema
from storage.database import Database

WRONG = ("crashes", "half", "lost", "duplicated", "unnoticed", "replaced")


def test_a_few_full_disks_damaged_bytes_and_backups() -> None:
    found = damage.main(["--points", "6", "--bytes", "25", "--backups", "4"])
    assert {name: found[name] for name in WRONG} == dict.fromkeys(WRONG, 0)


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    async with await Database.open(tmp_path / "kith.db") as database:
        await database.write(damage._settle)
    return tmp_path / "kith.db"


async def test_a_schedule_moved_without_its_message_is_found(file: Path) -> None:
    def move(connection: Connection) -> None:
        checkins.plan_due(connection, damage.SIX, 500)
        connection.execute("DELETE FROM deliveries WHERE kind = ? AND person = 5", (checkins.PROMPT,))

    async with await Database.open(file) as database:
        assert await database.read(damage._half_planned) == 0
        await database.write(move)
        assert await database.read(damage._half_planned) == 1


async def test_a_pair_written_by_half_is_found(file: Path) -> None:
    def half(connection: Connection) -> None:
        damage._two_together(connection, "pair", "1")
        connection.execute("UPDATE adapter_state SET value = '2' WHERE name = 'pair one'")

    async with await Database.open(file) as database:
        await database.write(half)
        assert await database.read(damage._odd_ones) == 1


class At(random.Random):
    """Always this byte, and always the highest bit of it."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        return self.place if stop is None else 0x80


async def test_a_damaged_head_is_refused_and_left_alone(file: Path) -> None:
    tally = Counter[str]()
    await damage._damaged(file, At(0), tally)
    assert tally == Counter(refused=1, unnoticed=0, replaced=0)


async def test_a_schema_with_a_letter_that_is_none_is_refused_and_left_alone(file: Path) -> None:
    """SQLite quotes the schema in what it says, and Python cannot decode that."""
    tally = Counter[str]()
    await damage._damaged(file, At(file.read_bytes().index(b"CREATE TABLE persons") + 3), tally)  # noqa: ASYNC240 - small
    assert tally == Counter(refused=1, unnoticed=0, replaced=0)


async def test_an_empty_file_in_place_of_the_database_is_found(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = schema.prepare

    def begin_anew(path: Path) -> None:
        path.write_bytes(b"")
        prepare(path)

    monkeypatch.setattr(schema, "prepare", begin_anew)
    tally = Counter[str]()
    await damage._damaged(file, random.Random(1), tally)
    assert tally["replaced"] == 1


async def test_a_disk_without_one_page_left_loses_nobody(file: Path) -> None:
    tally = Counter[str]()
    await damage._full(file, 0, tally)
    assert tally.pop("refusals") > 0
    assert tally.total() == 0
