"""From an idea to a published circle: one screen, two yeses, and nobody else sees it before."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import ALICE, BOB, CHANDRA, Playground
from tests.cogs.circles.cast import (
    agree,
    card,
    draft,
    join,
    pass_time,
    press,
    published,
    tick,
    told,
    would_host,
)  # fmt: skip


async def test_a_weekly_circle_from_idea_to_published(world: Playground) -> None:
    await would_host(world, ALICE, BOB)
    before = len(world.chat.read(ALICE))
    screen = await world.chat.say(ALICE, "circle new thursday 19:00 Evening circle")
    assert "It needs a co-host" in screen.text
    screen = await press(world, ALICE, screen, "Publish")
    await press(world, ALICE, screen, "Co-host")
    screen = await world.chat.say(ALICE, "@Bob")
    assert "It is published as soon as" in screen.text
    assert len(world.chat.read(ALICE)) - before == 4, "two lines typed, two taps"
    await tick(world)
    asked = world.chat.read(BOB)[-1]
    assert "You keep the space, not the people." in asked.text
    said = await press(world, BOB, asked, "I'll host")
    assert "it is published" in said.text
    await tick(world)
    assert told(world, ALICE, "is published")


async def test_what_was_typed_before_the_first_yes_is_not_asked_again(world: Playground) -> None:
    screen = await agree(world, ALICE, await world.chat.say(ALICE, "circle new thursday 19:00 Evening circle"))
    assert "Evening circle" in screen.text
    assert "It needs a co-host" in screen.text


async def test_nobody_sees_a_draft(world: Playground) -> None:
    await draft(world)
    assert "No circle yet. Shall I tell you when one starts?" in (await world.chat.say(CHANDRA, "circle list")).text


async def test_joined_in_one_tap_by_whoever_agreed_before(world: Playground) -> None:
    await published(world)
    await join(world, CHANDRA)
    opened = await card(world, CHANDRA)
    assert "No recording or screenshots." in opened.text, "agreements are shown before a yes"
    assert "Alice" in opened.text
    said = await press(world, CHANDRA, opened, "Listening only")
    assert "You are never asked to speak." in said.text


async def test_the_whole_life_of_one_date(world: Playground) -> None:
    await published(world)
    assert "You're in: Evening circle" in (await join(world, CHANDRA)).text
    await pass_time(world, timedelta(days=7))
    assert len(told(world, CHANDRA, "Evening circle is")) == 1, "the reminder one hour before"
    assert len(told(world, CHANDRA, "Did you feel welcome")) == 1


FIRST = "The first date: Thursday 2 April at 19:00, Berlin time"


async def test_a_host_sees_the_first_date_before_publishing(world: Playground) -> None:
    screen = await draft(world)
    assert FIRST in screen.text
    assert "every Thursday at 19:00, Berlin time, 8 times" in screen.text
    once = await press(world, ALICE, await press(world, ALICE, screen, "How often"), "Once")
    assert FIRST in once.text
    await press(world, ALICE, once, "When, how long")
    for answer in ("every other thursday", "31 march 18:00", "New York", "45 min"):
        moved = await world.chat.say(ALICE, answer)
    assert "The first date: Tuesday 31 March at 18:00, New York time" in moved.text
    assert "for 45 minutes" in moved.text


async def test_the_co_host_sees_the_first_date_before_the_yes(world: Playground) -> None:
    await would_host(world, BOB)
    screen = await draft(world)
    await press(world, ALICE, screen, "Publish")
    await press(world, ALICE, screen, "Co-host")
    await world.chat.say(ALICE, "@Bob")
    await tick(world)
    assert FIRST in world.chat.read(BOB)[-1].text


async def test_what_is_published_shows_its_next_date_and_no_first_one(world: Playground) -> None:
    await published(world)
    shown = (await card(world, CHANDRA)).text
    assert "Thursday 2 April at 19:00, Berlin time" in shown
    assert "The first date" not in shown
