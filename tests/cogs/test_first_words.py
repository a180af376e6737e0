"""A stranger's first words are not lost: they are greeted, and after the yes what they asked for goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Message, Place
from storage.members import members
from tests.cast import DANA, ROOM, Playground, button, labels
from tests.legible import legible


async def yes(world: Playground, said: Message, place: Place | None = None) -> Message:
    return await world.chat.press(DANA, button(said, "Yes"), place)


@pytest.mark.parametrize(
    ("line", "then"),
    [
        ("settings helper", "When someone here would like company, I may ask you."),
        ("feedback the room is loud in the evening", "the room is loud in the evening"),
        ("settings", "Your settings."),
        ("notebook the tram was late", "Kept, for your eyes only."),
        ("inbox", "Nothing"),
        ("ask-mods is there a quiet room", "is there a quiet room"),
    ],
)
@pytest.mark.parametrize("place", [None, ROOM])
async def test_what_a_stranger_asked_for_goes_on_after_the_yes(
    world: Playground, line: str, then: str, place: Place | None
) -> None:
    await world.chat.say(DANA, "start", ROOM)  # the place is known, nobody in it is
    greeted = await world.chat.say(DANA, line, place)
    assert "Hi, I'm Kith, a bot." in greeted.text
    assert labels(greeted) == ["Yes", "Details", "No"]
    said = await yes(world, greeted, place)
    for _question in range(2):  # what it asks for itself: the line about age, its own yes, for how long
        if then in said.text:
            break
        said = await world.chat.press(DANA, said.buttons[0], place)
    assert then in said.text


async def test_what_goes_on_can_be_answered(world: Playground) -> None:
    await world.chat.say(DANA, "start", ROOM)
    said = await yes(world, await world.chat.say(DANA, "feedback the room is loud"))
    sent = await world.chat.press(DANA, button(said, "Send with my name"))
    assert str(sent.text) == "Sent. It carries your name."


@pytest.mark.parametrize(
    ("line", "then"),
    [("remind me tomorrow 19:00 call my sister", "call my sister"), ("report somebody shouts at me", "shouts at me")],
)
async def test_what_anyone_may_say_is_not_lost_either(world: Playground, line: str, then: str) -> None:
    await world.chat.say(DANA, "start", ROOM)
    said = await world.chat.say(DANA, line)
    if "Yes" in labels(said):
        said = await yes(world, said)
    if then not in said.text:  # a report asks about whom before it shows what goes
        said = await world.chat.say(DANA, "-")
    assert then in said.text


@pytest.mark.parametrize(
    "line", ["stop", "pause", "checkin off", "leave", "stop messaging me", "pause until friday", "buddy end"]
)
async def test_who_never_said_yes_hears_that_nothing_is_on(world: Playground, line: str) -> None:
    said = await world.chat.say(DANA, line)
    assert str(said.text) == "I write to you only after a yes. Nothing is on."
    assert len(said.buttons) >= 3
    assert labels(said)[-1] == "Help now"
    for door in said.buttons:
        assert "expired" not in (await world.chat.press(DANA, door)).text
    assert await world.bot.database.read(members.person_of, DANA) is None


async def test_before_the_yes_the_words_are_stored_nowhere_and_a_no_lets_go_of_them(world: Playground) -> None:
    greeted = await world.chat.say(DANA, "notebook the tram was late")
    assert "tram" not in await world.bot.database.read(legible)
    assert "tram" not in repr(world.bot.core.first_words)
    await world.chat.press(DANA, button(greeted, "No"))
    assert await world.bot.database.read(members.person_of, DANA) is None
    assert world.bot.core.first_words.take(DANA, world.now) is None
    after = await yes(world, greeted)
    assert str(after.text) == "I no longer have it. Send it again if you like."


async def test_they_wait_for_fifteen_minutes(world: Playground) -> None:
    greeted = await world.chat.say(DANA, "notebook the tram was late")
    world.now += timedelta(minutes=16)
    assert str((await yes(world, greeted)).text) == "I no longer have it. Send it again if you like."


async def test_how_to_help_is_found_by_somebody_new(world: Playground) -> None:
    said = await yes(world, await world.chat.say(DANA, "settings helper", ROOM), ROOM)
    assert str(said.text) == "This is for adults. Are you 18 or over?"
    said = await yes(world, await yes(world, said, ROOM), ROOM)
    assert "Helper" in said.text or "hours" in said.text


async def test_a_look_around_shows_somebody_new_its_doors(world: Playground) -> None:
    said = await world.chat.say(DANA, "look around")
    assert len(said.buttons) >= 3
    assert labels(said)[-1] == "Help now"
