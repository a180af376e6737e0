"""`What's on`, pressed on the message with doors: this week's circles, for the one who pressed alone."""

from __future__ import annotations

from datetime import timedelta

from bot.messages import Channel, Member, Message
from cogs.moderation import wording
from tests.cast import BOB, CHANDRA, DANA, EVE, ROOM, Playground, button, labels
from tests.cogs.circles.cast import TITLE, card, join, press, published


async def whats_on(world: Playground, member: Member = CHANDRA) -> Message:
    return await world.chat.press(member, button(wording.panel(), "What's on"), ROOM)


async def test_a_week_without_circles_is_said_and_a_door_is_offered(world: Playground) -> None:
    said = await whats_on(world)
    assert str(said.text) == "No circle yet. Shall I tell you when one starts?"
    assert labels(said) == ["Yes", "No"]
    assert said.private


async def test_this_weeks_circles_are_shown_with_what_the_reader_is_in_them(world: Playground) -> None:
    await published(world)
    before = str((await whats_on(world)).text).splitlines()
    assert before[0] == "On in the coming seven days:"
    assert len(before) == 2
    assert before[1].startswith(f"**{TITLE}**")
    assert "you" not in before[1]
    await join(world, CHANDRA)
    assert str((await whats_on(world)).text).splitlines()[1] == before[1] + ": you're in"
    assert str((await whats_on(world, BOB)).text).endswith(": you host")
    assert str((await whats_on(world, DANA)).text).splitlines() == before, "what Chandra said is Chandra's"


async def test_nothing_of_it_stands_in_public(world: Playground) -> None:
    await published(world)
    there = len(world.chat.posted)
    said = await whats_on(world, EVE)
    assert said.private
    assert said.openly is None
    assert not [posted for posted in world.chat.posted[there:] if isinstance(posted.to, Channel)]


async def test_its_buttons_lead_to_the_card(world: Playground) -> None:
    await published(world)
    said = await whats_on(world)
    assert labels(said) == [TITLE]
    assert str((await press(world, CHANDRA, said, TITLE)).text) == str((await card(world, CHANDRA)).text)


async def test_what_lies_further_ahead_is_not_of_this_week(world: Playground) -> None:
    day = world.now + timedelta(days=8)
    await published(world, when=f"{day:%Y-%m-%d} 19:00")
    said = await whats_on(world)
    assert str(said.text) == "No circle meets in the coming seven days. `circle list` shows what is planned."
    assert TITLE in (await press(world, CHANDRA, said, "All circles")).text
