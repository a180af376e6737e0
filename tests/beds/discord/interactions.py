"""What Discord does with a command, a press or a sent form: two clocks, the kinds of answer, one acknowledgement."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from tests.beds.discord import rules
from tests.beds.discord.channels import edit, new_message
from tests.beds.discord.messages import EPHEMERAL, LOADING, Message
from tests.beds.discord.rest import Answer, Call, route
from tests.beds.discord.rules import Refusal
from tests.beds.discord.things import Channel, Guild, Payload, Permission, User
from tests.beds.eventually import PATIENCE

if TYPE_CHECKING:
    from tests.beds.discord.server import FakeDiscord

FIRST_ANSWER_SECONDS = 3.0
TOKEN_SECONDS = 900.0
HOOK = "/webhooks/{webhook_id}/{webhook_token}"


class Asked(IntEnum):
    """Interaction types."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Reply(IntEnum):
    """Interaction callback types."""

    MESSAGE = 4
    DEFER_MESSAGE = 5
    DEFER_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


ALLOWED = {
    Asked.COMMAND: {Reply.MESSAGE, Reply.DEFER_MESSAGE, Reply.MODAL},
    Asked.COMPONENT: {Reply.MESSAGE, Reply.DEFER_MESSAGE, Reply.DEFER_UPDATE, Reply.UPDATE, Reply.MODAL},
    Asked.AUTOCOMPLETE: {Reply.CHOICES},
    Asked.MODAL: {Reply.MESSAGE, Reply.DEFER_MESSAGE, Reply.DEFER_UPDATE, Reply.UPDATE},
}


class NoAnswer(AssertionError):
    """What a person reads when the bot is silent for three seconds: "The application did not respond"."""


@dataclass(eq=False)
class Interaction:
    """One thing a person did, and everything the bot answered to it."""

    id: str
    token: str
    asked: Asked
    user: User
    channel: Channel
    born: float
    on: Message | None = None
    """The message whose button was pressed."""
    reply_type: Reply | None = None
    waited: float | None = None
    """Seconds until the first answer."""
    original: Message | None = None
    """The message that ``@original`` means."""
    modal: Payload | None = None
    choices: list[Payload] = field(default_factory=list)
    followups: list[Message] = field(default_factory=list)
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the person no longer sees "... is thinking"."""

    async def first_answer(self) -> Interaction:
        try:
            await asyncio.wait_for(self.acknowledged.wait(), FIRST_ANSWER_SECONDS + 0.5)
        except TimeoutError:
            raise NoAnswer("The application did not respond") from None
        return self

    async def reply(self) -> Message:
        """The message the person ends up reading as the answer."""
        await asyncio.wait_for(self.settled.wait(), PATIENCE)
        assert self.original is not None, f"the answer is no message but {self.reply_type!r}"
        return self.original

    @property
    def is_private(self) -> bool:
        return self.channel.guild is None or (self.original is not None and self.original.ephemeral)


def ask(
    discord: FakeDiscord, asked: Asked, user: User, channel: Channel, data: Payload, on: Message | None = None
) -> Interaction:
    """Create an interaction and tell the bot of it."""
    world = discord.world
    interaction = Interaction(
        world.new_id(), f"token-{world.new_id()}", asked, user, channel, discord.clock.seconds(), on
    )
    discord.interactions[interaction.id] = discord.tokens[interaction.token] = interaction
    discord.gateway.tell("INTERACTION_CREATE", _payload(discord, interaction, data))
    return interaction


def _payload(discord: FakeDiscord, interaction: Interaction, data: Payload) -> Payload:
    bot, channel, user = discord.world.bot, interaction.channel, interaction.user
    payload: Payload = {
        "id": interaction.id,
        "application_id": bot.id,
        "type": int(interaction.asked),
        "data": data,
        "token": interaction.token,
        "version": 1,
        "channel_id": channel.id,
        "channel": channel.payload(bot),
        "locale": "en-GB",
        "entitlements": [],
        "authorizing_integration_owners": {"0": channel.guild.id if channel.guild else "0"},
        "context": 0 if channel.guild else 1,
        "app_permissions": "0",
        "attachment_size_limit": 10_485_760,
    }
    if interaction.on is not None:
        payload["message"] = interaction.on.payload()
    if channel.guild is None:
        return payload | {"user": user.payload()}
    guild = channel.guild
    payload["app_permissions"] = str(int(guild.permissions(bot, channel)))
    about = {"id": guild.id, "locale": "en-US", "features": []}
    return payload | {"guild_id": guild.id, "guild": about, "guild_locale": "en-US"} | _member(guild, user, channel)


def _member(guild: Guild, user: User, channel: Channel) -> Payload:
    """An interaction says what the person may do in this channel, administrators' overwrites included."""
    return {"member": guild.member_payload(user) | {"permissions": str(int(guild.permissions(user, channel)))}}


