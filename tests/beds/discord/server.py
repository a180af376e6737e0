"""The fake Discord as a whole: a world, a gateway and a REST API on one loopback socket."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import TracebackType

from aiohttp import web

import tests.beds.discord.channels
import tests.beds.discord.guilds
import tests.beds.discord.threads  # noqa: F401 (the modules of routes register themselves)
from tests.beds.discord import rules
from tests.beds.discord.faults import Faults
from tests.beds.discord.gateway import Gateway, Intent
from tests.beds.discord.interactions import Interaction
from tests.beds.discord.limits import RateLimits
from tests.beds.discord.messages import Message
from tests.beds.discord.person import Person
from tests.beds.discord.rest import PREFIX, Call, Rest
from tests.beds.discord.spec import Spec
from tests.beds.discord.things import Channel, Guild, Payload, Permission, User
from tests.beds.discord.world import Clock, World

NOTHING = Permission(0)


class FakeDiscord:
    """A Discord for tests. ``async with FakeDiscord() as discord`` fails at its end if a rule was broken.

    It speaks the real protocol over a real socket to an unmodified discord.py. What the bot sends is checked with
    Discord's own OpenAPI file and with ``rules.py``; what it answers is checked with the same file.
    """

    def __init__(self, token: str = "bot.token") -> None:
        self.token = token
        self.clock = Clock()
        self.spec = Spec.load()
        self.world = World(self.clock)
        self.gateway = Gateway(self)
        self.rest = Rest(self)
        self.limits = RateLimits(self.clock)
        self.faults = Faults()
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.commands: dict[str, Payload] = {}
        self.guild_commands: dict[str, dict[str, Payload]] = {}
        self.interactions: dict[str, Interaction] = {}
        self.tokens: dict[str, Interaction] = {}
        """The same interactions by their tokens."""
        self.nonces: dict[str, tuple[float, str]] = {}
        """Our nonces: when each was used, and the id of its message."""
        self.nonced: dict[str, Message] = {}
        """The messages that have one, by id."""
        self.nonce_seconds = 300.0
        """How long a nonce is remembered. Discord says "in the past few minutes"."""
        self.history_tells_nonce = False
        """Whether a message read from the history still has its nonce. Discord does not say."""

    # Life.

    async def start(self, port: int = 0) -> None:
        """Listen on a free port of the loopback."""
        app = web.Application(client_max_size=2**25)
        for path in ("/ws", "/ws/"):  # a configured address has no slash at its end
            app.router.add_get(path, self.gateway.serve)
        app.router.add_route("*", PREFIX + "/{path:.*}", self.rest.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.port: int = self._runner.addresses[0][1]
        self.rest_url = f"http://127.0.0.1:{self.port}{PREFIX}"
        self.gateway_url = f"ws://127.0.0.1:{self.port}/ws/"

    async def stop(self) -> None:
        self.faults.release_all()
        await self.gateway.close()
        await self._runner.cleanup()

    async def __aenter__(self) -> FakeDiscord:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if error is None:
            self.check()

    def serve_discord_py(self) -> None:
        """Point the unmodified library here. Its two addresses are class attributes, so this holds for the process."""
        import discord

        discord.http.Route.BASE = self.rest_url
        socket = discord.gateway.DiscordWebSocket
        socket.DEFAULT_GATEWAY = type(socket.DEFAULT_GATEWAY)(self.gateway_url)

    # Judging.

    def require(self, faults: Iterable[str]) -> None:
        """Refuse a request that breaks one of Discord's rules, and remember it: the bot should have known."""
        for fault in faults:
            self.violations.append(fault)
            if not fault.startswith("allowed_mentions"):  # Discord would accept it, and ping
                empty = fault.startswith("Cannot send an empty")
                raise rules.Refusal(400, 50006, fault) if empty else rules.body_refusal(fault)

    def take_violations(self) -> list[str]:
        """For a test that breaks a rule on purpose: what was broken, forgiven."""
        taken, self.violations = self.violations, []
        return taken

    def check(self) -> None:
        """Fail if any request or answer broke a rule."""
        assert not self.violations, "rules of Discord were broken:\n" + "\n".join(self.violations)

    def calls_to(self, operation: str) -> list[Call]:
        """The requests for one operation, for example ``POST /channels/{channel_id}/messages``."""
        return [call for call in self.calls if str(call.operation) == operation]

    # Setting the stage.

    def add_guild(self, name: str = "Recovery together") -> Guild:
        """A guild the bot is in; sessions hear of it."""
        guild = self.world.add_guild(name)
        self.gateway.tell("GUILD_CREATE", guild.create_payload(self.world.bot, all_members=True))
        return guild

    def add_person(self, name: str, *guilds: Guild, permissions: Permission = NOTHING) -> Person:
        """A person, in these guilds; with permissions she gets a role of her own in each."""
        person = Person(self, self.world.add_user(name))
        for guild in guilds:
            self.join(person, guild, permissions)
        return person

    def join(self, person: Person, guild: Guild, permissions: Permission = NOTHING) -> None:
        roles = [self.world.add_role(guild, f"role of {person.name}", permissions)] if permissions else []
        self.world.add_member(guild, person.user, *roles)
        for role in roles:
            self.gateway.tell_guild("GUILD_ROLE_CREATE", guild, {"role": role.payload()})
        self.gateway.tell_guild("GUILD_MEMBER_ADD", guild, guild.member_payload(person.user), Intent.GUILD_MEMBERS)

    def leave(self, person: Person, guild: Guild) -> None:
        self.remove_member(guild, person.user)

    def remove_member(self, guild: Guild, user: User) -> None:
        """Somebody leaves or is removed; the bot itself, and the guild is gone for it."""
        if user is self.world.bot:
            self.gateway.tell("GUILD_DELETE", {"id": guild.id})
        del guild.members[user.id], guild.member_roles[user.id]
        self.gateway.tell_guild("GUILD_MEMBER_REMOVE", guild, {"user": user.payload()}, Intent.GUILD_MEMBERS)

    def remove_channel(self, channel: Channel) -> None:
        """A channel or thread is deleted, a channel with the threads in it."""
        assert channel.guild is not None
        for thread in [one for one in channel.guild.channels if one.parent is channel]:
            self.world.remove_channel(thread)
        self.world.remove_channel(channel)
        gone = "CHANNEL_DELETE" if channel.parent is None else "THREAD_DELETE"
        self.gateway.tell_channel(gone, channel)

    def deny(self, guild: Guild, permission: Permission) -> None:
        """Take a permission from the bot's own role."""
        role = guild.roles[1]
        role.permissions &= ~permission
        guild.everyone.permissions &= ~permission
        for changed in (role, guild.everyone):
            self.gateway.tell_guild("GUILD_ROLE_UPDATE", guild, {"role": changed.payload()})

    def allow(self, guild: Guild, permission: Permission) -> None:
        """Give it back."""
        role = guild.roles[1]
        role.permissions |= permission
        self.gateway.tell_guild("GUILD_ROLE_UPDATE", guild, {"role": role.payload()})

    def post(
        self, author: User, channel: Channel, text: str, replies_to: str | None = None, parts: Payload | None = None
    ) -> Message:
        """A person writes in a channel or to the bot."""
        id_, now = self.world.new_id(), self.clock.now()
        message = Message(id_, channel, author, now, text, replies_to=replies_to, parts=parts or {})
        named = (self.world.users.get(one) for one in re.findall(r"<@(\d+)>", text))
        message.pings = [user for user in dict.fromkeys(named) if user]
        self._opens(author, channel)
        channel.messages[message.id] = message
        self.gateway.tell_message("MESSAGE_CREATE", message)
        return message

    def _opens(self, author: User, channel: Channel) -> None:
        """A message in an archived thread opens it again, unless it is locked: then only moderators write there."""
        self.fall_quiet()
        if not channel.archived:
            return
        assert channel.guild is not None
        may = bool(channel.guild.permissions(author, channel) & Permission.MANAGE_THREADS)
        assert may or not channel.locked, f"{author.name} cannot write in a locked thread"
        channel.archived, channel.opened = False, self.clock.now()
        self.gateway.tell_channel("THREAD_UPDATE", channel)

    def fall_quiet(self) -> None:
        """Discord archives by itself."""
        for thread in self.world.fall_quiet():
            self.gateway.tell_channel("THREAD_UPDATE", thread)

    def rename(self, guild: Guild, name: str) -> None:
        """Somebody who may gives the server another name."""
        guild.name = name
        self.gateway.tell("GUILD_UPDATE", guild.payload())

    def override(
        self, channel: Channel, target: str, *, allow: Permission = NOTHING, deny: Permission = NOTHING
    ) -> None:
        """What a role or a person (by id) may do in one channel, whatever they may elsewhere."""
        channel.overwrites[target] = (allow, deny)
        self.gateway.tell_channel("CHANNEL_UPDATE", channel)

    def change(self, message: Message, text: str, *, drawn_only: bool = False) -> None:
        """A person edits what they wrote; ``drawn_only``: nobody did, Discord has only drawn a link in it."""
        message.text = text
        message.edited = message.edited if drawn_only else self.clock.now()
        self.gateway.tell_message("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        """A person deletes what they wrote to the bot. Discord tells no more of it than where it stood."""
        assert message.channel.guild is None
        del message.channel.messages[message.id]
        gone = {"id": message.id, "channel_id": message.channel.id}
        self.gateway.tell("MESSAGE_DELETE", gone, Intent.DIRECT_MESSAGES)

    def react(self, user: User, message: Message, emoji: str) -> None:
        """A person reacts to a message in their direct conversation with the bot."""
        reaction: Payload = {
            "user_id": user.id,
            "channel_id": message.channel.id,
            "message_id": message.id,
            "message_author_id": message.author.id,
            "emoji": {"id": None, "name": emoji},
            "burst": False,
            "type": 0,
        }
        self.gateway.tell("MESSAGE_REACTION_ADD", reaction, Intent.DIRECT_MESSAGE_REACTIONS)
