"""One writer, shared commits, snapshots: what every storage function relies on."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.errors import StorageError
from storage.database import platforms
from storage.database.database import Database
from tests.beds.eventually import PATIENCE


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "kith.db") as opened:
        yield opened


def note(connection: Connection, name: str, value: str = "kept") -> str:
    platforms.set_state(connection, "local", name, value)
    return value


def fail_after_noting(connection: Connection, name: str) -> None:
    note(connection, name)
    raise LookupError(name)


def count(connection: Connection, name: str) -> str:
    return note(connection, name, str(int(platforms.state(connection, "local", name) or 0) + 1))


def traced(connection: Connection) -> list[str]:
    """What this connection runs from now on."""
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    return statements


def break_a_deferred_key(connection: Connection) -> None:
    """Noticed by SQLite only when everybody's transaction is committed."""
    connection.execute("PRAGMA defer_foreign_keys = ON")
    connection.execute("INSERT INTO memberships (community, person, since) VALUES (77, 77, 1)")


def end_the_transaction(connection: Connection) -> None:
    connection.execute("ROLLBACK")


def exhausted(_connection: Connection) -> object:
    return next(iter(()))


async def noted(database: Database, *names: str) -> list[str]:
    return [name for name in names if await database.read(platforms.state, "local", name) is not None]


async def test_a_write_returns_what_its_function_returned(database: Database) -> None:
    assert await database.write(note, "one", value="two") == "two"
    assert await database.read(platforms.state, "local", "one") == "two"


async def test_writes_that_wait_share_one_commit(database: Database, tmp_path: Path) -> None:
    await database.write(note, "first")
    with closing(sqlite3.connect(tmp_path / "kith.db")) as other:
        [before] = other.execute("PRAGMA data_version").fetchone()
        await asyncio.gather(*(database.write(note, str(number)) for number in range(50)))
        [after] = other.execute("PRAGMA data_version").fetchone()
    assert await noted(database, "0", "49") == ["0", "49"]
    assert after - before <= 2


async def test_one_that_fails_takes_nothing_of_its_neighbours_with_it(database: Database) -> None:
    results = await asyncio.gather(
        database.write(note, "before"),
        database.write(fail_after_noting, "broken"),
        database.write(note, "after"),
        return_exceptions=True,
    )
    assert results[0] == results[2] == "kept"
    assert isinstance(results[1], LookupError)
    assert await noted(database, "before", "broken", "after") == ["before", "after"]


async def test_who_runs_again_because_of_a_neighbour_has_written_once(database: Database) -> None:
    results = await asyncio.gather(
        database.write(count, "before"),
        database.write(fail_after_noting, "broken"),
        database.write(count, "after"),
        database.write(fail_after_noting, "broken too"),
        return_exceptions=True,
    )
    assert results[0] == results[2] == "1"
    assert await database.read(platforms.state, "local", "before") == "1"
    assert await database.read(platforms.state, "local", "after") == "1"


async def test_a_savepoint_is_paid_for_only_where_something_fails(database: Database) -> None:
    statements = await database.write(traced)
    await asyncio.gather(*(database.write(note, str(number)) for number in range(50)))
    assert not [sql for sql in statements if sql.startswith("SAVEPOINT")]
    await asyncio.gather(database.write(note, "one"), database.write(fail_after_noting, "x"), return_exceptions=True)
    assert [sql for sql in statements if sql.startswith("SAVEPOINT")]


@pytest.mark.parametrize("spoiler", [break_a_deferred_key, end_the_transaction])
async def test_one_that_breaks_the_shared_commit_is_tried_alone(database: Database, spoiler: object) -> None:
    assert callable(spoiler)
    results = await asyncio.gather(
        database.write(note, "before"),
        database.write(spoiler),
        database.write(note, "after"),
        return_exceptions=True,
    )
    assert results[0] == results[2] == "kept"
    assert isinstance(results[1], StorageError | RuntimeError)
    assert await noted(database, "before", "after") == ["before", "after"]


