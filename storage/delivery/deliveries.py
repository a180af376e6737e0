"""The outbox: one row per message that nobody is waiting for, from planned to settled.

pending ──claim──> sending ──settle──> sent | skipped | dead | unknown | inbox
   ^                  │
   └──── postpone ────┘   (``first_try`` stays: the next attempt knows that there was one)
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal

from bot.context import Delivery
from bot.messages import Channel, Community, Member, Person
from storage.database import sql, walls
from storage.database.instants import instant, seconds

KEPT = timedelta(days=35)
BODY_KEPT = timedelta(hours=24)
"""Words on their way to somebody wait no longer than this."""
INBOX_KEPT = timedelta(days=14)

State = Literal["sent", "skipped", "dead", "unknown", "inbox"]


_COLUMNS = (
    "nominal_key, person, platform, target, thread, community, purpose, kind, args, body, picked, capped, unasked, due,"
    " expires, state, next_try, opening, zone, wall"
)
_OPENING = (
    "NOT EXISTS (SELECT 1 FROM deliveries AS earlier WHERE earlier.person = accounts.person"
    " AND earlier.platform = accounts.platform AND earlier.message_id IS NOT NULL)"
)
_FOR_PERSON = (
    f"INSERT INTO deliveries ({_COLUMNS}) SELECT ?1, person, platform, platform_id, NULL, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
    f" ?9, ?10, ?11, 'pending', ?10, {_OPENING}, ?12, ?13"
    " FROM accounts WHERE person = ?14 ORDER BY last_seen DESC, platform LIMIT 1 ON CONFLICT DO NOTHING"
)
_FOR_CHANNEL = (
    f"INSERT INTO deliveries ({_COLUMNS}) VALUES (?1, NULL, ?14, ?15, ?16, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
    " ?11, 'pending', ?10, 0, ?12, ?13) ON CONFLICT DO NOTHING"
)


def plan(connection: Connection, delivery: Delivery) -> int | None:
    """Put one message into the outbox. None if its key was there already, or its person has no account any more."""
    statement = _FOR_CHANNEL if isinstance(delivery.to, Channel) else _FOR_PERSON
    done = connection.execute(statement, _planned(delivery))
    return done.lastrowid if done.rowcount else None


def tell(
    connection: Connection,
    to: Person | Channel,
    kind: str,
    what: object,
    due: datetime,
    expires: datetime | None = None,
    purpose: str = "",
    community: Community | None = None,
    args: Mapping[str, int | str] | None = None,
    *,
    picked: bool = False,
    capped: bool = False,
    unasked: bool = False,
    zone: str = "",
) -> int | None:
    """Plan a message of this kind about ``what``, ever once: the two are its key."""
    words = (f"{kind}:{what}", due, expires, purpose, community, args or {})
    return plan(connection, Delivery(to, kind, *words, picked=picked, capped=capped, unasked=unasked, zone=zone))


def plan_picked(connection: Connection, kind: str, purpose: str, occurrences: str, *parameters: str) -> None:
    """``plan`` for many at once, of what people scheduled themselves, in one statement: several times as fast.

    ``occurrences`` selects key, person, due and expires; no person twice.
    """
    connection.execute(
        f"INSERT INTO deliveries ({_COLUMNS}) SELECT key, person, platform, platform_id, NULL, NULL, ?, ?, '{{}}',"
        f" NULL, 1, 0, 0, due, expires, 'pending', due, {_OPENING}, NULL, NULL FROM ({occurrences})"
        " JOIN accounts USING (person)"
        " WHERE (platform, platform_id) = (SELECT platform, platform_id FROM accounts AS own"
        " WHERE own.person = accounts.person ORDER BY last_seen DESC, platform LIMIT 1)"
        " ORDER BY key ON CONFLICT DO NOTHING",
        (purpose, kind, *parameters),
    )


def _planned(delivery: Delivery) -> tuple[Any, ...]:
    to = delivery.to
    return (
        delivery.key,
        delivery.community.id if delivery.community else None,
        delivery.purpose,
        delivery.kind,
        json.dumps(dict(delivery.args)) if delivery.args else "{}",
        delivery.body,
        delivery.picked,
        delivery.capped or delivery.unasked,
        delivery.unasked,
        seconds(delivery.due),
        seconds(delivery.expires) if delivery.expires else None,
        delivery.zone or None,
        walls.wall(delivery.due, delivery.zone) if delivery.zone else None,
        *((to.platform, to.id, to.thread) if isinstance(to, Channel) else (to.id,)),
    )


def from_to(connection: Connection, sender: Person, person: Person, kind: str) -> list[int]:
    """What waits for a person, of one kind and about another."""
    found = connection.execute(
        "SELECT id FROM deliveries WHERE person = ? AND kind = ? AND state = 'pending'"
        " AND json_extract(args, '$.about') = ?",
        (person.id, kind, sender.id),
    )
    return [row for (row,) in found]


def waits(connection: Connection, key: str) -> bool:
    """Is this message still to come?"""
    found = connection.execute(
        "SELECT 1 FROM deliveries WHERE nominal_key = ? AND state IN ('pending', 'sending')", (key,)
    )
    return found.fetchone() is not None


def take_up(connection: Connection) -> int:
    """At the start: what an earlier process left ``sending`` is tried again. Returns how many there were.

    What is told together with others stays with the message that tells it (``storage.delivery.together``).
    """
    return connection.execute(
        "UPDATE deliveries SET state = 'pending', next_try = due WHERE state = 'sending' AND together IS NULL"
    ).rowcount


def settle(
    connection: Connection, row: int, state: State, now: datetime, *, message_id: str | None = None, reason: str = ""
) -> None:
    """The last word about a row. Words that travelled with it are erased, but for what waits in the inbox.

    What it told together (``storage.delivery.together``) shares its fate; where nobody can say whether that arrived,
    each part waits in the inbox.
    """
    shared = state if state in ("sent", "skipped") else "inbox"
    if _settle(connection, "together = ?", row, shared, now, message_id, reason) and shared == "inbox":
        state = "skipped"
    if state == "sent":
        connection.execute(
            "UPDATE deliveries SET opening = 0 WHERE opening = 1"
            " AND (person, platform) = (SELECT person, platform FROM deliveries WHERE id = ? AND opening = 1)",
            (row,),
        )
    _settle(connection, "id = ?", row, state, now, message_id, reason)


_TO_BE_SHOWN = "CASE WHEN person IN (SELECT person FROM plain_previews) THEN body END"
"""Words that whoever reads them has not seen yet (``storage.delivery.previews``)."""


def _settle(
    connection: Connection, which: str, row: int, state: State, now: datetime, message_id: str | None, reason: str
) -> bool:
    done = connection.execute(
        "UPDATE deliveries SET state = ?, message_id = ?, reason = ?, settled = ?,"
        f" body = CASE ? WHEN 'inbox' THEN body WHEN 'sent' THEN {_TO_BE_SHOWN} END"
        f" WHERE {which} AND state IN ('pending', 'sending')",
        (state, message_id, reason or None, seconds(now), state, row),
    )
    return done.rowcount > 0


def refused(connection: Connection, row: int, now: datetime) -> None:
    """The platform hands nothing to this person: it waits in their inbox, and so does what follows for a while."""
    settle(connection, row, "inbox", now, reason="cannot be reached")
    connection.execute(
        "UPDATE accounts SET closed = ? WHERE (platform, platform_id, person) ="
        " (SELECT platform, target, person FROM deliveries WHERE id = ?)",
        (seconds(now), row),
    )


def postpone(connection: Connection, row: int, until: datetime) -> None:
    """Try again later. The row keeps its first try, so that the next one looks before it repeats."""
    connection.execute(
        "UPDATE deliveries SET state = 'pending', next_try = ? WHERE id = ? AND state = 'sending'",
        (seconds(until), row),
    )


def retry_from(connection: Connection, row: int, now: datetime) -> None:
    """The message was looked for and is not there: what follows is a first try again."""
    connection.execute("UPDATE deliveries SET first_try = ? WHERE id = ?", (seconds(now), row))


def drop_pending(connection: Connection, person: Person, kind: str, community: Community | None = None) -> None:
    """Forget messages of a kind (in one community) that were planned but not tried: what they were for has ended."""
    connection.execute(
        "DELETE FROM deliveries WHERE person = ?1 AND kind = ?2 AND (?3 IS NULL OR community = ?3)"
        " AND state = 'pending' AND first_try IS NULL",
        (person.id, kind, community.id if community else None),
    )


def drop_key(connection: Connection, key: str) -> None:
    """Forget one message that was planned but not tried: what it was for has ended."""
    connection.execute(
        "DELETE FROM deliveries WHERE nominal_key = ? AND state = 'pending' AND first_try IS NULL", (key,)
    )


def sweep(connection: Connection, now: datetime) -> bool:
    """Erase old rows, words that waited for a day, and what lay in an inbox for two weeks."""
    return (
        sql.change(
            connection,
            "deliveries",
            "state = 'dead', reason = 'not read'",
            "state = 'inbox' AND settled <= ?",
            seconds(now - INBOX_KEPT),
            index="deliveries_inbox",
        )
        or sql.change(
            connection,
            "deliveries",
            "body = NULL",
            "body IS NOT NULL AND state <> 'inbox' AND due <= ?",
            seconds(now - BODY_KEPT),
        )
        or sql.erase(connection, "deliveries", "settled <= ?", seconds(now - KEPT))
    )


def get(connection: Connection, row: int) -> Delivery | None:
    found = connection.execute(f"{SELECT} WHERE id = ?", (row,)).fetchone()
    return read(found) if found else None


def export(connection: Connection, person: Person, silent: Collection[str] = ()) -> dict[str, Any]:
    """Every message to a person; of ``silent`` kinds only what has come."""
    rows = connection.execute(
        "SELECT kind, due, state FROM deliveries WHERE person = ? AND NOT (state IN ('pending', 'sending')"
        " AND kind IN (SELECT value FROM json_each(?))) ORDER BY due, id",
        (person.id, json.dumps([*silent])),
    ).fetchall()
    sent = [{"what": kind, "for": instant(at).isoformat(), "state": state} for kind, at, state in rows]
    return {"messages to you": sent}


def counts(connection: Connection) -> dict[str, int]:
    """How many rows are in each state."""
    return dict(connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state"))


def settled(connection: Connection, rows: Sequence[int]) -> tuple[str, ...]:
    """What became of those that are neither waiting nor on their way."""
    if not rows:
        return ()
    found = connection.execute(
        "SELECT state FROM deliveries WHERE id IN (SELECT value FROM json_each(?))"
        " AND state NOT IN ('pending', 'sending')",
        (json.dumps([*rows]),),
    )
    return tuple(state for (state,) in found)


def erase_words(connection: Connection, kinds: Collection[str], now: datetime) -> bool:
    """Erase words whose time to arrive is over, whatever became of their delivery. True if there may be more."""
    over = "kind IN (SELECT value FROM json_each(?)) AND body IS NOT NULL AND expires <= ?"
    return sql.change(connection, "deliveries", "body = NULL", over, json.dumps([*kinds]), seconds(now))


def target_of(delivery: Delivery) -> str:
    """Where it goes on its platform: one conversation, in which what is said keeps its order."""
    if isinstance(delivery.to, Channel):
        return f"{delivery.to.id} {delivery.to.thread or ''}"
    assert delivery.account is not None
    return f"{delivery.account.id} "


SELECT = (
    "SELECT id, nominal_key, person, platform, target, thread, community,"
    " (SELECT name FROM communities WHERE communities.id = community), purpose, kind, args, body, picked, capped,"
    " unasked, due, expires, first_try, attempts, opening FROM deliveries"
)


def read(row: Sequence[Any]) -> Delivery:
    """One row of ``SELECT``."""
    (id_, key, person, platform, target, thread, community, name, purpose, kind, args, body, picked, capped, unasked,
     due_, expires, first_try, attempts, opening) = row  # fmt: skip
    return Delivery(
        to=Person(person) if person is not None else Channel(platform, target, thread),
        kind=kind,
        key=key,
        due=instant(due_),
        expires=instant(expires),
        purpose=purpose,
        community=Community(community, name) if community is not None else None,
        args=json.loads(args),
        body=body,
        picked=bool(picked),
        capped=bool(capped),
        unasked=bool(unasked),
        id=id_,
        account=Member(platform, target) if person is not None else None,
        first_try=instant(first_try),
        attempts=attempts,
        opening=bool(opening),
    )
