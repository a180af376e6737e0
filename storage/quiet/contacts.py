"""Who would be told if a member goes quiet: asked only if they may be, agreed, and ended by either side."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal, NamedTuple

from bot.messages import Community, Person
from storage.database import sql
from storage.database.instants import seconds
from storage.members import blocks, consents, members, volunteers
from storage.moderation import holds

ASKABLE = "may-be-asked"
CONTACT = "contact"

MOST_CONTACTS = 2
"""Person A and person B."""
SERVES = 3
"""Members one contact is there for (product.md 3.4)."""
CODE_KEPT = timedelta(days=7)

Answer = Literal["accepted", "full", "gone"]


class Contact(NamedTuple):
    """One line of the list. ``contact`` is None while a code waits for whoever was given it."""

    id: int
    person: Person
    contact: Person | None
    accepted: bool


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


def helpers_to_tell(connection: Connection, person: Person, community: Community, now: datetime) -> list[Person]:
    """Helpers of the community, but for whoever must not meet the member, or waits to be looked at."""
    avoided = blocks.avoided(connection, person)
    found = [one for one in members.of_community(connection, community) if one != person and one.id not in avoided]
    helpers = [one for one in found if consents.allows(connection, one, "helper")]
    return [one for one in helpers if not volunteers.waits(connection, community, one, "helper", now)]


def is_in_reach(connection: Connection, person: Person, now: datetime) -> bool:
    """Would a message reach them at this moment?"""
    rests = connection.execute(
        "SELECT 1 FROM persons WHERE id = ?1 AND paused_at IS NOT NULL AND (paused_until IS NULL OR paused_until > ?2)",
        (person.id, seconds(now)),
    ).fetchone()
    return rests is None and takes_messages(connection, person) and not holds.is_quiet(connection, person, None, now)


def takes_messages(connection: Connection, person: Person) -> bool:
    """Has the account that is written to refused nothing since it was last seen?"""
    newest = connection.execute(
        "SELECT closed FROM accounts WHERE person = ? ORDER BY last_seen DESC, platform LIMIT 1", (person.id,)
    ).fetchone()
    return newest is not None and newest[0] is None


def sweep(connection: Connection, now: datetime) -> bool:
    """Codes nobody entered in a week."""
    return sql.erase(connection, "quiet_contacts", "contact IS NULL AND asked <= ?", seconds(now - CODE_KEPT))
