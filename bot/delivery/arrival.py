"""When something just planned will arrive: what quiet hours or the daily cap hold is never called "sent"."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Connection

from bot.messages import Person
from storage.delivery import deliveries
from storage.moderation import claims

LOOKS = 12
"""How often the gate is asked ahead. It holds by four hours at least, and the cap looks back over one day."""


def later(
    connection: Connection, sender: Person, to: Iterable[Person], kind: str, now: datetime, decide: claims.Decide
) -> datetime | None:
    """When the last of them gets what ``sender`` passed on to them; None where nothing holds it.

    What will not go at all is None as well: that somebody rests, or said no, is nobody else's to learn.
    """
    rows = [row for person in to for row in deliveries.from_to(connection, sender, person, kind)]
    found = [_until(connection, row, now, decide) for row in rows]
    return max((until for until in found if until is not None), default=None)


def _until(connection: Connection, row: int, now: datetime, decide: claims.Decide) -> datetime | None:
    """The gate's own answers, one after the other, as they will be if nothing else happens."""
    delivery, at = deliveries.get(connection, row), now
    if delivery is None:
        return None
    for _look in range(LOOKS):
        verdict = decide(delivery, claims.facts(connection, delivery, at), at)
        if verdict.act == "send":
            return at if at > now else None
        if verdict.until is None:
            return None
        at = verdict.until
    return None
