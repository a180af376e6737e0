"""Help now on the real platforms with the database lost, locked or full: by command, in a direct chat, by a button."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.bot import Bot
from bot.words import crisis_lines
from storage.members import community_settings, members
from storage.members.community_settings import Settings
from storage.moderation import lines
from tests.adapters.beds import beds
from tests.adapters.contract import Actor, Bed, Seen

GB = crisis_lines.shipped().of("GB")


@pytest.fixture(params=beds("discord", "matrix"))
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bed]:
    """A community with two lines that were checked and a number of its own."""
    async with request.param(tmp_path / "kith") as bed:
        await bed.bot.database.write(check_lines, bed)
        await bed.bot.run_jobs("hour", bed.bot.now())
        yield bed


def check_lines(connection: sqlite3.Connection, bed: Bed) -> None:
    now = bed.bot.now()
    community = members.found(connection, bed.place, now)
    community_settings.save(connection, community, Settings(emergency="999"))
    for line in GB:
        lines.confirm(connection, community, line.id, (now + timedelta(days=90)).date(), now)


# -- what goes wrong ---------------------------------------------------------------------------------------------------


@asynccontextmanager
async def lost(bot: Bot, file: Path) -> AsyncIterator[None]:
    """It is closed under the bot, and its files are gone."""
    await bot.database.close()
    for name in ("kith.db", "kith.db-wal", "kith.db-shm"):
        file.with_name(name).unlink(missing_ok=True)
    yield


@asynccontextmanager
async def locked(bot: Bot, file: Path) -> AsyncIterator[None]:
    """Another program holds it, for as long as it likes."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@asynccontextmanager
async def full(bot: Bot, file: Path) -> AsyncIterator[None]:
    """Not one more page fits."""

    def fill(connection: sqlite3.Connection) -> None:
        [pages] = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    await bot.database.write(fill)
    yield


Harm = Callable[[Bot, Path], AbstractAsyncContextManager[None]]


def is_whole(card: Seen) -> None:
    assert "Call your emergency number (999; otherwise 112, 911, 999)" in card.text
    for line in GB:
        assert line.name in card.text
    assert "Nobody has been told you pressed this." in card.text
    assert "Choose" in card.buttons


@pytest.mark.parametrize("harm", [lost, locked, full])
async def test_the_card_is_whole_whatever_has_become_of_the_database(bed: Bed, tmp_path: Path, harm: Harm) -> None:
    alice: Actor = bed.actor("alice")
    helped = await alice.say("help")
    async with harm(bed.bot, tmp_path / "kith" / "kith.db"):
        is_whole(await alice.say("sos"))
        is_whole(await alice.say_in_room("help-now"))
        is_whole(await alice.press(helped, "Help now"))
        card = await alice.say("help now")
        page = await alice.press(card, "Choose")
        assert "Denmark" in page.buttons
        assert "In danger right now?" in (await alice.press(page, "Denmark")).text
