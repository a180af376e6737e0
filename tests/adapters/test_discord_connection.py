"""Kith stays on Discord whatever is sent, and the host is told in one sentence what only a host can mend."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from bot.adapters.discord import DiscordAdapter
from bot.adapters.discord import client as connection
from bot.bot import Bot
from bot.errors import FatalError
from bot.keys.crypto import Keyring
from cogs import COGS
from storage.database.database import Database
from tests.adapters.discord_world import Kith, config
from tests.adapters.samples import Samples
from tests.beds.discord import FakeDiscord
from tests.beds.discord.gateway import PRIVILEGED, Intent
from tests.beds.eventually import PATIENCE, until


async def answers(kith: Kith) -> None:
    """Alice asks, and is answered."""
    kith.alice.say("help-now")
    assert "112" in (await kith.alice.next()).text


async def test_it_asks_for_no_privileged_intent(kith: Kith) -> None:
    kith.fake.gateway.granted = Intent.NONE
    async with kith.running():
        [session] = kith.fake.gateway.sessions.values()
        assert session.intents == Intent.GUILDS | Intent.DIRECT_MESSAGES | Intent.DIRECT_MESSAGE_REACTIONS
        assert not session.intents & PRIVILEGED
        await answers(kith)


async def test_words_in_a_server_are_none_of_its_business(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.alice.say("help-now", kith.guild.general)
    await answers(kith)
    [session] = kith.fake.gateway.sessions.values()
    heard = [event["d"] for event in session.log if event["t"] == "MESSAGE_CREATE"]
    assert kith.guild.general.id not in {message["channel_id"] for message in heard}


async def test_all_commands_of_kith_are_taken_by_discord(kith: Kith, tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "all.db") as database:
        bot = Bot(database, Keyring.new(), COGS)
        adapter = DiscordAdapter(bot, config(kith.fake))
        await adapter.start()
        await adapter.stop()
    assert {"kith", "checkin", "help-now"} <= set(kith.fake.commands)
    typed = [one for one in kith.fake.commands.values() if one["type"] == 1]
    assert len(typed) <= 10, "a short list of doors, everything else in groups"
    for command in kith.fake.commands.values():
        where = [0, 1] if command in typed else [0]  # a menu is about somebody of a server, or what is said in one
        assert (command["contexts"], command["integration_types"]) == (where, [0])


async def test_a_wrong_token_is_one_sentence_for_the_host(kith: Kith, tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "other.db") as database:
        adapter = DiscordAdapter(Bot(database, Keyring.new(), [Samples]), config(kith.fake, "wrong"))
        with pytest.raises(FatalError, match="refuses the bot's token") as error:
            await adapter.start()
    assert "wrong" not in str(error.value)


async def test_a_token_taken_back_ends_serving(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.token = "another"
    await kith.fake.gateway.drop()
    with pytest.raises(FatalError, match="refuses the bot's token"):
        await asyncio.wait_for(adapter.serve(), PATIENCE)


async def test_whoever_stops_serving_is_not_held(kith: Kith, adapter: DiscordAdapter) -> None:
    serving = asyncio.create_task(adapter.serve())
    await asyncio.sleep(0)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    await answers(kith)


async def test_stopping_while_discord_is_down_leaves_nothing_open(kith: Kith, tmp_path: Path) -> None:
    fault = kith.fake.faults.stall("GET /users/@me")
    async with await Database.open(tmp_path / "other.db") as database:
        adapter = DiscordAdapter(Bot(database, Keyring.new(), [Samples]), config(kith.fake))
        starting = asyncio.create_task(adapter.start())
        await asyncio.wait_for(fault.seen.wait(), PATIENCE)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await adapter.stop()
    assert kith.fake.gateway.identifies == 0


async def test_stopping_ends_serving(kith: Kith, adapter: DiscordAdapter) -> None:
    serving = asyncio.create_task(adapter.serve())
    await answers(kith)
    await adapter.stop()
    await asyncio.wait_for(serving, PATIENCE)


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("MESSAGE_CREATE", {}),
        ("MESSAGE_CREATE", {"id": "x", "channel_id": None}),
        ("GUILD_CREATE", {"id": "not a number"}),
        ("INTERACTION_CREATE", {"id": "1"}),
        ("CHANNEL_CREATE", {"type": 0}),
        ("SOMETHING_NEW", {"a": [1, 2]}),
    ],
)
async def test_a_malformed_event_does_not_stop_it(
    kith: Kith, adapter: DiscordAdapter, event: str, data: dict[str, object]
) -> None:
    kith.fake.gateway.send_malformed(event, data)
    await answers(kith)


async def test_what_is_no_json_does_not_stop_it(kith: Kith, adapter: DiscordAdapter) -> None:
    identified = kith.fake.gateway.identifies
    await kith.fake.gateway.send_raw("{ no json")
    await until(lambda: kith.fake.gateway.identifies != identified)
    await answers(kith)


async def test_nothing_is_missed_while_the_connection_is_down(kith: Kith, adapter: DiscordAdapter) -> None:
    await kith.fake.gateway.drop()
    await answers(kith)


async def test_a_discord_that_is_down_at_the_start_is_waited_for(kith: Kith, caplog: pytest.LogCaptureFixture) -> None:
    kith.fake.faults.error("GET /users/@me", 503)
    with caplog.at_level(logging.WARNING, connection.__name__):
        async with kith.running():
            await answers(kith)
    assert "cannot be reached" in caplog.text
    assert kith.fake.token not in caplog.text


async def test_commands_that_discord_refuses_are_one_sentence_for_the_host(kith: Kith) -> None:
    kith.fake.faults.error("PUT /applications/{application_id}/commands", 400)
    with pytest.raises(FatalError, match="refuses the bot's commands"):
        async with kith.running():
            raise AssertionError("started")


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("operation", ["GET /users/@me", "PUT /applications/{application_id}/commands"])
async def test_a_page_of_something_in_between_is_waited_out(kith: Kith, operation: str, status: int) -> None:
    """A block or a proxy's page at the start ended the process."""
    kith.fake.faults.page(operation, status, "<html>blocked</html>")
    async with kith.running():
        await answers(kith)


async def test_a_failing_event_logs_no_words(
    kith: Kith, adapter: DiscordAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    await kith.bot.database.close()
    kith.alice.say("my secret")
    await kith.alice.next()
    assert "my secret" not in caplog.text


@pytest.mark.sockets
async def test_it_starts_in_good_time(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with FakeDiscord() as fake, await Database.open(tmp_path / "kith.db") as database:
        fake.add_guild()
        adapter = DiscordAdapter(Bot(database, Keyring.new(), [Samples]), config(fake))
        began = loop.time()
        await adapter.start()
        assert loop.time() - began < 2
        await adapter.stop()
