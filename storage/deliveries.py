"""The outbox: one row per message that nobody is waiting for, from planned to settled.

pending ──claim──> sending ──settle──> sent | skipped | dead | unknown | inbox
   ^                  │
   └──── postpone ────┘   (stays ``sending``: a first try was made, so the next one must look before it repeats)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Any, Literal, NamedTuple

from bot.messages import Channel, Community, Delivery, Member, Person
from storage.instants import instant, seconds

KEPT = timedelta(days=35)
BODY_KEPT = timedelta(hours=24)
"""Words on their way to somebody wait no longer than this."""

State = Literal["sent", "skipped", "dead", "unknown", "inbox"]


class Facts(NamedTuple):
    """What the gate knows of a delivery at the moment of sending."""

    consented: bool
    paused: bool
    left: bool
    zone: str
    quiet_start: str
    quiet_end: str
    capped_today: int


class Verdict(NamedTuple):
    """The gate's answer: send it now, hold it until an instant, or skip it for a reason."""

    act: Literal["send", "hold", "skip"]
    reason: str = ""
    until: datetime | None = None


Decide = Callable[[Delivery, Facts, datetime], Verdict]


def plan(connection: Connection, delivery: Delivery) -> int | None:
    """Put one message into the outbox. None if its key was there already, or its person has no account any more."""
    if isinstance(delivery.to, Channel):
        person, platform, target, thread = None, delivery.to.platform, delivery.to.id, delivery.to.thread
    else:
        account = connection.execute(
            "SELECT platform, platform_id FROM accounts WHERE person = ? ORDER BY last_seen DESC, platform LIMIT 1",
            (delivery.to.id,),
        ).fetchone()
        if account is None:
            return None
        (platform, target), person, thread = account, delivery.to.id, None
    done = connection.execute(
        "INSERT INTO deliveries (nominal_key, person, platform, target, thread, community, purpose, kind, args, body,"
        " picked, capped, due, expires, state, next_try) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
        " 'pending', ?)"
        " ON CONFLICT DO NOTHING",
        (
            delivery.key,
            person,
            platform,
            target,
            thread,
            delivery.community.id if delivery.community else None,
            delivery.purpose,
            delivery.kind,
            json.dumps(dict(delivery.args)),
            delivery.body,
            delivery.picked,
            delivery.capped,
            seconds(delivery.due),
            seconds(delivery.expires) if delivery.expires else None,
            seconds(delivery.due),
        ),
    )
    return done.lastrowid if done.rowcount else None


def due(connection: Connection, platform: str, now: datetime, limit: int) -> list[int]:
    """Up to ``limit`` rows to try now, in turns between communities, the longest waiting first within each.

    The recursive part steps through the index from community to community, so a long queue of one costs nothing.
    """
    lanes = connection.execute(
        "WITH RECURSIVE lane(id) AS ("
        " SELECT min(ifnull(community, 0)) FROM deliveries WHERE platform = :platform AND state IN ('pending',"
        " 'sending')"
        " UNION ALL SELECT (SELECT min(ifnull(community, 0)) FROM deliveries WHERE platform = :platform"
        " AND state IN ('pending', 'sending') AND ifnull(community, 0) > lane.id) FROM lane WHERE lane.id IS NOT NULL)"
        " SELECT id FROM lane WHERE id IS NOT NULL",
        {"platform": platform},
    ).fetchall()
    turns: list[tuple[int, int, int]] = []
    for (lane,) in lanes:
        rows = connection.execute(
            "SELECT id, next_try FROM deliveries WHERE platform = ? AND ifnull(community, 0) = ?"
            " AND state IN ('pending', 'sending') AND next_try <= ? ORDER BY next_try, id LIMIT ?",
            (platform, lane, seconds(now), limit),
        )
        turns.extend((turn, next_try, row) for turn, (row, next_try) in enumerate(rows))
    return [row for _, _, row in sorted(turns)[:limit]]


def claim(connection: Connection, rows: Sequence[int], decide: Decide, now: datetime) -> list[Delivery]:
    """Ask the gate about each row and mark what may go as ``sending``, in this one transaction. Returns what may go.

    ``first_try`` of a returned delivery is None on a first attempt; ``attempts`` counts those before this one.
    """
    going = []
    for row in rows:
        found = connection.execute(f"{_SELECT} WHERE id = ? AND state IN ('pending', 'sending')", (row,)).fetchone()
        if found is None:
            continue
        delivery = _delivery(found)
        verdict = decide(delivery, facts(connection, delivery, now), now)
        if verdict.act == "send":
            connection.execute(
                "UPDATE deliveries SET state = 'sending', first_try = ifnull(first_try, ?), attempts = attempts + 1"
                " WHERE id = ?",
                (seconds(now), row),
            )
            going.append(delivery)
        elif verdict.act == "hold":
            assert verdict.until is not None
            connection.execute("UPDATE deliveries SET next_try = ? WHERE id = ?", (seconds(verdict.until), row))
        else:
            settle(connection, row, "skipped", now, reason=verdict.reason)
    return going


