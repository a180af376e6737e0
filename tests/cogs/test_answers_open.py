"""An answer to a check-in opens what it says, and what was written goes along where it asks for something."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.context import Context
from bot.messages import Message
from bot.words import prompts
from storage.members import members
from tests.cast import ALICE, Playground, button, labels
from tests.cogs.settled import settle
from tests.cogs.test_help_now import community, somebody_helps
from tests.legible import legible

WORDS = "carrying a shelf up the stairs"


@pytest.fixture
async def asks(world: Playground) -> Playground:
    """Alice has said every yes, and somebody helps."""
    await community(world)
    await somebody_helps(world)
    await settle(world, ALICE, "company", "hello", "checkin")
    return world


async def answer(world: Playground, prompt_id: str, said: str, *, written: bool = False) -> Message:
    person = await world.bot.database.read(members.person_of, ALICE)
    context = Context(ALICE, person, None, world.chat.incoming(ALICE).channel, world.now, direct=True)
    if written:
        handler, values = world.bot.registry.actions["checkins.said"].handler, {"words": said}
        reply = await handler(context, f"{prompt_id}|form", **values)
    else:
        prompt = prompts.find(prompts.shipped(), prompt_id)
        assert prompt is not None
        value = f"{prompt_id}|{prompt.options.index(said)}"
        reply = await world.bot.registry.actions["checkins.answer"].handler(context, value)
    assert isinstance(reply, Message)
    bound = await world.bot.core.offering.bind(context, reply)
    assert isinstance(bound, Message)
    return bound


@pytest.mark.parametrize(
    ("prompt", "said", "opens"),
    [
        ("ci-ask-05", "yes", "Practical hand, next 2 hours, no note."),
        ("ci-work-02", "yes", "Quiet company, next 2 hours, no note."),
        ("ci-wkd-04", "yes", "Quiet company, next 2 hours, no note."),
        ("ci-ask-01", "a listener", "Chat, next 2 hours, no note."),
        ("ci-ppl-06", "yes please", "You may be greeted: at most once a week"),
    ],
)
async def test_a_tap_opens_what_it_says(asks: Playground, prompt: str, said: str, opens: str) -> None:
    assert opens in (await answer(asks, prompt, said)).text


async def test_say_hello_first_opens_no_request(asks: Playground) -> None:
    opened = {one.action for one in (await answer(asks, "ci-ppl-06", "yes please")).buttons}
    assert not {one for one in opened if one.startswith("company.")}


@pytest.mark.parametrize("prompt", ["ci-ask-02", "ci-ask-06"])
async def test_what_was_written_is_the_note_and_is_kept_only_with_a_press(asks: Playground, prompt: str) -> None:
    said = await answer(asks, prompt, WORDS, written=True)
    assert f"Practical hand, next 2 hours, with your note: “{WORDS}”" in said.text
    assert labels(said)[:4] == ["Ask", "Ask without a note", "Change", "Not now"]
    assert WORDS not in await asks.bot.database.read(legible)
    await asks.chat.press(ALICE, button(said, "Ask"))
    assert f"with your note: “{WORDS}”" in (await asks.chat.say(ALICE, "company")).text


async def test_change_takes_it_along_and_without_a_note_leaves_it(asks: Playground) -> None:
    said = await answer(asks, "ci-ask-02", WORDS, written=True)
    assert "Note: yours" in labels(await asks.chat.press(ALICE, button(said, "Change")))
    said = await answer(asks, "ci-ask-02", WORDS, written=True)
    await asks.chat.press(ALICE, button(said, "Ask without a note"))
    assert "no note" in (await asks.chat.say(ALICE, "company")).text


async def test_words_written_since_never_go_in_their_place(asks: Playground) -> None:
    said = await answer(asks, "ci-ask-02", WORDS, written=True)
    await answer(asks, "ci-hard-01", "nothing for other eyes", written=True)
    gone = await asks.chat.press(ALICE, button(said, "Ask"))
    assert str(gone.text) == "I no longer have it. Send it again if you like."


async def test_after_fifteen_minutes_nothing_goes(asks: Playground) -> None:
    said = await answer(asks, "ci-ask-02", WORDS, written=True)
    asks.now += timedelta(minutes=16)
    assert "I no longer have it." in (await asks.chat.press(ALICE, button(said, "Ask"))).text


async def test_what_is_longer_than_a_note_stays_with_its_writer(asks: Playground) -> None:
    said = await answer(asks, "ci-ask-02", "a shelf " * 20, written=True)
    assert "What you wrote is longer than a note, so it stays with you." in said.text
    assert "no note" in said.text


async def test_it_goes_along_through_the_first_yes(world: Playground) -> None:
    await community(world)
    await somebody_helps(world)
    await settle(world, ALICE, "checkin")
    asked = await answer(world, "ci-ask-06", WORDS, written=True)
    shown = await world.chat.press(ALICE, button(asked, "Yes"))
    assert f"Practical hand, next 2 hours, with your note: “{WORDS}”" in shown.text
