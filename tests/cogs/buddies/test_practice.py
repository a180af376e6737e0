"""Listening practice for two: the other one begins it, and the timer swaps the roles for both, also over a restart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Member
from storage.circles import meetings
from tests.cast import ALICE, BOB, CHANDRA, Playground, button, labels
from tests.cogs.buddies.world import last, met, press_last, told

ASKED = "would like a listening practice with you now"
SWAP = "Two minutes are over. Swap: the other one talks now."
OVER = "That was the second turn."


async def minutes(world: Playground, count: int) -> None:
    for _half in range(2 * count):
        world.now += timedelta(seconds=30)
        await world.bot.tick(world.now)


async def asked(world: Playground, *who: Member) -> None:
    await met(world, *who)
    await world.chat.say(ALICE, "buddy practice")
    await world.bot.tick(world.now)


async def test_two_minutes_each_and_then_the_roles_swap_for_both(world: Playground) -> None:
    await asked(world, ALICE, BOB)
    question = last(world, BOB, ASKED)
    assert str(question.text) == f"Alice {ASKED}: two minutes each, then swap. You talk first, and Alice listens."
    assert labels(question) == ["Begin", "Not now"]
    assert "begins for both of you" in (await world.chat.press(BOB, button(question, "Begin"))).text
    await world.bot.tick(world.now)
    first = [str(last(world, member, "First turn: 2 minutes, from now.").text) for member in (ALICE, BOB)]
    assert first[0] == first[1], "the same exercise for both"
    await minutes(world, 1)
    assert told(world, ALICE, SWAP) == 0
    await minutes(world, 1)
    assert told(world, ALICE, SWAP) == told(world, BOB, SWAP) == 1
    assert told(world, ALICE, OVER) == 0
    await minutes(world, 2)
    assert told(world, ALICE, OVER) == told(world, BOB, OVER) == 1
    await minutes(world, 4)
    assert told(world, ALICE, SWAP) == told(world, ALICE, OVER) == 1
    assert await world.bot.database.read(meetings.due_practices, world.now, 10) == []


async def test_not_now_is_told_to_nobody(world: Playground) -> None:
    await asked(world, ALICE, BOB)
    heard = len(world.chat.read(ALICE))
    assert str((await press_last(world, BOB, ASKED, "Not now")).text) == "That's fine. Nobody is told."
    await minutes(world, 5)
    assert len(world.chat.read(ALICE)) == heard


async def test_the_question_is_about_this_hour_and_comes_once_in_it(world: Playground) -> None:
    await asked(world, ALICE, BOB)
    await world.chat.say(ALICE, "buddy practice")
    await world.bot.tick(world.now)
    assert told(world, BOB, ASKED) == 1


async def test_no_second_timer_runs_beside_the_first(world: Playground) -> None:
    await asked(world, ALICE, BOB)
    await world.chat.say(BOB, "buddy practice")
    await world.bot.tick(world.now)
    await press_last(world, BOB, ASKED, "Begin")
    said = await press_last(world, ALICE, ASKED, "Begin")
    assert "A practice is running already." in said.text


@pytest.mark.parametrize("ended", [False, True])
async def test_three_have_no_timer_and_nobody_has_one_without_a_buddy(world: Playground, *, ended: bool) -> None:
    if ended:
        await asked(world, ALICE, BOB)
        screen = await world.chat.say(ALICE, "buddy end")
        await world.chat.press(ALICE, button(screen, "End it"))
        assert "You have no buddy" in (await press_last(world, BOB, ASKED, "Begin")).text
    else:
        await met(world, ALICE, BOB, CHANDRA)
        assert "The practice is for two." in (await world.chat.say(ALICE, "buddy practice")).text
    await minutes(world, 5)
    assert told(world, BOB, "First turn") == 0
