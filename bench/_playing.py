"""Serves the playground's page for a community of some size: `python -m bench._playing FOLDER MEMBERS`.

Its first line is the address, its second the secrets of its members as JSON; after that it serves until it is ended.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bot.adapters.local import NAME
from bot.messages import Member
from bot.story.page.server import Server
from bot.story.page.world import World
from bot.story.playground import ROOM


async def serve(folder: Path, members: int) -> None:
    async with World.open(folder) as world:
        for number in range(members - len(world.people)):
            member = Member(NAME, f"member-{number}", f"Member {number}")
            world.people.append(member)
            world.chat.join(member, ROOM)
        server = Server(world, "127.0.0.1", 0)
        async with server.serving():
            print(server.address, json.dumps([*server.seats.members]), sep="\n", flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
