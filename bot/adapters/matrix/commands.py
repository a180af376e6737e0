"""What members say and do in rooms, as the commands and actions they mean."""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import replace
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from nio import MegolmEvent

from bot.adapters.matrix.content import Content, Reading, choice, contents, pointed
from bot.adapters.matrix.events import Events
from bot.adapters.matrix.goings import Goings
from bot.adapters.matrix.homeserver import Homeserver
from bot.adapters.matrix.rooms import NAME, Rooms
from bot.adapters.matrix.sync import Arrival
from bot.adapters.matrix.unencrypted import Unencrypted, is_choice
from bot.bot import Bot
from bot.context import Incoming
from bot.incoming.standing.questions import Pointed
from bot.messages import Channel, Member, Message, Place
from bot.words.help_words import asks_for_help
from bot.words.i18n import _

PILL = re.compile(r'<a href="https://matrix\.to/#/(@[^"?]+)[^"]*"[^>]*>([^<]*)</a>')
QUOTE = re.compile(r"\A(> .*\n)+\n?")
USER_ID = re.compile(r"@[^\s:]{1,200}:[^\s/]{1,200}")
MEDIA = ("m.image", "m.audio", "m.video", "m.file", "m.location")
POSTED = ("m.sticker", "org.matrix.msc3381.poll.start", "m.poll.start")
LONGEST_ANSWER = 60
"""Characters of a reply that may still be a number or the words of a button."""


class Listener:
    """Turns what arrives into calls of the bot."""

    def __init__(self, bot: Bot, rooms: Rooms, events: Events, client: Homeserver, prefix: str) -> None:
        self._bot = bot
        self._rooms = rooms
        self._events = events
        self._user_id = client.user_id
        self._prefix = prefix.casefold()
        self._keyless: set[str | None] = set()
        self._unencrypted = Unencrypted(bot, rooms, events)
        self.goings = Goings(bot, rooms, client.user_id)

    async def handle(self, arrival: Arrival) -> None:
        """Answer one event, or leave it alone: notices, and what was not said to the bot."""
        event, content = arrival.event, _part(arrival.event.source, "content")
        if isinstance(event, MegolmEvent):
            await self._ask_again(arrival)
        elif event.source.get("type") == "m.reaction":
            await self._reacted(arrival, _part(content, "m.relates_to"))
        elif event.source.get("type") == "m.room.redaction":
            await self._taken_back(arrival, event.source.get("redacts") or content.get("redacts"))
        elif (changed := _changed(content)) is not None:
            await self._changed(arrival, *changed)
        elif "state_key" in event.source:
            await self.goings.heard(arrival)
        elif _is_said(content, between_two=self._rooms.is_between_two(arrival.room_id)):
            await self._said(arrival, content)
        elif self._rooms.is_between_two(arrival.room_id) and _is_wordless(event.source, content):
            await self._bot.run_wordless(await self._incoming(arrival, content))

    async def _changed(self, arrival: Arrival, event_id: str, now: Content) -> None:
        """Words that were said before are others now. What somebody else changed is not theirs."""
        between_two = self._rooms.is_between_two(arrival.room_id)
        asked = self._asked_here(arrival, now) if _is_said(now, between_two=between_two) else None
        if asked is None:
            return
        incoming = await self._incoming(arrival, {})
        answered = await self._unencrypted.heard(incoming.channel.id, asked, answer_to(incoming.raw))
        if answered is not None:
            await self._bot.run_changed(replace(incoming, message=event_id), answered or "help")

    async def _taken_back(self, arrival: Arrival, event_id: object) -> None:
        if isinstance(event_id, str):
            incoming = await self._incoming(arrival, {})
            await self._bot.run_taken_back(replace(incoming, message=event_id))

    async def _said(self, arrival: Arrival, content: Content) -> None:
        incoming = await self._incoming(arrival, content)
        line, ours = _spoken(content), await self._pointed_to(arrival, _part(content, "m.relates_to"))
        button_id = choice(ours, line) if len(line) <= LONGEST_ANSWER else None
        if button_id is not None:
            await self._pressed(incoming, button_id)
            return
        asked = self._asked_here(arrival, content)
        if asked is None and self._rooms.is_crowded(arrival.room_id, incoming.member.id) and _wants_help(line):
            asked = line  # the answer comes where only they read it
        if asked is not None:
            await self._asked(incoming, asked, pointed(ours))

    async def _pointed_to(self, arrival: Arrival, relation: Content) -> Content:
        """The message of ours that a line answers: the one it replies to; where that is none, the first of a thread."""
        root = relation.get("event_id") if relation.get("rel_type") == "m.thread" else None
        for event_id in (_part(relation, "m.in_reply_to").get("event_id"), root):
            ours = await self._events.own_event(arrival.room_id, event_id) if isinstance(event_id, str) else {}
            if ours:
                return ours
        return {}

    def _asked_here(self, arrival: Arrival, content: Content) -> str | None:
        """What a line asks of the bot; None if it is said to others."""
        line, is_ours = _spoken(content), self._rooms.is_between_two(arrival.room_id)
        if is_ours and not self._is_call(line):  # between two nobody needs to say whom they mean, and may
            return line
        called = self._addressed(line, arrival.room_id)
        return line if is_ours and called is None else called

    async def _asked(self, incoming: Incoming, line: str, replied_to: Pointed | None = None) -> None:
        answered = await self._unencrypted.heard(incoming.channel.id, line, answer_to(incoming.raw))
        if answered is not None:
            await self._bot.run_text(incoming, answered or "help", replied_to)

    async def _pressed(self, incoming: Incoming, button_id: str) -> None:
        if is_choice(button_id):
            await self._asked(incoming, button_id)
        else:
            await self._bot.run_action(incoming, button_id)

    async def _reacted(self, arrival: Arrival, relation: Content) -> None:
        target, key = relation.get("event_id"), relation.get("key")
        if not isinstance(target, str) or not isinstance(key, str):
            return
        button_id = choice(await self._events.own_event(arrival.room_id, target), key)
        if button_id is not None:
            await self._pressed(await self._incoming(arrival, {}), button_id)
        elif self._rooms.is_between_two(arrival.room_id):  # a heart asks for nothing, and is contact
            await self._bot.run_wordless(await self._incoming(arrival, {}), silent=True)

    async def _ask_again(self, arrival: Arrival) -> None:
        """Somebody spoke to us and we cannot read it. Our answer lets their app make new keys. Once per key."""
        event = arrival.event
        if not self._rooms.is_direct(arrival.room_id) or event.session_id in self._keyless:
            return
        self._keyless.add(event.session_id)
        said = Message(_("I can't open your last message. Please send it again."))
        [answer] = contents(said, Reading(self._bot.now(), ZoneInfo("UTC")))
        await self._events.say(arrival.room_id, "m.room.message", answer, answer_to(event.event_id))

    async def _incoming(self, arrival: Arrival, content: Content) -> Incoming:
        room_id, sender, event_id = arrival.room_id, arrival.event.sender, arrival.event.event_id
        relation = _part(content, "m.relates_to")
        thread = str(relation.get("event_id")) if relation.get("rel_type") == "m.thread" else None
        member = Member(NAME, sender, self._rooms.name_of_member(room_id, sender))
        channel = Channel(NAME, room_id, thread)
        if self._rooms.is_between_two(room_id):
            await self._rooms.note_direct(sender, room_id)
            return Incoming(member, channel, message=event_id, raw=event_id)
        group_of = self._rooms.place_of_group(room_id)
        if group_of is None and not self._rooms.is_shared(room_id):  # a direct chat with a third person in it
            return Incoming(member, channel, message=event_id, raw=event_id)
        place = self._rooms.place_of(room_id) if group_of is None else group_of
        return Incoming(member, channel, Place(NAME, place, self._rooms.name_of(place)), message=event_id, raw=event_id)

    def _is_call(self, line: str) -> bool:
        first = line.partition(" ")[0].casefold()
        return first == self._prefix or first.endswith((":", ","))

    def _addressed(self, line: str, room_id: str) -> str | None:
        """What follows the prefix, or the bot's name; None if neither is there."""
        first, _space, rest = line.partition(" ")
        if first.casefold() == self._prefix:
            return rest.strip()
        for name in (self._user_id, self._rooms.name_of_member(room_id, self._user_id)):
            if line.casefold().startswith(name.casefold()):
                after = line[len(name) :]
                if not after or after[0] in " :,\n":
                    return after.lstrip(" :,\n")
        return None


