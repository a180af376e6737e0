"""Times, days and lengths the way people write them; anything else gets a sentence with examples.

Every form is matched from the first to the last word, so chat ("I feel terrible today") is never taken for a time, and
on few short words, so no text takes long. What could be two things is asked about. What was understood is said back
(``Moment.understood``) before it counts. The words are those of ``time_words``; here are the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from bot.clocks import dates, hours, lengths, time_words, typed, weekdays, zones
from bot.clocks.dates import FARTHEST, near_enough
from bot.clocks.times import (
    ONE_DAY,
    Days,
    friendly_instant,
    friendly_zone,
    instant_at,
    local_day,
)
from bot.errors import Ambiguous, UserError
from bot.words.i18n import _

LONGEST_DURATION = timedelta(days=366)

_PART = r"(?:morning|afternoon|evening|night)"
_OTHERS = {"clock": rf"(?:at )?{hours.CLOCK}(?= |$)", "part": rf"{_PART}(?= |$)"}
_WAIT = rf"in ({lengths.LENGTH})(?: time)?|({lengths.LENGTH}) from now|({lengths.LENGTH})"
_DURATION = rf"(?:in |for )?({lengths.LENGTH})"
_OFFSET = re.compile(r"(?:utc|gmt)(?: ?([+-])([0-9]{1,2})(?::?([0-5][0-9]))?)?")
_UNTIL = re.compile(r"(?:until|till|til|bis) (.+)")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time somebody wrote: the local date and wall time they meant, the instant (UTC) it will be, always to come."""

    nominal: date
    at: time
    instant: datetime
    understood: str
    """To say back: ``tomorrow at 19:00, Berlin time``."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a phrase says, not yet of which day it is: a wait, or a day, an hour, or both; in words of ``typed``."""

    kind: str = ""
    """Of ``dates.FORMS``."""
    day: str = ""
    clock: str = ""
    part: str = ""
    zone: str = ""
    wait: str = ""


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> Moment:
    """``tomorrow 7pm``, ``in 20 min``, ``sat 18:30``, ``noon``. Raises ``UserError`` with what to write instead."""
    phrase = typed.spoken(text)
    form = form_of(phrase)
    if form is None:
        raise UserError(_("I read times like tomorrow 7pm, in 20 min, sat 18:30 or 3 march 10:00."))
    if form.wait and (hour := re.fullmatch("(1[3-9]|2[0-4])h", phrase)):
        asked = Ambiguous(_("Is that at {hour}:00 or in {hour} hours?").format(hour=hour[1]))
        raise asked.offering([f"at {hour[1]}:00", f"in {hour[1]} hours"])
    if form.wait:
        return _after_waiting(form.wait, now, zone)
    if not form.clock:
        example = {"morning": "9:00", "afternoon": "15:00", "night": "22:00"}.get(form.part, "19:00")
        raise UserError(_("At what time? Add one, like {day} {time}.").format(day=phrase, time=example))
    today = local_day(now, zone)
    clock = form.clock.removeprefix("at ")
    if clock == "midnight":
        if form.day not in ("", "today") or form.part not in ("", "night"):
            raise UserError(_("Midnight lies between two days. Try 23:59 or 00:00 of the day you mean."))
        return _first_to_come([today + ONE_DAY], time(), now, zone, phrase)
    days = list(dates.named(form.kind, form.day, today)) if form.day else [today, today + ONE_DAY]
    if re.fullmatch("[0-9]{1,2}", form.clock) and int(form.clock) > 12 and form.kind != "near":
        raise hours.unsure()  # "friday 18" may be a date
    at, next_day = hours.read(clock, form.part or None, dated=bool(re.match("[0-9]{4}[-/]", form.day)))
    if form.zone:
        days = days if form.day else [today - ONE_DAY, *days]
        return _first_to_come(days, at, now, zone, phrase, there=zone_named(form.zone), skipped=next_day)
    return _first_to_come(days, at, now, zone, phrase, skipped=next_day)


