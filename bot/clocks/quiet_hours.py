"""The hours in which nothing that a member did not schedule may reach them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from bot.clocks.times import ONE_DAY, friendly_time
from bot.words.i18n import _


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` until just before ``end``, over midnight if ``end`` is earlier. Equal times: never quiet.

    Quiet is what the clock on the member's wall says, also on the days it is changed.
    """

    start: time
    end: time

    def __contains__(self, wall: time) -> bool:
        if self.start <= self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end

    def __str__(self) -> str:
        """``from 21:00 to 09:00``"""
        if self.start == self.end:
            return str(_("never"))
        return str(_("from {start} to {end}").format(start=friendly_time(self.start), end=friendly_time(self.end)))


DEFAULT_QUIET_HOURS = QuietHours(time(21), time(9))
"""product.md 3.13; a community and a member may choose others."""


def held_until(instant: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime | None:
    """When a message due at ``instant`` may go (UTC), or None if it may go at once.

    The answer is never inside quiet hours itself. Where the clocks skip the end, it is shifted forward over the gap.
    """
    local = instant.astimezone(zone)
    if local.time() not in quiet:
        return None
    while local.time() in quiet:
        day = local.date() if local.time() < quiet.end else local.date() + ONE_DAY
        end = datetime.combine(day, quiet.end, zone)
        if end.astimezone(UTC) <= local.astimezone(UTC):  # the hour is repeated, and this is the second time
            end = end.replace(fold=1)
        local = end.astimezone(UTC).astimezone(zone)
    return local.astimezone(UTC)
