"""Quiet alerts: what a member wrote down for the case that they go quiet, and how far it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, NamedTuple

from bot.context import NewRules
from bot.messages import Channel, Community, Person
from storage.database import sql, walls
from storage.database.instants import instant, seconds
from storage.members import consents
from storage.quiet import contacts

PURPOSE = "quiet"

TELL = "quiet.tell"


class Setup(NamedTuple):
    """What the member wrote down, and how far it is. ``words`` is encrypted; None for the usual ones.

    ``looked``: up to when their days have been judged. ``number`` names the alert that is open, or was last.
    """

    person: Person
    after: int
    gap: timedelta
    words: bytes | None
    helpers: Community | None
    moderators: Community | None
    quiet: int
    delivered: bool
    step: str
    number: int
    since: datetime | None
    claimed: bool
    paused: datetime | None
    answered: bool
    looked: datetime


class Lived(NamedTuple):
    """What happened in a stretch of a member's time."""

    contact: bool
    delivered: bool
    lost: bool


# -- what is written down ---------------------------------------------------------------------------------------------


def begin(connection: Connection, person: Person, today: datetime, due: datetime, now: datetime) -> None:
    """Look after this member from the start of ``today`` on, and judge it at its end, ``due``."""
    connection.execute(
        "INSERT OR IGNORE INTO quiet_alerts (person, looked, due, written) VALUES (?, ?, ?, ?)",
        (person.id, seconds(today), seconds(due), seconds(now)),
    )


def end(connection: Connection, person: Person) -> list[Person]:
    """Stop, and forget the list. Returns those who had agreed to be told."""
    agreed = [one.contact for one in contacts.contacts(connection, person) if one.accepted and one.contact]
    sql.forget(connection, person, "quiet_alerts", "quiet_contacts")
    return agreed


def setup(connection: Connection, person: Person) -> Setup | None:
    row = connection.execute(
        "SELECT after, gap, words, helpers, moderators, quiet, delivered, step, number, since, claimed, paused,"
        " answered, looked FROM quiet_alerts WHERE person = ?",
        (person.id,),
    ).fetchone()
    if row is None:
        return None
    (after, gap, words, helpers, moderators, quiet, delivered, step, number, since, claimed, paused, answered,
     looked) = row  # fmt: skip
    return Setup(
        person,
        after,
        timedelta(hours=gap),
        words,
        _community(connection, helpers),
        _community(connection, moderators),
        quiet,
        bool(delivered),
        step,
        number,
        instant(since),
        claimed is not None,
        instant(paused),
        bool(answered),
        instant(looked),
    )


def is_on(connection: Connection, person: Person) -> bool:
    found = connection.execute("SELECT 1 FROM quiet_alerts WHERE person = ?", (person.id,)).fetchone()
    return found is not None and consents.allows(connection, person, PURPOSE)


def set_days(connection: Connection, person: Person, after: int) -> None:
    connection.execute("UPDATE quiet_alerts SET after = ? WHERE person = ?", (after, person.id))


def set_gap(connection: Connection, person: Person, gap: timedelta) -> None:
    hours = int(gap / timedelta(hours=1))
    connection.execute("UPDATE quiet_alerts SET gap = ? WHERE person = ?", (hours, person.id))


def set_words(connection: Connection, person: Person, words: bytes | None) -> None:
    connection.execute("UPDATE quiet_alerts SET words = ? WHERE person = ?", (words, person.id))


def set_helpers(connection: Connection, person: Person, community: Community | None) -> None:
    connection.execute(
        "UPDATE quiet_alerts SET helpers = ? WHERE person = ?", (community.id if community else None, person.id)
    )


def set_moderators(connection: Connection, person: Person, community: Community | None) -> None:
    connection.execute(
        "UPDATE quiet_alerts SET moderators = ? WHERE person = ?", (community.id if community else None, person.id)
    )


# -- how far it is ----------------------------------------------------------------------------------------------------


def due(connection: Connection, now: datetime, limit: int) -> list[Person]:
    """Whose alert wants to be looked at."""
    rows = connection.execute(
        "SELECT person FROM quiet_alerts WHERE due <= ? ORDER BY due LIMIT ?", (seconds(now), limit)
    )
    return [Person(person) for (person,) in rows]


def look_now(connection: Connection, now: datetime) -> list[Setup]:
    """Every alert is due. Returns those that were judged, or went on, in a time that is still to come."""
    connection.execute("UPDATE quiet_alerts SET due = ?1 WHERE due > ?1", (seconds(now),))
    rows = connection.execute(
        "SELECT person FROM quiet_alerts WHERE looked > ?1 OR since > ?1 ORDER BY person", (seconds(now),)
    ).fetchall()
    found = [setup(connection, Person(person)) for (person,) in rows]
    return [one for one in found if one is not None]


def watched(connection: Connection, rules: NewRules, after: int) -> list[tuple[int, str, datetime, datetime]]:
    """The next members in zones with new rules whose days are judged: person, zone, from where on, and up to when."""
    rows = connection.execute(
        "SELECT person, zone, looked, due FROM quiet_alerts JOIN persons ON persons.id = person"
        " WHERE person > ? AND step = 'waiting' AND zone IN (SELECT value FROM json_each(?)) ORDER BY person LIMIT ?",
        (after, rules.names, walls.PORTION),
    )
    return [(person, zone, instant(looked), instant(due_)) for person, zone, looked, due_ in rows]