def read_time(text: str) -> time:
    """``19:00``, ``7pm``, ``7:30 pm``, ``1900``, ``noon``. Raises ``UserError`` with what to write instead."""
    phrase = typed.spoken(text)
    if not phrase:
        raise UserError(_("At what time? Try 19:00 or 7pm.")) if not text.strip() else hours.unknown(text)
    parts = next((found for found in components(typed.canonical(phrase), {}) if "clock" in found), {})
    if not parts.keys() <= {"clock", "part"} or not parts or phrase.split()[-1] in time_words.BEFORE:
        raise hours.unknown(text)
    return hours.read(parts["clock"].removeprefix("at "), parts.get("part")).at


def read_date(text: str, now: datetime, zone: ZoneInfo) -> date:
    """``3 march``, ``2026-12-24``, ``sat``: today or later. Raises ``UserError`` with what to write instead."""
    phrase = typed.spoken(text)
    words = typed.canonical(phrase)
    kind = next((kind for kind, day in dates.beginnings(words) if day == words), None)
    if not kind or phrase in time_words.ONLY_ASKED:
        raise UserError(_("I read dates like tomorrow, saturday, 3 march or 2027-03-03."))
    today = local_day(now, zone)
    day = next((day for day in dates.named(kind, words, today) if day >= today), None)
    if day is None:
        raise UserError(_("{date} has passed. Try a later date.").format(date=phrase))
    return near_enough(day, today)


def read_duration(text: str) -> timedelta:
    """``2h``, ``90 min``, ``1h30``, ``3 days``: up to a year. Raises ``UserError`` with what to write instead."""
    found = re.fullmatch(_DURATION, typed.canonical(typed.spoken(text)))
    length = lengths.read(found[1]) if found else None
    if not length or not timedelta() < length.span <= LONGEST_DURATION:
        raise UserError(_("I read durations like 90 min, 2 hours or 3 days, up to a year."))
    return length.span


def read_span(text: str, now: datetime, zone: ZoneInfo) -> timedelta:
    """A duration, or ``until monday``, ``until 7pm``: how long that is from now. A day is meant from its beginning."""
    until = _UNTIL.fullmatch(typed.spoken(text))
    if not until:
        return read_duration(text)
    try:
        end = instant_at(read_date(until[1], now, zone), time(), zone)
    except UserError:
        end = read_moment(until[1], now, zone).instant
    if not timedelta() < end - now <= LONGEST_DURATION:
        raise UserError(_("I read durations like 90 min, 2 hours or 3 days, up to a year."))
    return end - now


