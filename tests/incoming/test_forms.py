"""A form that is asked question by question steps aside for a command, and is taken up again where it was left."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.messages import Message
from tests.cast import ALICE, ROOM, UNGREETED, Playground, button, labels, pass_time
from tests.legible import legible
from tests.prepared import at_home

KEPT = "What you filled in is kept for a day."
ASKED = "Was that your answer? Nothing is done and nothing is noted; what you filled in is kept."


async def at_the_place(world: Playground) -> Message:
    """Alice is asked when, and has answered; now she is asked in which city: only a value will do."""
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(asked, "Change time or days"))
    return await world.chat.say(ALICE, "07:15")


async def at_the_words(world: Playground) -> Message:
    """Alice is asked what happened: any words may be the answer."""
    screen = await world.chat.say(ALICE, "report", ROOM)
    return await world.chat.press(ALICE, button(screen, "Write it"), ROOM)


def go_on(said: Message) -> str:
    [label] = [label for label in labels(said) if label.startswith("Go on with: ")]
    return label


@pytest.mark.parametrize("line", ["help", "privacy", "About.", "what do you keep", "checkin now"])
async def test_a_command_or_a_wish_is_done_and_the_form_waits(world: Playground, line: str) -> None:
    await at_the_place(world)
    said = await world.chat.say(ALICE, line)
    assert "I don't know" not in said.text
    assert KEPT in said.text
    again = await world.chat.press(ALICE, button(said, go_on(said)))
    assert "In which city" in again.text
    await world.chat.say(ALICE, "lisbon")
    assert "at 07:15 every day, Lisbon time" in (await world.chat.say(ALICE, "every day")).text


@pytest.mark.parametrize("line", ["back", "never mind", "Not now."])
async def test_back_leaves_it_and_go_on_brings_it_back(world: Playground, line: str) -> None:
    await at_the_place(world)
    assert str((await world.chat.say(ALICE, line)).text) == f"Nothing was changed.\n\n{KEPT}"
    await world.chat.say(ALICE, "qwertz uiop")
    assert "In which city" in (await world.chat.say(ALICE, "go on")).text
    assert "On which days?" in (await world.chat.say(ALICE, "lisbon")).text


@pytest.mark.parametrize("line", ["help", "pause", "back", "privacy", "kith-mod cases"])
async def test_where_words_are_asked_for_it_is_asked_about_and_said_again_it_goes_first(
    world: Playground, line: str
) -> None:
    await at_the_words(world)
    asked = await world.chat.say(ALICE, line, ROOM)
    assert ASKED in asked.text
    assert labels(asked) == ["Yes", line.capitalize(), "Help now"]
    again = await world.chat.say(ALICE, line, ROOM)
    assert ASKED not in again.text
    if "moderators" not in again.text:  # a refusal closes nothing
        assert KEPT in again.text
        await world.chat.say(ALICE, go_on(again), ROOM)
    assert "About whom?" in (await world.chat.say(ALICE, "It was at night.", ROOM)).text


async def test_the_button_beside_the_question_goes_first_as_well(world: Playground) -> None:
    await at_the_words(world)
    asked = await world.chat.say(ALICE, "privacy", ROOM)
    said = await world.chat.press(ALICE, button(asked, "Privacy"), ROOM)
    assert KEPT in said.text
    assert "What happened" in (await world.chat.press(ALICE, button(said, go_on(said)), ROOM)).text


async def test_yes_takes_the_command_as_the_answer(world: Playground) -> None:
    await at_the_words(world)
    asked = await world.chat.say(ALICE, "pause", ROOM)
    assert "About whom?" in (await world.chat.press(ALICE, button(asked, "Yes"), ROOM)).text
    late = await world.chat.press(ALICE, button(asked, "Yes"), ROOM)
    assert "I no longer have what you filled in." in late.text, "an old button answers no later question"


async def test_it_is_offered_until_what_came_between_is_done(world: Playground) -> None:
    """`leave` asks first; once it is answered the form is offered again, and then no more."""
    await world.chat.say(ALICE, "checkin on 19:00 berlin", ROOM)
    await world.chat.say(ALICE, "yes", ROOM)
    shown = await world.chat.say(ALICE, "checkin change")
    await world.chat.press(ALICE, button(shown, "Change time or days"))
    await world.chat.say(ALICE, "07:15")
    asked = await world.chat.say(ALICE, "leave")
    assert KEPT in asked.text
    done = await world.chat.press(ALICE, button(asked, "Stay"))
    assert KEPT not in done.text
    assert go_on(done)
    assert not [one for one in labels(await world.chat.say(ALICE, "about")) if one.startswith("Go on with: ")]
    assert "In which city" in (await world.chat.say(ALICE, go_on(done))).text, "its words still bring it back"


async def test_any_press_leaves_a_form_and_loses_nothing(world: Playground) -> None:
    hello = await world.chat.say(ALICE, "start")
    await at_the_place(world)
    said = await world.chat.press(ALICE, button(hello, "look around"))
    assert KEPT in said.text
    assert "In which city" in (await world.chat.press(ALICE, button(said, go_on(said)))).text


async def test_two_forms_wait_and_each_is_found_by_its_name(world: Playground) -> None:
    await at_the_place(world)
    first = go_on(await world.chat.say(ALICE, "privacy"))
    screen = await world.chat.say(ALICE, "report")
    await world.chat.press(ALICE, button(screen, "Write it"))
    assert ASKED in (await world.chat.say(ALICE, "about")).text
    second = go_on(await world.chat.say(ALICE, "about"))
    assert "What happened" in (await world.chat.say(ALICE, second)).text
    await world.chat.say(ALICE, "about")
    await world.chat.say(ALICE, "about")
    assert "In which city" in (await world.chat.say(ALICE, first)).text
    await world.chat.say(ALICE, "about")
    assert "What happened" in (await world.chat.say(ALICE, second)).text


async def test_it_is_found_after_a_restart(tmp_path: Path, world: Playground) -> None:
    async with at_home(tmp_path / "again", world.now, UNGREETED) as before:
        await at_the_place(before)
        label = go_on(await before.chat.say(ALICE, "privacy"))
    async with at_home(tmp_path / "again", world.now, UNGREETED) as after:
        assert "In which city" in (await after.chat.say(ALICE, label)).text


async def test_a_draft_is_encrypted_and_kept_for_a_day(world: Playground) -> None:
    await at_the_place(world)
    label = go_on(await world.chat.say(ALICE, "privacy"))
    dump = await world.bot.database.read(legible)
    assert "07:15" not in dump
    assert "In which city" not in dump
    await pass_time(world, timedelta(hours=25))
    assert "couldn't follow" in (await world.chat.say(ALICE, "go on with the other thing")).text
    assert "In which city" not in (await world.chat.say(ALICE, label)).text


async def test_cancel_ends_it_and_keeps_nothing(world: Playground) -> None:
    await at_the_place(world)
    said = await world.chat.say(ALICE, "cancel")
    assert str(said.text) == "Stopped. Nothing was changed."
    assert "In which city" not in (await world.chat.say(ALICE, "go on")).text


async def test_a_value_that_is_also_a_word_of_ours_is_the_value(world: Playground) -> None:
    await at_the_place(world)
    assert "On which days?" in (await world.chat.say(ALICE, "-")).text
    assert "every day" in (await world.chat.say(ALICE, "every day")).text


async def test_a_wish_where_words_are_asked_for_is_the_answer_and_its_door_stands_beside(world: Playground) -> None:
    await at_the_words(world)
    said = await world.chat.say(ALICE, "who can see this", ROOM)
    assert "About whom?" in said.text
    assert "Did you also want one of these?" in said.text
