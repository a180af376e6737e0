"""Buddies as members live them: signing up, answering, and letting the days go by."""

from __future__ import annotations

from datetime import timedelta

from bot.messages import Button, Channel, Member, Message
from bot.story.playground import Playground
from tests.cast import ROOM, button, labels
from tests.cast import pass_time as pass_time

DAY = timedelta(days=1)
NO_NAME = "They're not on your list of people to avoid."


async def sign_up(world: Playground, *who: Member, free: str = "Weekday evenings", style: str = "Text") -> None:
    """Three questions, one line, and the yeses."""
    for member in who:
        message = await world.chat.say(member, "buddy find", ROOM)
        for label in (free, style, "Company", "Looks right"):
            message = await world.chat.press(member, button(message, label), ROOM)
        if "18 or over" in message.text:
            message = await world.chat.press(member, button(message, "Yes"), ROOM)
        if "Yes" in labels(message):
            message = await world.chat.press(member, button(message, "Yes"), ROOM)
        assert "Noted." in message.text, message.text


def last(world: Playground, member: Member, words: str) -> Message:
    """The last message to this member with these words in it."""
    found = [message for message in world.chat.read(member) if words in message.text]
    assert found, f"nothing with {words!r} among {[str(m.text) for m in world.chat.read(member)]}"
    return found[-1]


def told(world: Playground, member: Member, words: str) -> int:
    return sum(words in message.text for message in world.chat.read(member))


def rooms(world: Playground) -> dict[frozenset[str], list[str]]:
    """What was said in each place for a few, by who is in it."""
    found: dict[frozenset[str], list[str]] = {frozenset(ids): [] for ids in world.chat.groups.values()}
    for posted in world.chat.posted:
        if isinstance(posted.to, Channel) and posted.to.id in world.chat.groups:
            found[frozenset(world.chat.groups[posted.to.id])].append(str(posted.message.text))
    return found


async def press_last(world: Playground, member: Member, words: str, label: str) -> Message:
    return await world.chat.press(member, button(last(world, member, words), label))


async def introduce(world: Playground, *who: Member) -> None:
    """From nothing to an open place: sign-up, the first round, and a yes of everybody."""
    await sign_up(world, *who)
    await pass_time(world, 3 * DAY)
    for member in who:
        await press_last(world, member, NO_NAME, "Yes")
    await pass_time(world, timedelta(minutes=5))


def door(message: Message, action: str) -> Button:
    return next(one for one in message.buttons if one.action == action)


async def days(world: Playground, count: int) -> None:
    """Days in big steps: once a day the hourly and daily jobs and a tick, which is enough for buddies."""
    for _day in range(count):
        world.now += DAY
        await world.bot.run_jobs("hour", world.now)
        await world.bot.run_jobs("day", world.now)
        await world.bot.tick(world.now)
        await world.bot.tick(world.now)


async def to_the_round(world: Playground) -> None:
    """Past the first round's hour, at an hour that is quiet for nobody."""
    await days(world, 3)


async def met(world: Playground, *who: Member) -> None:
    """As ``introduce``, without looking at each hour on the way."""
    await sign_up(world, *who)
    await to_the_round(world)
    for member in who:
        await press_last(world, member, NO_NAME, "Yes")
    await world.bot.tick(world.now)
    await world.bot.tick(world.now + timedelta(minutes=2))
