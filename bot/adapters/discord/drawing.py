"""Draws a Text for Discord so that nobody's words can ping, link or format, and cuts long ones to size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

import discord

from bot.messages import LEAD, Link, Mark, Member, Part, Plain, Text, When, Who
from bot.words import names

LIMIT = 2000
"""Characters of one message (source: https://docs.discord.com/developers/resources/message#create-message)."""

BREAK = "\u200b"
"""A zero-width space: unseen, and the end of whatever Discord would have recognised."""

MOST = 4
"""Messages that one text becomes: more of them bury what else somebody reads."""

STYLES = {"time": "t", "day": "D", "full": "F"}
LINES = {"heading": "### ", "small": "-# "}

# Nothing that hides or turns text around: control characters but the line break, and the directional marks.
_UNSEEN = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# Emphasis, code, spoilers, quotes, masked links, and all that stands in angle brackets: mentions of people, roles,
# channels, commands and server pages, custom emoji, timestamps, links.
# And the names of emoji between colons.
_MARKUP = re.compile(r"[\\`*_~|\[\]<>]|:(?=[\w+-]+:)")
# At the beginning of a line: headings, small print, lists. The space after it may be ours. Backslashes that are shown
# are looked through: Discord does not say what it makes of a mark beside one.
_LINE_START = re.compile(
    r"^((?: |\\\\)*)(#{1,3}|-#|-|\+|\d(?:\d|\\\\)*(?=[.)]))(?=[\s.)\\]|$)",
    re.MULTILINE,
)
_NUMBER = re.compile(r"^(?: |\\\\)*\d(?:\d|\\\\)*\Z", re.MULTILINE)
# Schemes, and an invitation, which Discord also links without one. A dot links nothing else: prices, hours, dates and
# addresses stay whole.
_LINK = re.compile(r"(?<=\w):(?=/)|(?<=discord|cordapp)\.(?=(?:gg|com)/)", re.IGNORECASE)
_ALL = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
# In a link that is whole: what would end it, or is none of it.
_NO_LINK = re.compile(r"[^!#-;=?-\[\]_a-z~]")


class Mentioned(Protocol):
    """Whoever knows how commands are mentioned."""

    def read(self, said: str) -> tuple[str, str]: ...


def draw(text: Text, mentions: Mentioned | None = None) -> str:
    """The text in Discord's markdown, the commands that are named in it as ``mentions`` has them."""
    drawn, ticks = "", 0
    for part in _first_things_first(text.parts) if LEAD in text.parts else text.parts:
        if isinstance(part, Mark) and drawn[-1:] not in ("", "\n"):
            drawn = drawn.rstrip(" ") + "\n"  # a line of its own, which elsewhere it is none of
        if isinstance(part, str) and part[:1] in (".", ")") and _NUMBER.search(drawn):
            drawn += BREAK  # a number somebody typed and a full stop of ours are no list
        in_code = ticks % 2 == 1
        if isinstance(part, str):
            drawn += part if mentions is None else _with_mentions(part, mentions, in_code=in_code)
            ticks += part.count("`")  # a person's own backtick opens nothing
        else:
            drawn += _part(part, in_code=in_code)
    return drawn


def _first_things_first(parts: Sequence[Part]) -> list[Part]:
    """Of each line what is to come first, and the rest of it on a line below."""
    lines: list[list[Part]] = [[]]
    for part in parts:
        if isinstance(part, str):
            first, *more = part.split("\n")
            lines[-1].append(first)
            lines.extend([one] for one in more)
        else:
            lines[-1].append(part)
    drawn: list[Part] = []
    for number, line in enumerate(lines):
        drawn += ["\n"] if number else []
        at = line.index(LEAD) if LEAD in line else -1
        drawn += [*line[at + 1 :], "\n", *line[:at]] if at >= 0 else line
    return drawn


def called(people: Sequence[Member]) -> str:
    """A line that names those whom a message is for."""
    return " ".join(f"<@{int(one.id)}>" for one in people) + "\n" if people else ""


def calling(people: Sequence[Member]) -> discord.AllowedMentions:
    """Nobody hears of a message but whom it is for."""
    named = [discord.Object(int(one.id)) for one in people]
    return discord.AllowedMentions(everyone=False, roles=False, replied_user=False, users=named)


def _with_mentions(sentence: str, mentions: Mentioned, *, in_code: bool) -> str:
    """A sentence of ours. What it names between backticks is a command that can be pressed, if it is one."""
    drawn = []
    pieces = sentence.split("`")
    for number, piece in enumerate(pieces):
        closed = "`" if number < len(pieces) - 1 else ""
        if (number % 2 == 1) == in_code:
            drawn.append(piece)
            continue
        if number == 0:  # it was opened before somebody's words
            drawn.append(piece + closed)
            continue
        mention, rest = mentions.read(piece)
        code = f"`{rest}{closed}"
        if mention:
            code = mention if closed and not rest else f"{mention} {code}"
        drawn.append(code)
    return "".join(drawn)


def escape(words: str) -> str:
    """A person's words, shown as typed and doing nothing."""
    words = _UNSEEN.sub("", words.replace("\r\n", "\n"))
    words = _MARKUP.sub(r"\\\g<0>", words)
    words = _LINE_START.sub(_escaped_start, words)
    words = _LINK.sub(rf"\g<0>{BREAK}", words)
    return _ALL.sub(f"@{BREAK}", words)


def split(drawn: str, limit: int = LIMIT) -> list[str]:
    """Cut a drawn text into messages, at line breaks if possible, else at spaces. Never empty."""
    pieces = []
    while _length(drawn) > limit:
        window = _window(drawn, limit)
        cut = next((at for mark in ("\n", " ") if (at := window.rfind(mark)) > limit // 2), len(window))
        kept = window[:cut]
        cut -= (len(kept) - len(kept.rstrip("\\"))) % 2  # a pair that means a backslash is whole, and stays so
        opened = kept.rfind("</")  # a command that is mentioned has spaces, and is whole
        cut = opened if kept.rfind(">") < opened and opened > limit // 2 else max(cut, 1)
        pieces += [piece] if (piece := drawn[:cut].rstrip()) else []
        in_a_line, drawn = drawn[cut : cut + 1] != "\n", drawn[cut:].lstrip()
        if in_a_line and _LINE_START.match(drawn):
            drawn = BREAK + drawn  # what stood in the middle of a line begins no heading now
    return [*pieces, drawn] if drawn or not pieces else pieces


def messages(drawn: str) -> list[str]:
    """The text as it is sent: what is longer than four messages ends with an ellipsis."""
    pieces = split(drawn)
    if len(pieces) > MOST:
        kept = _window(pieces[MOST - 1], LIMIT - 1)
        kept = kept[: len(kept) - (len(kept) - len(kept.rstrip("\\"))) % 2]
        pieces[MOST - 1 :] = [f"{kept}…"]
    return pieces


def shorten(words: str, limit: int) -> str:
    """For labels and titles, which show no markup."""
    return words if _length(words) <= limit else _window(words, limit - 1) + "…"


def _part(part: Part, *, in_code: bool) -> str:
    match part:
        case Link(url):
            return f"<{_NO_LINK.sub('', url)}>"
        case Mark(kind):
            return LINES.get(kind, "")
        case Plain(words):
            return _as_code(words) if in_code else escape(words)
        case Who(member):
            return escape(names.shown(member.name, member.id))
        case When(instant, style):
            return f"<t:{int(instant.timestamp())}:{STYLES[style]}>"
        case str():
            return part


def _as_code(words: str) -> str:
    """Between backticks only a backtick or a line break means anything."""
    return _UNSEEN.sub("", words).replace("`", "ˋ").replace("\n", " ")


def _escaped_start(found: re.Match[str]) -> str:
    space, mark = found.groups()
    return f"{space}{mark}\\" if mark[0].isdecimal() else f"{space}\\{mark}"


def _window(words: str, limit: int) -> str:
    """The longest beginning that fits. Never empty: a character counts two at most."""
    window = words[:limit]
    while (over := _length(window) - limit) > 0:
        window = window[: -max(1, over // 2)]
    return window


def _length(words: str) -> int:
    """Discord does not say how it counts; in the stricter way an emoji is two."""
    return len(words.encode("utf-16-le", "surrogatepass")) // 2
