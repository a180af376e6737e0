"""What a typed line answers: help first, then a form, a choice, a command, and at last one's own words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.members import conversations, in_touch, members
from tests.cast import ALICE, BOB, ROOM, Playground, button
from tests.legible import legible

SEES_NOTHING = "I can't see pictures or hear voices. That you were here counts; words and numbers reach me."


async def test_a_number_answers_the_last_message_only(world: Playground) -> None:
    await world.chat.say(ALICE, "start")
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    assert [str(one.label) for one in asked.buttons] == ["Yes", "Change time or days", "Details", "No"]
    assert "I'll check in" in (await world.chat.say(ALICE, "1")).text


async def test_a_mistake_leaves_the_question_open(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    assert "couldn't follow" in (await world.chat.say(ALICE, "yess please")).text
    assert "I'll check in" in (await world.chat.say(ALICE, "yes")).text


async def test_each_member_has_a_chat_of_their_own(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    assert "couldn't follow" in (await world.chat.say(BOB, "1")).text


async def test_the_room_and_the_direct_chat_do_not_mix(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin", ROOM)
    assert "couldn't follow" in (await world.chat.say(ALICE, "1")).text
    assert "I'll check in" in (await world.chat.say(ALICE, "1", ROOM)).text


async def test_a_form_is_asked_question_by_question(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    assert "At what time?" in (await world.chat.press(ALICE, button(asked, "Change time or days"))).text
    assert "In which city" in (await world.chat.say(ALICE, "7:30 am")).text
    assert "On which days?" in (await world.chat.say(ALICE, "-")).text
    done = await world.chat.say(ALICE, "weekdays")
    assert "at 07:30 on weekdays, Berlin time" in done.text


async def test_a_wrong_answer_is_asked_again_and_nothing_is_lost(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(asked, "Change time or days"))
    await world.chat.say(ALICE, "08:15")
    assert "I don't know the time zone mars" in (await world.chat.say(ALICE, "mars")).text
    await world.chat.say(ALICE, "lisbon")
    assert "at 08:15 every day, Lisbon time" in (await world.chat.say(ALICE, "every day")).text


async def test_a_form_can_be_stopped(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(asked, "Change time or days"))
    assert "Stopped. Nothing was changed." in (await world.chat.say(ALICE, "cancel")).text
    assert "couldn't follow" in (await world.chat.say(ALICE, "weekdays")).text


async def test_help_now_is_heard_inside_a_form_which_waits(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(asked, "Change time or days"))
    assert "In danger right now?" in (await world.chat.say(ALICE, "Help now")).text
    assert "In which city" in (await world.chat.say(ALICE, "07:00")).text


async def test_a_chat_is_kept_unreadable_and_for_a_day(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(asked, "Change time or days"))
    form = await world.bot.database.read(legible)
    assert "In which city" not in form
    await world.chat.say(ALICE, "06:17")
    dump = await world.bot.database.read(legible)
    assert dump != form
    assert "06:17" not in dump
    assert "alice" not in dump
    await world.bot.database.write(conversations.sweep, world.now + timedelta(days=1, seconds=1))
    assert "couldn't follow" in (await world.chat.say(ALICE, "berlin")).text


async def test_a_slip_in_a_command_is_not_taken_for_ones_own_words(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")
    await world.chat.say(ALICE, "checkin now")
    assert "Did you mean `checkin off`" in (await world.chat.say(ALICE, "chekin off")).text
    assert "25:00 isn't a time I know" in (await world.chat.say(ALICE, "checkin on 25:00")).text
    assert "Noted: you checked in." in (await world.chat.say(ALICE, "people are hard today")).text


@pytest.mark.parametrize("silent", [False, True])
async def test_what_has_no_words_is_contact_and_closes_nothing(world: Playground, silent: bool) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")
    person = await world.bot.database.read(members.person_of, ALICE)
    assert person is not None
    asked = await world.chat.say(ALICE, "checkin now")
    world.unread()
    world.now += timedelta(minutes=5)
    await world.bot.run_wordless(world.chat.incoming(ALICE, None), silent=silent)
    assert await world.bot.database.read(in_touch.since, person, world.now - timedelta(minutes=1))
    said = [str(posted.message.text) for posted in world.unread()]
    assert said == ([] if silent else [SEES_NOTHING])
    assert str(asked.text)
    assert "Noted: you checked in." in (await world.chat.say(ALICE, "a slow day")).text
