"""When each member wants a check-in, which prompts they have seen, and that they answered. Never what they said."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from bot.clocks.times import Days, Occurrence, Schedule, Week, instant_at
from bot.context import Delivery, NewRules
from bot.messages import Person
from storage.checkins import dials
from storage.database import sql, walls
from storage.database.instants import instant, seconds
from storage.delivery import deliveries
from storage.members import in_touch

log = logging.getLogger(__name__)

PROMPT = "checkins.prompt"
PURPOSE = "checkin"

WINDOW = timedelta(hours=4)
"""How late a prompt may come before it is left out: an evening's question is no use in the night."""

SAME_DAY = timedelta(hours=20)
TOO_SOON = timedelta(hours=6)

LOOK_AGAIN = timedelta(days=1)
"""After a schedule that cannot be read."""

KEPT = in_touch.KEPT
SEEN_KEPT = timedelta(days=400)

Choose = Callable[[Mapping[str, datetime], str | None, datetime], str]
"""(when each prompt was seen, the last prompt, since when the member has check-ins) -> a prompt's id."""


def enable(connection: Connection, person: Person, schedule: Schedule | Week, now: datetime) -> datetime:
    """Check in at these times from now on, in place of earlier ones. Returns when the first one comes.

    A change of hour or zone gives nobody two check-ins on one day, and takes none away (see ``_first``).
    """
    week = Week.of(schedule) if isinstance(schedule, Schedule) else schedule
    known = connection.execute(
        "SELECT zone, asked, asked_nominal FROM checkin_schedules WHERE person = ?", (person.id,)
    ).fetchone()
    first = _first(week, now, *known) if known else week.next_after(now)
    at, zone, days = _written(week)
    connection.execute(
        "INSERT INTO checkin_schedules (person, at, zone, days, due, nominal, created) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (person) DO UPDATE SET at = excluded.at, zone = excluded.zone, days = excluded.days,"
        " due = excluded.due, nominal = excluded.nominal",
        (person.id, at, zone, days, seconds(first.instant), first.nominal.isoformat(), seconds(now)),
    )
    sql.forget(connection, person, "checkin_rests")
    dials.not_questioned(connection, person)
    deliveries.drop_pending(connection, person, PROMPT)
    return first.instant


def _first(week: Week, now: datetime, zone: str, asked: int | None, nominal: str | None) -> Occurrence:
    """The first occurrence on a day of its own, given when the last one was and on which local date.

    The same date counts as another day once 20 hours have passed (somebody who flew over the date line lives it
    twice); another date in a new zone as the same day while it is only 6 hours later.
    """
    first = week.next_after(now)
    while asked is not None and nominal is not None:
        since = first.instant - instant(asked)
        is_same_day = first.nominal.isoformat() <= nominal and since < SAME_DAY
        if not is_same_day and (zone == week.zone.key or since >= TOO_SOON):
            break
        first = week.next_after(first.instant)
    return first


def disable(connection: Connection, person: Person) -> bool:
    """Stop. False if there was nothing to stop."""
    deliveries.drop_pending(connection, person, PROMPT)
    return sql.forget(connection, person, "checkin_schedules", "checkin_rests")


def rest(connection: Connection, person: Person, now: datetime) -> bool:
    """Ask nothing more until the member says so. False if there was nothing to rest."""
    connection.execute(
        "INSERT OR REPLACE INTO checkin_rests (person, at, zone, days, since)"
        " SELECT person, at, zone, days, ? FROM checkin_schedules WHERE person = ?",
        (seconds(now), person.id),
    )
    deliveries.drop_pending(connection, person, PROMPT)
    return sql.forget(connection, person, "checkin_schedules")


def resume(connection: Connection, person: Person, now: datetime) -> bool:
    """Take up again what rested. False if nothing did."""
    row = connection.execute("SELECT at, zone, days FROM checkin_rests WHERE person = ?", (person.id,)).fetchone()
    if row is None:
        return False
    enable(connection, person, _week(*row), now)
    return True


def week_of(connection: Connection, person: Person) -> tuple[Week, datetime] | None:
    """When the member is asked, and when the next one comes."""
    row = connection.execute(
        "SELECT at, zone, days, due FROM checkin_schedules WHERE person = ?", (person.id,)
    ).fetchone()
    return (_week(*row[:3]), instant(row[3])) if row else None


def rests(connection: Connection, person: Person) -> bool:
    """Do the member's check-ins rest until they say `start`?"""
    return connection.execute("SELECT 1 FROM checkin_rests WHERE person = ?", (person.id,)).fetchone() is not None


