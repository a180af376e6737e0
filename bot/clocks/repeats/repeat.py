"""A wall time that comes round again until somebody ends it, in a zone: what is stored is just that.

The phase of ``every second`` is carried by the nominal date of the next one, so nothing has to be counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.clocks.recurrence import MonthlyOnDay, Pattern, pattern_of
from bot.clocks.times import ONE_DAY, Occurrence, friendly_time, friendly_zone, instant_at, local_day
from bot.words.i18n import _


@dataclass(frozen=True, slots=True)
class Repeat:
    """``nominal`` is a local date that it falls on, or a date before the first one."""

    pattern: Pattern
    at: time
    zone: ZoneInfo
    nominal: date

    @classmethod
    def beginning(cls, pattern: Pattern, at: time, zone: ZoneInfo, now: datetime) -> Self:
        """From the first hour to come on: ``every second day`` begins today if its hour is to come, else tomorrow."""
        today = local_day(now, zone)
        start = today if instant_at(today, at, zone) > now else today + ONE_DAY
        return cls(pattern, at, zone, next(pattern.dates(start)))

    @classmethod
    def read(cls, pattern: str, at: str, zone: str, nominal: str) -> Self:
        """As it is stored. Raises ``ValueError`` on anything else, and for a zone that is no more."""
        try:
            where = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, OSError) as error:
            raise ValueError(f"an unknown zone: {zone[:64]}") from error
        return cls(pattern_of(pattern), time.fromisoformat(at), where, date.fromisoformat(nominal))

    @property
    def written(self) -> tuple[str, str, str, str]:
        return self.pattern.code, f"{self.at:%H:%M}", self.zone.key, self.nominal.isoformat()

    @property
    def next(self) -> Occurrence:
        """The one that ``nominal`` names."""
        return Occurrence(self.nominal, instant_at(self.nominal, self.at, self.zone))

    def after(self, now: datetime) -> tuple[Occurrence, Self]:
        """The last one up to ``now`` (or the next, where none has come yet), and what is left from then on."""
        days = self.pattern.dates(self.nominal)
        last = self.nominal
        for day in days:
            if day > self.nominal and instant_at(day, self.at, self.zone) > now:
                return Occurrence(last, instant_at(last, self.at, self.zone)), replace(self, nominal=day)
            last = day
        raise AssertionError("a pattern has no end")

    def __str__(self) -> str:
        """``every Monday at 19:00``"""
        return str(_("{pattern} at {time}").format(pattern=str(self.pattern), time=friendly_time(self.at)))

    def in_zone(self) -> str:
        """``every Monday at 19:00, Berlin time``"""
        return f"{self}, {friendly_zone(self.zone)}"

    @property
    def may_be_shortened(self) -> bool:
        """Is there a month without that day?"""
        return isinstance(self.pattern, MonthlyOnDay) and self.pattern.day > 28


@dataclass(frozen=True, slots=True)
class Coming:
    """When something comes first, and how it goes on from there if it does."""

    due: datetime
    repeat: Repeat | None = None

    @property
    def code(self) -> str:
        """One word, for words that wait: ``2026-11-26T18:00:00+00:00``, ``days:1|19:00|Europe/Berlin|2026-11-30``."""
        return "|".join(self.repeat.written) if self.repeat else self.due.isoformat()

    @classmethod
    def from_code(cls, code: str, now: datetime) -> Self:
        """Read what ``code`` wrote; the first hour that is still to come of what comes round again."""
        if "|" not in code:
            return cls(datetime.fromisoformat(code))
        written = Repeat.read(*code.split("|"))
        repeat = written if written.next.instant > now else written.after(now)[1]
        return cls(repeat.next.instant, repeat)
