"""A community with two moderators, where everybody has said yes to something."""

from __future__ import annotations

from bot.messages import Channel, Community, Member, Message, Person
from storage.members import members
from tests.cast import ALICE, BOB, MO, ROOM, Playground, button

ANNA = Member("local", "anna", "Anna")
"""The second moderator."""
MODS = Channel("local", "mods")


async def agree(world: Playground, *who: Member) -> None:
    for member in who:
        await world.chat.say(member, "checkin on 09:00 berlin", ROOM)
        await world.chat.say(member, "yes", ROOM)
        await world.chat.say(member, "start", ROOM)


async def populate(world: Playground) -> Community:
    world.chat.join(ANNA, ROOM, moderator=True)
    await agree(world, ALICE, BOB, MO, ANNA)
    found = await world.bot.database.read(members.community_of, ROOM)
    assert found is not None
    return found


async def person(world: Playground, member: Member) -> Person:
    found = await world.bot.database.read(members.person_of, member)
    assert found is not None
    return found


def told(world: Playground, to: Member | Channel) -> list[str]:
    """What this reader was sent that they were not waiting for."""
    return [str(posted.message.text) for posted in world.chat.posted if posted.to == to and posted.key]


async def press(world: Playground, who: Member, screen: Message, label: str) -> Message:
    answer = await world.chat.press(who, button(screen, label), ROOM)
    await world.bot.tick(world.now)
    return answer


async def say(world: Playground, who: Member, line: str) -> Message:
    answer = await world.chat.say(who, line, ROOM)
    await world.bot.tick(world.now)
    return answer
