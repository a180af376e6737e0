"""What a reply offered. A press is honoured only for its owner, in its community, in time, and if it was offered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Literal, NamedTuple

from bot.messages import Button, Community, Member, Person
from storage.database import sql
from storage.database.instants import seconds

LIFE = timedelta(days=1)
KEPT = timedelta(days=35)


class Verdict(NamedTuple):
    """Why a press is refused (None: it is not), and the community of the row."""

    refused: Literal["stranger", "gone", "answered"] | None
    community: Community | None = None


def add(
    connection: Connection,
    person: Person,
    community: Community | None,
    offered: Sequence[tuple[str, str]],
    now: datetime,
    life: timedelta = LIFE,
) -> int:
    """Offer these (action, value) pairs to one person. Returns the row's id."""
    whose = {"person": person.id, "community": community.id if community else None}
    when = {"created": seconds(now), "expires": seconds(now + life)}
    return sql.insert(connection, "offers", actions=json.dumps(offered), **whose, **when)


def keep(connection: Connection, row: int, payload: bytes) -> None:
    """Keep encrypted words with an offer, for the action that will need them."""
    connection.execute("UPDATE offers SET payload = ? WHERE id = ?", (payload, row))


def kept(connection: Connection, row: int) -> bytes | None:
    found = connection.execute("SELECT payload FROM offers WHERE id = ?", (row,)).fetchone()
    return found[0] if found else None


def press(
    connection: Connection, row: int, person: Person | None, button: Button, once: bool, now: datetime
) -> Verdict:
    """May this person press this button? Uses the offer up if it holds only once."""
    found = connection.execute(
        "SELECT person, actions, expires, answered, communities.id, communities.name"
        " FROM offers LEFT JOIN communities ON communities.id = community WHERE offers.id = ?",
        (row,),
    ).fetchone()
    if found is None:
        return Verdict("gone")
    owner, actions, expires, answered, community, name = found
    if person is None or owner != person.id:
        return Verdict("stranger")
    if expires <= seconds(now) or [button.action, button.value] not in json.loads(actions):
        return Verdict("gone")
    if once and answered is not None:
        return Verdict("answered")
    if once:
        connection.execute("UPDATE offers SET answered = ? WHERE id = ?", (seconds(now), row))
    return Verdict(None, Community(community, name) if community is not None else None)


def press_delivery(connection: Connection, row: int, person: Person | None, kinds: Sequence[str]) -> Verdict:
    """May this person press a button of this delivery? ``kinds`` are those whose messages offer the action.

    A message in a shared place belongs to everybody who can read it.
    """
    found = connection.execute(
        "SELECT person, kind, communities.id, communities.name"
        " FROM deliveries LEFT JOIN communities ON communities.id = community WHERE deliveries.id = ?",
        (row,),
    ).fetchone()
    if found is None:
        return Verdict("gone")
    owner, kind, community, name = found
    if owner is not None and (person is None or owner != person.id):
        return Verdict("stranger")
    if kind not in kinds:
        return Verdict("gone")
    return Verdict(None, Community(community, name) if community is not None else None)


def forget(connection: Connection, account: Member) -> None:
    """Take back what was offered to anybody about an account: the buttons name it."""
    named = json.dumps(f"{account.platform}|{account.id}")[1:-1]
    connection.execute("DELETE FROM offers WHERE instr(actions, ?)", (named,))


def sweep(connection: Connection, now: datetime) -> bool:
    return sql.erase(connection, "offers", "expires <= ?", seconds(now - KEPT))
