"""The unmodified discord.py takes the fake for Discord: logging in, events, and every way a connection ends."""

from __future__ import annotations

import asyncio
import time
from inspect import unwrap

import discord
import pytest

from tests.beds.discord import FakeDiscord, Guild, Person
from tests.beds.discord.gateway import Intent
from tests.beds.eventually import PATIENCE, until
from tests.beds_test.library import Library, connected


@pytest.mark.sockets
async def test_it_starts_at_once() -> None:
    started = time.process_time()
    async with FakeDiscord():
        assert time.process_time() - started < 0.5


async def test_a_bot_logs_in_and_knows_its_guild(bot: Library, guild: Guild, alice: Person) -> None:
    found = bot.get_guild(int(guild.id))
    assert found is not None
    assert found.name == "Recovery together"
    assert found.me.guild_permissions.create_private_threads
    assert found.get_member(int(alice.id)) is not None


async def test_a_wrong_token_is_refused(fake: FakeDiscord) -> None:
    fake.serve_discord_py()
    bot = Library()
    with pytest.raises(discord.LoginFailure):
        await bot.login("wrong")
    await bot.close()
    assert len(fake.limits.invalid) == 1


async def test_a_token_taken_back_closes_with_4004(fake: FakeDiscord, bot: Library) -> None:
    fake.token = "another"
    fake.gateway.forget_sessions()
    await fake.gateway.drop()
    await until(bot.is_closed)


async def test_an_intent_that_was_not_granted_closes_with_4014(fake: FakeDiscord, guild: Guild) -> None:
    fake.gateway.granted = Intent.NONE
    fake.serve_discord_py()
    bot = Library()
    await bot.login(fake.token)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await bot.connect()
    await bot.close()


async def test_a_member_joins(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    fake.add_person("Bob", guild)
    await until(lambda: ("join", "bob") in bot.seen)


async def test_without_the_intent_nobody_is_seen_joining(fake: FakeDiscord, guild: Guild, alice: Person) -> None:
    async with connected(fake, Library(members=False)) as bot:
        fake.add_person("Bob", guild)
        alice.say("hello")
        await until(lambda: ("said", "hello") in bot.seen)
        assert ("join", "bob") not in bot.seen
        found = bot.get_guild(int(guild.id))
        assert found is not None
        assert found.get_member(int(alice.id)) is None


async def test_words_in_a_guild_are_kept_from_a_bot_without_the_intent(
    bot: Library, guild: Guild, alice: Person
) -> None:
    alice.say("my secret", guild.general)
    alice.say("for you alone")
    await until(lambda: ("said", "for you alone") in bot.seen)
    assert ("said", "") in bot.seen
    assert ("said", "my secret") not in bot.seen


async def test_a_dropped_connection_resumes_and_misses_nothing(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    bot.seen.clear()
    await fake.gateway.drop()
    fake.add_person("Bob", guild)
    await until(lambda: ("resumed",) in bot.seen)
    assert ("join", "bob") in bot.seen
    assert ("ready",) not in bot.seen
    assert (fake.gateway.identifies, fake.gateway.resumes) == (1, 1)


async def test_asked_to_reconnect_it_resumes(fake: FakeDiscord, bot: Library) -> None:
    await fake.gateway.ask_to_reconnect()
    await until(lambda: ("resumed",) in bot.seen)


async def test_a_refused_resume_begins_anew(fake: FakeDiscord, bot: Library) -> None:
    bot.seen.clear()
    fake.gateway.forget_sessions()
    await fake.gateway.drop()
    await until(lambda: ("ready",) in bot.seen)
    assert fake.gateway.identifies == 2


async def test_a_malformed_event_ends_the_library_s_connect(
    fake: FakeDiscord, guild: Guild, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = discord.gateway.DiscordWebSocket
    monkeypatch.setattr(socket, "received_message", unwrap(socket.received_message))  # Kith's own survives it
    fake.serve_discord_py()
    bot = Library()
    await bot.login(fake.token)
    running = asyncio.create_task(bot.connect())
    await asyncio.wait_for(bot.wait_until_ready(), PATIENCE)
    fake.gateway.send_malformed("MESSAGE_CREATE", {"id": "no number"})
    with pytest.raises((KeyError, ValueError)):
        await asyncio.wait_for(running, PATIENCE)
    await bot.close()


async def test_a_guild_the_bot_is_removed_from_is_gone(fake: FakeDiscord, bot: Library, guild: Guild) -> None:
    fake.remove_member(guild, fake.world.bot)
    await until(lambda: bot.get_guild(int(guild.id)) is None)
    with pytest.raises(discord.Forbidden):
        await bot.fetch_guild(int(guild.id))


async def test_deaf_connections_do_not_answer_heartbeats(fake: FakeDiscord, guild: Guild) -> None:
    fake.gateway.heartbeat_seconds = 0.05
    async with connected(fake) as bot:
        await until(lambda: bot.ws._keep_alive is not None and bot.ws._keep_alive.latency < 1)
        fake.gateway.answers_heartbeats = False
        heard = bot.ws._keep_alive._last_ack  # type: ignore[union-attr] # set by the line above
        await asyncio.sleep(0.15)
        assert bot.ws._keep_alive._last_ack - heard < 0.1  # type: ignore[union-attr] # as above
