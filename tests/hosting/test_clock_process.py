"""Holds Kith as its host starts it to a clock that can be believed: on a computer whose clock is set."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.dates import ask
from bot.clocks.clock import utc_now
from storage.database import sureness
from tests.beds.discord import FakeDiscord
from tests.beds.eventually import until
from tests.beds.process import Ended, Running, configure, environment, spawned


class Computer:
    """Where Kith is installed: ``set`` sets its clock, so many days ahead."""

    def __init__(self, folder: Path, discord: FakeDiscord) -> None:
        self.config = configure(folder, discord)
        self._database = folder / "data/kith.db"
        self._offset = folder / "offset"
        self.set(0)

    def set(self, days: float) -> None:
        fresh = self._offset.with_suffix(".new")
        fresh.write_text(str(days))
        fresh.replace(self._offset)

    @property
    def sure(self) -> datetime | None:
        """Until when Kith was sure of the time."""
        if not self._database.exists():
            return None
        with closing(sqlite3.connect(self._database)) as connection:
            found = sureness.last(connection)
        return found.at if found else None

    @asynccontextmanager
    async def started(self, *arguments: str) -> AsyncIterator[Running]:
        line = [
            sys.executable,
            "-m",
            "tests.beds.set_clock",
            str(self._offset),
            *arguments,
            "--config",
            str(self.config),
        ]
        async with spawned(line, environment()) as running:
            yield running

    async def ended(self, *arguments: str) -> Ended:
        async with self.started(*arguments) as kith:
            return await kith.end()

    async def run(self) -> None:
        """Start Kith, and stop it once it has noted the time."""
        before = self.sure
        async with self.started("run") as kith:
            assert await kith.line() == "ready: discord", (await kith.end()).err
            await until(lambda: self.sure != before)
            await kith.end(signal.SIGTERM)


@pytest.fixture
async def computer(tmp_path: Path, discord: FakeDiscord) -> Computer:
    return Computer(tmp_path, discord)


async def test_a_start_three_years_ahead_ends_with_one_sentence_until_the_host_confirms(computer: Computer) -> None:
    await computer.run()
    computer.set(1095)
    refused = await computer.ended("run")
    assert (refused.status, refused.out) == (78, "")
    assert refused.err.startswith("kith: The clock shows ")
    assert "1095 days after Kith last ran" in refused.err
    assert refused.err.count("\n") == 1
    confirmed = await computer.ended("clock", "--confirm")
    assert (confirmed.status, confirmed.out[:6]) == (0, "Noted:"), confirmed.err
    await computer.run()
    computer.set(0)
    behind = await computer.ended("run")
    assert behind.status == 78
    assert "and Kith has already seen" in behind.err
    looked = await computer.ended("clock")
    assert looked.status == 78
    assert looked.err.partition(" UTC, ")[2] == behind.err.partition(" UTC, ")[2]


async def test_a_start_twenty_nine_days_ahead_rests_until_the_clock_is_right(computer: Computer) -> None:
    await computer.run()
    before = computer.sure
    computer.set(29)
    async with computer.started("run") as kith:
        assert await kith.line() == "ready: discord"
        await asyncio.sleep(2)
        assert computer.sure == before
        computer.set(0)
        await until(lambda: computer.sure != before)
        stopped = await kith.end(signal.SIGTERM)
    assert "nothing is planned, erased or sent until it is set right" in stopped.err
    assert "the clock is right:" in stopped.err


async def test_a_clock_set_forty_days_ahead_while_kith_runs_rests_until_it_is_set_back(computer: Computer) -> None:
    async with computer.started("run") as kith:
        assert await kith.line() == "ready: discord"
        await until(lambda: computer.sure is not None)
        computer.set(40)
        await asyncio.sleep(3)
        computer.set(0)
        await asyncio.sleep(3)
        stopped = await kith.end(signal.SIGTERM)
    assert "nothing is planned, erased or sent until it is set right" in stopped.err
    assert "the clock is right:" in stopped.err
    found = computer.sure
    assert found is not None
    assert abs(found - utc_now()) < timedelta(minutes=10)


@pytest.mark.sockets
async def test_a_platform_on_this_computer_says_the_time_and_that_it_is_here(discord: FakeDiscord) -> None:
    voice = await ask(f"{discord.rest_url}/gateway")
    assert voice is not None
    assert voice.own
    assert abs(voice.at - utc_now()) < timedelta(seconds=10)


@pytest.mark.sockets
async def test_where_nobody_listens_nobody_says_the_time() -> None:
    assert await ask("http://127.0.0.1:9/") is None