def read_until(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """``monday``, ``until friday 8am``, ``for a week``, ``3 days``: when it ends. Of a day, when it begins."""
    said = _UNTIL.sub(r"\1", typed.spoken(text))
    try:
        return now + read_span(f"until {said}", now, zone)
    except UserError:
        try:
            return now + read_duration(said)
        except UserError:
            return read_moment(said, now, zone).instant


def read_days(text: str) -> Days:
    """``every day``, ``weekdays``, ``mon wed fri``, ``mon-fri``. Raises ``UserError`` with what to write instead."""
    phrase = typed.spoken(text)
    chosen = weekdays.read(phrase) if phrase else None
    if not chosen:
        raise UserError(_("I read days like every day, weekdays, sunday or mon wed fri."))
    return Days(chosen)


def form_of(phrase: str) -> Form | None:
    """What a phrase of ``typed.spoken`` says, if it is a time from its first to its last word."""
    words = phrase.split()
    if not words or words[-1] in time_words.BEFORE or phrase in time_words.ONLY_ASKED:
        return None
    plain = typed.canonical(phrase)
    if wait := _wait(plain):
        return Form(wait=wait)
    found = sorted(components(plain, {}), key=lambda parts: "clock" not in parts)
    for parts in found:
        clock = parts.get("clock", "")
        bare = re.fullmatch("[0-9]{1,2}|[0-9]{4}", clock)
        alone = bare and not ({"part", "kind"} & parts.keys())
        if not alone and (clock or "kind" in parts):
            return Form(**parts)
    return None


def _wait(plain: str) -> str:
    """The length in ``in 20 minute``. ``2h`` is one as well; ``19h30`` is an hour."""
    found = re.fullmatch(_WAIT, plain)
    length = found and (found[1] or found[2] or found[3])
    if not found or not length or not lengths.read(length):
        return ""
    if found[3] and (hour := re.fullmatch("([0-9]{1,2})h([0-9]{2})?", plain)) and 12 < int(hour[1]) <= 24:
        return "" if hour[2] else length
    return length


def components(rest: str, found: dict[str, str]) -> Iterator[dict[str, str]]:
    """All ways of taking these words as a day, an hour, a part of the day and a zone, each once at most."""
    if not rest:
        yield found
        return
    if "kind" not in found:
        for kind, day in dates.beginnings(rest):
            yield from components(rest[len(day) :].lstrip(), {**found, "kind": kind, "day": day})
    for name, form in _OTHERS.items():
        if name not in found and (matched := re.match(form, rest)):
            yield from components(rest[matched.end() :].lstrip(), {**found, name: matched[0]})
    if "clock" in found and "zone" not in found:
        words = rest.split()
        for end in range(min(len(words), 4), 0, -1):
            if zone := _zone_name(" ".join(words[:end])):
                yield from components(" ".join(words[end:]), {**found, "zone": zone})


def _zone_name(words: str) -> str:
    """``london time``, ``est``, ``utc+2``; nothing for what is no zone."""
    words = words.removeprefix("in ")
    return words if _OFFSET.fullmatch(words) or zones.is_known(words) else ""


def zone_named(name: str) -> tzinfo:
    if offset := _OFFSET.fullmatch(name):
        away = timedelta(hours=int(offset[2] or 0), minutes=int(offset[3] or 0))
        if away > timedelta(hours=14):
            raise hours.unsure()
        return timezone(-away if offset[1] == "-" else away)
    return zones.find(name)


def _first_to_come(
    days: Iterable[date],
    at: time,
    now: datetime,
    zone: ZoneInfo,
    phrase: str,
    *,
    there: tzinfo | None = None,
    skipped: bool = False,
) -> Moment:
    """The first of the days whose hour is to come; ``there`` is the zone that was named with the hour."""
    today = local_day(now, zone)
    for day in days:
        if day >= today - ONE_DAY:
            meant = near_enough(day, today) + (ONE_DAY if skipped else timedelta())
            instant = instant_at(meant, at, there or zone)
            if instant > now:
                wall = instant.astimezone(zone)
                nominal, shown = (wall.date(), wall.time().replace(fold=0)) if there else (meant, at)
                return Moment(nominal, shown, instant, _understood(instant, now, zone))
    raise UserError(_("{phrase} has passed. Try tomorrow {time}.").format(phrase=phrase, time=f"{at:%H:%M}"))


def _after_waiting(wait: str, now: datetime, zone: ZoneInfo) -> Moment:
    """Months and days later at the same wall time, then hours and minutes later by the stopwatch."""
    length = lengths.read(wait)
    if length is None:
        raise ValueError(f"not a length: {wait!r}")
    local = now.astimezone(zone)
    day = dates.later(local.date(), length)
    moved = length.months or length.days
    instant = (instant_at(day, local.time(), zone) if moved else now.astimezone(UTC)) + min(length.rest, FARTHEST)
    if instant <= now:
        raise UserError(_("That is now. Try in 5 min."))
    wall = instant.astimezone(zone)
    near_enough(wall.date(), local.date())
    return Moment(wall.date(), wall.time().replace(fold=0), instant, _understood(instant, now, zone))


def _understood(instant: datetime, now: datetime, zone: ZoneInfo) -> str:
    return f"{friendly_instant(instant, now, zone)}, {friendly_zone(zone)}"
