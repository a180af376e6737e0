"""Which deliveries go next: chosen in turns, asked at the gate and marked as going, in one transaction."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from sqlite3 import Connection
from sqlite3 import Error as DatabaseError
from typing import Literal, NamedTuple

from bot.context import Delivery
from bot.messages import Channel, Person
from storage.database.instants import seconds
from storage.delivery import deliveries, together, unasked
from storage.delivery.unasked import Told
from storage.members import consents, farewell, resting
from storage.moderation import holds

log = logging.getLogger(__name__)

ASKED_AT_ONCE = 500
"""Rows the gate is asked about in one transaction: others want to write too."""
CLOSED_FOR = timedelta(days=1)
"""A platform that refused somebody is asked again after this. Each refusal counts against the bot."""


class Facts(NamedTuple):
    """What the gate knows of a delivery at the moment of sending."""

    consented: bool
    paused: bool
    left: bool
    zone: str
    quiet_start: str
    quiet_end: str
    capped_today: int
    closed: bool = False
    quiet: bool = False
    """Moderators keep everything quiet about the reader, or about the person it is about (``args["about"]``)."""
    rests: datetime | None = None
    """Until when it waits, because the reader's things rest."""
    unasked: Told = Told()
    """What came unasked in the last days; read only where the delivery is such a one."""
    stopped: bool = False
    """Kith has said farewell, and the day is over."""


class Verdict(NamedTuple):
    """The gate's answer: send it now, hold it until an instant, lay it into the inbox, or skip it for a reason."""

    act: Literal["send", "hold", "inbox", "skip"]
    reason: str = ""
    until: datetime | None = None


Decide = Callable[[Delivery, Facts, datetime], Verdict]


class Claimed(NamedTuple):
    """What goes now, whose turn was last (``after``), whether the gate was asked about anything at all, and what became
    of that which does not go at all (``settled``)."""

    going: list[Delivery]
    after: tuple[int, int]
    found: bool
    settled: tuple[str, ...] = ()


def claim(
    connection: Connection,
    platform: str,
    now: datetime,
    decide: Decide,
    *,
    room: int,
    openings: int,
    after: tuple[int, int] = (0, 0),
    busy: Iterable[str] = (),
) -> Claimed:
    """Ask the gate about what is due and mark what may go as ``sending``, in this one transaction.

    At most ``room`` rows, of which ``openings`` first messages to somebody. Communities take turns, beginning after
    those that had the last ones (``after``: of other rows, of openings); within each the longest waiting goes first.
    Nothing is taken for the targets in ``busy``, and nothing twice for the same: what one person is told keeps its
    order, and each message is decided after the one before it was sent.
    """
    going: list[Delivery] = []
    turns = list(after)
    targets = set(busy)
    stopped: list[int] = []
    asked = 0
    if _has_due(connection, platform, now):
        for opening, limit in ((1, min(room, openings)), (0, room)):
            due = _in_turns(connection, platform, opening, after[opening], now, targets)
            while len(going) < limit and asked < ASKED_AT_ONCE and (found := next(due, None)) is not None:
                turns[opening], row = found
                asked += 1
                delivery = _let_go(connection, row, decide, now)
                if delivery is None:
                    stopped.append(row)
                    continue
                going.append(delivery)
                targets.add(deliveries.target_of(delivery))
    return Claimed(going, (turns[0], turns[1]), asked > 0, deliveries.settled(connection, stopped))


def _has_due(connection: Connection, platform: str, now: datetime) -> bool:
    """One step in an index: what a tick costs when there is nothing to do."""
    return (
        connection.execute(
            "SELECT 1 FROM deliveries WHERE platform = ? AND state = 'pending' AND next_try <= ? LIMIT 1",
            (platform, seconds(now)),
        ).fetchone()
        is not None
    )


def _in_turns(
    connection: Connection, platform: str, opening: int, lane: int, now: datetime, busy: set[str]
) -> Iterator[tuple[int, int]]:
    """(community or 0, row), one of each community after the other, until none has anything due.

    Steps through the index from lane to lane, so a long queue of one costs the others nothing. Whoever iterates must
    see to it that a row is due no more.
    """
    empty: int | None = None
    while True:
        found = _lane_after(connection, platform, opening, lane)
        if found is None:
            return
        lane = found
        row = connection.execute(
            "SELECT id FROM deliveries WHERE platform = ? AND opening = ? AND ifnull(community, 0) = ?"
            " AND state = 'pending' AND next_try <= ?"
            " AND target || ' ' || ifnull(thread, '') NOT IN (SELECT value FROM json_each(?))"
            " ORDER BY next_try, id LIMIT 1",
            (platform, opening, lane, seconds(now), json.dumps(sorted(busy))),
        ).fetchone()
        if row is not None:
            empty = None
            yield lane, row[0]
        elif lane == empty:
            return
        elif empty is None:
            empty = lane


def _lane_after(connection: Connection, platform: str, opening: int, lane: int) -> int | None:
    """The next lane with anything waiting, round and round. None if there is none."""
    for beyond in (lane, -1):
        found = connection.execute(
            "SELECT ifnull(community, 0) FROM deliveries WHERE platform = ? AND opening = ? AND state = 'pending'"
            " AND ifnull(community, 0) > ? ORDER BY ifnull(community, 0) LIMIT 1",
            (platform, opening, beyond),
        ).fetchone()
        if found is not None:
            return int(found[0])
    return None


