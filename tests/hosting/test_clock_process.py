"""Holds Kith as its host starts it to a clock that can be believed: on a computer whose clock is really set."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.dates import ask
from bot.clocks.clock import utc_now
from storage.database import sureness
from tests.beds.discord import FakeDiscord
from tests.beds.eventually import until
from tests.beds.process import Ended, configure, started

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


def why_not() -> str:
    """Why a process of its own can be given no clock of its own here; empty where it can."""
    if LIBRARY is None:
        return "libfaketime is not installed here (Debian: apt install faketime)"
    asked = [sys.executable, "-c", "import datetime; print(datetime.datetime.now().year)"]
    answer = subprocess.run(asked, env=setting("+3650d"), capture_output=True, text=True, check=False)
    found = answer.stdout.strip()
    return "" if found.isdigit() and int(found) > utc_now().year + 5 else "libfaketime does not work with this Python"


def setting(offset: str) -> dict[str, str]:
    """As a clock is set: what only counts goes on."""
    return {"LD_PRELOAD": str(LIBRARY), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


faked = pytest.mark.skipif(bool(why_not()), reason=why_not())


@pytest.fixture
async def discord(sockets: None) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as running:
        running.add_guild()
        yield running


async def run_until_ready(config: Path, offset: str) -> Ended:
    before = last_sure(config)
    async with started("run", "--config", config, env=setting(offset)) as kith:
        assert await kith.line() == "ready: discord", (await kith.end()).err
        await until(lambda: last_sure(config) != before)
        return await kith.end(signal.SIGTERM)


async def ended(*arguments: str | Path, env: dict[str, str]) -> Ended:
    async with started(*arguments, env=env) as kith:
        return await kith.end()


def last_sure(config: Path) -> datetime | None:
    if not (config.parent / "data/kith.db").exists():
        return None
    with closing(sqlite3.connect(config.parent / "data/kith.db")) as connection:
        found = sureness.last(connection)
    return found.at if found else None


@faked
async def test_a_start_three_years_ahead_ends_with_one_sentence_until_the_host_confirms(
    tmp_path: Path, discord: FakeDiscord
) -> None:
    config = configure(tmp_path, discord)
    await run_until_ready(config, "+0d")
    refused = await ended("run", "--config", config, env=setting("+1095d"))
    assert (refused.status, refused.out) == (78, "")
    assert refused.err.startswith("kith: The clock shows ")
    assert "1095 days after Kith last ran" in refused.err
    assert refused.err.count("\n") == 1
    confirmed = await ended("clock", "--config", config, "--confirm", env=setting("+1095d"))
    assert (confirmed.status, confirmed.out[:6]) == (0, "Noted:"), confirmed.err
    await run_until_ready(config, "+1095d")
    behind = await ended("run", "--config", config, env=setting("+0d"))
    assert behind.status == 78
    assert "and Kith has already seen" in behind.err
    looked = await ended("clock", "--config", config, env=setting("+0d"))
    assert looked.status == 78
    assert looked.err.partition(" UTC, ")[2] == behind.err.partition(" UTC, ")[2]


@faked
async def test_a_start_twenty_nine_days_ahead_rests_until_the_clock_is_right(
    tmp_path: Path, discord: FakeDiscord
) -> None:
    config = configure(tmp_path, discord)
    await run_until_ready(config, "+0d")
    before = last_sure(config)
    async with started("run", "--config", config, env=setting("+29d")) as kith:
        assert await kith.line() == "ready: discord"
        await asyncio.sleep(3)
        stopped = await kith.end(signal.SIGTERM)
    assert "nothing is planned, erased or sent until it is set right" in stopped.err
    assert last_sure(config) == before
    await run_until_ready(config, "+0d")


@faked
async def test_a_clock_set_forty_days_ahead_while_kith_runs_rests_until_it_is_set_back(
    tmp_path: Path, discord: FakeDiscord
) -> None:
    config, file = configure(tmp_path, discord), tmp_path / "offset"
    file.write_text("+0d\n")
    env = setting("+0d") | {"FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_NO_CACHE": "1"}
    del env["FAKETIME"]
    async with started("run", "--config", config, env=env) as kith:
        assert await kith.line() == "ready: discord"
        await until(lambda: last_sure(config) is not None)
        file.write_text("+40d\n")
        await asyncio.sleep(3)
        file.write_text("+0d\n")
        await asyncio.sleep(3)
        stopped = await kith.end(signal.SIGTERM)
    assert "nothing is planned, erased or sent until it is set right" in stopped.err
    assert "the clock is right:" in stopped.err
    found = last_sure(config)
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
