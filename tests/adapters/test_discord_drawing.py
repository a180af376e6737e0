"""On Discord nobody's words ping, link, format or hide anything, and long ones are cut without a loss."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.discord.drawing import BREAK, draw, escape, shorten, split
from bot.messages import HEADING, LEAD, SMALL, Member, Text, When, plain, when, who
from bot.words import links

# How Discord recognises what is alive, outside of a backslash.
LIVE = {
    "a mention": r"(?<!\\)<(@[!&]?|#|/|id:|a?:)",
    "a timestamp": r"(?<!\\)<t:",
    "everyone": r"@(everyone|here)",
    "a link": r"\w://|(?<!\\)<https?",
    "an invitation": r"discord(app)?\.(gg|com)/",
    "a masked link": r"(?<!\\)\[[^\]]*(?<!\\)\]\(",
    "emphasis or code": r"(?<!\\)[*_~`|]",
    "a heading or small print": r"(?m)^ *(#{1,3}|-#)[^\S\n]",
    "a quote": r"(?m)^ *>",
    "a list": r"(?m)^ *([-+*]|\d+\.)[^\S\n]",
}
HOSTILE = [
    "@everyone @here",
    "<@123456789012345678> <@!123456789012345678> <@&123456789012345678>",
    "<#123456789012345678> </checkin on:123456789012345678> <id:customize> <id:guide>",
    "<t:1700000000:R> <:smile:123456789012345678> <a:wave:123456789012345678>",
    "https://evil.example/x http://evil.example <https://evil.example>",
    "discord.gg/abc https://discord.gg/abc discord.com/invite/abc discordapp.com/invite/abc",
    "[a kind place](https://evil.example)",
    "**bold** __under__ *it* _it_ ~~gone~~ ||hidden|| `code` ```py\nblock```",
    "# big\n## big\n### big\n-# small\n> quote\n>>> quote\n- list\n* list\n+ list\n1. list",
    "\\@everyone \\<@123456789012345678> \\\\*bold\\\\*",
    "-\\ list\n\\- list\n+\\ list\n1.\\ list\n1\\. list\n\\1. list\n1\\1. list",
    "#\\ big\n#\\# big\n\\# big\n-\\# small\n\\> quote",
    "#\u3000big\n-\u3000list\n-#\u00a0small",
    "*" * 50 + "\\",
    "<@\u200b123456789012345678>@\u200beveryone",
]


def alive(drawn: str) -> list[str]:
    # A doubled backslash is a backslash that is shown, and guards nothing.
    shown = drawn.replace("\\\\", "")
    return [name for name, pattern in LIVE.items() if re.search(pattern, shown)]


def as_read(drawn: str) -> str:
    """What a person sees of a drawn text that holds nothing live."""
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", drawn).replace(BREAK, "")


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_do_nothing(words: str) -> None:
    assert alive(escape(words)) == []
    assert alive(draw(Text("They wrote {words}").format(words=words))) == []


@pytest.mark.parametrize(("name", "pattern"), LIVE.items())
def test_each_of_these_would_be_seen(name: str, pattern: str) -> None:
    assert any(name in alive(words) for words in HOSTILE), pattern


@given(st.text(alphabet="ab .:/\\`*_~|[]()<>@#&!-+>\n1234567890t", max_size=60))
def test_no_words_do_anything(words: str) -> None:
    assert alive(escape(words)) == []


def test_no_short_words_do_anything_at_the_beginning_of_a_line() -> None:
    """Each of four characters of those that begin something, or keep something from beginning."""
    begun = ("".join(each) for each in product("a \\*>#-+1.", repeat=4))
    assert [words for words in begun if alive(escape(words)) or as_read(escape(words)) != words] == []


@given(st.text(alphabet="ab .:/\\`*_~|[]()<>@#&!-+>\n1234567890tü🙂", max_size=60))
def test_words_read_as_they_were_typed(words: str) -> None:
    assert as_read(escape(words)) == words


def test_nothing_hides_or_turns_the_text() -> None:
    assert escape("safe\u202egnol\u2066\x00\x1b[31m\ttext") == "safegnol\\[31mtext"


def test_our_own_sentences_keep_their_markup() -> None:
    text = Text("**Now** `checkin off` stops {words}").format(words="**it**")
    assert draw(text) == "**Now** `checkin off` stops \\*\\*it\\*\\*"


def test_words_within_our_code_stay_there() -> None:
    text = Text("Type `{words}` again").format(words="a`b*c\n@everyone")
    assert draw(text) == "Type `aˋb*c @everyone` again"


def test_a_moment_is_shown_in_the_readers_own_time() -> None:
    moment = datetime(2026, 3, 28, 19, tzinfo=UTC)
    assert draw(Text("{a} {b} {c}").format(a=when(moment), b=when(moment, "time"), c=when(moment, "day"))) == (
        "<t:1774724400:F> <t:1774724400:t> <t:1774724400:D>"
    )


def test_a_name_is_shown_without_a_ping() -> None:
    eve = Member("discord", "123456789012345678", "*<@everyone>*")
    assert alive(draw(Text("{who} says hello").format(who=who(eve)))) == []
    assert draw(Text("{who}").format(who=who(Member("discord", "7")))) == "7"


def test_a_long_text_is_cut_at_lines_then_spaces() -> None:
    assert split("short") == ["short"]
    assert split("") == [""]
    lines = "\n".join(["x" * 99] * 30)
    assert [len(piece) for piece in split(lines)] == [1999, 999]
    assert split("word " * 9 + "word", 24) == ["word word word word", "word word word word", "word word"]


@pytest.mark.parametrize("length", [999, 1000, 1001, 1999, 2000, 2001, 2500, 6000])
def test_cutting_goes_on_whatever_a_character_counts(length: int) -> None:
    for mark, counts in (("a", 1), ("🙂", 2)):
        pieces = split(mark * length)
        assert "".join(pieces) == mark * length
        assert len(pieces) == -(-length * counts // 2000), "as few as fit"
    mixed = split("a🙂" * length)
    assert "".join(mixed) == "a🙂" * length
    assert len(mixed) <= length * 3 // 1998 + 1


@pytest.mark.parametrize("length", [1999, 2000, 2001, 2500, 6000])
def test_no_piece_is_empty(length: int) -> None:
    for blank in (" ", "\n"):
        for words in (blank * length + "a", "a" + blank * length + "b", blank * length):
            pieces = split(words)
            assert "".join("".join(pieces).split()) == words.replace(blank, "")
            assert all(piece.strip() for piece in pieces) or len(pieces) == 1, pieces


def test_a_cut_never_parts_an_escape() -> None:
    drawn = escape("x" + "*" * 1500)
    assert [alive(piece) for piece in split(drawn)] == [[], []]
    assert "".join(split(drawn)) == drawn


@given(st.text(max_size=300), st.integers(20, 60))
def test_every_piece_fits_and_no_word_is_lost(words: str, limit: int) -> None:
    pieces = split(words, limit)
    assert all(len(piece.encode("utf-16-le", "surrogatepass")) // 2 <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(words.split())


def test_labels_are_shortened_visibly() -> None:
    assert shorten("l" * 80, 80) == "l" * 80
    assert shorten("l" * 81, 80) == "l" * 79 + "…"
    assert len(shorten("🙂" * 60, 80).encode("utf-16-le")) // 2 <= 80


def test_plain_words_alone() -> None:
    assert draw(plain("1. first\n- second")) == "1\\. first\n\\- second"


@pytest.mark.parametrize("first", ["`", "a`b", "``` ", "\\`"])
def test_a_backtick_in_one_persons_words_opens_nothing_for_the_next(first: str) -> None:
    """What stands between our own backticks is drawn as it is; a person's are no such thing."""
    for template in ("{first} and {second}", "{first}\n{second}", "`{first}` and {second}"):
        drawn = draw(Text(template).format(first=first, second="https://evil.example <@1> @everyone **a**"))
        assert alive(re.sub(r"(?<!\\)`[^`]*`", "", drawn)) == [], drawn
    assert draw(Text("{a} `{b}`").format(a="`", b="<x>")) == "\\` `<x>`"