@route("POST /interactions/{interaction_id}/{interaction_token}/callback")
def callback(discord: FakeDiscord, call: Call) -> Answer:
    interaction = discord.interactions.get(call.ids["interaction_id"])
    late = interaction and discord.clock.seconds() - interaction.born > FIRST_ANSWER_SECONDS
    if interaction is None or late or interaction.token != call.ids["interaction_token"]:
        raise Refusal(404, 10062, "Unknown interaction")
    if interaction.reply_type is not None:
        raise Refusal(400, 40060, "Interaction has already been acknowledged.")
    reply, data = Reply(call.body["type"]), call.body.get("data") or {}
    discord.require(_callback_faults(interaction, reply, data))
    _apply(discord, interaction, reply, data, call.files)
    interaction.reply_type = reply
    interaction.waited = discord.clock.seconds() - interaction.born
    interaction.acknowledged.set()
    return _callback_answer(interaction, reply) if call.query.get("with_response") in ("1", "true") else None


def _callback_faults(interaction: Interaction, reply: Reply, data: Payload) -> Iterator[str]:
    if reply not in ALLOWED[interaction.asked]:
        yield f"{reply!r} is no answer to {interaction.asked!r}"
    if reply in (Reply.UPDATE, Reply.DEFER_UPDATE) and interaction.on is None:
        yield f"{reply!r} needs the message of a component"
    if reply is Reply.MODAL:
        yield from rules.modal_faults(data)


def _apply(
    discord: FakeDiscord, interaction: Interaction, reply: Reply, data: Payload, files: dict[str, bytes]
) -> None:
    match reply:
        case Reply.MESSAGE:
            interaction.original = _say(discord, interaction, data, files)
        case Reply.DEFER_MESSAGE:
            interaction.original = _thinking(discord, interaction, data)
            return
        case Reply.UPDATE | Reply.DEFER_UPDATE:
            assert interaction.on is not None
            interaction.original = interaction.on
            if reply is Reply.UPDATE:
                edit(discord, interaction.on, data, files)
                discord.gateway.tell_message("MESSAGE_UPDATE", interaction.on)
        case Reply.CHOICES:
            interaction.choices = data["choices"]
        case Reply.MODAL:
            interaction.modal = data
    interaction.settled.set()


def _say(discord: FakeDiscord, interaction: Interaction, data: Payload, files: dict[str, bytes]) -> Message:
    hidden = bool((data.get("flags") or 0) & EPHEMERAL)
    message = new_message(discord, interaction.channel, data, files, interaction.user if hidden else None)
    message.answers = _metadata(interaction)
    discord.gateway.tell_message("MESSAGE_CREATE", message)
    return message


def _thinking(discord: FakeDiscord, interaction: Interaction, data: Payload) -> Message:
    """A deferred answer: whether it is ephemeral is decided now and cannot change later."""
    world = discord.world
    flags = (data.get("flags") or 0) & EPHEMERAL
    message = Message(world.new_id(), interaction.channel, world.bot, discord.clock.now(), flags=flags | LOADING)
    message.only_for = interaction.user if flags else None
    message.answers = _metadata(interaction)
    interaction.channel.messages[message.id] = message
    return message


