"""What rests, what waits for `Go on`, and that I have stopped, said with the answer to whatever a member does."""

from __future__ import annotations

import logging
from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.clocks.times import calendar_day, friendly_instant
from bot.context import Context
from bot.errors import StorageError
from bot.messages import Form, Message, Text
from bot.words import farewell as farewells
from bot.words import resting as words
from storage.database.database import Database
from storage.members import farewell, members, resting

log = logging.getLogger(__name__)


async def mention(database: Database, context: Context, said: Message | Form) -> Message | Form:
    """The answer: before it, that what is theirs rests; or after it, that they are back and what waits for a tap.

    Once I have stopped here, that ends every answer instead, for none is whole without it; numbers to call stay first.
    """
    if isinstance(said, Form) or not said.private or said.aside:
        return said
    try:
        if (ended := await database.read(farewell.over, context.now)) is not None:
            line = farewells.stopped(calendar_day(ended.day, context.now.date()))
            return replace(said, text=Text("\n\n").join([said.text, line]))
        if context.person is None:
            return said
        until = await database.read(resting.until, context.person)
        if until is not None:
            profile = await database.read(members.profile, context.person)
            line = words.rests(friendly_instant(until, context.now, ZoneInfo(profile.zone)))
            said = replace(said, text=Text("\n\n").join([line, said.text]))
        back = await database.read(resting.waiting, context.person)
        return words.with_word(said, [(one.community.name, one.owner) for one in back])
    except StorageError:
        log.exception("nobody can tell what rests")
    return said
