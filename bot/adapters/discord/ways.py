"""Ways into private places: what opens one at a press, and what it is called once nobody has to look for it."""

from __future__ import annotations

import contextlib
import re

import discord

from bot.adapters.discord.components import Link
from bot.adapters.discord.refusals import reaching
from bot.adapters.discord.rooms import PLATFORM
from bot.errors import DeliveryError
from bot.messages import Channel, Text

_MARKED = re.compile(r" · [0-9a-f]{10}\Z")
"""The mark by which ``Rooms`` finds a thread whose number got lost."""


class Ways:
    """What leads to threads, for whoever is in them."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def link(self, door: tuple[Text, Channel] | None) -> Link | None:
        """What opens a place. None where it is elsewhere, or nobody can say in which server; the words do."""
        if door is None or door[1].platform != PLATFORM:
            return None
        label, number = door[0], int(door[1].id)
        channel = self._client.get_channel(number)
        try:
            async with reaching():
                channel = channel or await self._client.fetch_channel(number)
        except DeliveryError:
            return None
        guild = getattr(channel, "guild", None)
        return (label, f"https://discord.com/channels/{guild.id}/{number}") if guild else None

    async def unmark(self, channel: Channel) -> None:
        """Take the mark off a thread's name: something is said there, so that its number is kept and nobody has to
        look for it any more. Where that fails the name stays as it is.
        """
        thread = self._client.get_channel(int(channel.id))
        if isinstance(thread, discord.Thread) and (found := _MARKED.search(thread.name)):
            with contextlib.suppress(DeliveryError):
                async with reaching():
                    await thread.edit(name=thread.name[: found.start()])
