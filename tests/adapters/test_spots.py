"""Where the bot may write, as each platform says it, and what its permissions keep it from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.beds import beds
from tests.adapters.contract import Bed


@pytest.fixture(params=beds())
async def bed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bed]:
    async with request.param(tmp_path / "kith") as opened:
        yield opened


async def test_the_shared_place_is_offered_and_known_to_be_shared(bed: Bed) -> None:
    spots = await bed.adapter.spots(bed.place, bed.actor("mo").member)
    public = [spot for spot in spots if not spot.private]
    assert public, spots
    assert all(spot.name for spot in spots)
    assert all(spot.channel.platform == bed.adapter.name for spot in spots)


async def test_what_may_be_done_there_is_asked_of_the_platform(bed: Bed) -> None:
    assert "write" not in await bed.adapter.lacks(bed.place)


async def test_a_moderator_sets_up_where_reports_go_on_every_platform(bed: Bed) -> None:
    mo = bed.actor("mo")
    asked = await mo.say_in_room("kith-mod setup")
    assert "I keep your account id and your choices" in asked.text
    first = await mo.press(asked, "Yes")
    assert "1 of 5." in first.text
    second = await mo.press(first, "Later")
    assert "2 of 5." in second.text
    third = await mo.press(second, "Skip")
    assert "3 of 5." in third.text
    assert "I can post there (checked)." in third.text
    fourth = await mo.press(third, "Yes, there")
    assert "4 of 5." in fourth.text
