"""A bot that breaks the promise, to show that the crash engine sees it: each attempt has a key of its own."""

from __future__ import annotations

import json
import secrets
import sys
import tempfile
from pathlib import Path

from bot.adapters.discord import DiscordAdapter
from bot.bot import Bot
from bot.messages import Member, Message
from bot.platform.adapter import Adapter
from tests.engines import crash_discord
from tests.engines.crash import Crash, World
from tests.engines.processes import Json


class Forgetful(DiscordAdapter):
    async def send(self, member: Member, message: Message, key: str) -> str:
        return await super().send(member, message, secrets.token_hex(11))


async def connect(bot: Bot, where: Json) -> Adapter:
    adapter = Forgetful(bot, crash_discord.config(where))
    await crash_discord.log_in(bot, adapter, where)
    return adapter


if __name__ == "__main__":
    world = World(crash_discord.DiscordPlatform, connect, crash_discord.member)
    with tempfile.TemporaryDirectory(prefix="kith-crash-") as folder:
        crash = Crash(world, Path(folder), seed=7)
        for _ in crash.points(int(sys.argv[1])):
            pass
        print(json.dumps(vars(crash.tally)))  # noqa: T201 - it is run as a process, and this is its answer
