"""How often a circle meets: the few patterns offered in one tap each, made from the date that was chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clocks.recurrence import LAST, LONGEST, EveryWeeks, MonthlyOnDay, MonthlyOnWeekday, Pattern, Recurrence
from bot.errors import UserError
from bot.words.i18n import N_, _

ONCE, USUALLY = "once", 8
OFTEN: dict[str, str] = {
    ONCE: N_("Once"),
    "week": N_("Every week"),
    "weeks2": N_("Every 2 weeks"),
    "weeks3": N_("Every 3 weeks"),
    "weeks4": N_("Every 4 weeks"),
    "day": N_("Every month, same day"),
    "nth": N_("Every month, same weekday"),
}
TIMES = (4, 8, 12, 26, 52)
"""How many times; it never goes on without an end, so that hosts decide again."""


def weekly(when: datetime, zone: ZoneInfo) -> Recurrence:
    """What a new circle starts with: every week at that hour, eight times."""
    local = when.astimezone(zone)
    at = local.time().replace(second=0, microsecond=0, fold=0)
    return Recurrence(EveryWeeks(1, local.weekday()), local.date(), at, zone, times=USUALLY)


def at(rule: Recurrence, when: datetime, zone: ZoneInfo) -> Recurrence:
    """The same rhythm from another date and hour on."""
    moved = weekly(when, zone)
    until = rule.until if rule.until and rule.until >= moved.start else None
    return replace(
        moved,
        pattern=_pattern(_name(rule), moved.start),
        times=None if until else rule.times or USUALLY,
        until=until,
    )


def often(rule: Recurrence, name: str) -> Recurrence:
    """Another rhythm from the same date on. Raises UserError for one that is not offered."""
    if name not in OFTEN:
        raise UserError(_("That button has expired. `circle mine` opens it again."))
    if name == ONCE:
        return replace(rule, pattern=_pattern("week", rule.start), times=1, until=None)
    times = USUALLY if rule.times == 1 else rule.times
    return replace(rule, pattern=_pattern(name, rule.start), times=times)


def times(rule: Recurrence, number: int) -> Recurrence:
    return replace(rule, times=number, until=None)


def until(rule: Recurrence, day: date) -> Recurrence:
    """Up to this date. Raises UserError for one that lies before the start, or too far."""
    if not rule.start <= day <= rule.start + LONGEST:
        raise UserError(_("The last date lies between the first one and five years later."))
    return replace(rule, times=None, until=day)


def _name(rule: Recurrence) -> str:
    if rule.times == 1:
        return ONCE
    match rule.pattern:
        case MonthlyOnDay():
            return "day"
        case MonthlyOnWeekday():
            return "nth"
        case EveryWeeks(weeks=weeks) if weeks > 1:
            return f"weeks{weeks}"
    return "week"


def _pattern(name: str, start: date) -> Pattern:
    if name == "day":
        return MonthlyOnDay(start.day)
    if name == "nth":
        is_last = (start + timedelta(days=7)).month != start.month
        nth = (start.day - 1) // 7 + 1
        return MonthlyOnWeekday(LAST if is_last and nth > 4 else min(nth, 4), start.weekday())
    return EveryWeeks(int(name.removeprefix("weeks") or 1) if name.startswith("weeks") else 1, start.weekday())
