"""Asking for a buddy: three questions, one line, a yes; and where one stands afterwards."""

from __future__ import annotations

import pytest

from bot.messages import Button, Message, Text
from storage.buddies import buddies
from storage.buddies.buddies import Signup
from storage.members import consents, members
from tests.cast import ALICE, BOB, CHANDRA, ROOM, Playground, button, labels
from tests.cogs.buddies.world import NO_NAME, days, press_last, sign_up, told


async def signup_of(world: Playground) -> Signup | None:
    person = await world.bot.database.read(members.person_of, ALICE)
    community = await world.bot.database.read(members.community_of, ROOM)
    assert community is not None
    return await world.bot.database.read(buddies.get, community, person) if person else None


async def ask(world: Playground, *presses: str) -> Message:
    message = await world.chat.say(ALICE, "buddy find", ROOM)
    for label in presses:
        message = await world.chat.press(ALICE, button(message, label), ROOM)
    return message


async def test_three_questions_and_one_line(world: Playground) -> None:
    first = await world.chat.say(ALICE, "buddy", ROOM)
    assert str(first.text) == "When are you usually free? On your own clock, UTC."
    second = await world.chat.press(ALICE, button(first, "Weekday evenings"), ROOM)
    assert (str(second.text), labels(second)) == ("Text or voice?", ["Text", "Voice", "Either"])
    third = await world.chat.press(ALICE, button(second, "Text"), ROOM)
    assert (str(third.text), labels(third)) == ("Company or a goal?", ["Company", "A goal", "Both"])
    line = await world.chat.press(ALICE, button(third, "Company"), ROOM)
    assert str(line.text) == ("English, main group, light, weekly, a trio is fine, previous buddy or new: either.")
    assert labels(line) == ["Looks right", "Change"]


async def test_nothing_is_kept_before_the_yes(world: Playground) -> None:
    line = await ask(world, "Weekends", "Voice", "A goal", "Looks right")
    assert "18 or over" in line.text
    assert await world.bot.database.read(members.person_of, ALICE) is None


async def test_the_adult_line_comes_first_and_no_keeps_nothing(world: Playground) -> None:
    adult = await ask(world, "Weekends", "Voice", "A goal", "Looks right")
    said = await world.chat.press(ALICE, button(adult, "No"), ROOM)
    assert "everything else is open to you" in said.text
    assert await world.bot.database.read(members.person_of, ALICE) is None


async def test_one_yes_is_recorded_for_each_purpose_in_the_words_shown(world: Playground) -> None:
    question = await ask(world, "Weekday evenings", "Text", "Company", "Looks right", "Yes")
    assert "free on weekday evenings; text; company" in question.text
    assert "Nobody hears your name before both of you have said yes" in question.text
    said = await world.chat.press(ALICE, button(question, "Yes"), ROOM)
    assert "You are the first here" in said.text
    assert "`buddy avoid`" in said.text
    person = await world.bot.database.read(members.person_of, ALICE)
    assert person is not None
    assert await world.bot.database.read(consents.given, person) == {"core", "dm", "buddy", "adult"}


async def test_each_part_changes_in_one_tap(world: Playground) -> None:
    line = await ask(world, "Weekday evenings", "Text", "Company", "Change")
    for row, after in [
        ("Talk by: text", "Talk by: voice"),
        ("How often: about weekly", "How often: several times a week"),
        ("A trio: is fine", "A trio: no"),
        ("How personal: light", "How personal: light, later tender too"),
        ("family: fine", "family: left out"),
    ]:
        line = await world.chat.press(ALICE, button(line, row), ROOM)
        assert after in labels(line)
    done = await world.chat.press(ALICE, button(line, "Looks right"), ROOM)
    for _yes in range(2):
        done = await world.chat.press(ALICE, button(done, "Yes"), ROOM)
    kept = await signup_of(world)
    assert kept is not None
    assert kept.choices.startswith("c.2.1.4001.")


async def test_hours_and_zone_of_ones_own(world: Playground) -> None:
    first = await world.chat.say(ALICE, "buddy find", ROOM)
    await world.chat.press(ALICE, button(first, "Another time zone"), ROOM)
    moved = await world.chat.say(ALICE, "Auckland", ROOM)
    assert "Auckland time" in moved.text
    await world.chat.press(ALICE, button(moved, "Other hours"), ROOM)
    for answer in ("mon wed", "20:00", "22:30"):
        asked = await world.chat.say(ALICE, answer, ROOM)
    for label in ("Text", "Company", "Looks right", "Yes", "Yes"):
        asked = await world.chat.press(ALICE, button(asked, label), ROOM)
    kept = await signup_of(world)
    assert kept is not None
    assert kept.choices.startswith("13@20-23.")
    assert kept.zone == "Pacific/Auckland"


