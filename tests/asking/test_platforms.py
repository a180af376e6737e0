"""Features ask platforms about people and places in one way; one that does not answer tells nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bot.context import Context
from bot.errors import DeliveryError
from tests.cast import ALICE, BOB, ROOM, Playground
from tests.cogs.settled import settle

COGS = Path(__file__).parents[2] / "cogs"
ASKED = {"name_of", "find_members", "read_member", "spots", "lacks", "places_of"}


def test_no_feature_asks_an_adapter_about_people_by_itself() -> None:
    """But the hourly look at permissions, which goes on as soon as one platform answers (``troubles``)."""
    found = []
    for path in sorted(COGS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ASKED and "adapter" in ast.unparse(node.value):
                found.append(path.relative_to(COGS).as_posix())
    assert found == ["moderation/troubles.py"]


async def test_who_is_named_in_a_community_is_found_where_its_places_are(world: Playground) -> None:
    await settle(world, ALICE)
    [here] = await world.bot.core.permissions.around(await context(world))
    platforms = world.bot.core.platforms
    assert [*await platforms.found(here, "bob", ALICE)] == [BOB]
    mentioned = platforms.mentioned("@Bob", ALICE)
    assert mentioned == BOB


async def test_a_platform_that_does_not_answer_tells_nothing(
    world: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settle(world, ALICE)
    [here] = await world.bot.core.permissions.around(await context(world))

    async def silent(*_args: object) -> None:
        raise DeliveryError("no answer")

    for name in ("name_of", "find_members"):
        monkeypatch.setattr(world.chat, name, silent)
    assert await world.bot.core.platforms.name_of(BOB) == BOB.id
    assert await world.bot.core.platforms.found(here, "bob", ALICE) == {}


async def context(world: Playground) -> Context:
    return await world.bot._recognising.context(world.chat.incoming(ALICE, ROOM))
