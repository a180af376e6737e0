"""What exists on the fake Discord and who may see it: the clock, the ids, and everything that was ever created."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime, timedelta

from tests.beds.discord.messages import Message
from tests.beds.discord.things import EVERYONE, THE_BOT, Channel, Guild, Kind, Permission, Role, User

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


class Clock:
    """Real time, plus whatever a test skipped. Everything in the fake that expires asks this clock."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self._stopped: float | None = None

    def skip(self, seconds: float) -> None:
        """Let time pass without waiting for it."""
        self._skipped += seconds

    def stop(self) -> None:
        """From now on only ``skip`` lets time pass for what is counted in seconds."""
        self._stopped = time.monotonic()

    def seconds(self) -> float:
        """Seconds on a clock that never goes back."""
        return (time.monotonic() if self._stopped is None else self._stopped) + self._skipped

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._skipped)


class World:
    """Everything that exists. It changes here; telling the bot about it is the gateway's part."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._increment = itertools.count()
        self.users: dict[str, User] = {}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.threads: list[Channel] = []
        self._direct: dict[str, Channel] = {}
        self.bot = self.add_user("Kith", bot=True)

    def new_id(self) -> str:
        """A snowflake, whose upper bits are the time: history look-ups depend on it."""
        milliseconds = int((self.clock.now() - EPOCH).total_seconds() * 1000)
        return str((milliseconds << 22) | (next(self._increment) & 0xFFF))

    def add_user(self, name: str, *, bot: bool = False) -> User:
        user = User(self.new_id(), name, bot)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str) -> Guild:
        """A guild with an owner, the bot in it (with a role of its own) and the channel #general."""
        owner = self.add_user(f"Owner of {name}")
        guild_id = self.new_id()
        roles = [Role(guild_id, "@everyone", EVERYONE), Role(self.new_id(), "Kith", THE_BOT)]
        guild = Guild(guild_id, name, owner, roles)
        self.guilds[guild.id] = guild
        self.add_member(guild, owner)
        self.add_member(guild, self.bot, roles[1])
        self.add_channel(guild, "general")
        return guild

    def add_member(self, guild: Guild, user: User, *roles: Role) -> None:
        guild.members[user.id] = user
        guild.member_roles[user.id] = list(roles)

    def add_role(self, guild: Guild, name: str, permissions: Permission) -> Role:
        role = Role(self.new_id(), name, permissions)
        guild.roles.append(role)
        return role

    def add_channel(self, guild: Guild, name: str) -> Channel:
        return self._added(Channel(self.new_id(), Kind.TEXT, name, guild))

    def add_thread(self, parent: Channel, name: str, owner: User) -> Channel:
        thread = Channel(self.new_id(), Kind.PRIVATE_THREAD, name, parent.guild, parent, owner=owner)
        thread.members[owner.id] = owner
        thread.made = self.clock.now()
        self.threads.append(thread)
        return self._added(thread)

    def remove_channel(self, channel: Channel) -> None:
        del self.channels[channel.id]
        if channel.guild:
            channel.guild.channels.remove(channel)
        if channel in self.threads:
            self.threads.remove(channel)
        if channel.recipient:
            del self._direct[channel.recipient.id]

    def dm(self, user: User) -> Channel:
        """The one direct conversation of this person with the bot."""
        return self.open_dm(user) or self._added(Channel(self.new_id(), Kind.DM, recipient=user))

    def open_dm(self, user: User) -> Channel | None:
        return self._direct.get(user.id)

    def fall_quiet(self) -> list[Channel]:
        """Archive the threads in which nobody has said anything for as long as each waits."""
        quiet = [one for one in self.threads if not one.archived and one.is_quiet(self.clock.now())]
        for thread in quiet:
            thread.archived = True
        return quiet

    def shares_guild(self, user: User) -> bool:
        return any(user.id in guild.members and self.bot.id in guild.members for guild in self.guilds.values())

    def may_see(self, user: User, channel: Channel) -> bool:
        if channel.guild is None:
            return user in (channel.recipient, self.bot)
        allowed = channel.guild.permissions(user, channel)
        if not allowed & Permission.VIEW_CHANNEL:
            return False
        return channel.kind is Kind.TEXT or user.id in channel.members or bool(allowed & Permission.MANAGE_THREADS)

    def readable(self, message: Message) -> bool:
        """Whether its words reach a bot without the Message Content intent: its own, direct ones, mentions of it."""
        return message.author is self.bot or message.channel.guild is None or self.bot in message.pings

    def _added(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        if channel.recipient:
            self._direct[channel.recipient.id] = channel
        if channel.guild:
            channel.guild.channels.append(channel)
        return channel
