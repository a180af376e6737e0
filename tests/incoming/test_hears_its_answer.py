"""A question about a value hears its answer: the next line is it, and what was typed before is kept."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from bot.messages import Message, Text
from tests.cast import ALICE, Playground, button, labels

ROOT = Path(__file__).parents[2]
READERS = ("bot/clocks/", "bot/incoming/parameters.py", "bot/incoming/text.py")
"""Where words are read as values: whoever fails there is asked about that value, and the next line is heard. Or as
commands: a yes to the one that is named is heard, see below.
"""
NOBODY_TYPES = ("bot/hosting/", "bot/adapters/reach/", "bot/cli.py")
"""What is said to the host, at a terminal."""


def raised() -> list[tuple[str, int, str]]:
    """Every error whose sentence asks something: file, line, sentence."""
    found = []
    for path in sorted(
        (*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py"), *(ROOT / "storage").rglob("*.py"))
    ):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "").endswith("Error")):
                continue
            words = "".join(
                one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )
            if "?" in words:
                found.append((path.relative_to(ROOT).as_posix(), node.lineno, words))
    return found


def test_no_error_that_is_a_question_goes_without_hearing_its_answer() -> None:
    found = raised()
    assert len(found) >= 5, "the search finds what there is"
    assert [one for one in found if not one[0].startswith(READERS + NOBODY_TYPES)] == []


@pytest.mark.parametrize(
    ("line", "asked", "answer", "done"),
    [
        ("checkin on 5", "Is that 5am or 5pm?", "5pm", "17:00"),
        ("checkin on 5", "Is that 5am or 5pm?", "pm", "17:00"),
        ("checkin on 5", "Is that 5am or 5pm?", "17:00", "17:00"),
        ("checkin on 5 lisbon weekdays", "Is that 5am or 5pm?", "am", "05:00 on weekdays, Lisbon time"),
        ("checkin on 19:00 berlni", "I don't know the time zone berlni", "berlin", "19:00 every day, Berlin time"),
        ("checkin on 19:00 new yrok weekdays", "I don't know the time zone", "new york", "on weekdays, New York time"),
        ("checkin on 25:00 lisbon", "25:00 isn't a time I know", "19:00", "19:00 every day, Lisbon time"),
    ],
)
async def test_a_check_in(world: Playground, line: str, asked: str, answer: str, done: str) -> None:
    assert asked in (await world.chat.say(ALICE, line)).text
    assert done in (await world.chat.say(ALICE, answer)).text


async def first_yes(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.say(ALICE, "yes")


@pytest.mark.parametrize(
    ("line", "asked", "answer", "done"),
    [
        ("remind me tomorrow call mum", "At what time?", "7pm", "19:00"),
        ("remind me tomorrow call mum", "At what time?", "tomorrow 7pm", "19:00"),
        ("remind me sunday water the plants", "At what time?", "at 18:30", "18:30"),
    ],
)
async def test_a_reminder_keeps_its_day_and_its_words(
    world: Playground, line: str, asked: str, answer: str, done: str
) -> None:
    await first_yes(world)
    assert asked in (await world.chat.say(ALICE, line)).text
    await world.chat.say(ALICE, answer)
    said = await world.chat.say(ALICE, "yes")
    assert done in said.text
    assert "today" not in said.text


async def test_a_command_whose_platform_takes_it_apart_is_heard_in_the_direct_chat(world: Playground) -> None:
    await world.bot.run_command(world.chat.incoming(ALICE), "checkin on", {"at": "5", "days": "weekdays"})
    assert "Is that 5am or 5pm?" in world.chat.read(ALICE)[-1].text
    assert "at 17:00 on weekdays" in (await world.chat.say(ALICE, "pm")).text


async def test_one_missing_thing_after_another(world: Playground) -> None:
    assert "Is that 5am or 5pm?" in (await world.chat.say(ALICE, "checkin on 5 berlni")).text
    assert "I don't know the time zone berlni" in (await world.chat.say(ALICE, "pm")).text
    assert "at 17:00 every day, Berlin time" in (await world.chat.say(ALICE, "berlin")).text


async def test_a_second_slip_is_asked_about_again(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 19:00 berlni")
    assert "I don't know the time zone" in (await world.chat.say(ALICE, "berliin x")).text
    assert "Berlin time" in (await world.chat.say(ALICE, "berlin")).text


async def test_a_wish_is_no_slip_in_a_value(world: Playground) -> None:
    await first_yes(world)
    await world.chat.say(ALICE, "remind me sometime")
    assert "I read times" not in (await world.chat.say(ALICE, "find me a friend")).text


async def test_it_waits_while_something_comes_by_itself_and_through_help(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 5")
    await world.chat.send(ALICE, Message(Text("Bob waves. No answer needed.")), "wave")
    await world.chat.say(ALICE, "help now")
    assert "17:00" in (await world.chat.say(ALICE, "pm")).text


async def test_a_command_stays_a_command_and_ends_it(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 5")
    assert "I keep" in (await world.chat.say(ALICE, "privacy")).text
    assert "I couldn't follow" in (await world.chat.say(ALICE, "pm")).text


async def test_a_question_of_a_day_ago_hears_nothing_any_more(world: Playground) -> None:
    await world.chat.say(ALICE, "checkin on 5")
    world.now += timedelta(days=1)
    assert "I couldn't follow" in (await world.chat.say(ALICE, "pm")).text


@pytest.mark.parametrize("answer", ["pm", "5pm", "17:00"])
async def test_a_form_hears_it_too(world: Playground, answer: str) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    await world.chat.press(ALICE, button(asked, "Change time or days"))
    assert "Is that 5am or 5pm?" in (await world.chat.say(ALICE, "5")).text
    assert "In which city" in (await world.chat.say(ALICE, answer)).text
    await world.chat.say(ALICE, "-")
    assert "at 17:00 every day, Berlin time" in (await world.chat.say(ALICE, "-")).text


async def test_a_choice_of_the_screen_before_is_no_answer_to_it(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 19:00 berlin")
    assert labels(asked)[0] == "Yes"
    assert "Is that 5am or 5pm?" in (await world.chat.say(ALICE, "checkin on 5")).text
    assert "1am or 1pm" in (await world.chat.say(ALICE, "1")).text, "a number is meant for what was asked last"
    assert "13:00" in (await world.chat.say(ALICE, "pm")).text


# -- what was named instead -------------------------------------------------------------------------------------------

NAMED = [
    ("checkin on 19:00 Lodnon", "London", "I'd be messaging you first", "London time"),
    ("checkin on 19:00 Berlni", "Berlin", "I'd be messaging you first", "Berlin time"),
    ("checkin on 19:00 Germny", "Germany", "I'd be messaging you first", "Berlin time"),
]


@pytest.mark.parametrize("answer", ["yes", "Yes.", "a press"])
@pytest.mark.parametrize(("line", "named", "done", "also"), NAMED)
async def test_a_yes_or_a_press_takes_the_one_that_was_named(
    world: Playground, line: str, named: str, done: str, also: str, answer: str
) -> None:
    asked = await world.chat.say(ALICE, line)
    assert labels(asked) == [named, "Help now"]
    said = await (
        world.chat.press(ALICE, button(asked, named)) if answer == "a press" else world.chat.say(ALICE, answer)
    )
    assert done in said.text
    assert also in said.text


async def test_of_two_a_press_takes_one_and_a_yes_is_asked_again(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on 5 berlin weekdays")
    assert labels(asked) == ["5am", "5pm", "Help now"]
    assert str((await world.chat.say(ALICE, "yes")).text) == str(asked.text) == "Is that 5am or 5pm?"
    said = await world.chat.press(ALICE, button(asked, "5pm"))
    assert "at 17:00 on weekdays, Berlin time" in said.text


async def test_a_form_hears_the_yes_too(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin on")
    await world.chat.press(ALICE, button(asked, "Change time or days"))
    await world.chat.say(ALICE, "7pm")
    assert "Did you mean Berlin?" in (await world.chat.say(ALICE, "Berlni")).text
    assert "On which days?" in (await world.chat.say(ALICE, "yes")).text


async def test_a_command_that_was_named_runs_at_a_yes(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "privcy")
    assert labels(asked) == ["privacy", "Help now"]
    shown = await world.chat.say(ALICE, "privacy")
    await world.chat.say(ALICE, "privcy")
    assert str((await world.chat.say(ALICE, "yes")).text) == str(shown.text)
    assert str((await world.chat.press(ALICE, button(asked, "privacy"))).text) == str(shown.text)


async def test_a_yes_to_several_commands_is_asked_again(world: Playground) -> None:
    asked = await world.chat.say(ALICE, "checkin onow")
    assert str(asked.text).startswith("Did you mean one of these?")
    assert str((await world.chat.say(ALICE, "yes")).text) == str(asked.text)


@pytest.mark.parametrize("line", ["leav", "paus", "forget-m", "unlnk", "reprt", "buddy ennd", "circle leav", "buddy"])
async def test_what_ends_something_is_never_named(world: Playground, line: str) -> None:
    said = await world.chat.say(ALICE, line)
    ends = {"leave", "pause", "forget-me", "unlink", "report", "buddy end", "circle leave", "checkin off"}
    assert not ends & {*labels(said)}, labels(said)


async def test_no_yes_is_heard_once_something_else_was_said(world: Playground) -> None:
    await world.chat.say(ALICE, "privcy")
    await world.chat.say(ALICE, "about")
    assert "What Kith keeps" not in (await world.chat.say(ALICE, "yes")).text
