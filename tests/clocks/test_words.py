"""Times, days and lengths as people type them, with what they mean: all that is clear is read, nothing is guessed.

Each line of ``tests/data/words`` is ``phrase|meaning``; ``-`` is not clear, to be refused or asked about. A date alone
means that the day is clear and the hour is asked for. Now is Wednesday 25 November 2026, 14:30 in Berlin. The lines of
``blind-`` were written down before anybody looked which of them are read. ``lines`` are what follows ``remind me``:
``when > words``, where ``when`` is a moment, or a rhythm and its hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clocks.phrases import read_days, read_duration, read_moment, read_time
from bot.clocks.repeats.reading import read_coming, take
from bot.errors import UserError

WORDS = Path(__file__).parent.parent / "data" / "words"
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 14, 30, tzinfo=BERLIN)


def moment(phrase: str) -> str:
    return f"{read_moment(phrase, NOW, BERLIN).instant.astimezone(BERLIN):%Y-%m-%dT%H:%M}"


def line(phrase: str) -> str:
    when, what = take(phrase)
    coming = read_coming(when, NOW, BERLIN)
    if coming.repeat is None:
        return f"{coming.due.astimezone(BERLIN):%Y-%m-%dT%H:%M} > {what}"
    zone = "" if coming.repeat.zone == BERLIN else f" {coming.repeat.zone.key}"
    return f"{coming.repeat.pattern.code} {coming.repeat.at:%H:%M}{zone} > {what}"


SOURCES = ("", "more-", "blind-")
READERS: dict[str, Callable[[str], str]] = {
    "times": lambda phrase: f"{read_time(phrase):%H:%M}",
    "days": lambda phrase: read_days(phrase).code,
    "durations": lambda phrase: f"{read_duration(phrase) / timedelta(minutes=1):g}",
    "moments": moment,
    "lines": line,
}


def cases(name: str) -> list[tuple[str, str]]:
    file = WORDS / f"{name}.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [(phrase, meaning) for phrase, _bar, meaning in (line.rpartition("|") for line in lines) if phrase]


def verdict(kind: str, phrase: str, meaning: str) -> str:
    """right, asked (where it was clear) or wrong."""
    try:
        found = READERS[kind](phrase)
    except UserError as error:
        wants_hour = kind == "moments" and len(meaning) == len("2026-11-26") and str(error).startswith("At what time")
        return "right" if meaning == "-" or wants_hour else "asked"
    return "right" if found == meaning else "wrong"


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("source", SOURCES)
def test_what_people_type_is_read_and_nothing_is_guessed(kind: str, source: str) -> None:
    judged = [(verdict(kind, *case), *case) for case in cases(source + kind)]
    counts = Counter(outcome for outcome, *_case in judged)
    missed = [case for case in judged if case[0] != "right"]
    assert judged or (source, kind) == ("", "lines")
    assert (counts["wrong"], counts["asked"]) == (0, 0), f"{dict(counts)} {missed}"
