"""Rooms: which one is a member's direct room, which are groups, and which belong to a community."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import partial

from nio import MatrixRoom

from bot.adapters.matrix import claims, powers
from bot.adapters.matrix.homeserver import Homeserver, Json, Refusal, route
from bot.adapters.matrix.limits.opening import ENCRYPTION, Opening
from bot.adapters.matrix.limits.queues import PATIENCE, Kind
from bot.adapters.matrix.sync import Sync
from bot.errors import CannotReach, DeliveryError

log = logging.getLogger(__name__)

NAME = "matrix"
OPENNESS = "kith.unencrypted"
"""The account's own note of which chats stay unencrypted, and who was asked."""
PATIENT = 10.0
"""Seconds that a message or a group waits for its room; its row has it tried again, and the room keeps its turn."""

MOST_MODERATORS = 30
"""People in a room of moderators. A larger one is not asked about, person by person."""


class Rooms:
    """The bot's rooms, as the sync keeps them known."""

    def __init__(self, client: Homeserver, sync: Sync) -> None:
        self._client = client
        self._sync = sync
        self._direct: dict[str, list[str]] = {}
        self.opening = Opening(client, sync)
        self._openness: dict[str, str] = {}

    async def load(self) -> None:
        """Read which rooms the account calls direct, and what was said of encrypting them."""
        kept = await self._kept("m.direct")
        self._direct = {user: list(rooms) for user, rooms in kept.items() if isinstance(rooms, list)}
        self._openness = {room: str(chosen) for room, chosen in (await self._kept(OPENNESS)).items()}

    async def _kept(self, name: str) -> Json:
        try:
            return await self._client.request("GET", self._account_data(name))
        except Refusal:
            return {}

    async def _in_turn(self, kind: Kind, method: str, path: str, body: Json) -> None:
        await self._client.limits.run(kind, lambda: self._client.request(method, path, body), patience=PATIENCE)

    def _account_data(self, name: str) -> str:
        return route("user", self._client.user_id, "account_data", name)

    def get(self, room_id: str) -> MatrixRoom | None:
        room: MatrixRoom | None = self._client.rooms.get(room_id)
        return room

    # Direct rooms

    def is_between_two(self, room_id: str) -> bool:
        """A chat of the bot and one other, that is no community's and no group's: what is said there is said to us."""
        room = self.get(room_id)
        if room is None or len(room.users) != 2 or self._client.user_id not in room.users:
            return False
        kind = self._sync.marks.get(room_id, {}).get("kind")
        if kind is not None:
            return bool(kind == "direct")
        listed = any(room_id in rooms for rooms in self._direct.values())
        return listed or room_id in self._sync.claims.called_direct or not self._looks_shared(room)

    def _looks_shared(self, room: MatrixRoom) -> bool:
        """It has a name, everybody may come in, or it belongs somewhere."""
        rooms = self._sync.claims
        in_space = claims.is_space(room.room_id, rooms) or claims.home(room.room_id, rooms) != room.room_id
        return bool(room.named_room_name()) or room.join_rule == "public" or in_space

    def is_direct(self, room_id: str) -> bool:
        """A chat of two where private words may go: it is encrypted, or its member chose to leave it open."""
        room = self.get(room_id)
        open_ = self._openness.get(room_id) == "here"
        return self.is_between_two(room_id) and room is not None and (bool(room.encrypted) or open_)

    def is_unencrypted(self, room_id: str) -> bool:
        room = self.get(room_id)
        return room is not None and not room.encrypted and self.is_between_two(room_id)

    def answers_here(self, room_id: str) -> bool:
        """Do answers come in this chat? Not if it is not encrypted and was to be."""
        return self.is_direct(room_id) or (self.is_unencrypted(room_id) and self.openness(room_id) != "elsewhere")

    def openness(self, room_id: str) -> str | None:
        """What came of the question whether to encrypt a chat: asked, here (left open), elsewhere. None: not asked."""
        return self._openness.get(room_id)

    async def keep_openness(self, room_id: str, chosen: str) -> None:
        self._openness[room_id] = chosen
        await self._client.request("PUT", self._account_data(OPENNESS), self._openness)

    async def encrypt(self, room_id: str) -> None:
        """It cannot be taken back. Raises ``DeliveryError`` where the room does not let us."""
        path = route("rooms", room_id, "state", "m.room.encryption", "")
        await self._in_turn("state", "PUT", path, ENCRYPTION["content"])
        await self._sync.until(lambda: bool(self._client.rooms[room_id].encrypted))

    async def note_direct(self, member_id: str, room_id: str) -> None:
        """The member spoke here: this is the room to answer in. Tells the account's other apps that it is direct."""
        rooms = self._direct.get(member_id, [])
        if rooms[-1:] == [room_id]:
            return
        self._direct[member_id] = [*(other for other in rooms if other != room_id), room_id]
        try:
            await self._client.request("PUT", self._account_data("m.direct"), self._direct)
        except DeliveryError as error:
            log.info("direct rooms could not be listed: %s", error)

    async def direct_with(self, member_id: str, *, reopen: bool, within: float | None = PATIENT) -> str:
        """The encrypted room with this member, made in its turn if there is none. Raises ``CannotReach`` if they left
        the one there was, unless ``reopen``: they wrote, and wait for an answer.
        """
        await self.opening.learn(member_id)
        found = self._find_direct(member_id)
        if found is None and not reopen and not self.opening.is_under_way(member_id):
            await self._look_at_left(member_id)
        if found is None:
            mark = {"kind": "direct", "member": member_id}
            how = {"preset": "trusted_private_chat", "is_direct": True}
            find = partial(self._find_direct, member_id)
            found = await self.opening.room(member_id, find, [member_id], mark, how, within=within)
            await self.note_direct(member_id, found)
        return found

    def _find_direct(self, member_id: str) -> str | None:
        return next(reversed(self.direct_rooms(member_id)), None)

    def direct_rooms(self, member_id: str) -> list[str]:
        """Best last: the one spoken in most recently."""
        rooms = [
            room for room, known in self._client.rooms.items() if member_id in known.users and self.is_direct(room)
        ]
        order = self._direct.get(member_id, [])
        return sorted(rooms, key=lambda room: order.index(room) if room in order else -1)

    async def _look_at_left(self, member_id: str) -> None:
        """Raises ``CannotReach`` if they left the room we had with them last, or never came in; not where a third
        person is now. A room that a crash of the homeserver left half made, without them, is let go of.
        """
        made = (room for room, mark in self._sync.marks.items() if mark.get("member") == member_id)
        known = [room for room in (*made, *self._direct.get(member_id, ())) if room in self._client.rooms]
        if not known or member_id in self._client.rooms[known[-1]].users:
            return
        try:
            await self._client.request("GET", route("rooms", known[-1], "state", "m.room.member", member_id))
        except Refusal as error:
            if error.errcode != "M_NOT_FOUND":
                raise
            await self._leave(known[-1])
            return
        raise CannotReach("the member left the direct room")

    def is_crowded(self, room_id: str, member_id: str) -> bool:
        """A chat of ours with this member, in which somebody else is now."""
        return room_id in self._direct.get(member_id, ()) and not self.is_between_two(room_id)

    # Groups

    async def open_group(self, key: str, invited: Sequence[str], name: str, place: str) -> str:
        """A private encrypted room. Who comes later does not read what was said before."""
        found = self.group(key)
        if found is not None:
            for member_id in {*invited} - {
                *self._client.rooms[found].users
            }:  # a server may die between room and guests
                await self.invite(found, member_id)
            return found
        visible = {"type": "m.room.history_visibility", "state_key": "", "content": {"history_visibility": "invited"}}
        mark = {"kind": "group", "key": key, "place": place}
        how = {"preset": "private_chat", "name": name}
        find = partial(self.group, key)
        return await self.opening.room(key, find, invited, mark, how, [visible], within=PATIENT)

    def group(self, key: str) -> str | None:
        marks = self._sync.marks.items()
        made = (room for room, mark in marks if mark.get("kind") == "group" and mark.get("key") == key)
        return next((room for room in made if room in self._client.rooms), None)

    def place_of_group(self, room_id: str) -> str | None:
        mark = self._sync.marks.get(room_id, {})
        return str(mark.get("place", "")) if mark.get("kind") == "group" else None

    async def invite(self, room_id: str, member_id: str) -> None:
        await self._in_turn("invite", "POST", route("rooms", room_id, "invite"), {"user_id": member_id})

    async def remove(self, room_id: str, member_id: str) -> None:
        if self.get(room_id) is not None:
            await powers.remove(self._client, room_id, member_id)

    async def hand_over(self, room_id: str) -> None:
        """Give every member all powers of the room, and leave it."""
        if self.get(room_id) is None:
            return
        others = {user: 100 for user in self._client.rooms[room_id].users if user != self._client.user_id}
        levels = await powers.state(self._client, room_id, "m.room.power_levels")
        await self._set_levels(room_id, levels | {"users": levels.get("users", {}) | others})
        await self._leave(room_id)

    async def close(self, room_id: str) -> None:
        """Nobody can say more here; what was said stays with those who were there. Nothing happens if it is gone."""
        if self.get(room_id) is None:
            return
        levels = await powers.state(self._client, room_id, "m.room.power_levels")
        await self._set_levels(room_id, levels | {"events_default": 100})
        await self._leave(room_id)

    async def _set_levels(self, room_id: str, levels: Json) -> None:
        await powers.set_levels(self._client, room_id, levels)

    async def _leave(self, room_id: str) -> None:
        await self._in_turn("state", "POST", route("rooms", room_id, "leave"), {})
        self._client.rooms.pop(room_id, None)

    # Communities

    def place_of(self, room_id: str) -> str:
        """Where a room belongs, by what it says itself: a space the bot is in, or the room; or what replaced it."""
        return claims.home(room_id, self._sync.claims)

    def replaced(self) -> Iterator[tuple[str, str]]:
        """Rooms in whose place another one stands, as both say, and that one."""
        standing = ((room, claims.current(room, self._sync.claims)) for room in self._sync.claims)
        return ((old, new) for old, new in standing if old != new)

    def may_close(self, room_id: str, user_id: str) -> bool:
        """May they say that a room is over?"""
        known = self._sync.claims.get(room_id)
        return known is not None and claims.governs(known.state, user_id, "m.room.tombstone")

    def is_shared(self, room_id: str) -> bool:
        """A room of a community: no direct chat, also when a third person is in it, and none that the bot made."""
        room = self.get(room_id)
        crowded = room_id in self._sync.claims.called_direct and (room is None or not room.named_room_name())
        return not self.is_between_two(room_id) and not crowded and room_id not in self._sync.marks

    def taken(self) -> list[tuple[str, str]]:
        return claims.taken(self._sync.claims)

    async def join(self, room_id: str, server: str) -> None:
        """``server``: one that knows the room."""
        path, query = route("join", room_id), {"server_name": server}
        await self._client.limits.run("join", lambda: self._client.request("POST", path, {}, query=query))
        await self._sync.until(lambda: room_id in self._sync.claims)

    def rooms_of(self, place: str) -> Iterator[str]:
        yield place
        rooms = self._sync.claims
        listed = dict.fromkeys(claims.current(child, rooms) for child in claims.listed(place, rooms))
        yield from (room for room in listed if room in rooms and room != place and self.place_of(room) == place)

    def places_with(self, member_id: str) -> list[str]:
        """The places that the bot shares with a member, as far as the sync has come."""
        there = [room for room, known in self._client.rooms.items() if member_id in known.users]
        return list(dict.fromkeys(self.place_of(room) for room in there if self.is_shared(room)))

    async def spots(self, place: str, member_id: str) -> list[tuple[str, str, bool]]:
        """Rooms where the bot may write and the member is, each with its name: those of the place, and private ones,
        that hold nobody but its moderators."""
        found = []
        for room_id, room in list(self._client.rooms.items()):
            stands = claims.current(room_id, self._sync.claims) == room_id
            if not (stands and self.is_shared(room_id) and self.may_write(room_id) and member_id in room.users):
                continue
            private = await self._only_moderators(room_id, place)
            if private or self.place_of(room_id) == place:
                found.append((room_id, self.name_of(room_id) or room_id, private))
        return found

    async def _only_moderators(self, room_id: str, place: str) -> bool:
        """By invitation, and everybody in it moderates the place. Asked of the server now."""
        room = self._client.rooms[room_id]
        people = [user for user in room.users if user != self._client.user_id]
        if room_id == place or room.join_rule != "invite" or len(people) > MOST_MODERATORS:
            return False
        return all([await powers.is_moderator(self._client, place, user) for user in people])

    def may_write(self, room_id: str) -> bool:
        room, known = self.get(room_id), self._sync.claims.get(room_id)
        kind = "m.room.encrypted" if room is not None and room.encrypted else "m.room.message"
        return known is not None and claims.may_say(known.state, self._client.user_id, kind)

    def name_of(self, room_id: str) -> str:
        room = self.get(room_id)
        return (room.display_name or "") if room else ""

    def name_of_member(self, room_id: str, member_id: str) -> str:
        room = self.get(room_id)
        return (room.user_name(member_id) if room else None) or member_id

    async def display_name(self, member_id: str) -> str:
        """As the server knows it now; empty if there is none."""
        try:
            profile = await self._client.request("GET", route("profile", member_id, "displayname"))
        except Refusal:
            return ""
        return str(profile.get("displayname") or "")

    async def is_member(self, place: str, member_id: str) -> bool:
        """Asked of the server now."""
        for room_id in self.rooms_of(place):
            if await powers.is_joined(self._client, room_id, member_id):
                return True
        return False
