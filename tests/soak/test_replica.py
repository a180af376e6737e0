"""The short form of `scripts/soak replica`, what Litestream really keeps beside a database, and who may read it."""

from __future__ import annotations

import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bench.soak import replica as soak
from bot.hosting.installation import DATABASE
from storage.database import replica, write_ahead
from storage.database.database import Database
from tests.beds.litestream import CONFIG, ROOT, Litestream
from tests.prepared import prepared

PATIENCE = 20.0
"""Seconds."""


@pytest.mark.sockets
def test_two_rounds_lose_nothing_send_nothing_twice_and_bring_nobody_back() -> None:
    found = soak.main(["--rounds", "2"])
    assert found["rounds"] == 2
    assert {name: found[name] for name in ("lost", "twice", "back", "broken")} == dict.fromkeys(
        ("lost", "twice", "back", "broken"), 0
    )
    assert found["asked"] > 0
    assert found["left"] > 0


@pytest.fixture
def replicated(tmp_path: Path) -> Iterator[Litestream]:
    """A database that a real Litestream has begun to replicate, and goes on to."""
    litestream = Litestream(prepared(tmp_path / "data") / DATABASE, tmp_path / "replica")
    with closing(sqlite3.connect(litestream.database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("INSERT INTO adapter_state VALUES ('local', 'word', 'new')")
        running = litestream.start()
        try:
            until = time.monotonic() + PATIENCE
            while not litestream.taken() and time.monotonic() < until:
                time.sleep(0.02)
            yield litestream
        finally:
            running.kill()
            running.wait()


def test_the_guide_has_the_settings_that_are_tried() -> None:
    guide = (ROOT / "docs" / "replica.md").read_text(encoding="utf-8")
    assert f"```yaml\n{CONFIG.format(database='/var/lib/kith/kith.db', replica='/srv/elsewhere/kith')}```" in guide


@pytest.mark.sockets
def test_a_real_litestream_is_known_by_its_folder(replicated: Litestream) -> None:
    assert replica.beside(replicated.database)
    assert replica.behind(replicated.database) < replica.BEHIND
    [reader] = write_ahead.readers(replicated.database)
    assert reader.startswith("litestream (")


@pytest.mark.sockets
async def test_a_real_litestream_lets_nobody_wait(replicated: Litestream) -> None:
    async with await Database.open(replicated.database) as database:
        since = time.monotonic()
        for _time in range(20):
            await database.scrub()
        assert time.monotonic() - since < 1


@pytest.mark.sockets
def test_what_a_replica_holds_is_closed_to_others_under_the_umask_of_the_guide(replicated: Litestream) -> None:
    held = [
        path for folder in (replicated.folder, replica.folder_of(replicated.database)) for path in folder.rglob("*")
    ]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in held} == {0}
    target = replicated.folder.with_name("restored.db")
    replicated.restore(target)
    assert stat.S_IMODE(target.stat().st_mode) & 0o077 == 0
