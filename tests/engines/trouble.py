"""Many messages through a bad network, and to a homeserver that is killed again and again: is each there once?"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from bot.adapters.discord import DiscordAdapter
from bot.adapters.matrix.content import KEY
from bot.adapters.matrix.homeserver import Homeserver, route
from bot.bot import Bot
from bot.clock import utc_now
from bot.config import DiscordConfig
from bot.crypto import Keyring
from bot.messages import Delivery, Member, Person
from bot.pacing import Pace
from bot.secret import Secret
from storage import consents, deliveries, members
from storage.database import Database
from tests.adapters.matrix.world import World
from tests.beds.discord import FakeDiscord, Rule
from tests.beds.matrix.synapse import Synapse
from tests.engines.crash import Numbers
from tests.engines.faults import BadNetwork

PEOPLE = 8
PLENTY = 1_000_000
STEP = 5
"""Seconds that pass from tick to tick on the clocks of the bot and of the fake."""


class Arrived(NamedTuple):
    """What came of it: messages that never came, that came more than once, and how much went wrong on the way."""

    lost: int
    duplicated: int
    faults: int


async def through_a_bad_network(folder: Path, sends: int, rate: float, seed: int) -> Arrived:
    """The fake Discord behind a proxy that spoils ``rate`` of all requests for a message."""
    async with FakeDiscord() as fake, await Database.open(folder / "kith.db") as database:
        limits = fake.limits
        limits.global_per_second, limits.default, limits.rules = PLENTY, Rule(PLENTY, 1.0), {}
        guild = fake.add_guild()
        people = [fake.add_person(f"Alice {number}", guild) for number in range(PEOPLE)]
        async with BadNetwork(fake.port, rate, seed, b"/messages") as network:
            api = fake.rest_url.replace(str(fake.port), str(network.port))
            bot = Bot(database, Keyring.new(), [Numbers], now=fake.clock.now)
            config = DiscordConfig(token=Secret(fake.token), api=api, gateway=fake.gateway_url)
            adapter = bot.adapters["discord"] = DiscordAdapter(bot, config)
            adapter.pace = Pace(at_once=PEOPLE)
            await adapter._client.login(fake.token)
            await database.write(_meet, [Member("discord", person.id) for person in people], bot.now())
            for number in range(sends):
                await database.write(_plan, number, bot.now())
            while await _left(bot):
                await bot.tick(bot.now(), patience=1)
                fake.clock.skip(STEP)
            await bot.dispatcher.stop(5)
            await adapter.stop()
        said = Counter(message.text for person in people for message in person.sees() if message.author.bot)
        return _arrived((said[f"Number {number}"] for number in range(sends)), network.struck.total())


async def with_a_server_that_dies(folder: Path, sends: int, kills: int, seed: int) -> Arrived:
    """A real Synapse, killed with SIGKILL at random moments and started again, while the bot keeps sending."""
    chance = random.Random(seed)
    with Synapse() as synapse:
        people = [synapse.register(f"alice{number}").user_id for number in range(PEOPLE)]
        async with World(synapse, folder, [Numbers]) as world:
            adapter = await world.start()
            await world.database.write(_meet, [Member("matrix", person) for person in people], utc_now())
            killing = asyncio.create_task(_kill(synapse, kills, chance))
            planned = 0
            while planned < sends or not killing.done() or await _left(world.bot):
                if planned < sends:
                    await world.database.write(_plan, planned, utc_now())
                    planned += 1
                await world.bot.tick(utc_now(), patience=0.02)
            await killing
            await world.bot.dispatcher.stop(5)
            seen: Counter[str] = Counter()
            for person in people:
                for room in adapter._rooms.direct_rooms(person):
                    seen.update(await _keys(adapter._client, room))
            sent = [await world.database.read(deliveries.get, 1 + number) for number in range(sends)]
            keys = [world.bot.dispatcher.key(delivery) for delivery in sent if delivery]
    return _arrived((seen[key] for key in keys), kills)


async def _kill(synapse: Synapse, kills: int, chance: random.Random) -> None:
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.2, 1.5))
        await synapse.restart(kill=True)


async def _keys(client: Homeserver, room_id: str) -> list[str]:
    """The delivery keys of every message of ours in a room."""
    found: list[str] = []
    query = {"dir": "b", "limit": "100"}
    while True:
        page = await client.request("GET", route("rooms", room_id, "messages"), query=query)
        found += [event["content"][KEY] for event in page["chunk"] if KEY in event["content"]]
        if not page["chunk"] or "end" not in page:
            return found
        query["from"] = page["end"]


def _meet(connection: Connection, accounts: Iterable[Member], now: datetime) -> None:
    for account in accounts:
        person = members.create(connection, account, "UTC", "en", now)
        consents.give(connection, person, ("dm", "checkin"), "Number me.", now)


def _plan(connection: Connection, number: int, now: datetime) -> None:
    deliveries.plan(
        connection,
        Delivery(
            to=Person(1 + number % PEOPLE),
            kind="numbers.said",
            key=f"numbers:{number}",
            due=now,
            purpose="checkin",
            args={"number": number},
            picked=True,
        ),
    )


async def _left(bot: Bot) -> int:
    counts = await bot.database.read(deliveries.counts)
    return counts.get("pending", 0) + counts.get("sending", 0)


def _arrived(times: Iterable[int], faults: int) -> Arrived:
    seen = [*times]
    return Arrived(seen.count(0), sum(often > 1 for often in seen), faults)
