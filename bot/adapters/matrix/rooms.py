"""Rooms: who is in them, who moderates them, which one is a member's direct room, and saying something in one."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from aiohttp import ClientError
from nio import EncryptionError, Event, LocalProtocolError, MatrixRoom, MegolmEvent

from bot.adapters.matrix.answer import MARK
from bot.adapters.matrix.content import KEY, Content
from bot.adapters.matrix.homeserver import Homeserver, Json, Refusal, route
from bot.adapters.matrix.sync import Sync
from bot.errors import CannotReach, DeliveryError, RetryAfter

log = logging.getLogger(__name__)

NAME = "matrix"
ENCRYPTION: Json = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
SKEW = timedelta(minutes=5)
"""How far the server's clock may be from ours when the history is read."""

MODERATOR = 50
"""The power that Matrix calls a moderator's, unless a room asks more for a ban."""

MOST_MODERATORS = 30
"""People in a room of moderators. A larger one is not asked about, person by person."""

ORDINARY_VERSIONS = frozenset(str(version) for version in range(1, 12))
"""Room versions where a creator's power stands in the power levels. From 12 on it is unlimited, and stands nowhere."""


class Rooms:
    """The bot's rooms, as the sync keeps them known."""

    def __init__(self, client: Homeserver, sync: Sync) -> None:
        self._client = client
        self._sync = sync
        self._direct: dict[str, list[str]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._unsure: dict[str, int] = {}
        """Rooms that were asked for, by what the mark names, and nobody knows what came of it: since which sync."""

    async def load(self) -> None:
        """Read which rooms the account calls direct."""
        try:
            kept = await self._client.request("GET", self._account_data)
        except Refusal:
            return
        self._direct = {user: list(rooms) for user, rooms in kept.items() if isinstance(rooms, list)}

    @property
    def _account_data(self) -> str:
        return route("user", self._client.user_id, "account_data", "m.direct")

    def get(self, room_id: str) -> MatrixRoom | None:
        room: MatrixRoom | None = self._client.rooms.get(room_id)
        return room

    # Direct rooms

    def is_direct(self, room_id: str) -> bool:
        """An encrypted room of the bot and one other, that is no community's and no group's."""
        room = self.get(room_id)
        if room is None or not room.encrypted or len(room.users) != 2 or self._client.user_id not in room.users:
            return False
        kind = self._sync.marks.get(room_id, {}).get("kind")
        listed = any(room_id in rooms for rooms in self._direct.values())
        return kind == "direct" or (kind is None and (listed or not room.named_room_name()))

    async def is_between_two(self, room_id: str) -> bool:
        """A room of the bot and one other. If it is not encrypted, the bot tries to change that."""
        room = self.get(room_id)
        if room is not None and not room.encrypted and len(room.users) == 2 and not room.named_room_name():
            try:
                path = route("rooms", room_id, "state", "m.room.encryption", "")
                await self._client.request("PUT", path, ENCRYPTION["content"])
                await self._sync.until(lambda: bool(room.encrypted))
            except DeliveryError:  # then answers go to an encrypted room of our own
                return True
        return self.is_direct(room_id)

    async def note_direct(self, member_id: str, room_id: str) -> None:
        """The member spoke here: this is the room to answer in. Tells the account's other apps that it is direct."""
        rooms = self._direct.get(member_id, [])
        if rooms[-1:] == [room_id]:
            return
        self._direct[member_id] = [*(other for other in rooms if other != room_id), room_id]
        try:
            await self._client.request("PUT", self._account_data, self._direct)
        except DeliveryError as error:
            log.info("direct rooms could not be listed: %s", error)

    async def direct_with(self, member_id: str, *, reopen: bool) -> str:
        """The encrypted room with this member, made if there is none.

        Raises ``CannotReach`` if they left the one there was, unless ``reopen``: they wrote, and wait for an answer.
        """
        async with self._locks[member_id]:
            if not self.direct_rooms(member_id):
                await self._learn(member_id)
            found = self.direct_rooms(member_id)
            if found:
                return found[-1]
            if not reopen and self._was_left(member_id):
                raise CannotReach("the member left the direct room")
            mark = {"kind": "direct", "member": member_id}
            room_id = await self._create(member_id, [member_id], mark, preset="trusted_private_chat", is_direct=True)
            await self.note_direct(member_id, room_id)
            return room_id

    def direct_rooms(self, member_id: str) -> list[str]:
        """Best last: the one spoken in most recently."""
        rooms = [
            room for room, known in self._client.rooms.items() if member_id in known.users and self.is_direct(room)
        ]
        order = self._direct.get(member_id, [])
        return sorted(rooms, key=lambda room: order.index(room) if room in order else -1)

    def _was_left(self, member_id: str) -> bool:
        made = (room for room, mark in self._sync.marks.items() if mark.get("member") == member_id)
        return any(room in self._client.rooms for room in (*self._direct.get(member_id, ()), *made))

    async def _create(
        self, key: str, invited: Sequence[str], mark: Json, state: Sequence[Json] = (), **options: object
    ) -> str:
        """An encrypted room that the bot knows again by its mark, and known to the sync when this returns."""
        initial = [ENCRYPTION, {"type": MARK, "state_key": "", "content": mark}, *state]
        try:
            made = await self._client.request(
                "POST", "/createRoom", {"invite": list(invited), "initial_state": initial, **options}
            )
            room_id: str = made["room_id"]
            await self._sync.until(lambda: self._is_ready(room_id, {*invited}))
        except (Refusal, RetryAfter):
            raise
        except BaseException:
            self._unsure[key] = self._sync.begun
            raise
        return room_id

    async def _learn(self, key: str) -> None:
        """The room that was asked for may be there: wait for a sync that began later, or there would be a second one.
        Raises ``DeliveryError`` while there is none.
        """
        if key in self._unsure:
            await self._sync.until(lambda: self._sync.taken > self._unsure[key])
            del self._unsure[key]

    def _is_ready(self, room_id: str, invited: set[str]) -> bool:
        """A new room comes in parts. What is said before we know who was invited would not be encrypted for them."""
        room = self.get(room_id)
        return room is not None and bool(room.encrypted) and invited <= set(room.users)

    # Groups

    async def open_group(self, key: str, invited: Sequence[str], name: str, place: str) -> str:
        """A private encrypted room. Who comes later does not read what was said before."""
        if self.group(key) is None:
            await self._learn(key)
        found = self.group(key)
        if found is not None:
            for member_id in {*invited} - {
                *self._client.rooms[found].users
            }:  # a server may die between room and guests
                await self.invite(found, member_id)
            return found
        visible = {"type": "m.room.history_visibility", "state_key": "", "content": {"history_visibility": "invited"}}
        mark = {"kind": "group", "key": key, "place": place}
        return await self._create(key, invited, mark, [visible], preset="private_chat", name=name)

    def group(self, key: str) -> str | None:
        marks = self._sync.marks.items()
        made = (room for room, mark in marks if mark.get("kind") == "group" and mark.get("key") == key)
        return next((room for room in made if room in self._client.rooms), None)

    def place_of_group(self, room_id: str) -> str | None:
        mark = self._sync.marks.get(room_id, {})
        return str(mark.get("place", "")) if mark.get("kind") == "group" else None

    async def invite(self, room_id: str, member_id: str) -> None:
        await self._client.request("POST", route("rooms", room_id, "invite"), {"user_id": member_id})

    async def remove(self, room_id: str, member_id: str) -> None:
        try:
            await self._client.request("POST", route("rooms", room_id, "kick"), {"user_id": member_id})
        except Refusal as error:
            log.info("nobody to remove: %s", error)

    async def hand_over(self, room_id: str) -> None:
        """Give every member all powers of the room, and leave it."""
        if self.get(room_id) is None:
            return
        others = {user: 100 for user in self._client.rooms[room_id].users if user != self._client.user_id}
        levels = await self.state(room_id, "m.room.power_levels")
        await self._set_levels(room_id, levels | {"users": levels.get("users", {}) | others})
        await self._leave(room_id)

    async def close(self, room_id: str) -> None:
        """Nobody can say more here; what was said stays with those who were there. Nothing happens if it is gone."""
        if self.get(room_id) is None:
            return
        levels = await self.state(room_id, "m.room.power_levels")
        await self._set_levels(room_id, levels | {"events_default": 100})
        await self._leave(room_id)

    async def _set_levels(self, room_id: str, levels: Json) -> None:
        await self._client.request("PUT", route("rooms", room_id, "state", "m.room.power_levels", ""), levels)

    async def _leave(self, room_id: str) -> None:
        await self._client.request("POST", route("rooms", room_id, "leave"), {})
        self._client.rooms.pop(room_id, None)

    # Communities

    def place_of(self, room_id: str) -> str:
        """Where a room belongs: the space that lists it, if the bot is in that space, else the room itself."""
        spaces = (space for space, children in self._sync.children.items() if room_id in children)
        return next((space for space in spaces if space in self._client.rooms), room_id)

    def is_shared(self, room_id: str) -> bool:
        """A room of a community: no direct room, and none that the bot made."""
        return not self.is_direct(room_id) and room_id not in self._sync.marks

    async def join(self, room_id: str, server: str) -> None:
        """``server``: one that knows the room."""
        await self._client.request("POST", route("join", room_id), {}, query={"server_name": server})

    def rooms_of(self, place: str) -> Iterator[str]:
        yield place
        yield from (room for room in self._sync.children.get(place, ()) if room in self._client.rooms)

    def places_with(self, member_id: str) -> list[str]:
        """The places that the bot shares with a member, as far as the sync has come."""
        shared = [room for room, known in self._client.rooms.items() if member_id in known.users]
        ours = [room for room in shared if self.is_shared(room)]
        return list(dict.fromkeys(self.place_of(room) for room in ours))

    async def spots(self, place: str, member_id: str) -> list[tuple[str, str, bool]]:
        """Rooms of the place where the bot may write and the member is, and rooms that hold nobody but its moderators:
        those are private. Each with its name.
        """
        found = []
        for room_id, room in list(self._client.rooms.items()):
            mine = self.is_shared(room_id) and self.may_write(room_id)
            if not mine or member_id not in room.users:
                continue
            private = await self._only_moderators(room_id, place)
            if private or self.place_of(room_id) == place:
                found.append((room_id, self.name_of(room_id) or room_id, private))
        return found

    async def _only_moderators(self, room_id: str, place: str) -> bool:
        """By invitation, and everybody in it moderates the place. Asked of the server now."""
        room = self._client.rooms[room_id]
        people = [user for user in room.users if user != self._client.user_id]
        if room_id == place or room.join_rule != "invite" or len(people) > MOST_MODERATORS:
            return False
        return all([await self.is_moderator(place, user) for user in people])

    def may_write(self, room_id: str) -> bool:
        room = self.get(room_id)
        return room is not None and bool(room.power_levels.can_user_send_message(self._client.user_id))

    def name_of(self, room_id: str) -> str:
        room = self.get(room_id)
        return (room.display_name or "") if room else ""

    def name_of_member(self, room_id: str, member_id: str) -> str:
        room = self.get(room_id)
        return (room.user_name(member_id) if room else None) or member_id

    async def display_name(self, member_id: str) -> str:
        """As the server knows it now; empty if there is none."""
        try:
            profile = await self._client.request("GET", route("profile", member_id, "displayname"))
        except Refusal:
            return ""
        return str(profile.get("displayname") or "")

    async def is_member(self, place: str, member_id: str) -> bool:
        """Asked of the server now."""
        for room_id in self.rooms_of(place):
            if await self._is_joined(room_id, member_id):
                return True
        return False

    async def is_moderator(self, place: str, member_id: str) -> bool:
        """Asked of the server now: joined, and with the power to ban (at least a moderator's), or a creator's."""
        if not await self._is_joined(place, member_id):
            return False
        created = await self.state(place, "m.room.create", whole=True)
        content = created.get("content", {})
        creators = [created.get("sender"), *content.get("additional_creators", [])]
        if content.get("room_version", "1") not in ORDINARY_VERSIONS and member_id in creators:
            return True
        try:
            levels = await self.state(place, "m.room.power_levels")
        except Refusal:  # a room without power levels obeys its creator alone
            return member_id == created.get("sender")
        power = levels.get("users", {}).get(member_id, levels.get("users_default", 0))
        return bool(int(power) >= max(MODERATOR, int(levels.get("ban", MODERATOR))))

    async def _is_joined(self, room_id: str, member_id: str) -> bool:
        try:
            member = await self.state(room_id, "m.room.member", member_id)
        except Refusal as error:
            if error.errcode in ("M_NOT_FOUND", "M_FORBIDDEN"):
                return False
            raise
        return member.get("membership") == "join"

    async def state(self, room_id: str, kind: str, key: str = "", *, whole: bool = False) -> Json:
        """A state event's content; the event itself if ``whole``."""
        query = {"format": "event"} if whole else {}
        return await self._client.request("GET", route("rooms", room_id, "state", kind, key), query=query)

    # Saying and finding

    async def say(self, room_id: str, kind: str, content: Content, transaction: str) -> str:
        """Send an event, encrypted if the room is. Returns its id. The same transaction twice is one event."""
        room = self.get(room_id)
        if room is None:
            raise CannotReach("the bot is not in that room")
        if room.encrypted:
            kind, content = await self._encrypted(room, kind, content)
        path = route("rooms", room_id, "send", kind, transaction)
        return str((await self._client.request("PUT", path, content))["event_id"])

    async def _encrypted(self, room: MatrixRoom, kind: str, content: Content) -> tuple[str, Content]:
        """Never plaintext: what cannot be encrypted for everybody in the room is not sent."""
        async with self._locks[room.room_id]:
            try:
                await self._share_key(room)
                kind, sealed = self._client.encrypt(room.room_id, kind, content)
            except (EncryptionError, LocalProtocolError, ClientError, OSError, TimeoutError) as error:
                raise DeliveryError(f"it could not be encrypted: {type(error).__name__}") from error
        # Outside the ciphertext too, so that a delivery can be recognised without its key. It says nothing.
        return kind, sealed | ({KEY: content[KEY]} if KEY in content else {})

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
