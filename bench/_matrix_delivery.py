"""The same on Matrix: a real Synapse that announces its limit only by refusing, and a bare loop on nio beside it."""

from __future__ import annotations

import asyncio
import logging
import time as stopwatch
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from nio import AsyncClient, RoomSendResponse

from bench._ticking import tick_until, used
from bot.bot import Bot
from bot.cog import Cog
from storage.delivery import deliveries
from tests.adapters.matrix.world import World
from tests.beds.matrix.synapse import Synapse

LIMIT = 10
"""Messages a second and user: fifty times what Synapse allows by itself, so that a short run counts enough of them."""
ROOMS = 5

Plan = Callable[[Bot, Sequence[str]], Awaitable[None]]


async def measure(folder: Path, cog: type[Cog], plan: Plan, warm_up: float, seconds: float) -> dict[str, float]:
    """Of Kith and of nio alone: the share of the limit that was used, and the share of a core it took."""
    limit = {"rc_message": {"per_second": LIMIT, "burst_count": LIMIT}}
    with Synapse(extra=limit) as synapse:
        async with World(synapse, folder, [cog]) as world:
            await world.start()
            mo = await world.member("mo")
            rooms = []
            for number in range(ROOMS):
                rooms.append(await mo.open_room(world.id, name=f"room {number}", encrypted=False))
                await mo.wait_for_member(world.id)
            world.members.remove(mo)
            await mo.leave()  # reading along would take a part of the core that is measured
            await plan(world.bot, rooms)
            kith = await _kith(world.bot, warm_up, seconds)
            await world.bot.dispatcher.stop(2)
            await world.stop()
            await asyncio.sleep(warm_up)
            bare = await _bare(synapse, world, rooms, warm_up, seconds)
    return {
        "matrix_share_of_limit": kith[0] / LIMIT,
        "matrix_core_share": kith[1],
        "matrix_bare_share_of_limit": bare[0] / LIMIT,
        "matrix_bare_core_share": bare[1],
    }


async def _kith(bot: Bot, warm_up: float, seconds: float) -> tuple[float, float]:
    """Messages a second that the homeserver took, and the share of a core, once the first burst is over."""
    await tick_until(stopwatch.monotonic() + warm_up, bot)
    before, spent, since = await _sent(bot), used(), stopwatch.monotonic()
    await tick_until(since + seconds, bot)
    took = stopwatch.monotonic() - since
    return (await _sent(bot) - before) / took, (used() - spent) / took


async def _sent(bot: Bot) -> int:
    return (await bot.database.read(deliveries.counts)).get("sent", 0)


async def _bare(
    synapse: Synapse, world: World, rooms: Sequence[str], warm_up: float, seconds: float
) -> tuple[float, float]:
    """nio alone: ten tasks that send as fast as it lets them; it waits by itself when it is refused."""
    logging.getLogger("nio").setLevel(logging.ERROR)  # a line for every refusal
    client = AsyncClient(synapse.url, world.id)
    client.access_token, client.user_id, client.device_id = world.account.access_token, world.id, "BARE"
    taken: list[float] = []
    end = stopwatch.monotonic() + warm_up + seconds

    async def send(start: int) -> None:
        for number in range(start, 1_000_000, 10):
            if stopwatch.monotonic() > end:
                return
            content = {"msgtype": "m.text", "body": f"bare {number}"}
            answer = await client.room_send(rooms[number % len(rooms)], "m.room.message", content)
            if isinstance(answer, RoomSendResponse):
                taken.append(stopwatch.monotonic())

    sending = asyncio.gather(*(send(start) for start in range(10)))
    await asyncio.sleep(warm_up)
    spent, since = used(), stopwatch.monotonic()
    await asyncio.sleep(seconds)
    took, spent = stopwatch.monotonic() - since, used() - spent
    await sending
    await client.close()
    return sum(since <= at <= since + took for at in taken) / took, spent / took
