"""Names: asked of the platform when they are shown, remembered for minutes, and never kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import pytest

from bot.errors import DeliveryError
from bot.messages import Button, Field, Form, Member, Message, Text, who
from bot.platform.adapter import Adapter
from bot.platform.naming import MOST, REMEMBERED, Names
from tests.cast import ALICE, BOB, Playground

NAMELESS = Member("local", "bob")


class Directory:
    """A platform that knows what its members are called, and can fall silent."""

    def __init__(self) -> None:
        self.names = {"bob": "Bob"}
        self.asked = 0
        self.silent = False

    async def name_of(self, member: Member) -> str:
        self.asked += 1
        if self.silent:
            raise DeliveryError("no answer")
        return self.names.get(member.id, "")


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def names(directory: Directory, clock: list[float]) -> Names:
    return Names(cast(Mapping[str, Adapter], {"local": directory}), lambda: clock[0])


async def test_a_name_stands_in_words_and_on_buttons(names: Names) -> None:
    hello = Text("Say hello to {who}").format(who=who(NAMELESS))
    message = await names.fill_message(Message(hello, (Button(hello, "a.hello"),)))
    assert str(message.text) == str(message.buttons[0].label) == "Say hello to Bob"


async def test_a_name_stands_in_a_form(names: Names) -> None:
    hello = Text("For {who}").format(who=who(NAMELESS))
    form = await names.fill_form(Form(hello, (Field("words", hello),), "a.sent"))
    assert str(form.title) == str(form.fields[0].label) == "For Bob"


async def test_a_name_is_asked_once_in_ten_minutes(names: Names, directory: Directory, clock: list[float]) -> None:
    for _again in range(3):
        assert await names.of(NAMELESS) == "Bob"
    assert directory.asked == 1
    directory.names["bob"] = "Robert"
    clock[0] += REMEMBERED
    assert await names.of(NAMELESS) == "Robert"


async def test_a_silent_platform_leaves_the_last_name_or_the_id(
    names: Names, directory: Directory, clock: list[float]
) -> None:
    await names.of(NAMELESS)
    directory.silent = True
    clock[0] += REMEMBERED
    assert await names.of(NAMELESS) == "Bob"
    stranger = await names.fill(Text("{who}").format(who=who(Member("local", "unknown"))))
    assert str(stranger) == "unknown"


async def test_what_a_platform_says_of_itself_need_not_be_asked(names: Names, directory: Directory) -> None:
    names.learn(Member("local", "bob", "Bobby"))
    assert await names.of(NAMELESS) == "Bobby"
    assert directory.asked == 0


async def test_a_platform_that_is_not_there_knows_nobody(names: Names) -> None:
    assert await names.of(Member("elsewhere", "bob")) == ""


async def test_memory_is_bounded(names: Names) -> None:
    for number in range(MOST + 10):
        names.learn(Member("local", str(number), "x"))
    assert len(names._known) == MOST


async def test_what_shows_nobody_is_left_alone(names: Names, directory: Directory) -> None:
    message = Message(Text("Nobody here"))
    assert await names.fill_message(message) is message
    assert directory.asked == 0


async def test_members_are_named_to_each_other_by_the_bot(world: Playground) -> None:
    assert await world.bot._names.of(Member("local", "alice")) == ALICE.name
    assert await world.chat.name_of(BOB) == "Bob"
