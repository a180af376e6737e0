"""Matrix: encrypted direct rooms, text commands, numbered answers. The only part of Kith that knows what a room is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from nio.crypto.attachments import encrypt_attachment

from bot.adapters.matrix import content, powers
from bot.adapters.matrix.commands import Listener, answer_to, read_member
from bot.adapters.matrix.content import Content, Reading
from bot.adapters.matrix.events import Events
from bot.adapters.matrix.homeserver import Homeserver
from bot.adapters.matrix.limits.answers import Answer, Answers
from bot.adapters.matrix.login import Login, Session
from bot.adapters.matrix.rooms import NAME, Rooms
from bot.adapters.matrix.sync import Sync
from bot.bot import Bot
from bot.context import Context, Event, Group, Lack, Spot
from bot.errors import CannotReach, DeliveryError, RetryAfter, StorageError
from bot.hosting.config import MatrixConfig
from bot.incoming import text
from bot.messages import Channel, File, Form, Member, Message, Place, Text
from bot.platform.memory import Memory
from bot.platform.pacing import Pace
from bot.words.i18n import _

log = logging.getLogger(__name__)

REMEMBERED = timedelta(hours=20)
"""How long a transaction id is surely known: Synapse forgets it after 24 hours."""

STOPPING = 4.0
"""Seconds that requests under way may still take when the bot stops."""


class MatrixAdapter:
    """Kith on Matrix. ``folder`` keeps the login and the keys; it must be backed up with the database."""

    name = NAME

    def __init__(self, bot: Bot, config: MatrixConfig, folder: Path) -> None:
        self._bot = bot
        self._config = config
        self._login = Login(config, folder)
        self._memory = Memory(bot.database, NAME, bot.now)
        self._stopping = asyncio.Event()
        self.pace = Pace()  # every homeserver has limits of its own, and says so when they are reached
        self._client: Homeserver
        self._session: Session
        self._sync: Sync
        self._rooms: Rooms
        self._answers: Answers
        self._events: Events

    @property
    def window(self) -> timedelta:
        """A transaction id is known to the server for a day, and only from the device that used it."""
        return min(REMEMBERED, self._bot.now() - datetime.fromisoformat(self._session.since))

    # -- being there ----------------------------------------------------------------------------------------------

    def reads(self) -> Text:
        return _(
            "On Matrix, our chat is encrypted, unless you left yours open; the servers see who writes to me, and when."
        )

    def hears(self) -> Text:
        return _(
            "I'm in this room to keep turns."
            " My software receives every message and drops anything that isn't a command."
        )

    async def start(self) -> None:
        """Connected, however long the homeserver is away."""
        pause = 0.5
        while True:
            try:
                await self._connect()
                return
            except CannotReach:
                raise
            except DeliveryError as error:
                pause = error.delay.total_seconds() if isinstance(error, RetryAfter) else min(30.0, pause * 2)
                if self._stopping.is_set():
                    raise
                log.warning("the homeserver does not let us in (%s): next try in %.1f s", error, pause)
                await asyncio.sleep(pause)

    async def _connect(self) -> None:
        self._client, self._session = await self._login.log_in(self._bot.now())
        self._sync = Sync(self._client, self._memory)
        self._rooms, self._events = Rooms(self._client, self._sync), Events(self._client)
        self._answers = Answers(self._bot, self._memory, self._rooms, self._client.limits, self._give)
        listener = Listener(self._bot, self._rooms, self._events, self._client, self._config.prefix)
        try:
            await self._rooms.load()
            await self._sync.connect(listener.handle)
            await listener.goings.move()  # what was said while nobody listened
            await listener.goings.look()
            await listener.goings.separate(self._memory)
            await self._login.sign(self._client)
            await self._answers.load()
            self._sync.invitations.start()
        except BaseException:
            await self._client.disconnect()
            raise

    async def serve(self) -> None:
        await self._sync.follow()

    async def stop(self) -> None:
        self._stopping.set()
        if hasattr(self, "_sync"):
            await self._sync.stop(STOPPING)
        if hasattr(self, "_answers"):
            await self._answers.stop()
            await self._rooms.opening.stop()
        if hasattr(self, "_client"):
            await self._client.disconnect()

    # -- speaking -------------------------------------------------------------------------------------------------

    async def respond(self, context: Context, reply: Message | Form) -> None:
        if isinstance(reply, Message) and reply.openly and not context.direct:
            reply = reply if self._rooms.direct_rooms(context.member.id) else reply.openly
        is_private = isinstance(reply, Form) or reply.private or context.direct
        channel: Channel | None = context.channel
        if is_private and not self._rooms.answers_here(context.channel.id):
            known = self._rooms.direct_rooms(context.member.id)
            channel = Channel(NAME, known[-1]) if known else None
        chat = channel if channel and not self._rooms.answers_here(channel.id) else None
        try:
            await self._bot.conversations.responded(context, chat, reply)
        except StorageError as error:  # the answer still comes; only its numbers will not be understood
            log.error("the chat could not be remembered: %s", error)
        if isinstance(reply, Form):
            reply = Message(text.question(reply, 0))
        reading = await self._reading(None if chat else context.member, context.now)
        events, files = content.contents(reply, reading), content.files(reply, reading)
        asked = None if context.direct else context.channel
        answer = Answer(context.member.id, channel, asked, events, files, answer_to(context.raw))
        await self._answers.give(answer, str(context.raw))

    async def _give(self, channel: Channel, answer: Answer) -> None:
        await self._say(channel, answer.events, answer.files, answer.transaction, None)

    async def send(self, member: Member, message: Message, key: str) -> str:
        room_id = await self._rooms.direct_with(member.id, reopen=False)
        now = self._bot.now()
        await self._bot.conversations.arrived(member, message, now)
        reading = await self._reading(member, now)
        events = content.contents(message, reading, key, notify=True)
        return await self._say(Channel(NAME, room_id), events, content.files(message, reading), key, 0)

    async def post(self, channel: Channel, message: Message, key: str) -> str:
        reading = await self._reading(None, self._bot.now())
        events = content.contents(message, reading, key)
        return await self._say(channel, events, content.files(message, reading), key, 0)

    async def _say(
        self, channel: Channel, events: Sequence[Content], files: Sequence[File], key: str, patience: float | None
    ) -> str:
        """The events of a message and its files, each under a transaction id that comes from ``key``. Returns the last
        one's id.
        """
        if not self._rooms.is_unencrypted(channel.id):  # whoever leaves a chat open was told that files don't come
            events = [*events, *[await self._file(channel.id, file) for file in files]]
        event_id = ""
        for number, event in enumerate(events):
            if channel.thread:
                event["m.relates_to"] = {"rel_type": "m.thread", "event_id": channel.thread, "is_falling_back": True}
            transaction = f"{key}.{number}" if number else key
            event_id = await self._events.say(channel.id, "m.room.message", event, transaction, patience=patience)
        return event_id

    async def _file(self, room_id: str, file: File) -> Content:
        """A file, encrypted before it leaves if the room is."""
        room = self._rooms.get(room_id)
        if room is None or not room.encrypted:
            raise CannotReach("files go to encrypted rooms only")
        sealed, keys = encrypt_attachment(file.content)
        keys["url"] = await self._client.upload_bytes(sealed)
        return content.file_content(file, {"file": keys})

    async def _reading(self, member: Member | None, now: datetime) -> Reading:
        """How times are drawn: on the member's own clock, or in a shared place on the host's, which is then named."""
        if member is None:
            return Reading(now, ZoneInfo(self._bot.core.settings.zone), shared=True)
        return Reading(now, ZoneInfo(await self._bot.zone_of(member)))

    async def find(self, target: Member | Channel, key: str, since: datetime) -> str | None:
        rooms = [target.id] if isinstance(target, Channel) else self._rooms.direct_rooms(target.id)
        for room_id in rooms:
            found = await self._events.find(room_id, key, since)
            if found is not None:
                return found
        return None

    # -- groups ---------------------------------------------------------------------------------------------------

    async def open_group(self, place: Place | None, members: Sequence[Member], title: Text, key: str) -> Group:
        where = place.id if place else ""
        return _group(await self._rooms.open_group(key, [member.id for member in members], str(title), where))

    async def find_group(self, place: Place | None, key: str) -> Group | None:
        found = self._rooms.group(key)
        return _group(found) if found else None

    async def add_to_group(self, channel: Channel, member: Member) -> None:
        await self._rooms.invite(channel.id, member.id)

    async def remove_from_group(self, channel: Channel, member: Member) -> None:
        await self._rooms.remove(channel.id, member.id)

    async def leave_group(self, channel: Channel) -> None:
        await self._rooms.hand_over(channel.id)

    async def close_group(self, channel: Channel) -> None:
        await self._rooms.close(channel.id)

    # -- communities ----------------------------------------------------------------------------------------------

    async def show_event(self, place: Place, event: Event, shown: str | None) -> str | None:
        """Rooms have no calendar: what is on is said in words."""
        return None

    async def hide_event(self, place: Place, key: str, shown: str | None) -> None:
        """There is none to hide."""

    async def places_of(self, member: Member) -> Sequence[Place]:
        known = self._rooms.places_with(member.id)
        return [Place(NAME, place, self._rooms.name_of(place)) for place in known if await self.is_in(member, place)]

    async def name_of(self, member: Member) -> str:
        return await self._rooms.display_name(member.id)

    async def spots(self, place: Place, member: Member) -> Sequence[Spot]:
        found = await self._rooms.spots(place.id, member.id)
        return [Spot(Channel(NAME, room), name, private) for room, name, private in found]

    async def lacks(self, place: Place) -> frozenset[Lack]:
        return (
            frozenset()
            if any(self._rooms.may_write(room) for room in self._rooms.rooms_of(place.id))
            else frozenset({"write"})
        )

    async def find_members(self, place: Place, words: str, seen_by: Member) -> Mapping[Member, str]:
        known = [self._rooms.get(room) for room in self._rooms.rooms_of(place.id)]
        shared = [room for room in known if room is not None and seen_by.id in room.users]
        people = {user: room.user_name(user) or user for room in shared for user in room.users}
        wanted = words.removeprefix("@").casefold()
        return {
            Member(NAME, user, name): user
            for user, name in people.items()
            if user != self._client.user_id
            and (wanted in name.casefold() or wanted in (user[1:].casefold(), user[1:].partition(":")[0].casefold()))
        }

    async def is_in(self, member: Member, place: str) -> bool:
        return await self._rooms.is_member(place, member.id)

    async def owner_of(self, place: Place) -> str:
        if self._rooms.get(place.id) is None:
            raise CannotReach("the bot is not in this room")
        return await powers.owner(self._client, place.id)

    async def is_member(self, member: Member, place: Place) -> bool:
        return await self.is_in(member, place.id)

    async def is_moderator(self, member: Member, place: Place) -> bool:
        if self._rooms.get(place.id) is None:  # a server tells the state of a room that was left, as it was then
            return False
        try:
            return await powers.is_moderator(self._client, place.id, member.id)
        except DeliveryError:
            return False

    def read_member(self, words: str) -> Member | None:
        return read_member(words)


def _group(room_id: str) -> Group:
    return Group(
        Channel(NAME, room_id),
        _("Nobody else can read what is said here. The people who run the server see who is in the room, and when."),
    )
