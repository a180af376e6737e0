"""Discord: slash commands, buttons and forms in servers, and plain words in direct conversations."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.adapters.discord import commands, components, direct, drawing, forms
from bot.adapters.discord.answers import TRIES, Answer, Interaction, incoming_of
from bot.adapters.discord.calendar import Calendar
from bot.adapters.discord.client import Client, Connection
from bot.adapters.discord.direct import Direct
from bot.adapters.discord.drawing import draw, messages
from bot.adapters.discord.goings import Goings
from bot.adapters.discord.mentions import Mentions
from bot.adapters.discord.refusals import UNKNOWN_MESSAGE, reaching
from bot.adapters.discord.rooms import PLATFORM, Rooms
from bot.adapters.discord.ways import Ways
from bot.bot import Bot
from bot.context import Context, Event, Group, Incoming, Lack, Spot
from bot.errors import CannotReach, DeliveryError, RetryAfter, StorageError
from bot.hosting.config import DiscordConfig
from bot.incoming import text
from bot.incoming.standing import corrections
from bot.messages import Channel, Form, Member, Message, Place, Text
from bot.platform.pacing import Limit, Pace
from bot.words.i18n import _

log = logging.getLogger(__name__)

GRACE = 1.5
"""Seconds that requests under way have to finish when the bot stops; with saying goodbye it stays under 2."""
HISTORY = 200
"""Messages looked through for a delivery; with more than that since, nobody can tell."""
REQUESTS = Limit(9, 0.2)
"""45 a second, below Discord's 50 (source: https://docs.discord.com/developers/topics/rate-limits), and evenly."""
OPENINGS = Limit(10, 60.0)
"""Bots that open many direct conversations quickly are quarantined; Discord publishes no number."""
REFUSALS = Limit(1500, 600.0)
"""At 10,000 in ten minutes Discord bans the address. The library may repeat a refused request five times unseen."""
CLOCKS_DIFFER = timedelta(seconds=5)
_MENTION = re.compile(r"<@!?(\d{15,21})>|(\d{15,21})")
TYPES = discord.InteractionType