def move(connection: Connection, person: int, looked: datetime, due: datetime) -> None:
    """Their days begin and end at other instants."""
    connection.execute(
        "UPDATE quiet_alerts SET looked = ?, due = ? WHERE person = ?", (seconds(looked), seconds(due), person)
    )


def lived(connection: Connection, person: Person, since: datetime, until: datetime) -> Lived:
    """Was there contact, did anything the bot began arrive, and did anything not?"""
    window = (person.id, seconds(since), seconds(until))
    [contact] = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM contacts WHERE person = ? AND at >= ? AND at < ?)", window
    ).fetchone()
    delivered, lost = connection.execute(
        "SELECT ifnull(max(state = 'sent'), 0), ifnull(max(state IN ('dead', 'unknown', 'inbox')), 0) FROM deliveries"
        " WHERE person = ? AND settled >= ? AND settled < ? AND purpose <> ''",
        window,
    ).fetchone()
    return Lived(bool(contact), bool(delivered), bool(lost))


def has_answered(connection: Connection, person: Person) -> bool:
    """Has the member ever answered a check-in that is still on the record?"""
    found = connection.execute(
        "SELECT 1 FROM checkins WHERE person = ? AND answered IS NOT NULL LIMIT 1", (person.id,)
    ).fetchone()
    return found is not None


def save(connection: Connection, alert: Setup, due: datetime) -> None:
    """Keep how far it is, and look again at ``due``."""
    connection.execute(
        "UPDATE quiet_alerts SET quiet = ?, delivered = ?, step = ?, number = ?, since = ?, paused = ?,"
        " claimed = CASE WHEN ? THEN claimed END, answered = ?, looked = ?, due = ? WHERE person = ?",
        (
            alert.quiet,
            alert.delivered,
            alert.step,
            alert.number,
            seconds(alert.since) if alert.since else None,
            seconds(alert.paused) if alert.paused else None,
            alert.claimed,
            alert.answered,
            seconds(alert.looked),
            seconds(due),
            alert.person.id,
        ),
    )


def is_open(connection: Connection, person: Person, number: int) -> bool:
    """Is this very alert still open, with people being told?"""
    found = connection.execute(
        "SELECT 1 FROM quiet_alerts WHERE person = ? AND number = ? AND step <> 'waiting'", (person.id, number)
    ).fetchone()
    return found is not None


def claim(connection: Connection, person: Person, number: int, now: datetime) -> bool:
    """A helper or moderator takes it up. False if another one did, or it is over."""
    done = connection.execute(
        "UPDATE quiet_alerts SET claimed = ? WHERE person = ? AND number = ? AND step <> 'waiting' AND claimed IS NULL",
        (seconds(now), person.id, number),
    )
    return done.rowcount > 0


class Fate(NamedTuple):
    """What became of a delivery: its state, since when it is settled, and when it is tried next."""

    state: str
    settled: datetime | None
    next_try: datetime


def fate(connection: Connection, key: str) -> Fate | None:
    row = connection.execute("SELECT state, settled, next_try FROM deliveries WHERE nominal_key = ?", (key,)).fetchone()
    return Fate(row[0], instant(row[1]), instant(row[2])) if row else None


class Told(NamedTuple):
    """One message that told somebody. ``step``: as which part of the list."""

    to: Person | Channel
    step: str
    state: str
    next_try: datetime
    community: Community | None


def told(connection: Connection, person: Person, number: int) -> list[Told]:
    """Whom this alert was meant to be told to, and what became of it. Only ``sent`` has told anybody anything."""
    prefix = f"{TELL}:{person.id}:{number}:"
    rows = connection.execute(
        "SELECT person, platform, target, thread, nominal_key, state, next_try, community FROM deliveries"
        " WHERE nominal_key >= ? AND nominal_key < ? ORDER BY id",
        (prefix, prefix[:-1] + ";"),
    ).fetchall()
    return [
        Told(
            Person(who) if who else Channel(platform, target, thread),
            key.split(":")[3],
            state,
            instant(next_try),
            _community(connection, community),
        )
        for who, platform, target, thread, key, state, next_try, community in rows
    ]


# -- what is kept -----------------------------------------------------------------------------------------------------


def export(connection: Connection, person: Person, words: str | None) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    found = setup(connection, person)
    people = contacts.contacts(connection, person)
    if found is not None:
        kept["quiet alert"] = {
            "after quiet days": found.after,
            "hours between steps": int(found.gap / timedelta(hours=1)),
            "words": words or "the usual ones",
            "people": ["confirmed" if one.accepted else "not confirmed" for one in people],
            "helpers of": found.helpers.name if found.helpers else None,
            "moderators of": found.moderators.name if found.moderators else None,
            "open": found.step != "waiting",
        }
    if mine := contacts.serving(connection, person):
        kept["members I'd tell you about"] = len(mine)
    return kept


def leave(connection: Connection, person: Person, community: Community) -> None:
    """Its helpers and moderators are no longer told."""
    for column in ("helpers", "moderators"):
        connection.execute(
            f"UPDATE quiet_alerts SET {column} = NULL WHERE person = ? AND {column} = ?", (person.id, community.id)
        )


def _community(connection: Connection, community: int | None) -> Community | None:
    if community is None:
        return None
    row = connection.execute("SELECT id, name FROM communities WHERE id = ?", (community,)).fetchone()
    return Community(*row) if row else None
