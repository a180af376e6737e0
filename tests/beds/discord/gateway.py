"""Gateway v10: sessions, heartbeats, events by intent, resuming with replay, and every way a connection ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, WSMsgType, web

from tests.beds.discord.messages import Message
from tests.beds.discord.things import Channel, Guild, Payload, User
from tests.beds.eventually import PATIENCE

if TYPE_CHECKING:
    from tests.beds.discord.server import FakeDiscord


class Op(IntEnum):
    """https://docs.discord.com/developers/topics/opcodes-and-status-codes"""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class Intent(IntFlag):
    NONE = 0
    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    MESSAGE_CONTENT = 1 << 15
    SCHEDULED_EVENTS = 1 << 16


NO_WORDS: Payload = {"content": "", "embeds": [], "attachments": [], "components": []}
"""What a message looks like to a bot without the Message Content intent."""
OF_GUILDS = {"GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"}
"""Events whose own id is the guild's."""
PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT


@dataclass(eq=False)
class Session:
    """What outlives a connection: the events sent so far, for those who resume."""

    id: str
    intents: Intent
    log: list[Payload] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    shard: tuple[int, int] = (0, 1)
    """Which of how many."""
    sent: int = 0
    socket: web.WebSocketResponse | None = None

    def hears_of(self, guild: str | None) -> bool:
        """Each guild is one shard's; whatever belongs to none comes to the first."""
        number, count = self.shard
        return (int(guild) >> 22) % count == number if guild else number == 0

    def add(self, name: str, data: Payload) -> None:
        self.log.append({"op": Op.DISPATCH, "t": name, "s": len(self.log) + 1, "d": data})
        self.news.set()


