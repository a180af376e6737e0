"""When to come, once or again and again: ``tomorrow 7pm``, ``every monday at 7pm``, ``7pm Berlin every other day``.

Nothing is taken for once that says it comes again, nor the other way round: where that is not read, it is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.clocks import hours, lines, phrases, time_words, typed, zones
from bot.clocks.phrases import Form
from bot.clocks.repeats import rhythms
from bot.clocks.repeats.repeat import Coming, Repeat
from bot.errors import UserError
from bot.words.i18n import _

_MARK = re.compile(
    r"\b(?:every|each|daily|nightly|weekly|fortnightly|monthly|alternate|täglich|montags|dienstags|mittwochs|donnerstags"
    r"|freitags|samstags|sonntags|werktags|jeden?s?)\b|\b(?:mon|tue|wed|thu|fri|sat|sun)|days\b|ends\b|(?:ing|oon|ght)s\b",
    re.IGNORECASE,
)
"""Without one of these no line comes again."""
_VAGUE = re.compile(r"\b(?:every|each) (?:few|couple|so often|now)\b")
_ALONE = frozenset(["weekend", "weekday"])
_ADJECTIVES = frozenset(["daily", "nightly", "weekly", "fortnightly", "monthly", "weekdays", "weekends", "everyday"])
"""May belong to the word that follows: ``9am daily standup``."""
_LEADS = lines.LEADS | {"-", "–", "—"}
_GOES_ON = frozenset(["at", "@", "um", "between", "around", "for", "in", "from", "starting", "beginning"])
"""What follows says more of when; where it could not be read it is no part of what is said."""
_WORD = re.compile(r"\S+")


def read_coming(text: str, now: datetime, zone: ZoneInfo) -> Coming:
    """A moment to come, or what comes round again from now on. Raises ``UserError`` with what to write instead."""
    phrase = typed.spoken(text)
    form = form_of(phrase)
    if form is None:
        if time_words.COMES_AGAIN & set(phrase.split()):
            raise rhythms.unknown()
        return Coming(phrases.read_moment(text, now, zone).instant)
    pattern = rhythms.read(form.day)
    at = _hour(form, phrase)
    repeat = Repeat.beginning(pattern, at, zones.find(form.zone) if form.zone else zone, now)
    return Coming(repeat.next.instant, repeat)


def _hour(form: Form, phrase: str) -> time:
    if not form.clock:
        example = {"morning": "9:00", "afternoon": "15:00", "night": "22:00"}.get(form.part, "19:00")
        raise UserError(_("At what time? Add one, like {day} {time}.").format(day=phrase, time=example))
    clock = form.clock.removeprefix("at ")
    if clock in ("midnight", "24:00"):
        raise UserError(_("Midnight lies between two days. Try 23:59 or 00:00 of the day you mean."))
    return hours.read(clock, form.part or None).at


def form_of(phrase: str) -> Form | None:
    """What a phrase of ``typed.spoken`` says, if from its first to its last word it says how often and when."""
    words = phrase.split()
    if not words or words[-1] in time_words.BEFORE or not _MARK.search(phrase) or _VAGUE.search(phrase):
        return None
    if _ALONE & set(words) and not {"every", "each"} & set(words):
        return None  # "on the weekend" is one
    plain = typed.canonical(re.sub(r"(?<=[a-z])[/;](?=[a-z])", " and ", phrase), "repeats")
    plain = re.sub(r"^((?!every).*day)s? everyday (?=morning|afternoon|evening|night)", r"every \1 ", plain)
    found = sorted(_readings(plain.split()), key=lambda form: not form.clock)
    return found[0] if found else None


def _readings(words: list[str]) -> Iterator[Form]:
    """The longest rhythm among the words, and around it an hour, a part of the day and a zone in any order."""
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length + 1):
            rhythm = " ".join(words[start : start + length])
            if rhythms.matches(rhythm):
                before, after = " ".join(words[:start]), " ".join(words[start + length :])
                for parts in phrases.components(before, {"kind": "repeat", "day": rhythm}):
                    yield from (Form(**whole) for whole in phrases.components(after, parts))


def take(text: str) -> tuple[str, str]:
    """Split a line into when, at its beginning or its end, and the rest as typed; see ``lines.take_phrase``."""
    if not _MARK.search(text):
        return lines.take_phrase(text)
    starts = lines.at_start(text, form_of)
    form = form_of(typed.spoken(starts)) if starts else None
    if form:
        return _adjective(*_with_hour(form, starts, text[len(starts) :]))
    ends = lines.at_end(text, form_of)
    if ends and (form := form_of(typed.spoken(ends))):
        return _hour_before(form, ends, text.rstrip()[: -len(ends)])
    phrase, rest = lines.take_phrase(text)
    return _again_after(phrase, rest) if text.lstrip().startswith(phrase) else (phrase, rest)


def _with_hour(form: Form, starts: str, after: str) -> tuple[str, str]:
    """``every monday call mum at 7pm``: the hour may stand at the end."""
    if not form.clock:
        ends = lines.at_end(after, phrases.form_of)
        last = phrases.form_of(typed.spoken(ends)) if ends else None
        if last and last.clock and not last.kind and after.rstrip()[: -len(ends)].strip():
            return f"{starts.strip()} {ends.strip()}", lines.about(after.rstrip()[: -len(ends)])
        if (word := _WORD.match(after.strip())) and word[0].casefold() in _GOES_ON:
            return f"{starts.strip()} {word[0]}", after.strip()[word.end() :].strip()
    return starts.strip(), after.strip()


def _adjective(phrase: str, rest: str) -> tuple[str, str]:
    last, following = phrase.split()[-1].casefold(), _WORD.search(rest)
    if last in _ADJECTIVES and len(phrase.split()) > 1 and following and following[0].casefold() not in _LEADS:
        return f"{phrase} {following[0]}", lines.about(rest[following.end() :])
    return phrase, lines.about(rest)


def _hour_before(form: Form, ends: str, before: str) -> tuple[str, str]:
    """``at 8am take my pills every day``: the hour may stand at the beginning. A whole moment there is the moment."""
    if not form.clock:
        starts = lines.at_start(before, phrases.form_of)
        first = phrases.form_of(typed.spoken(starts)) if starts else None
        if first and first.clock and not first.kind:
            return f"{starts.strip()} {ends.strip()}", lines.about(before[len(starts) :])
        if first:
            return starts.strip(), lines.about(f"{before}{ends}"[len(starts) :])
    return ends.strip(), lines.about(before)


def _again_after(phrase: str, rest: str) -> tuple[str, str]:
    """``9pm every few days``: what says that it comes again, and is not read, is asked about and not left out."""
    word = _WORD.match(rest)
    if word and word[0].casefold() in time_words.COMES_AGAIN:
        return f"{phrase} {word[0]}", rest[word.end() :].strip()
    return phrase, rest
