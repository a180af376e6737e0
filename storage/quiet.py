"""Quiet alerts: what a member wrote down for the case that they go quiet, who agreed to be told, and how far it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.messages import Channel, Community, Person
from storage import blocks, consents, holds, members
from storage.instants import instant, seconds

PURPOSE = "quiet"
ASKABLE = "may-be-asked"
CONTACT = "contact"

TELL = "quiet.tell"
MOST_CONTACTS = 2
"""Person A and person B."""
SERVES = 3
"""Members one contact is there for (product.md 3.4)."""
CODE_KEPT = timedelta(days=7)

Answer = Literal["accepted", "full", "gone"]


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


class Contact(NamedTuple):
    """One line of the list. ``contact`` is None while a code waits for whoever was given it."""

    id: int
    person: Person
    contact: Person | None
    accepted: bool


class Lived(NamedTuple):
    """What happened in a stretch of a member's time."""

    contact: bool
    delivered: bool
    lost: bool


# -- what is written down ---------------------------------------------------------------------------------------------


def begin(connection: Connection, person: Person, today: datetime, due: datetime) -> None:
    """Look after this member from the start of ``today`` on, and judge it at its end, ``due``."""
    connection.execute(
        "INSERT OR IGNORE INTO quiet_alerts (person, looked, due) VALUES (?, ?, ?)",
        (person.id, seconds(today), seconds(due)),
    )


def end(connection: Connection, person: Person) -> list[Person]:
    """Stop, and forget the list. Returns those who had agreed to be told."""
    agreed = [one.contact for one in contacts(connection, person) if one.accepted and one.contact]
    for table in ("quiet_alerts", "quiet_contacts"):
        connection.execute(f"DELETE FROM {table} WHERE person = ?", (person.id,))
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


# -- who would be told ------------------------------------------------------------------------------------------------


def contacts(connection: Connection, person: Person) -> list[Contact]:
    """The people on the member's list, in the order they were asked."""
    rows = connection.execute(
        "SELECT id, contact, accepted FROM quiet_contacts WHERE person = ? ORDER BY id", (person.id,)
    )
    return [
        Contact(id_, person, Person(contact) if contact else None, accepted is not None)
        for id_, contact, accepted in rows
    ]


def serving(connection: Connection, contact: Person) -> list[Contact]:
    """The members this person agreed to be told about."""
    rows = connection.execute(
        "SELECT id, person FROM quiet_contacts WHERE contact = ? AND accepted IS NOT NULL ORDER BY id", (contact.id,)
    )
    return [Contact(id_, Person(person), contact, True) for id_, person in rows]


def may_be_asked(connection: Connection, person: Person, other: Person, now: datetime) -> bool:
    """May this member ask the other? Only who said so, shares a community, is not avoided, and has room for one more.

    A yes that is no does not say which of these it was.
    """
    shared = {*members.communities(connection, person)} & {*members.communities(connection, other)}
    return (
        person != other
        and consents.allows(connection, other, ASKABLE)
        and bool(shared)
        and not blocks.between(connection, person, other)
        and not holds.is_quiet(connection, person, None, now)
        and not holds.is_quiet(connection, other, None, now)
        and len(serving(connection, other)) < SERVES
    )


def ask(connection: Connection, person: Person, contact: Person, now: datetime) -> int | None:
    """Put somebody on the list, not confirmed yet. None if they are on it already."""
    done = connection.execute(
        "INSERT OR IGNORE INTO quiet_contacts (person, contact, asked) VALUES (?, ?, ?)",
        (person.id, contact.id, seconds(now)),
    )
    return done.lastrowid if done.rowcount else None


def invite(connection: Connection, person: Person, code: bytes, now: datetime) -> None:
    """Put whoever enters this code on the list. ``code`` is a keyed hash of what the member passes on."""
    connection.execute(
        "INSERT INTO quiet_contacts (person, code, asked) VALUES (?, ?, ?)", (person.id, code, seconds(now))
    )


def invited_by(connection: Connection, code: bytes, now: datetime) -> Contact | None:
    row = connection.execute(
        "SELECT id, person FROM quiet_contacts WHERE code = ? AND contact IS NULL AND asked > ?",
        (code, seconds(now - CODE_KEPT)),
    ).fetchone()
    return Contact(row[0], Person(row[1]), None, False) if row else None


def asked_by(connection: Connection, row: int, contact: Person) -> Contact | None:
    """Who asked this person, if they did."""
    found = connection.execute(
        "SELECT id, person FROM quiet_contacts WHERE id = ? AND contact = ? AND accepted IS NULL", (row, contact.id)
    ).fetchone()
    return Contact(found[0], Person(found[1]), contact, False) if found else None


