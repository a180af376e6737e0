"""The worlds that adapters are tested in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.discord import DiscordAdapter
from tests.adapters.discord_world import Kith, discord_world


@pytest.fixture(autouse=True)
def _few_guilds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake's one guild arrives at once; nothing is gained by waiting for a second."""
    monkeypatch.setattr("bot.adapters.discord.client.GUILDS_SETTLED", 0.02)


@pytest.fixture
async def kith(tmp_path: Path, sockets: None) -> AsyncIterator[Kith]:
    """Kith on the fake Discord, not yet started."""
    async with discord_world(tmp_path) as world:
        yield world


@pytest.fixture
async def adapter(kith: Kith) -> AsyncIterator[DiscordAdapter]:
    """The same, started."""
    async with kith.running() as running:
        yield running
