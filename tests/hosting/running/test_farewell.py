"""`kith farewell`, as a host types it: beside a running Kith, too soon, twice, and taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli import main
from bot.errors import FatalError
from bot.hosting.running import farewell as command
from storage.members import farewell
from tests.beds.discord import FakeDiscord, Person
from tests.beds.eventually import until
from tests.beds.process import configure, finished, started
from tests.hosting.house import House, built

NOW = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return built(tmp_path)


def said(house: House) -> farewell.Farewell | None:
    with closing(sqlite3.connect(house.database)) as connection:
        return farewell.said(connection)


async def test_a_day_a_week_ahead_is_said_and_it_is_told_whose_day_it_is(house: House) -> None:
    told = await command.announce(house.config, "2026-06-08", NOW)
    assert told.startswith("Kith stops at the end of 2026-06-08, as clocks in UTC show it.")
    found = said(house)
    assert found is not None
    assert (found.day, found.zone) == (date(2026, 6, 8), "UTC")


@pytest.mark.parametrize("day", ["2026-06-07", "2026-06-01", "2026-05-30", "1999-01-01"])
async def test_a_day_that_is_past_or_too_near_is_refused(house: House, day: str) -> None:
    with pytest.raises(FatalError, match=r"People need a week .* 2026-06-08 is the first day that can be"):
        await command.announce(house.config, day, NOW)
    assert said(house) is None


@pytest.mark.parametrize("day", ["30 June", "2026-13-01", "tomorrow", ""])
async def test_what_is_no_day_is_refused(house: House, day: str) -> None:
    with pytest.raises(FatalError, match=r"as a day\. Write it like 2027-06-30"):
        await command.announce(house.config, day, NOW)


async def test_the_same_day_twice_changes_nothing_and_another_one_does(house: House) -> None:
    await command.announce(house.config, "2026-06-30", NOW)
    assert "said already" in await command.announce(house.config, "2026-06-30", NOW)
    await command.announce(house.config, "2026-07-31", NOW)
    found = said(house)
    assert found is not None
    assert (found.number, found.day) == (2, date(2026, 7, 31))


async def test_it_is_taken_back_once(house: House) -> None:
    with pytest.raises(FatalError, match="No farewell stands"):
        await command.take_back(house.config)
    await command.announce(house.config, "2026-06-30", NOW)
    assert await command.take_back(house.config) == "Taken back. Whoever was told hears that Kith stays."
    with pytest.raises(FatalError, match="No farewell stands"):
        await command.take_back(house.config)


async def test_without_a_database_it_says_so_and_makes_none(house: House) -> None:
    house.database.unlink()
    with pytest.raises(FatalError, match="There is no database"):
        await command.announce(house.config, "2026-06-30", NOW)
    assert not house.database.exists()


@pytest.mark.parametrize("arguments", [(), ("2027-06-30", "--cancel")])
def test_it_takes_either_a_day_or_cancel(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["farewell", *arguments, "--config", "config.toml"])
    assert "usage: kith farewell" in capsys.readouterr().err


@pytest.fixture
async def discord(sockets: None) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as running:
        yield running


@pytest.mark.sockets
async def test_beside_a_running_kith_everybody_is_told_and_told_that_it_stays(
    tmp_path: Path, discord: FakeDiscord
) -> None:
    guild = discord.add_guild()
    alice = discord.add_person("alice", guild)
    config = configure(tmp_path, discord)
    day = (datetime.now(UTC) + timedelta(days=40)).date()
    async with started("run", "--config", config) as kith:
        assert await kith.line() == "ready: discord"
        asked = await (await alice.slash("checkin on", at="19:00", zone="berlin")).reply()
        await (await alice.press(asked, "Yes")).reply()
        without_quiet_hours(tmp_path / "data/kith.db")
        done = await finished("farewell", str(day), "--config", config)
        assert (done.status, done.err) == (0, "")
        await until(lambda: reads(alice, "I stop here on") == 1)
        done = await finished("farewell", "--cancel", "--config", config)
        assert (done.status, done.out) == (0, "Taken back. Whoever was told hears that Kith stays.\n")
        await until(lambda: reads(alice, "I stay here after all.") == 1)
        assert reads(alice, "I stop here on") == 1


def without_quiet_hours(database: Path) -> None:
    """Whatever hour it is where the test runs."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE persons SET quiet_start = '00:00', quiet_end = '00:00'")


def reads(person: Person, words: str) -> int:
    return sum(any(words in text for text in (message.text, *message.told)) for message in person.sees())