def accept(connection: Connection, row: int, contact: Person, now: datetime) -> Answer:
    """The person who was asked agrees to be told. ``full``: they are there for three members already."""
    found = connection.execute(
        "SELECT person, accepted FROM quiet_contacts WHERE id = ? AND contact = ?", (row, contact.id)
    ).fetchone()
    if found is None:
        return "gone"
    return "accepted" if found[1] is not None else _agree(connection, row, Person(found[0]), contact, now)


def accept_code(connection: Connection, code: bytes, contact: Person, now: datetime) -> Answer:
    """Whoever was given this code agrees to be told. It holds once."""
    invited = invited_by(connection, code, now)
    if invited is None or invited.person == contact:
        return "gone"
    known = connection.execute(
        "SELECT id FROM quiet_contacts WHERE person = ? AND contact = ?", (invited.person.id, contact.id)
    ).fetchone()
    if known is not None:  # they were asked through the bot as well: one line of the list is enough
        connection.execute("DELETE FROM quiet_contacts WHERE id = ?", (invited.id,))
        return accept(connection, known[0], contact, now)
    return _agree(connection, invited.id, invited.person, contact, now)


def _agree(connection: Connection, row: int, person: Person, contact: Person, now: datetime) -> Answer:
    if blocks.between(connection, person, contact):
        return "gone"
    if len(serving(connection, contact)) >= SERVES:
        return "full"
    connection.execute(
        "UPDATE quiet_contacts SET contact = ?, code = NULL, accepted = ? WHERE id = ?", (contact.id, seconds(now), row)
    )
    return "accepted"


def remove(connection: Connection, row: int, person: Person) -> Contact | None:
    """Either of the two ends it. Returns how it stood; None if it was not theirs."""
    found = connection.execute(
        "SELECT person, contact, accepted FROM quiet_contacts WHERE id = ? AND ? IN (person, contact)", (row, person.id)
    ).fetchone()
    if found is None:
        return None
    connection.execute("DELETE FROM quiet_contacts WHERE id = ?", (row,))
    owner, contact, accepted = found
    return Contact(row, Person(owner), Person(contact) if contact else None, accepted is not None)


def drop_requests(connection: Connection, contact: Person) -> None:
    """They may be asked no more: what is not answered yet is as if it had never been asked."""
    connection.execute("DELETE FROM quiet_contacts WHERE contact = ? AND accepted IS NULL", (contact.id,))


def separate(connection: Connection, one: Person, other: Person) -> None:
    """Neither is told about the other from now on."""
    connection.execute(
        "DELETE FROM quiet_contacts WHERE (person = ? AND contact = ?) OR (person = ? AND contact = ?)",
        (one.id, other.id, other.id, one.id),
    )


def people_to_tell(connection: Connection, person: Person) -> list[Person]:
    """Those of the list who agreed, and still do."""
    return [
        one.contact
        for one in contacts(connection, person)
        if one.accepted and one.contact and consents.allows(connection, one.contact, CONTACT)
    ]


def helpers_to_tell(connection: Connection, person: Person, community: Community) -> list[Person]:
    """Helpers of the community, but for whoever must not meet the member."""
    avoided = blocks.avoided(connection, person)
    found = [one for one in members.of_community(connection, community) if one != person and one.id not in avoided]
    return [one for one in found if consents.allows(connection, one, "helper")]


# -- how far it is ----------------------------------------------------------------------------------------------------


def due(connection: Connection, now: datetime, limit: int) -> list[Person]:
    """Whose alert wants to be looked at."""
    rows = connection.execute(
        "SELECT person FROM quiet_alerts WHERE due <= ? ORDER BY due LIMIT ?", (seconds(now), limit)
    )
    return [Person(person) for (person,) in rows]


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


def sweep(connection: Connection, now: datetime) -> None:
    """Codes nobody entered in a week."""
    connection.execute("DELETE FROM quiet_contacts WHERE contact IS NULL AND asked <= ?", (seconds(now - CODE_KEPT),))


def export(connection: Connection, person: Person, words: str | None) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    found = setup(connection, person)
    if found is not None:
        kept["quiet alert"] = {
            "after quiet days": found.after,
            "hours between steps": int(found.gap / timedelta(hours=1)),
            "words": words or "the usual ones",
            "people": ["confirmed" if one.accepted else "not confirmed" for one in contacts(connection, person)],
            "helpers of": found.helpers.name if found.helpers else None,
            "moderators of": found.moderators.name if found.moderators else None,
            "open": found.step != "waiting",
        }
    if mine := serving(connection, person):
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
