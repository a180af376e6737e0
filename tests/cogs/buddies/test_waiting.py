"""Whoever has nobody hears why, when I look again, and a welcomer's name; and says hello only by their own press."""

from __future__ import annotations

import pytest

from bot.story.playground import Playground
from storage.members import blocks, consents, members
from tests.cast import ALICE, BOB, CHANDRA, DANA, button, labels
from tests.cogs.buddies.world import NO_NAME, days, last, press_last, sign_up, to_the_round, told
from tests.cogs.settled import settle

NOBODY = "Nobody fits yet. I look again every two days, and I'll tell you."
ODD = (
    "Everybody who fits is with somebody: the number is odd. You come first next time. I look again every two days, and"
    " I'll tell you."
)
WELCOME = "\nUntil then: Dana welcomes people here, and likes a hello. They see your name only if you send one."
HELLO = "Alice looks for a buddy here and says hello."


async def no_trio(world: Playground) -> None:
    """Three who want no trio, so that one of them is over."""
    for member in (ALICE, BOB, CHANDRA):
        await sign_up(world, member)
        change = await world.chat.press(member, button(await world.chat.say(member, "buddy find"), "Change"))
        change = await world.chat.press(member, button(change, "A trio: is fine"))
        await world.chat.press(member, button(change, "Looks right"))


async def test_whom_nobody_fits_hears_so_once_in_a_round_and_can_change_what_they_chose(world: Playground) -> None:
    await sign_up(world, ALICE)
    await to_the_round(world)
    alone = last(world, ALICE, "Nobody fits")
    assert str(alone.text) == NOBODY
    assert "Change" in labels(await world.chat.press(ALICE, button(alone, "What I chose")))
    await days(world, 6)
    assert told(world, ALICE, "Nobody fits") == 1


async def test_whoever_is_over_hears_that_and_comes_first_next_time(world: Playground) -> None:
    await no_trio(world)
    await to_the_round(world)
    over = [member for member in (ALICE, BOB, CHANDRA) if told(world, member, ODD)]
    assert len(over) == 1
    asked = [member for member in (ALICE, BOB, CHANDRA) if told(world, member, NO_NAME)]
    assert len(asked) == 2
    for member in asked:
        await press_last(world, member, NO_NAME, "Yes")
    await days(world, 28)
    assert told(world, over[0], ODD) == 1
    assert told(world, over[0], NO_NAME) >= 1


async def test_a_welcomer_is_named_and_hears_of_it_only_by_a_press(world: Playground) -> None:
    await settle(world, DANA, "welcomer")
    await sign_up(world, ALICE)
    await to_the_round(world)
    alone = last(world, ALICE, "Nobody fits")
    assert str(alone.text) == NOBODY + WELCOME
    assert labels(alone) == ["Say hello", "What I chose"]
    assert told(world, DANA, "Alice") == 0
    assert "Sent: your name" in (await world.chat.press(ALICE, button(alone, "Say hello"))).text
    await world.bot.tick(world.now)
    assert told(world, DANA, HELLO) == 1
    await world.chat.press(ALICE, button(alone, "Say hello"))
    await world.bot.tick(world.now)
    assert told(world, DANA, HELLO) == 1


async def test_a_welcomer_one_avoids_is_not_named(world: Playground) -> None:
    await settle(world, DANA, "welcomer")
    await sign_up(world, ALICE)
    alice, dana = [await world.bot.database.read(members.person_of, one) for one in (ALICE, DANA)]
    assert alice is not None
    assert dana is not None
    await world.bot.database.write(blocks.add, dana, alice, world.now)
    await to_the_round(world)
    assert str(last(world, ALICE, "Nobody fits").text) == NOBODY


@pytest.mark.parametrize("how", ["stopped", "avoids"])
async def test_a_welcomer_who_stopped_meanwhile_hears_nothing(world: Playground, how: str) -> None:
    await settle(world, DANA, "welcomer")
    await sign_up(world, ALICE)
    await to_the_round(world)
    alice, dana = [await world.bot.database.read(members.person_of, one) for one in (ALICE, DANA)]
    assert alice is not None
    assert dana is not None
    if how == "stopped":
        await world.bot.database.write(consents.withdraw, dana, "welcomer")
    else:
        await world.bot.database.write(blocks.add, dana, alice, world.now)
    assert "not here any more" in (await press_last(world, ALICE, "Nobody fits", "Say hello")).text
    await world.bot.tick(world.now)
    assert told(world, DANA, HELLO) == 0
