"""What was deleted leaves the log as soon as nobody reads it; whoever reads it for an hour is named to the host."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from bot.asking import emptying
from bot.asking.emptying import Emptying
from bot.hosting.installation import DATABASE
from storage.database import platforms, replica
from storage.database.database import Database
from tests.beds.reader import reading
from tests.prepared import prepared


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that have passed."""
    seconds = [1000.0]
    monkeypatch.setattr(emptying, "monotonic", lambda: seconds[-1])
    return seconds


async def test_it_is_tried_again_until_nobody_reads_it(tmp_path: Path, passes: list[float]) -> None:
    path = prepared(tmp_path) / DATABASE
    log_file = path.with_name(f"{DATABASE}-wal")
    async with await Database.open(path) as database:
        empty = Emptying(database)
        with reading(path):
            await database.write(platforms.set_state, "local", "word", "gone")
            await empty.now()
        await empty.again()
        assert log_file.stat().st_size > 0, "a minute has not passed"
        passes.append(passes[-1] + emptying.AGAIN)
        await empty.again()
        assert log_file.stat().st_size == 0


async def test_who_reads_it_for_an_hour_is_named_to_the_host_once(
    tmp_path: Path, passes: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    path = prepared(tmp_path) / DATABASE
    async with await Database.open(path) as database:
        empty = Emptying(database)
        await database.write(platforms.set_state, "local", "word", "gone")
        with reading(path) as process:
            await database.write(platforms.set_state, "local", "word", "later")
            await empty.now()
            passes.append(passes[-1] + emptying.NAMED_AFTER - 1)
            await empty.again()
            assert database.troubles == set()
            for _minute in range(3):
                passes.append(passes[-1] + emptying.AGAIN)
                await empty.again()
            assert database.troubles == {"held"}
            [named] = [record for record in caplog.records if record.levelno == logging.ERROR]
            assert f"({process}) has read the database for an hour" in named.getMessage()


async def test_nothing_is_named_that_let_go_in_between(
    tmp_path: Path, passes: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    path = prepared(tmp_path) / DATABASE
    async with await Database.open(path) as database:
        empty = Emptying(database)
        for _reader in range(3):
            with reading(path):
                await database.write(platforms.set_state, "local", "word", "gone")
                await empty.now()
            passes.append(passes[-1] + emptying.NAMED_AFTER)
            await empty.again()
        assert database.troubles == set()
        assert not [record for record in caplog.records if record.levelno == logging.ERROR]


@pytest.mark.parametrize(("late", "troubles"), [(3000, set()), (4000, {"replica"})])
async def test_a_replica_that_stands_still_is_told_to_the_host(tmp_path: Path, late: int, troubles: set[str]) -> None:
    path = prepared(tmp_path) / DATABASE
    taken = replica.folder_of(path) / "ltx" / "0" / "0000000000000001-0000000000000001.ltx"
    taken.parent.mkdir(parents=True)
    taken.touch()
    async with await Database.open(path) as database:
        await database.write(platforms.set_state, "local", "word", "new")
        written = path.with_name(f"{DATABASE}-wal").stat().st_mtime
        os.utime(taken, (written - late, written - late))
        await Emptying(database).look_at_replica()
        assert database.troubles == troubles