async def test_who_is_cancelled_may_have_written_but_never_by_half(database: Database) -> None:
    writing = [asyncio.create_task(database.write(both, str(number))) for number in range(100)]
    await asyncio.sleep(0)
    for task in writing:
        task.cancel()
    results = await asyncio.gather(*writing, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    await database.write(note, "later")
    for number in range(100):
        assert len(await noted(database, f"{number} one", f"{number} other")) in (0, 2)


def both(connection: Connection, name: str) -> None:
    note(connection, f"{name} one")
    note(connection, f"{name} other")


async def test_a_read_sees_one_moment_while_others_write(database: Database) -> None:
    stop = asyncio.Event()

    async def keep_writing() -> None:
        count = 0
        while not stop.is_set():
            count += 1
            await database.write(same_twice, str(count))

    writing = asyncio.create_task(keep_writing())
    for _ in range(200):
        one, other = await database.read(lambda c: (platforms.state(c, "local", "a"), platforms.state(c, "local", "b")))
        assert one == other
    stop.set()
    await writing


def same_twice(connection: Connection, value: str) -> None:
    note(connection, "a", value)
    note(connection, "b", value)


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError, match="readonly"):
        await database.read(note, "sneaked in")
    assert await noted(database, "sneaked in") == []


async def test_what_sqlite_says_leaves_as_a_storage_error(database: Database) -> None:
    with pytest.raises(StorageError, match="no such table"):
        await database.write(lambda connection: connection.execute("SELECT 1 FROM nowhere").fetchall())
    with pytest.raises(StorageError, match="no such table"):
        await database.read(lambda connection: connection.execute("SELECT 1 FROM nowhere").fetchall())


async def test_a_function_that_runs_out_of_rows_is_a_mistake_of_ours(database: Database) -> None:
    with pytest.raises(RuntimeError, match="next"):
        await database.read(exhausted)


async def test_closing_finishes_what_waits_and_refuses_what_comes_later(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "kith.db")
    writing = [asyncio.create_task(database.write(note, str(number))) for number in range(20)]
    await asyncio.sleep(0)
    await database.close()
    assert await asyncio.gather(*writing) == ["kept"] * 20
    for refused in (database.write(note, "late"), database.read(platforms.state, "local", "0"), database.scrub()):
        with pytest.raises(StorageError, match="closed"):
            await refused
    async with await Database.open(tmp_path / "kith.db") as again:
        assert await noted(again, "0", "19", "late") == ["0", "19"]


async def test_a_flush_that_dies_leaves_nobody_waiting(database: Database) -> None:
    writing = asyncio.create_task(database.write(note, "one"))
    for _step in ("the write waits", "its commit begins"):
        await asyncio.sleep(0)
    assert database._flusher is not None
    database._flusher.cancel()
    with pytest.raises(StorageError, match="outcome unknown"):
        await writing
    assert await database.write(note, "two") == "kept"


async def test_a_flush_cancelled_before_its_first_step_leaves_nobody_waiting(database: Database) -> None:
    writing = asyncio.create_task(database.write(note, "one"))
    await asyncio.sleep(0)
    assert database._flusher is not None
    database._flusher.cancel()
    with pytest.raises(StorageError, match="outcome unknown"):
        await asyncio.wait_for(writing, PATIENCE)
    assert await noted(database, "one") == []
    assert await database.write(note, "two") == "kept"


PROMISES = {"synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "journal_mode": "wal", "temp_store": 2}


async def test_every_promise_of_the_connection_is_switched_on(database: Database) -> None:
    for name, value in PROMISES.items():
        assert await database.write(pragma, name) == value, name


def pragma(connection: Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


async def test_a_full_disk_is_an_error_for_those_it_hits_and_passes(database: Database) -> None:
    """SQLite has rolled back by itself where the disk is full; the next write finds no transaction left open."""
    [pages] = await database.write(lambda connection: connection.execute("PRAGMA page_count").fetchone())
    await database.write(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages + 2}").fetchone())
    results = await asyncio.gather(
        database.write(note, "huge", "x" * 100_000), database.write(note, "small"), return_exceptions=True
    )
    assert isinstance(results[0], StorageError)
    assert results[1] == "kept"
    await database.write(lambda connection: connection.execute("PRAGMA max_page_count = 100000").fetchone())
    assert await database.write(note, "huge", "x" * 100_000)
    assert await noted(database, "huge", "small") == ["huge", "small"]
