"""The people, roles, guilds and channels of the fake Discord, and how each looks in a payload."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.beds.discord.messages import Message

Payload = dict[str, Any]


class Permission(IntFlag):
    """The bits of https://docs.discord.com/developers/topics/permissions that the fake knows."""

    ADMINISTRATOR = 1 << 3
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    CREATE_EVENTS = 1 << 44


ALL = Permission(~0) & Permission((1 << 50) - 1)
EVERYONE = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.SEND_MESSAGES_IN_THREADS
)
THE_BOT = Permission.CREATE_PRIVATE_THREADS | Permission.MANAGE_THREADS | Permission.CREATE_EVENTS


class Kind(IntEnum):
    """The channel types the fake knows."""

    TEXT = 0
    DM = 1
    PRIVATE_THREAD = 12


GUILD: Payload = {
    "emojis": [],
    "stickers": [],
    "features": [],
    "region": "deprecated",
    "icon": None,
    "banner": None,
    "splash": None,
    "discovery_splash": None,
    "home_header": None,
    "description": None,
    "application_id": None,
    "vanity_url_code": None,
    "afk_channel_id": None,
    "system_channel_id": None,
    "widget_channel_id": None,
    "rules_channel_id": None,
    "public_updates_channel_id": None,
    "safety_alerts_channel_id": None,
    "widget_enabled": False,
    "verification_level": 0,
    "default_message_notifications": 0,
    "explicit_content_filter": 0,
    "mfa_level": 0,
    "nsfw": False,
    "nsfw_level": 0,
    "afk_timeout": 300,
    "premium_tier": 0,
    "premium_subscription_count": 0,
    "preferred_locale": "en-US",
    "system_channel_flags": 0,
    "premium_progress_bar_enabled": False,
    "incidents_data": None,
    "max_members": 500_000,
    "max_presences": None,
    "max_stage_video_channel_users": 50,
    "max_video_channel_users": 25,
}
"""What all guilds here have in common."""


@dataclass(eq=False)
class User:
    id: str
    name: str
    bot: bool = False
    takes_dms: bool = True
    """False: the person has closed their direct messages, or has blocked the bot."""

    def payload(self) -> Payload:
        return {
            "id": self.id,
            "username": self.name.lower().replace(" ", "_")[:32],
            "discriminator": "0",
            "global_name": self.name,
            "avatar": None,
            "bot": self.bot,
            "flags": 0,
            "public_flags": 0,
            "primary_guild": None,
        }


@dataclass(eq=False)
class Role:
    id: str
    name: str
    permissions: Permission

    def payload(self) -> Payload:
        return {
            "id": self.id,
            "name": self.name,
            "permissions": str(int(self.permissions)),
            "position": 0,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": False,
            "flags": 0,
            "description": None,
            "icon": None,
            "unicode_emoji": None,
        }


@dataclass(eq=False)
class Guild:
    id: str
    name: str
    owner: User
    roles: list[Role]
    members: dict[str, User] = field(default_factory=dict)
    member_roles: dict[str, list[Role]] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)
    events: dict[str, Payload] = field(default_factory=dict)

    @property
    def general(self) -> Channel:
        """The first text channel; every guild has one."""
        return self.channels[0]

    @property
    def everyone(self) -> Role:
        return self.roles[0]

    def permissions(self, user: User, channel: Channel | None = None) -> Permission:
        """What a member may do here: https://docs.discord.com/developers/topics/permissions#permission-overwrites."""
        if user.id not in self.members:
            return Permission(0)
        allowed = self.everyone.permissions
        for role in self.member_roles[user.id]:
            allowed |= role.permissions
        if user is self.owner or allowed & Permission.ADMINISTRATOR:
            return ALL
        base = channel and (channel.parent or channel)
        if base is not None:
            for target in (self.everyone.id, *(role.id for role in self.member_roles[user.id]), user.id):
                allow, deny = base.overwrites.get(target, (Permission(0), Permission(0)))
                allowed = (allowed & ~deny) | allow
        return allowed

    def member_payload(self, user: User) -> Payload:
        return {
            "user": user.payload(),
            "roles": [role.id for role in self.member_roles[user.id]],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
            "flags": 0,
            "nick": None,
            "avatar": None,
            "banner": None,
            "pending": False,
            "premium_since": None,
            "communication_disabled_until": None,
        }

    def payload(self) -> Payload:
        """The guild as REST tells it."""
        own = {"id": self.id, "name": self.name, "owner_id": self.owner.id}
        return GUILD | own | {"roles": [role.payload() for role in self.roles]}

    def create_payload(self, bot: User, *, all_members: bool) -> Payload:
        """The guild as the gateway tells it; members other than the bot need the Server Members intent."""
        seen = list(self.members.values()) if all_members else [bot]
        threads = [channel for channel in self.channels if channel.kind is Kind.PRIVATE_THREAD]
        return self.payload() | {
            "channels": [c.payload() for c in self.channels if c.kind is not Kind.PRIVATE_THREAD],
            "threads": [c.payload(bot) for c in threads if bot.id in c.members and not c.archived],
            "members": [self.member_payload(user) for user in seen],
            "member_count": len(self.members),
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": list(self.events.values()),
            "soundboard_sounds": [],
            "large": False,
            "unavailable": False,
            "joined_at": "2026-01-01T00:00:00+00:00",
        }


