"""Many messages through a bad network, and to a homeserver that is killed again and again: is each there once?"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from bot.adapters.matrix.content import KEY
from bot.adapters.matrix.homeserver import Homeserver, route
from bot.bot import Bot
from bot.clocks.clock import Clock, utc_now
from bot.context import Delivery
from bot.keys.crypto import Keyring
from bot.messages import (
    Member,
    Person,
)
from bot.platform.adapter import Adapter
from bot.platform.pacing import Pace
from storage.database.database import Database
from storage.delivery import deliveries
from storage.members import consents, members
from tests.adapters.matrix.world import World
from tests.beds.discord import FakeDiscord, Rule
from tests.beds.matrix.synapse import Synapse
from tests.engines import crash_discord, crash_matrix
from tests.engines.crash import Numbers
from tests.engines.faults import BadNetwork

PEOPLE = 8
PLENTY = 1_000_000
STEP = 5
"""Seconds that pass from tick to tick on the clocks of the bot and of the fake."""


class Arrived(NamedTuple):
    """What came of it: messages that never came, that came more than once, and how much went wrong on the way.

    ``surplus`` are requests made after the platform refused the token, beyond those that were under way, or rooms
    beyond one for each member.
    """

    lost: int
    duplicated: int
    faults: int
    surplus: int


class Bed(NamedTuple):
    """A platform behind a bad network, who is on it, and a clock that can be set on."""

    network: BadNetwork
    connect: Callable[[Bot], Awaitable[Adapter]]
    people: list[Member]
    now: Clock
    skip: Callable[[], Awaitable[object]]


async def through_a_bad_network(folder: Path, sends: int, rate: float, seed: int) -> Arrived:
    """The fake Discord behind a proxy that spoils ``rate`` of all requests for a message."""
    async with FakeDiscord() as fake, BadNetwork(fake.port, rate, seed, b"/messages") as network:
        limits = fake.limits
        limits.global_per_second, limits.default, limits.rules = PLENTY, Rule(PLENTY, 1.0), {}
        guild = fake.add_guild()
        people = [fake.add_person(f"Alice {number}", guild) for number in range(PEOPLE)]
        where = {"token": fake.token, "gateway": fake.gateway_url}
        where["api"] = fake.rest_url.replace(str(fake.port), str(network.port))

        async def skip() -> None:
            fake.clock.skip(STEP)

        members = [crash_discord.member(person.id) for person in people]
        bed = Bed(network, lambda bot: crash_discord.connect(bot, where), members, fake.clock.now, skip)
        await _send_all(bed, folder, sends)
        said = Counter(message.text for person in people for message in person.sees() if message.author.bot)
    return _arrived((said[f"Number {number}"] for number in range(sends)), network)


async def through_a_bad_network_to_matrix(folder: Path, sends: int, rate: float, seed: int) -> Arrived:
    """The small homeserver behind the same proxy."""
    async with crash_matrix.SmallHomeserver() as server:
        begun = await server.answer({"ask": "begin", "people": PEOPLE})
        port = int(begun["url"].rpartition(":")[2])
        skipped = 0

        async def skip() -> None:
            nonlocal skipped
            skipped += STEP
            await server.answer({"ask": "skip", "seconds": STEP})

        async with BadNetwork(port, rate, seed, b"/send/") as network:
            where = {"url": f"http://127.0.0.1:{network.port}", "folder": str(folder / "matrix")}
            bed = Bed(
                network,
                lambda bot: crash_matrix.connect(bot, where),
                [crash_matrix.member(person) for person in begun["people"]],
                lambda: utc_now() + timedelta(seconds=skipped),
                skip,
            )
            keys = await _send_all(bed, folder, sends)
        seen = (await server.answer({"ask": "count"}))["seen"]
    return _arrived((seen.get(key, 0) for key in keys), network)


async def _send_all(bed: Bed, folder: Path, sends: int) -> list[str]:
    """One half goes out. Then the token is refused, until the host has put in a new one, and the other half goes too.

    Returns the messages' keys.
    """
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240 - small
    keyring = Keyring.new()
    async with await Database.open(folder / "kith.db") as database:
        await database.write(_meet, bed.people, bed.now())
        async with _alive(bed, database, keyring) as bot:
            await _plan_and_send(bot, bed, range(sends // 2))
            bed.network.unauthorized = True
            for number in range(sends // 2, sends // 2 + 2 * PEOPLE):
                await database.write(_plan, number, bed.now())
            for _ in range(5):
                await _tick(bot, bed)
            bed.network.unauthorized = False
        assert bed.network.turned_away
        async with _alive(bed, database, keyring) as bot:
            await _plan_and_send(bot, bed, range(sends // 2, sends))
        sent = [await database.read(deliveries.get, 1 + number) for number in range(sends)]
        return [bot.dispatcher.key(delivery) for delivery in sent if delivery]


@asynccontextmanager
async def _alive(bed: Bed, database: Database, keyring: Keyring) -> AsyncIterator[Bot]:
    bot = Bot(database, keyring, [Numbers], now=bed.now)
    adapter = await bed.connect(bot)
    adapter.pace = Pace(at_once=PEOPLE)
    yield bot
    await bot.dispatcher.stop(5)
    await adapter.stop()


async def _plan_and_send(bot: Bot, bed: Bed, numbers: range) -> None:
    for number in numbers:
        await bot.database.write(_plan, number, bed.now())
    while await _left(bot):
        await _tick(bot, bed)


async def _tick(bot: Bot, bed: Bed) -> None:
    await bot.tick(bot.now(), patience=1)
    await bed.skip()


async def with_a_server_that_dies(folder: Path, sends: int, kills: int, seed: int) -> Arrived:
    """A real Synapse, killed with SIGKILL at random moments and started again, while the bot keeps sending."""
    chance = random.Random(seed)
    with Synapse() as synapse:
        people = [synapse.register(f"alice{number}").user_id for number in range(PEOPLE)]
        async with World(synapse, folder, [Numbers]) as world:
            adapter = await world.start()
            await world.database.write(_meet, [Member("matrix", person) for person in people], utc_now())
            killing = asyncio.create_task(_kill(synapse, kills, chance, world.bot, sends))
            planned = 0
            while planned < sends or not killing.done() or await _left(world.bot):
                if planned < sends:
                    await world.database.write(_plan, planned, utc_now())
                    planned += 1
                await world.bot.tick(utc_now(), patience=0.02)
                await asyncio.sleep(0.05)  # or the server it waits for would have no processor left
            await killing
            await world.bot.dispatcher.stop(5)
            seen: Counter[str] = Counter()
            rooms = [room for person in people for room in adapter._rooms.direct_rooms(person)]
            for room in rooms:
                seen.update(await _keys(adapter._client, room))
            sent = [await world.database.read(deliveries.get, 1 + number) for number in range(sends)]
            keys = [world.bot.dispatcher.key(delivery) for delivery in sent if delivery]
    times = [seen[key] for key in keys]
    return Arrived(times.count(0), sum(often > 1 for often in times), kills, len(rooms) - PEOPLE)


async def _kill(synapse: Synapse, kills: int, chance: random.Random, bot: Bot, sends: int) -> None:
    """Between one message and another, spread over all that are sent."""
    for after in sorted(chance.sample(range(sends), kills)):
        # What is sent has no event of its own.
        while (await bot.database.read(deliveries.counts)).get("sent", 0) < after:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await asyncio.sleep(chance.uniform(0, 0.3))
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


def _arrived(times: Iterable[int], network: BadNetwork) -> Arrived:
    seen = [*times]
    surplus = max(0, network.turned_away - PEOPLE)
    return Arrived(seen.count(0), sum(often > 1 for often in seen), network.struck.total(), surplus)
