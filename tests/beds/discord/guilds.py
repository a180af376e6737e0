"""The bot itself, its commands, guilds, their members and their scheduled events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.beds.discord import rules
from tests.beds.discord.gateway import Intent
from tests.beds.discord.rest import Answer, Call, route
from tests.beds.discord.rules import Refusal
from tests.beds.discord.things import Guild, Payload, Permission

if TYPE_CHECKING:
    from tests.beds.discord.server import FakeDiscord

EVENTS = "/guilds/{guild_id}/scheduled-events"
EVENT = f"{EVENTS}/{{guild_scheduled_event_id}}"
OPEN_EVENTS = 100
SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4
NEXT_STATUS = {SCHEDULED: {ACTIVE, CANCELED}, ACTIVE: {COMPLETED}}
MEMBERS_LIMITED = 1 << 15
"""Application flag: a bot in fewer than 100 servers whose host switched on the Server Members intent."""
COMMAND_DEFAULTS: Payload = {
    "type": 1,
    "description": "",
    "options": [],
    "nsfw": False,
    "dm_permission": True,
    "contexts": None,
    "description_localizations": None,
    "name_localizations": None,
}


# The bot.


@route("GET /users/@me")
def get_me(discord: FakeDiscord, call: Call) -> Answer:
    private = {"mfa_enabled": False, "locale": "en-US", "premium_type": 0, "email": None, "verified": True}
    return discord.world.bot.payload() | private


@route("GET /users/{user_id}")
def get_user(discord: FakeDiscord, call: Call) -> Answer:
    user = discord.world.users.get(call.ids["user_id"])
    if user is None:
        raise Refusal(404, 10013, "Unknown User")
    return user.payload()


@route("GET /users/@me/guilds")
def get_my_guilds(discord: FakeDiscord, call: Call) -> Answer:
    bot = discord.world.bot
    return [
        {"id": guild.id, "name": guild.name, "icon": None, "banner": None, "owner": False, "features": []}
        | {"permissions": str(int(guild.permissions(bot)))}
        for guild in discord.world.guilds.values()
        if bot.id in guild.members
    ]


@route("GET /gateway/bot")
def get_gateway(discord: FakeDiscord, call: Call) -> Answer:
    gateway = discord.gateway
    left = {"total": 1000, "remaining": max(0, 1000 - gateway.identifies), "reset_after": 1}
    limit = left | {"max_concurrency": gateway.max_concurrency}
    return {"url": discord.gateway_url, "shards": gateway.shards, "session_start_limit": limit}


@route("GET /oauth2/applications/@me")
@route("GET /applications/@me")
def get_application(discord: FakeDiscord, call: Call) -> Answer:
    bot = discord.world.bot
    flags = MEMBERS_LIMITED if discord.gateway.granted & Intent.GUILD_MEMBERS else 0
    return {
        "id": bot.id,
        "name": bot.name,
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": flags,
        "flags_new": str(flags),
        "owner": bot.payload(),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "eligible_oauth2_scopes": [],
        "role_connections_verification_url": None,
        "approximate_guild_count": len(discord.world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "type": None,
        "event_webhooks_status": 1,
        "integration_types_config": {},
        "bot": bot.payload(),
    }


# Commands.


@route("PUT /applications/{application_id}/commands")
def put_commands(discord: FakeDiscord, call: Call) -> Answer:
    discord.commands = _registered(discord, call.body[""])
    return list(discord.commands.values())


@route("GET /applications/{application_id}/commands")
def get_commands(discord: FakeDiscord, call: Call) -> Answer:
    return list(discord.commands.values())


@route("PUT /applications/{application_id}/guilds/{guild_id}/commands")
def put_guild_commands(discord: FakeDiscord, call: Call) -> Answer:
    guild = guild_of(discord, call)
    commands = _registered(discord, call.body[""])
    discord.guild_commands[guild.id] = {name: command | {"guild_id": guild.id} for name, command in commands.items()}
    return list(discord.guild_commands[guild.id].values())


def _registered(discord: FakeDiscord, asked: list[Payload]) -> dict[str, Payload]:
    discord.require(rules.command_faults(asked))
    commands: dict[str, Payload] = {}
    for command in asked:
        permissions = command.get("default_member_permissions")
        commands[rules.name_of(command)] = {
            **COMMAND_DEFAULTS,
            **command,
            "id": discord.world.new_id(),
            "version": discord.world.new_id(),
            "application_id": discord.world.bot.id,
            "integration_types": command.get("integration_types") or [0],
            "default_member_permissions": None if permissions is None else str(permissions),
        }
    return commands


# Guilds and members.


def guild_of(discord: FakeDiscord, call: Call) -> Guild:
    guild = discord.world.guilds.get(call.ids["guild_id"])
    if guild is None:
        raise Refusal(404, 10004, "Unknown Guild")
    if discord.world.bot.id not in guild.members:
        raise Refusal(403, 50001, "Missing Access")
    return guild


@route("GET /guilds/{guild_id}")
def get_guild(discord: FakeDiscord, call: Call) -> Answer:
    return guild_of(discord, call).payload()


@route("GET /guilds/{guild_id}/channels")
def get_channels(discord: FakeDiscord, call: Call) -> Answer:
    return [channel.payload() for channel in guild_of(discord, call).channels if channel.parent is None]


@route("GET /guilds/{guild_id}/roles")
def get_roles(discord: FakeDiscord, call: Call) -> Answer:
    return [role.payload() for role in guild_of(discord, call).roles]


@route("GET /guilds/{guild_id}/members/search")
def search_members(discord: FakeDiscord, call: Call) -> Answer:
    """Those whose name or nickname begins so. It needs no privileged intent."""
    guild, wanted = guild_of(discord, call), call.query.get("query", "").casefold()
    members = [guild.member_payload(user) for user in guild.members.values()]
    names = [(one, (one["user"]["username"], one.get("nick") or "")) for one in members]
    found = [
        one
        for one, (name, nick) in names
        if wanted and (name.casefold().startswith(wanted) or nick.casefold().startswith(wanted))
    ]
    return found[: int(call.query.get("limit", 1))]


@route("GET /guilds/{guild_id}/members/{user_id}")
def get_member(discord: FakeDiscord, call: Call) -> Answer:
    guild = guild_of(discord, call)
    user = guild.members.get(call.ids["user_id"])
    if user is None:
        raise Refusal(404, 10007, "Unknown Member")
    return guild.member_payload(user)


@route("GET /guilds/{guild_id}/members")
def list_members(discord: FakeDiscord, call: Call) -> Answer:
    guild = guild_of(discord, call)
    if not discord.gateway.granted & Intent.GUILD_MEMBERS:
        raise Refusal(403, 50001, "Missing Access")
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 1))
    users = sorted(guild.members.values(), key=lambda user: int(user.id))
    return [guild.member_payload(user) for user in users if int(user.id) > after][:limit]


# Scheduled events.


@route(f"GET {EVENTS}")
def list_events(discord: FakeDiscord, call: Call) -> Answer:
    return list(guild_of(discord, call).events.values())


@route(f"GET {EVENT}")
def get_event(discord: FakeDiscord, call: Call) -> Answer:
    return _event(guild_of(discord, call), call)


@route(f"POST {EVENTS}")
def create_event(discord: FakeDiscord, call: Call) -> Answer:
    guild = guild_of(discord, call)
    _need_events(discord, guild, Permission.CREATE_EVENTS)
    discord.require(rules.event_faults(call.body, discord.clock.now()))
    if sum(event["status"] in (SCHEDULED, ACTIVE) for event in guild.events.values()) >= OPEN_EVENTS:
        raise Refusal(400, 30038, "Maximum number of uncompleted guild scheduled events reached (100)")
    event: Payload = {
        "description": None,
        "channel_id": None,
        "image": None,
        "recurrence_rule": None,
        "entity_id": None,
        "entity_metadata": None,
        "scheduled_end_time": None,
        "guild_scheduled_event_exceptions": [],
        "user_count": 0,
        **call.body,
        "status": SCHEDULED,
        "creator_id": discord.world.bot.id,
        "id": discord.world.new_id(),
        "guild_id": guild.id,
    }
    guild.events[event["id"]] = event
    discord.gateway.tell_guild("GUILD_SCHEDULED_EVENT_CREATE", guild, event, Intent.SCHEDULED_EVENTS)
    return event


@route(f"PATCH {EVENT}")
def edit_event(discord: FakeDiscord, call: Call) -> Answer:
    guild = guild_of(discord, call)
    event = _event(guild, call)
    _need_events(discord, guild, Permission.CREATE_EVENTS)
    status = call.body.get("status", event["status"])
    if status != event["status"] and status not in NEXT_STATUS.get(event["status"], set()):
        raise Refusal(400, 180000, "Cannot update a finished event")
    started = event["status"] != SCHEDULED
    discord.require(rules.event_faults({} if started else event | call.body, discord.clock.now()))
    event |= {key: value for key, value in call.body.items() if key in event}
    discord.gateway.tell_guild("GUILD_SCHEDULED_EVENT_UPDATE", guild, event, Intent.SCHEDULED_EVENTS)
    return event


@route(f"DELETE {EVENT}")
def delete_event(discord: FakeDiscord, call: Call) -> Answer:
    guild = guild_of(discord, call)
    event = _event(guild, call)
    _need_events(discord, guild, Permission.CREATE_EVENTS)
    del guild.events[event["id"]]
    discord.gateway.tell_guild("GUILD_SCHEDULED_EVENT_DELETE", guild, event, Intent.SCHEDULED_EVENTS)
    return None


def _event(guild: Guild, call: Call) -> Payload:
    event = guild.events.get(call.ids["guild_scheduled_event_id"])
    if event is None:
        raise Refusal(404, 10070, "Unknown Guild Scheduled Event")
    return event


def _need_events(discord: FakeDiscord, guild: Guild, permission: Permission) -> None:
    """The bot's own events need CREATE_EVENTS; MANAGE_EVENTS covers everybody's."""
    if not guild.permissions(discord.world.bot) & (permission | Permission.MANAGE_EVENTS):
        raise Refusal(403, 50013, "Missing Permissions")
