"""Kith's world on Matrix, fresh for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.matrix.world import World
from tests.beds.matrix.synapse import Synapse


@pytest.fixture
async def world(synapse: Synapse, tmp_path: Path) -> AsyncIterator[World]:
    """Kith with an account, not yet started."""
    async with World(synapse, tmp_path) as world:
        yield world


@pytest.fixture
async def kith(world: World) -> World:
    """The same, started."""
    await world.start()
    return world
