"""What goes wrong on demand: the fake fails as Discord does, and says what the library made of it."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import discord
import pytest

from tests.beds.discord import FakeDiscord, Guild, Rule
from tests.beds.eventually import PATIENCE
from tests.beds_test.library import Library

SEND = "POST /channels/{channel_id}/messages"


async def test_eight_sends_in_a_bucket_of_five_a_second(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    other = bot.get_partial_messageable(int(fake.world.add_channel(guild, "other").id))
    began = time.monotonic()
    await asyncio.gather(*(other.send(str(number)) for number in range(5)))
    unhindered, began = time.monotonic() - began, time.monotonic()
    channel = bot.channel(guild.general.id)
    await asyncio.gather(*(channel.send(str(number)) for number in range(8)))
    assert 0.5 < time.monotonic() - began < 4 + 4 * unhindered
    assert len(fake.calls_to(SEND)) == 5 + 8, "the library waited by itself"
    assert list(fake.limits.invalid) == []


async def test_who_ignores_the_headers_gets_429(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    url = f"{fake.rest_url}/channels/{guild.general.id}/messages"
    body = {"content": "x", "allowed_mentions": {"parse": []}}
    fake.clock.stop()  # on a busy machine five may take more than the second in which they are counted
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {fake.token}"}) as session:
        for _ in range(5):
            async with session.post(url, json=body) as response:
                assert response.status == 200
        assert response.headers["X-RateLimit-Remaining"] == "0"
        async with session.post(url, json=body) as response:
            assert response.status == 429
            assert (await response.json())["retry_after"] <= 1
            assert response.headers["Via"]
    assert len(fake.limits.invalid) == 1
    fake.clock.skip(1)
    await bot.channel(guild.general.id).send("again")


async def test_each_channel_has_a_bucket_of_its_own(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    other = fake.world.add_channel(guild, "other")
    for channel_id in (guild.general.id, other.id):
        target = bot.get_partial_messageable(int(channel_id))
        await asyncio.gather(*(target.send(str(number)) for number in range(5)))
    assert [call.status for call in fake.calls_to(SEND)] == [200] * 10


async def test_more_than_fifty_a_second_is_too_many(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    fake.limits.global_per_second = 3
    fake.limits.default = Rule(100, 1)
    began = time.monotonic()
    await asyncio.gather(*(bot.fetch_user(int(user_id)) for user_id in fake.world.users))
    await asyncio.gather(*(bot.fetch_user(int(user_id)) for user_id in fake.world.users))
    assert time.monotonic() - began > 0.5
    assert len(fake.limits.invalid) >= 1


async def test_ten_thousand_invalid_requests_ban_the_address(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    fake.limits.invalid.extend([fake.clock.seconds()] * 10_000)
    with pytest.raises(discord.HTTPException) as error:
        await bot.fetch_user(1)
    assert error.value.status == 429
    fake.clock.skip(601)
    with pytest.raises(discord.NotFound):
        await bot.fetch_user(1)


async def test_an_unannounced_429_is_waited_for(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    fake.faults.limit(SEND, retry_after=0.3)
    began = time.monotonic()
    await bot.channel(guild.general.id).send("x")
    assert time.monotonic() - began > 0.3
    assert list(fake.limits.invalid) == [], "a shared limit does not count"


async def test_a_502_after_processing_is_one_message(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    fake.faults.lose_reply(SEND, status=502)
    await bot.channel(guild.general.id).send("once")
    assert len(fake.calls_to(SEND)) == 2
    assert len(guild.general.messages) == 1


async def test_a_503_is_not_tried_again_by_the_library(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    fake.faults.error(SEND, 503)
    with pytest.raises(discord.DiscordServerError):
        await bot.channel(guild.general.id).send("x")
    assert guild.general.messages == {}


async def test_a_connection_cut_after_processing(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    fake.faults.lose_reply(SEND)
    with pytest.raises(aiohttp.ClientError):
        await bot.channel(guild.general.id).send("once", nonce="delivery-1")
    await bot.channel(guild.general.id).send("once", nonce="delivery-1")
    assert len(guild.general.messages) == 1


async def test_a_connection_cut_before_processing(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    fake.faults.reset(SEND)
    with pytest.raises(aiohttp.ClientError):
        await bot.channel(guild.general.id).send("x")
    assert guild.general.messages == {}


async def test_a_stall_lasts_until_it_is_released(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    fault = fake.faults.stall(SEND)
    sending = asyncio.create_task(bot.channel(guild.general.id).send("x"))
    await asyncio.wait_for(fault.seen.wait(), PATIENCE)
    done, _pending = await asyncio.wait({sending}, timeout=0.1)
    assert not done
    assert len(guild.general.messages) == 1, "it was done; only the answer waits"
    fault.released.set()
    await sending


async def test_a_slow_drip(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    fake.faults.drip("GET /users/{user_id}", seconds_per_byte=0.002)
    began = time.monotonic()
    await bot.fetch_user(int(guild.owner.id))
    assert time.monotonic() - began > 0.2


async def test_faults_strike_as_often_as_planned(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    fake.faults.error("GET /users/{user_id}", 503, times=2)
    for _ in range(2):
        with pytest.raises(discord.DiscordServerError):
            await bot.fetch_user(int(guild.owner.id))
    await bot.fetch_user(int(guild.owner.id))
