"""Turns what a pair is asked in its course into deliveries, so that no restart asks anything twice or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.context import Delivery
from cogs.buddies import lifetime
from storage.buddies import buddies
from storage.buddies.buddies import Part
from storage.buddies.pairs import Pair, Plan
from storage.database.instants import seconds

WEEK, MIDDLE, CLOSING, WHO_ELSE = "buddies.week", "buddies.middle", "buddies.closing", "buddies.who_else"
KINDS = {"week": WEEK, "middle": MIDDLE, "closing": CLOSING, "who_else": WHO_ELSE}


def plan(now: datetime) -> Plan:
    """What one of a pair is asked from ``now`` on. Planned again it is the same, by its keys."""

    def course(pair: Pair, part: Part, zone: str) -> Iterator[Delivery]:
        assert pair.opened is not None
        assert pair.ends is not None
        for what, day, due, expires in lifetime.course(
            pair.opened, pair.ends, ZoneInfo(zone), mentor=pair.kind == "mentor", now=now
        ):
            kind = KINDS[what]
            if kind == WHO_ELSE and part.role != "mentee":
                continue
            key = f"{kind}:{pair.id}:{day if kind != CLOSING else seconds(pair.ends)}:{part.person.id}"
            args: dict[str, int | str] = {"pair": pair.id, "day": day}
            unasked = kind != CLOSING  # the end was announced at the beginning
            about = (pair.community, due, expires, args, part.role)
            yield buddies.word(part.person, kind, key, *about, unasked=unasked, zone=zone)

    return course