@dataclass(eq=False)
class Channel:
    """A text channel of a guild, a private thread in one, or the direct conversation of one person with the bot."""

    id: str
    kind: Kind
    name: str = ""
    guild: Guild | None = None
    parent: Channel | None = None
    recipient: User | None = None
    owner: User | None = None
    made: datetime | None = None
    opened: datetime | None = None
    """When it was opened again; Discord counts from there too."""
    archived: bool = False
    locked: bool = False
    archive_after: int = 10080
    """Minutes."""
    invitable: bool = True
    members: dict[str, User] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    overwrites: dict[str, tuple[Permission, Permission]] = field(default_factory=dict)
    """Role or user id -> (allowed, denied)."""

    def is_quiet(self, now: datetime) -> bool:
        """Is what was said last longer ago than a thread stays open?"""
        said = [message.sent for message in self.messages.values()]
        last = max([*said, *filter(None, [self.made, self.opened])], default=now)
        return now - last > timedelta(minutes=self.archive_after)

    def payload(self, viewer: User | None = None) -> Payload:
        shared = {
            "id": self.id,
            "type": int(self.kind),
            "flags": 0,
            "last_message_id": next(reversed(self.messages), None),
        }
        if self.kind is Kind.DM and self.recipient:
            return shared | {"recipients": [self.recipient.payload()]}
        assert self.guild is not None
        shared |= {"guild_id": self.guild.id, "name": self.name, "rate_limit_per_user": 0}
        if self.kind is Kind.PRIVATE_THREAD:
            return shared | self._thread_payload(viewer)
        overwrites = [
            {"id": target, "type": 1 if target in self.guild.members else 0, "allow": str(int(a)), "deny": str(int(d))}
            for target, (a, d) in self.overwrites.items()
        ]
        return shared | {
            "position": 0,
            "permission_overwrites": overwrites,
            "parent_id": None,
            "topic": None,
            "nsfw": False,
        }

    def _thread_payload(self, viewer: User | None) -> Payload:
        assert self.parent is not None
        assert self.owner is not None
        joined = {"member": thread_member(self, viewer)} if viewer and viewer.id in self.members else {}
        return joined | {
            "parent_id": self.parent.id,
            "owner_id": self.owner.id,
            "message_count": len(self.messages),
            "total_message_sent": len(self.messages),
            "member_count": len(self.members),
            "thread_metadata": {
                "archived": self.archived,
                "archive_timestamp": "2026-01-01T00:00:00+00:00",
                "auto_archive_duration": self.archive_after,
                "locked": self.locked,
                "invitable": self.invitable,
                "create_timestamp": "2026-01-01T00:00:00+00:00",
            },
        }


def thread_member(thread: Channel, user: User) -> Payload:
    return {"id": thread.id, "user_id": user.id, "join_timestamp": "2026-01-01T00:00:00+00:00", "flags": 0}
