"""Schedules on their way through buttons and forms: written short, read back with suspicion, and said as sentences."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.asking import consenting
from bot.clocks.times import Days, Schedule, Week, friendly_instant, friendly_time
from bot.errors import UserError
from bot.messages import Button, Field, Form, Text
from bot.registry import Ask
from bot.words.i18n import _


def code_of(schedule: Schedule) -> str:
    """A schedule as a button's value: ``19:00 Europe/Berlin 1234567``."""
    return f"{schedule.at:%H:%M} {schedule.zone.key} {schedule.days.code}"


def schedule_of(code: str) -> Schedule:
    """Raises UserError on what ``code_of`` never wrote: it came back from the network."""
    try:
        at, zone, days = code.split(" ")
        return Schedule(time.fromisoformat(at), ZoneInfo(zone), Days.from_code(days))
    except (ValueError, LookupError, OSError) as error:
        raise UserError(_("That button has expired. `checkin on` opens a new one.")) from error


def proposal(code: str) -> Text:
    return _(
        "A check-in {schedule}, seen by nobody. To do this I keep your account id, this schedule, and whether"
        " you answered."
        " I'd be messaging you first."
    ).format(schedule=str(schedule_of(code)))


ASK = Ask(
    "checkin",
    (*consenting.CORE, "checkin"),  # one yes, recorded as three (product.md 3.3)
    proposal,
    "checkins.agreed",
    choices=lambda code: (Button(_("Change time or days"), "checkins.edit", code),),
)


def enabled(week: Week, first: datetime, now: datetime) -> Text:
    return _("I'll check in {schedule}. The first one comes {when}. `checkin off` stops it.").format(
        schedule=str(week), when=friendly_instant(first, now, week.zone)
    )


def form(schedule: Schedule) -> Form:
    """Time, place and days of the only check-in there is from then on."""
    return Form(
        _("Your check-in"),
        (
            Field("at", _("At what time?"), time, default=friendly_time(schedule.at)),
            Field("zone", _("In which city or time zone?"), ZoneInfo, default=schedule.zone.key),
            Field("days", _("On which days?"), Days, default=_days_words(schedule.days)),
        ),
        "checkins.propose",
        code_of(schedule),
    )


def part_form() -> Form:
    """Another time on some days; the other days stay as they are."""
    return Form(
        _("Another time on some days"),
        (Field("at", _("At what time?"), time), Field("days", _("On which days?"), Days)),
        "checkins.add_part",
    )


def _days_words(days: Days) -> str:
    return str(days).removeprefix("on ")
