"""A line about what could not be delivered, under the answer to the next thing a member does."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.context import Context
from bot.errors import StorageError
from bot.messages import Button, Form, Message, Text
from bot.registry import Registry
from bot.words.i18n import _, ngettext
from storage.database.database import Database
from storage.delivery import inbox

log = logging.getLogger(__name__)

SHOW = "inbox.show"


async def mention(registry: Registry, database: Database, context: Context, said: Message | Form) -> Message | Form:
    """The answer, and once that something waits. Nobody else reads it, and no error or form is made longer by it."""
    if (
        context.person is None
        or isinstance(said, Form)
        or not said.private
        or said.aside
        or SHOW not in registry.actions
    ):
        return said
    try:
        count = await database.read(inbox.news, context.person, context.now)
        if not count:
            return said
        await database.write(inbox.tell, context.person, context.now)
    except StorageError:
        log.exception("the inbox cannot be read")
        return said
    line = ngettext("1 message I couldn't deliver.", "{count} messages I couldn't deliver.", count)
    text = Text("\n\n").join([said.text, line.format(count=count)])
    return replace(said, text=text, buttons=(*said.buttons, Button(_("Show"), SHOW)))
