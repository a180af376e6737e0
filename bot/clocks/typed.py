"""What somebody typed, in the few words that the reading functions know: ``Thurs @ 7p`` becomes ``thursday at 7 pm``.

Nothing is guessed here: a word that no table knows stays as it is, and then no rule matches.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from bot.clocks import time_words

MOST_WORDS = 14
LONGEST_WORD = 32

_NUMBERED_DATE = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.")
_FRACTIONS = str.maketrans(
    {"½": " 1/2", "¼": ".25", "¾": ".75", "’": "'", "‘": "'", "–": "-", "—": "-", "−": "-", "‑": "-"}
)
_GLUED = (
    (r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})t([0-9]{1,2}:)", r"\1 \2"),
    (r"\b([0-9]{1,2}:[0-9]{2}):[0-9]{2}(?:\.[0-9]+)?(?![0-9:])", r"\1"),
    (r"(?<=:[0-9]{2})z$", " utc"),
    (r"(?<=:[0-9]{2})([+-][0-9]{2}:?[0-9]{2})$", r" utc\1"),
    (r"\b([ap]) ?\.? ?m\b\.?", r"\1m"),
    (r"(?<![0-9:.])([0-9]{1,2})([0-9]{2}) ?([ap]m)\b", r"\1:\2 \3"),
    (r"([0-9])([ap])\b(?!\.)", r"\1 \2m"),
    (r"([0-9])(?:st|nd|rd|th)\b", r"\1th"),
    (r"([0-9]),([0-9]) ?(?=h|d|w)", r"\1.\2"),
    (r"([0-9]h)(?=[0-9]+m)|([0-9][dw])(?=[0-9])", r"\g<0> "),
    (r"(?<=1/2)h\b", " hour"),
    (r"\b([0-9]+) ?uhr ?([0-9]{2})\b", r"\1:\2"),
    (r"\b([0-9]+) ?uhr\b", r"\1h"),
    (r"([0-9]:[0-9]{2}) ?(?:h|hrs|hours|uhr)\b", r"\1"),
    (r"@", " at "),
    (r"^am (?=\S)", "on "),
)
_UNGLUE = re.compile(r"(?<![0-9])([0-9]+(?:\.[0-9]+)?|[0-9]+:[0-9]{2})(?!h(?:[0-9]{2})?(?![0-9a-z]))(?!th\b)(?=[a-z])")
_HALF = (
    (r"\b([0-9]+) and half (hour|day)\b", r"\1.5 \2"),
    (r"\b([0-9]+) 1/2 ?(hour|day)\b", r"\1.5 \2"),
    (r"\b([0-9]+) (hour|day) and half\b", r"\1.5 \2"),
    (r"\b(?:(?:1|an?) )?hour and half\b", "1.5 hour"),
    (r"\ba day and half\b", "1.5 day"),
    (r"\b([0-9]+) and quarter hour\b", r"\1.25 hour"),
    (r"\b([0-9]+) hour and quarter\b", r"\1.25 hour"),
    (r"\b(?:(?:1|an?) )?hour and quarter\b", "1.25 hour"),
)


def spoken(text: str) -> str:
    """Lower case, single spaces, no punctuation at the end of words; empty for what is too long to be a time."""
    words = text.split(maxsplit=MOST_WORDS)
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
        return ""
    plain = (unicodedata.normalize("NFKC", word.translate(_FRACTIONS)).casefold() for word in words)
    kept = (word if _NUMBERED_DATE.fullmatch(word) else word.rstrip(".,;:!?") for word in plain)
    return " ".join(" ".join(filter(None, kept)).split()).replace("a.m", "am").replace("p.m", "pm")


def canonical(phrase: str, extra: str = "") -> str:
    """The phrase in the words of the tables; ``extra`` names one that holds only where it is asked for."""
    for pattern, instead in _GLUED:  # ``re`` keeps what it has compiled; no start waits for it
        phrase = re.sub(pattern, instead, phrase)
    phrase = _halves(_words(_halves(phrase.replace(",", " ")), *_tables(extra)))
    while (loose := _UNGLUE.sub(r"\1 ", phrase)) != phrase:
        phrase = loose
    phrase = _halves(_words(phrase, *_tables(extra)))
    words = [word for word in phrase.split() if word not in time_words.BEFORE | time_words.AFTER]
    phrase = _words(" ".join(words), *_tables(extra))
    phrase = re.sub(r"\b(?:an?|one|ein|eine|einer) (?=(?:minute|hour|day|week|month|year)\b)", "1 ", phrase)
    return _halves(phrase)


def _halves(phrase: str) -> str:
    for pattern, instead in _HALF:
        phrase = re.sub(pattern, instead, phrase)
    return phrase


def _words(phrase: str, table: Mapping[str, str], pattern: re.Pattern[str]) -> str:
    return " ".join(pattern.sub(lambda found: table[found[0]], phrase).split())


@cache
def _tables(extra: str) -> tuple[Mapping[str, str], re.Pattern[str]]:
    """What is typed, and the word for it; the longest first, so that ``christmas eve`` is not ``christmas``."""
    table: dict[str, str] = {}
    for words in (*time_words.LANGUAGES.values(), time_words.EXTRA.get(extra, {})):
        for instead, typed in words.items():
            table.update((one, instead) for one in typed.split(", ") if one)
    for names in time_words.NUMBERS.values():
        table.update((name, str(number)) for number, name in enumerate(names.split()))
    for tens, name in enumerate(time_words.TENS.split(), start=2):
        table[name] = str(tens * 10)
        for ones, last in enumerate(time_words.NUMBERS["en"].split()[1:10], start=1):
            table.update((f"{name}{between}{last}", str(tens * 10 + ones)) for between in " -")
    for hour, name in enumerate(time_words.NUMBERS["en"].split()[1:13], start=1):
        for minutes in time_words.MINUTES.split():
            table[f"{name} {minutes}"] = table[f"{name}-{minutes}"] = f"{hour}_{table[minutes]}"
    return table, one_of(table)


def one_of(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<![\w'/])(?:{'|'.join(map(re.escape, longest_first))})(?![\w'])")
