"""Who and what goes on Matrix: people, the bot itself, and rooms that are replaced by others."""

from __future__ import annotations

import logging

from bot.adapters.matrix.homeserver import Json
from bot.adapters.matrix.rooms import NAME, Rooms
from bot.adapters.matrix.sync import Arrival, Memory
from bot.bot import Bot
from bot.errors import DeliveryError
from bot.messages import Channel, Member, Place

LOOKED = "rooms taken by others"
"""The name under which it is remembered that they were looked for."""

log = logging.getLogger(__name__)


class Goings:
    """Tells the bot what the state of its rooms says."""

    def __init__(self, bot: Bot, rooms: Rooms, user_id: str) -> None:
        self._bot = bot
        self._rooms = rooms
        self._user_id = user_id
        self._closed: set[str] = set()
        """Rooms that were replaced, and of which the bot has heard so."""

    async def heard(self, arrival: Arrival) -> None:
        """A member event or a tombstone, as ``is_going`` picked it out."""
        source, room_id = arrival.event.source, arrival.room_id
        content, who = source["content"], str(source["state_key"])
        if source["type"] == "m.room.tombstone":
            await self._replaced(room_id, content, arrival.event.sender)
        elif content.get("membership") == "join" and who == self._user_id:
            await self.move()
            await self._bot.returned(Place(NAME, room_id, self._rooms.name_of(room_id)))
        elif content.get("membership") == "join":
            await self._joined(room_id, who)
        elif who == self._user_id:
            await self._taken_out(room_id)
        else:
            await self._left(room_id, who)

    async def _left(self, room_id: str, user_id: str) -> None:
        """Who is still in another room of the same place has not left it."""
        place = self._rooms.place_of(room_id)
        if self._rooms.is_shared(room_id) and not await self._rooms.is_member(place, user_id):
            await self._bot.left(Member(NAME, user_id), Place(NAME, place))

    async def _joined(self, room_id: str, user_id: str) -> None:
        if self._rooms.is_shared(room_id):
            await self._bot.joined(Member(NAME, user_id), Place(NAME, self._rooms.place_of(room_id)))

    async def look(self) -> None:
        """Rooms that the bot was put back into while nobody listened."""
        for place in await self._bot.lost(NAME):
            if self._rooms.get(place.id) is not None:
                await self._bot.returned(place)

    async def _taken_out(self, room_id: str) -> None:
        await self._bot.channel_gone(Channel(NAME, room_id))
        if self._rooms.place_of(room_id) == room_id:
            await self._bot.removed(Place(NAME, room_id))

    async def _replaced(self, room_id: str, content: Json, sender: str) -> None:
        """Nobody speaks here any more. The bot follows where it is let in; elsewhere it waits for an invitation."""
        if not self._rooms.may_close(room_id, sender):
            return
        following = content.get("replacement_room")
        if isinstance(following, str):
            try:
                await self._rooms.join(following, server=sender.partition(":")[2])
            except DeliveryError as error:
                log.info("the room that follows cannot be joined yet: %s", type(error))
        await self.move()
        await self._gone(room_id)

    async def move(self) -> None:
        """Communities live where their rooms went, as both rooms say: the old one counts no more, the new one does."""
        for old, new in list(self._rooms.replaced()):
            await self._bot.channel_moved(Channel(NAME, old), Channel(NAME, new))
            await self._gone(old)
            await self._bot.moved(Place(NAME, old), Place(NAME, new))

    async def _gone(self, room_id: str) -> None:
        if room_id not in self._closed:
            self._closed.add(room_id)
            await self._bot.channel_gone(Channel(NAME, room_id))

    async def separate(self, memory: Memory) -> None:
        """Once: rooms that a space listed without their saying so were taken for its own by earlier versions."""
        if await memory.recall(LOOKED) is not None:
            return
        done = [
            await self._bot.separate(Place(NAME, room), Place(NAME, space)) for room, space in list(self._rooms.taken())
        ]
        if all(done):
            await memory.remember(LOOKED, "done")
