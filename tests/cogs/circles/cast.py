"""What tests of circles begin with: people who agreed, and a circle that is published."""

from __future__ import annotations

from sqlite3 import Connection
from typing import Any

from bot.messages import Button, Member, Message, Text
from tests.cast import ALICE, BOB, Playground, button, labels
from tests.cast import pass_time as pass_time

TITLE = "Evening circle"


async def agree(world: Playground, member: Member, said: Message) -> Message:
    """Answer yes to whatever is asked first."""
    while "Details" in labels(said) or "18 or over" in said.text:
        said = await world.chat.press(member, button(said, "Yes"))
    return said


async def would_host(world: Playground, *people: Member) -> None:
    """They say yes to hosting, on the way to a circle that they then leave be; all of them live in Berlin."""
    for member in people:
        await agree(world, member, await world.chat.say(member, "circle new"))
        await world.chat.say(member, "cancel")
        await world.chat.say(member, "settings time zone")
        await world.chat.say(member, "Berlin")


async def draft(world: Playground, host: Member = ALICE, when: str = "thursday 19:00", title: str = TITLE) -> Message:
    """A draft, as its screen shows it."""
    await would_host(world, host)
    return await world.chat.say(host, f"circle new {when} {title}")


async def press(world: Playground, member: Member, said: Message, label: str) -> Message:
    found = [one for one in said.buttons if str(one.label).startswith(label)]
    assert found, f"no button {label!r} among {labels(said)}"
    return await world.chat.press(member, found[0])


async def published(world: Playground, *, when: str = "thursday 19:00", title: str = TITLE, **taps: str) -> Message:
    """Alice and Bob host a circle; ``taps`` are choices on its screen, such as ``seats="3"``."""
    await would_host(world, BOB)
    screen = await draft(world, when=when, title=title)
    for thing, choice in taps.items():
        screen = await press(world, ALICE, await press(world, ALICE, screen, _LABELS[thing]), choice)
    if any(label == "Co-host" for label in labels(screen)):
        await press(world, ALICE, screen, "Co-host")
        screen = await world.chat.say(ALICE, "@Bob")
        await tick(world)
        await press(world, BOB, world.chat.read(BOB)[-1], "I'll host")
        screen = await press(world, ALICE, await world.chat.say(ALICE, "circle mine"), title[:45])
    screen = await press(world, ALICE, screen, "Publish")
    await tick(world)
    return screen


_LABELS = {"seats": "Seats", "kind": "Kind", "often": "How often", "times": "How many times"}


async def card(world: Playground, member: Member, title: str = TITLE) -> Message:
    """The card of a circle, opened from the list."""
    return await press(world, member, await world.chat.say(member, "circle list"), title)


async def join(world: Playground, member: Member, label: str = "I'm in", title: str = TITLE) -> Message:
    return await agree(world, member, await press(world, member, await card(world, member, title), label))


async def tick(world: Playground) -> None:
    """Everything that is due, also what waits for its turn behind another message to the same reader."""
    for _turn in range(3):
        await world.bot.tick(world.now)


def told(world: Playground, member: Member, words: str) -> list[Message]:
    """What the bot told this member by itself, holding these words."""
    return [one.message for one in world.chat.posted if one.to == member and one.key and words in one.message.text]


async def rows(world: Playground, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    def read(connection: Connection) -> list[tuple[Any, ...]]:
        return connection.execute(sql, values).fetchall()

    return await world.bot.database.read(read)


__all__ = ["Button", "Text", "agree", "button", "card", "draft", "join", "pass_time", "press", "published", "rows",
           "tick", "told", "would_host"]  # fmt: skip
