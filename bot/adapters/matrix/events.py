"""Events: saying something in a room, encrypted where the room is, and reading again what the bot has said."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

from aiohttp import ClientError
from nio import EncryptionError, Event, LocalProtocolError, MatrixRoom, MegolmEvent

from bot.adapters.matrix.content import KEY, Content
from bot.adapters.matrix.homeserver import Homeserver, Refusal, route
from bot.errors import CannotReach, DeliveryError

SKEW = timedelta(minutes=5)
"""How far the server's clock may be from ours when the history is read."""


class Events:
    """What the bot says in its rooms."""

    def __init__(self, client: Homeserver) -> None:
        self._client = client
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def say(
        self, room_id: str, kind: str, content: Content, transaction: str, *, patience: float | None = None
    ) -> str:
        """Send an event in its turn, encrypted if the room is. Returns its id. The same transaction twice is one event.

        ``patience``: see ``Limits.run``.
        """
        room = self._client.rooms.get(room_id)
        if room is None:
            raise CannotReach("the bot is not in that room")
        limits = self._client.limits
        if room.encrypted and patience is None:
            await limits.run("keys", lambda: self._keyed(room))
        elif room.encrypted:
            await self._keyed(room)
        return await limits.run("send", lambda: self._send(room, kind, content, transaction), patience=patience)

    async def _send(self, room: MatrixRoom, kind: str, content: Content, transaction: str) -> str:
        if room.encrypted:
            kind, content = await self._encrypted(room, kind, content)
        path = route("rooms", room.room_id, "send", kind, transaction)
        return str((await self._client.request("PUT", path, content))["event_id"])

    async def _encrypted(self, room: MatrixRoom, kind: str, content: Content) -> tuple[str, Content]:
        """Never plaintext: what cannot be encrypted for everybody in the room is not sent."""
        async with self._locks[room.room_id]:
            with _or_not_encrypted():
                await self._share_key(room)  # somebody may have come while it waited
                kind, sealed = self._client.encrypt(room.room_id, kind, content)
        # Outside the ciphertext too, so that a delivery can be recognised without its key. It says nothing.
        return kind, sealed | ({KEY: content[KEY]} if KEY in content else {})

    async def _keyed(self, room: MatrixRoom) -> None:
        async with self._locks[room.room_id]:
            with _or_not_encrypted():
                await self._share_key(room)

    async def _share_key(self, room: MatrixRoom) -> None:
        """Give the room's key to every device in it. nio's own way counts it as given where the server said no."""
        client, room_id = self._client, room.room_id
        if client.olm is None:
            raise DeliveryError("this room is encrypted, and there are no keys")
        room.members_synced = True  # the sync does not load members lazily
        if client.should_query_keys:
            client.expect(await client.keys_query(), "the devices of the room are not known")
        if not client.olm.should_share_group_session(room_id):
            return
        missing = client.get_missing_sessions(room_id)
        if missing:
            client.expect(await client.keys_claim(missing), "the devices of the room cannot be reached")
        parcels = client.olm.share_group_session_parallel(room_id, list(room.users), ignore_unverified_devices=True)
        for receivers, messages in parcels:
            await client.request("PUT", route("sendToDevice", "m.room.encrypted", uuid4().hex), messages)
            client.olm.outbound_group_sessions[room_id].users_shared_with.update(receivers)
        client.olm.outbound_group_sessions[room_id].shared = True

    async def find(self, room_id: str, key: str, since: datetime) -> str | None:
        """The id of our event with this delivery key, if it is in the history after ``since``."""
        earliest = (since - SKEW).timestamp() * 1000
        query = {"dir": "b", "limit": "100"}
        while True:
            page = await self._client.request("GET", route("rooms", room_id, "messages"), query=query)
            for event in page["chunk"]:
                if event["origin_server_ts"] < earliest:
                    return None
                if event["sender"] == self._client.user_id and event["content"].get(KEY) == key:
                    return str(event["event_id"])
            if not page["chunk"] or "end" not in page:
                return None
            query["from"] = page["end"]

    async def own_event(self, room_id: str, event_id: str) -> Content:
        """The decrypted content of an event of our own; empty if it is somebody else's, or cannot be read."""
        try:
            source = await self._client.request("GET", route("rooms", room_id, "event", event_id))
        except Refusal:
            return {}
        if source.get("sender") != self._client.user_id:
            return {}
        event = Event.parse_event(source)
        if isinstance(event, MegolmEvent):
            event.room_id = room_id
            try:
                event = self._client.decrypt_event(event)
            except EncryptionError:
                return {}
        content: Mapping[str, object] = event.source.get("content", {})
        return dict(content)


@contextmanager
def _or_not_encrypted() -> Iterator[None]:
    try:
        yield
    except (EncryptionError, LocalProtocolError, ClientError, OSError, TimeoutError) as error:
        raise DeliveryError(f"it could not be encrypted: {type(error).__name__}") from error
