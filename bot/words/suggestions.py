"""What is offered while somebody types a time or days: (label, value) pairs; a label means the same as its value."""

from __future__ import annotations

_HOURS = ("07:00", "08:00", "09:00", "12:00", "18:00", "19:00", "20:00", "21:00", "22:00")
_DAYS = (
    "every day",
    "weekdays",
    "weekends",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


def times(prefix: str) -> list[tuple[str, str]]:
    """Both halves of the day for an hour that is being typed."""
    hour, _colon, minutes = prefix.strip().partition(":")
    if not hour:
        return [(one, one) for one in _HOURS]
    if not hour.isdecimal() or len(hour) > 2 or int(hour) > 23 or (minutes and not minutes.isdecimal()):
        return []
    minutes = minutes[:2].ljust(2, "0")
    both = (int(hour), int(hour) + 12) if 1 <= int(hour) < 12 and not hour.startswith("0") else (int(hour),)
    return [(one, one) for one in (f"{each:02}:{minutes}" for each in both) if minutes < "60"]


def days(prefix: str) -> list[tuple[str, str]]:
    return [(one, one) for one in _DAYS if one.startswith(prefix.strip().casefold())]
