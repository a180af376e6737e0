"""A server's own calendar: dates of circles as scheduled events, one each, made once and kept in step.

Discord's own recurring events jump an hour when the clocks change, so each date is a single event.
"""

from __future__ import annotations

import hashlib
from typing import Any

import discord

from bot.adapters.discord.drawing import draw, shorten
from bot.adapters.discord.refusals import NO_EVENT, reaching, says
from bot.context import Event
from bot.errors import CannotReach
from bot.messages import Place

NAME, LOCATION, DESCRIPTION = 100, 100, 1000
GUILD_ONLY, EXTERNAL = 2, 3
NOWHERE = "-"
"""Discord wants a location where there is no channel."""


class Calendar:
    """Scheduled events of the servers the bot is in."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._http = client.http

    async def show(self, place: Place, event: Event, shown: str | None) -> str | None:
        """Make or change an event. One that an earlier attempt made and nobody noted is found by its mark."""
        payload = _payload(event, marked=shown is None)
        async with reaching():
            if shown is None:
                shown = await self._made_before(place, event.key)
            if shown is None:
                made = await self._http.create_guild_scheduled_event(int(place.id), **payload)
                return str(made["id"])
            await self._http.edit_scheduled_event(int(place.id), int(shown), **payload)
        return shown

    async def hide(self, place: Place, key: str, shown: str | None) -> None:
        try:
            async with reaching():
                shown = shown or await self._made_before(place, key)
                if shown is not None:
                    await self._http.delete_scheduled_event(int(place.id), int(shown))
        except CannotReach as error:
            if not says(error, NO_EVENT):
                raise

    async def _made_before(self, place: Place, key: str) -> str | None:
        for known in await self._http.get_scheduled_events(int(place.id), False):
            mine = self._client.user is not None and str(known.get("creator_id")) == str(self._client.user.id)
            if mine and str(known.get("description") or "").endswith(_mark(key)):
                return str(known["id"])
        return None


def _payload(event: Event, *, marked: bool = True) -> dict[str, Any]:
    """``marked``: nobody has noted its number yet, so an answer that gets lost leaves an event to be found."""
    mark = _mark(event.key) if marked else ""
    return {
        "name": shorten(str(event.title), NAME),
        "description": shorten(draw(event.about), DESCRIPTION - len(mark)) + mark,
        "privacy_level": GUILD_ONLY,
        "entity_type": EXTERNAL,
        "entity_metadata": {"location": shorten(str(event.spot) or NOWHERE, LOCATION)},
        "scheduled_start_time": event.starts.isoformat(),
        "scheduled_end_time": event.ends.isoformat(),
    }


def _mark(key: str) -> str:
    """What an event is known by, at the end of its description: its name and its hour may be those of another one."""
    return f" · {hashlib.sha256(key.encode()).hexdigest()[:10]}"
