"""The table of wishes, content/wishes.toml: read, checked and kept."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from bot.errors import FatalError
from bot.words.files import CONTENT, Entry, read
from bot.words.help_words import plain
from bot.words.wishing.likeness import Likeness

FILE: Final = CONTENT / "wishes.toml"

SLOTS: Final = {
    "time": r"(?:\d[\w:. ]{0,10}?|noon|midnight)",
    "place": r"[\w:/. -]{2,40}?",
    "until": r"[\w:. ]{2,30}?",
    "clock": r"\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)|\d{1,2}[:.]\d\d(?: ?h)?",
    "who": r"@?[\w.-]{2,32}",
}
"""What a line may leave open, and how that can look."""

SLOT: Final = re.compile(r"\{(\w+)\}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wish:
    """One row. ``doors`` are commands with the words on their buttons; ``says`` is "" where the first opens at once."""

    name: str
    doors: tuple[tuple[str, str], ...]
    says: str = ""
    ends: bool = False
    small: bool = False
    """To a question that stands open it is an answer and nothing more."""
    member: str = ""
    """What a whole line opens at once for somebody who is known: a door that only shows what they have."""


@dataclass(frozen=True)
class Table:
    """The wishes of one language, as ``plain`` leaves their lines."""

    lines: Mapping[str, Wish]
    means: tuple[tuple[Sequence[frozenset[str]], Wish], ...]
    """Sets of words: a line means the wish if it has one word, or phrase, of each."""
    words: Mapping[str, int]
    """Every single word, which a slip in typing is led back to, and how often it stands: the most used first."""
    like: Likeness
    mild: Mapping[str, Wish]
    """What a line that is like one is shown, by name: each wish with those of its doors that end nothing."""
    exact: tuple[tuple[re.Pattern[str], Wish], ...]
    slots: tuple[tuple[re.Pattern[str], Wish], ...]
    filler: re.Pattern[str]
    asking: re.Pattern[str]
    wanting: re.Pattern[str]
    held: re.Pattern[str]
    """Beside one of these words nothing is near."""
    short: Mapping[str, str]
    """What phones make of words, and the words."""
    desk: Table | None = None
    """What moderators wish for besides, as a table of its own."""


def load(path: Path = FILE) -> Table:
    """The file, checked. FatalError, one sentence, at the first mistake."""
    whole = read(path)
    entry = Entry(path.name, "[en]", whole.table("en"))
    entry.only("filler", "asking", "wanting", "not", "distress", "short", "words", "doors", "ending", "wish")
    labels = {door: str(label) for door, label in entry.table("doors").items()}
    short = _short(entry)
    classes = _classes(path.name, entry, short)
    entries = [Entry(path.name, f"wish '{fields.get('name', '?')}'", fields) for fields in entry.tables("wish")]
    rows = [Row(one, _wish(one, labels), short, classes) for one in entries]
    desk = [row for row in rows if row.entry.fields.get("moderators") is True]
    others = [row for row in rows if row not in desk]
    return replace(_table(entry, others, others), desk=_table(entry, desk, rows))


@dataclass(frozen=True)
class Row:
    """A wish as it is written, with the words that all rows share."""

    entry: Entry
    wish: Wish
    short: Mapping[str, str]
    classes: Mapping[str, Sequence[str]]

    @property
    def served(self) -> bool:
        """Is it more than a small word, which nothing else is like?"""
        return self.wish.ends or bool(self.entry.texts("means"))

    def written(self, field: str, *, open_: bool) -> list[str]:
        """What stands in a field and leaves something open, or what leaves nothing open."""
        return [one for one in self.entry.texts(field) if bool(SLOT.search(one)) is open_]

    def means(self) -> list[Sequence[frozenset[str]]]:
        return [_sets(self.entry, written, self.classes, self.short) for written in self.entry.texts("means")]

    def said(self) -> list[Iterable[str]]:
        """All that leads here, as words."""
        exact = [re.sub(r"\[[^]]*\]", "", one) for one in self.written("exact", open_=False)]
        return [
            *([in_full(self.short, plain(one))] for one in self.written("lines", open_=False)),
            *([word for one in sets for word in one] for sets in self.means()),
            *([in_full(self.short, plain(word)) for word in re.split(r"[()| ]+", one)] for one in exact),
        ]


def in_full(short: Mapping[str, str], said: str) -> str:
    return " ".join(short.get(word, word) for word in said.split())


def _short(shared: Entry) -> dict[str, str]:
    return {plain(word): plain(str(full)) for word, full in shared.table("short").items()}


def _table(shared: Entry, rows: Sequence[Row], beside: Sequence[Row]) -> Table:
    """These rows; ``beside``: all that a line may be like instead."""
    short, ending = _short(shared), shared.texts("ending")
    lines: dict[str, Wish] = {}
    for row in rows:
        for written in row.written("lines", open_=False):
            _put(row, lines, written)
    said = [(row.wish.name, words) for row in beside for words in row.said()]
    return Table(
        lines,
        tuple((sets, row.wish) for row in rows for sets in row.means()),
        dict(Counter(word for _wish, words in said for one in words for word in one.split()).most_common()),
        Likeness(said),
        {row.wish.name: mild for row in rows if row.served and (mild := _mild(row.wish, ending)).doors},
        tuple((_alternatives(row, one), row.wish) for row in rows for one in row.written("exact", open_=False)),
        tuple(
            (_alternatives(row, one), row.wish)
            for row in rows
            for one in (*row.written("lines", open_=True), *row.written("exact", open_=True))
        ),
        _ends(shared.texts("filler"), short, at="both"),
        _ends(shared.texts("asking"), short),
        _ends(shared.texts("wanting"), short),
        _words((*shared.texts("not"), *shared.texts("distress"))),
        short,
    )


def _mild(wish: Wish, ending: Sequence[str]) -> Wish:
    """With the doors that end nothing and leave nothing open."""
    return replace(
        wish, doors=tuple(one for one in wish.doors if one[0] not in ending and "{" not in one[0]), ends=False
    )


def _ends(words: Sequence[str], short: Mapping[str, str], at: str = "first") -> re.Pattern[str]:
    """Any of the words, as often as they stand first in a line, or at both of its ends."""
    either = "|".join(re.escape(in_full(short, plain(one))) for one in sorted(words, key=len, reverse=True)) or "(?!)"
    return re.compile(rf"^(?:(?:{either}) )+" + (rf"|(?: (?:{either}))+$" if at == "both" else ""))


def _classes(file: str, entry: Entry, short: Mapping[str, str]) -> dict[str, list[str]]:
    table = Entry(file, "[en.words]", entry.table("words"))
    return {name: [in_full(short, plain(word)) for word in table.texts(name)] for name in table.fields}


def _sets(
    row: Entry, written: str, classes: Mapping[str, Sequence[str]], short: Mapping[str, str]
) -> list[frozenset[str]]:
    sets = []
    for token in written.split():
        words: set[str] = set()
        for one in token.split("|"):
            if one.startswith("<") and one[1:-1] not in classes:
                raise row.wrong(f"'{written}' names {one}, which is not in [en.words].")
            words.update(classes[one[1:-1]] if one.startswith("<") else [in_full(short, plain(one))])
        sets.append(frozenset(words))
    return sets


def _alternatives(row: Row, written: str) -> re.Pattern[str]:
    """``(a|b)`` is either, ``[a|b]`` either or nothing. To be matched against a line with a space behind it."""
    pattern = ""
    for must, may, slot, word in re.findall(r"\(([^()\[\]]+)\)|\[([^()\[\]]+)\]|\{(\w+)\}|([^()\[\]{}\s]+)", written):
        if slot and slot not in SLOTS:
            raise row.entry.wrong(f"'{written}' leaves something open that is none of {', '.join(SLOTS)}.")
        either = "|".join(re.escape(in_full(row.short, plain(one))) for one in (must or may or word).split("|"))
        pattern += f"(?P<{slot}>{SLOTS[slot]}) ?" if slot else f"(?:(?:{either}) )" + ("?" if may else "")
    if re.sub(r"\([^()]*\)|\[[^\[\]]*\]|\{\w+\}", "", written).strip("abcdefghijklmnopqrstuvwxyz' "):
        raise row.entry.wrong(f"close what is open in '{written}'.")
    return re.compile(pattern)


def _wish(row: Entry, labels: Mapping[str, str]) -> Wish:
    row.only("name", "doors", "labels", "says", "member", "ends", "small", "lines", "means", "exact", "moderators")
    ends, small = (row.fields.get(flag) is True for flag in ("ends", "small"))
    doors, own = row.texts("doors"), row.texts("labels")
    if not doors or any(door not in labels for door in doors):
        raise row.wrong("give 'doors' one or more of those named in [en.doors].")
    if own and len(own) != len(doors):
        raise row.wrong("give 'labels' as many as there are doors, or leave it out.")
    called = own or tuple(labels[door] for door in doors)
    says, member = row.optional_text("says"), row.optional_text("member")
    if member and member not in labels:
        raise row.wrong("give 'member' one of those named in [en.doors].")
    wish = Wish(row.text("name"), tuple(zip(doors, called, strict=True)), says, ends, small, member)
    if wish.ends and row.texts("means"):
        raise row.wrong("a door that ends something opens by whole lines alone; move 'means' to 'lines'.")
    if (wish.ends or len(wish.doors) > 1) and not wish.says:
        raise row.wrong("give 'says' a sentence: there is more than one door, or one that ends something.")
    return wish


def _put(row: Row, lines: dict[str, Wish], written: str) -> None:
    said = in_full(row.short, plain(written))
    if lines.get(said, row.wish) is not row.wish:
        raise row.entry.wrong(f"'{written}' stands with '{lines[said].name}' already; a line has one wish.")
    lines[said] = row.wish


def _words(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(re.escape(plain(word)) for word in words)})\b")


@cache
def shipped() -> Table:
    """What the file holds, read at the first use and kept; no wishes at all if it cannot be used. Never raises."""
    try:
        return load()
    except FatalError as error:
        log.error("no wishes are understood: %s", error)
        return _table(Entry(FILE.name, "[en]", {}), (), ())
