"""Reads the files of content/, and says in one sentence what is wrong with one of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from bot.errors import FatalError

CONTENT = Path(__file__).resolve().parents[2] / "content"
SCHEMA = 1

T = TypeVar("T", bound=str)


class Entry:
    """One table of a content file. Its methods return checked fields, or raise a FatalError that names the cure."""

    def __init__(self, file: str, name: str, fields: Mapping[str, object]) -> None:
        self.file = file
        self.name = name
        self.fields = fields

    def wrong(self, cure: str) -> FatalError:
        """The error to raise: ``cure`` says what is the matter and what to do."""
        return FatalError(f"{self.file}, {self.name}: {cure}")

    def only(self, *known: str) -> None:
        """Refuse a field nobody reads: it is a typing mistake, and would silently do nothing."""
        for field in self.fields:
            if field not in known:
                raise self.wrong(f"'{field}' is not a field here; use one of {', '.join(known)}.")

    def text(self, field: str) -> str:
        """A sentence or word that must be there."""
        value = self.fields.get(field)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f"give '{field}' a text in quotation marks.")
        return value

    def optional_text(self, field: str) -> str:
        """A text, or "" where the field is empty or left out."""
        return self.text(field) if self.fields.get(field, "") != "" else ""

    def one_of(self, field: str, allowed: Sequence[T]) -> T:
        """One of a fixed set of words."""
        value = self.fields.get(field)
        for word in allowed:
            if value == word:
                return word
        raise self.wrong(f"set '{field}' to one of {', '.join(allowed)}.")

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts without repeats; empty where the field is left out."""
        value = self.fields.get(field, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.wrong(f"write '{field}' as a list of texts.")
        if len(set(value)) != len(value):
            raise self.wrong(f"'{field}' names the same thing twice; take one out.")
        return tuple(value)

    def day(self, field: str) -> date:
        """A calendar date."""
        value = self.fields.get(field)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.wrong(f"write '{field}' as a date like 2027-05-21.")
        return value

    def tables(self, field: str) -> tuple[Mapping[str, object], ...]:
        """A list of tables; empty where the field is left out."""
        value = self.fields.get(field, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(f"write '{field}' as a list of tables.")
        return tuple(value)

    def table(self, field: str) -> Mapping[str, object]:
        """A table of names and values; empty where the field is left out."""
        value = self.fields.get(field, {})
        if not isinstance(value, dict):
            raise self.wrong(f"write '{field}' as a table.")
        return value


def read(path: Path) -> Entry:
    """The whole file as one entry. FatalError if it is missing, is not TOML, or belongs to another version of Kith."""
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FatalError(f"{path.name} cannot be read ({error.strerror}); put it back into {path.parent}.") from error
    except ValueError as error:  # tomllib's errors and broken UTF-8
        raise FatalError(f"{path.name} is not valid TOML ({error}); correct that place.") from error
    whole = Entry(path.name, "the whole file", fields)
    if whole.table("meta").get("schema") != SCHEMA:
        raise Entry(path.name, "[meta]", {}).wrong(f"this version of Kith reads schema = {SCHEMA}; use its own file.")
    return whole
