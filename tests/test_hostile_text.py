"""Whatever a member types, as name or as words: on no platform does it ping, link or format, and nothing breaks.

``KITH_FUZZ=100000`` tries as many strings and requests as that; by default a few thousand, within seconds.
"""

from __future__ import annotations

import html
import logging
import os
import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from bot import text
from bot.adapters.discord import components
from bot.adapters.discord.drawing import draw, split
from bot.adapters.local.drawing import Page
from bot.adapters.matrix.content import APART, BUTTONS, Reading, contents
from bot.messages import Button, Field, Form, Member, Message, Text, plain, who
from tests.cast import ALICE, EVE, ROOM, Playground
from tests.engines.hostile import PIECES, strings

COUNT = int(os.environ.get("KITH_FUZZ", "4000"))
REQUESTS = int(os.environ.get("KITH_FUZZ", "600"))
NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
READING = Reading(NOW, ZoneInfo("Europe/Berlin"))


def said(words: str) -> Iterator[Message]:
    """Every way in which a person's words get into what the bot says."""
    member = Member("x", "1", words)
    yield Message(plain(words))
    yield Message(Text("You wrote: {words}. That is all.").format(words=words))
    yield Message(Text("**{words}** and `{words}`\n{words}").format(words=words))
    yield Message(Text("{who} says {words}{words}").format(who=who(member), words=words))
    yield Message(Text("\n").join([plain(words), Text("- "), plain(words)]))
    yield Message(Text("Which?"), (Button(plain(words), "x.y"), Button(Text("No"), "x.n")))
    yield Message(text.question(Form(Text("Form"), (Field("a", Text("What?"), default=words),), "x.y"), 0))


# -- Discord ----------------------------------------------------------------------------------------------------------

ESCAPED = re.compile(r"\\[\\`*_~|\[\]<>#+.)-]")
LIVE = {
    "a mass ping": re.compile(r"@(everyone|here)", re.IGNORECASE),
    "a mention": re.compile(r"<(@[!&]?|#|/[^>]*:|id:|t:-?|a?:\w+:)\w"),
    "a link": re.compile(r"(?:https?|ftp|mxc)://|discord\.(gg|com)/|\]\(", re.IGNORECASE),
    "markup": re.compile(r"[`*_~|\[\]<>]"),
    "a heading or a list": re.compile(r"^ *(#{1,3}|-#|[-+]|\d+[.)]) ", re.MULTILINE),
    "what hides or turns text": re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"),
}


def discord_dangers(drawn: str) -> list[str]:
    """What Discord would obey in a person's words as they were drawn. Escaped pairs are only shown."""
    shown = ESCAPED.sub("\N{FULL BLOCK}", drawn)
    return [name for name, pattern in LIVE.items() if pattern.search(shown)]


@pytest.mark.parametrize(
    "piece", ["@everyone", "<@12>", "<@&12>", "</a:1>", "https://x.y", "**a**", "# a", "[a](b)", "- a", "1. a"]
)
def test_what_discord_obeys_is_recognised_when_it_is_not_escaped(piece: str) -> None:
    assert discord_dangers(piece)


def test_on_discord_words_do_nothing() -> None:
    for words in strings(COUNT):
        drawn = draw(plain(words))
        assert discord_dangers(drawn) == [], repr(words)
        for piece in split(drawn):
            assert len(piece.encode("utf-16-le", "surrogatepass")) // 2 <= 2000
            assert discord_dangers(piece) == [] or drawn != piece, repr(words)


def test_on_discord_words_end_nothing_of_ours() -> None:
    """Set between our own bold and code, they neither end it nor begin anything."""
    for words in strings(COUNT, seed=1):
        code = draw(Text("`{words}`").format(words=words))
        assert code.count("`") == 2, repr(words)
        assert "\n" not in code


def test_words_torn_in_two_do_nothing_together() -> None:
    chance = random.Random(9)
    for words in strings(COUNT, seed=10):
        cut = chance.randrange(len(words) + 1)
        torn = Text("{a}{b}").format(a=words[:cut], b=words[cut:])
        assert discord_dangers(draw(torn)) == [], (words[:cut], words[cut:])
        for content in contents(Message(torn), READING):
            assert PILL.search(content["body"]) is None, (words[:cut], words[cut:])


