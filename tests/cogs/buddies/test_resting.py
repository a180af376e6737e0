"""Two people when one of them is taken out of the community, or the bot is."""

from __future__ import annotations

from datetime import timedelta

from storage.buddies import pairs
from storage.members import members
from tests.cast import ALICE, BOB, CHANDRA, ROOM, Playground, button, pass_time
from tests.cogs.buddies.test_being_buddies import EARLY, pair_of
from tests.cogs.buddies.world import NO_NAME, met, sign_up, told


async def test_when_one_is_taken_out_the_pair_ends_at_once_with_the_same_words_as_always(world: Playground) -> None:
    await met(world, ALICE, BOB)
    world.chat.leave(ALICE, ROOM)
    await world.bot.left(ALICE, ROOM)
    await pass_time(world, timedelta(hours=1))
    bob = await world.bot.database.read(members.person_of, BOB)
    assert bob is not None
    assert await world.bot.database.read(pairs.of, bob) == []
    assert told(world, BOB, EARLY) == 1
    assert told(world, BOB, "taken out") == 0


async def test_when_the_bot_is_taken_out_for_some_days_the_pair_is_as_it_was(world: Playground) -> None:
    await met(world, ALICE, BOB)
    before = await pair_of(world)
    await world.bot.removed(ROOM)
    await pass_time(world, timedelta(days=3))
    assert (await pair_of(world))._replace(tries=before.tries) == before
    assert told(world, BOB, EARLY) == 0
    await world.bot.returned(ROOM)
    await pass_time(world, timedelta(hours=1))
    assert (await pair_of(world)).state == "active"


async def test_when_the_bot_stays_out_the_pair_ends_after_a_week(world: Playground) -> None:
    await met(world, ALICE, BOB)
    await world.bot.removed(ROOM)
    await pass_time(world, timedelta(days=8))
    alice = await world.bot.database.read(members.person_of, ALICE)
    assert alice is not None
    assert await world.bot.database.read(pairs.of, alice) == []


async def test_nobody_who_is_back_is_introduced_before_they_say_go_on(world: Playground) -> None:
    await sign_up(world, BOB, CHANDRA)
    await world.bot.removed(ROOM)
    await world.bot.returned(ROOM)
    await pass_time(world, timedelta(days=9))
    assert told(world, CHANDRA, NO_NAME) == told(world, BOB, NO_NAME) == 0
    for member in (BOB, CHANDRA):
        await world.chat.press(member, button(await world.chat.say(member, "settings"), "Go on"))
    await pass_time(world, timedelta(days=9))
    assert told(world, CHANDRA, NO_NAME) == told(world, BOB, NO_NAME) == 1
