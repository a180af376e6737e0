"""Draws what the bot says for a terminal, in the reader's own time; nothing a person typed is obeyed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.clocks.times import friendly_date, friendly_instant, friendly_time
from bot.messages import Mark, Part, Plain, Text, When, Who
from bot.words import names

BOLD, CODE, DIM, END = "\x1b[1m", "\x1b[36m", "\x1b[2m", "\x1b[0m"
_MARKUP = re.compile(r"\*\*(?P<bold>.+?)\*\*|`(?P<code>[^`]+)`")
_STYLED = re.compile(r"\x1b\[[0-9]*m")

MINIMUM = 20
"""Columns: on a terminal narrower than that, lines are broken by it and not by us."""


@dataclass(frozen=True)
class Page:
    """Where is drawn: how wide it is, in columns, and whether it has colours."""

    width: int = 80
    colour: bool = False

    def paragraph(self, text: str, indent: str = "") -> str:
        """Text as lines that fit, each after ``indent``; the line breaks it has are kept."""
        return "\n".join(self._wrapped(line, indent) for line in text.split("\n"))

    def _wrapped(self, line: str, indent: str) -> str:
        hanging = re.match(r"\d+\. ", line)  # a choice's second line stands under its words
        inner = indent + " " * (len(hanging[0]) if hanging else 0)
        lines, width = [indent], max(MINIMUM, self.width)
        for word in line.split():
            if lines[-1].strip() and _columns(lines[-1]) + _columns(word) >= width:
                lines.append(inner)
            lines[-1] += f" {word}" if lines[-1].strip() else word
        return "\n".join(line.rstrip() for line in lines)

    def dim(self, text: str) -> str:
        return f"{DIM}{text}{END}" if self.colour else text

    def draw(self, text: Text, now: datetime, zone: ZoneInfo) -> str:
        """What the bot says, for a reader whose clocks show ``zone``."""
        return "".join(self._part(part, now, zone) for part in text.parts)

    def _part(self, part: Part, now: datetime, zone: ZoneInfo) -> str:
        return self._sentence(part) if isinstance(part, str) else live(part, now, zone)

    def _sentence(self, sentence: str) -> str:
        if not self.colour:
            return sentence.replace("**", "")
        return _MARKUP.sub(
            lambda found: f"{BOLD}{found['bold']}{END}" if found["bold"] else f"{CODE}{found['code']}{END}", sentence
        )


def live(part: Plain | When | Who | Mark, now: datetime, zone: ZoneInfo) -> str:
    """What is not a sentence of ours, in words: a moment on the reader's clock, a name, somebody's own words."""
    if isinstance(part, When):
        said = moment(part, now, zone)
        return f"{part.there} ({said})" if part.there else said
    if isinstance(part, Mark):
        return ""
    return harmless(part.words if isinstance(part, Plain) else names.shown(part.member.name, part.member.id))


def _columns(text: str) -> int:
    """How many columns a terminal needs for it."""
    return len(_STYLED.sub("", text))


def harmless(words: str) -> str:
    """A person's words without what a terminal would obey."""
    return "".join(character if character.isprintable() or character == "\n" else "\N{REPLACEMENT CHARACTER}"
                   for character in words)  # fmt: skip


def moment(when: When, now: datetime, zone: ZoneInfo) -> str:
    """An instant as the reader's own clocks show it."""
    local = when.instant.astimezone(zone)
    if when.style == "time":
        return friendly_time(local.time())
    if when.style == "day":
        return friendly_date(local.date(), now.astimezone(zone).date())
    return friendly_instant(when.instant, now, zone)
