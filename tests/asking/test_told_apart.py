"""Two communities with one name: what one chooses from says which is which."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Community, Place
from storage.members import members
from tests.cast import Playground


async def met(world: Playground, *places: tuple[str, int, str]) -> list[str]:
    """The names of communities first met in these places: platform, days ago, name."""
    found: list[Community] = []
    for number, (platform, days, name) in enumerate(places):
        place = Place(platform, f"place-{number}", name)
        found.append(await world.bot.database.write(members.found, place, world.now - timedelta(days=days)))
    return [one.name for one in await world.bot.core.permissions._told_apart(found)]


async def test_those_on_different_platforms_are_told_apart_by_them(world: Playground) -> None:
    names = await met(world, ("here", 9, "the garden"), ("there", 9, "The Garden"), ("here", 9, "the porch"))
    assert names == ["the garden (Here)", "The Garden (There)", "the porch"]


async def test_those_on_one_platform_by_the_day_they_were_met(world: Playground) -> None:
    days = [(world.now - timedelta(days=ago)).date().isoformat() for ago in (9, 2)]
    names = await met(world, ("here", 9, "the garden"), ("here", 2, "the garden"))
    assert names == [f"the garden ({day})" for day in days]


async def test_those_met_on_one_day_by_a_number(world: Playground) -> None:
    assert await met(world, ("here", 2, "x"), ("here", 2, "x"), ("here", 1, "x")) == ["x (1)", "x (2)", "x (3)"]


@pytest.mark.parametrize("length", [1, 80, 500])
async def test_what_tells_them_apart_is_seen_however_long_the_name_is(world: Playground, length: int) -> None:
    names = await met(world, ("here", 2, "x" * length), ("there", 2, "x" * length))
    assert len({name[:45] for name in names}) == 2