@pytest.mark.parametrize("name", ["#", "##", "-#", "-", "+", "-\\", "\\-"])
def test_a_name_begins_no_heading_and_no_list_with_a_space_of_ours(name: str) -> None:
    assert alive(draw(Text("{who} says hello").format(who=who(Member("x", "1", name))))) == []


def test_a_number_begins_no_list_with_a_full_stop_of_ours() -> None:
    assert alive(draw(Text("You wrote:\n{words}. That is all.").format(words="1990"))) == []
    assert alive(draw(Text("{words}) and more").format(words="a\n2"))) == []
    assert alive(draw(Text("{words}. And more").format(words="a\n\\2\\"))) == []
    assert draw(Text("{count}, and more").format(count=2)) == "2, and more"


@pytest.mark.parametrize("mark", ["# ", "## ", "-# ", "- ", "1. ", "-\\ ", "\\- "])
def test_what_stood_in_a_line_begins_nothing_after_a_cut(mark: str) -> None:
    for before in range(1990, 2000):
        pieces = split(draw(plain("a" * before + f" {mark}big" * 2)))
        assert [alive(piece) for piece in pieces] == [[], []], pieces
    kept = split("a" * 1999 + "\n# ours")
    assert kept[1] == "# ours", "a line that began with it goes on doing so"


@pytest.mark.parametrize("words", ["\\<id:customize>", "\\\\**b**", "\\[a](https://x.y)"])
def test_no_cut_takes_an_escape_from_what_it_guards(words: str) -> None:
    for before in range(30):
        for piece in split(draw(plain("a" * before + words * 150))):
            assert alive(piece) == [], piece[:30]


