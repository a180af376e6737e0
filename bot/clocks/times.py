"""Wall-clock times in a member's own zone: when they next come round, and how they are written.

What is stored is the wall time and the IANA zone; UTC is always derived. One policy holds everywhere (RFC 5545 3.3.5):
a wall time that the clocks skip is shifted forward by the length of the gap, and one that they show twice happens the
first time. Occurrences are keyed by their *nominal* local date: a gap before midnight can shift one into the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Self
from zoneinfo import ZoneInfo

from bot.words.i18n import _, ngettext, reader_locale

TWELVE_HOURS = frozenset(["en-US", "en-CA", "en-AU", "en-NZ", "en-IN"])
"""Locales in which ``7:30`` is half past seven in the morning or in the evening (CLDR, ``h:mm a``)."""

ONE_DAY = timedelta(days=1)
_EVENING = 17
"""From this hour on, today is tonight."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the week, at least one: 0 is Monday, as in ``date.weekday``."""

    weekdays: frozenset[int]

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError(f"days of the week are 0 to 6, at least one of them, not {sorted(self.weekdays)}")

    @classmethod
    def of(cls, *weekdays: int) -> Self:
        return cls(frozenset(weekdays))

    @classmethod
    def from_code(cls, code: str) -> Self:
        """Read what ``code`` wrote. Raises ``ValueError`` on anything else."""
        days = cls(frozenset("1234567".find(digit) for digit in code))
        if days.code != code:
            raise ValueError(f"not a code for days of the week: {code[:10]!r}")
        return days

    @property
    def code(self) -> str:
        """ISO 8601 weekday numbers in order, for storage: ``135`` is Monday, Wednesday and Friday."""
        return "".join(str(weekday + 1) for weekday in sorted(self.weekdays))

    def __contains__(self, day: date) -> bool:
        return day.weekday() in self.weekdays

    def __str__(self) -> str:
        """As the end of a sentence: ``every day``, ``on weekdays``, ``every Tuesday``, ``on Mon, Wed and Fri``."""
        for days, words in ((EVERY_DAY, _("every day")), (WEEKDAYS, _("on weekdays")), (WEEKEND, _("on weekends"))):
            if self == days:
                return str(words)
        first, *rest = sorted(self.weekdays)
        if not rest:
            return str(_("every {day}").format(day=weekday_name(first)))
        *before, last = (_short_weekday_name(weekday) for weekday in (first, *rest))
        return str(_("on {days} and {last}").format(days=", ".join(before), last=last))