def facts(connection: Connection, delivery: Delivery, now: datetime) -> Facts:
    """What the gate has to know, read in the same transaction that lets the message go."""
    if isinstance(delivery.to, Channel):
        return Facts(True, False, False, "UTC", "00:00", "00:00", 0)
    person = delivery.to.id
    zone, start, end, paused_at, until = connection.execute(
        "SELECT zone, quiet_start, quiet_end, paused_at, paused_until FROM persons WHERE id = ?", (person,)
    ).fetchone()
    consented = not delivery.purpose or bool(
        connection.execute(
            "SELECT 1 FROM consents WHERE person = ? AND purpose = ?", (person, delivery.purpose)
        ).fetchone()
    )
    left = delivery.community is not None and bool(
        connection.execute(
            "SELECT 1 FROM memberships WHERE person = ? AND community = ? AND left_at IS NOT NULL",
            (person, delivery.community.id),
        ).fetchone()
    )
    paused = paused_at is not None and (until is None or until > seconds(now))
    capped = _capped_in_a_day(connection, person, now) if delivery.capped else 0
    return Facts(consented, paused, left, zone, start, end, capped)


def _capped_in_a_day(connection: Connection, person: int, now: datetime) -> int:
    [count] = connection.execute(
        "SELECT count(*) FROM deliveries WHERE person = ? AND capped AND state IN ('sending', 'sent') AND"
        " first_try > ?",
        (person, seconds(now - timedelta(days=1))),
    ).fetchone()
    return int(count)


def settle(
    connection: Connection, row: int, state: State, now: datetime, *, message_id: str | None = None, reason: str = ""
) -> None:
    """The last word about a row. Words that travelled with it are erased."""
    connection.execute(
        "UPDATE deliveries SET state = ?, message_id = ?, reason = ?, settled = ?, body = CASE ? WHEN 'inbox'"
        " THEN body END"
        " WHERE id = ? AND state IN ('pending', 'sending')",
        (state, message_id, reason or None, seconds(now), state, row),
    )


def postpone(connection: Connection, row: int, until: datetime) -> None:
    """Try again later. The row keeps its first try, so that the next one looks before it repeats."""
    connection.execute("UPDATE deliveries SET next_try = ? WHERE id = ?", (seconds(until), row))


def retry_from(connection: Connection, row: int, now: datetime) -> None:
    """The message was looked for and is not there: what follows is a first try again."""
    connection.execute("UPDATE deliveries SET first_try = ? WHERE id = ?", (seconds(now), row))


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """When the next open row wants to be tried."""
    row: tuple[int | None] = connection.execute(
        "SELECT min(next_try) FROM deliveries WHERE state IN ('pending', 'sending')"
    ).fetchone()
    return instant(row[0])


def drop_pending(connection: Connection, person: Person, kind: str) -> None:
    """Forget messages of a kind that were planned but not tried: what they were for has ended."""
    connection.execute("DELETE FROM deliveries WHERE person = ? AND kind = ? AND state = 'pending'", (person.id, kind))


def inbox(connection: Connection, person: Person, now: datetime) -> list[Delivery]:
    """What could not be delivered to the person and is still worth reading, oldest first."""
    rows = connection.execute(
        f"{_SELECT} WHERE person = ? AND state = 'inbox' AND (expires IS NULL OR expires > ?) ORDER BY due",
        (person.id, seconds(now)),
    )
    return [_delivery(row) for row in rows]


def read_inbox(connection: Connection, person: Person, rows: Iterable[int], now: datetime) -> None:
    """These were shown: they are delivered now."""
    connection.executemany(
        "UPDATE deliveries SET state = 'sent', settled = ?, body = NULL WHERE id = ? AND person = ? AND state ="
        " 'inbox'",
        [(seconds(now), row, person.id) for row in rows],
    )


def sweep(connection: Connection, now: datetime) -> None:
    """Erase old rows, and words that waited for a day."""
    connection.execute(
        "UPDATE deliveries SET body = NULL WHERE body IS NOT NULL AND due <= ?", (seconds(now - BODY_KEPT),)
    )
    connection.execute("DELETE FROM deliveries WHERE settled <= ?", (seconds(now - KEPT),))


def get(connection: Connection, row: int) -> Delivery | None:
    found = connection.execute(f"{_SELECT} WHERE id = ?", (row,)).fetchone()
    return _delivery(found) if found else None


def counts(connection: Connection) -> dict[str, int]:
    """How many rows are in each state."""
    return dict(connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state"))


_SELECT = (
    "SELECT id, nominal_key, person, platform, target, thread, community,"
    " (SELECT name FROM communities WHERE communities.id = community), purpose, kind, args, body, picked, capped, due,"
    " expires, first_try, attempts FROM deliveries"
)


def _delivery(row: Sequence[Any]) -> Delivery:
    (id_, key, person, platform, target, thread, community, name, purpose, kind, args, body, picked, capped, due_, expires,
     first_try, attempts) = row  # fmt: skip
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
        id=id_,
        account=Member(platform, target) if person is not None else None,
        first_try=instant(first_try),
        attempts=attempts,
    )
