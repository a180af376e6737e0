"""Private threads: made, joined, left, archived and deleted, by whom the permissions allow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tests.beds.discord.channels import NO_ACCESS, channel_of, need
from tests.beds.discord.guilds import guild_of
from tests.beds.discord.rest import Answer, Call, route
from tests.beds.discord.rules import Refusal
from tests.beds.discord.things import Channel, Kind, Permission, User, thread_member

if TYPE_CHECKING:
    from tests.beds.discord.server import FakeDiscord

MEMBERS = "/channels/{channel_id}/thread-members"


@route("POST /channels/{channel_id}/threads")
def create_thread(discord: FakeDiscord, call: Call) -> Answer:
    parent = channel_of(discord, call)
    if parent.kind is not Kind.TEXT:
        raise Refusal(400, 50024, "Cannot execute action on this channel type")
    if call.body.get("type") != Kind.PRIVATE_THREAD:
        raise AssertionError("the fake Discord makes private threads only")
    need(discord, parent, Permission.CREATE_PRIVATE_THREADS)
    thread = discord.world.add_thread(parent, call.body["name"], discord.world.bot)
    thread.archive_after = call.body.get("auto_archive_duration") or 10080
    thread.invitable = call.body.get("invitable", True)
    discord.gateway.tell_channel("THREAD_CREATE", thread)
    return thread.payload(discord.world.bot)


@route("PATCH /channels/{channel_id}")
def edit_channel(discord: FakeDiscord, call: Call) -> Answer:
    thread = channel_of(discord, call)
    if thread.kind is not Kind.PRIVATE_THREAD:
        raise AssertionError("the fake Discord edits threads only")
    if thread.owner is not discord.world.bot or "locked" in call.body:
        need(discord, thread, Permission.MANAGE_THREADS)
    if thread.archived and call.body.get("archived") is not False:
        raise Refusal(400, 50083, "Thread is archived")
    thread.name = call.body.get("name") or thread.name
    for switch in ("archived", "locked", "invitable"):
        if call.body.get(switch) is not None:
            setattr(thread, switch, call.body[switch])
    if call.body.get("archived") is False:
        thread.opened = discord.clock.now()
    discord.gateway.tell_channel("THREAD_UPDATE", thread)
    return thread.payload(discord.world.bot)


@route("DELETE /channels/{channel_id}")
def delete_channel(discord: FakeDiscord, call: Call) -> Answer:
    thread = channel_of(discord, call)
    if thread.kind is Kind.PRIVATE_THREAD:
        need(discord, thread, Permission.MANAGE_THREADS)
        discord.world.remove_channel(thread)
        gone = {"id": thread.id, "parent_id": thread.parent and thread.parent.id, "type": int(thread.kind)}
        assert thread.guild is not None
        discord.gateway.tell_guild("THREAD_DELETE", thread.guild, gone)
        return thread.payload()
    raise AssertionError("the fake Discord deletes threads only")


def _open_thread(discord: FakeDiscord, call: Call) -> Channel:
    thread = channel_of(discord, call)
    if thread.kind is not Kind.PRIVATE_THREAD:
        raise Refusal(400, 50024, "Cannot execute action on this channel type")
    if thread.archived:
        raise Refusal(400, 50083, "Thread is archived")
    return thread


@route(f"PUT {MEMBERS}/{{user_id}}")
def add_thread_member(discord: FakeDiscord, call: Call) -> Answer:
    thread = _open_thread(discord, call)
    need(discord, thread, Permission.SEND_MESSAGES_IN_THREADS)
    assert thread.guild is not None
    user = thread.guild.members.get(call.ids["user_id"])
    if user is None:
        raise Refusal(404, 10007, "Unknown Member")
    if not thread.guild.permissions(user, thread) & Permission.VIEW_CHANNEL:
        raise NO_ACCESS
    thread.members[user.id] = user
    _tell_members(discord, thread, added=[user])
    return None


@route(f"DELETE {MEMBERS}/{{user_id}}")
def remove_thread_member(discord: FakeDiscord, call: Call) -> Answer:
    thread = _open_thread(discord, call)
    if thread.owner is not discord.world.bot:
        need(discord, thread, Permission.MANAGE_THREADS)
    user = thread.members.pop(call.ids["user_id"], None)
    if user is None:
        raise Refusal(404, 10007, "Unknown Member")
    _tell_members(discord, thread, removed=[user])
    return None


@route("GET /guilds/{guild_id}/threads/active")
def list_active_threads(discord: FakeDiscord, call: Call) -> Answer:
    """Those the bot can see, with its own membership where it is in."""
    bot = discord.world.bot
    channels = guild_of(discord, call).channels
    threads = [
        c for c in channels if c.kind is Kind.PRIVATE_THREAD and not c.archived and discord.world.may_see(bot, c)
    ]
    members = [thread_member(thread, bot) for thread in threads if bot.id in thread.members]
    return {"threads": [thread.payload() for thread in threads], "members": members, "has_more": False}


@route("GET /channels/{channel_id}/users/@me/threads/archived/private")
def list_archived_threads(discord: FakeDiscord, call: Call) -> Answer:
    """Those the bot is in, newest first."""
    bot, parent = discord.world.bot, channel_of(discord, call)
    need(discord, parent, Permission.READ_MESSAGE_HISTORY)
    assert parent.guild is not None
    before, limit = int(call.query.get("before", 1 << 63)), int(call.query.get("limit", 50))
    archived = [one for one in parent.guild.channels if one.parent is parent and one.archived and bot.id in one.members]
    found = sorted((one for one in archived if int(one.id) < before), key=lambda one: -int(one.id))
    page = found[:limit]
    members = [thread_member(thread, bot) for thread in page]
    return {"threads": [one.payload() for one in page], "members": members, "has_more": len(found) > limit}


@route(f"GET {MEMBERS}")
def list_thread_members(discord: FakeDiscord, call: Call) -> Answer:
    thread = channel_of(discord, call)
    return [thread_member(thread, user) for user in thread.members.values()]


@route(f"GET {MEMBERS}/{{user_id}}")
def get_thread_member(discord: FakeDiscord, call: Call) -> Answer:
    thread = channel_of(discord, call)
    user = thread.members.get(call.ids["user_id"])
    if user is None:
        raise Refusal(404, 10007, "Unknown Member")
    return thread_member(thread, user)


@route(f"DELETE {MEMBERS}/@me")
def leave_thread(discord: FakeDiscord, call: Call) -> Answer:
    thread = _open_thread(discord, call)
    thread.members.pop(discord.world.bot.id, None)
    return None


def _tell_members(
    discord: FakeDiscord, thread: Channel, added: Iterable[User] = (), removed: Iterable[User] = ()
) -> None:
    assert thread.guild is not None
    data = {
        "id": thread.id,
        "member_count": len(thread.members),
        "added_members": [thread_member(thread, user) for user in added],
        "removed_member_ids": [user.id for user in removed],
    }
    discord.gateway.tell_guild("THREAD_MEMBERS_UPDATE", thread.guild, data)
