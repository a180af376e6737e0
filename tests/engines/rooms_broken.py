"""A bot that breaks the promise, to show that the engine sees it: a room that was asked for is not looked for."""

from __future__ import annotations

import json
import secrets
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.adapters.discord import DiscordAdapter
from bot.bot import Bot
from bot.context import Group
from bot.messages import Member, Place, Text
from bot.platform.adapter import Adapter
from tests.engines import crash_discord
from tests.engines.crash import World
from tests.engines.processes import Json
from tests.engines.rooms import Rooms


class Forgetful(DiscordAdapter):
    async def open_group(self, place: Place | None, members: Sequence[Member], title: Text, key: str) -> Group:
        return await super().open_group(place, members, title, secrets.token_hex(11))


async def connect(bot: Bot, where: Json) -> Adapter:
    adapter = bot.adapters["discord"] = Forgetful(bot, crash_discord.config(where))
    await adapter.start()
    return adapter


if __name__ == "__main__":
    world = World(crash_discord.DiscordPlatform, connect, crash_discord.member)
    with tempfile.TemporaryDirectory(prefix="kith-rooms-") as folder:
        rooms = Rooms(world, Path(folder), seed=7)
        for _ in rooms.points(int(sys.argv[1])):
            pass
        print(json.dumps(vars(rooms.tally)))  # noqa: T201 - it is run as a process, and this is its answer
