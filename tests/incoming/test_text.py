"""Commands, choices and forms as text: found, suggested, numbered, asked."""

from __future__ import annotations

import pytest

from bot.errors import UserError
from bot.incoming import text
from bot.messages import Button, Field, Form, Message, Text
from tests.cast import Playground

MESSAGE = Message(Text("Well?"), (Button(Text("Yes"), "a.yes", row="-"), Button(Text("More..."), "a.more", row="-")))


def test_choices_are_numbered_under_the_words() -> None:
    assert str(text.render(MESSAGE)) == "Well?\n1. Yes\n2. More..."


@pytest.mark.parametrize("line", ["1", " 1 ", "1.", "1)", "yes", "YES", "Yes!"])
def test_a_choice_is_its_number_or_its_words(line: str) -> None:
    assert text.chosen(text.labels(MESSAGE.buttons), line) == "kith:1:a.yes:-:"


@pytest.mark.parametrize("line", ["more", "More...", "2"])
def test_dots_of_a_label_need_not_be_typed(line: str) -> None:
    assert text.chosen(text.labels(MESSAGE.buttons), line) == "kith:1:a.more:-:"


@pytest.mark.parametrize("line", ["0", "3", "99999999999", "yes please", "", "-1", "²"])
def test_anything_else_is_no_choice(line: str) -> None:
    assert text.chosen(text.labels(MESSAGE.buttons), line) is None


@pytest.mark.parametrize(
    ("line", "meant"),
    [("1", "two"), ("2", "three"), ("3", "seven"), ("7 days", "seven"), ("2 days", "two"), ("7", None), ("9", None)],
)
def test_a_number_presses_the_choice_with_that_number_never_a_label_that_begins_with_it(
    line: str, meant: str | None
) -> None:
    assert text.chosen([("2 days", "two"), ("3 days", "three"), ("7 days", "seven")], line) == meant


@pytest.mark.parametrize(
    ("line", "name", "rest"),
    [
        ("checkin on 19:00 Berlin", "checkin on", "19:00 Berlin"),
        ("  CheckIn   ON   19:00", "checkin on", "19:00"),
        ("kith start", "start", ""),
        ("Kith help checkin on", "help", "checkin on"),
        ("sos", "help-now", ""),
        ("help now", "help-now", ""),
        ("crisis please", "help-now", "please"),
    ],
)
def test_a_command_is_found_and_the_rest_kept_as_typed(world: Playground, line: str, name: str, rest: str) -> None:
    command, left = text.find(world.bot.registry.commands, line)
    assert (command.name, left) == (name, rest)


@pytest.mark.parametrize(
    ("line", "suggestion"),
    [
        ("chekin on 19:00", "`checkin on`"),
        ("setings", "`settings`"),
        ("checkin", "Did you mean one of these?"),
        ("xyzzy", "so I couldn't follow."),
        ("", "so I couldn't follow."),
        ("@everyone " * 50, "so I couldn't follow."),
    ],
)
def test_what_is_not_found_gets_a_way_on(world: Playground, line: str, suggestion: str) -> None:
    with pytest.raises(UserError) as caught:
        text.find(world.bot.registry.commands, line)
    assert suggestion in text.sentence(caught.value)


def test_a_question_says_how_to_keep_and_how_to_stop() -> None:
    form = Form(
        Text("Your check-in"),
        (
            Field("at", Text("When?"), default="19:00"),
            Field("note", Text("A note?"), optional=True),
            Field("x", Text("X?")),
        ),
        "a.sent",
    )
    assert str(text.question(form, 0)) == "Your check-in\nWhen?\nNow: 19:00. `-` keeps it. `cancel` stops."
    assert str(text.question(form, 1)) == "A note?\n`-` leaves it out. `cancel` stops."
    assert str(text.question(form, 2)) == "X?\n`cancel` stops."
    assert str(text.question(form, 0, Text("No such time."))).startswith("No such time.\nWhen?")


def test_an_aside_numbers_nothing_as_its_numbers_belong_to_what_was_shown_before() -> None:
    aside = Message(Text("I don't know that."), (Button(Text("Help now"), "help.now"),), aside=True)
    assert str(text.render(aside)) == "I don't know that.\n`Help now`"


@pytest.mark.parametrize(
    ("line", "meant"), [("1", "day"), ("2", "hour"), ("3", "start"), ("1 hour before: on", "hour")]
)
def test_one_typed_at_reminders_never_switches_the_label_that_begins_with_one(line: str, meant: str) -> None:
    shown = [("A day before: off", "day"), ("1 hour before: on", "hour"), ("When it starts: off", "start")]
    assert text.chosen(shown, line) == meant


@pytest.mark.parametrize(
    "line",
    [
        "pause",
        "Leave.",
        "forget-me",
        "forget me",
        "`settings`",
        "kith pause",
        "kith-mod hold bob",
        "kith-mod nonsense",
        "buddy avoid bob",
        "start",
        "send",
        "Send.",
    ],
)
def test_a_line_that_is_a_command_and_nothing_else(world: Playground, line: str) -> None:
    assert text.whole_command(world.bot.registry.commands, line)


@pytest.mark.parametrize(
    "line", ["leave me alone", "people are hard today", "19:00", "bob", "-", "", ".", "kith", "they send me letters"]
)
def test_a_sentence_that_begins_with_a_command_is_an_answer(world: Playground, line: str) -> None:
    assert not text.whole_command(world.bot.registry.commands, line)


@pytest.mark.parametrize("line", ["I’m in", "i‘m in", "I'm in.", "I’M IN!"])
def test_apostrophes_are_read_as_phones_write_them(line: str) -> None:
    assert text.chosen([("I'm in", "yes"), ("Can't", "no")], line) == "yes"


@pytest.mark.parametrize("length", [119, 120, 121, 2500])
def test_what_a_failure_says_back_is_cut(length: int) -> None:
    said = text.sentence(UserError(Text("I don't know who {words} is.").format(words="x" * length)))
    echoed = str(said).removeprefix("I don't know who ").removesuffix(" is.")
    assert echoed == ("x" * length if length <= 120 else "x" * 119 + "…")
    assert text.sentence(UserError("y" * length)) == (
        Text("{words}").format(words="y" * length if length <= 120 else "y" * 119 + "…")
    )


def test_our_own_words_are_not_cut() -> None:
    assert len(str(text.sentence(UserError(Text("z" * 500))))) == 500
