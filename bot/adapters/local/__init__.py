"""A chat in memory: for tests, the story and the playground. A platform like the others, with people who type."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.bot import Bot
from bot.context import Context, Event, Group, Incoming, Lack, Spot
from bot.errors import CannotReach, StorageError
from bot.incoming import text
from bot.incoming.standing import questions
from bot.messages import Button, Channel, Form, Member, Message, Place, Text
from bot.platform.pacing import Pace
from bot.words.i18n import _

NAME = "local"

log = logging.getLogger(__name__)


@dataclass
class Posted:
    """One message as it stands in a chat: who can read it (a member, or a channel), and its delivery key, if any."""

    to: Member | Channel
    message: Message
    key: str = ""
    id: str = ""


@dataclass
class Room:
    """A shared place of the playground and who is in it."""

    place: Place
    members: set[str] = field(default_factory=set)
    moderators: set[str] = field(default_factory=set)


class LocalAdapter:
    """Everything said is kept in ``posted``, oldest first. ``closed`` holds the ids of members who take no messages.

    ``spots_of`` are further channels of a place, ``lacking`` what the bot may not do in a place or channel.
    """

    name = NAME
    window = timedelta(hours=20)

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self.pace = Pace()
        self.posted: list[Posted] = []
        self.rooms: dict[str, Room] = {}
        self.groups: dict[str, set[str]] = {}
        self.events: dict[str, Event] = {}
        self.closed: set[str] = set()
        self.names: dict[str, str] = {}
        self.spots_of: dict[str, list[Spot]] = {}
        self.lacking: dict[str, frozenset[Lack]] = {}
        self.owners: dict[str, str] = {}
        self.said: dict[str, int] = {}
        """How many lines each member has typed, which is the id of the last."""
        bot.adapters[self.name] = self

    # -- what people do -----------------------------------------------------------------------------------------------

    async def say(
        self, member: Member, line: str, place: Place | None = None, *, reply_to: Message | None = None
    ) -> Message:
        """Type a line to the bot, directly or in a shared place. Returns what the bot answered."""
        pointed = questions.pointed(reply_to) if reply_to else None
        self.said[member.id] = self.said.get(member.id, 0) + 1
        heard = self._earlier(member, place, 0)
        return await self._asked(member, self._bot.run_text(heard, line, pointed))

    async def edit(self, member: Member, line: str, place: Place | None = None, *, back: int = 0) -> list[Message]:
        """Change what was typed last, or so many lines before. Returns what the bot said to that."""
        return await self._heard(member, self._bot.run_changed(self._earlier(member, place, back), line))

    async def take_back(self, member: Member, place: Place | None = None, *, back: int = 0) -> list[Message]:
        """Delete it."""
        return await self._heard(member, self._bot.run_taken_back(self._earlier(member, place, back)))

    async def show(self, member: Member, *, silent: bool = False) -> list[Message]:
        """Send something without words, as a picture; ``silent``: a heart."""
        return await self._heard(member, self._bot.run_wordless(self.incoming(member), silent=silent))

    async def react(self, member: Member, message: Message, key: str) -> list[Message]:
        """React to something the bot said: with a number or words it is a press, else it is a heart."""
        pressed = text.chosen(text.labels(message.buttons), key)
        if pressed is None:
            return await self.show(member, silent=True)
        return await self._heard(member, self._bot.run_action(self.incoming(member), pressed))

    async def _heard(self, member: Member, doing: Awaitable[None]) -> list[Message]:
        before = len(self.posted)
        await doing
        return [posted.message for posted in self.posted[before:] if posted.to == member]

    def _earlier(self, member: Member, place: Place | None, back: int) -> Incoming:
        return replace(self.incoming(member, place), message=str(self.said.get(member.id, 0) - back))

    async def press(self, member: Member, button: Button, place: Place | None = None) -> Message:
        return await self._asked(member, self._bot.run_action(self.incoming(member, place), button.id))

    async def _asked(self, member: Member, doing: Awaitable[None]) -> Message:
        answers = await self._heard(member, doing)
        if not answers:
            raise AssertionError(f"the bot did not answer {member.name or member.id}")
        return answers[-1]

    def incoming(self, member: Member, place: Place | None = None) -> Incoming:
        channel = Channel(NAME, place.id if place else f"direct-{member.id}")
        return Incoming(member, channel, place)

    def join(self, member: Member, place: Place, *, moderator: bool = False) -> None:
        room = self.rooms.setdefault(place.id, Room(place))
        room.members.add(member.id)
        self.names[member.id] = member.name or member.id
        if moderator:
            room.moderators.add(member.id)

    def leave(self, member: Member, place: Place) -> None:
        self.rooms[place.id].members.discard(member.id)
        self.rooms[place.id].moderators.discard(member.id)

    def read(self, member: Member) -> list[Message]:
        """All that this member has been told, oldest first."""
        return [posted.message for posted in self.posted if posted.to == member]

    # -- the port -----------------------------------------------------------------------------------------------------

    def reads(self) -> Text:
        return Text()

    def hears(self) -> Text:
        return Text()

    async def start(self) -> None:
        """There is nothing to connect to."""

    async def serve(self) -> None:
        """There is nothing to keep alive."""

    async def stop(self) -> None:
        """There is nothing to disconnect from."""

    async def respond(self, context: Context, reply: Message | Form) -> None:
        try:
            await self._bot.conversations.responded(context, context.chat, reply)
        except StorageError as error:  # the answer still comes; only its numbers will not be understood
            log.error("the chat could not be remembered: %s", error)
        if isinstance(reply, Form):
            reply = Message(text.question(reply, 0))
        self._stand(context.member if reply.private else context.channel, reply, where=context.channel)

    async def send(self, member: Member, message: Message, key: str) -> str:
        if member.id in self.closed:
            raise CannotReach(member.id)
        await self._bot.conversations.arrived(member, message, self._bot.now())
        return self._post(member, message, key)

    async def post(self, channel: Channel, message: Message, key: str) -> str:
        return self._post(channel, message, key)

    async def find(self, target: Member | Channel, key: str, since: datetime) -> str | None:
        return next((posted.id for posted in self.posted if posted.key == key and posted.to == target), None)

    def _post(self, to: Member | Channel, message: Message, key: str = "") -> str:
        known = next((posted for posted in self.posted if key and posted.key == key and posted.to == to), None)
        return known.id if known else self._stand(to, message, key)

    def _stand(self, to: Member | Channel, message: Message, key: str = "", *, where: Channel | None = None) -> str:
        """It stands in the chat, once more if need be. ``where``: it answers what was asked there."""
        self.posted.append(Posted(to, message, key, str(len(self.posted) + 1)))
        return self.posted[-1].id

    async def open_group(self, place: Place | None, members: Sequence[Member], title: Text, key: str) -> Group:
        self.groups.setdefault(key, set()).update(member.id for member in members)
        return self._group(key)

    async def find_group(self, place: Place | None, key: str) -> Group | None:
        return self._group(key) if key in self.groups else None

    def _group(self, key: str) -> Group:
        return Group(Channel(NAME, key), _("Nobody else can open this place."))

    async def add_to_group(self, channel: Channel, member: Member) -> None:
        self.groups[channel.id].add(member.id)

    async def remove_from_group(self, channel: Channel, member: Member) -> None:
        self.groups.get(channel.id, set()).discard(member.id)

    async def leave_group(self, channel: Channel) -> None:
        """The bot has no seat of its own here."""

    async def close_group(self, channel: Channel) -> None:
        self.groups.pop(channel.id, None)

    async def show_event(self, place: Place, event: Event, shown: str | None) -> str | None:
        shown = shown or str(len(self.events) + 1)
        self.events[shown] = event
        return shown

    async def hide_event(self, place: Place, key: str, shown: str | None) -> None:
        self.events.pop(shown or "", None)

    async def places_of(self, member: Member) -> Sequence[Place]:
        return [room.place for room in self.rooms.values() if member.id in room.members]

    async def spots(self, place: Place, member: Member) -> Sequence[Spot]:
        shown = (Spot(Channel(NAME, place.id), place.name, False), *self.spots_of.get(place.id, ()))
        return [spot for spot in shown if "write" not in self.lacking.get(spot.channel.id, frozenset())]

    async def lacks(self, place: Place) -> frozenset[Lack]:
        return self.lacking.get(place.id, frozenset())

    async def name_of(self, member: Member) -> str:
        return self.names.get(member.id, "")

    def read_member(self, words: str) -> Member | None:
        wanted = words.removeprefix("@").casefold()
        found = [id_ for id_, name in self.names.items() if wanted in (id_.casefold(), name.casefold())]
        return Member(NAME, found[0], self.names[found[0]]) if len(found) == 1 else None

    async def find_members(self, place: Place, words: str, seen_by: Member) -> Mapping[Member, str]:
        inside = self.rooms[place.id].members if place.id in self.rooms else set()
        if seen_by.id not in inside:
            return {}
        wanted = words.removeprefix("@").casefold()
        named = [(id_, self.names[id_]) for id_ in sorted(inside) if id_ in self.names]
        return {
            Member(NAME, id_, name): id_ for id_, name in named if wanted in name.casefold() or wanted == id_.casefold()
        }

    async def owner_of(self, place: Place) -> str:
        return self.owners.get(place.id, "the house")

    async def is_member(self, member: Member, place: Place) -> bool:
        return place.id in self.rooms and member.id in self.rooms[place.id].members

    async def is_moderator(self, member: Member, place: Place) -> bool:
        return place.id in self.rooms and member.id in self.rooms[place.id].moderators
