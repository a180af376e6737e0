"""Wishes: what people say, and the door that serves it. Nothing is done by a wish, a door is opened.

The table is content/wishes.toml. Rules come before any nearness: a door that ends something opens by a whole line
alone, and nothing is near across a not or beside a word of distress. Words for help are looked for before all of it,
see ``bot.words.help_words``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from bot.errors import FatalError
from bot.words.files import CONTENT, Entry, read
from bot.words.help_words import plain

FILE: Final = CONTENT / "wishes.toml"

LONGEST: Final = 90
"""Characters of a line that can be a wish. What is longer is somebody's own words."""

NEAR: Final = 86
"""From here on, of 100, a line is near."""

MARGIN: Final = 6
"""By so much the nearest wish must be nearer than any other; else both are offered."""

FEW_WORDS: Final = 9
"""In a line of more words, one of them says nothing about the whole."""

MOST_DOORS: Final = 4

SLOTS: Final = {"time": r"(?:\d[\w:. ]{0,10}?|noon|midnight)", "place": r"[\w:/. -]{2,40}?", "until": r"[\w:. ]{2,30}?"}
"""What a line may leave open, and how that can look."""

_APOSTROPHES: Final = re.compile("['’‘ʼ`´]")
_SLOT: Final = re.compile(r"\{(\w+)\}")

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


@dataclass(frozen=True)
class Found:
    """What a line wishes for: one wish, or two that it may mean. ``whole``: by a whole line, not by nearness."""

    wishes: tuple[Wish, ...]
    whole: bool
    filled: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """The wishes of one language, as ``plain`` leaves their lines."""

    lines: Mapping[str, Wish]
    near: Mapping[str, Wish]
    about: Mapping[str, Wish]
    slots: tuple[tuple[re.Pattern[str], Wish], ...]
    filler: frozenset[str]
    held: re.Pattern[str]
    """Beside one of these words nothing is near."""


def find(line: str, table: Table | None = None) -> Found | None:
    """The wish of a line; None where there is none, or where no one wish is clearly nearest."""
    if len(line) > LONGEST:
        return None
    table = table or shipped()
    said = plain(line)
    return _whole(table, said) or _whole(table, _bare(table, said)) or _open(table, line) or _near(table, said)


def _whole(table: Table, said: str) -> Found | None:
    wish = table.lines.get(said)
    return Found((wish,), whole=True) if wish else None


def _bare(table: Table, said: str) -> str:
    """Without the words at either end that only say it kindly; as it was if those were all."""
    for _round in range(4):
        for filler in table.filler:
            said = said.removeprefix(filler + " ").removesuffix(" " + filler)
    return said


def _open(table: Table, line: str) -> Found | None:
    """What is filled in stays as it was typed: "8:30" is no "8 30"."""
    said = " ".join(_APOSTROPHES.sub("", line.casefold()).strip(" .!?").split())
    for written in dict.fromkeys((said, _bare(table, said))):
        for pattern, wish in table.slots:
            if found := pattern.fullmatch(written):
                return Found((wish,), whole=True, filled=found.groupdict())
    return None


def _near(table: Table, said: str) -> Found | None:
    if not said or table.held.search(said):
        return None
    from rapidfuzz import fuzz, process  # 8 ms that no start has to wait for

    bare = _bare(table, said)
    scores = process.extract(bare, table.near.keys(), scorer=fuzz.ratio, limit=None, score_cutoff=NEAR - MARGIN)
    best: dict[str, float] = {}
    for line, score, _at in scores:
        name = table.near[line].name
        best[name] = max(score, best.get(name, 0))
    ranked = sorted(best.items(), key=lambda one: -one[1])
    if ranked and ranked[0][1] >= NEAR:
        close = [name for name, score in ranked if score > ranked[0][1] - MARGIN]
        wishes = {wish.name: wish for wish in table.near.values()}
        return Found(tuple(wishes[name] for name in close[:2]), whole=False) if len(close) < 3 else None
    return _about(table, bare)


def _about(table: Table, bare: str) -> Found | None:
    words = bare.split()
    meant = list(dict.fromkeys(wish for word in words if (wish := table.about.get(word))))
    return Found(tuple(meant), whole=False) if len(words) <= FEW_WORDS and 0 < len(meant) < 3 else None


