"""Text: our own sentences, and the words of people set into them safely."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.messages import Button, Field, Form, Member, Message, Plain, Text, When, Who, plain, when, who

ALICE = Member("local", "alice", "Alice")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_a_str_becomes_words_and_never_markup() -> None:
    text = Text("Hello {name}, **welcome**").format(name="**Eve** {name} @everyone")
    assert text.parts == ("Hello ", Plain("**Eve** {name} @everyone"), ", **welcome**")


def test_braces_in_a_persons_words_are_not_filled_again() -> None:
    once = Text("{words}").format(words="{secret}")
    assert once.format(secret="leaked").parts == (Plain("{secret}"),)


def test_a_text_keeps_its_parts_inside_another() -> None:
    inner = Text("about {what}").format(what="*tea*")
    assert Text("We talk {inner}.").format(inner=inner).parts == ("We talk ", "about ", Plain("*tea*"), ".")


def test_only_when_and_who_are_live() -> None:
    text = Text("{who} at {when}").format(who=who(ALICE), when=when(NOON, "time"))
    assert text.parts == (Who(ALICE), " at ", When(NOON, "time"))
    assert str(text) == "Alice at 2026-03-02 12:00 UTC"


@pytest.mark.parametrize("template", ["{a.__class__}", "{a[0]}", "{}", "{0}", "{a!r}", "{a:>10}"])
def test_nothing_but_plain_names_may_stand_in_braces(template: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        Text(template).format(a="x")


def test_a_missing_value_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        Text("{name}").format()


def test_numbers_are_written_plainly() -> None:
    assert Text("{n} helpers").format(n=6).parts == ("6", " helpers")


def test_texts_add_up_and_join() -> None:
    joined = Text(", ").join([Text("a"), plain("b"), Text("c")])
    assert str(joined) == "a, b, c"
    assert str("> " + joined + ".") == "> a, b, c."
    assert str(Text(", ").join([])) == ""


def test_words_are_found_and_texts_compared_by_what_they_say() -> None:
    text = Text("Noted: {words}").format(words="tea")
    assert "tea" in text
    assert text == Text("Noted: tea")
    assert len({text, Text("Noted: tea")}) == 1
    assert not Text("")


def test_a_buttons_id_is_its_whole_meaning() -> None:
    button = Button(Text("Yes"), "checkins.answer", "ci-arr-01|2").on("d12")
    assert button.id == "kith:1:checkins.answer:d12:ci-arr-01|2"


def test_a_message_binds_what_is_not_bound() -> None:
    bound = Button(Text("Later"), "a.later", row="d1")
    free = Button(Text("Yes"), "a.yes")
    message = Message(Text("?"), (bound, free), typed=free).on("o7")
    assert [button.row for button in message.buttons] == ["d1", "o7"]
    assert message.typed is not None
    assert message.typed.row == "o7"


def test_a_form_is_bound_like_a_button() -> None:
    form = Form(Text("t"), (Field("a", Text("A?")),), "a.sent", "v").on("o3")
    assert form.id == "kith:1:a.sent:o3:v"


def test_a_member_is_the_same_under_another_name() -> None:
    assert Member("local", "alice", "Alice") == Member("local", "alice", "аlice")
    assert Member("local", "alice") != Member("elsewhere", "alice")
