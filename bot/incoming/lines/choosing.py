"""What a question of a form offers where people choose rather than type, and what of it stands chosen."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time
from typing import Any

from bot.clocks.times import Days, friendly_time, weekday_name
from bot.errors import UserError
from bot.incoming import parameters
from bot.messages import Field, Option, plain

CODES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = 24

ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)
"""What is offered names no day that would be another one tomorrow."""


def offered(field: Field) -> tuple[Option, ...]:
    """Its own choices, the days of a week, or the hours of a day; and what it has now, where that is none of them."""
    if field.kind is Days:
        return tuple(Option(plain(weekday_name(day)), code) for day, code in enumerate(CODES))
    choices = field.choices or (_hours() if field.kind is time else ())
    if not choices or is_closed(field) or _read(field, field.default) is None or _same(field, choices):
        return choices
    return (Option(plain(field.default), field.default), *choices)


def chosen(field: Field) -> frozenset[str]:
    """The values of what it has now."""
    if field.kind is Days:
        days = _read(field, field.default)
        return frozenset(CODES[day] for day in days.weekdays) if days else frozenset()
    if is_closed(field):
        return frozenset(field.default.split())
    return frozenset(_same(field, offered(field))[:1])


def is_closed(field: Field) -> bool:
    """Is what it offers all there is?"""
    return field.kind in (parameters.One, parameters.Some, Days)


def _hours() -> tuple[Option, ...]:
    return tuple(Option(plain(friendly_time(time(hour))), f"{hour:02}:00") for hour in range(HOURS))


def _same(field: Field, choices: tuple[Option, ...]) -> list[str]:
    """Of the choices, those that say what it has now."""
    now = _read(field, field.default)
    return [choice.value for choice in choices if now is not None and _read(field, choice.value) == now]


def _read(field: Field, words: str) -> Any:
    """A value as the field understands it; None where it does not, as where somebody is to correct it."""
    if field.kind is time and len(words) == len("19:00") and words[:2].isdecimal() and int(words[:2]) < HOURS:
        with suppress(ValueError):
            return time.fromisoformat(words)
    try:
        reading = parameters.Reading(ANY_DAY)
        return parameters.of(field.kind).parse(words, reading) if words else None
    except UserError:
        return None
