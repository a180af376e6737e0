"""Messages, their history, and direct conversations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tests.beds.discord import rules
from tests.beds.discord.gateway import NO_WORDS, Intent
from tests.beds.discord.messages import EPHEMERAL, Message
from tests.beds.discord.rest import Answer, Call, route
from tests.beds.discord.rules import Refusal
from tests.beds.discord.things import Channel, Kind, Payload, Permission, User

if TYPE_CHECKING:
    from tests.beds.discord.server import FakeDiscord

MESSAGES = "/channels/{channel_id}/messages"
NO_CHANNEL = Refusal(404, 10003, "Unknown Channel")
NO_MESSAGE = Refusal(404, 10008, "Unknown Message")
NO_ACCESS = Refusal(403, 50001, "Missing Access")
NO_PERMISSION = Refusal(403, 50013, "Missing Permissions")


# Finding and allowing.


def channel_of(discord: FakeDiscord, call: Call) -> Channel:
    channel = discord.world.channels.get(call.ids["channel_id"])
    if channel is None:
        raise NO_CHANNEL
    if not discord.world.may_see(discord.world.bot, channel):
        raise NO_ACCESS
    return channel


def message_of(discord: FakeDiscord, call: Call) -> Message:
    message = channel_of(discord, call).messages.get(call.ids["message_id"])
    if message is None or message.ephemeral:
        raise NO_MESSAGE
    return message


def need(discord: FakeDiscord, channel: Channel, permission: Permission) -> None:
    """Refuse what the bot may not do in a guild; in a direct conversation nothing has to be granted."""
    if channel.guild and not channel.guild.permissions(discord.world.bot, channel) & permission:
        raise NO_PERMISSION


# Messages.


def reopen(discord: FakeDiscord, thread: Channel) -> None:
    """Writing in an archived thread opens it again, unless it is locked."""
    if thread.locked:
        need(discord, thread, Permission.MANAGE_THREADS)
    if thread.archived:
        thread.archived, thread.opened = False, discord.clock.now()
        discord.gateway.tell_channel("THREAD_UPDATE", thread)


@route(f"POST {MESSAGES}")
def create_message(discord: FakeDiscord, call: Call) -> Answer:
    channel = channel_of(discord, call)
    recipient = channel.recipient
    if recipient and not discord.world.shares_guild(recipient):
        raise Refusal(403, 50278, "Cannot send messages to this user due to having no mutual guilds")
    if recipient and not recipient.takes_dms:
        raise Refusal(403, 50007, "Cannot send messages to this user")
    if channel.kind is Kind.PRIVATE_THREAD:
        need(discord, channel, Permission.SEND_MESSAGES_IN_THREADS)
        reopen(discord, channel)
    else:
        need(discord, channel, Permission.SEND_MESSAGES)
    if call.files:
        need(discord, channel, Permission.ATTACH_FILES)
    nonce = call.body.get("nonce")
    if nonce is not None and call.body.get("enforce_nonce") and (earlier := _earlier(discord, str(nonce))):
        return earlier.payload()
    message = new_message(discord, channel, call.body, call.files)
    message.nonce = nonce
    message.replies_to = (call.body.get("message_reference") or {}).get("message_id")
    if nonce is not None:
        discord.nonces[str(nonce)] = (discord.clock.seconds(), message.id)
        discord.nonced[message.id] = message
    discord.gateway.tell_message("MESSAGE_CREATE", message)
    return message.payload()


def new_message(
    discord: FakeDiscord, channel: Channel, body: Payload, files: dict[str, bytes], only_for: User | None = None
) -> Message:
    """A message of the bot, checked against the rules, and now in its channel."""
    discord.require(rules.message_faults(body | ({"attachments": [1]} if files else {}), new=True))
    world = discord.world
    message = Message(world.new_id(), channel, world.bot, discord.clock.now(), files=files, only_for=only_for)
    _write(discord, message, body)
    channel.messages[message.id] = message
    return message


def edit(discord: FakeDiscord, message: Message, body: Payload, files: dict[str, bytes] | None = None) -> None:
    """Change a message of the bot in place; what the body does not name stays."""
    discord.require(rules.message_faults(body, new=False))
    _write(discord, message, body)
    message.files |= files or {}
    message.edited = discord.clock.now()


def _write(discord: FakeDiscord, message: Message, body: Payload) -> None:
    if "content" in body:
        message.told.append(message.text)
        message.text = body["content"] or ""
    if "components" in body:
        message.earlier += message.buttons
        message.components = body["components"] or []
    for file in body.get("attachments") or []:
        if file.get("description"):
            message.descriptions[file["filename"]] = file["description"]
    if "embeds" in body:
        message.embeds = body["embeds"] or []
    message.flags = (message.flags & EPHEMERAL) | (body.get("flags") or 0) | (EPHEMERAL if message.only_for else 0)
    allowed = body.get("allowed_mentions")
    named = (discord.world.users.get(one) for one in re.findall(r"<@!?(\d+)>", message.text))
    message.pings = [user for user in dict.fromkeys(named) if user and _pings(user, allowed)]
    message.pings_everyone = _live("everyone", allowed) and bool(re.search("@(everyone|here)", message.text))


def _pings(user: User, allowed: Payload | None) -> bool:
    return _live("users", allowed) or user.id in map(str, (allowed or {}).get("users") or [])


def _live(what: str, allowed: Payload | None) -> bool:
    """Without allowed_mentions every mention pings."""
    return allowed is None or what in (allowed.get("parse") or [])


def _earlier(discord: FakeDiscord, nonce: str) -> Message | None:
    """The message this nonce made in the past few minutes; if that is deleted, Discord answers 404."""
    used, message_id = discord.nonces.get(nonce, (float("-inf"), ""))
    if discord.clock.seconds() - used > discord.nonce_seconds:
        return None
    found = discord.nonced.get(message_id)
    if found is not None and message_id in found.channel.messages:
        return found
    raise NO_MESSAGE


@route(f"GET {MESSAGES}")
def list_messages(discord: FakeDiscord, call: Call) -> Answer:
    channel = channel_of(discord, call)
    need(discord, channel, Permission.READ_MESSAGE_HISTORY)
    visible = [message for message in channel.messages.values() if not message.ephemeral]
    page = _page(visible, call.query)
    return [_as_read(discord, message) for message in page]


def _page(messages: list[Message], query: dict[str, str]) -> Iterable[Message]:
    """Newest first. ``after`` means the oldest that follow."""
    limit = int(query.get("limit", 50))
    if "before" in query:
        messages = [message for message in messages if int(message.id) < int(query["before"])]
    if "after" in query:
        messages = [message for message in messages if int(message.id) > int(query["after"])]
        return reversed(messages[:limit])
    return reversed(messages[-limit:])


@route(f"GET {MESSAGES}/{{message_id}}")
def get_message(discord: FakeDiscord, call: Call) -> Answer:
    return _as_read(discord, message_of(discord, call))


def _as_read(discord: FakeDiscord, message: Message) -> Payload:
    """A message as REST tells it; the Message Content intent counts here too."""
    payload = message.payload(nonce=discord.history_tells_nonce)
    words = discord.gateway.granted & Intent.MESSAGE_CONTENT or discord.world.readable(message)
    return payload if words else payload | NO_WORDS


@route(f"PATCH {MESSAGES}/{{message_id}}")
def edit_message(discord: FakeDiscord, call: Call) -> Answer:
    message = message_of(discord, call)
    if message.author is not discord.world.bot:
        raise Refusal(403, 50005, "Cannot edit a message authored by another user")
    edit(discord, message, call.body, call.files)
    discord.gateway.tell_message("MESSAGE_UPDATE", message)
    return message.payload()


@route(f"DELETE {MESSAGES}/{{message_id}}")
def delete_message(discord: FakeDiscord, call: Call) -> Answer:
    message = message_of(discord, call)
    if message.author is not discord.world.bot:
        if message.channel.guild is None:
            raise Refusal(403, 50003, "Cannot execute action on a DM channel")
        need(discord, message.channel, Permission.MANAGE_MESSAGES)
    del message.channel.messages[message.id]
    gone = {"id": message.id, "channel_id": message.channel.id}
    discord.gateway.tell("MESSAGE_DELETE", gone)
    return None


# Channels and direct conversations.


@route("GET /channels/{channel_id}")
def get_channel(discord: FakeDiscord, call: Call) -> Answer:
    return channel_of(discord, call).payload(discord.world.bot)


@route("POST /users/@me/channels")
def open_dm(discord: FakeDiscord, call: Call) -> Answer:
    user = discord.world.users.get(str(call.body.get("recipient_id")))
    if user is None or user is discord.world.bot:
        raise Refusal(400, 50033, "Invalid Recipient(s)")
    channel = discord.world.open_dm(user)
    if channel is None:
        if not discord.limits.may_open_dm():
            raise Refusal(400, 40003, "You are opening direct messages too fast.")
        channel = discord.world.dm(user)
    return channel.payload()
