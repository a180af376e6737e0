"""A day as somebody wrote it, from the words of ``typed``: ``next friday``, ``3th march``, ``last friday month``."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import cache

from bot.clocks import lengths
from bot.clocks.times import ONE_DAY, weekday_name
from bot.errors import UserError
from bot.words.i18n import _

FARTHEST = timedelta(days=5 * 366)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
WEEKDAY = f"(?:{'|'.join(_WEEKDAYS)})"
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_YEAR = r"(?:19|20)[0-9]{2}"
_NUMBERED_MONTH = r"(?:0?[1-9]|1[0-2])"
_DATE = (
    rf"(?:(?:[0-9]{{1,2}}(?:th)?[ -]{_MONTH}|{_MONTH}[ -][0-9]{{1,2}}(?:th)?)(?:[ -]{_YEAR}(?![:.0-9]))?"
    rf"|[0-9]{{4}}[-/][0-9]{{1,2}}[-/][0-9]{{1,2}}|[0-9]{{1,2}}\.{_NUMBERED_MONTH}(?:\.(?:{_YEAR}|[0-9]{{2}})?)?"
    r"|[0-9]{1,2}\.[0-9]{1,2}\.(?:[0-9]{4})?|[0-9]{1,2}/[0-9]{1,2}(?:/[0-9]{2,4})?)"
)
_FROM = rf"(?:today|tomorrow|{WEEKDAY}|{_DATE})"
FORMS = {
    "near": r"today|tomorrow|overmorrow|yesterday",
    "ahead": rf"in (?P<in>{lengths.LENGTH})(?: time)?|(?P<later>{lengths.LENGTH}) from now",
    "after": rf"(?P<length>(?:[0-9]{{1,3}} )?week|{lengths.LENGTH}) (?:from |after |on )?(?P<from>{_FROM})"
    rf"|(?:on )?(?P<before>{WEEKDAY}|tomorrow|today) week",
    "ordinal": rf"(?:on )?(?P<nth>[1-5]th|last) (?P<what>{WEEKDAY}|day) "
    rf"(?:in )?(?:(?P<which>this |next )?month|(?P<month>{_MONTH})(?: (?P<year>{_YEAR}))?)",
    "nth": r"(?:on )?(?P<number>[0-9]{1,2})th(?: (?:in )?(?P<of>this|next) month)?",
    "dated": rf"(?:on )?(?:this |next )?(?P<weekday>{WEEKDAY}) (?:on )?(?P<dated>{_DATE}|[0-9]{{1,2}}th)",
    "date": rf"(?:on )?(?P<date>{_DATE})",
    "weekday": rf"(?:on )?(?P<ahead>this |next )?(?P<name>{WEEKDAY})(?P<week> next week| this week)?"
    rf"|(?P<coming>next|this) week (?:on )?(?P<its>{WEEKDAY})",
}


@cache
def form(kind: str) -> re.Pattern[str]:
    """Compiled when a day is first read: no start waits for it."""
    return re.compile(rf"(?:{FORMS[kind]})(?= |$)")


def beginnings(words: str) -> Iterator[tuple[str, str]]:
    """All that these words can begin with and that names a day: its form, and so much of them."""
    for kind in FORMS:
        if found := form(kind).match(words):
            length = found.groupdict().get("in") or found.groupdict().get("later") or found.groupdict().get("length")
            read = lengths.read(f"1 {length}" if length == "week" else length) if length else None
            if not length or (read and not read.rest):
                yield kind, found[0]


def named(kind: str, text: str, today: date) -> Iterable[date]:
    """The dates that the words of this form can mean, the earliest first. Raises ``UserError`` where there is none."""
    found = form(kind).fullmatch(text)
    if not found:
        raise ValueError(f"not of the form {kind}: {text!r}")
    return _READERS[kind]({name: value for name, value in found.groupdict().items() if value}, text, today)


def near_enough(day: date, today: date) -> date:
    if day > today + FARTHEST:
        raise UserError(_("That is more than 5 years away. Try a nearer date."))
    return day


def later(day: date, length: lengths.Length) -> date:
    """So many months and days after a day: the last day of too short a month. Raises ``UserError`` if too far."""
    months, days = min(length.months, 12 * 6), min(length.days, 6 * 366)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    moved = first.replace(day=min(day.day, monthrange(first.year, first.month)[1])) + days * ONE_DAY
    return near_enough(moved, day)


_Groups = dict[str, str]


def _near(_groups: _Groups, text: str, today: date) -> list[date]:
    return [today + {"today": 0, "tomorrow": 1, "overmorrow": 2, "yesterday": -1}[text] * ONE_DAY]


def _ahead(groups: _Groups, text: str, today: date) -> list[date]:
    length = lengths.read(groups.get("in") or groups["later"])
    if length is None or length.rest:
        raise _unknown(text)
    return [later(today, length)]


def _after(groups: _Groups, text: str, today: date) -> list[date]:
    length = groups.get("length", "1 week")
    ahead = lengths.read(f"1 {length}" if length == "week" else length)
    if ahead is None or ahead.rest:
        raise _unknown(text)
    base = groups.get("before") or groups["from"]
    kind = next(kind for kind in ("near", "weekday", "date") if form(kind).fullmatch(base))
    first = next((day for day in named(kind, base, today) if day >= today), today)
    return [later(first, ahead)]


def _ordinal(groups: _Groups, text: str, today: date) -> list[date]:
    if "month" in groups:
        number = _MONTHS.index(groups["month"]) + 1
        years = [int(groups["year"])] if "year" in groups else [today.year, today.year + 1]
        firsts = [date(year, number, 1) for year in years]
    else:
        firsts = [_month_of(today, ahead=groups.get("which") == "next ")]
    nth = 0 if groups["nth"] == "last" else int(groups["nth"][0])
    days = [day for first in firsts if (day := _in_month(first, groups["what"], nth))]
    if not days:
        raise _unknown(text)
    return days


def _in_month(first: date, what: str, nth: int) -> date | None:
    """The nth weekday or day of a month, or with 0 its last."""
    month = (first + n * ONE_DAY for n in range(monthrange(first.year, first.month)[1]))
    days = [day for day in month if what == "day" or _WEEKDAYS[day.weekday()] == what]
    return days[nth - 1] if nth <= len(days) else None


def _month_of(today: date, *, ahead: bool) -> date:
    first = today.replace(day=1)
    return (first + 32 * ONE_DAY).replace(day=1) if ahead else first


def _nth(groups: _Groups, text: str, today: date) -> list[date]:
    """That day of this month or the next that has it."""
    this = _month_of(today, ahead=False)
    following = _month_of(today, ahead=True)
    months = {"this": [this], "next": [following]}.get(
        groups.get("of", ""), [this, following, _month_of(following, ahead=True)]
    )
    days = [day for first in months if (day := _date_or_none(first.year, first.month, int(groups["number"])))]
    if not days:
        raise _unknown(text)
    return days


def _dated(groups: _Groups, _text: str, today: date) -> list[date]:
    """A weekday and a date: only the date that comes next counts, not a year in which the two would fit."""
    weekday = _WEEKDAYS.index(groups["weekday"])
    kind = "nth" if re.fullmatch("[0-9]{1,2}th", groups["dated"]) else "date"
    days = list(named(kind, groups["dated"], today))
    coming = next((day for day in days if day >= today), days[-1])
    if coming.weekday() != weekday:
        raise UserError(
            _("{date} isn't a {weekday}. Leave one of the two out.").format(
                date=groups["dated"], weekday=weekday_name(weekday)
            )
        )
    return [coming]


def _weekday(groups: _Groups, _text: str, today: date) -> list[date]:
    """``next`` is that of next week; else the coming one, and the one after it where its hour has passed."""
    weekday = _WEEKDAYS.index(groups.get("its") or groups["name"])
    monday = today - today.weekday() * ONE_DAY
    if "next" in (groups.get("ahead", "").strip(), groups.get("coming"), groups.get("week", "").split(" ")[-2:][0]):
        return [monday + (7 + weekday) * ONE_DAY]
    if groups.get("week") or groups.get("coming"):
        return [monday + weekday * ONE_DAY]
    coming = today + (weekday - today.weekday()) % 7 * ONE_DAY
    if groups.get("ahead"):
        return [coming]
    return [coming, coming + 7 * ONE_DAY]


def _date(_groups: _Groups, text: str, today: date) -> list[date]:
    """One date where the year is given, else that day of this and the coming years."""
    text = text.removeprefix("on ")
    numbers = re.findall("[0-9]+", text)
    if "/" in text and len(numbers[0]) < 4 and int(numbers[0]) <= 12:
        words = _("I can't tell the day from the month in {date}. Try 3 april or 2027-04-03.")
        raise UserError(words.format(date=text))
    name = re.search(_MONTH, text)
    if len(numbers[0]) == 4:
        numbers.reverse()
    day, month = int(numbers[0]), _MONTHS.index(name[0]) + 1 if name else int(numbers[1])
    year = numbers[1:] if name else numbers[2:]
    years: Iterator[int] | range = range(today.year, today.year + 9)
    if year:
        years = iter([int(year[0]) + (2000 if len(year[0]) == 2 else 0)])
    days = [found for one in years if (found := _date_or_none(one, month, day))]
    if not days:
        raise UserError(_("{date} isn't a date I know. Try 3 march or 2027-03-03.").format(date=text))
    return days


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _unknown(text: str) -> UserError:
    return UserError(_("{date} isn't a date I know. Try 3 march or 2027-03-03.").format(date=text))


_READERS: dict[str, Callable[[_Groups, str, date], Iterable[date]]] = {
    **{"near": _near, "ahead": _ahead, "after": _after, "ordinal": _ordinal},
    **{"nth": _nth, "dated": _dated, "date": _date, "weekday": _weekday},
}
