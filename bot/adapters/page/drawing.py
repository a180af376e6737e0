"""Draws what stands in a chat as plain values for a page: words and how they are set, never markup of the page's."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.adapters.local.drawing import harmless, live
from bot.adapters.page.lines import Line
from bot.incoming import parameters, text
from bot.incoming.lines import choosing
from bot.incoming.parameters import One, Whom
from bot.messages import Field, Member, Option, Text, plain
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
        for token in _MARKUP.split(part) if isinstance(part, str) else [live(part, now, zone)]:
            if isinstance(part, str) and token in _TAGS:
                opened = "" if opened == _TAGS[token] else opened or _TAGS[token]
            elif token:
                drawn.append([opened, token] if opened else token)
    return drawn


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
    if files := [file.name for file in message.files if not file.alt]:
        drawn["files"] = files
    if pictures := [file for file in message.files if file.alt]:
        drawn["pictures"] = [
            [one.name, harmless(str(one.alt)), base64.b64encode(one.content).decode("ascii")] for one in pictures
        ]
    if line.form:
        drawn["form"] = line.form.id
    if line.form and not line.by:
        drawn["note"] = spans(line.form.note, line.at, zone)
        drawn["fields"] = [_question(field, names_of) for field in line.form.fields]
    return drawn


def _question(field: Field, names_of: Mapping[str, str]) -> Frame:
    """How a field is asked: in ``words``, of which some are offered, or by choosing ``one`` or ``some``."""
    offered = choosing.offered(field)
    how = "words" if not choosing.is_closed(field) else "one" if field.kind is One else "some"
    if field.kind in (Member, Whom):
        offered = tuple(Option(plain(id_), name) for id_, name in names_of.items())
    kind = parameters.of(field.kind)
    return {
        **{"name": field.name, "label": harmless(str(field.label)), "value": field.default, "how": how},
        **{"optional": field.optional, "long": field.multiline, "limit": field.limit},
        **{"note": harmless(str(field.note)), "example": "" if kind.name == "text" else str(kind.what())},
        **{"choices": [[harmless(str(one.label)), one.value] for one in offered]},
        **{"chosen": sorted(choosing.chosen(field)) if how != "words" else []},
    }
