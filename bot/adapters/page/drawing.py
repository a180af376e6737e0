"""Draws what stands in a chat as plain values for a page: words and how they are set, never markup of the page's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.adapters.local.drawing import harmless, moment
from bot.adapters.page.lines import Line
from bot.incoming import text
from bot.messages import Plain, Text, When, Who
from bot.words import names

Frame = dict[str, Any]
"""What goes to a page, as JSON has it."""
_MARKUP = re.compile(r"(\*\*|`)")
_TAGS = {"**": "strong", "`": "code"}


def spans(said: Text, now: datetime, zone: ZoneInfo) -> list[str | list[str]]:
    """Words, and ``[tag, words]`` for those that are set otherwise. A person's words are words, whatever they say."""
    drawn: list[str | list[str]] = []
    opened = ""
    for part in said.parts:
        for token in _MARKUP.split(part) if isinstance(part, str) else [_live(part, now, zone)]:
            if isinstance(part, str) and token in _TAGS:
                opened = "" if opened == _TAGS[token] else opened or _TAGS[token]
            elif token:
                drawn.append([opened, token] if opened else token)
    return drawn


def _live(part: Plain | When | Who, now: datetime, zone: ZoneInfo) -> str:
    if isinstance(part, When):
        return moment(part, now, zone)
    return harmless(part.words if isinstance(part, Plain) else names.shown(part.member.name, part.member.id))


def draw(line: Line, zone: ZoneInfo, names_of: Mapping[str, str]) -> Frame:
    """A line as its reader sees it, whose clocks show ``zone``. ``names_of``: how members are called, by id."""
    message, numbered = line.message, line.numbered
    drawn: Frame = {"n": line.id, "in": line.where, "at": line.at.isoformat()}
    if line.by:
        drawn["by"] = line.by
        drawn["name"] = names.shown(names_of.get(line.by, ""), line.by)
    if line.pressed:
        drawn["pressed"] = True
    if line.reader and not line.by:
        drawn["alone"] = True
    drawn["said"] = spans(text.render(message) if numbered else message.text, line.at, zone)
    if message.buttons and not (numbered and message.aside):
        drawn["choices"] = [[harmless(str(one.label)), one.id, one.style] for one in message.buttons]
    if numbered:
        drawn["numbered"] = True
    if message.files:
        drawn["files"] = [file.name for file in message.files]
    if line.sends:
        drawn["form"] = line.sends
        drawn["fields"] = [
            {
                **{"name": field.name, "label": harmless(str(field.label)), "value": field.default},
                **{"optional": field.optional, "long": field.multiline, "limit": field.limit},
            }
            for field in line.fields
        ]
    return drawn
