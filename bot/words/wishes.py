"""Wishes: what people say, and the door that serves it. Nothing is done by a wish, a door is opened.

The table is content/wishes.toml. Rules come before any nearness: a door that ends something opens by a whole line
alone, and nothing is near across a not or beside a word of distress. Words for help are looked for before all of it,
see ``bot.words.help_words``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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

FEW_WORDS: Final = 11
"""In a line of more words, a few of them say nothing about the whole."""

LONG_WORD, SLIP = 5, 85
"""From so many letters on, a word that is so near, of 100, to one of the table is taken for it."""

MOST_DOORS: Final = 4

SLOTS: Final = {
    "time": r"(?:\d[\w:. ]{0,10}?|noon|midnight)",
    "place": r"[\w:/. -]{2,40}?",
    "until": r"[\w:. ]{2,30}?",
    "clock": r"\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)|\d{1,2}[:.]\d\d(?: ?h)?",
    "who": r"@?[\w.-]{2,32}",
}
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
    member: str = ""
    """What a whole line opens at once for somebody who is known: a door that only shows what they have."""


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
    means: tuple[tuple[Sequence[frozenset[str]], Wish], ...]
    """Sets of words: a line means the wish if it has one word, or phrase, of each."""
    words: frozenset[str]
    """Every single word of ``means``, which a slip in typing is led back to."""
    exact: tuple[tuple[re.Pattern[str], Wish], ...]
    slots: tuple[tuple[re.Pattern[str], Wish], ...]
    filler: frozenset[str]
    held: re.Pattern[str]
    """Beside one of these words nothing is near."""
    short: Mapping[str, str]
    """What phones make of words, and the words."""
    desk: Table | None = None
    """What moderators wish for besides, as a table of its own."""


def find(line: str, *, filled: bool = True, desk: bool = False) -> Found | None:
    """The wish of a line; None where there is none, or where no one wish is clearly nearest.

    ``filled``: also what leaves something open, with whatever stands there. ``desk``: of moderators alone.
    """
    table = shipped().desk if desk else shipped()
    if table is None or len(line) > LONGEST:
        return None
    said = _in_full(table.short, plain(line))
    bare = _bare(table, said)
    whole = _whole(table, said) or _whole(table, bare) or _whole(table, f"i {bare}")  # as many leave it out
    return whole or (_open(table, line) if filled else None) or _near(table, said)


def is_held(line: str) -> bool:
    """Does a not, or a word of distress, stand in it? Then nothing is near to it, no command either."""
    return shipped().held.search(plain(line)) is not None


def _in_full(short: Mapping[str, str], said: str) -> str:
    return " ".join(short.get(word, word) for word in said.split())


def _whole(table: Table, said: str) -> Found | None:
    wish = table.lines.get(said) or next((one for pattern, one in table.exact if pattern.fullmatch(said + " ")), None)
    return Found((wish,), whole=True) if wish else None


def _bare(table: Table, said: str) -> str:
    """Without the words at either end that only say it kindly; as it was if those were all."""
    for _round in range(4):
        for filler in table.filler:
            said = said.removeprefix(filler + " ").removesuffix(" " + filler)
    return said


def _open(table: Table, line: str) -> Found | None:
    """What is filled in stays as it was typed: "8:30" is no "8 30"."""
    said = _in_full(table.short, _APOSTROPHES.sub("", line.casefold()).strip(" .!?"))
    for written in dict.fromkeys((said, _bare(table, said))):
        for pattern, wish in table.slots:
            if found := pattern.fullmatch(written + " "):
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
        if len(close) < 3:
            return Found(tuple(wishes[name] for name in close), whole=False)
    return _means(table, said)


def _means(table: Table, said: str) -> Found | None:
    """The wish of which the most words stand in the line; two that have as many are both meant."""
    words = [_spelled(table, word) for word in said.split()]
    if len(words) > FEW_WORDS:
        return None
    spaced = f" {' '.join(words)} "
    most: dict[Wish, int] = {}
    for sets, wish in table.means:
        if all(any(f" {word} " in spaced for word in one) for one in sets):
            most[wish] = max(len(sets), most.get(wish, 0))
    meant = [wish for wish, words_of_it in most.items() if words_of_it == max(most.values())]
    return Found(tuple(meant), whole=False) if 0 < len(meant) < 3 else None


def _spelled(table: Table, word: str) -> str:
    """A word with a slip in it, as the table has it."""
    from rapidfuzz import fuzz, process

    if word in table.words or len(word) < LONG_WORD:
        return word
    found = process.extractOne(word, table.words, scorer=fuzz.ratio, score_cutoff=SLIP)
    return found[0] if found else word


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
    entry.only("filler", "not", "distress", "short", "words", "doors", "wish")
    desk = [fields for fields in entry.tables("wish") if fields.get("moderators") is True]
    others = [fields for fields in entry.tables("wish") if fields not in desk]
    return replace(_table(path.name, entry, others), desk=_table(path.name, entry, desk))


def _table(file: str, entry: Entry, wanted: Iterable[Mapping[str, object]]) -> Table:
    """These rows, in the words that all rows share."""
    labels = {door: str(label) for door, label in entry.table("doors").items()}
    short = {plain(word): plain(str(full)) for word, full in entry.table("short").items()}
    classes = {name: [_in_full(short, plain(word)) for word in said] for name, said in _classes(file, entry).items()}
    held = _words((*entry.texts("not"), *entry.texts("distress")))
    lines: dict[str, Wish] = {}
    near: dict[str, Wish] = {}
    means: list[tuple[Sequence[frozenset[str]], Wish]] = []
    exact: list[tuple[re.Pattern[str], Wish]] = []
    slots: list[tuple[re.Pattern[str], Wish]] = []
    for fields in wanted:
        row = Entry(file, f"wish '{fields.get('name', '?')}'", fields)
        wish = _wish(row, labels)
        for written in (*row.texts("lines"), *row.texts("near")):
            if not _SLOT.search(written):
                _put(row, lines, written, wish, short)
        for written in (*row.texts("lines"), *row.texts("exact")):
            if _SLOT.search(written):
                slots.append((_alternatives(row, written, short), wish))
        for written in row.texts("near"):
            _put(row, near, written, wish, short)
        means += [(_sets(row, written, classes, short), wish) for written in row.texts("means")]
        closed = [written for written in row.texts("exact") if not _SLOT.search(written)]
        exact += [(_alternatives(row, written, short), wish) for written in closed]
    filler = frozenset(_in_full(short, plain(word)) for word in entry.texts("filler"))
    single = frozenset(word for sets, _wish in means for one in sets for word in one if " " not in word)
    return Table(lines, near, tuple(means), single, tuple(exact), tuple(slots), filler, held, short)


def _classes(file: str, entry: Entry) -> dict[str, tuple[str, ...]]:
    table = Entry(file, "[en.words]", entry.table("words"))
    return {name: table.texts(name) for name in table.fields}


def _sets(
    row: Entry, written: str, classes: Mapping[str, Sequence[str]], short: Mapping[str, str]
) -> list[frozenset[str]]:
    sets = []
    for token in written.split():
        named = token.startswith("<") and token.endswith(">")
        if named and token[1:-1] not in classes:
            raise row.wrong(f"'{written}' names {token}, which is not in [en.words].")
        words = classes[token[1:-1]] if named else [_in_full(short, plain(word)) for word in token.split("|")]
        sets.append(frozenset(words))
    return sets


def _alternatives(row: Entry, written: str, short: Mapping[str, str]) -> re.Pattern[str]:
    """``(a|b)`` is either, ``[a|b]`` either or nothing. To be matched against a line with a space behind it."""
    pattern = ""
    for must, may, slot, word in re.findall(r"\(([^()\[\]]+)\)|\[([^()\[\]]+)\]|\{(\w+)\}|([^()\[\]{}\s]+)", written):
        if slot and slot not in SLOTS:
            raise row.wrong(f"'{written}' leaves something open that is none of {', '.join(SLOTS)}.")
        either = "|".join(re.escape(_in_full(short, plain(one))) for one in (must or may or word).split("|"))
        pattern += f"(?P<{slot}>{SLOTS[slot]}) ?" if slot else f"(?:(?:{either}) )" + ("?" if may else "")
    if re.sub(r"\([^()]*\)|\[[^\[\]]*\]|\{\w+\}", "", written).strip("abcdefghijklmnopqrstuvwxyz' "):
        raise row.wrong(f"close what is open in '{written}'.")
    return re.compile(pattern)


def _wish(row: Entry, labels: Mapping[str, str]) -> Wish:
    row.only(
        "name", "doors", "labels", "says", "member", "ends", "small", "lines", "near", "means", "exact", "moderators"
    )
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
    if wish.ends and (row.texts("near") or row.texts("means")):
        raise row.wrong("a door that ends something opens by whole lines alone; move 'near' and 'means' to 'lines'.")
    if (wish.ends or len(wish.doors) > 1) and not wish.says:
        raise row.wrong("give 'says' a sentence: there is more than one door, or one that ends something.")
    return wish


def _put(row: Entry, where: dict[str, Wish], written: str, wish: Wish, short: Mapping[str, str]) -> None:
    said = _in_full(short, plain(written))
    if where.get(said, wish) is not wish:
        raise row.wrong(f"'{written}' stands with '{where[said].name}' already; a line has one wish.")
    where[said] = wish


def _words(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(re.escape(plain(word)) for word in words)})\b")


@cache
def shipped() -> Table:
    """What the file holds, read at the first use and kept; no wishes at all if it cannot be used. Never raises."""
    try:
        return load()
    except FatalError as error:
        log.error("no wishes are understood: %s", error)
        return Table({}, {}, (), frozenset(), (), (), frozenset(), re.compile("$^"), {})
