"""An hour as somebody wrote it, from the words of ``typed``: ``7:30 pm``, ``quarter to 9``, ``19h``."""

from __future__ import annotations

import re
from datetime import time
from typing import NamedTuple

from bot.clocks.times import on_twelve_hours
from bot.errors import Ambiguous, UserError
from bot.words.i18n import _

_HALF = r"(?: [ap]m)?"
CLOCK = (
    rf"(?:noon|midnight|[0-9]{{1,2}}[:._][0-9]{{2}}{_HALF}|[0-9]{{1,2}} [ap]m|[0-9]{{1,2}}h(?:[0-9]{{2}})?(?![0-9a-z])"
    rf"|[0-9]{{1,2}} o'clock{_HALF}|(?:half|quarter|[0-9]{{1,2}}(?: minute)?) (?:past|to) [0-9]{{1,2}}"
    rf"(?: o'clock)?{_HALF}"
    rf"|half [0-9]{{1,2}}{_HALF}|[0-9]{{4}}|[0-9]{{1,2}})"
)
_SAID = re.compile(r"([0-9]{1,2})(?:[:.h_]?([0-9]{2})|h| o'clock)?(?: ([ap]m))?")
_AROUND = re.compile(r"(?:(half|quarter|[0-9]{1,2})(?: minute)? )(past|to) ([0-9]{1,2})(?: o'clock)?(?: ([ap]m))?")
_PARTS = {"morning": range(12), "afternoon": range(12, 18), "evening": range(17, 24), "night": range(17, 24)}


class Hour(NamedTuple):
    """A wall time; ``next_day`` for 24:00, which is the end of the day it is said of."""

    at: time
    next_day: bool = False


def read(clock: str, part: str | None, *, dated: bool = False) -> Hour:
    """The hour of a ``CLOCK`` in a part of the day. Raises ``UserError`` where it is none, or could be two.

    ``dated``: behind a date in figures, where nobody counts hours to twelve.
    """
    if clock in ("noon", "midnight"):
        return Hour(time(12 if clock == "noon" else 0))
    if clock == "24:00" and not part:
        return Hour(time(), next_day=True)
    hours, minutes, half = _numbers(clock)
    if minutes > 59 or hours > 23 or (half and not 1 <= hours <= 12):
        raise unknown(clock)
    if half:
        hours = hours % 12 + (12 if half == "pm" else 0)
    elif part and part != "morning" and 1 <= hours < 12:
        hours += 12
    elif not part and 1 <= hours <= 12 and not _on_24_hours(clock, dated):
        shown = f"{hours}:{minutes:02}" if minutes else f"{hours}"
        asked = Ambiguous(_("Is that {hour}am or {hour}pm?").format(hour=shown))
        raise asked.offering([f"{shown}am", f"{shown}pm"])
    if part and hours not in _PARTS[part]:
        raise unsure()
    return Hour(time(hours, minutes))


def _on_24_hours(clock: str, dated: bool) -> bool:
    """``7:30``, but to those who would write the evening's so as well; ``07:30`` and ``19h`` to everybody."""
    if on_twelve_hours() and not dated and re.fullmatch("(?:[1-9]|1[0-2])[:.][0-9]{2}", clock):
        return False
    return bool(re.fullmatch(r"[0-9]{1,2}[:.][0-9]{2}|[0-9]{4}|[0-9]{1,2}h(?:[0-9]{2})?", clock))


def _numbers(clock: str) -> tuple[int, int, str | None]:
    """Hours, minutes, and the half of the day if it was said."""
    if said := _SAID.fullmatch(clock):
        return int(said[1]), int(said[2] or 0), said[3]
    found = _AROUND.fullmatch(clock)
    if not found:  # "half seven" is 6:30 to some and 7:30 to others
        raise unsure()
    away = {"half": 30, "quarter": 15}.get(found[1]) or int(found[1])
    hours, half = int(found[3]), found[4]
    if found[2] == "past":
        return hours, away, half
    if (away < 20 and found[1].isdecimal() and "minute" not in clock) or away == 30:
        raise unsure()  # "9 to 10 pm" may be from nine to ten
    if not 1 <= hours <= 23 or (half and hours == 12):
        raise unsure()
    if hours == 1 and half:
        return 12, 60 - away, half
    return (hours - 1 or 12), 60 - away, half


def unknown(text: str) -> UserError:
    typed = re.sub(r"(?<=[0-9]) (?=[ap]m$)", "", " ".join(text.split()))[:40]
    return UserError(_("{time} isn't a time I know. Try 19:00 or 7pm.").format(time=typed))


def unsure() -> UserError:
    return UserError(_("I'm not sure when that is. Try a day and a time, like tomorrow 01:00."))
