"""Holds docs/delivery.md to the policies that the registered kinds really have."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from bot.adapters import discord, matrix
from bot.platform.groups import SETTLED
from bot.registry import Kind
from storage.delivery.deliveries import INBOX_KEPT
from tests.cast import Playground

PAGE = (Path(__file__).parents[2] / "docs" / "delivery.md").read_text(encoding="utf-8")


def documented() -> dict[str, tuple[str, str]]:
    """Each kind of the table "Late": (late, unsure)."""
    rows = re.findall(r"^\| `([a-z_.-]+)` \| ([a-z ]+) \| ([a-z]+) \| .+ \|$", PAGE, re.MULTILINE)
    return {name: (late, unsure) for name, late, unsure in rows}


async def test_every_kind_is_listed_with_its_policies(world: Playground) -> None:
    registered: dict[str, Kind] = world.bot.registry.kinds
    has = {name: (kind.late, kind.unsure) for name, kind in registered.items()}
    listed = documented()
    missing = [f"| `{name}` | {late} | {unsure} | ... |" for name, (late, unsure) in has.items() if name not in listed]
    assert missing == [], "rows for the table under Late"
    assert listed == has


def test_the_figures_are_those_of_the_code() -> None:
    requests, openings = discord.REQUESTS, discord.OPENINGS
    assert requests.seconds == 1 / 5
    assert f"at most {requests.most * 5} a second, {requests.most} in any fifth of one | {openings.most} in any" in PAGE
    assert f"from {discord.REFUSALS.most:,} in 10 minutes" in PAGE
    assert f"Discord: {discord.DiscordAdapter.window / timedelta(seconds=1):.0f} seconds" in PAGE
    assert f"Matrix: {matrix.REMEMBERED / timedelta(hours=1):.0f} hours" in PAGE
    assert f"for {INBOX_KEPT.days} days at most" in PAGE
    assert f"after {SETTLED.seconds} seconds" in PAGE
