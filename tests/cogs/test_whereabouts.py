"""`start` for a member: where they stand, in five lines that anybody may read over a shoulder."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Message
from cogs.moderation import wording
from tests.cast import ALICE, BOB, CHANDRA, ROOM, Playground, button, labels
from tests.cogs.buddies.world import DAY, NO_NAME, press_last, sign_up
from tests.cogs.circles.cast import agree, card, join, pass_time, published
from tests.cogs.settled import settle

DOORS = ["Company", "More", "Help now"]


async def yes(world: Playground, line: str) -> Message:
    return await agree(world, ALICE, await world.chat.say(ALICE, line))


async def lines(world: Playground, said: str = "start") -> list[str]:
    return str((await world.chat.say(ALICE, said)).text).split("\n")


@pytest.mark.parametrize("said", ["start", "hello", "hi", "good morning", "kith start"])
async def test_a_member_reads_what_comes_next_with_three_doors(world: Playground, said: str) -> None:
    await yes(world, "checkin on 19:30 berlin")
    shown = await world.chat.say(ALICE, said)
    assert str(shown.text) == "Hello, Alice.\nTonight 19:30: your question."
    assert labels(shown) == DOORS
    more = await world.chat.press(ALICE, button(shown, "More"))
    assert str(more.text) == "What would you like?"
    assert labels(more)[-1] == "Help now"
    assert "a buddy" in labels(more)


async def test_whoever_is_new_or_has_nothing_ahead_is_greeted_as_ever(world: Playground) -> None:
    assert (await lines(world))[0].startswith("Hi, I'm Kith, a bot.")
    await settle(world, ALICE, "checkin")
    assert (await lines(world))[0].startswith("Hi, I'm Kith, a bot.")


async def test_a_circle_stands_there_with_what_they_are_in_it(world: Playground) -> None:
    await published(world, title="Sunday tea", when="wednesday 18:00", seats="3")
    await settle(world, CHANDRA, "events")
    await join(world, CHANDRA, title="Sunday tea")
    said = str((await world.chat.say(CHANDRA, "start")).text)
    assert said == "Hello, Chandra.\nWednesday 18:00: Sunday tea, you're in."
    assert (await lines(world))[1] == "Wednesday 18:00: Sunday tea, you host."


async def test_a_list_and_a_card_say_what_they_are_in_a_circle(world: Playground) -> None:
    await published(world, title="Sunday tea", when="sunday 18:00")
    assert "you" not in str((await world.chat.say(CHANDRA, "circle list")).text)
    assert "For you" not in (await card(world, CHANDRA, "Sunday tea")).text
    await join(world, CHANDRA, "Listening only", "Sunday tea")
    assert str((await world.chat.say(CHANDRA, "circle list")).text).endswith(": you're in, listening only")
    assert "For you: you're in, listening only." in (await card(world, CHANDRA, "Sunday tea")).text
    assert str((await world.chat.say(BOB, "circle list")).text).endswith(": you host")


async def test_a_buddy_stands_last_and_one_that_is_looked_for_too(world: Playground) -> None:
    await sign_up(world, ALICE)
    assert (await lines(world))[-1] == "Buddy: I'm looking for somebody."
    await sign_up(world, BOB)
    await pass_time(world, 3 * DAY)
    for member in (ALICE, BOB):
        await press_last(world, member, NO_NAME, "Yes")
    await pass_time(world, timedelta(minutes=5))
    await yes(world, "checkin on 19:30 berlin")
    shown = await lines(world)
    assert shown[-1].startswith("Buddy: Bob, until ")
    assert len(shown) == 3


async def test_there_are_five_lines_at_most_and_what_lasts_keeps_its_own(world: Playground) -> None:
    await sign_up(world, ALICE)
    await yes(world, "checkin on 19:30 berlin")
    await yes(world, "remind me tomorrow 9:00 call the clinic")
    for title, when in (("Tea", "sunday 18:00"), ("Walk", "saturday 10:00"), ("Games", "friday 20:00")):
        await published(world, title=title, when=when)
    shown = await lines(world)
    assert len(shown) == 5
    assert shown[-1] == "Buddy: I'm looking for somebody."
    assert shown[1] == "Tonight 19:30: your question."


async def test_nothing_private_is_ever_among_them(world: Playground) -> None:
    await yes(world, "checkin on 19:30 berlin")
    await yes(world, "remind me tomorrow 9:00 call the clinic")
    await yes(world, "my-dates")
    await world.chat.say(ALICE, "notebook")
    await world.chat.say(ALICE, "buddy avoid bob", ROOM)
    shown = "\n".join(await lines(world))
    assert shown == "Hello, Alice.\nTonight 19:30: your question.\nTomorrow 09:00: a reminder."


async def test_what_is_not_sent_any_more_is_not_announced(world: Playground) -> None:
    await yes(world, "checkin on 19:30 berlin")
    asked = await world.chat.say(ALICE, "settings i may write to you first")
    await world.chat.press(ALICE, button(asked, "Switch it off"))
    assert "your question" not in str((await world.chat.say(ALICE, "start")).text)


# -- a pause ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["hello", "hi", "good morning", "hey there"])
async def test_a_hello_never_ends_a_pause(world: Playground, said: str) -> None:
    await yes(world, "checkin on 19:30 berlin")
    await world.chat.say(ALICE, "pause until tuesday")
    asked = await world.chat.say(ALICE, said)
    assert str(asked.text) == "You're resting until Tuesday."
    assert labels(asked) == ["Stay so", "Start again", "Help now"]
    stays = await world.chat.press(ALICE, button(asked, "Stay so"))
    assert str(stays.text) == "It stays so. `start` ends it when you like."
    assert str((await world.chat.say(ALICE, said)).text) == "You're resting until Tuesday."
    again = await world.chat.press(ALICE, button(asked, "Start again"))
    assert str(again.text).startswith("Welcome back. Your pause has ended, and what you chose goes on.\nTonight 19:30")
    assert str((await world.chat.say(ALICE, said)).text).startswith("Hello, Alice.")


async def test_the_word_that_was_named_ends_a_pause(world: Playground) -> None:
    await settle(world, ALICE, "checkin")
    await world.chat.say(ALICE, "pause")
    assert str((await world.chat.say(ALICE, "hi")).text) == "You're resting until you say so."
    assert "Welcome back." in (await world.chat.say(ALICE, "start")).text


async def test_the_panels_button_is_a_hello(world: Playground) -> None:
    await settle(world, ALICE, "checkin")
    await world.chat.say(ALICE, "pause")
    pressed = await world.chat.press(ALICE, button(wording.panel(), "Start"), ROOM)
    assert str(pressed.text) == "You're resting until you say so."


async def test_check_ins_that_rest_stay_so_at_a_hello(world: Playground) -> None:
    await yes(world, "checkin on 19:30 berlin")
    await pass_time(world, timedelta(days=11))
    asked = await world.chat.say(ALICE, "hello")
    assert str(asked.text) == "Your check-ins are paused."
    await world.chat.press(ALICE, button(asked, "Start again"))
    assert "your question" in str((await world.chat.say(ALICE, "hello")).text)
