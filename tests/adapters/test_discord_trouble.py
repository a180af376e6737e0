"""What Discord says with its codes, a place that was archived, another name, a wrong address, and no time left."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.adapters.discord import DiscordAdapter, answers
from bot.adapters.discord import client as connection
from bot.bot import Bot
from bot.errors import CannotReach, DeliveryError, FatalError, NotAllowed, RetryAfter
from bot.hosting.config import DiscordConfig
from bot.keys.crypto import Keyring
from bot.keys.secret import Secret
from bot.messages import Channel, Member, Message, Place, Text, plain
from storage.database.database import Database
from storage.members import members
from tests.adapters.discord_bed import DiscordBed, discord_bed
from tests.adapters.discord_world import Kith
from tests.adapters.samples import Samples
from tests.adapters.test_discord_answers import CALLBACK
from tests.adapters.test_goings import until as until_so
from tests.beds.discord import Permission
from tests.beds.discord.interactions import Asked, ask
from tests.beds.eventually import PATIENCE, until

SEND = "POST /channels/{channel_id}/messages"
THREAD = "POST /channels/{channel_id}/threads"
HELLO = Message(Text("Hello."), private=False)
KEY = "0123456789abcdef012345"
TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture
async def bed(tmp_path: Path, sockets: None) -> AsyncIterator[DiscordBed]:
    async with discord_bed(tmp_path / "kith") as bed:
        yield bed


# -- what codes mean ---------------------------------------------------------------------------------------------------


async def refused(kith: Kith, adapter: DiscordAdapter, code: int, status: int) -> DeliveryError:
    kith.fake.faults.error(SEND, status, code)
    with pytest.raises(DeliveryError) as error:
        await adapter.post(Channel("discord", kith.guild.general.id), HELLO, KEY)
    return error.value


@pytest.mark.parametrize(("code", "status"), [(160005, 400), (200000, 400), (240000, 400), (30033, 400)])
async def test_what_discord_will_not_take_is_given_up(
    kith: Kith, adapter: DiscordAdapter, code: int, status: int
) -> None:
    error = await refused(kith, adapter, code, status)
    assert isinstance(error, CannotReach)
    assert not isinstance(error, NotAllowed)


async def test_sending_that_is_switched_off_waits_for_all(kith: Kith, adapter: DiscordAdapter) -> None:
    error = await refused(kith, adapter, 40004, 403)
    assert isinstance(error, RetryAfter)
    assert error.delay == TEN_MINUTES


@pytest.mark.parametrize(("code", "status"), [(20016, 400), (20028, 403), (40333, 403)])
async def test_slow_mode_and_a_block_on_the_way_delay_one_message(
    kith: Kith, adapter: DiscordAdapter, code: int, status: int
) -> None:
    error = await refused(kith, adapter, code, status)
    assert type(error) is DeliveryError, "it is tried again, and nothing else waits"


# -- places and names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("others", [0, 120])
async def test_a_place_that_was_archived_before_its_answer_came_is_found(
    kith: Kith, adapter: DiscordAdapter, others: int
) -> None:
    place, alice = Place("discord", kith.guild.id), Member("discord", kith.alice.id)
    kith.fake.faults.lose_reply(THREAD)
    with pytest.raises(DeliveryError):
        await adapter.open_group(place, [alice], plain("pair"), KEY)
    [thread] = kith.fake.world.threads
    for number in range(others):
        kith.fake.world.add_thread(kith.guild.general, f"pair {number}", kith.fake.world.bot).archived = True
    kith.fake.clock.skip(8 * 24 * 3600)
    group = await adapter.open_group(place, [alice], plain("pair"), KEY)
    assert group.channel.id == thread.id
    assert len(kith.fake.calls_to(THREAD)) == 1, "a second place is never opened"


async def name_in(bed: DiscordBed) -> str:
    def work(connection: Connection) -> str:
        community = members.community_of(connection, bed.place)
        return community.name if community else ""

    return await bed.bot.database.read(work)


async def test_a_renamed_server_is_called_by_its_name_at_once_and_after_a_restart(bed: DiscordBed) -> None:
    await bed.actor("mo").say_in_room("about")

    async def is_called(name: str) -> bool:
        return await name_in(bed) == name

    bed.fake.rename(bed.guild, "The garden")
    await until_so(lambda: is_called("The garden"))
    await bed.close()
    bed.fake.rename(bed.guild, "The orchard")
    await bed.open()
    assert await name_in(bed) == "The orchard"


async def test_a_place_speaks_for_a_community_of_two_only_where_that_was_its_name(bed: DiscordBed) -> None:
    await bed.actor("mo").say_in_room("about")

    def elsewhere(connection: Connection) -> None:
        community = members.community_of(connection, bed.place)
        assert community is not None
        connection.execute(
            "INSERT INTO places (platform, platform_id, community) VALUES ('matrix', '!x', ?)", (community.id,)
        )
        members.renamed(connection, Place("discord", bed.guild.id, "another"), "not this")

    await bed.bot.database.write(elsewhere)
    assert await name_in(bed) == bed.guild.name
    await bed.bot.renamed(bed.place, "The garden")
    assert await name_in(bed) == "The garden"


# -- the address -------------------------------------------------------------------------------------------------------


async def test_an_address_that_is_not_discords_is_named(
    kith: Kith, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kith.fake.faults.page("GET /users/@me", 404, "<html>no such page</html>")
    with caplog.at_level(logging.WARNING, connection.__name__):
        async with kith.running():
            pass
    assert f"{kith.fake.rest_url} answers with status 404; if it stays so, correct `discord.api`" in caplog.text
    kith.fake.faults.page("PUT /applications/{application_id}/commands", 405, "<html>not here</html>")
    with pytest.raises(FatalError, match=r"correct `discord.api`") as error:
        async with kith.running():
            raise AssertionError("started")
    assert kith.fake.rest_url in str(error.value)


async def test_only_the_gateway_that_is_configured_is_spoken_to(kith: Kith, tmp_path: Path) -> None:
    fake = kith.fake
    settings = DiscordConfig(token=Secret(fake.token), api=fake.rest_url, gateway=fake.gateway_url)
    fake.gateway_url = "ws://127.0.0.1:9/nobody"  # what Discord would name
    async with await Database.open(tmp_path / "other.db") as database:
        adapter = DiscordAdapter(Bot(database, Keyring.new(), [Samples]), settings)
        await asyncio.wait_for(adapter.start(), PATIENCE)
        await adapter.stop()
    assert fake.gateway.identifies == 1


# -- shards ------------------------------------------------------------------------------------------------------------


async def test_every_server_is_heard_on_as_many_connections_as_discord_wants(kith: Kith) -> None:
    fake = kith.fake
    fake.gateway.shards, fake.gateway.max_concurrency = 3, 16
    guilds = [kith.guild]
    while len({(int(one.id) >> 22) % 3 for one in guilds}) < 3:
        fake.clock.skip(0.001)
        guilds.append(fake.add_guild(f"server {len(guilds)}"))
        fake.join(kith.alice, guilds[-1])
    async with kith.running():
        assert {session.shard for session in fake.gateway.sessions.values()} == {(0, 3), (1, 3), (2, 3)}
        for one in guilds:
            asked = await kith.alice.slash("help-now", where=one.general)
            assert "112" in (await asked.reply()).text
        kith.alice.say("help-now")
        assert "112" in (await kith.alice.next()).text
        assert len(fake.calls_to(CALLBACK)) == len(guilds), "each is heard once"


async def test_a_bot_that_outgrows_its_connection_begins_anew(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.gateway.shards = 2
    kith.fake.gateway.forget_sessions()
    await kith.fake.gateway.drop()
    await asyncio.wait_for(adapter.serve(), PATIENCE)  # whoever serves it builds it anew


# -- no time left ------------------------------------------------------------------------------------------------------


async def test_what_is_too_late_is_not_tried_again(
    kith: Kith, adapter: DiscordAdapter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(answers, "FIRST", 0.4)
    stalled = [kith.fake.faults.stall(CALLBACK) for _ in range(3)]
    data = {"id": "1", "name": "help-now", "type": 1, "options": []}
    began = time.monotonic()
    ask(kith.fake, Asked.COMMAND, kith.alice.user, kith.alice.dm, data)
    await until(lambda: "could not be answered" in caplog.text)
    assert time.monotonic() - began < answers.CALL, "the first request waits no longer than anybody hears the answer"
    assert [one.seen.is_set() for one in stalled] == [True, False, False]


async def test_stopping_waits_for_no_callback_that_hangs(kith: Kith) -> None:
    for _ in range(9):
        kith.fake.faults.stall(CALLBACK)
    data = {"id": "1", "name": "help-now", "type": 1, "options": []}
    async with kith.running() as adapter:
        for _ in range(5):
            ask(kith.fake, Asked.COMMAND, kith.alice.user, kith.alice.dm, data)
        await until(lambda: len(kith.fake.calls_to(CALLBACK)) == 5)
        began = time.monotonic()
        await adapter.stop()
        assert time.monotonic() - began < 2.5
        assert not adapter._working, "none of them goes on alone"


async def test_who_may_not_be_let_into_a_full_thread_is_refused_by_name(kith: Kith, adapter: DiscordAdapter) -> None:
    place = Place("discord", kith.guild.id)
    group = await adapter.open_group(place, [Member("discord", kith.alice.id)], plain("circle"), KEY)
    kith.fake.faults.error("PUT /channels/{channel_id}/thread-members/{user_id}", 400, 30033)
    with pytest.raises(CannotReach, match="30033") as error:
        await adapter.add_to_group(group.channel, Member("discord", kith.bob.id))
    assert not isinstance(error.value, NotAllowed)


async def test_settings_of_one_channel_count_where_a_place_is_opened(kith: Kith, adapter: DiscordAdapter) -> None:
    kith.fake.override(kith.guild.general, kith.guild.everyone.id, deny=Permission.SEND_MESSAGES_IN_THREADS)
    with pytest.raises(NotAllowed):
        await adapter.open_group(
            Place("discord", kith.guild.id), [Member("discord", kith.alice.id)], plain("circle"), KEY
        )
