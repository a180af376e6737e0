"""Each broken thing is told in one sentence by `kith doctor` or `kith run`, and what that sentence names mends it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.beds.discord import FakeDiscord
from tests.hosting.broken import Broken, Place, mended
from tests.hosting.broken_copies import BACKUPS, COMMUNITY
from tests.hosting.broken_data import DATA, MACHINE
from tests.hosting.broken_things import CONFIGURATION, KEYS, SECRETS

TABLE = {**CONFIGURATION, **SECRETS, **KEYS, **DATA, **MACHINE, **BACKUPS, **COMMUNITY}


@pytest.fixture
async def discord(sockets: None) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as running:
        running.add_guild()
        yield running


@pytest.mark.parametrize("broken", TABLE.values(), ids=TABLE)
async def test_its_sentence_mends_it(broken: Broken, tmp_path: Path, discord: FakeDiscord) -> None:
    place = Place(tmp_path, discord)
    await mended(place if broken.fresh else place.used(), broken)