def test_on_discord_labels_fit_and_ids_are_ours() -> None:
    for words in strings(COUNT // 4, seed=2):
        view = components.view_of((Button(plain(words or "x"), "x.y", row="o1"),))
        assert view is not None
        [button] = view.to_components()[0]["components"]
        assert button["custom_id"] == "kith:1:x.y:o1:"
        assert 1 <= len(button["label"]) <= 80


# -- Matrix -----------------------------------------------------------------------------------------------------------

PILL = re.compile(r"(?<!\S)[@#!][^\s" + APART + r"]+:\w|matrix\.to|https?://|www\.\w|\bmatrix:[ru]", re.IGNORECASE)


class Tags(HTMLParser):
    """Everything in a piece of HTML that is not words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag if not attrs else f"{tag} with {attrs}")
        self.words += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        self.found.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.found.append("declaration")


def test_on_matrix_words_are_words() -> None:
    for words in strings(COUNT, seed=3):
        for content in contents(Message(plain(words)), READING):
            parsed = Tags()
            parsed.feed(content["formatted_body"])
            parsed.close()
            assert set(parsed.found) <= {"br"}, repr(words)
            assert parsed.words == html.unescape(content["formatted_body"].replace("<br>", "\n")), repr(words)
            assert content["m.mentions"] == {}
            assert PILL.search(content["body"]) is None, repr(words)
            assert PILL.search(parsed.words) is None, repr(words)


def test_in_every_place_only_our_own_tags_are_live() -> None:
    for words in strings(COUNT // 4, seed=4):
        for message in said(words):
            for content in contents(message, READING):
                parsed = Tags()
                parsed.feed(content["formatted_body"])
                parsed.close()
                assert set(parsed.found) <= {"br", "strong", "code"}, repr(words)
                assert content["m.mentions"] == {}
                for _label, id_ in content.get(BUTTONS, []):
                    assert id_.startswith("kith:1:x.")


# -- the terminal -----------------------------------------------------------------------------------------------------


def test_at_a_terminal_no_word_is_a_control_sequence() -> None:
    page = Page(80, colour=False)
    for words in strings(COUNT // 2, seed=5):
        for message in said(words):
            drawn = page.draw(text.render(message), NOW, ZoneInfo("UTC"))
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", drawn), repr(words)


# -- what comes in ----------------------------------------------------------------------------------------------------


class Failures(logging.Handler):
    """What the bot logs as gone wrong."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(logging.Formatter().format(record))


@pytest.fixture
def failures() -> Iterator[list[str]]:
    handler = Failures()
    loggers = [logging.getLogger(name) for name in ("bot", "cogs", "storage")]
    for logger in loggers:
        logger.addHandler(handler)
    yield handler.records
    for logger in loggers:
        logger.removeHandler(handler)


def lines(world: Playground, chance: random.Random) -> Iterator[str]:
    """Lines that nearly are commands, with hostile values; and plain hostile lines."""
    names = sorted(world.bot.commands)
    for words in strings(REQUESTS, seed=chance.randrange(1000)):
        yield chance.choice((f"{chance.choice(names)} {words}", f"kith {chance.choice(names)} {words}", words))


def button_ids(world: Playground, chance: random.Random) -> Iterator[str]:
    """Ids that nearly are ours: real actions with made-up rows and values."""
    names = sorted(world.bot.actions)
    rows = ("-", "o1", "o2", "d1", "o0", "d0", "o999999999999999999", "x", "o-1", "", "o1'")
    for words in strings(REQUESTS, seed=chance.randrange(1000)):
        value = chance.choice((words, words[:80], "", "1", "checkin", "1 2 3", "a|b|c", str(chance.randrange(99))))
        yield chance.choice((f"kith:1:{chance.choice(names)}:{chance.choice(rows)}:{value}",) * 4 + (words,))


async def test_no_line_that_is_typed_is_a_failure(world: Playground, failures: list[str]) -> None:
    chance = random.Random(6)
    await world.chat.say(ALICE, "checkin on 19:00 berlin", ROOM)
    await world.chat.say(ALICE, "yes", ROOM)
    for line in lines(world, chance):
        place = chance.choice((None, None, ROOM))
        if line.strip():
            await world.chat.say(chance.choice((ALICE, EVE)), line, place)
        assert failures == [], repr(line)


async def test_no_button_id_is_a_failure(world: Playground, failures: list[str]) -> None:
    chance = random.Random(7)
    await world.chat.say(ALICE, "checkin on 19:00 berlin", ROOM)
    await world.chat.say(ALICE, "yes", ROOM)
    for id_ in button_ids(world, chance):
        member = chance.choice((ALICE, EVE))
        answers = chance.choice(({}, {"words": "x"}, {"at": "19:00"}, {"zone": id_}))
        incoming = world.chat.incoming(member, chance.choice((None, ROOM)))
        await world.bot.run_action(incoming, id_, answers)
        assert failures == [], repr(id_)


async def test_nobodys_name_is_a_failure_or_a_line_of_its_own(
    world: Playground, failures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, words in enumerate(strings(REQUESTS // 4, seed=8)):
        member = Member("local", f"member-{number}", words)
        await world.chat.say(member, "start", ROOM)
        await world.chat.say(member, "help")
    assert failures == []


def test_every_piece_is_tried_alone() -> None:
    assert list(strings(len(PIECES))) == list(PIECES)
    assert list(strings(300)) == list(strings(300))
    check: Callable[[str], list[str]] = discord_dangers
    assert [piece for piece in PIECES if check(piece)], "the corpus holds what it is a corpus of"