async def test_languages_are_typed_and_unknown_ones_explained(world: Playground) -> None:
    change = await ask(world, "Any time", "Either", "Both", "Change")
    await world.chat.press(ALICE, button(change, "Languages"), ROOM)
    assert "German" in (await world.chat.say(ALICE, "Klingon", ROOM)).text
    await world.chat.press(ALICE, button(change, "Languages"), ROOM)
    line = await world.chat.say(ALICE, "German and English", ROOM)
    agreed = await world.chat.press(ALICE, button(line, "Looks right"), ROOM)
    for _yes in range(2):
        agreed = await world.chat.press(ALICE, button(agreed, "Yes"), ROOM)
    kept = await signup_of(world)
    assert kept is not None
    assert ".de-en." in kept.choices


@pytest.mark.parametrize("value", ["", "x", "1|", "1|c.9.1.3100..en.0.", "99|c.1.1.3100..en.0.", "1|zzz"])
async def test_what_no_button_said_is_refused(world: Playground, value: str) -> None:
    made_up = Button(Text("x"), "buddies.agree", value, row="-")
    said = await world.chat.press(ALICE, made_up, ROOM)
    assert "expired" in said.text or "18 or over" in said.text
    assert await signup_of(world) is None


async def test_signing_up_for_a_community_one_is_not_in_is_refused(world: Playground) -> None:
    await sign_up(world, ALICE)
    made_up = Button(Text("x"), "buddies.agree", "99|c.1.1.3100..en.0.", row="-")
    assert "expired" in (await world.chat.press(ALICE, made_up)).text


async def test_where_one_stands(world: Playground) -> None:
    await sign_up(world, ALICE, BOB)
    stands = await world.chat.say(ALICE, "buddy find")
    assert "I'm looking for somebody; the next time" in stands.text
    assert labels(stands) == ["Change", "Rest"]
    await days(world, 3)
    stands = await world.chat.say(ALICE, "buddy find")
    assert NO_NAME in stands.text
    await world.chat.press(ALICE, button(stands, "Yes"))
    assert "You said yes." in (await world.chat.say(ALICE, "buddy find")).text
    await press_last(world, BOB, NO_NAME, "Yes")
    await world.bot.tick(world.now)
    stands = await world.chat.say(ALICE, "buddy find")
    assert "Your buddy: Bob" in stands.text
    assert "You are both free on weekday evenings. In common: text, about weekly, for company." in stands.text


async def test_resting_and_coming_back(world: Playground) -> None:
    await sign_up(world, ALICE, BOB)
    rests = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "buddy find"), "Rest"))
    assert "rest until you say so" in rests.text
    await days(world, 3)
    assert told(world, ALICE, NO_NAME) == told(world, BOB, NO_NAME) == 0
    assert told(world, BOB, "Nobody fits yet. I look again every two days, and I'll tell you.") == 1
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "buddy find"), "I'm back"))
    await days(world, 3)
    assert told(world, ALICE, NO_NAME) == told(world, BOB, NO_NAME) == 1


async def test_the_door_is_open_where_somebody_looks(world: Playground) -> None:
    assert "A buddy" not in labels(await world.chat.say(ALICE, "learn", ROOM))
    await sign_up(world, BOB)
    assert "A buddy" in labels(await world.chat.say(ALICE, "learn", ROOM))
    assert "A buddy" not in labels(await world.chat.say(BOB, "learn", ROOM))


async def test_a_change_later_asks_for_no_second_yes(world: Playground) -> None:
    await sign_up(world, ALICE)
    change = await world.chat.press(ALICE, button(await world.chat.say(ALICE, "buddy find"), "Change"))
    change = await world.chat.press(ALICE, button(change, "A trio: is fine"))
    assert "Noted." in (await world.chat.press(ALICE, button(change, "Looks right"))).text
    kept = await signup_of(world)
    assert kept is not None
    assert (kept.edits, kept.choices.split(".")[3]) == (1, "3000")


async def test_what_is_kept_is_exported_and_forgotten(world: Playground) -> None:
    await sign_up(world, ALICE, BOB, CHANDRA)
    data = (await world.chat.say(ALICE, "my-data")).files[0].content.decode()
    assert "your wish for a buddy" in data
    await world.chat.press(ALICE, button(await world.chat.say(ALICE, "forget-me"), "Delete everything"))
    assert await signup_of(world) is None
    await days(world, 3)
    assert told(world, BOB, NO_NAME) == told(world, CHANDRA, NO_NAME) == 1
    assert told(world, ALICE, NO_NAME) == 0
