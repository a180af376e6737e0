"""Holds docs/delivery.md to the policies that the registered kinds really have."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from bot.adapters import discord, matrix
from bot.cog import Kind
from bot.groups import SETTLED
from storage.deliveries import INBOX_KEPT
from tests.cast import Playground

PAGE = (Path(__file__).parent.parent / "docs" / "delivery.md").read_text(encoding="utf-8")


def documented() -> dict[str, tuple[str, str]]:
    """Each kind of the table "Late": (late, unsure)."""
    rows = re.findall(r"^\| `([a-z_.-]+)` \| ([a-z ]+) \| ([a-z]+) \| .+ \|$", PAGE, re.MULTILINE)
    return {name: (late, unsure) for name, late, unsure in rows}


async def test_every_kind_is_listed_with_its_policies(world: Playground) -> None:
    registered: dict[str, Kind] = world.bot.kinds
    assert documented() == {name: (kind.late, kind.unsure) for name, kind in registered.items()}


def test_the_figures_are_those_of_the_code() -> None:
    assert f"at most {discord.REQUESTS.most} in any second | {discord.OPENINGS.most} in any minute" in PAGE
    assert f"from {discord.REFUSALS.most:,} in 10 minutes" in PAGE
    assert f"Discord: {discord.DiscordAdapter.window / timedelta(seconds=1):.0f} seconds" in PAGE
    assert f"Matrix: {matrix.REMEMBERED / timedelta(hours=1):.0f} hours" in PAGE
    assert f"for {INBOX_KEPT.days} days at most" in PAGE
    assert f"after {SETTLED.seconds} seconds" in PAGE
