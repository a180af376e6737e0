"""What nobody asked for: when each person was told such things, and from when on another may reach them.

One message a day, five in seven days, two in somebody's first week. What comes in one message counts as one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from sqlite3 import Connection
from typing import NamedTuple

from bot.messages import Person
from storage.database.instants import instant, seconds

DAY, WEEK = timedelta(days=1), timedelta(days=7)
IN_A_WEEK = 5
IN_THE_FIRST_WEEK = 2


class Told(NamedTuple):
    """When such messages went to somebody in the last seven days, and since when I have known them."""

    times: Sequence[datetime] = ()
    since: datetime = datetime.min.replace(tzinfo=UTC)


def told(connection: Connection, person: Person, now: datetime, leaving_out: Sequence[int] = ()) -> Told:
    """``leaving_out``: the row that is decided about, and those in whose message it would go."""
    rows = connection.execute(
        "SELECT min(first_try) FROM deliveries WHERE person = ? AND unasked = 1 AND first_try > ?"
        " AND id NOT IN (SELECT value FROM json_each(?))"
        " AND state IN ('pending', 'sending', 'sent', 'unknown') GROUP BY ifnull(together, id) ORDER BY 1",
        (person.id, seconds(now - WEEK), json.dumps([*leaving_out])),
    )
    times = [instant(at) for (at,) in rows]
    [since] = connection.execute("SELECT created FROM persons WHERE id = ?", (person.id,)).fetchone()
    return Told(times, instant(since))


def free_from(found: Told, now: datetime) -> datetime:
    """The first moment from ``now`` on at which one more may go, if none goes before."""
    times = [at for at in found.times if at > now - WEEK]
    ends = [now]
    if times:
        ends.append(times[-1] + DAY)
    if len(times) >= IN_A_WEEK:
        ends.append(times[-IN_A_WEEK] + WEEK)
    if found.since > now - WEEK and len(times) >= IN_THE_FIRST_WEEK:
        ends.append(found.since + WEEK)
    return max(ends)


def can_hear(connection: Connection, person: Person, now: datetime) -> datetime:
    """From when on something unasked may reach the person: what ends for want of an answer ends that much later."""
    return free_from(told(connection, person, now), now)