def _pass_gate(
    connection: Connection, row: int, decide: Decide, now: datetime, beside: Sequence[int] = ()
) -> Delivery | None:
    """The delivery, marked ``sending``, if it may go now, in the message of what is ``beside`` it.

    ``first_try`` and ``attempts`` are those before this one.
    """
    try:
        delivery = deliveries.get(connection, row)
        assert delivery is not None
        if delivery.kind == together.KIND:
            return _ask_again(connection, delivery, decide, now)
        verdict = decide(delivery, facts(connection, delivery, now, beside), now)
    except DatabaseError:
        raise
    except Exception:  # the file was damaged: what cannot be read holds up nobody else
        log.error("delivery %d cannot be read", row)  # without the trace, which quotes it
        deliveries.settle(connection, row, "dead", now, reason="cannot be read")
        return None
    if verdict.act == "send":
        _mark_sending(connection, row, now)
        return delivery
    if verdict.act == "hold":
        assert verdict.until is not None
        _hold(connection, row, verdict.until)
    else:
        deliveries.settle(connection, row, "inbox" if verdict.act == "inbox" else "skipped", now, reason=verdict.reason)
    return None


def _mark_sending(connection: Connection, row: int, now: datetime) -> None:
    connection.execute(
        "UPDATE deliveries SET state = 'sending', first_try = ifnull(first_try, ?), attempts = attempts + 1"
        " WHERE id = ?",
        (seconds(now), row),
    )


def _hold(connection: Connection, row: int, until: datetime) -> None:
    connection.execute("UPDATE deliveries SET next_try = ?, held = 1 WHERE id = ?", (seconds(until), row))


def _let_go(connection: Connection, row: int, decide: Decide, now: datetime) -> Delivery | None:
    """The delivery that goes now for this row: what was held along with it goes in the same message."""
    delivery = _pass_gate(connection, row, decide, now)
    if delivery is None:
        return None
    going = [delivery]
    for other in together.waiting_along(connection, delivery, now):
        part = _pass_gate(connection, other, decide, now, [one.id for one in going])
        going += [part] if part is not None else []
    return together.make(connection, going, now) if len(going) > 1 else delivery


def _ask_again(connection: Connection, whole: Delivery, decide: Decide, now: datetime) -> Delivery | None:
    """Several in one message, tried before: each of them is asked about anew, and it waits if any of them has to."""
    verdicts = []
    for part in together.parts(connection, whole.id):
        # What counts towards a limit was counted when it was put into this message.
        verdicts.append(decide(replace(part, capped=False, unasked=False), facts(connection, part, now), now))
        if verdicts[-1].act == "skip":
            deliveries.settle(connection, part.id, "skipped", now, reason=verdicts[-1].reason)
    if until := max((verdict.until for verdict in verdicts if verdict.until is not None), default=None):
        _hold(connection, whole.id, until)
    elif any(verdict.act == "inbox" for verdict in verdicts):
        deliveries.settle(connection, whole.id, "inbox", now, reason="cannot be reached")
    elif all(verdict.act == "skip" for verdict in verdicts):
        deliveries.settle(connection, whole.id, "skipped", now, reason="nothing to say any more")
    else:
        _mark_sending(connection, whole.id, now)
        return whole
    return None


def facts(connection: Connection, delivery: Delivery, now: datetime, beside: Sequence[int] = ()) -> Facts:
    """What the gate has to know, read in the same transaction that lets the message go."""
    stopped = farewell.over(connection, now) is not None
    if isinstance(delivery.to, Channel):
        quiet = _is_quiet(connection, delivery, now)
        return Facts(True, False, False, "UTC", "00:00", "00:00", 0, quiet=quiet, stopped=stopped)
    person = delivery.to.id
    zone, start, end, paused_at, until = connection.execute(
        "SELECT zone, quiet_start, quiet_end, paused_at, paused_until FROM persons WHERE id = ?", (person,)
    ).fetchone()
    consented = not delivery.purpose or consents.allows(connection, delivery.to, delivery.purpose)
    left = delivery.community is not None and bool(
        connection.execute(
            "SELECT 1 FROM memberships WHERE person = ? AND community = ? AND left_at IS NOT NULL"
            " AND ifnull(away, 'gone') = 'gone'",
            (person, delivery.community.id),
        ).fetchone()
    )
    paused = paused_at is not None and (until is None or until > seconds(now))
    capped = _capped_in_a_day(connection, person, now) if delivery.capped else 0
    rarely = unasked.told(connection, delivery.to, now, [delivery.id, *beside]) if delivery.unasked else Told()
    closed, quiet = _is_closed(connection, delivery, now), _is_quiet(connection, delivery, now)
    rests = resting.held(connection, delivery.to, delivery.community, now) if delivery.purpose else None
    return Facts(consented, paused, left, zone, start, end, capped, closed, quiet, rests, rarely, stopped)


def _is_quiet(connection: Connection, delivery: Delivery, now: datetime) -> bool:
    people = [delivery.to] if isinstance(delivery.to, Person) else []
    if "about" in delivery.args:
        people.append(Person(int(delivery.args["about"])))
    return any(holds.is_quiet(connection, person, delivery.community, now) for person in people)


def _is_closed(connection: Connection, delivery: Delivery, now: datetime) -> bool:
    """The platform refused this account in the last day, and nothing was heard from it since."""
    assert delivery.account is not None
    found = connection.execute(
        "SELECT 1 FROM accounts WHERE platform = ? AND platform_id = ? AND closed > ?",
        (delivery.account.platform, delivery.account.id, seconds(now - CLOSED_FOR)),
    ).fetchone()
    return found is not None


def _capped_in_a_day(connection: Connection, person: int, now: datetime) -> int:
    [count] = connection.execute(
        "SELECT count(*) FROM deliveries WHERE person = ? AND capped AND state IN ('sending', 'sent') AND"
        " first_try > ?",
        (person, seconds(now - timedelta(days=1))),
    ).fetchone()
    return int(count)
