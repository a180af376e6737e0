"""The answer to one interaction: within three seconds, only once, and even if Discord loses its own reply."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import aiohttp
import discord

from bot.adapters.discord import components, forms
from bot.adapters.discord.components import Link, Standing
from bot.adapters.discord.drawing import LIMIT, draw, messages
from bot.adapters.discord.mentions import Mentions
from bot.adapters.discord.refusals import ALREADY_ACKNOWLEDGED
from bot.adapters.discord.rooms import PLATFORM
from bot.context import Incoming
from bot.messages import Channel, Form, Member, Message, Place
from bot.words.i18n import _

log = logging.getLogger(__name__)

PATIENCE = 1.5
"""Seconds a handler may take before we ask Discord for time; it gives up on us after three."""
TRIES = 3
CALL = 5.0
"""Seconds for one request."""
FIRST, LAST = 3.0, 15 * 60.0
"""Seconds after which Discord takes no first answer any more, and after which none at all
(source: https://docs.discord.com/developers/interactions/receiving-and-responding).
"""

Interaction = discord.Interaction[discord.Client]


class Answer:
    """What a handler's reply becomes. Discord loses replies too, so each request is one that may be repeated.

    The first answer may, because a second acknowledgement is refused; changing the original may, because it changes
    nothing twice. ``followup.send`` may not: its repetition is a second message. Only what is left of a very long
    private answer in a server has no other way.

    A press on a private message of ours is answered in that message, where the flow goes on: one screen stays one
    message, and what was answered can be pressed no more. Where time had to be asked for, the answer is a message of
    its own, as it can no longer be another.
    """

    def __init__(self, interaction: Interaction, mentions: Mentions) -> None:
        self._interaction = interaction
        self._mentions = mentions
        self._since = time.monotonic()
        self._acknowledging = asyncio.Lock()
        self._acknowledged = False
        self._deferred = False
        self._said = False
        self._link: Link | None = None
        self.direct = interaction.guild_id is None
        self._on = _private_message_of(interaction)

    async def within(self, work: Coroutine[Any, Any, None]) -> None:
        """Run the handler, and ask for time if it is slow. Whatever it does, the member gets an end to the waiting."""
        running = asyncio.create_task(work)
        try:
            done, _pending = await asyncio.wait({running}, timeout=PATIENCE)
            if not done:
                await self._defer()
            await running
        except asyncio.CancelledError:  # Kith stops, and waits for nothing more
            running.cancel()
            raise
        except BaseException:
            await self._end_silently()
            raise
        await self._end_silently()

    async def say(self, reply: Message, row: str = "", link: Link | None = None) -> None:
        """Answer with a message. In a server only the member sees it, unless the reply is meant for all.

        ``row``: what the pressed button was offered on. ``link``: what opens the place that it tells of.
        """
        self._link = link
        pieces = messages(draw(reply.text, self._mentions))
        hidden = reply.private and not self.direct
        async with self._acknowledging:
            above = None if self._acknowledged else self._above(reply, row, pieces[0])
            first, rest = pieces[0], pieces[1:]
            whole = not rest
            if self._acknowledged:
                # Whether it is private was settled when we asked for time, and the private way is the safe one.
                await self._repeatable(lambda: self._change(first, reply if whole else None))
            elif above is not None:
                await self._repeatable(lambda: self._go_on(above + first, reply if whole else None))
            else:
                await self._repeatable(lambda: self._begin(first, reply if whole else None, hidden))
            self._acknowledged = self._said = True
        for number, piece in enumerate(rest, start=2):
            await self._follow(piece, reply if number == len(pieces) else None, hidden)

    def _above(self, reply: Message, row: str, first: str) -> str | None:
        """What stays above the answer, in the message that it takes the place of; None where it takes nothing's."""
        on = self._on
        if on is None or reply.aside or reply.stays or not (reply.private or self.direct):
            return None
        standing = components.drawn_standing(on)
        if standing is Standing.SCREEN or reply.stands:
            return ""
        asks_the_same = any(button.row == row for button in reply.buttons)  # then it is not answered yet
        fits = len(above := f"{on.content}\n\n") + len(first) <= LIMIT
        return above if standing is Standing.QUESTION and fits and not asks_the_same else None

    async def ask(self, form: Form) -> None:
        """Answer with a form, which Discord takes as a first answer only."""
        async with self._acknowledging:
            if not self._acknowledged:
                modal = forms.modal_of(form, direct=self.direct)
                await self._repeatable(lambda: self._interaction.response.send_modal(modal))
                self._acknowledged = self._said = True
                return
        await self.say(Message(_("That took me a moment too long. Please press once more.")))

    async def _defer(self) -> None:
        async with self._acknowledging:
            if not self._acknowledged:
                defer = self._interaction.response.defer
                await self._repeatable(lambda: defer(ephemeral=not self.direct, thinking=True))
                self._acknowledged = self._deferred = True

    async def _end_silently(self) -> None:
        """A handler that says nothing: take "... is thinking" away, or acknowledge without a word."""
        if self._said:
            return
        if not self._acknowledged and self._interaction.type is discord.InteractionType.component:
            await self._repeatable(self._interaction.response.defer)
            return
        await self._defer()
        await self._repeatable(self._interaction.delete_original_response)

    async def _begin(self, content: str, reply: Message | None, hidden: bool) -> None:
        view, files = self._drawn(reply)
        await self._interaction.response.send_message(
            content or None,
            view=view or discord.utils.MISSING,
            files=files or discord.utils.MISSING,
            ephemeral=hidden,
            suppress_embeds=True,
        )

    async def _go_on(self, content: str, reply: Message | None) -> None:
        view, files = self._drawn(reply)
        await self._interaction.response.edit_message(
            content=content, view=view, attachments=files or discord.utils.MISSING
        )

    async def _change(self, content: str, reply: Message | None) -> None:
        view, files = self._drawn(reply)
        await self._interaction.edit_original_response(content=content, view=view, attachments=files)

    async def _follow(self, content: str, reply: Message | None, hidden: bool) -> None:
        view, files = self._drawn(reply)
        async with asyncio.timeout(CALL):
            await self._interaction.followup.send(
                content,
                view=view or discord.utils.MISSING,
                files=files or discord.utils.MISSING,
                ephemeral=hidden,
                suppress_embeds=True,
            )

    def _drawn(self, reply: Message | None) -> tuple[discord.ui.View | None, list[discord.File]]:
        """What hangs on the last piece of a message."""
        if reply is None:
            return None, []
        view = components.view_of(reply.buttons, standing=components.standing_of(reply), link=self._link)
        return view, components.files_of(reply.files)

    async def _repeatable(self, request: Callable[[], Awaitable[object]]) -> None:
        """Send until Discord has it. Gives up where the interaction is over: nobody can be told there any more."""
        for _attempt in range(TRIES):
            left = self._since + (LAST if self._acknowledged else FIRST) - time.monotonic()
            if left <= 0:
                break
            try:
                async with asyncio.timeout(min(CALL, left)):
                    await request()
                    return
            except discord.HTTPException as error:
                if error.code == ALREADY_ACKNOWLEDGED:  # by our own request, whose reply was lost
                    return
                if error.status < 500:
                    log.warning("an interaction could not be answered: code %s", error.code)
                    return
            except (TimeoutError, OSError, aiohttp.ClientError) as error:
                log.info("an answer to an interaction is sent again: %s", type(error))
        log.warning("an interaction could not be answered")


def incoming_of(interaction: Interaction, answer: Answer) -> Incoming:
    user, guild = interaction.user, interaction.guild
    return Incoming(
        member=Member(PLATFORM, str(user.id), user.display_name),
        channel=Channel(PLATFORM, str(interaction.channel_id)),
        place=Place(PLATFORM, str(interaction.guild_id), guild.name if guild else "") if interaction.guild_id else None,
        locale=interaction.locale.value,
        whole_forms=True,
        raw=answer,
    )


def _private_message_of(interaction: Interaction) -> discord.Message | None:
    """The message of ours that was pressed, if nobody but the member sees it."""
    on = interaction.message
    return on if on is not None and (interaction.guild_id is None or on.flags.ephemeral) else None
