"""Helper hours: when somebody may be asked for company, by the clock on their own wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from bot.clocks.times import ONE_DAY, Days, friendly_time, friendly_zone, instant_at
from bot.words.i18n import _
from storage.company.helping import Candidate


@dataclass(frozen=True, slots=True)
class Hours:
    """From ``start`` until ``end`` on some days; over midnight if ``end`` is not later, and then of the day it began.

    Equal times are a whole day.
    """

    zone: ZoneInfo
    start: time
    end: time
    days: Days

    @classmethod
    def read(cls, zone: str, start: str, end: str, days: str) -> Self:
        """As they are stored: a zone's key, ``HH:MM`` twice, and the code of the days."""
        return cls(ZoneInfo(zone), time.fromisoformat(start), time.fromisoformat(end), Days.from_code(days))

    def until(self, now: datetime) -> datetime | None:
        """The end (UTC) of the hours in which ``now`` lies; None if it lies in none."""
        today = now.astimezone(self.zone).date()
        for nominal in (today - ONE_DAY, today):
            if nominal in self.days:
                last = nominal if self.end > self.start else nominal + ONE_DAY
                begin, end = instant_at(nominal, self.start, self.zone), instant_at(last, self.end, self.zone)
                if begin <= now < end:
                    return end
        return None

    def begin_before(self, now: datetime, until: datetime) -> bool:
        """Do hours begin after ``now`` and before ``until``?"""
        day, last = now.astimezone(self.zone).date(), until.astimezone(self.zone).date()
        while day <= last:
            if day in self.days and now < instant_at(day, self.start, self.zone) < until:
                return True
            day += ONE_DAY
        return False

    def __str__(self) -> str:
        """``19:00 to 23:00 every day, Berlin time``"""
        words = _("{start} to {end} {days}, {zone}")
        return str(
            words.format(
                start=friendly_time(self.start),
                end=friendly_time(self.end),
                days=str(self.days),
                zone=friendly_zone(self.zone),
            )
        )


def hours_of(one: Candidate) -> Hours:
    return Hours(
        ZoneInfo(one.zone), time.fromisoformat(one.start), time.fromisoformat(one.end), Days.from_code(one.days)
    )


def choose(candidates: Sequence[Candidate], now: datetime) -> list[tuple[Candidate, datetime]]:
    """Those in their hours, who gave least lately first, and of these who was asked longest ago; with the end of the
    hours.
    """
    ordered = sorted(candidates, key=lambda one: (one.gave, one.asked, one.person.id))
    return [(one, until) for one in ordered if (until := hours_of(one).until(now)) is not None]
