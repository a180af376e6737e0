"""A thousand members press `I'm in` at once, and later half of those who wait press again: seats are seats."""

from __future__ import annotations

import asyncio
from datetime import time
from sqlite3 import Connection

from bot.adapters.local import NAME
from bot.asking.consenting import ADULT, CORE
from bot.messages import Button, Member, Text
from storage.members import consents, members
from tests.cast import ROOM, Playground
from tests.cogs.circles.cast import published, rows, tick, told

CROWD = [Member(NAME, f"m{number}", f"M{number}") for number in range(1000)]


def _settled(connection: Connection, world: Playground) -> None:
    community = members.found(connection, ROOM, world.now)
    for member in CROWD:
        person = members.create(connection, member, "UTC", "en", world.now)
        members.join(connection, person, community, world.now)
        members.set_quiet_hours(connection, person, time(), time())
        consents.give(connection, person, (*CORE, ADULT, "events"), "Yes.", world.now)


async def press(world: Playground, member: Member, wish: str) -> str:
    said = await world.chat.press(member, Button(Text(wish), "circles.answer", f"1|{wish}", row="-"))
    return str(said.text)


async def answers(world: Playground, answer: str) -> list[str]:
    found = await rows(
        world,
        "SELECT platform_id FROM circle_answers JOIN accounts USING (person) WHERE gathering = 1 AND answer = ?"
        " ORDER BY circle_answers.id",
        answer,
    )
    return [str(name) for (name,) in found]


async def test_a_thousand_at_once_through_the_bot_itself(world: Playground) -> None:
    await published(world)
    for member in CROWD:
        world.chat.join(member, ROOM)
    await world.bot.database.write(_settled, world)
    said = await asyncio.gather(*(press(world, member, "in") for member in CROWD))
    assert sum("You're in" in one for one in said) == 8
    assert sum("You're on the waitlist" in one for one in said) == 992
    seated, waiting = await answers(world, "in"), await answers(world, "waiting")
    assert len(seated) == 8
    assert len(waiting) == 992

    leaving = [Member(NAME, name, name) for name in seated[:3]]
    crowd = [Member(NAME, name, name) for name in waiting[500:]]
    await asyncio.gather(*(press(world, one, "cant") for one in leaving), *(press(world, one, "in") for one in crowd))
    await tick(world)
    assert await answers(world, "offered") == waiting[:3], "in the order they asked, whoever presses again"
    assert len(await answers(world, "in")) == 5
    for name in waiting[:3]:
        assert told(world, Member(NAME, name, name.upper()), "A seat is free")
