"""`kith cases`: what only the host may see reaches the host, and its end reaches the reporter."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench._installed import config
from bot.cli import main
from bot.errors import FatalError
from bot.hosting.host_cases import close, waiting
from bot.messages import Community
from storage.moderation import holds
from tests.cast import ALICE, BOB, Playground, button
from tests.cogs.moderated import person, populate, press, say, told
from tests.conftest import SATURDAY_EVENING


async def report(world: Playground, words: str) -> Community:
    porch = await populate(world)
    screen = await press(world, ALICE, await say(world, ALICE, "report"), "Only the host")
    await world.chat.press(ALICE, button(screen, "Write it"))
    await world.chat.say(ALICE, words)
    await press(world, ALICE, await world.chat.say(ALICE, "bob"), "Send it")
    await world.bot.tick(world.now)
    return porch


async def test_the_host_reads_it_and_closes_it_while_the_bot_runs(world: Playground, tmp_path: Path) -> None:
    porch = await report(world, "It was a moderator's friend.")
    own = config(tmp_path / "world")
    [shown] = await waiting(own)
    assert shown.startswith("1. The Porch, 2026-03-28, about Bob (local, bob):")
    assert "It was a moderator's friend." in shown
    await close(own, 1, world.now, free=True)
    assert await waiting(own) == []
    await world.bot.tick(world.now)
    assert "Your report is closed." in told(world, ALICE)[-1]
    assert not await world.bot.database.read(holds.is_held, porch, await person(world, BOB))


async def test_a_report_cannot_steer_the_hosts_terminal(world: Playground, tmp_path: Path) -> None:
    await report(world, "a\x1b[2Jb\x07\u202ec")
    [shown] = await waiting(config(tmp_path / "world"))
    assert shown.splitlines()[1] == "a[2Jbc"


async def test_a_number_that_does_not_wait_is_refused(world: Playground, tmp_path: Path) -> None:
    await report(world, "x")
    with pytest.raises(FatalError, match="No report with the number 7 waits for you"):
        await close(config(tmp_path / "world"), 7, SATURDAY_EVENING, free=False)


async def test_without_a_database_it_says_so_and_makes_none(tmp_path: Path) -> None:
    with pytest.raises(FatalError, match="There is no database"):
        await waiting(config(tmp_path))
    assert os.listdir(tmp_path) == []


def test_the_command_needs_a_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", "--config", str(tmp_path / "none.toml")]) == 78
    assert "I can't find" in capsys.readouterr().err