EVERYDAY = [
    "3.50 a cup, 12.99 for both",
    "7.30pm, or 19.30",
    "28.3.2026",
    "e.g. tea, i.e. nothing strong",
    "bob@example.org",
    "www.example.org",
    "example.com is where I read it",
    "12:30:45",
    "Dr. M. Miller, 2nd floor",
    "at 5.",
    "Room 3.14, building A.2",
    "it costs 5,- or so",
    "2 * 3 = 6",
    "well_done_you",
    "#3 on the list",
    "v1.2.3",
    "Hauptstr. 5a, 10115 Berlin",
    "+49 30 1234567",
    "a.m. or p.m.",
    "discord.com",
    "me @ the library",
    "~20 people",
]


def test_everyday_words_stay_as_they_are() -> None:
    assert [words for words in EVERYDAY if BREAK in draw(Text("You wrote: {words}").format(words=words))] == []
    assert [words for words in EVERYDAY if as_read(escape(words)) != words] == []


@pytest.mark.parametrize("words", [":smile:", ":+1: and :upside_down_face:", "a:b:c", ":100:"])
def test_the_name_of_an_emoji_stays_words(words: str) -> None:
    assert re.search(r"(?<!\\):[\w+-]+:", escape(words)) is None
    assert (as_read(escape(words)), BREAK in escape(words)) == (words, False)


GIVEN = {
    "https://meet.example/tea?x=1&y=(2)": ["https://meet.example/tea?x=1&y=(2)"],
    "Room 5 (https://meet.example/a_b).": ["https://meet.example/a_b"],
    "https://meet.example, then http://example.org:8080/": ["https://meet.example", "http://example.org:8080/"],
    "see www.meet.example": [],
    "https://discord.com@evil.example/x": [],
    "https://ev\u0456l.example": [],
    "https://discord.com:80@evil.example/x": [],
    "https://evil.example><@123456789012345678>": ["https://evil.example"],
    "javascript://x https://\u0435vil.example": [],
    "https://meet.example/\u202egnp": ["https://meet.example/"],
}


@pytest.mark.parametrize(("words", "found"), GIVEN.items())
def test_a_link_that_was_given_as_one_stays_whole_and_shows_nothing_of_what_is_behind_it(
    words: str, found: list[str]
) -> None:
    drawn = draw(Text("Place: {spot}").format(spot=links.whole(words)))
    assert re.findall(r"(?<!\\)<(https?://[^ >]*)>", drawn) == found
    assert alive(re.sub(r"(?<!\\)<https?://[^ >]*>", "", drawn)) == []
    assert str(links.whole(words)) == words


def test_headings_and_small_print_are_lines_of_their_own() -> None:
    said = Text("\n").join([Text(HEADING) + "**Tea**", Text(SMALL) + plain("# kept by nobody")])
    assert draw(said) == "### **Tea**\n-# \\# kept by nobody"
    assert str(said) == "**Tea**\n# kept by nobody"


class Known:
    """One command, as Discord has numbered it."""

    def read(self, said: str) -> tuple[str, str]:
        return ("</checkin on:5>", said[11:]) if said.startswith("checkin on") else ("", said)


@pytest.mark.parametrize(
    ("said", "drawn"),
    [
        (Text("`checkin on` begins."), "</checkin on:5> begins."),
        (Text("`checkin on 19:00` begins."), "</checkin on:5> `19:00` begins."),
        (Text("Say `yes`, or `checkin on`"), "Say `yes`, or </checkin on:5>"),
        (Text("`checkin on {at}`").format(at="7`pm"), "</checkin on:5> `7ˋpm`"),
        (Text("`{words}`").format(words="checkin on"), "`checkin on`"),
        (Text("```\ncheckin on\n```"), "```\ncheckin on\n```"),
    ],
)
def test_a_command_in_a_sentence_can_be_pressed(said: Text, drawn: str) -> None:
    assert draw(said, Known()) == drawn


@pytest.mark.parametrize("before", range(1985, 2001))
def test_no_cut_goes_through_a_command(before: int) -> None:
    pieces = split("a" * before + " </checkin on:5> " + "b" * 50)
    assert sum("</checkin on:5>" in piece for piece in pieces) == 1, pieces


def test_what_leads_comes_first_in_its_line_and_small_print_below() -> None:
    said = Text("Before.\n") + Text(SMALL) + "I keep little. " + Text(LEAD, HEADING) + "What now?"
    assert draw(said) == "Before.\n### What now?\n-# I keep little. "
    assert str(said) == "Before.\nI keep little. What now?", "elsewhere it is one line in the order it is written"
    assert draw(Text("A hello.") + " " + Text(SMALL) + "Kept by nobody.") == "A hello.\n-# Kept by nobody."


def test_an_hour_is_said_once_in_the_readers_own_clock() -> None:
    moment = When(datetime(2026, 3, 28, 19, tzinfo=UTC), there="Saturday at 19:00, London time")
    assert draw(Text("{at}.").format(at=moment)) == "<t:1774724400:F>."
    assert str(Text("{at}.").format(at=moment)) == "Saturday at 19:00, London time (2026-03-28 19:00 UTC)."
