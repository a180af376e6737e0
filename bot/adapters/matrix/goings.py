"""Who and what goes on Matrix: people, the bot itself, and rooms that are replaced by others."""

from __future__ import annotations

import logging

from bot.adapters.matrix import powers
from bot.adapters.matrix.homeserver import Homeserver, Json
from bot.adapters.matrix.rooms import NAME, Rooms
from bot.adapters.matrix.sync import Arrival
from bot.bot import Bot
from bot.errors import DeliveryError
from bot.messages import Channel, Member, Place

log = logging.getLogger(__name__)


class Goings:
    """Tells the bot what the state of its rooms says."""

    def __init__(self, bot: Bot, rooms: Rooms, client: Homeserver) -> None:
        self._bot = bot
        self._rooms = rooms
        self._client = client

    async def heard(self, arrival: Arrival) -> None:
        """A member event or a tombstone, as ``is_going`` picked it out."""
        source, room_id = arrival.event.source, arrival.room_id
        content, who = source["content"], str(source["state_key"])
        if source["type"] == "m.room.tombstone":
            await self._replaced(room_id, content, arrival.event.sender)
        elif content.get("membership") == "join":
            await self._moved_in(room_id)
        elif who == self._client.user_id:
            await self._taken_out(room_id)
        else:
            await self._left(room_id, who)

    async def _left(self, room_id: str, user_id: str) -> None:
        """Who is still in another room of the same place has not left it."""
        place = self._rooms.place_of(room_id)
        if self._rooms.is_shared(room_id) and not await self._rooms.is_member(place, user_id):
            await self._bot.left(Member(NAME, user_id), Place(NAME, place))

    async def _taken_out(self, room_id: str) -> None:
        await self._bot.channel_gone(Channel(NAME, room_id))
        if self._rooms.place_of(room_id) == room_id:
            await self._bot.removed(Place(NAME, room_id))

    async def _replaced(self, room_id: str, content: Json, sender: str) -> None:
        """Nobody speaks here any more. The bot follows where it is let in; elsewhere it waits for an invitation."""
        following = content.get("replacement_room")
        if isinstance(following, str):
            try:
                await self._rooms.join(following, server=sender.partition(":")[2])
            except DeliveryError as error:
                log.info("the room that follows cannot be joined yet: %s", type(error))
        await self._bot.channel_gone(Channel(NAME, room_id))

    async def _moved_in(self, room_id: str) -> None:
        """The bot came into a room. A community moves with it if both rooms say that this one follows the other."""
        try:
            created = await powers.state(self._client, room_id, "m.room.create")
            earlier = str(created["predecessor"]["room_id"])
            closed = await powers.state(self._client, earlier, "m.room.tombstone")
        except (DeliveryError, LookupError, TypeError):
            return
        if closed.get("replacement_room") == room_id:
            await self._bot.moved(Place(NAME, earlier), Place(NAME, room_id))
