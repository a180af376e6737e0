"""What stands in the chats of the page, line by line, and how it is written into the file that outlives a restart."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.incoming import parameters
from bot.messages import Button, Field, File, Form, Mark, Member, Message, Option, Part, Plain, Text, When, Who


@dataclass(frozen=True)
class Line:
    """One line of a chat. ``where`` is its channel; ``reader`` the one member who sees it, "" for all who are there.

    ``by`` is the member who wrote it, "" for Kith. ``pressed``: they did not write, they chose. ``numbered``: its
    choices are a list to be answered by numbers. ``form``: one that is shown whole, or that
    was sent.
    """

    id: int
    where: str
    at: datetime
    reader: str = ""
    by: str = ""
    pressed: bool = False
    message: Message = field(default_factory=lambda: Message(Text()))
    key: str = ""
    numbered: bool = False
    form: Form | None = None


class Kept:
    """A file to which each change of the chats is added as a line of JSON. One that was cut short is let go of."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Iterator[dict[str, Any]]:
        if not self._path.exists():
            return
        *whole, cut = self._path.read_bytes().split(b"\n")
        if cut:  # what a killed process had not finished
            self._path.write_bytes(b"".join(line + b"\n" for line in whole))
        yield from (json.loads(line) for line in whole)

    def add(self, change: Mapping[str, Any]) -> None:
        with self._path.open("ab") as file:
            file.write(json.dumps(change, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def written(line: Line) -> dict[str, Any]:
    message = line.message
    return {
        **{"id": line.id, "where": line.where, "at": line.at.isoformat(), "reader": line.reader, "by": line.by},
        **{"pressed": line.pressed, "key": line.key, "numbered": line.numbered},
        "text": _parts(message.text),
        "buttons": [_button(button) for button in message.buttons],
        "typed": _button(message.typed) if message.typed else None,
        "files": [[one.name, base64.b64encode(one.content).decode(), _parts(one.alt)] for one in message.files],
        "private": message.private,
        "aside": message.aside,
        "form": _form(line.form) if line.form else None,
    }


def read(kept: Mapping[str, Any]) -> Line:
    message = Message(
        _text(kept["text"]),
        tuple(_pressable(*button) for button in kept["buttons"]),
        tuple(File(name, base64.b64decode(content), _text(alt)) for name, content, alt in kept["files"]),
        private=kept["private"],
        typed=_pressable(*kept["typed"]) if kept["typed"] else None,
        aside=kept["aside"],
    )
    line = Line(kept["id"], kept["where"], datetime.fromisoformat(kept["at"]), kept["reader"], kept["by"])
    rest = {name: kept[name] for name in ("pressed", "key", "numbered")}
    return replace(line, message=message, form=_read_form(**kept["form"]) if kept["form"] else None, **rest)


def _form(form: Form) -> dict[str, Any]:
    fields = [
        [
            *(one.name, _parts(one.label), parameters.name(one.kind), one.default, one.optional, one.multiline),
            *(one.limit, _parts(one.note), [[_parts(choice.label), choice.value] for choice in one.choices]),
        ]
        for one in form.fields
    ]
    rest = {"title": _parts(form.title), "note": _parts(form.note)}
    return {"fields": fields, "submit": form.submit, "value": form.value, "row": form.row, **rest}


def _read_form(fields: list[list[Any]], title: list[Any], note: list[Any], **rest: str) -> Form:
    asked = tuple(
        Field(
            *(name, _text(label), parameters.named(kind), default, optional, multiline, limit),
            note=_text(small),
            choices=tuple(Option(_text(words), value) for words, value in choices),
        )
        for name, label, kind, default, optional, multiline, limit, small, choices in fields
    )
    return Form(_text(title), asked, note=_text(note), **rest)


def _button(button: Button) -> list[Any]:
    return [_parts(button.label), button.action, button.value, button.style, button.row]


def _pressable(label: Sequence[Any], action: str, value: str, style: Any, row: str) -> Button:
    return Button(_text(label), action, value, style, row)


def _parts(text: Text) -> list[Any]:
    return [_part(part) for part in text.parts if not isinstance(part, Mark)]


def _part(part: Part) -> Any:
    if isinstance(part, Plain):
        return {"plain": part.words}
    if isinstance(part, When):
        return {"when": part.instant.isoformat(), "style": part.style, "there": part.there}
    if isinstance(part, Who):
        return {"who": [part.member.platform, part.member.id, part.member.name]}
    return part


def _text(parts: Sequence[Any]) -> Text:
    return Text(*(_read_part(part) for part in parts))


def _read_part(part: Any) -> Part:
    if isinstance(part, str):
        return part
    if "plain" in part:
        return Plain(part["plain"])
    if "when" in part:
        return When(datetime.fromisoformat(part["when"]), part["style"], part.get("there", ""))
    return Who(Member(*part["who"]))