class Gateway:
    """Both sides of every websocket: it reads what the bot says, and a pump per socket sends what it must hear."""

    def __init__(self, discord: FakeDiscord) -> None:
        self._discord = discord
        self.sessions: dict[str, Session] = {}
        self.granted = Intent.GUILD_MEMBERS
        """The privileged intents switched on in the developer portal; asking for others closes with 4014."""
        self.shards = 1
        """How many connections Discord wants of the bot."""
        self.max_concurrency = 1
        self.heartbeat_seconds = 41.25
        self.answers_heartbeats = True
        """False: the connection is a zombie, open but deaf."""
        self.identifies = 0
        self.resumes = 0
        self._connected = asyncio.Event()
        self.sockets: set[web.WebSocketResponse] = set()

    # What a test does.

    def attach(self, shard: tuple[int, int], intents: Intent = Intent.GUILDS | Intent.DIRECT_MESSAGES) -> Session:
        """A session that nobody reads over a socket."""
        session = Session(self._discord.world.new_id(), intents, shard=shard)
        self.sessions[session.id] = session
        return session

    async def ready(self) -> None:
        """Wait until a bot has identified or resumed."""
        await asyncio.wait_for(self._connected.wait(), PATIENCE)

    async def drop(self, code: int = 4000) -> None:
        """Close every connection. The sessions stay and may be resumed."""
        self._connected.clear()
        for socket in list(self.sockets):
            await socket.close(code=code)

    def forget_sessions(self) -> None:
        """From now on a resume is answered with op 9 (invalid session)."""
        self.sessions.clear()

    async def ask_to_reconnect(self) -> None:
        await self.send_raw(json.dumps({"op": Op.RECONNECT, "d": None}))

    async def send_raw(self, text: str) -> None:
        """Send this frame as it is, for example one that is no JSON."""
        for socket in list(self.sockets):
            await socket.send_str(text)

    def send_malformed(self, name: str, data: Payload) -> None:
        """Send an event whose content may be nonsense, to every session whatever its intents."""
        for session in self.sessions.values():
            session.add(name, data)

    # What the rest of the fake tells it.

    def tell(self, name: str, data: Payload, intent: Intent = Intent.NONE) -> None:
        guild = data.get("guild_id") or (data["id"] if name in OF_GUILDS else None)
        for session in self.sessions.values():
            if intent & session.intents == intent and session.hears_of(guild):
                session.add(name, data)

    def tell_guild(self, name: str, guild: Guild, data: Payload, intent: Intent = Intent.GUILDS) -> None:
        if self._discord.world.bot.id in guild.members:
            self.tell(name, data | {"guild_id": guild.id}, intent)

    def tell_message(self, name: str, message: Message) -> None:
        """A message event goes to whoever may see the channel; its words only where the rules allow."""
        world = self._discord.world
        if message.ephemeral or not world.may_see(world.bot, message.channel):
            return
        guild = message.channel.guild
        intent = Intent.GUILD_MESSAGES if guild else Intent.DIRECT_MESSAGES
        place: Payload = {"guild_id": guild.id, "member": _partial_member(guild, message.author)} if guild else {}
        for session in self.sessions.values():
            if intent & session.intents and session.hears_of(guild.id if guild else None):
                payload = message.payload()
                words = session.intents & Intent.MESSAGE_CONTENT or world.readable(message)
                session.add(name, (payload if words else payload | NO_WORDS) | place)

    def tell_channel(self, name: str, channel: Channel) -> None:
        assert channel.guild is not None
        self.tell_guild(name, channel.guild, channel.payload(self._discord.world.bot))

    # The websocket.

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from hello to close."""
        socket = web.WebSocketResponse(max_msg_size=4096)
        await socket.prepare(request)
        self.sockets.add(socket)
        pump: asyncio.Task[None] | None = None
        try:
            hello = {"heartbeat_interval": int(self.heartbeat_seconds * 1000)}
            await socket.send_json({"op": Op.HELLO, "d": hello, "s": None, "t": None})
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    break
                session = await self._receive(socket, json.loads(frame.data))
                if session is not None and pump is None:
                    pump = asyncio.create_task(self._pump(socket, session))
        finally:
            self.sockets.discard(socket)
            if pump is not None:
                pump.cancel()
        return socket

    async def close(self) -> None:
        for socket in list(self.sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def _pump(self, socket: web.WebSocketResponse, session: Session) -> None:
        with contextlib.suppress(ConnectionError):
            while not socket.closed:
                while session.sent < len(session.log):
                    session.sent += 1
                    await socket.send_json(session.log[session.sent - 1])
                session.news.clear()
                await session.news.wait()

    async def _receive(self, socket: web.WebSocketResponse, frame: Payload) -> Session | None:
        """Answer one frame. Returns the session once there is one to pump."""
        match frame["op"]:
            case Op.HEARTBEAT if self.answers_heartbeats:
                await socket.send_json({"op": Op.HEARTBEAT_ACK})
            case Op.IDENTIFY:
                return await self._identify(socket, frame["d"])
            case Op.RESUME:
                return await self._resume(socket, frame["d"])
            case Op.REQUEST_MEMBERS:
                await self._members(socket, frame["d"])
        return None

    async def _identify(self, socket: web.WebSocketResponse, data: Payload) -> Session | None:
        self.identifies += 1
        if data["token"] != self._discord.token:
            await socket.close(code=4004, message=b"Authentication failed.")
            return None
        intents = Intent(data["intents"])
        if intents & PRIVILEGED & ~self.granted:
            await socket.close(code=4014, message=b"Disallowed intent(s).")
            return None
        number, count = data.get("shard") or (0, 1)
        if count < self.shards or number >= count:
            await socket.close(code=4011 if number < count else 4010, message=b"Sharding required.")
            return None
        world = self._discord.world
        session = Session(world.new_id(), intents, shard=(number, count), socket=socket)
        self.sessions[session.id] = session
        known = [guild for guild in world.guilds.values() if world.bot.id in guild.members]
        guilds = [guild for guild in known if session.hears_of(guild.id)]
        session.add("READY", self._ready_payload(session, guilds))
        for guild in guilds:
            session.add(
                "GUILD_CREATE", guild.create_payload(world.bot, all_members=bool(intents & Intent.GUILD_MEMBERS))
            )
        self._connected.set()
        return session

    def _ready_payload(self, session: Session, guilds: list[Guild]) -> Payload:
        bot = self._discord.world.bot
        return {
            "v": 10,
            "user": bot.payload(),
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self._discord.gateway_url,
            "application": {"id": bot.id, "flags": 0},
            "shard": session.shard,
        }

    async def _resume(self, socket: web.WebSocketResponse, data: Payload) -> Session | None:
        if data["token"] != self._discord.token:
            await socket.close(code=4004, message=b"Authentication failed.")
            return None
        session = self.sessions.get(data["session_id"])
        if session is None:
            await socket.send_json({"op": Op.INVALID_SESSION, "d": False})
            return None
        self.resumes += 1
        session.socket, session.sent = socket, data["seq"] or 0
        session.add("RESUMED", {})
        self._connected.set()
        return session

    async def _members(self, socket: web.WebSocketResponse, data: Payload) -> None:
        session = next(session for session in self.sessions.values() if session.socket is socket)
        everybody = data.get("query") == "" and data.get("limit") == 0
        if everybody and not session.intents & Intent.GUILD_MEMBERS:
            await socket.close(code=4014, message=b"Disallowed intent(s).")
            return
        guild = self._discord.world.guilds[str(data["guild_id"])]
        wanted = guild.members.values() if everybody else [guild.members[i] for i in _asked(data) if i in guild.members]
        members = [guild.member_payload(user) for user in wanted]
        chunk = {"guild_id": guild.id, "members": members, "chunk_index": 0, "chunk_count": 1}
        session.add("GUILD_MEMBERS_CHUNK", chunk | {"nonce": data.get("nonce")})


def _asked(data: Payload) -> list[str]:
    asked = data.get("user_ids") or []
    return [str(user_id) for user_id in (asked if isinstance(asked, list) else [asked])]


def _partial_member(guild: Guild, user: User) -> Payload:
    """A message event's member: without its user, which is the message's author."""
    member = guild.member_payload(user) if user.id in guild.members else {"roles": []}
    return {key: value for key, value in member.items() if key != "user"}