def plan_due(connection: Connection, now: datetime, limit: int) -> bool:
    """Put what is due into the outbox and move each schedule on. True if there was a full batch, so perhaps more.

    After an outage only the latest occurrence is planned: at most one catch-up, and none past its window.
    """
    rows = connection.execute(
        "SELECT id, at, zone, days, due, nominal FROM checkin_schedules WHERE due <= ? ORDER BY due LIMIT ?",
        (seconds(now), limit),
    ).fetchall()
    if not rows:
        return False
    moved, until = [], seconds(now)
    for row, at, zone, days, due, nominal in rows:
        try:
            following, next_nominal = _following(at, zone, days, due)
        except (ValueError, LookupError, OSError):  # the file was damaged: one member's schedule is nobody else's
            log.error("schedule %d cannot be read; it is looked at again in a day", row)
            connection.execute("UPDATE checkin_schedules SET due = ? WHERE id = ?", (seconds(now + LOOK_AGAIN), row))
            continue
        if following <= until:
            following, next_nominal, due, nominal = _catch_up(_week(at, zone, days), now)
        moved.append((following, next_nominal, due, nominal, row))
    connection.executemany(
        "UPDATE checkin_schedules SET due = ?, nominal = ?, asked = ?, asked_nominal = ? WHERE id = ?", moved
    )
    deliveries.plan_picked(connection, PROMPT, PURPOSE, _ASKED, json.dumps([row for *_moved, row in moved]))
    return len(rows) == limit


_ASKED = (
    # The nominal date alone would lose the first prompt of a schedule changed later on the same day. The person stands
    # last, so that keys planned together stand together and few pages are written.
    f"SELECT '{PROMPT}:' || asked_nominal || ':' || at || ':' || zone || ':' || person AS key, person, asked AS due,"
    f" min(asked + {int(WINDOW.total_seconds())}, due) AS expires FROM checkin_schedules"
    " WHERE id IN (SELECT value FROM json_each(?))"
)


@lru_cache(maxsize=512)
def _following(at: str, zone: str, days: str, due: int) -> tuple[int, str]:
    """The occurrence after that of ``due``, as it is stored: many members share an hour."""
    return _stored(_week(at, zone, days).next_after(instant(due)))


def first_after(at: str, zone: str, days: str, now: datetime) -> tuple[int, str]:
    """The first occurrence after ``now`` of a schedule as it is stored, as it is stored."""
    return _stored(_week(at, zone, days).next_after(now))


def _stored(occurrence: Occurrence) -> tuple[int, str]:
    return seconds(occurrence.instant), occurrence.nominal.isoformat()


def _catch_up(week: Week, now: datetime) -> tuple[int, str, int, str]:
    """The next occurrence after ``now``, and the last one before it."""
    following = week.next_after(now - timedelta(days=8))
    while True:
        last, following = following, week.next_after(following.instant)
        if following.instant > now:
            return (*_stored(following), *_stored(last))


def follow(connection: Connection, rules: NewRules, after: int) -> int | None:
    """Schedules in zones with new rules. What is due already stays: it is planned in a moment. One that has moved into
    the past is caught up with.
    """
    rows = connection.execute(
        "SELECT id, at, zone, days, nominal, due FROM checkin_schedules WHERE id > ? AND due > ?"
        " AND zone IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT ?",
        (after, seconds(rules.now), rules.names, walls.PORTION),
    ).fetchall()
    derived = [(_on(at, zone, days, date.fromisoformat(day)), row, due) for row, at, zone, days, day, due in rows]
    moved = [(fresh, row) for fresh, row, due in derived if fresh != due]
    connection.executemany("UPDATE checkin_schedules SET due = ? WHERE id = ?", moved)
    return walls.last(row for row, *_rest in rows)


def _on(at: str, zone: str, days: str, nominal: date) -> int:
    """When clocks in the zone show the time that belongs to this day of the week."""
    hours = zip(at.split(), days.split(), strict=True)
    hour = next(hour for hour, on in hours if nominal in Days.from_code(on))
    return seconds(instant_at(nominal, time.fromisoformat(hour), ZoneInfo(zone)))


def later(connection: Connection, person: Person, delivery: int, due: datetime) -> None:
    """Ask the same again at ``due``."""
    what = f"{person.id}:again:{delivery}"
    deliveries.tell(connection, person, PROMPT, what, due, due + WINDOW, PURPOSE, args={"again": delivery}, picked=True)


def prompt_for(connection: Connection, delivery: Delivery, person: Person, choose: Choose, now: datetime) -> str:
    """The prompt of a delivery: chosen once, the same at every attempt."""
    known = connection.execute("SELECT prompt FROM checkins WHERE delivery = ?", (delivery.id,)).fetchone()
    if known is not None:
        return str(known[0])
    again = connection.execute(
        "SELECT prompt FROM checkins WHERE delivery = ?", (delivery.args.get("again"),)
    ).fetchone()
    prompt = str(again[0]) if again else next_prompt(connection, person, choose, now)
    connection.execute(
        "INSERT INTO checkins (delivery, person, prompt, asked) VALUES (?, ?, ?, ?)",
        (delivery.id, person.id, prompt, seconds(now)),
    )
    return prompt