def _metadata(interaction: Interaction) -> Payload:
    owners = {"0": interaction.channel.guild.id if interaction.channel.guild else "0"}
    known = {"id": interaction.id, "type": int(interaction.asked), "user": interaction.user.payload()}
    if interaction.asked is Asked.COMPONENT and interaction.on:
        known["interacted_message_id"] = interaction.on.id
    if interaction.asked is Asked.MODAL:
        command = {"id": interaction.id, "type": int(Asked.COMMAND), "user": known["user"]}
        known["triggering_interaction_metadata"] = command | {"authorizing_integration_owners": owners}
    return known | {"authorizing_integration_owners": owners}


def _callback_answer(interaction: Interaction, reply: Reply) -> Payload:
    original = interaction.original
    answer: Payload = {
        "id": interaction.id,
        "type": int(interaction.asked),
        "response_message_loading": reply is Reply.DEFER_MESSAGE,
        "response_message_ephemeral": bool(original and original.ephemeral),
    }
    if original is None:
        return {"interaction": answer}
    answer["response_message_id"] = original.id
    if reply in (Reply.MESSAGE, Reply.UPDATE):
        return {"interaction": answer, "resource": {"type": int(reply), "message": original.payload()}}
    return {"interaction": answer}


def _by_token(discord: FakeDiscord, call: Call) -> Interaction:
    interaction = discord.tokens.get(call.ids["webhook_token"])
    if interaction is None or discord.clock.seconds() - interaction.born > TOKEN_SECONDS:
        raise Refusal(401, 50027, "Invalid Webhook Token")
    if interaction.reply_type is None:
        raise Refusal(404, 10015, "Unknown Webhook")
    return interaction


def _original(discord: FakeDiscord, call: Call) -> tuple[Interaction, Message]:
    interaction = _by_token(discord, call)
    message = interaction.original
    if message is None or message.id not in message.channel.messages:
        raise Refusal(404, 10008, "Unknown Message")
    return interaction, message


@route(f"POST {HOOK}")
def follow_up(discord: FakeDiscord, call: Call) -> Answer:
    interaction = _by_token(discord, call)
    if interaction.original and interaction.original.loading:  # the deprecated path: it fills the deferred answer
        return _fill(discord, interaction, interaction.original, call)
    message = _say(discord, interaction, call.body, call.files)
    interaction.followups.append(message)
    return message.payload()


@route(f"GET {HOOK}/messages/@original")
def get_original(discord: FakeDiscord, call: Call) -> Answer:
    return _original(discord, call)[1].payload()


@route(f"PATCH {HOOK}/messages/@original")
def edit_original(discord: FakeDiscord, call: Call) -> Answer:
    interaction, message = _original(discord, call)
    return _fill(discord, interaction, message, call)


@route(f"DELETE {HOOK}/messages/@original")
def delete_original(discord: FakeDiscord, call: Call) -> Answer:
    interaction, message = _original(discord, call)
    del message.channel.messages[message.id]
    interaction.settled.set()
    return None


@route(f"PATCH {HOOK}/messages/{{message_id}}")
def edit_follow_up(discord: FakeDiscord, call: Call) -> Answer:
    interaction = _by_token(discord, call)
    for message in interaction.followups:
        if message.id == call.ids["message_id"]:
            edit(discord, message, call.body, call.files)
            return message.payload()
    raise Refusal(404, 10008, "Unknown Message")


def _fill(discord: FakeDiscord, interaction: Interaction, message: Message, call: Call) -> Payload:
    if message.loading and not (call.body.get("content") or call.body.get("components") or call.files):
        discord.require(["Cannot send an empty message"])
    edit(discord, message, call.body, call.files)
    interaction.settled.set()
    discord.gateway.tell_message("MESSAGE_UPDATE", message)
    return message.payload()


def may_use(command: Payload, user: User, channel: Channel) -> bool:
    """Whether a person's client offers a command here; administrators can widen it, so it is a default only."""
    if channel.guild is None:
        return command["contexts"] is None or 1 in command["contexts"]
    needed = Permission(int(command["default_member_permissions"] or 0))
    return channel.guild.permissions(user, channel) & needed == needed