def doors(found: Found) -> list[tuple[str, str]]:
    """The doors to show as buttons: the label, which may leave the same open as the line, and the command."""
    both = [door for wish in found.wishes for door in (wish.doors if len(found.wishes) == 1 else wish.doors[:1])]
    return [(label, _fill(door, found.filled)) for door, label in dict.fromkeys(both)][:MOST_DOORS]


def _fill(words: str, filled: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda slot: filled[slot[1]], words)


# -- the file ---------------------------------------------------------------------------------------------------------


def load(path: Path = FILE) -> Table:
    """The file, checked. FatalError, one sentence, at the first mistake."""
    whole = read(path)
    entry = Entry(path.name, "[en]", whole.table("en"))
    entry.only("filler", "not", "distress", "doors", "wish")
    labels = {door: str(label) for door, label in entry.table("doors").items()}
    held = _words((*entry.texts("not"), *entry.texts("distress")))
    lines: dict[str, Wish] = {}
    near: dict[str, Wish] = {}
    about: dict[str, Wish] = {}
    slots: list[tuple[re.Pattern[str], Wish]] = []
    for fields in entry.tables("wish"):
        row = Entry(path.name, f"wish '{fields.get('name', '?')}'", fields)
        wish = _wish(row, labels)
        for written in (*row.texts("lines"), *row.texts("near")):
            if _SLOT.search(written):
                slots.append((_pattern(row, written), wish))
            else:
                _put(row, lines, written, wish)
        for written in row.texts("near"):
            _put(row, near, written, wish)
        for written in row.texts("about"):
            _put(row, about, written, wish)
    filler = frozenset(map(plain, entry.texts("filler")))
    return Table(lines, near, about, tuple(slots), filler, held)


def _wish(row: Entry, labels: Mapping[str, str]) -> Wish:
    row.only("name", "doors", "labels", "says", "ends", "small", "lines", "near", "about")
    ends, small = (row.fields.get(flag) is True for flag in ("ends", "small"))
    doors, own = row.texts("doors"), row.texts("labels")
    if not doors or any(door not in labels for door in doors):
        raise row.wrong("give 'doors' one or more of those named in [en.doors].")
    if own and len(own) != len(doors):
        raise row.wrong("give 'labels' as many as there are doors, or leave it out.")
    called = own or tuple(labels[door] for door in doors)
    wish = Wish(row.text("name"), tuple(zip(doors, called, strict=True)), row.optional_text("says"), ends, small)
    if wish.ends and (row.texts("near") or row.texts("about")):
        raise row.wrong("a door that ends something opens by whole lines alone; move 'near' and 'about' to 'lines'.")
    if (wish.ends or len(wish.doors) > 1) and not wish.says:
        raise row.wrong("give 'says' a sentence: there is more than one door, or one that ends something.")
    return wish


def _put(row: Entry, where: dict[str, Wish], written: str, wish: Wish) -> None:
    said = plain(written)
    if where.get(said, wish) is not wish:
        raise row.wrong(f"'{written}' stands with '{where[said].name}' already; a line has one wish.")
    where[said] = wish


def _pattern(row: Entry, written: str) -> re.Pattern[str]:
    parts = _SLOT.split(written)
    if any(slot not in SLOTS for slot in parts[1::2]):
        raise row.wrong(f"'{written}' leaves something open that is none of {', '.join(SLOTS)}.")
    fixed = [re.escape(plain(part)) for part in parts[::2]]
    opened = [f"(?P<{slot}>{SLOTS[slot]})" for slot in parts[1::2]]
    spaced = [" ?".join((one, opening)) for one, opening in zip(fixed, opened, strict=False)]
    return re.compile(" ?".join((*spaced, *fixed[len(opened) :])))


def _words(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(re.escape(plain(word)) for word in words)})\b")


@cache
def shipped() -> Table:
    """What the file holds, read at the first use and kept; no wishes at all if it cannot be used. Never raises."""
    try:
        return load()
    except FatalError as error:
        log.error("no wishes are understood: %s", error)
        return Table({}, {}, {}, (), frozenset(), re.compile("$^"))
