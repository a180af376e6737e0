"""How often, as somebody wrote it, in the words of ``typed``: ``every 2 week on sunday``, ``last friday monthly``.

What could be two rhythms, or leaves one open, is asked about; what is none at all is no match.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from bot.clocks import weekdays
from bot.clocks.dates import WEEKDAY
from bot.clocks.recurrence import (
    LAST,
    MOST_WEEKS,
    EveryDays,
    EveryWeeks,
    MonthlyOnDay,
    MonthlyOnWeekday,
    OnDays,
    Pattern,
)
from bot.clocks.times import EVERY_DAY, Days
from bot.errors import Ambiguous, UserError
from bot.words.i18n import _

_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = rf"(?:{WEEKDAY}s?(?: ?(?:-|to) ?{WEEKDAY}s?)?|weekdays|weekends)"
_LIST = rf"(?:(?:on |from )?{_DAY}(?: (?:and )?(?:(?:on|every) )?{_DAY}){{0,6}})"
_EXCEPT = rf"(?: except (?P<not>{_LIST}))"
_NTH = rf"(?P<nth>[1-4]th|last) (?P<day>{WEEKDAY})"
_NUMBER = r"(?:day )?(?P<number>[0-9]{1,2})(?:th)?(?: day)?"
_FORMS = {
    "daily": rf"everyday{_EXCEPT}?",
    "every n days": r"every (?P<n>[0-9]{1,2}) day",
    "every n weeks": rf"every (?P<n>[0-9]) week (?:on )?(?P<day>{WEEKDAY})s?"
    rf"|(?:on )?(?P<first>{WEEKDAY})s? every (?P<weeks>[0-9]) week|every (?P<other>2) (?P<its>{WEEKDAY})s?",
    "on days": rf"(?:every|weekly) (?P<days>{_LIST}){_EXCEPT}?|(?P<listed>{_LIST}) weekly",
    "group": rf"(?P<days>weekdays|weekends){_EXCEPT}",
    "listed": rf"(?P<days>{_LIST})",
    "nth day": rf"(?:on )?{_NUMBER} monthly",
    "monthly nth": rf"monthly (?:on )?{_NUMBER}",
    "every nth": r"every (?P<number>[0-9]{1,2})th(?: day)?(?: month)?",
    "last day": r"(?:on )?last day monthly|monthly (?:on )?last day|every last day(?: month)",
    "nth weekday": rf"(?:on )?{_NTH} monthly",
    "monthly weekday": rf"monthly (?:on )?{_NTH}",
    "every weekday": rf"every {_NTH} month",
    "first or last": rf"every (?P<nth>1th|last) (?P<day>{WEEKDAY})",
    "which": rf"every (?P<nth>[2-4])th (?P<day>{WEEKDAY})s?",
    "no day": r"weekly|monthly|every (?P<weeks>[0-9]) week",
}
_ENDS = re.compile(rf"(?:{_DAY}|everyday|day|week|weekly|month|monthly|[0-9]{{1,2}}(?:th)?)")
_PLURAL = re.compile(rf"{WEEKDAY}s|weekdays|weekends")

Groups = dict[str, str]


@cache
def _form(name: str) -> re.Pattern[str]:
    """Compiled when something that comes round again is first read: no start waits for it."""
    return re.compile(_FORMS[name])


def matches(words: str) -> bool:
    """Do these words, all of them, say how often? Days alone do where they are several: ``mon wed``, ``mondays``."""
    if not _ENDS.fullmatch(words.rpartition(" ")[2]):
        return False
    name = next((name for name in _FORMS if _form(name).fullmatch(words)), None)
    return name is not None and (name != "listed" or _are_several(words))


def _are_several(words: str) -> bool:
    return bool(_PLURAL.search(words)) or len(weekdays.items(words) or ()) > 1


def read(words: str) -> Pattern:
    """The pattern of words that ``matches``. Raises ``UserError`` where they leave it open."""
    for name in _FORMS:
        if found := _form(name).fullmatch(words):
            return _READERS[name]({key: value for key, value in found.groupdict().items() if value})
    raise ValueError(f"not a rhythm: {words!r}")


def unknown() -> UserError:
    return UserError(
        _(
            "I can remind you daily, on days you name, every few days or weeks, or monthly. Try every monday 19:00 or"
            " every 2 weeks on sunday 19:00."
        )
    )


def _daily(groups: Groups) -> Pattern:
    return OnDays(_without(EVERY_DAY.weekdays, groups))


def _on_days(groups: Groups) -> Pattern:
    chosen = weekdays.items(groups.get("days") or groups["listed"])
    if not chosen:
        raise unknown()
    return OnDays(_without(chosen, groups))


def _without(chosen: frozenset[int], groups: Groups) -> Days:
    left = chosen - (weekdays.items(groups["not"]) or frozenset() if "not" in groups else frozenset())
    if not left:
        raise unknown()
    return Days(left)


def _every_days(groups: Groups) -> Pattern:
    days = int(groups["n"])
    if not 2 <= days <= 31:
        raise unknown()
    return EveryDays(days)


def _every_weeks(groups: Groups) -> Pattern:
    weeks = int(groups.get("n") or groups.get("weeks") or groups["other"])
    day = groups.get("day") or groups.get("first") or groups["its"]
    if not 1 <= weeks <= MOST_WEEKS:
        raise unknown()
    return EveryWeeks(weeks, _NAMES.index(day))


def _on_number(groups: Groups) -> Pattern:
    number = int(groups["number"])
    if not 1 <= number <= 31:
        raise unknown()
    return MonthlyOnDay(number)


def _on_weekday(groups: Groups) -> Pattern:
    nth = LAST if groups["nth"] == "last" else int(groups["nth"][0])
    return MonthlyOnWeekday(nth, _NAMES.index(groups["day"]))


def _which(groups: Groups) -> Pattern:
    """``every second sunday`` is every other one to some, and the second of the month to others."""
    pattern = MonthlyOnWeekday(int(groups["nth"]), _NAMES.index(groups["day"]))
    words = _("Is that every {n} weeks on {day}, or {monthly}?")
    raise Ambiguous(words.format(n=int(groups["nth"]), day=groups["day"].title(), monthly=str(pattern)))


def _no_day(_groups: Groups) -> Pattern:
    raise UserError(_("On which day? Try every sunday 19:00, every 2 weeks on sunday 19:00 or every 1st 19:00."))


_READERS: dict[str, Callable[[Groups], Pattern]] = {
    **{"daily": _daily, "every n days": _every_days, "every n weeks": _every_weeks},
    **{"on days": _on_days, "group": _on_days, "listed": _on_days},
    **{"nth day": _on_number, "monthly nth": _on_number, "every nth": _on_number},
    "last day": lambda _groups: MonthlyOnDay(31),
    **{"nth weekday": _on_weekday, "monthly weekday": _on_weekday, "every weekday": _on_weekday},
    **{"first or last": _on_weekday, "which": _which, "no day": _no_day},
}
