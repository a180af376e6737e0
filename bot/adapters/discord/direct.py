"""What people do in a direct conversation: words, pictures, changes of what they wrote, deleting it, reactions."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import discord

from bot.adapters.discord import components
from bot.adapters.discord.client import Client
from bot.adapters.discord.rooms import PLATFORM
from bot.bot import Bot
from bot.context import Context, Incoming
from bot.messages import Channel, Member

NONCE = 25
"""Characters, at most (source: https://docs.discord.com/developers/resources/message)."""

REMEMBERED = 10_000
"""Messages of which it is known who wrote them: Discord does not tell that of a deleted one."""

Work = Callable[[Coroutine[Any, Any, None]], Awaitable[None]]


class Direct:
    """Turns what arrives into calls of the bot. ``work`` runs one so that ``stop`` can wait for it."""

    def __init__(self, bot: Bot, client: Client, work: Work) -> None:
        self._bot = bot
        self._client = client
        self._work = work
        self._authors: OrderedDict[int, Member] = OrderedDict()

    async def said(self, message: discord.Message) -> None:
        """An answer to what was asked there, or a command; or a picture, a voice, what was passed on from elsewhere."""
        incoming = self._incoming(message)
        if message.content.strip():
            line = self._unaddressed(message.content)
            await self._work(self._bot.run_text(incoming, line, components.replied_to(message)))
        elif not message.is_system():
            await self._work(self._bot.run_wordless(incoming, passed_on=bool(message.message_snapshots)))

    async def changed(self, message: discord.Message) -> None:
        """Discord tells of a change also where it has only drawn a link: then nobody edited it."""
        if message.edited_at is not None and message.content.strip():
            await self._work(self._bot.run_changed(self._incoming(message), self._unaddressed(message.content)))

    async def deleted(self, event: discord.RawMessageDeleteEvent) -> None:
        author = self._authors.get(event.message_id)
        if author is not None:
            incoming = Incoming(author, Channel(PLATFORM, str(event.channel_id)), message=str(event.message_id))
            await self._work(self._bot.run_taken_back(incoming))

    async def reacted(self, event: discord.RawReactionActionEvent) -> None:
        """A heart asks for nothing, and is contact."""
        if self._client.user is not None and event.user_id != self._client.user.id:
            member = Member(PLATFORM, str(event.user_id))
            incoming = Incoming(member, Channel(PLATFORM, str(event.channel_id)))
            await self._work(self._bot.run_wordless(incoming, silent=True))

    def _incoming(self, message: discord.Message) -> Incoming:
        member = Member(PLATFORM, str(message.author.id), message.author.display_name)
        self._authors[message.id] = member
        while len(self._authors) > REMEMBERED:
            self._authors.popitem(last=False)
        return Incoming(member, Channel(PLATFORM, str(message.channel.id)), message=str(message.id), raw=message)

    def _unaddressed(self, line: str) -> str:
        """Without a mention of the bot before the words: between two nobody needs one, and may."""
        ours = self._client.user.id if self._client.user else 0
        for mention in (f"<@{ours}>", f"<@!{ours}>"):
            rest = line.strip().removeprefix(mention).lstrip(" ,:")
            if rest != line.strip():
                return rest or "help"
        return line


def answer_key(context: Context) -> str:
    """By which the answer to what somebody wrote is the same one if it is sent again. A change has one of its own."""
    raw = context.raw
    if isinstance(raw, discord.Message) and raw.edited_at is not None:
        return hashlib.sha256(f"{raw.id} {raw.edited_at.isoformat()}".encode()).hexdigest()[: NONCE - 2]
    return f"re-{raw.id}" if isinstance(raw, discord.Message) else f"go-{context.message}"


def pointing(raw: object) -> dict[str, Any]:
    """How an answer shows what it answers, as long as that is there."""
    return {"reference": raw.to_reference(fail_if_not_exists=False)} if isinstance(raw, discord.Message) else {}