class DiscordAdapter:
    """The port to Discord. Everything a person can do arrives in ``_heard``, or in ``Direct``."""

    name = PLATFORM
    window = timedelta(seconds=60)
    """Discord remembers a nonce for "the past few minutes" (its page on messages); we count on one."""

    def __init__(self, bot: Bot, config: DiscordConfig) -> None:
        self._bot = bot
        self._client = Client(config, self._heard)
        self._client.direct = Direct(bot, self._client, self._work)
        self._rooms = Rooms(self._client)
        self._ways = Ways(self._client)
        self._goings = Goings(bot, self._client, self._rooms)
        self._calendar = Calendar(self._client)
        self._direct: dict[str, int] = {}
        self.pace = Pace(requests=REQUESTS, openings=OPENINGS, refusals=REFUSALS, at_once=50)
        self._offered = commands.Offered(bot.registry.commands.values())
        described = commands.payloads(bot.registry.commands.values())
        self._mentions = Mentions(bot.registry.commands)
        self._connection = Connection(self._client, config.token.reveal(), described, self._mentions.registered)
        self._working: set[asyncio.Task[None]] = set()

    # -- life ---------------------------------------------------------------------------------------------------------

    def reads(self) -> Text:
        return _("On Discord, Discord can read what you send me.")

    def hears(self) -> Text:
        return _("Discord hands me only what is said to me.")

    async def start(self) -> None:
        await self._connection.start()
        await self._goings.look()

    async def serve(self) -> None:
        await self._connection.serve()

    async def stop(self) -> None:
        if self._working:
            _done, late = await asyncio.wait(self._working, timeout=GRACE)
            for task in late:
                task.cancel()
        await asyncio.gather(self._goings.stop(), self._connection.stop())

    # -- what people do -----------------------------------------------------------------------------------------------

    async def _heard(self, interaction: Interaction) -> None:
        """A command, a press, a sent form, or an option being typed."""
        data: dict[str, Any] = dict(interaction.data or {})
        if interaction.type is TYPES.autocomplete:
            await self._suggest(interaction, data)
            return
        answer = Answer(interaction, self._mentions)
        incoming = incoming_of(interaction, answer)
        match interaction.type:
            case TYPES.application_command:
                work = self._bot.run_command(*self._offered.meant(incoming, data))
            case TYPES.component:
                work = self._pressed(incoming, components.pressed(data))
            case TYPES.modal_submit:
                answers = forms.answers_of(data["components"])
                work = self._bot.run_action(incoming, data["custom_id"], answers)
            case _:
                return
        await self._work(answer.within(work))

    async def _pressed(self, incoming: Incoming, button_id: str | None) -> None:
        if button_id is not None:
            await self._bot.run_action(incoming, button_id)

    async def _suggest(self, interaction: Interaction, data: dict[str, Any]) -> None:
        choices = [discord.app_commands.Choice(name=label, value=value) for label, value in self._offered.begun(data)]
        try:
            async with reaching():
                await interaction.response.autocomplete(choices)
        except DeliveryError:  # the next letter was typed meanwhile
            log.debug("suggestions came too late")

    async def _work(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a request so that ``stop`` can wait for it."""
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        await task

    # -- what the bot says --------------------------------------------------------------------------------------------

    async def respond(self, context: Context, reply: Message | Form) -> None:
        raw = context.raw
        if isinstance(raw, Answer) and isinstance(reply, Form):
            # First: what they see, they can send at once.
            await self._kept(corrections.shown(self._bot.conversations, context, reply))
            await raw.ask(reply)
        elif isinstance(raw, Answer) and isinstance(reply, Message):
            if raw.direct or reply.opens:
                await self._stands_at(context, reply)
            link = await self._ways.link(reply.door)
            await raw.say(reply if raw.direct else corrections.where_nobody_types(reply), context.row, link)
        elif context.direct:
            await self._reply(context, reply)

    async def _reply(self, context: Context, reply: Message | Form) -> None:
        """Answer typed words in the same direct conversation. A form is asked there question by question."""
        await self._stands_at(context, reply)
        said = Message(text.question(reply, 0)) if isinstance(reply, Form) else reply
        where, how = self._client.get_partial_messageable(int(context.channel.id)), direct.pointing(context.raw)
        for _attempt in range(TRIES):
            try:
                await self._say(where, said, direct.answer_key(context), **how)
            except (CannotReach, RetryAfter) as error:
                log.warning("an answer could not be sent: %s", error)
                return
            except DeliveryError:  # the key makes a second try the same message
                log.info("an answer is sent again")
            else:
                return

    async def send(self, member: Member, message: Message, key: str) -> str:
        place = await self._direct_with(member)
        try:  # first: what they read, they can answer, crash or not
            await self._bot.conversations.arrived(member, message, self._bot.now())
        except StorageError:
            log.warning("what a chat stands at could not be kept")
        return await self._say(place, message, key)

    async def post(self, channel: Channel, message: Message, key: str) -> str:
        target = self._client.get_partial_messageable(int(channel.id))
        how = {"allowed_mentions": drawing.calling(message.calls)} if message.calls else {"silent": True}
        sent = await self._say(target, message, key, **how)
        await self._ways.unmark(channel)
        return sent

    async def _say(self, target: discord.abc.Messageable, message: Message, key: str, **how: Any) -> str:
        """One message, or several where the text is long; each has a key of its own. Returns the last one's id."""
        pieces = messages(drawing.called(message.calls) + draw(message.text, self._mentions))
        link, standing = await self._ways.link(message.door), components.standing_of(message)
        self.pace.charge(len(pieces) - 1)
        sent = ""
        for number, piece in enumerate(pieces, start=1):
            last = number == len(pieces)
            part = key if last else f"{key}-{number}"
            view = components.view_of(message.buttons, part, standing, link) if last else None
            files = components.files_of(message.files) if last else []
            sent = await _once(target, piece, part, view=view, files=files, **how)
        return sent

    async def _stands_at(self, context: Context, reply: Message | Form) -> None:
        """What is typed next in the direct conversation may answer this, or what is pressed in a server."""
        where = None if context.direct else context.channel
        await self._kept(self._bot.conversations.responded(context, where, reply))

    async def _kept(self, keeping: Awaitable[None]) -> None:
        try:
            await keeping
        except StorageError:
            log.warning("what a chat stands at could not be kept")

    # -- looking for what was said ------------------------------------------------------------------------------------

    async def find(self, target: Member | Channel, key: str, since: datetime) -> str | None:
        """Exact, or ``CannotReach``. A message is known by its nonce, where Discord's history tells it, or by the mark
        on its first button; a message of ours since then that carries neither could be any delivery without buttons.
        """
        unknown, seen = False, 0
        async with reaching():
            place = await self._place(target)
            async for message in place.history(limit=HISTORY, after=since - CLOCKS_DIFFER):
                seen += 1
                if self._client.user is None or message.author.id != self._client.user.id:
                    continue
                if components.is_marked(message, key):
                    return str(message.id)
                unknown = unknown or not components.can_be_told_apart(message)
        if unknown or seen == HISTORY:
            raise CannotReach("the history does not tell which message this is")
        return None

    async def _place(self, target: Member | Channel) -> discord.abc.Messageable:
        if isinstance(target, Member):
            return await self._direct_with(target)
        return self._client.get_partial_messageable(int(target.id))

    async def _direct_with(self, member: Member) -> discord.abc.Messageable:
        """The direct conversation, asked for once: the library forgets all but 128 of them."""
        if member.id not in self._direct:
            self.pace.charge()
            async with reaching():
                channel = await self._client.create_dm(discord.Object(int(member.id)))
            self._direct[member.id] = channel.id
        return self._client.get_partial_messageable(self._direct[member.id])

    # -- places and people --------------------------------------------------------------------------------------------

    async def open_group(self, place: Place | None, members: Sequence[Member], title: Text, key: str) -> Group:
        return await self._rooms.open_group(place, members, title, key)

    async def find_group(self, place: Place | None, key: str) -> Group | None:
        return await self._rooms.find_group(place, key)

    async def add_to_group(self, channel: Channel, member: Member) -> None:
        await self._rooms.add_to_group(channel, member)

    async def remove_from_group(self, channel: Channel, member: Member) -> None:
        await self._rooms.remove_from_group(channel, member)

    async def leave_group(self, channel: Channel) -> None:
        """It stays, as nobody else could add a member or close the thread; it is told nothing that is said there."""

    async def close_group(self, channel: Channel) -> None:
        await self._rooms.close_group(channel)

    async def show_event(self, place: Place, event: Event, shown: str | None) -> str | None:
        return await self._calendar.show(place, event, shown)

    async def hide_event(self, place: Place, key: str, shown: str | None) -> None:
        await self._calendar.hide(place, key, shown)

    async def places_of(self, member: Member) -> Sequence[Place]:
        return await self._rooms.places_of(member)

    async def name_of(self, member: Member) -> str:
        return await self._rooms.name_of(member)

    def read_member(self, words: str) -> Member | None:
        found = _MENTION.fullmatch(words.strip())
        if found is None:
            return None
        user = self._client.get_user(int(found[1] or found[2]))
        return Member(PLATFORM, found[1] or found[2], user.display_name if user else "")

    async def find_members(self, place: Place, words: str, seen_by: Member) -> Mapping[Member, str]:
        return await self._rooms.find_members(place, words, seen_by)

    async def spots(self, place: Place, member: Member) -> Sequence[Spot]:
        return await self._rooms.spots(place, member)

    async def lacks(self, place: Place) -> frozenset[Lack]:
        return await self._rooms.lacks(place)

    async def owner_of(self, place: Place) -> str:
        return await self._rooms.owner_of(place)

    async def is_member(self, member: Member, place: Place) -> bool:
        return await self._rooms.is_member(member, place)

    async def is_moderator(self, member: Member, place: Place) -> bool:
        return await self._rooms.is_moderator(member, place)


async def _once(
    target: discord.abc.Messageable,
    content: str,
    key: str,
    *,
    view: discord.ui.View | None,
    files: list[discord.File],
    **how: Any,
) -> str:
    """Send with the key as nonce, so that Discord takes a second try for the same message. Returns its id.

    The empty id stands for a message that had arrived and was deleted before the second try.
    """
    sending: Awaitable[discord.Message] = target.send(
        content or None,
        view=view or discord.utils.MISSING,
        files=files or discord.utils.MISSING,
        nonce=key,
        suppress_embeds=True,
        **how,
    )
    async with reaching():
        try:
            return str((await sending).id)
        except discord.NotFound as error:
            if error.code == UNKNOWN_MESSAGE:
                return ""
            raise
