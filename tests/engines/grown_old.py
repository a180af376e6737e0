"""What all is kept for its time, and is a few days from the end of it: nothing of it may go sooner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from sqlite3 import Connection

from bench.soak._model import CHECK_IN
from bot.adapters.local import NAME
from bot.context import Delivery
from bot.messages import Member, Place
from storage.database import platforms
from storage.database.instants import seconds
from storage.delivery import deliveries
from storage.delivery.deliveries import State
from storage.members import in_touch, members

DAY = timedelta(days=1)


def grow(connection: Connection, everybody: Iterable[Member], place: Place, now: datetime) -> None:
    """Everybody was in touch 30 days ago, and has messages of then; somebody left 26 days ago."""
    month = now - 30 * DAY
    ages: tuple[tuple[State, datetime], ...] = (("sent", month), ("inbox", now - 10 * DAY))
    for member in everybody:
        person = members.person_of(connection, member)
        assert person is not None
        in_touch.record(connection, person, month)
        for state, at in ages:
            row = deliveries.plan(connection, Delivery(person, CHECK_IN, f"{state}:{member.id}", at))
            assert row is not None
            deliveries.settle(connection, row, state, at)
        platforms.first_time(connection, NAME, f"event {member.id}", now - 3 * DAY)
    gone = members.create(connection, Member(NAME, "gone"), "UTC", "en", month)
    members.join(connection, gone, members.found(connection, place, month), month)
    connection.execute("UPDATE memberships SET left_at = ? WHERE person = ?", (seconds(now - 26 * DAY), gone.id))


def count(connection: Connection, then: datetime) -> int:
    """How much there is of what was there at that time."""
    queries = (
        "SELECT count(*) FROM contacts WHERE at < ?",
        "SELECT count(*) FROM deliveries WHERE settled < ? AND state IN ('sent', 'inbox')",
        "SELECT count(*) FROM events WHERE seen < ?",
        "SELECT count(*) FROM memberships WHERE since < ?",
        "SELECT count(*) FROM persons WHERE created < ?",
        "SELECT count(*) FROM consents WHERE given <= ?",
    )
    return sum(connection.execute(query, (seconds(then),)).fetchone()[0] for query in queries)
