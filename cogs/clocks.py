"""Rules of time zones change: whoever has something at a wall time there hears once that it stays at it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from sqlite3 import Connection
from zoneinfo import ZoneInfo

from bot.clocks.rules.running import still_change
from bot.clocks.times import friendly_time, friendly_zone
from bot.cog import KeepsNothing, message
from bot.context import Delivery, Reader
from bot.messages import Message, Person, Text, When
from bot.words.i18n import _
from cogs.circles import wording
from storage.circles import answers, circles, dates, hosts
from storage.circles.answers import SEATED
from storage.circles.dates import Gathering
from storage.delivery import moved
from storage.personal import reminders


class Clocks(KeepsNothing):  # what was moved stands with the features it belongs to
    """Renders what was noted while instants were derived anew, as far as it is still true."""

    @message(moved.KIND, late="still true")
    async def moved(self, delivery: Delivery, reader: Reader) -> Message | None:
        noted = {what: str(which).split() for what, which in delivery.args.items()}
        lines = await self._circles([int(row) for row in noted.get("circles", ())], reader)
        waiting = await self.read(reminders.walls_of, reader.me, [int(row) for row in noted.get("reminders", ())])
        lines += _reminders(waiting, reader.now)
        if ends := noted.get("pause"):
            lines.append(_pause(datetime.fromtimestamp(int(ends[0]), UTC), ZoneInfo(ends[1]), reader.now))
        return Message(Text("\n").join(lines)) if lines else None

    async def _circles(self, rows: Iterable[int], reader: Reader) -> list[Text]:
        """A line for each circle of which a date is still to come that the reader hosts or comes to."""
        lines = []
        for gathering in await self.read(_still_theirs, rows, reader.me, reader.now):
            circle = await self.read(circles.get, gathering.circle)
            assert circle is not None
            sheet = await wording.sheet(self, circle)
            at = friendly_time(gathering.starts.astimezone(sheet.zone).time())
            words = (
                _("{title} stays at {time}, {zone}; the clocks there change by new rules.")
                if still_change(sheet.zone, reader.now)
                else _("{title} stays at {time}, {zone}; the clocks there no longer change.")
            )
            line = words.format(title=sheet.title, time=at, zone=friendly_zone(sheet.zone))
            if reader.zone != sheet.zone.key:
                line = line + " " + _("For you that is {when}.").format(when=When(gathering.starts))
            lines.append(line)
        return lines


def _still_theirs(connection: Connection, rows: Iterable[int], person: Person, now: datetime) -> list[Gathering]:
    """The first of these dates of each circle, if it is to come and theirs."""
    found: dict[int, Gathering] = {}
    for gathering in filter(None, (dates.get(connection, row) for row in rows)):
        said = answers.said(connection, gathering.id, person)
        hosted = person in hosts.accepted(connection, gathering.circle)
        if gathering.state == "planned" and gathering.starts > now and (hosted or (said and said.answer in SEATED)):
            found.setdefault(gathering.circle, gathering)
    return [*found.values()]


def _reminders(waiting: Iterable[tuple[datetime, str]], now: datetime) -> list[Text]:
    by_zone: dict[str, list[datetime]] = {}
    for due, key in waiting:
        by_zone.setdefault(key, []).append(due)
    return [_of_zone(dues, ZoneInfo(key), now) for key, dues in by_zone.items()]


def _of_zone(dues: list[datetime], zone: ZoneInfo, now: datetime) -> Text:
    still = still_change(zone, now)
    if len(dues) > 1:
        words = (
            _("Your reminders stay at the times you gave, {zone}; the clocks there change by new rules.")
            if still
            else _("Your reminders stay at the times you gave, {zone}; the clocks there no longer change.")
        )
        return words.format(zone=friendly_zone(zone))
    words = (
        _("Your reminder stays at {time}, {zone}; the clocks there change by new rules.")
        if still
        else _("Your reminder stays at {time}, {zone}; the clocks there no longer change.")
    )
    return words.format(time=friendly_time(dues[0].astimezone(zone).time()), zone=friendly_zone(zone))


def _pause(ends: datetime, zone: ZoneInfo, now: datetime) -> Text:
    words = (
        _("Your pause lasted until {time}, {zone}, as you said; the clocks there change by new rules.")
        if still_change(zone, now)
        else _("Your pause lasted until {time}, {zone}, as you said; the clocks there no longer change.")
    )
    return words.format(time=friendly_time(ends.astimezone(zone).time()), zone=friendly_zone(zone))
