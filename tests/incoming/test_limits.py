"""Nobody can wear the bot out for the others, and Help now is never refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.cog import Settings
from bot.incoming.limits import REMEMBERED, Buckets, Limiter, Limits
from tests.cast import ALICE, BOB, ROOM, Playground

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = ("local", "alice")


def test_a_burst_is_allowed_and_then_one_at_a_time() -> None:
    buckets = Buckets()
    assert [buckets.take(KEY, 20, NOW) for _ in range(21)] == [True] * 20 + [False]
    assert not buckets.take(KEY, 20, NOW + timedelta(seconds=2))
    assert buckets.take(KEY, 20, NOW + timedelta(seconds=5))
    assert not buckets.take(KEY, 20, NOW + timedelta(seconds=5))
    assert [buckets.take(KEY, 20, NOW + timedelta(minutes=5)) for _ in range(21)] == [True] * 20 + [False]


def test_everybody_has_their_own_bucket() -> None:
    buckets = Buckets()
    while buckets.take(KEY, 5, NOW):
        pass
    assert buckets.take(("local", "bob"), 5, NOW)


def test_a_clock_that_goes_back_neither_fills_nor_empties() -> None:
    buckets = Buckets()
    while buckets.take(KEY, 5, NOW):
        pass
    assert not buckets.take(KEY, 5, NOW - timedelta(hours=1))
    assert not buckets.take(KEY, 5, NOW), "an hour back and forth is no hour"
    assert buckets.take(KEY, 5, NOW + timedelta(seconds=12))


def test_memory_stays_small() -> None:
    buckets = Buckets()
    for number in range(REMEMBERED + 100):
        buckets.take((str(number),), 5, NOW)
    assert len(buckets._levels) == REMEMBERED


async def limited(world: Playground, limits: Limits) -> None:
    world.bot.core.settings = Settings(limits=limits)
    world.bot._limits = Limiter(limits)


async def test_a_member_who_asks_too_much_is_told_kindly_and_still_gets_help(world: Playground) -> None:
    await limited(world, Limits(member=3))
    for _ in range(3):
        assert "I'm Kith" in (await world.chat.say(ALICE, "start")).text
    refused = await world.chat.say(ALICE, "start")
    assert "That was a lot at once for me." in refused.text
    for line in ("help-now", "sos", "crisis", "help now"):
        assert "In danger right now?" in (await world.chat.say(ALICE, line)).text
    assert "I'm Kith" in (await world.chat.say(BOB, "start")).text, "others are not touched"
    world.now += timedelta(minutes=1)
    assert "I'm Kith" in (await world.chat.say(ALICE, "start")).text


async def test_a_press_counts_like_a_line(world: Playground) -> None:
    await limited(world, Limits(member=2))
    hello = await world.chat.say(ALICE, "start")
    await world.chat.press(ALICE, hello.buttons[0])
    assert "That was a lot" in (await world.chat.press(ALICE, hello.buttons[0])).text


async def test_a_whole_community_has_a_limit_too(world: Playground) -> None:
    await limited(world, Limits(community=3))
    for _ in range(3):
        await world.chat.say(ALICE, "start", ROOM)
    assert "That was a lot" in (await world.chat.say(BOB, "start", ROOM)).text
    assert "I'm Kith" in (await world.chat.say(BOB, "start")).text, "in a direct chat there is room"
