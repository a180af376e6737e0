"""What Kith says, as Matrix events: readable with and without HTML, and harmless whatever a member typed."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.matrix.content import BUTTONS, KEY, Reading, choice, contents, harmless
from bot.messages import Button, Member, Message, Text, When, when, who

NOW = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
PARIS = Reading(NOW, ZoneInfo("Europe/Paris"))
SHARED = Reading(NOW, ZoneInfo("UTC"), shared=True)
YES_NO = (Button(Text("Yes"), "x.yes", "1", row="o1"), Button(Text("No, thanks"), "x.no", row="o1"))


def only(message: Message, reading: Reading = PARIS) -> dict[str, object]:
    [content] = contents(message, reading)
    return content


def test_our_sentences_may_be_bold_code_and_lines() -> None:
    content = only(Message(Text("**Noted.**\nSay `stop` to **{what}**.").format(what="end <it>")))
    assert content["body"] == "Noted.\nSay `stop` to end <it>."
    assert content["formatted_body"] == (
        "<strong>Noted.</strong><br>Say <code>stop</code> to <strong>end &lt;it&gt;</strong>."
    )


def test_what_is_left_open_is_closed() -> None:
    assert only(Message(Text("**bold and `code")))["formatted_body"] == "<strong>bold and <code>code</code></strong>"


def test_choices_are_numbered_lines_and_named_in_the_event() -> None:
    content = only(Message(Text("Well?"), YES_NO))
    assert content["body"] == "Well?\n1. Yes\n2. No, thanks"
    assert content[BUTTONS] == [["Yes", "kith:1:x.yes:o1:1"], ["No, thanks", "kith:1:x.no:o1:"]]


@pytest.mark.parametrize(
    ("answer", "meant"),
    [("1", 0), ("1️⃣", 0), ("2️⃣", 1), ("2⃣", 1), ("no, THANKS", 1), ("2.", 1), ("3", None), ("3️⃣", None), ("❤️", None)],
)
def test_an_answer_is_a_number_an_emoji_or_the_words(answer: str, meant: int | None) -> None:
    assert choice(only(Message(Text("Well?"), YES_NO)), answer) == (None if meant is None else YES_NO[meant].id)


def test_the_tenth_choice_has_an_emoji_too() -> None:
    buttons = tuple(Button(Text(f"choice {number}"), "x.y", str(number)) for number in range(1, 12))
    assert choice(only(Message(Text("?"), buttons)), "🔟") == buttons[9].id


def test_a_message_without_choices_means_nothing() -> None:
    assert choice({}, "1") is None


def test_nobody_is_pinged_and_phones_ring_only_for_what_was_sent_to_be_heard() -> None:
    [notice], [ringing] = contents(Message(Text("hm")), PARIS), contents(Message(Text("hm")), PARIS, notify=True)
    assert (notice["msgtype"], ringing["msgtype"]) == ("m.notice", "m.text")
    assert notice["m.mentions"] == ringing["m.mentions"] == {}


@pytest.mark.parametrize(
    ("style", "private", "shared"),
    [
        ("full", "tomorrow at 19:30", "tomorrow at 18:30 (UTC)"),
        ("time", "19:30", "18:30 (UTC)"),
        ("day", "tomorrow", "tomorrow (UTC)"),
    ],
)
def test_an_instant_is_told_on_the_readers_clock(style: When, private: str, shared: str) -> None:
    spring = datetime(2026, 3, 27, 18, 30, tzinfo=UTC)
    before = Reading(datetime(2026, 3, 26, 12, 0, tzinfo=UTC), ZoneInfo("Europe/Paris"))
    message = Message(Text("See you {then}.").format(then=when(spring, style)))  # type: ignore[arg-type]  # parametrised
    assert only(message, before)["body"] == f"See you {private}."
    in_room = Reading(before.now, ZoneInfo("UTC"), shared=True)
    assert only(message, in_room)["body"] == f"See you {shared}."


def test_the_summer_clock_is_kept() -> None:
    sunday = datetime(2026, 3, 29, 17, 30, tzinfo=UTC)
    assert only(Message(Text("{at}").format(at=when(sunday, "time"))))["body"] == "19:30"


def test_a_name_is_words_like_any_other() -> None:
    eve = Member("matrix", "@eve:bed.test", "<b>Eve</b> https://evil.test")
    content = only(Message(Text("Say hello to {who}.").format(who=who(eve))))
    assert "&lt;b&gt;Eve&lt;/b&gt;" in str(content["formatted_body"])
    assert "https://" not in str(content)


HOSTILE = [
    "https://matrix.to/#/@alice:bed.test",
    "HTTPS://MATRIX.TO/#/@alice:bed.test",
    "matrix:u/alice:bed.test",
    "matrix.to/#/@alice:bed.test",
    "look: www.evil.test",
    "@alice:bed.test",
    "#room:bed.test",
    "!abc:bed.test",
    "@room everybody",
    '<a href="https://matrix.to/#/@alice:bed.test">Alice</a>',
    "<img src=x onerror=alert(1)><mx-reply>",
    "[click](https://evil.test)",
    "</strong></p><h1>big",
    "**bold** `code` {0.__class__} {text}",
    "\u202eevil\u202c \u0000 \x07",
]
LIVE = re.compile(r"https?://|matrix\.to|www\.|\bmatrix:|(?<!\w)[@#!][^\s\u2060]\S*:", re.IGNORECASE)
OURS = re.compile(r"</?(strong|code)>|<br>")


def is_harmless(content: dict[str, object]) -> bool:
    body, formatted = str(content["body"]), str(content["formatted_body"])
    markup = OURS.sub("", formatted)
    return not LIVE.search(body) and not LIVE.search(html.unescape(markup)) and "<" not in markup


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_shown_and_do_nothing(words: str) -> None:
    content = only(Message(Text("You wrote {words}").format(words=words)))
    assert is_harmless(content)
    assert content["m.mentions"] == {}
    shown = html.unescape(OURS.sub("", str(content["formatted_body"])))
    assert shown.replace("\u2060", "") == f"You wrote {words}".replace("\n", "")


@given(
    st.text(max_size=300) | st.sampled_from(HOSTILE).flatmap(lambda bad: st.text(max_size=20).map(lambda x: x + bad))
)
def test_no_words_at_all_become_markup_or_a_link(words: str) -> None:
    label = Button(Text("{w}").format(w=words), "x.y")
    for content in contents(Message(Text("**{w}** and `{w}`").format(w=words), (label,)), SHARED):
        assert is_harmless(content)


@given(st.text(max_size=100))
def test_the_words_themselves_are_not_changed(words: str) -> None:
    assert harmless(words).replace("\u2060", "") == words.replace("\u2060", "")


def test_a_long_text_comes_in_pieces_and_only_the_last_can_be_found_and_answered() -> None:
    lines = "\n".join(f"line {number} & more" for number in range(2000))
    pieces = contents(Message(Text("**All:**\n{lines}").format(lines=lines), YES_NO), PARIS, "the-key")
    assert len(pieces) == 3
    assert "".join(piece["body"] for piece in pieces) == f"All:\n{lines}\n1. Yes\n2. No, thanks"
    assert [KEY in piece for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert [BUTTONS in piece for piece in pieces] == [False] * (len(pieces) - 1) + [True]


def test_the_fields_are_called_as_in_the_rooms_that_earlier_versions_wrote_in() -> None:
    [content] = contents(Message(Text("Ready?"), YES_NO), PARIS, "the-key")
    assert (content["kith.key"], content["kith.buttons"][0]) == ("the-key", ["Yes", "kith:1:x.yes:o1:1"])
    assert choice({"kith.buttons": [["Yes", "kith:1:x.yes:o1:1"]]}, "1") == "kith:1:x.yes:o1:1"


@pytest.mark.parametrize("character", ["x", "&", "\u2060", "\U0001f600", "\n", '"'])
def test_no_piece_is_larger_than_an_event_may_be(character: str) -> None:
    pieces = contents(Message(Text("{words}").format(words=character * 30_000)), PARIS)
    assert "".join(piece["body"] for piece in pieces) == character * 30_000
    # Encrypted, an event is a third larger, and the server adds its own fields: 65,536 bytes are the limit.
    assert max(len(json.dumps(piece)) for piece in pieces) * 4 / 3 < 60_000


def test_an_empty_text_is_still_an_event() -> None:
    assert only(Message(Text("")))["body"] == ""


@pytest.mark.parametrize("length", [0, 1, 999, 1000, 1001, 39_999, 40_000, 40_001, 100_000])
def test_cutting_goes_on_whatever_a_character_counts(length: int) -> None:
    for mark in ("a", "🙂", "\n"):
        bodies = [content["body"] for content in contents(Message(Text("{words}").format(words=mark * length)), PARIS)]
        assert "".join(bodies) == mark * length
        assert all(bodies) or length == 0
        assert len(bodies) <= 1 + length // 1000
