"""The dates of circles as entries of a calendar file: as they stand, and as their rhythm brings them."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clocks.recurrence import Recurrence
from bot.cog import Cog
from bot.messages import Person
from cogs.circles import ics, kinds, schedule, wording
from storage.circles import answers, circles, dates, rhythm
from storage.circles.circles import Circle
from storage.circles.dates import Gathering

AHEAD = 26
"""Dates of each circle in a member's own file: half a year of a weekly one."""


async def of_person(cog: Cog, person: Person, now: datetime) -> list[ics.Entry]:
    """Every date of the circles this person belongs to or hosts."""
    found: list[ics.Entry] = []
    rows = {*await cog.read(answers.circles_of, person)}
    rows |= {circle.id for circle in await cog.read(circles.hosted_by, person)}
    for row in sorted(rows):
        circle = await cog.read(circles.get, row)
        if circle is not None and circle.state == "published" and circle.kind != kinds.NOTICE:
            found += await _of_circle(cog, circle, now)
    return found


async def _of_circle(cog: Cog, circle: Circle, now: datetime) -> list[ics.Entry]:
    """The dates that are open, as they stand, and those that the rhythm brings after them."""
    sheet = await wording.sheet(cog, circle)
    known = await cog.read(dates.known, circle.id, now)
    found = [of_date(cog, sheet, gathering) for gathering in known]
    opened, version = await cog.read(dates.opened, circle.id, now), await cog.read(rhythm.version, circle.id)
    nominals = {*opened, *(gathering.nominal for gathering in known)}
    length = timedelta(minutes=circle.minutes)
    for occurrence in schedule.next_dates(Recurrence.from_code(circle.recurrence), now, AHEAD):
        if occurrence.nominal not in nominals:
            name = ics.uid(_key(cog), circle.id, occurrence.nominal.isoformat())
            words = (sheet.title, sheet.about, sheet.spot)
            found.append(ics.Entry(name, *words, occurrence.instant, occurrence.instant + length, version, False))
    return found


def of_date(cog: Cog, sheet: wording.Sheet, gathering: Gathering) -> ics.Entry:
    is_off = gathering.state == "cancelled"
    words = (sheet.title, sheet.about, sheet.spot)
    return ics.Entry(uid(cog, gathering), *words, gathering.starts, gathering.ends, gathering.version, is_off)


def uid(cog: Cog, gathering: Gathering) -> str:
    """The name of a date in every calendar, whatever becomes of it."""
    return ics.uid(_key(cog), gathering.circle, gathering.nominal.isoformat())


def _key(cog: Cog) -> bytes:
    return cog.core.keyring.derive("circle calendar")
