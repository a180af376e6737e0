"""Members who are set up already: with the yeses a test is not about, in the community of the playground."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

from bot.asking.consenting import ADULT, CORE
from bot.messages import Member, Message, Person
from bot.story.playground import ROOM
from storage.members import consents, members
from tests.cast import Playground
from tests.cast import pass_time as pass_time
from tests.legible import legible

LONG_AGO = timedelta(days=2)
"""Whoever came then is not new any more: nothing is offered to them as to a newcomer."""


async def settle(
    world: Playground, member: Member, *purposes: str, zone: str = "Europe/Berlin", new: bool = False
) -> Person:
    """The member has said yes to these purposes, is an adult, and belongs to the room."""
    since = world.now if new else world.now - LONG_AGO
    return await world.bot.database.write(_settle, member, purposes, zone, since)


def _settle(connection: Connection, member: Member, purposes: tuple[str, ...], zone: str, now: datetime) -> Person:
    person = members.create(connection, member, zone, "en", now)
    members.join(connection, person, members.found(connection, ROOM, now), now)
    consents.give(connection, person, (*CORE, ADULT, *purposes), "Yes.", now)
    return person


async def tick(world: Playground) -> None:
    """The next second."""
    world.now += timedelta(seconds=1)
    await world.bot.tick(world.now)


def unasked(world: Playground, member: Member) -> list[Message]:
    """What the bot said to a member by itself, oldest first."""
    return [posted.message for posted in world.chat.posted if posted.to == member and posted.key]


async def dump(world: Playground) -> str:
    """Everything in the database, as text."""
    return await world.bot.database.read(legible)
