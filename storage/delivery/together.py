"""What quiet hours made wait is told in one message: a row of its own, to which the rows it tells belong.

Its parts are ``sending`` for as long as it is not settled, so nothing else can claim them; then they share its fate.
They are put into it in the transaction that lets it go: a crash leaves either all of them waiting, or one message to
resend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from sqlite3 import Connection

from bot.context import Delivery
from bot.messages import Person
from storage.database.instants import seconds
from storage.delivery import deliveries

KIND = "deliveries.together"
MOST = 5
"""Parts of one message: more than that is a list, and no message of theirs has many buttons."""


def waiting_along(connection: Connection, delivery: Delivery, now: datetime) -> list[int]:
    """What goes along with this to the same reader, the longest waiting first.

    What was held and is due by now, where this one was held too; and what nobody asked for, with another such.
    """
    never_held = delivery.picked or not delivery.purpose or delivery.first_try is not None
    if never_held or not isinstance(delivery.to, Person) or delivery.account is None:
        return []
    rows = connection.execute(
        "SELECT id FROM deliveries WHERE person = ? AND state = 'pending' AND platform = ? AND target = ?"
        " AND first_try IS NULL AND next_try <= ? AND EXISTS (SELECT 1 FROM deliveries AS this WHERE this.id = ? AND"
        " ((this.held = 1 AND deliveries.held = 1) OR (this.unasked = 1 AND deliveries.unasked = 1)))"
        " ORDER BY next_try, id LIMIT ?",
        (delivery.to.id, delivery.account.platform, delivery.account.id, seconds(now), delivery.id, MOST - 1),
    )
    return [row for (row,) in rows]


def make(connection: Connection, told: Sequence[Delivery], now: datetime) -> Delivery:
    """One message, ``sending``, for all of these, which are ``sending`` too. It needs no yes but theirs."""
    first = told[0]
    whole = Delivery(first.to, KIND, f"{KIND}:{first.id}", now, opening=any(one.opening for one in told))
    row = deliveries.plan(connection, whole)
    assert row is not None
    connection.execute(
        "UPDATE deliveries SET state = 'sending', first_try = ?, attempts = 1, opening = ?,"
        " (platform, target) = (SELECT platform, target FROM deliveries WHERE id = ?) WHERE id = ?",
        (seconds(now), whole.opening, first.id, row),
    )
    connection.executemany("UPDATE deliveries SET together = ? WHERE id = ?", [(row, one.id) for one in told])
    return replace(whole, id=row, account=first.account)


def parts(connection: Connection, row: int) -> list[Delivery]:
    """What this message tells, in the order in which it was due."""
    rows = connection.execute(
        f"{deliveries.SELECT} WHERE together = ? AND state = 'sending' ORDER BY due, id", (row,)
    ).fetchall()
    return [deliveries.read(found) for found in rows]
