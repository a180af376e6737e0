"""A wish opens a door: over the whole bot, for strangers, members, and where a question stands open."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from storage.members import members
from tests.cast import ALICE, BOB, ROOM, Playground, button, labels, pass_time
from tests.legible import legible

NOT_YET = ("remind me every monday to water plants", "remind me tomorrow to call mom")
"""A reminder that repeats, and one whose hour is asked."""

ROOT = Path(__file__).parents[2]


async def joined(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")


async def test_nothing_is_done_by_a_wish_and_the_door_does_it(world: Playground) -> None:
    await joined(world)
    shown = await world.chat.say(ALICE, "Delete my account!")
    assert str(shown.text) == "All of yours can be deleted. You can look at it first, and nothing has happened yet."
    assert labels(shown) == ["Delete my data", "See my data", "Privacy", "Help now"]
    asked = await world.chat.press(ALICE, button(shown, "Delete my data"))
    assert "Nothing has happened yet." in asked.text
    assert "Delete everything" in labels(asked)


async def test_where_an_exit_may_be_despair_help_stands_first(world: Playground) -> None:
    shown = await world.chat.say(BOB, "i want out")
    assert str(shown.text) == "I can't tell which you mean."
    assert labels(shown) == ["Someone to talk to", "Help now", "Stop messages", "Delete my data"]


async def test_a_door_is_pressed_by_its_number_and_by_its_words(world: Playground) -> None:
    await joined(world)
    await world.chat.say(ALICE, "unsubscribe")
    assert "Paused." in (await world.chat.say(ALICE, "1")).text
    await world.chat.say(ALICE, "set my timezone to lisbon")
    assert "Your check-in comes" in (await world.chat.say(ALICE, "change my check-in")).text


async def test_a_time_that_was_named_is_filled_in(world: Playground) -> None:
    await joined(world)
    shown = await world.chat.say(ALICE, "can you ask me at 8:15 pm instead")
    assert str(shown.text) == "Your check-in can come at 8:15 pm."
    assert "20:15" in (await world.chat.press(ALICE, button(shown, "A check-in at 8:15 pm"))).text


@pytest.mark.parametrize("line", ["i am in love now", "im in trouble now"])
async def test_what_is_no_place_and_no_time_is_no_wish(world: Playground, line: str) -> None:
    await joined(world)
    assert "couldn't follow" in (await world.chat.say(ALICE, line)).text


async def test_where_no_more_is_to_say_the_door_opens_at_once(world: Playground) -> None:
    await joined(world)
    shown = await world.chat.say(ALICE, "are you a bot")
    assert str(shown.text) == str((await world.chat.say(ALICE, "about")).text)


async def test_a_stranger_finds_the_doors_that_need_no_yes_and_nothing_is_kept(world: Playground) -> None:
    assert "I'm Kith, a bot that helps" in (await world.chat.say(BOB, "what are you")).text
    shown = await world.chat.say(BOB, "who can see this")
    pressed = await world.chat.press(BOB, button(shown, "Privacy"))
    assert str(pressed.text) == str((await world.chat.say(BOB, "privacy")).text)
    assert await world.bot.database.read(members.person_of, BOB) is None
    assert "who can see" not in await world.bot.database.read(legible)


async def test_words_that_nothing_understands_meet_a_person_first(world: Playground) -> None:
    await joined(world)
    said = await world.chat.say(ALICE, "the purple kettle of tuesday")
    assert str(said.text) == (
        "I'm a bot and know few words, so I couldn't follow. No person has read it. Would you like one to?"
    )
    assert labels(said)[0] == "Ask a person here"
    assert labels(said)[-1] == "Help now"
    assert "In danger right now?" in (await world.chat.press(ALICE, button(said, "Help now"))).text


async def test_every_line_that_was_given_is_answered_by_a_door_that_fits(world: Playground) -> None:
    """Each typed by a member."""
    await joined(world)
    for line in (ROOT / "tests/data/words/wishes.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        typed, fits = line.split("\t")
        said = await world.chat.say(ALICE, typed)
        seen = " ".join([str(said.text), *labels(said)])
        assert re.search(fits, seen, re.IGNORECASE) or typed in NOT_YET, (typed, fits, seen)
        await world.chat.say(ALICE, "cancel")  # what was opened is not answered by the next line
        if "ause" in fits:
            await world.chat.say(ALICE, "start")


@pytest.mark.parametrize(
    "until", ["monday", "until monday", "till monday", "for 3 days", "3 days", "friday 8am", "until friday 8am"]
)
async def test_a_pause_is_until_what_people_say(world: Playground, until: str) -> None:
    await joined(world)
    assert "Paused until" in (await world.chat.say(ALICE, f"pause {until}")).text


async def test_in_a_room_it_is_the_same(world: Playground) -> None:
    await joined(world)
    assert "couldn't follow" in (await world.chat.say(ALICE, "the purple kettle of tuesday", ROOM)).text


async def test_what_ends_something_is_never_offered_for_a_slip(world: Playground) -> None:
    await joined(world)
    for line in ("leve", "forgett-me", "pauze", "repotr", "unlnk"):
        assert "Did you mean" not in (await world.chat.say(ALICE, line)).text


async def test_an_answer_that_is_a_wish_counts_and_shows_its_door(world: Playground) -> None:
    await joined(world)
    await world.chat.say(ALICE, "checkin now")
    said = await world.chat.say(ALICE, "stop messaging me")
    assert str(said.text).startswith("Noted: you checked in.")
    assert str(said.text).endswith("Did you also want one of these?")
    assert "Pause" in labels(said)
    assert "No" in labels(said)
    assert "Paused." in (await world.chat.press(ALICE, button(said, "Pause"))).text


@pytest.mark.parametrize("line", ["later", "Not now.", "maybe later", "in 2 hours"])
async def test_later_while_a_check_in_is_open_counts_and_shows_its_door(world: Playground, line: str) -> None:
    await joined(world)
    await pass_time(world, timedelta(hours=8))
    said = await world.chat.say(ALICE, line)
    assert str(said.text) == "Thanks, you checked in. Did you also want me to ask again in 2 hours?"
    assert labels(said) == ["In 2 hours", "No", "Help now"]
    assert "I'll ask again" in (await world.chat.press(ALICE, button(said, "In 2 hours"))).text


async def test_a_time_that_can_be_two_is_a_wish_too_and_is_asked_about(world: Playground) -> None:
    await joined(world)
    await world.chat.say(ALICE, "checkin now")
    said = await world.chat.say(ALICE, "change my time to 8")
    assert str(said.text).endswith("Did you also want one of these?")
    [door] = [label for label in labels(said) if "8" in label]
    assert "8" in (await world.chat.press(ALICE, button(said, door))).text


@pytest.mark.parametrize("line", ["fine", "good", "thanks", "im here", "ok", "my buddy made me laugh today", "hello"])
async def test_an_answer_that_is_no_wish_is_an_answer(world: Playground, line: str) -> None:
    await joined(world)
    await world.chat.say(ALICE, "checkin now")
    assert "Did you also want" not in (await world.chat.say(ALICE, line)).text
