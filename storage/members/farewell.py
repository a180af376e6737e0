"""Kith stops here on a day that its host has said: who was told, and whether it is over. It can be taken back.

It stands among Kith's own values, written by `kith farewell` beside the running process, which tells everybody.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from sqlite3 import Connection
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from bot.messages import Channel, Community, Person
from storage.database import platforms
from storage.database.instants import seconds
from storage.delivery import deliveries

Kind = Literal["farewell.day", "farewell.stays"]
DAY: Kind = "farewell.day"
STAYS: Kind = "farewell.stays"
PURPOSE = "core"
_VALUE = ("kith", "farewell")

_PEOPLE = (
    "SELECT id, max(:now, ifnull(paused_until, 0)) FROM persons WHERE id > :after AND id <= ifnull(:last, id)"
    " ORDER BY id LIMIT :most"
)
_PLACES = (
    "SELECT community, ifnull(panel_platform, reports_platform), ifnull(panel_channel, reports_channel)"
    " FROM community_settings WHERE panel_channel IS NOT NULL OR reports_channel IS NOT NULL"
)


class Farewell(NamedTuple):
    """What the host said last. ``number`` grows with each word, so that each is said once, and only while it stands."""

    number: int
    kind: Kind
    day: date
    zone: str
    """Whose clock ends the day."""
    reached: int = 0
    """The last person that it was planned for; people are told in the order in which they came."""
    last: int | None = None
    """The last person who is told at all: what is taken back concerns only those who were told."""
    places: bool = False
    """Whether it was planned for communities."""

    @property
    def over(self) -> datetime:
        """The end of the day."""
        return datetime.combine(self.day + timedelta(days=1), time(), ZoneInfo(self.zone))


def said(connection: Connection) -> Farewell | None:
    value = platforms.state(connection, *_VALUE)
    if value is None:
        return None
    known = json.loads(value)
    return Farewell(**{**known, "day": date.fromisoformat(known["day"])})


def standing(connection: Connection) -> Farewell | None:
    """The farewell, if there is one that was not taken back."""
    found = said(connection)
    return found if found is not None and found.kind == DAY else None


def over(connection: Connection, now: datetime) -> Farewell | None:
    """The farewell, once its day is over: nothing is planned or sent any more."""
    found = standing(connection)
    return found if found is not None and found.over <= now else None


def announce(connection: Connection, day: date, zone: str) -> bool:
    """Kith stops at the end of this day. False if that stands already."""
    before = said(connection)
    if before is not None and before.kind == DAY and before.day == day:
        return False
    _keep(connection, Farewell(before.number + 1 if before else 1, DAY, day, zone))
    return True


def take_back(connection: Connection) -> bool:
    """Kith stays after all. False if nothing else was said."""
    before = standing(connection)
    if before is None:
        return False
    _keep(connection, before._replace(number=before.number + 1, kind=STAYS, reached=0, last=before.reached))
    return True


def plan(connection: Connection, now: datetime, most: int) -> bool:
    """Tell the next people, as far as any are left. True if there may be more of them."""
    found = said(connection)
    if found is None:
        return False
    parameters = {"now": seconds(now), "after": found.reached, "last": found.last, "most": most}
    people = connection.execute(_PEOPLE, parameters).fetchall()
    if not found.places:
        _tell_places(connection, found, now)
    for person, due in people:
        _tell(connection, found, Person(person), person, now + timedelta(seconds=due - seconds(now)))
    if people or not found.places:
        reached = people[-1][0] if people else found.reached
        _keep(connection, found._replace(reached=reached, places=True))
    return len(people) == most


def was_told(connection: Connection, number: int, whom: object) -> bool:
    """Whether a word before this one reached them. What was sent so long ago that its row is gone, did."""
    keys = [f"{DAY}:{one}:{whom}" for one in range(1, number)]
    rows = connection.execute(
        "SELECT state FROM deliveries WHERE nominal_key IN (SELECT value FROM json_each(?))", (json.dumps(keys),)
    ).fetchall()
    return not rows or any(state in ("sent", "unknown") for (state,) in rows)


def _tell_places(connection: Connection, found: Farewell, now: datetime) -> None:
    """In each community once: where its panel stands, else where its moderators read."""
    for community, platform, channel in connection.execute(_PLACES).fetchall():
        _tell(connection, found, Channel(platform, channel), f"c{community}", now, Community(community, ""))


def _tell(
    connection: Connection,
    found: Farewell,
    to: Person | Channel,
    whom: object,
    due: datetime,
    community: Community | None = None,
) -> None:
    expires = found.over if found.kind == DAY else None
    args: dict[str, int | str] = {"number": found.number, "whom": str(whom)}
    deliveries.tell(connection, to, found.kind, f"{found.number}:{whom}", due, expires, PURPOSE, community, args)


def _keep(connection: Connection, found: Farewell) -> None:
    platforms.set_state(connection, *_VALUE, json.dumps({**found._asdict(), "day": found.day.isoformat()}))
