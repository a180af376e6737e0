"""Messages as the content of Matrix events: plain words, the same as HTML, and nothing in them that pings or links."""

from __future__ import annotations

import html
import json
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from bot.clocks.times import friendly_date, friendly_instant, friendly_time, local_day
from bot.incoming import text
from bot.incoming.standing.questions import Pointed
from bot.messages import File, Mark, Message, Part, Plain, Text, When, Who
from bot.words import names

Content: TypeAlias = dict[str, Any]

KEY = "kith.key"
"""The field that names a delivery, so that it can be found again in the history."""

BUTTONS = "kith.buttons"
"""The field with a message's choices, [label, id] each: what a reaction or a reply to it means."""

TYPED = "kith.typed"
"""The field with the id of what takes the words of a reply."""

LARGEST = 40_000
"""Bytes of text in one event, words and HTML together. Encrypted they grow by a third, and 65,536 is Matrix's limit."""

LONGEST_LINE = 1000
"""Characters after which a line is cut, where there is no better place."""

PING = re.compile(r"://|www(?=\.)|\bmatrix:|[@#!](?=\S+:)|@(?=room\b)|(?<=\w)\.(?=[^\W\d_]{2})", re.IGNORECASE)
"""Links, people, rooms, everybody; and names with a dot, which apps make links of even without a scheme."""

APART = "\u2060"
"""WORD JOINER: nothing to see, but no app makes a link or a mention of what has it inside."""

KEYCAP = re.compile(r"([1-9])\ufe0f?\u20e3\ufe0f?")


@dataclass(frozen=True)
class Reading:
    """For whose eyes a text is drawn: when they read it, and on which clock."""

    now: datetime
    zone: ZoneInfo
    shared: bool = False


def contents(message: Message, reading: Reading, key: str = "", *, notify: bool = False) -> list[Content]:
    """The events of a message, one unless it is very long. Only the last has ``key``: it is there if all of them are.

    ``notify``: apps ring for it as for a person's message. Otherwise it is a notice, which by default they do not.
    """
    pieces = list(_pieces(_without_pings(text.render(message))))
    made = [_content(piece, reading, notify) for piece in pieces]
    if key:
        made[-1][KEY] = key
    if message.buttons:
        made[-1][BUTTONS] = [[str(button.label), button.id] for button in message.buttons]
    if message.typed:
        made[-1][TYPED] = message.typed.id
    return made


def pointed(content: Content) -> Pointed | None:
    """What a reply to a message with this content can mean there; None where it asks nothing."""
    choices = tuple((str(label), str(id_)) for label, id_ in content.get(BUTTONS, []))
    typed = str(content.get(TYPED, ""))
    return Pointed(choices, typed) if choices or typed else None


def choice(content: Content, answer: str) -> str | None:
    """The button's id that ``answer`` to a message with this content means: a number, a keycap emoji or the words."""
    found = pointed(content)
    keycap = KEYCAP.fullmatch(answer.strip())
    number = keycap[1] if keycap else "10" if answer.strip() == "🔟" else answer
    return text.chosen(list(found.choices), number) if found else None


def files(message: Message, reading: Reading) -> tuple[File, ...]:
    """The files of a message, with the words of pictures as they will be said."""
    return tuple(replace(file, alt=Text(_body(file.alt.parts, reading))) for file in message.files)


def file_content(file: File, source: Content) -> Content:
    """A file's event. ``source`` says where it is: ``url``, or ``file`` with the keys to open it."""
    said: Content = {"msgtype": "m.file", "body": file.name, "info": {"size": len(file.content)}}
    if file.alt:
        width, height = struct.unpack(">II", file.content[16:24])  # where a PNG says how large it is
        shape = {"mimetype": "image/png", "w": width, "h": height, "size": len(file.content)}
        said = {"msgtype": "m.image", "body": str(file.alt), "info": shape}
    return said | {"filename": file.name, "m.mentions": {}} | source


def _content(said: Text, reading: Reading, notify: bool) -> Content:
    return {
        "msgtype": "m.text" if notify else "m.notice",
        "body": _body(said.parts, reading),
        "format": "org.matrix.custom.html",
        "formatted_body": _html(said.parts, reading),
        "m.mentions": {},
    }


def _body(parts: Iterable[Part], reading: Reading) -> str:
    return "".join(part.replace("**", "") if isinstance(part, str) else _live(part, reading) for part in parts)


def _html(parts: Iterable[Part], reading: Reading) -> str:
    """Our own sentences may be **bold** or `code`; everything else is escaped."""
    tags = {"**": "strong", "`": "code"}
    opened: list[str] = []
    drawn = []
    for part in parts:
        if not isinstance(part, str):
            drawn.append(_lines(_live(part, reading)))
            continue
        for token in re.split(r"(\*\*|`)", part):
            tag = tags.get(token)
            if tag is None:
                drawn.append(_lines(token))
            elif tag in opened:
                drawn.append(f"</{tag}>")
                opened.remove(tag)
            else:
                drawn.append(f"<{tag}>")
                opened.append(tag)
    drawn += [f"</{tag}>" for tag in reversed(opened)]
    return "".join(drawn)


def _lines(words: str) -> str:
    return html.escape(words).replace("\n", "<br>")


def _live(part: Plain | When | Who | Mark, reading: Reading) -> str:
    if isinstance(part, When):
        return _when(part, reading)
    if isinstance(part, Mark):
        return ""
    return part.words if isinstance(part, Plain) else harmless(names.shown(part.member.name, part.member.id))


def _without_pings(said: Text) -> Text:
    """People's words made harmless before they are cut, as a cut may go through a link."""
    return Text(*(Plain(harmless(part.words)) if type(part) is Plain else part for part in said.parts))


def harmless(words: str) -> str:
    """A person's words, looking as they were typed, but no app makes a link, a mention or a pill of them."""
    return PING.sub(lambda found: found[0][:1] + APART + found[0][1:], words)


def _when(part: When, reading: Reading) -> str:
    local = part.instant.astimezone(reading.zone)
    if part.style == "time":
        said = str(friendly_time(local.time()))
    elif part.style == "day":
        said = str(friendly_date(local.date(), local_day(reading.now, reading.zone)))
    else:
        said = str(friendly_instant(part.instant, reading.now, reading.zone))
    said = f"{said} ({reading.zone.key})" if reading.shared else said
    return f"{part.there} ({said})" if part.there else said


def _pieces(said: Text) -> Iterator[Text]:
    """A text in pieces that fit an event, cut at the ends of lines where there are any."""
    piece: list[Part] = []
    size = 0
    for part in _lines_of(said):
        words = str(Text(part))
        cost = len(json.dumps(words)) + len(json.dumps(_lines(words)))
        if piece and size + cost > LARGEST:
            yield Text(*piece)
            piece, size = [], 0
        piece.append(part)
        size += cost
    yield Text(*piece)


def _lines_of(said: Text) -> Iterator[Part]:
    for part in said.parts:
        if isinstance(part, str):
            yield from _cut(part)
        elif isinstance(part, Plain):
            yield from map(Plain, _cut(part.words))
        else:
            yield part


def _cut(words: str) -> Iterator[str]:
    for line in words.splitlines(keepends=True) or [words]:
        yield from (line[start : start + LONGEST_LINE] for start in range(0, max(len(line), 1), LONGEST_LINE))
