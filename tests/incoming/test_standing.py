"""Open questions stay open: whatever comes in between, after days and restarts, a line finds the question it fits."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.incoming.standing import questions
from bot.messages import Button, Message, Stands, Text
from storage.members import conversations
from tests.cast import ALICE, BOB, Playground, button, labels

HOUR = timedelta(hours=1)
LOST = "I couldn't follow"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def question(words: str, *choices: str, row: str = "-") -> Message:
    buttons = tuple(Button(Text(choice), "help.now", str(place), row=row) for place, choice in enumerate(choices))
    return Message(Text(words), buttons)


async def came(world: Playground, message: Message, kind: str, stands: timedelta, *, replaces: bool = False) -> None:
    """A message of the bot that nobody asked for."""
    said = Message(
        message.text, message.buttons, typed=message.typed, stands=Stands(kind, world.now + stands, replaces)
    )
    await world.chat.send(ALICE, said, f"{kind}-{message.text}")


async def stands(world: Playground) -> list[str]:
    return [one.name for one in (await world.bot.conversations.recall(ALICE, None)).standing]


async def test_a_message_in_between_takes_no_question_away(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.send(ALICE, Message(Text("Bob waves. No answer needed.")), "wave")
    await world.chat.say(ALICE, "help now")
    await world.chat.say(ALICE, "about")
    assert "I'll check in" in (await world.chat.say(ALICE, "yes")).text


async def test_a_yes_27_hours_after_a_question_that_stands_for_48(world: Playground) -> None:
    await came(world, question("Would you like to meet?", "Yes", "No"), "proposal", 48 * HOUR)
    world.now += 27 * HOUR
    await world.bot.database.write(conversations.sweep, world.now)
    assert "In danger right now?" in (await world.chat.say(ALICE, "Yes")).text


async def test_it_stands_no_more_when_its_time_is_over(world: Playground) -> None:
    await came(world, question("Would you like to meet?", "Yes", "No"), "proposal", 48 * HOUR)
    world.now += 48 * HOUR
    assert "Nothing waits for an answer." in (await world.chat.say(ALICE, "yes")).text


async def test_the_second_of_two_questions_in_one_minute_does_not_hide_the_first(world: Playground) -> None:
    await came(world, question("Would you like to meet?", "Yes", "No"), "proposal", 48 * HOUR)
    await came(world, question("How is it going?", "Well", "Slowly"), "middle", 48 * HOUR)
    assert "In danger right now?" in (await world.chat.say(ALICE, "no")).text


async def test_two_that_fit_are_both_named_and_nothing_is_done(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await came(world, question("Would you like to meet?", "Yes", "No", row="d77"), "proposal", 48 * HOUR)
    asked = await world.chat.say(ALICE, "yes")
    assert "Which one? A reply to a message always means that message." in asked.text
    first, second = labels(asked)
    assert first == "Would you like to meet?"
    assert second.startswith("A check-in")
    assert "I'll check in" in (await world.chat.say(ALICE, "2")).text


async def test_a_number_right_after_a_screen_means_that_screen(world: Playground) -> None:
    await came(world, question("Would you like to meet?", "Yes", "No"), "proposal", 48 * HOUR)
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    assert "I'll check in" in (await world.chat.say(ALICE, "1")).text


async def test_a_number_never_presses_a_label_that_begins_with_it(world: Playground) -> None:
    await came(world, question("How long?", "2 days", "3 days", "7 days"), "length", 48 * HOUR)
    assert LOST in (await world.chat.say(ALICE, "7")).text


async def test_a_reply_means_the_message_it_points_to(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "buddy find")
    await came(world, question("Would you like to meet?", "Yes", "No"), "proposal", 48 * HOUR)
    assert "I'll check in" in (await world.chat.say(ALICE, "1", reply_to=asked)).text


async def test_a_reply_to_what_stands_no_more_says_so(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")
    asked = await world.chat.say(ALICE, "settings")
    world.now += timedelta(days=2)
    said = await world.chat.say(ALICE, "1", reply_to=asked)
    assert "That question stands no more. `help` shows what I can do." in said.text


async def test_a_reply_that_fits_nothing_there_answers_nothing_else(world: Playground) -> None:
    older = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await came(world, question("How was it?", "Fine", "Hard"), "prompt", 48 * HOUR)
    said = await world.chat.say(ALICE, "fine", reply_to=older)
    assert "I can't tell which of these you mean: `Yes`, `Change time or days`, `Details`, `No`." in said.text
    assert "Nothing is done." in said.text


async def test_a_command_stays_a_command_in_a_reply(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    assert "`my-data` shows you everything" in (await world.chat.say(ALICE, "privacy", reply_to=asked)).text


async def test_a_command_that_an_older_screen_has_as_a_choice_stays_a_command(world: Playground) -> None:
    await came(world, question("Shall it rest?", "Privacy", "No"), "rest", 48 * HOUR)
    assert "In danger right now?" in (await world.chat.say(ALICE, "privacy")).text, "it answers what was said last"
    await came(world, question("Would you like to meet?", "Yes", "No"), "proposal", 48 * HOUR)
    assert "`my-data` shows you everything" in (await world.chat.say(ALICE, "privacy")).text


async def test_words_in_a_reply_go_to_the_check_in_it_points_to(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")
    prompt = await world.chat.say(ALICE, "checkin now")
    await world.chat.say(ALICE, "about")
    assert "Noted: you checked in." in (await world.chat.say(ALICE, "the tram was late", reply_to=prompt)).text


async def test_free_words_go_to_the_newest_question_that_takes_some(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")
    await world.chat.say(ALICE, "checkin now")
    await came(world, question("Would you like to meet?", "Yes", "No"), "proposal", 48 * HOUR)
    assert "Noted: you checked in." in (await world.chat.say(ALICE, "the tram was late today")).text


async def test_what_is_answered_is_not_answered_again_by_the_next_yes(world: Playground) -> None:
    """A schedule that was changed since would be changed back."""
    for line in ("start", "a check-in", "yes", "checkin on 18:00 berlin"):
        await world.chat.say(ALICE, line)
    for line in ("yes", "1"):
        assert "I'll check in" not in (await world.chat.say(ALICE, line)).text


async def test_a_repeated_prompt_takes_the_place_of_the_older_one(world: Playground) -> None:
    for words in ("What was good?", "What was odd?"):
        await came(world, question(words, "Much", "Little"), "prompt", 48 * HOUR, replaces=True)
    assert await stands(world) == ["What was odd?"]


async def test_a_form_waits_while_something_comes_by_itself(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(asked, "Change time or days"))
    await world.chat.say(ALICE, "07:30")
    await came(world, question("Would you like to meet?", "Yes", "No"), "proposal", 48 * HOUR)
    assert "On which days?" in (await world.chat.say(ALICE, "lisbon")).text


async def test_a_question_stands_while_a_form_is_stopped(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(asked, "Change time or days"))
    await world.chat.say(ALICE, "cancel")
    assert "I'll check in" in (await world.chat.say(ALICE, "yes")).text


async def test_where_a_chat_stood_in_an_earlier_release_is_still_read(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    old = {"choices": [[str(one.label), one.id] for one in asked.buttons], "typed": "", "answers": [], "form": None}
    key, chats = world.bot.conversations._key(ALICE, None), world.bot.conversations

    def as_it_was(_blob: bytes | None) -> tuple[bytes, datetime]:
        return chats._keyring.encrypt(json.dumps(old), "conversations", "state", key.hex()), world.now + 24 * HOUR

    await world.bot.database.write(conversations.change, key, b"who", as_it_was, world.now)
    assert "I'll check in" in (await world.chat.say(ALICE, "1")).text


async def test_a_dozen_questions_are_kept_and_no_more(world: Playground) -> None:
    for place in range(15):
        await came(world, question(f"Question {place}?", f"Yes {place}"), f"kind {place}", 48 * HOUR)
    assert len(await stands(world)) == questions.MOST
    assert "In danger right now?" in (await world.chat.say(ALICE, "yes 3")).text
    assert LOST in (await world.chat.say(ALICE, "yes 2")).text


async def test_of_too_many_those_that_ask_nothing_go_first(world: Playground) -> None:
    await came(world, question("Would you like to meet?", "Yes", "No", row="d77"), "proposal", 48 * HOUR)
    for place in range(15):
        await came(world, question(f"Door {place}", f"Door {place}"), f"kind {place}", 48 * HOUR)
    assert (await stands(world))[-1] == "Would you like to meet?"


async def test_questions_of_one_are_nothing_to_another(world: Playground) -> None:
    await came(world, question("Would you like to meet?", "Yes", "No"), "proposal", 48 * HOUR)
    assert "Nothing waits for an answer." in (await world.chat.say(BOB, "yes")).text


@pytest.mark.parametrize("words", ["Yes", "2", "no"])
async def test_after_a_restart_too(tmp_path: Path, words: str) -> None:
    async with Playground.open(tmp_path, NOON) as world:
        await came(world, question("Would you like to meet?", "Yes", "No"), "proposal", 48 * HOUR)
    async with Playground.open(tmp_path, NOON) as world:
        world.now += 40 * HOUR
        assert "In danger right now?" in (await world.chat.say(ALICE, words)).text