def _wants_help(line: str) -> bool:
    return asks_for_help(line) or line.strip().casefold() == "help"


def answer_to(event_id: str) -> str:
    """The transaction id of the answer to an event: if the event is handled again, the answer is the same one."""
    return hashlib.sha256(f"answer to {event_id}".encode()).hexdigest()[:22]


def read_member(words: str) -> Member | None:
    """The member that a full id or a link to one means. Names are never asked: two people can have the same."""
    found = USER_ID.search(unquote(words))
    return Member(NAME, found[0]) if found and words.strip().startswith(("@", "https://matrix.to/#/")) else None


def _part(content: Content, name: str) -> Content:
    """A part of an event that should be an object. Members can send anything."""
    part = content.get(name)
    return part if isinstance(part, dict) else {}


def _is_said(content: Content, *, between_two: bool) -> bool:
    """Words of a person, said for the first time: not a notice of another bot, not an edit. Between two `/me` is said
    to the bot as well.
    """
    kinds = ("m.text", "m.emote") if between_two else ("m.text",)
    return content.get("msgtype") in kinds and isinstance(content.get("body"), str) and not _is_edit(content)


def _is_wordless(source: Content, content: Content) -> bool:
    """A picture, a voice, a file, a place on a map, a sticker, a poll."""
    return (source.get("type") in POSTED or content.get("msgtype") in MEDIA) and not _is_edit(content)


def _is_edit(content: Content) -> bool:
    return bool(_part(content, "m.relates_to").get("rel_type") == "m.replace")


def _changed(content: Content) -> tuple[str, Content] | None:
    """Which event an edit changes, and into what; None for what is no edit."""
    relation, now = _part(content, "m.relates_to"), _part(content, "m.new_content")
    event_id = relation.get("event_id")
    return (event_id, now) if _is_edit(content) and isinstance(event_id, str) else None


def _spoken(content: Content) -> str:
    """The words themselves: without the quote of a reply, and with ids in the place of mentioned names."""
    line = content["body"]
    if "m.in_reply_to" in _part(content, "m.relates_to"):
        line = QUOTE.sub("", line)
    formatted = content.get("formatted_body")
    for user_id, name in PILL.findall(formatted) if isinstance(formatted, str) else ():
        line = line.replace(html.unescape(name), unquote(user_id), 1)
    return str(line).strip()
