"""How much of a platform's limit delivery uses up, with how little of a core, and how fair it is between communities.

The real dispatcher, database and adapter send to a platform of their own process that counts; in the same run a bare
loop on the platform's library sends as many messages under the same limit.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time as stopwatch
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import discord

from bench import _matrix_delivery
from bench._ticking import tick_until, used
from bot.adapters.discord import REQUESTS, DiscordAdapter
from bot.bot import Bot
from bot.clocks.clock import utc_now
from bot.cog import Cog, message
from bot.context import Delivery, Reader
from bot.hosting.config import DiscordConfig
from bot.keys.crypto import Keyring
from bot.keys.secret import Secret
from bot.messages import (
    Channel,
    Community,
    Message,
    Person,
    Place,
    Text,
)
from bot.registry import Work, nothing_kept, nothing_to_forget
from storage.database.database import Database
from storage.delivery import deliveries
from storage.members import members
from tests.engines.busy_discord import BusyDiscord
from tests.engines.processes import Json, PlatformProcess

NEEDS = "test synapse"

TOKEN = "bot.token"
LARGE, SMALL = "large", "small"
WARM_UP = 2.0
"""Seconds left out at the beginning: the first second may be a burst."""


class Posts(Cog):
    """A line for a channel."""

    @message("posts.line")
    async def line(self, delivery: Delivery, reader: Reader) -> Message:
        return Message(Text(f"{delivery.args['from']} {delivery.id}"))

    def export(self, person: Person) -> Work[dict[str, Any]]:
        return nothing_kept

    def forget(self, person: Person, community: Community | None) -> Work[None]:
        return nothing_to_forget


def main(argv: Sequence[str]) -> dict[str, int | float]:
    """`share_of_limit` and `core_share` while a long queue drains, `fairness_delay_s` of ten that come last."""
    parser = argparse.ArgumentParser(prog="scripts/bench delivery", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--waiting", type=int, default=10_000, help="messages that wait in the large community")
    options = parser.parse_args(argv)
    with PlatformProcess(BusyDiscord) as platform, tempfile.TemporaryDirectory(prefix="kith-delivery-") as folder:
        where = platform.ask("begin")
        kith = asyncio.run(_kith(platform, where, Path(folder) / "kith.db", options.waiting, options.seconds))
        bare = asyncio.run(_bare(platform, where, options.seconds))
        matrix = asyncio.run(_matrix_delivery.measure(Path(folder) / "matrix", Posts, _fill, WARM_UP, options.seconds))
    limit = float(REQUESTS.most) / REQUESTS.seconds
    return {
        "messages_per_second": kith["rate"],
        "share_of_limit": kith["rate"] / limit,
        "core_share": kith["core"],
        "fairness_delay_s": kith["delay"],
        "too_many": kith["too_many"],
        "bare_share_of_limit": bare["rate"] / limit,
        "bare_core_share": bare["core"],
        "bare_too_many": bare["too_many"],
        "bare_lost": bare["lost"],
        **matrix,
    }


async def _kith(platform: PlatformProcess, where: Json, path: Path, waiting: int, seconds: float) -> dict[str, float]:
    async with await Database.open(path) as database:
        bot = Bot(database, Keyring.new(), [Posts])
        adapter = DiscordAdapter(bot, DiscordConfig(token=Secret(TOKEN), api=where["api"], gateway=where["gateway"]))
        bot.adapters[adapter.name] = adapter
        await adapter._client.login(TOKEN)
        await database.write(_plan, LARGE, where["channels"], waiting, utc_now() - timedelta(hours=1))
        measured = await _measured(platform, where, seconds, bot)
        await bot.dispatcher.stop(2)
        await adapter.stop()
    return measured


async def _measured(platform: PlatformProcess, where: Json, seconds: float, bot: Bot) -> dict[str, float]:
    """Tick once a second, as the scheduler does; halfway through, ten messages of another community fall due."""
    began = stopwatch.monotonic()
    await tick_until(began + WARM_UP, bot)
    await asyncio.to_thread(platform.ask, "count")
    since, before = stopwatch.monotonic(), used()
    await tick_until(since + seconds / 2, bot)
    due = utc_now()
    await bot.database.write(_plan, SMALL, where["channels"], 10, due)
    await tick_until(since + seconds, bot)
    spent, took = used() - before, stopwatch.monotonic() - since
    counted = await asyncio.to_thread(platform.ask, "count")
    last = max(at for at, words in counted["messages"] if words.startswith(SMALL))
    return {
        "rate": len(counted["messages"]) / took,
        "core": spent / took,
        "delay": last - due.timestamp(),
        "too_many": counted["too_many"],
    }


async def _bare(platform: PlatformProcess, where: Json, seconds: float) -> dict[str, float]:
    """discord.py alone: 50 tasks that send to the same channels as fast as it lets them, and keep nothing."""
    discord.http.Route.BASE = where["api"]
    client = discord.Client(intents=discord.Intents.none(), allowed_mentions=discord.AllowedMentions.none())
    await client.login(TOKEN)
    channels = where["channels"]
    platform.ask("count")
    since, before = stopwatch.monotonic(), used()

    lost = 0

    async def send(start: int) -> None:
        nonlocal lost
        for number in range(start, 1_000_000, 50):
            if stopwatch.monotonic() > since + seconds / 2:
                return
            channel = client.get_partial_messageable(int(channels[number % len(channels)]))
            try:
                await channel.send(f"bare {number}")
            except discord.HTTPException:  # the library gives up after five refusals
                lost += 1

    await asyncio.gather(*(send(start) for start in range(50)))
    spent, took = used() - before, stopwatch.monotonic() - since
    await client.close()
    counted = platform.ask("count")
    rate = len(counted["messages"]) / took
    return {"rate": rate, "core": spent / took, "too_many": counted["too_many"], "lost": lost}


async def _fill(bot: Bot, rooms: Sequence[str]) -> None:
    """More for these rooms than can be sent while it is measured."""
    await bot.database.write(_plan, LARGE, rooms, 2000, utc_now() - timedelta(hours=1), "matrix")


def _plan(
    connection: Connection, name: str, channels: Sequence[str], count: int, due: datetime, platform: str = "discord"
) -> None:
    community = members.found(connection, Place(platform, name, name), due)
    for number in range(count):
        deliveries.plan(
            connection,
            Delivery(
                to=Channel(platform, channels[number % len(channels)]),
                kind="posts.line",
                key=f"{name}:{number}",
                due=due,
                community=community,
                args={"from": name},
            ),
        )
