"""People of a journey who are set up already, with the yeses it is not about."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from sqlite3 import Connection
from typing import TypeVar

from bot.asking.consenting import ADULT, CORE
from bot.messages import Member, Person, Place
from storage.company import helping
from storage.members import consents, members
from tests.adapters.contract import Seen
from tests.journeys.killed import KilledActor, KilledBed

T = TypeVar("T")

LONG_AGO = timedelta(days=10)
"""Whoever came then is not new any more: nothing is offered to them as to a newcomer."""


async def settle(bed: KilledBed, name: str, *purposes: str) -> Person:
    """They can be written to, live in UTC, are adults and never quiet, and have hours all day."""
    actor = bed.actor(name)
    with bed.spared():
        await actor.say("help")
    return await bed.bot.database.write(_settle, actor.member, bed.place, purposes, bed.now() - LONG_AGO)


def _settle(connection: Connection, member: Member, place: Place, purposes: tuple[str, ...], now: datetime) -> Person:
    person = members.create(connection, member, "UTC", "en", now)
    members.join(connection, person, members.found(connection, place, now), now)
    consents.give(connection, person, (*CORE, ADULT, *purposes), "Yes.", now)
    members.set_quiet_hours(connection, person, time(), time())
    helping.set_hours(connection, person, "UTC", "00:00", "00:00", helping.EVERY_DAY)
    return person


async def agree(actor: KilledActor, seen: Seen) -> Seen:
    """Yes to whatever is asked first."""
    while "Yes" in seen.buttons:
        seen = await actor.press(seen, "Yes")
    return seen


async def eventually(look: Callable[[], Awaitable[T]], wanted: T) -> None:
    """Return as soon as it looks like this; fail with how it looks if it does not come to that."""
    seen = await look()
    for _glance in range(2400):
        if seen == wanted:
            return
        await asyncio.sleep(0.025)
        seen = await look()
    assert seen == wanted
