"""When each member wants a check-in, which prompts they have seen, and that they answered. Never what they said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from functools import cache, lru_cache
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

from bot.messages import Delivery, Person
from bot.times import Days, Occurrence, Schedule
from storage import deliveries
from storage.instants import instant, seconds

PROMPT = "checkins.prompt"
PURPOSE = "checkin"

WINDOW = timedelta(hours=4)
"""How late a prompt may come before it is left out: an evening's question is no use in the night."""

KEPT = timedelta(days=35)
SEEN_KEPT = timedelta(days=400)

Choose = Callable[[Mapping[str, datetime], str | None, datetime], str]
"""(when each prompt was seen, the last prompt, since when the member has check-ins) -> a prompt's id."""


def enable(connection: Connection, person: Person, schedule: Schedule, now: datetime) -> datetime:
    """Check in on this schedule from now on, in place of an earlier one. Returns when the first one comes."""
    first = schedule.next_after(now)
    connection.execute(
        "INSERT INTO checkin_schedules (person, at, zone, days, due, nominal, created) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (person) DO UPDATE SET at = excluded.at, zone = excluded.zone, days = excluded.days,"
        " due = excluded.due, nominal = excluded.nominal",
        (
            person.id,
            schedule.at.isoformat("minutes"),
            schedule.zone.key,
            schedule.days.code,
            seconds(first.instant),
            first.nominal.isoformat(),
            seconds(now),
        ),
    )
    deliveries.drop_pending(connection, person, PROMPT)
    return first.instant


def disable(connection: Connection, person: Person) -> bool:
    """Stop. False if there was no schedule."""
    deliveries.drop_pending(connection, person, PROMPT)
    return connection.execute("DELETE FROM checkin_schedules WHERE person = ?", (person.id,)).rowcount > 0


def schedule_of(connection: Connection, person: Person) -> tuple[Schedule, datetime] | None:
    """The member's schedule, and when it next comes round."""
    row = connection.execute(
        "SELECT at, zone, days, due FROM checkin_schedules WHERE person = ?", (person.id,)
    ).fetchone()
    return (_schedule(*row[:3]), instant(row[3])) if row else None


def plan_due(connection: Connection, now: datetime, limit: int) -> bool:
    """Put what is due into the outbox and move each schedule on. True if there was a full batch, so perhaps more.

    After an outage only the latest occurrence is planned: at most one catch-up, and none past its window.
    """
    rows = connection.execute(
        "SELECT id, person, at, zone, days, due, nominal FROM checkin_schedules WHERE due <= ? ORDER BY due LIMIT ?",
        (seconds(now), limit),
    ).fetchall()
    planned, moved = [], []
    for row, person, at, zone, days, due, nominal in rows:
        schedule = _schedule(at, zone, days)
        latest = instant(due)
        following = schedule.next_after(latest)
        if following.instant <= now:
            following, latest, nominal = _catch_up(schedule, now)
        planned.append(
            Delivery(
                to=Person(person),
                kind=PROMPT,
                # The nominal date alone would lose the first prompt of a schedule changed later on the same day.
                key=f"{PROMPT}:{person}:{nominal}:{at}:{zone}",
                due=latest,
                expires=min(latest + WINDOW, following.instant),
                purpose=PURPOSE,
                picked=True,
            )
        )
        moved.append((seconds(following.instant), following.nominal.isoformat(), row))
    deliveries.plan_for_persons(connection, planned)
    connection.executemany("UPDATE checkin_schedules SET due = ?, nominal = ? WHERE id = ?", moved)
    return len(rows) == limit


def _catch_up(schedule: Schedule, now: datetime) -> tuple[Occurrence, datetime, str]:
    """The next occurrence after ``now``, and the last one before it."""
    following = schedule.next_after(now - timedelta(days=8))
    while True:
        last, following = following, schedule.next_after(following.instant)
        if following.instant > now:
            return following, last.instant, last.nominal.isoformat()


def later(connection: Connection, person: Person, delivery: int, due: datetime) -> None:
    """Ask the same again at ``due``."""
    deliveries.plan(
        connection,
        Delivery(
            to=person,
            kind=PROMPT,
            key=f"{PROMPT}:{person.id}:again:{delivery}",
            due=due,
            expires=due + WINDOW,
            purpose=PURPOSE,
            args={"again": delivery},
            picked=True,
        ),
    )


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
    connection.execute("INSERT OR REPLACE INTO prompts_seen VALUES (?, ?, ?)", (person.id, prompt, seconds(now)))
    return prompt


def is_latest(connection: Connection, person: Person, delivery: int) -> bool:
    """Is this the last check-in the member was asked?"""
    [last] = connection.execute("SELECT max(delivery) FROM checkins WHERE person = ?", (person.id,)).fetchone()
    return bool(last == delivery)


def record_contact(connection: Connection, person: Person, now: datetime, delivery: int | None = None) -> None:
    """The member was in touch; with ``delivery``, by answering that check-in. Saying it twice changes nothing."""
    connection.execute("INSERT OR IGNORE INTO contacts VALUES (?, ?)", (person.id, seconds(now)))
    if delivery is not None:
        connection.execute(
            "UPDATE checkins SET answered = ? WHERE delivery = ? AND person = ? AND answered IS NULL",
            (seconds(now), delivery, person.id),
        )


def answered(connection: Connection) -> int:
    """How many check-ins were answered, of all that are kept."""
    [count] = connection.execute("SELECT count(answered) FROM checkins").fetchone()
    return int(count)


def sweep(connection: Connection, now: datetime) -> None:
    connection.execute("DELETE FROM contacts WHERE at <= ?", (seconds(now - KEPT),))
    connection.execute("DELETE FROM checkins WHERE asked <= ?", (seconds(now - KEPT),))
    connection.execute("DELETE FROM prompts_seen WHERE at <= ?", (seconds(now - SEEN_KEPT),))


def export(connection: Connection, person: Person) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    found = schedule_of(connection, person)
    if found is not None:
        kept["check-in"] = {"schedule": str(found[0]), "next": found[1].isoformat()}
    asked = connection.execute("SELECT asked, answered FROM checkins WHERE person = ? ORDER BY asked", (person.id,))
    kept["check-ins of the last 35 days"] = [
        {"asked": instant(at).isoformat(), "answered": answered is not None} for at, answered in asked
    ]
    contacts = connection.execute("SELECT at FROM contacts WHERE person = ? ORDER BY at", (person.id,))
    kept["when you were in touch, last 35 days"] = [instant(at).isoformat() for (at,) in contacts]
    seen = connection.execute("SELECT prompt, at FROM prompts_seen WHERE person = ? ORDER BY at", (person.id,))
    kept["questions you have seen"] = {prompt: instant(at).date().isoformat() for prompt, at in seen}
    return kept


def forget(connection: Connection, person: Person) -> None:
    for table in ("checkin_schedules", "checkins", "prompts_seen", "contacts"):
        connection.execute(f"DELETE FROM {table} WHERE person = ?", (person.id,))


@lru_cache(maxsize=4096)
def _schedule(at: str, zone: str, days: str) -> Schedule:
    return Schedule(time.fromisoformat(at), _zone(zone), Days.from_code(days))


@cache
def _zone(key: str) -> ZoneInfo:
    """Kept for good: zoneinfo itself remembers only eight, and reading one again takes longer than planning."""
    return ZoneInfo(key)