def next_prompt(connection: Connection, person: Person, choose: Choose, now: datetime) -> str:
    """Choose a prompt, and remember that the member has seen it now."""
    rows = connection.execute(
        "SELECT prompt, at FROM prompts_seen WHERE person = ? ORDER BY at", (person.id,)
    ).fetchall()
    seen = {prompt: instant(at) for prompt, at in rows}
    [since] = connection.execute("SELECT created FROM persons WHERE id = ?", (person.id,)).fetchone()
    prompt = choose(seen, rows[-1][0] if rows else None, instant(since))
    saw(connection, person, prompt, now)
    return prompt


def saw(connection: Connection, person: Person, prompt: str, now: datetime) -> None:
    """The member was asked this, by a check-in or elsewhere in the same words."""
    connection.execute("INSERT OR REPLACE INTO prompts_seen VALUES (?, ?, ?)", (person.id, prompt, seconds(now)))


def latest(connection: Connection, person: Person) -> tuple[int, str] | None:
    """The delivery and the prompt of the last check-in the member was asked."""
    row = connection.execute(
        "SELECT delivery, prompt FROM checkins WHERE person = ? ORDER BY delivery DESC LIMIT 1", (person.id,)
    ).fetchone()
    return (row[0], row[1]) if row else None


def open_one(connection: Connection, person: Person, since: datetime) -> int | None:
    """The delivery of the last check-in, if it came since then and was not answered."""
    row = connection.execute(
        "SELECT delivery, asked, answered FROM checkins WHERE person = ? ORDER BY delivery DESC LIMIT 1", (person.id,)
    ).fetchone()
    return int(row[0]) if row and row[2] is None and row[1] > seconds(since) else None


def is_latest(connection: Connection, person: Person, delivery: int) -> bool:
    """Is this the last check-in the member was asked?"""
    last = latest(connection, person)
    return last is not None and last[0] == delivery


def answered(connection: Connection) -> int:
    """How many check-ins were answered, of all that are kept."""
    [found] = connection.execute("SELECT count(answered) FROM checkins").fetchone()
    return int(found)


def sweep(connection: Connection, now: datetime) -> bool:
    return (
        in_touch.sweep(connection, now)
        or sql.erase(connection, "checkins", "asked <= ?", seconds(now - KEPT))
        or sql.erase(connection, "prompts_seen", "at <= ?", seconds(now - SEEN_KEPT))
    )


def export(connection: Connection, person: Person) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    found = week_of(connection, person)
    if found is not None:
        kept["check-in"] = {"schedule": str(found[0]), "next": found[1].isoformat()}
    resting = connection.execute(
        "SELECT at, zone, days, since FROM checkin_rests WHERE person = ?", (person.id,)
    ).fetchone()
    if resting is not None:
        week = str(_week(*resting[:3]))
        kept["check-in that rests"] = {"schedule": week, "since": instant(resting[3]).isoformat()}
    asked = connection.execute("SELECT asked, answered FROM checkins WHERE person = ? ORDER BY asked", (person.id,))
    kept["check-ins of the last 35 days"] = [
        {"asked": instant(at).isoformat(), "answered": answered is not None} for at, answered in asked
    ]
    kept |= in_touch.export(connection, person)
    seen = connection.execute("SELECT prompt, at FROM prompts_seen WHERE person = ? ORDER BY at", (person.id,))
    kept["questions you have seen"] = {prompt: instant(at).date().isoformat() for prompt, at in seen}
    return kept


def forget(connection: Connection, person: Person) -> None:
    in_touch.forget(connection, person)
    sql.forget(connection, person, "checkin_schedules", "checkin_rests", "checkins", "prompts_seen")


def _written(week: Week) -> tuple[str, str, str]:
    """at, zone and days as they are stored: as many parts as there are different times."""
    at = " ".join(part.at.isoformat("minutes") for part in week.parts)
    return at, week.zone.key, " ".join(part.days.code for part in week.parts)


@lru_cache(maxsize=4096)
def _week(at: str, zone: str, days: str) -> Week:
    parts = zip(at.split(), days.split(), strict=True)
    return Week.of(*(Schedule(_time(one), _zone(zone), _days(on)) for one, on in parts))


_time = cache(time.fromisoformat)
_days = cache(Days.from_code)
"""A day has no more minutes, and a week no more choices of days, than fit into memory."""


@cache
def _zone(key: str) -> ZoneInfo:
    """Kept for good: zoneinfo itself remembers only eight, and reading one again takes longer than planning."""
    return ZoneInfo(key)
