"""What a member types is in no log: a canary through every command, button and form, with every logger at DEBUG.

``KITH_CANARY=1000000`` goes on until so many lines were written; by default it is one round. `scripts/soak canary` is
the same with a bar, and with events of both platforms.
"""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import log
from bot.errors import FatalError, StorageError
from bot.hosting import config
from bot.messages import Member
from storage.members import members
from tests.adapters.discord_bed import discord_bed
from tests.adapters.matrix_bed import matrix_bed
from tests.cast import ALICE, BOB, EVE, MO, Playground
from tests.engines import canary
from tests.engines.canary import CANARY, Watched, arrive, watched

LINES = int(os.environ.get("KITH_CANARY", "0"))


@pytest.fixture
def written() -> Iterator[Watched]:
    with watched() as stream:
        yield stream


@pytest.fixture
def world(on_threads: Playground) -> Playground:
    """What the database's library logs is looked at too."""
    return on_threads


async def test_no_word_of_a_member_is_logged(world: Playground, written: Watched) -> None:
    chance = random.Random(3)
    await arrive(world, ALICE, BOB, MO, Member(EVE.platform, f"{CANARY}-id", f"Eve {CANARY}"))
    wanted = max(LINES, written.lines + 1)
    while written.lines < wanted:
        async for done in canary.everything(world, chance):
            assert written.hits == [], done
    assert "aiosqlite" in written.sources
    assert written.lines > 10_000


@pytest.mark.sockets
async def test_nothing_that_discord_sends_is_logged(tmp_path: Path, written: Watched) -> None:
    async with discord_bed(tmp_path / "kith") as bed:
        async for _done in canary.on_discord(bed, 100, seed=1):
            assert written.hits == []
    assert {"bot", "discord", "aiosqlite"} <= written.sources


@pytest.mark.sockets
async def test_nothing_that_matrix_brings_is_logged(tmp_path: Path, written: Watched) -> None:
    async with matrix_bed(tmp_path / "kith") as bed:
        async for _done in canary.on_matrix(bed, 100, seed=1):
            assert written.hits == []
    assert {"bot", "nio", "aiosqlite"} <= written.sources


async def test_no_traceback_anywhere_holds_a_word(written: Watched) -> None:
    async for done in canary.tracebacks():
        assert written.hits == [], done
    assert {"apscheduler", "asyncio", "discord", "nio"} <= written.sources


async def test_no_word_is_logged_with_a_traceback(
    world: Playground, written: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A feature that breaks with the words in its exception, and a database that does."""
    await arrive(world, ALICE)

    def broken(*_given: object) -> None:
        raise ValueError(f"cannot read {CANARY}") from KeyError(CANARY)

    monkeypatch.setattr(members, "profile", broken)
    for line in (CANARY, f"notes add {CANARY}", f"report {CANARY}", f"feedback {CANARY}", "settings"):
        await world.chat.say(ALICE, line)
    monkeypatch.undo()

    async def closed(*_given: object) -> None:
        raise StorageError(CANARY)

    monkeypatch.setattr(type(world.bot.database), "write", closed)
    await world.chat.say(ALICE, f"feedback {CANARY}")
    assert {"ValueError", "bot.errors.StorageError"} <= written.raised
    assert written.hits == []


async def test_forgetting_leaves_nothing_of_a_person_in_the_log(world: Playground, written: Watched) -> None:
    somebody = Member(ALICE.platform, f"{CANARY}-id", f"Name {CANARY}")
    await arrive(world, somebody)
    await world.chat.say(somebody, f"feedback {CANARY}")
    await world.bot.tick(world.bot.now())
    screen = await world.chat.say(somebody, "forget-me")
    await world.chat.press(somebody, screen.buttons[0])
    await world.bot.tick(world.bot.now())
    assert await world.bot.database.read(members.person_of, somebody) is None
    assert written.hits == []


async def test_the_canary_is_found_where_it_is(written: Watched) -> None:
    """The tests above can fail: what a line of ours calls harmless is written."""
    logging.getLogger("bot.test").warning("%s was logged", log.Word(CANARY))
    assert written.hits


def test_a_config_file_is_not_quoted_in_an_error(tmp_path: Path, written: Watched) -> None:
    file = tmp_path / "kith.toml"
    for content in (f"{CANARY}", f'[discord]\ntoken = "{CANARY}" x', f'[discord]\ntoken = 5\nx = "{CANARY}"'):
        file.write_text(content)
        with pytest.raises(FatalError) as error:
            config.load(file, {})
        logging.getLogger("bot.app").exception("failed", exc_info=error.value)
    assert "bot.errors.FatalError" in written.raised
    assert written.hits == []
