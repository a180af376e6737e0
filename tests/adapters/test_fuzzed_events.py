"""Whatever a platform sends, nothing fails and the next member is answered.

``KITH_FUZZ=100000`` sends as many events to each; `scripts/soak fuzz` is the same with a bar.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.discord_bed import discord_bed
from tests.adapters.matrix_bed import matrix_bed
from tests.engines import fuzz

COUNT = int(os.environ.get("KITH_FUZZ", "400"))


@pytest.fixture
def failures() -> Iterator[list[str]]:
    with fuzz.noticed() as records:
        yield records


@pytest.mark.sockets
async def test_discord_may_send_anything(tmp_path: Path, failures: list[str]) -> None:
    async with discord_bed(tmp_path / "kith") as bed:
        async for data in fuzz.discord_events(bed, COUNT, look=100):
            assert failures == [], data


@pytest.mark.sockets
async def test_matrix_may_bring_anything(tmp_path: Path, failures: list[str]) -> None:
    async with matrix_bed(tmp_path / "kith") as bed:
        async for event in fuzz.matrix_events(bed, COUNT):
            assert failures == [], event


def test_what_is_sent_is_of_many_shapes() -> None:
    made = [fuzz.thing(random.Random(seed), ["x"], fuzz.DISCORD_PARTS) for seed in range(200)]
    assert {dict, list, str, int, type(None)} <= {type(one) for one in made}
