"""A member of a community on Matrix, with an encrypted client that shares no code with the bot's.

It stands on mautrix and libolm; the bot stands on matrix-nio and vodozemac. A strict member behaves as apps announced
they will: room keys go to cross-signed devices only, and words from a device nobody signed are not shown.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from mautrix.api import HTTPAPI, Method, Path
from mautrix.client import Client
from mautrix.client.encryption_manager import DecryptionDispatcher
from mautrix.client.state_store import MemoryStateStore
from mautrix.client.syncer import SyncStream
from mautrix.crypto import OlmMachine
from mautrix.crypto.attachments import decrypt_attachment
from mautrix.crypto.store import MemoryCryptoStore
from mautrix.crypto.store import StateStore as CryptoStateStore
from mautrix.errors import SessionNotFound
from mautrix.types import (
    ContentURI,
    CrossSigningUsage,
    DeviceID,
    EncryptedEvent,
    Event,
    EventID,
    EventType,
    Membership,
    MemberStateEventContent,
    Obj,
    RoomCreatePreset,
    RoomID,
    SigningKey,
    StateEvent,
    TOFUSigningKey,
    TrustState,
    UserID,
)

from tests.beds.matrix.synapse import Account, Synapse

PATIENCE = 60.0
"""Seconds to wait for something that has to come. It comes in well under one; the machine may be busy."""

ENCRYPTION = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
SHOWN = ("m.room.message", "m.reaction", "org.matrix.msc3381.poll.start")
POLL_ANSWER = "org.matrix.msc3381.poll.response"

_serial = itertools.count(1)


@dataclass(frozen=True)
class Heard:
    """One event as it arrived at a member, decrypted."""

    room: str
    sender: str
    event_id: str
    type: str
    content: dict[str, Any]
    encrypted: bool

    @property
    def text(self) -> str:
        return str(self.content.get("body", ""))

    @property
    def html(self) -> str:
        return str(self.content.get("formatted_body", ""))

    @property
    def reaction(self) -> str:
        return str(self.content.get("m.relates_to", {}).get("key", ""))


class _Rooms(MemoryStateStore, CryptoStateStore):  # type: ignore[misc]  # mautrix's two "is_encrypted" disagree
    """The state store with the one question more that the crypto machine asks."""

    async def find_shared_rooms(self, user_id: UserID) -> list[RoomID]:
        return [room for room, members in self.members.items() if user_id in members]


class _Keys(MemoryCryptoStore):
    """The crypto store, with what mautrix 0.21.1 gets wrong put right: it assigns to a field of a tuple."""

    async def put_cross_signing_key(self, user_id: UserID, usage: CrossSigningUsage, key: SigningKey) -> None:
        keys = self._cross_signing_keys.setdefault(user_id, {})
        known = keys.get(usage)
        keys[usage] = TOFUSigningKey(key=key, first=known.first if known else key)


class MatrixMember:
    """What a person does on Matrix: accept, open a direct room, say, react, vote, and read."""

    def __init__(self, account: Account, client: Client, *, strict: bool) -> None:
        self.account = account
        self.client = client
        self.strict = strict
        self.room = ""
        """Where ``say`` speaks when told nothing else: the room opened, accepted or joined last."""
        self.refused: list[str] = []
        """Ids of events a strict member's app would not show."""
        self.unreadable: list[str] = []
        """Ids of events whose key never came."""
        self.log: list[Heard] = []
        """Everything that was heard, in every room."""
        self._heard: asyncio.Queue[Heard] = asyncio.Queue()
        self._invites: asyncio.Queue[str] = asyncio.Queue()
        self._order = asyncio.Lock()

    @classmethod
    async def arrive(cls, synapse: Synapse, name: str, *, strict: bool = False) -> Self:
        """A new user of the homeserver (``name`` with a number), with a cross-signed device, already syncing."""
        account = await asyncio.to_thread(synapse.register, f"{name}-{next(_serial)}")
        return await cls.on(synapse, account, strict=strict)

    @classmethod
    async def on(cls, synapse: Synapse, account: Account, *, strict: bool = False, signed: bool = True) -> Self:
        """A member on a device of their own. ``signed=False`` leaves the device without a cross-signature."""
        api = HTTPAPI(base_url=synapse.url, token=account.access_token)
        rooms = _Rooms()
        client = Client(
            UserID(account.user_id), DeviceID(account.device_id), api=api, state_store=rooms, sync_store=None
        )
        client.crypto = crypto = OlmMachine(client, _Keys(account.user_id, "a test's key"), rooms)
        if strict:
            crypto.send_keys_min_trust = TrustState.CROSS_SIGNED_TOFU
        client.remove_dispatcher(DecryptionDispatcher)
        member = cls(account, client, strict=strict)
        client.add_event_handler(EventType.ROOM_ENCRYPTED, member._on_encrypted)
        client.add_event_handler(EventType.ROOM_MEMBER, member._on_membership)
        for name in SHOWN:
            client.add_event_handler(EventType.find(name, EventType.Class.MESSAGE), member._on_event)
        await crypto.load()
        await crypto.share_keys(0)
        if signed:
            await crypto.generate_recovery_key()
        client.start(None)
        return member

    @property
    def id(self) -> str:
        return self.account.user_id

    async def leave(self) -> None:
        """Close the app."""
        self.client.stop()
        await self.client.api.session.close()

    # Rooms

    async def open_direct(self, other: str, *, encrypted: bool = True, powers: bool = False, wait: bool = True) -> str:
        """Start a direct chat: a room for two, the other invited. ``powers``: with the same powers, as Element does."""
        self.room = await self.client.create_room(
            invitees=[UserID(other)],
            is_direct=True,
            initial_state=[ENCRYPTION] if encrypted else [],
            preset=RoomCreatePreset.TRUSTED_PRIVATE if powers else RoomCreatePreset.PRIVATE,
        )
        if wait:
            await self.wait_for_member(other)
        else:  # as apps do, whose words are for the invited as well
            await self.client.get_members(RoomID(self.room))
        return self.room

    async def open_room(
        self,
        *invited: str,
        name: str = "the garden",
        encrypted: bool = True,
        version: str | None = None,
        creators: Sequence[str] = (),
    ) -> str:
        """A room of one's own. In room version 12 its creators have unlimited power and stand in no power list."""
        self.room = await self.client.create_room(
            name=name,
            invitees=[UserID(other) for other in invited],
            initial_state=[ENCRYPTION] if encrypted else [],
            room_version=version,
            creation_content={"additional_creators": list(creators)} if creators else None,
        )
        return self.room

    async def open_space(self, *invited: str, rooms: Sequence[str]) -> str:
        """A space that lists these rooms."""
        children = [{"type": "m.space.child", "state_key": room, "content": {"via": ["bed.test"]}} for room in rooms]
        self.room = await self.client.create_room(
            name="the village",
            invitees=[UserID(other) for other in invited],
            initial_state=list(children),
            creation_content={"type": "m.space"},
        )
        return self.room

    async def give_power(self, other: str, level: int, room: str = "") -> None:
        levels = await self.client.get_state_event(RoomID(room or self.room), EventType.ROOM_POWER_LEVELS)
        changed: dict[str, Any] = levels.serialize()
        changed["users"] = {**changed.get("users", {}), other: level}
        await self.client.send_state_event(RoomID(room or self.room), EventType.ROOM_POWER_LEVELS, changed)

    async def accept(self, within: float | None = PATIENCE) -> str:
        """Join the next room one was invited to."""
        return await self.join(await asyncio.wait_for(self._invites.get(), within))

    async def join(self, room: str) -> str:
        self.room = await self.client.join_room_by_id(RoomID(room))
        return self.room

    async def invite(self, other: str, room: str = "") -> None:
        await self.client.invite_user(RoomID(room or self.room), UserID(other))

    async def wait_for_member(self, other: str, room: str = "") -> None:
        """Wait until ``other`` has joined: keys go to those who are in the room when something is said."""
        async with asyncio.timeout(PATIENCE):
            # The homeserver has no event to wait for that this client would not have to sync for.
            while UserID(other) not in await self.client.get_joined_members(RoomID(room or self.room)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    # Speaking

    async def say(self, text: str, room: str = "", more: dict[str, Any] | None = None) -> str:
        """Say something. ``more`` is laid over the event's content."""
        return await self.send("m.room.message", {"msgtype": "m.text", "body": text} | (more or {}), room)

    async def edit(self, event_id: str, text: str, room: str = "") -> str:
        changed = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": event_id}
        return await self.say(f"* {text}", room, {"m.new_content": changed, "m.relates_to": relation})

    async def react(self, event_id: str, key: str, room: str = "") -> str:
        return await self.client.react(RoomID(room or self.room), EventID(event_id), key)

    async def redact(self, event_id: str, room: str = "") -> str:
        return await self.client.redact(RoomID(room or self.room), EventID(event_id))

    async def vote(self, poll: Heard, answer: int) -> str:
        """Choose one answer of a poll, the first being 1."""
        chosen = poll.content["org.matrix.msc3381.poll.start"]["answers"][answer - 1]["id"]
        relation = {"rel_type": "m.reference", "event_id": poll.event_id}
        return await self.send(POLL_ANSWER, {"m.relates_to": relation, POLL_ANSWER: {"answers": [chosen]}}, poll.room)

    async def send(self, type_: str, content: dict[str, Any], room: str = "") -> str:
        kind = EventType.find(type_, EventType.Class.MESSAGE)
        # mautrix leaves the constructor of Obj without annotations.
        return await self.client.send_message_event(RoomID(room or self.room), kind, Obj(**content))  # type: ignore[no-untyped-call]

    async def send_payload(self, payload: dict[str, Any], room: str = "") -> str:
        """Encrypt a payload of any shape, as a hostile client can. The room's key must have been shared before."""
        room_id = RoomID(room or self.room)
        session = await self.client.crypto.crypto_store.get_outbound_group_session(room_id)
        sealed = {
            "algorithm": "m.megolm.v1.aes-sha2",
            "ciphertext": session.encrypt(json.dumps({"room_id": room_id} | payload)),
            "sender_key": self.client.crypto.account.identity_key,
            "device_id": self.account.device_id,
            "session_id": session.id,
        }
        kind = EventType.ROOM_ENCRYPTED
        return await self.client.api.request(
            Method.PUT, Path.v3.rooms[room_id].send[kind.t][self.client.api.get_txn_id()], sealed
        )

    # Reading

    async def next(self, within: float | None = PATIENCE) -> Heard:
        """The next thing somebody else said or reacted, in any room."""
        return await asyncio.wait_for(self._heard.get(), within)

    async def open_file(self, heard: Heard) -> bytes:
        """What is in an encrypted file somebody sent."""
        file = heard.content["file"]
        sealed = await self.client.download_media(ContentURI(file["url"]))
        return decrypt_attachment(sealed, file["key"]["k"], file["hashes"]["sha256"], file["iv"])

    async def nothing(self, seconds: float = 1.0) -> bool:
        """Whether nothing comes for a while."""
        await asyncio.sleep(seconds)
        return self._heard.empty()

    async def _on_membership(self, event: StateEvent) -> None:
        assert isinstance(event.content, MemberStateEventContent)
        is_for_us = event.state_key == self.id and event.content.membership == Membership.INVITE
        if is_for_us and getattr(event, "source", SyncStream.TIMELINE) & SyncStream.INVITED_ROOM:
            self._invites.put_nowait(event.room_id)

    async def _on_encrypted(self, event: EncryptedEvent) -> None:
        if event.sender == self.id:
            return
        async with self._order:
            crypto = self.client.crypto
            try:
                opened = await crypto.decrypt_megolm_event(event)
            except SessionNotFound:
                if not await crypto.wait_for_session(event.room_id, event.content.session_id, timeout=PATIENCE):
                    self.unreadable.append(event.event_id)
                    return
                opened = await crypto.decrypt_megolm_event(event)
            if self.strict and opened["mautrix"]["trust_state"] < TrustState.CROSS_SIGNED_TOFU:
                self.refused.append(event.event_id)
                return
            self._hear(opened, encrypted=True)

    async def _on_event(self, event: Event) -> None:
        if event.sender != self.id:
            async with self._order:
                self._hear(event, encrypted=False)

    def _hear(self, event: Event, *, encrypted: bool) -> None:
        kind = event.type.t
        if kind in SHOWN:
            heard = Heard(event.room_id, event.sender, event.event_id, kind, event.content.serialize(), encrypted)
            self.log.append(heard)
            self._heard.put_nowait(heard)
