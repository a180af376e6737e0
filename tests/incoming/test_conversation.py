"""What a typed line answers: help first, then a form, a choice, a command, and at last one's own words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Message
from storage.checkins import checkins
from storage.members import conversations, in_touch, members
from tests.cast import ALICE, BOB, ROOM, Playground, button, labels, pass_time
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
    assert "Your check-in can come at another time" in (await world.chat.say(ALICE, "weekdays")).text, "no answer to it"


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


async def opened(world: Playground) -> Message:
    """The check-in of the evening has come."""
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")
    await pass_time(world, timedelta(days=1))
    return world.chat.read(ALICE)[-1]


async def test_a_picture_answers_the_check_in_that_is_open_and_words_still_do(world: Playground) -> None:
    asked = await opened(world)
    [said] = await world.chat.show(ALICE)
    assert str(said.text) == "Thanks. I've noted that you checked in. I can't see pictures or hear voices."
    assert labels(said) == ["Help now"]
    assert await world.bot.database.read(checkins.answered) == 1
    assert asked.buttons
    assert "Noted: you checked in." in (await world.chat.say(ALICE, "a slow day")).text


async def test_a_second_picture_and_one_two_days_late_answer_nothing(world: Playground) -> None:
    await opened(world)
    await world.chat.show(ALICE)
    assert [str(one.text) for one in await world.chat.show(ALICE)] == [SEES_NOTHING]
    await world.chat.say(ALICE, "checkin off")
    world.now += timedelta(days=3)
    assert [str(one.text) for one in await world.chat.show(ALICE)] == [SEES_NOTHING]


async def test_a_heart_answers_no_check_in(world: Playground) -> None:
    await opened(world)
    assert await world.chat.show(ALICE, silent=True) == []
    assert await world.bot.database.read(checkins.answered) == 0


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("!kith about", "I'm Kith"),
        ("/about", "I'm Kith"),
        ("/kith about", "I'm Kith"),
        ("!kith", "In danger right now?"),
        ("Kith,", "In danger right now?"),
        ("hi\nabout", "I'm Kith"),
        ("Hey,\n\nabout\nthanks!", "I'm Kith"),
        ("hello\nkith-mod setup", "community"),
    ],
)
async def test_a_prefix_or_a_greeting_before_a_command_is_read_past(world: Playground, line: str, answer: str) -> None:
    assert answer in (await world.chat.say(ALICE, line)).text


@pytest.mark.parametrize("lines", ["about\nprivacy", "remind me tomorrow 9:00 tea\nremind me friday 9:00 dentist"])
async def test_of_several_commands_each_is_offered_and_none_is_done(world: Playground, lines: str) -> None:
    asked = await world.chat.say(ALICE, lines)
    assert "Nothing is done yet." in asked.text
    assert [one.value for one in asked.buttons] == lines.split("\n")
    assert "Nothing is done yet." not in (await world.chat.say(ALICE, "2")).text


async def test_several_lines_are_one_answer_where_words_are_asked_for(world: Playground) -> None:
    await opened(world)
    assert "Noted: you checked in." in (await world.chat.say(ALICE, "slept\nand then tea\n\nthat is all")).text


async def test_words_longer_than_the_limit_are_an_answer_all_the_same(world: Playground) -> None:
    await opened(world)
    said = await world.chat.say(ALICE, "a long night " * 200)
    assert "Noted: you checked in." in said.text
    assert "its first 2000 characters can be shared or kept" in said.text


async def test_an_answer_in_a_form_that_is_too_long_loses_nothing(world: Playground) -> None:
    screen = await world.chat.say(ALICE, "report", ROOM)
    await world.chat.press(ALICE, button(screen, "Write it"), ROOM)
    said = await world.chat.say(ALICE, "x" * 2001, ROOM)
    assert "characters at most. It stays in this chat; a shorter one goes on from here." in said.text
    assert "About whom?" in (await world.chat.say(ALICE, "He wrote at night.", ROOM)).text
