"""Listening practice: two minutes each, then swap. The timer stands in the database, so a restart changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.context import Delivery
from bot.messages import Channel, Community, Person, Text
from bot.words import prompts
from bot.words.i18n import _
from storage.checkins import prompts_off
from storage.circles import meetings
from storage.circles.meetings import Practice
from storage.delivery import deliveries

KIND = "circles.practice"
TURN = timedelta(minutes=2)
LATE = timedelta(minutes=1)
LAST = 2
"""Begin, swap, end."""


def begin(
    connection: Connection,
    community: Community,
    seed: str,
    where: Channel | tuple[Person, Person] | None,
    now: datetime,
) -> bool:
    """Start a practice in a place, or for two people by direct message. False if one runs there already.

    ``seed`` chooses the exercise: the same for everybody who takes part.
    """
    if where is None:
        return False
    off = prompts_off.here(connection, community, ()).off
    asked = prompts.switched_on(prompts.shipped(), off, tender=True)
    known = [prompt.id for prompt in asked if prompt.kind == "listen"]
    chosen = min(known, key=lambda prompt: hashlib.sha256(f"{seed}\0{prompt}".encode()).digest())
    return meetings.begin_practice(connection, community, chosen, where, now)


def keep_time(connection: Connection, now: datetime, limit: int) -> bool:
    """Announce every step that is due. After an outage the next turn gets its full two minutes."""
    due = meetings.due_practices(connection, now, limit)
    for one in due:
        everybody: Sequence[Channel | Person] = (one.where,) if isinstance(one.where, Channel) else one.where
        for number, to in enumerate(everybody):
            deliveries.plan(connection, _announcement(one, to, number, now))
        begun = one.due if now - one.due < LATE else now
        meetings.practised(connection, one.id, one.step + 1, begun + TURN if one.step < LAST else None)
    return len(due) == limit


def words(step: int, exercise: Text) -> Text:
    """What is said at one step."""
    if step == 0:
        return exercise + " " + _("First turn: 2 minutes, from now.")
    if step < LAST:
        return _("Two minutes are over. Swap: the other one talks now.")
    return _("That was the second turn. Take a breath, and say one thing you heard, or pass.")


def _announcement(one: Practice, to: Channel | Person, number: int, now: datetime) -> Delivery:
    return Delivery(
        to=to,
        kind=KIND,
        key=f"{KIND}:{one.id}:{one.step}:{number}",
        due=now,
        expires=now + LATE,
        purpose="" if isinstance(to, Channel) else "buddy",
        community=one.community,
        args={"prompt": one.prompt, "step": one.step},
        picked=True,
    )
