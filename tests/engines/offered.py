"""What buttons stand for: every command is typed, every button pressed once, every zone asked for is Kolkata.

``python -m tests.engines.offered FOLDER`` writes a line for each: its action and its value.
"""

from __future__ import annotations

import asyncio
import inspect
import re
import sys
from collections import Counter, deque
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.messages import Button, Member, Message
from tests.cast import ALICE, MO, Playground
from tests.cogs.settled import settle
from tests.prepared import at_home

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONE_MINUTE = timedelta(minutes=1)
MOST = 16
"""Buttons of each action pressed by each member."""
DRAWN = re.compile(r"[0-9a-f]{8,}")
"""What is drawn at random, and is another one each time."""
LEFT_OUT = re.compile(r"(leave|pause|switch|settings|forget|privacy|buddies.end|consents?[.]no)\b")
"""What would end it for the member."""


async def walk(world: Playground, member: Member) -> set[str]:
    """As far as one member comes, by what is offered."""
    waiting: deque[Button] = deque()
    seen: set[str] = set()

    def read(said: Message) -> None:
        waiting.extend(button for button in said.buttons if button.style != "danger")

    for name, command in sorted(world.bot.registry.commands.items()):
        world.now += ONE_MINUTE
        if not LEFT_OUT.match(name) and all(one.default is not inspect.Parameter.empty for one in command.parameters):
            read(await world.chat.say(member, name))
            await world.chat.say(member, "cancel")
    pressed = Counter[str]()
    while waiting:
        button = waiting.popleft()
        line = f"{button.action} {DRAWN.sub('#', button.value)}"
        if line in seen or LEFT_OUT.match(button.action):
            continue
        seen.add(line)
        pressed[button.action] += 1
        if pressed[button.action] > MOST:
            continue
        world.now += ONE_MINUTE
        said = await world.chat.press(member, button)
        read(said)
        if not said.buttons and "`cancel`" in said.text:
            read(await world.chat.say(member, "Kolkata" if "zone" in said.text else "cancel"))
    return seen


async def offered(folder: Path) -> list[str]:
    async with at_home(folder, NOW) as world:
        for member in (ALICE, MO):
            await settle(world, member, "reminders", "dates", "checkin", "people", "notebook")
        return sorted({line for member in (ALICE, MO) for line in await walk(world, member)})


if __name__ == "__main__":
    sys.stdout.write("\n".join(asyncio.run(offered(Path(sys.argv[1])))) + "\n")