EVERY_DAY = Days(frozenset(range(7)))
WEEKDAYS = Days.of(0, 1, 2, 3, 4)
WEEKEND = Days.of(5, 6)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a schedule comes round: the local date it belongs to, and the instant (UTC) it happens."""

    nominal: date
    instant: datetime


@dataclass(frozen=True, slots=True)
class Schedule:
    """A wall time in a zone, on the days somebody chose."""

    at: time
    zone: ZoneInfo
    days: Days = EVERY_DAY

    def next_after(self, after: datetime) -> Occurrence:
        return next_occurrence(after, self.at, self.zone, self.days)

    def __str__(self) -> str:
        """``at 19:00 every day, Berlin time``"""
        words = _("at {time} {days}, {zone}")
        return str(words.format(time=friendly_time(self.at), days=str(self.days), zone=friendly_zone(self.zone)))


@dataclass(frozen=True, slots=True)
class Week:
    """One or several times in one zone, never twice on a day: ``parts`` have no day in common."""

    parts: tuple[Schedule, ...]

    def __post_init__(self) -> None:
        if not self.parts or len({part.zone.key for part in self.parts}) > 1:
            raise ValueError("a week has at least one time, and one zone")
        if sum(len(part.days.weekdays) for part in self.parts) > len(self.days):
            raise ValueError("two times on one day")

    @classmethod
    def of(cls, *parts: Schedule) -> Self:
        return cls(parts)

    @property
    def zone(self) -> ZoneInfo:
        return self.parts[0].zone

    @property
    def days(self) -> frozenset[int]:
        return frozenset().union(*(part.days.weekdays for part in self.parts))

    def next_after(self, after: datetime) -> Occurrence:
        if len(self.parts) == 1:
            return self.parts[0].next_after(after)
        return min((part.next_after(after) for part in self.parts), key=lambda occurrence: occurrence.instant)

    def with_part(self, part: Schedule) -> Week:
        """Another time on these days; the other days stay as they are. The zone of the new part holds for all."""
        kept = [
            Schedule(one.at, part.zone, Days(one.days.weekdays - part.days.weekdays))
            for one in self.parts
            if not one.days.weekdays <= part.days.weekdays and one.at != part.at
        ]
        same = frozenset[int]().union(*(one.days.weekdays for one in self.parts if one.at == part.at))
        return Week.of(*kept, Schedule(part.at, part.zone, Days(part.days.weekdays | same)))

    def once_a_week(self, weekday: int) -> Week:
        """The same hour, on this one weekday only."""
        part = next((one for one in self.parts if weekday in one.days.weekdays), self.parts[0])
        return Week.of(Schedule(part.at, self.zone, Days.of(weekday)))

    def __str__(self) -> str:
        """``at 19:00 on weekdays and at 10:00 on weekends, Berlin time``"""
        *before, last = self.parts
        if not before:
            return str(last)
        words = _("{before} and {last}")
        started = ", ".join(_without_zone(part) for part in before)
        return str(words.format(before=started, last=str(last)))


def _without_zone(part: Schedule) -> str:
    return str(_("at {time} {days}").format(time=friendly_time(part.at), days=str(part.days)))


def instant_at(nominal: date, at: time, zone: tzinfo) -> datetime:
    """The instant (UTC) when clocks in ``zone`` show ``at`` on ``nominal``: shifted over a gap, the first of two."""
    return datetime.combine(nominal, at.replace(fold=0) if at.fold else at, zone).astimezone(UTC)


def next_occurrence(after: datetime, at: time, zone: ZoneInfo, days: Days = EVERY_DAY) -> Occurrence:
    """The first occurrence strictly later than ``after``.

    Called with the instant it returned, it walks through every nominal date once: nothing lost, nothing twice.
    """
    local = after.astimezone(zone)
    nominal = local.date()
    if local.time() < at:  # yesterday's may still be to come: a gap before midnight shifts it into today
        nominal -= ONE_DAY
    while True:
        if nominal.weekday() in days.weekdays:
            instant = instant_at(nominal, at, zone)
            if instant > after:
                return Occurrence(nominal, instant)
        nominal += ONE_DAY


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The date on the calendar in ``zone`` at that instant."""
    return instant.astimezone(zone).date()


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants (UTC) at which a local day starts and the next one starts: 23, 24 or 25 hours apart, mostly."""
    return instant_at(day, time(), zone), instant_at(day + ONE_DAY, time(), zone)


def weekday_name(weekday: int) -> str:
    """``Monday`` for 0."""
    names = _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")
    return str(names[weekday])


def _short_weekday_name(weekday: int) -> str:
    names = _("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")
    return str(names[weekday])


def month_name(month: int) -> str:
    """``January`` for 1."""
    names = (
        *(_("January"), _("February"), _("March"), _("April"), _("May"), _("June")),
        *(_("July"), _("August"), _("September"), _("October"), _("November"), _("December")),
    )
    return str(names[month - 1])


def on_twelve_hours() -> bool:
    """Is the reader known to count hours to twelve? Where their platform says nothing of it, nobody is."""
    return reader_locale().replace("_", "-") in TWELVE_HOURS


def friendly_time(at: time) -> str:
    """``18:00``, the 24 hour clock, which needs no translation; ``6:00 PM`` for whoever is known to write it so."""
    if not on_twelve_hours():
        return f"{at:%H:%M}"
    return f"{at.hour % 12 or 12}:{at:%M} {'PM' if at.hour >= 12 else 'AM'}"


def friendly_zone(zone: ZoneInfo) -> str:
    """``Berlin time``, ``Buenos Aires time``, ``UTC``; ``UTC+2, the same all year`` for a zone without summer time."""
    city = zone.key.rpartition("/")[2].replace("_", " ")
    if zone.key.startswith("Etc/GMT"):
        hours = -int(zone.key.removeprefix("Etc/GMT") or 0)  # IANA counts how far UTC is ahead
        return str(_("UTC{hours}, the same all year").format(hours=f"{hours:+d}"))
    return city if city == "UTC" else str(_("{city} time").format(city=city))


def friendly_date(day: date, today: date) -> str:
    """``today``, ``tomorrow``, ``Thursday`` up to six days ahead, else ``Tuesday 3 March``, and the year if another."""
    ahead = (day - today).days
    if ahead == 0:
        return str(_("today"))
    if ahead == 1:
        return str(_("tomorrow"))
    weekday = weekday_name(day.weekday())
    if 1 < ahead < 7:
        return weekday
    words = _("{weekday} {day} {month}") if day.year == today.year else _("{weekday} {day} {month} {year}")
    return str(words.format(weekday=weekday, day=day.day, month=month_name(day.month), year=day.year))


def calendar_day(day: date, today: date) -> str:
    """``30 June``, and the year if another: for what is kept, and read on another day than it was written."""
    words = _("{day} {month}") if day.year == today.year else _("{day} {month} {year}")
    return str(words.format(day=day.day, month=month_name(day.month), year=day.year))


def friendly_instant(instant: datetime, now: datetime, zone: ZoneInfo) -> str:
    """``tomorrow at 18:00``, ``Thursday at 18:00``, as clocks in ``zone`` show it."""
    local = instant.astimezone(zone)
    day = friendly_date(local.date(), local_day(now, zone))
    return str(_("{day} at {time}").format(day=day, time=friendly_time(local.time())))


def when_ahead(instant: datetime, now: datetime, zone: ZoneInfo) -> str:
    """``Tonight 19:30``, ``Tomorrow 07:00``, ``Sunday 18:00``: at the beginning of a line."""
    local = instant.astimezone(zone)
    day = friendly_date(local.date(), today := local_day(now, zone))
    if local.date() == today and local.hour >= _EVENING:
        day = str(_("tonight"))
    return f"{day[:1].upper()}{day[1:]} {friendly_time(local.time())}"


def dated_instant(instant: datetime, now: datetime, zone: ZoneInfo) -> str:
    """``tomorrow at 19:00 (Sunday 29 March), Berlin time``: what was understood, to look at before it counts."""
    local, today = instant.astimezone(zone), local_day(now, zone)
    said = f"{friendly_instant(instant, now, zone)}, {friendly_zone(zone)}"
    if not 0 <= (local.date() - today).days < 7:
        return said  # the date is named already
    words = _("{day} at {time} ({weekday} {date} {month}), {zone}").format(
        day=friendly_date(local.date(), today),
        time=friendly_time(local.time()),
        weekday=weekday_name(local.weekday()),
        date=local.day,
        month=month_name(local.month),
        zone=friendly_zone(zone),
    )
    return str(words)


def full_instant(instant: datetime, zone: ZoneInfo) -> str:
    """``Saturday 4 April 2026 at 15:00, Berlin time``: all of it, to look at before something is done."""
    local = instant.astimezone(zone)
    words = _("{weekday} {day} {month} {year} at {time}, {zone}").format(
        weekday=weekday_name(local.weekday()),
        day=local.day,
        month=month_name(local.month),
        year=local.year,
        time=friendly_time(local.time()),
        zone=friendly_zone(zone),
    )
    return str(words)


def friendly_duration(span: timedelta) -> str:
    """``5 minutes``, ``1 hour 30 minutes``, ``3 days``: the two largest units; less than a minute counts as one."""
    minutes = max(1, round(span / timedelta(minutes=1)))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = (
        (days, ngettext("{n} day", "{n} days", days)),
        (hours, ngettext("{n} hour", "{n} hours", hours)),
        (minutes, ngettext("{n} minute", "{n} minutes", minutes)),
    )
    return " ".join(str(words.format(n=n)) for n, words in [unit for unit in units if unit[0]][:2])


def friendly_wait(instant: datetime, now: datetime) -> str:
    """``in 5 minutes``; ``now`` for what is already due."""
    if instant <= now:
        return str(_("now"))
    return str(_("in {duration}").format(duration=friendly_duration(instant - now)))
