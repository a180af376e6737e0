"""The few dozen ways of writing a time that are understood; anything else gets a sentence with examples.

Every form is matched from the first to the last word, so chat ("I feel terrible today") is never taken for a time, and
on few short words, so no text takes long. What was understood is said back (``Moment.understood``) before it counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from bot.clocks.times import (
    EVERY_DAY,
    ONE_DAY,
    WEEKDAYS,
    WEEKEND,
    Days,
    friendly_instant,
    friendly_zone,
    instant_at,
    local_day,
    weekday_name,
)
from bot.errors import UserError
from bot.words.i18n import _

FARTHEST = timedelta(days=5 * 366)
LONGEST_DURATION = timedelta(days=366)
MOST_WORDS = 10
LONGEST_WORD = 32

_WEEKDAY = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_PART = r"(?:morning|afternoon|evening|night)"
_CLOCK = (
    r"(?:noon|midday|midnight|[0-9]{1,2}[:.h][0-9]{2}(?: ?[ap]m)?|[0-9]{1,2}h|[0-9]{1,2} ?[ap]m|[0-9]{1,2} o'?clock)"
)
_AMOUNT = (
    r"(?:[0-9]{1,2}h[0-9]{2}(?![0-9a-z])|[0-9]{1,4} ?(?:m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)(?![a-z])"
    r"|an? (?:minute|hour|day|week)|half an hour)"
)
_DURATION = rf"{_AMOUNT}(?: ?(?:and )?{_AMOUNT}){{0,2}}"
_NTH = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_DATE = (
    rf"(?:(?:{_NTH}(?: of)? {_MONTH}|{_MONTH} {_NTH})(?: [0-9]{{4}})?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}\.[0-9]{1,2}\.(?:[0-9]{4})?|[0-9]{1,2}/[0-9]{1,2}(?:/[0-9]{2,4})?)"
)
_DAY = (
    rf"(?:(?P<near>today|tomorrow|tonight|this(?= {_PART}))|(?:on )?(?P<which>this |next )?(?P<weekday>{_WEEKDAY})"
    rf"(?: (?P<dated>{_DATE}))?|(?:on )?(?P<date>{_DATE})|in (?P<days>[0-9]{{1,4}}|a) (?P<unit>days?|weeks?))"
    rf"(?: (?P<part>{_PART}))?"
)
_AT = rf"(?:at )?(?P<clock>{_CLOCK}|(?<=at )[0-9]{{1,2}})"
_WHEN = (
    re.compile(rf"in (?P<wait>{_DURATION})"),
    re.compile(rf"{_DAY}(?: {_AT})?"),
    re.compile(rf"{_AT}(?: {_DAY})?"),
)
_AND = r"(?: ?[-–,&+] ?| (?:to |and |until )?)"
_DAYS = (
    rf"(?:every ?day|daily"
    rf"|(?:on |every )?(?:weekdays?|weekends?|{_WEEKDAY}s?(?:{_AND}{_WEEKDAY}s?){{0,6}}))"
)
_TIME_ONLY = re.compile(rf"(?:at )?(?:{_CLOCK}|[0-9]{{1,2}}|[0-9]{{4}})")
_DATE_ONLY = re.compile(_DAY)
_DURATION_ONLY = re.compile(rf"(?:in |for )?({_DURATION})")
_DAYS_ONLY = re.compile(_DAYS)
_CLOCK_PARTS = re.compile(r"([0-9]+)(?:[:.h]([0-9]+)|h| o'?clock)? ?([ap]m)?")
_AMOUNT_PARTS = re.compile(r"([0-9]+|an?|half an) ?([a-z])[a-z]*([0-9]*)")
_NUMBERED_DATE = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.")

_WEEKDAYS = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_PARTS = {"morning": range(12), "afternoon": range(12, 18), "evening": range(17, 24), "night": range(17, 24)}


@dataclass(frozen=True, slots=True)
class Moment:
    """A time somebody wrote: the local date and wall time they meant, the instant (UTC) it will be, always to come."""

    nominal: date
    at: time
    instant: datetime
    understood: str
    """To say back: ``tomorrow at 19:00, Berlin time``."""


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> Moment:
    """``tomorrow 7pm``, ``in 20 min``, ``sat 18:30``, ``noon``. Raises ``UserError`` with what to write instead."""
    phrase = _plain(text)
    found = next(filter(None, (form.fullmatch(phrase) for form in _WHEN)), None)
    if not found:
        raise UserError(_("I read times like tomorrow 7pm, in 20 min, sat 18:30 or 3 march 10:00."))
    groups = found.groupdict()
    local = now.astimezone(zone)
    if wait := groups.get("wait"):
        return _after_waiting(_duration(wait), now, zone)
    if not groups["clock"]:
        raise UserError(_("At what time? Add one, like {day} 19:00.").format(day=phrase))
    part = "night" if groups["near"] == "tonight" else groups["part"]
    if groups["clock"] == "midnight":
        if groups["near"] not in (None, "today", "tonight") or groups["weekday"] or groups["date"] or groups["days"]:
            raise UserError(_("Midnight lies between two days. Try 23:59 or 00:00 of the day you mean."))
        return _first_to_come([local.date() + ONE_DAY], time(), now, zone, phrase)
    at = _clock(groups["clock"], part)
    return _first_to_come(_dates(groups, local.date()), at, now, zone, phrase)


def read_time(text: str) -> time:
    """``19:00``, ``7pm``, ``7:30 pm``, ``1900``, ``noon``. Raises ``UserError`` with what to write instead."""
    phrase = _plain(text)
    if not phrase:
        raise UserError(_("At what time? Try 19:00 or 7pm."))
    if not _TIME_ONLY.fullmatch(phrase):
        raise _unknown_time(text)
    phrase = phrase.removeprefix("at ")
    if len(phrase) == 4 and phrase.isdecimal():
        phrase = f"{phrase[:2]}:{phrase[2:]}"
    return time() if phrase == "midnight" else _clock(phrase, None)


def read_date(text: str, now: datetime, zone: ZoneInfo) -> date:
    """``3 march``, ``2026-12-24``, ``sat``: today or later. Raises ``UserError`` with what to write instead."""
    phrase = _plain(text)
    found = _DATE_ONLY.fullmatch(phrase)
    if not found or found["part"] or found["near"] == "tonight":
        raise UserError(_("I read dates like tomorrow, saturday, 3 march or 2027-03-03."))
    today = local_day(now, zone)
    day = next((day for day in _dates(found.groupdict(), today) if day >= today), None)
    if day is None:
        raise UserError(_("{date} has passed. Try a later date.").format(date=phrase))
    return _near_enough(day, today)


def read_duration(text: str) -> timedelta:
    """``2h``, ``90 min``, ``1h30``, ``3 days``: up to a year. Raises ``UserError`` with what to write instead."""
    found = _DURATION_ONLY.fullmatch(_plain(text))
    length = sum(_duration(found[1]), timedelta()) if found else timedelta()
    if not timedelta() < length <= LONGEST_DURATION:
        raise UserError(_("I read durations like 90 min, 2 hours or 3 days, up to a year."))
    return length


def read_days(text: str) -> Days:
    """``every day``, ``weekdays``, ``mon wed fri``, ``mon-fri``. Raises ``UserError`` with what to write instead."""
    phrase = _plain(text)
    if not _DAYS_ONLY.fullmatch(phrase):
        raise UserError(_("I read days like every day, weekdays, sunday or mon wed fri."))
    for word, days in (("weekday", WEEKDAYS), ("weekend", WEEKEND)):
        if word in phrase:
            return days
    chosen: set[int] = set()
    ranged = False
    for word in re.findall(rf"{_WEEKDAY}|[-–]|to|until", phrase):
        if (weekday := _WEEKDAYS.get(word[:3])) is None:
            ranged = True
            continue
        chosen.add(weekday)
        while ranged and (weekday := (weekday - 1) % 7) not in chosen:
            chosen.add(weekday)
        ranged = False
    return Days(frozenset(chosen)) if chosen else EVERY_DAY


def take_phrase(text: str) -> tuple[str, str]:
    """Split ``tomorrow 7pm call my sister`` into the longest moment it begins with and the rest as typed.

    Where it begins with none, the first word is taken, for ``read_moment`` to say what is wrong.
    """
    ends = [word.end() for word in islice(re.finditer(r"\S+", text), MOST_WORDS)]
    whole = (end for end in reversed(ends) if any(form.fullmatch(_plain(text[:end])) for form in _WHEN))
    end = next(whole, ends[0] if ends else 0)
    rest = text[end:].strip()
    return text[:end].strip(), rest[3:].lstrip() if rest[:3].casefold() == "to " else rest


def _plain(text: str) -> str:
    """Lower case, single spaces, no punctuation at the end of words; empty for what is too long to be a time."""
    words = text.split(maxsplit=MOST_WORDS)
    if any(len(word) > LONGEST_WORD for word in words):
        return ""
    plain = (unicodedata.normalize("NFKC", word).casefold().replace("’", "'") for word in words)
    kept = (word if _NUMBERED_DATE.fullmatch(word) else word.rstrip(".,;:!?") for word in plain)
    return " ".join(filter(None, kept)).replace("a.m", "am").replace("p.m", "pm")


def _clock(clock: str, part: str | None) -> time:
    """The wall time of a clock form. Raises ``UserError`` where it is none, or could be two."""
    if clock in ("noon", "midday"):
        return time(12)
    found = _CLOCK_PARTS.fullmatch(clock)
    if not found:
        raise _unknown_time(clock)
    hours, minutes, half = int(found[1]), int(found[2] or 0), found[3]
    if minutes > 59 or hours > 23 or (half and not 1 <= hours <= 12):
        raise _unknown_time(clock)
    if half:
        hours = hours % 12 + (12 if half == "pm" else 0)
    elif part and part != "morning" and 1 <= hours < 12:
        hours += 12
    elif not part and found[2] is None and not clock.endswith("h") and 1 <= hours <= 12:
        raise UserError(_("Is that {hour}am or {hour}pm?").format(hour=hours))
    if part and hours not in _PARTS[part]:
        raise UserError(_("I'm not sure when that is. Try a day and a time, like tomorrow 01:00."))
    return time(hours, minutes)


def _duration(text: str) -> tuple[timedelta, timedelta]:
    """Calendar days, and hours and minutes: a day is not always 24 hours."""
    days, rest = timedelta(), timedelta()
    for amount in re.findall(_AMOUNT, text):
        for number, unit, minutes in _AMOUNT_PARTS.findall(amount):
            count = {"a": 1, "an": 1, "half an": 0.5}.get(number) or int(number)
            if unit in "dw":
                days += count * ONE_DAY * (7 if unit == "w" else 1)
            else:
                rest += count * timedelta(hours=1) if unit == "h" else count * timedelta(minutes=1)
            rest += timedelta(minutes=int(minutes or 0))
    return days, rest


def _days_ahead(groups: dict[str, str | None]) -> int:
    number = 1 if groups["days"] == "a" else int(groups["days"] or 0)
    return number * (7 if str(groups["unit"]).startswith("week") else 1)


def _dates(groups: dict[str, str | None], today: date) -> Iterable[date]:
    """The dates a day form can mean, the earliest first. Raises ``UserError`` where there is no such date."""
    if groups["near"]:
        return [today + ONE_DAY if groups["near"] == "tomorrow" else today]
    if groups["days"]:
        return [today + _days_ahead(groups) * ONE_DAY]
    if groups["date"]:
        return _calendar_dates(groups["date"], today)
    if not groups["weekday"]:
        return [today, today + ONE_DAY]
    weekday = _WEEKDAYS[groups["weekday"][:3]]
    if groups["dated"]:
        days = [day for day in _calendar_dates(groups["dated"], today) if day.weekday() == weekday]
        if not days:
            raise UserError(
                _("{date} isn't a {weekday}. Leave one of the two out.").format(
                    date=groups["dated"], weekday=weekday_name(weekday)
                )
            )
        return days
    if groups["which"] == "next ":  # of next week
        return [today + (7 - today.weekday() + weekday) * ONE_DAY]
    coming = today + (weekday - today.weekday()) % 7 * ONE_DAY
    return [coming, coming + 7 * ONE_DAY]


def _calendar_dates(text: str, today: date) -> list[date]:
    """One date where the year is given, else that day of this and the coming years."""
    if "/" in text:
        words = _("I can't tell the day from the month in {date}. Try 3 april or 2027-04-03.")
        raise UserError(words.format(date=text))
    numbers = re.findall("[0-9]+", text)
    years: Iterable[int] = range(today.year, today.year + 9)
    if "-" in text:
        numbers.reverse()
    if len(numbers[-1]) == 4:
        years = [int(numbers[-1])]
    name = re.search(_MONTH, text)
    day, month = int(numbers[0]), _MONTHS[name[0][:3]] if name else int(numbers[1])
    days = [_date_or_none(year, month, day) for year in years]
    found = [day for day in days if day]
    if not found:
        raise UserError(_("{date} isn't a date I know. Try 3 march or 2027-03-03.").format(date=text))
    return found


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _first_to_come(days: Iterable[date], at: time, now: datetime, zone: ZoneInfo, phrase: str) -> Moment:
    today = now.astimezone(zone).date()
    for day in days:
        if day >= today - ONE_DAY:
            instant = instant_at(_near_enough(day, today), at, zone)
            if instant > now:
                return Moment(day, at, instant, _understood(instant, now, zone))
    raise UserError(_("{phrase} has passed. Try tomorrow {time}.").format(phrase=phrase, time=f"{at:%H:%M}"))


def _after_waiting(length: tuple[timedelta, timedelta], now: datetime, zone: ZoneInfo) -> Moment:
    """Days later at the same wall time, then hours and minutes later by the stopwatch."""
    days, rest = length
    local = now.astimezone(zone)
    day = _near_enough(local.date() + min(days, FARTHEST + ONE_DAY), local.date())
    instant = (instant_at(day, local.time(), zone) if days else now.astimezone(UTC)) + rest
    if instant <= now:
        raise UserError(_("That is now. Try in 5 min."))
    wall = instant.astimezone(zone)
    return Moment(wall.date(), wall.time().replace(fold=0), instant, _understood(instant, now, zone))


def _near_enough(day: date, today: date) -> date:
    if day > today + FARTHEST:
        raise UserError(_("That is more than 5 years away. Try a nearer date."))
    return day


def _understood(instant: datetime, now: datetime, zone: ZoneInfo) -> str:
    return f"{friendly_instant(instant, now, zone)}, {friendly_zone(zone)}"


def _unknown_time(text: str) -> UserError:
    return UserError(_("{time} isn't a time I know. Try 19:00 or 7pm.").format(time=" ".join(text.split())[:40]))
