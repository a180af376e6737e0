"""A homeserver without a socket, for ``histories``: rooms as the specification has them, and nio where it would read.

Who is in a room, its state and one stream of events; what Kith says there is taken and forgotten. Encryption is what
the rooms are set to, and no more: nobody here has a device.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.adapters.matrix import MatrixAdapter, sync
from bot.adapters.matrix.homeserver import Homeserver
from bot.bot import Bot
from bot.hosting.config import MatrixConfig
from bot.keys.secret import Secret
from bot.messages import Channel, Member, Place
from tests.engines.histories import NAMES, History, Land
from tests.engines.virtual_clock import VirtualClock

Json = dict[str, Any]
KITH, MO = "@kith:land.test", "@mo:land.test"
PAGES: dict[str, tuple[int, Any]] = {
    "html 403": (403, None),
    "html 404": (404, None),
    "html 500": (502, None),
    "code 0": (403, {"error": "denied"}),
    "no code": (404, {}),
    "blocked": (403, {"errcode": "M_UNKNOWN", "error": "blocked"}),
    "empty": (401, {}),
    "something else": (404, {"errcode": "M_UNRECOGNIZED", "error": "no such endpoint"}),
}
PATIENT = 24 * 3600
"""Seconds that the homeserver holds a request open while nothing happens."""
LEVELS: Json = {"users": {MO: 100}, "users_default": 0, "ban": 50, "kick": 50, "state_default": 50, "invite": 0}
NO_ROOM = (403, {"errcode": "M_FORBIDDEN", "error": "not in room"})


class Answer:
    """What nio and the adapter read of an answer."""

    content_type, content_disposition, reason = "application/json", None, ""

    def __init__(self, status: int, said: Any) -> None:
        self.status, self._said = status, said

    async def json(self, **_how: object) -> Any:
        if self._said is None:
            raise json.JSONDecodeError("a page", "<html>", 0)
        return json.loads(json.dumps(self._said))

    async def text(self) -> str:
        return json.dumps(self._said)


class Room:
    def __init__(self, room_id: str) -> None:
        self.id = room_id
        self.state: dict[tuple[str, str], Json] = {}
        self.stream: list[tuple[int, Json]] = []

    def membership(self, user: str) -> str:
        return str(self.state.get(("m.room.member", user), {}).get("content", {}).get("membership", ""))

    def content(self, kind: str, key: str = "") -> Json:
        found: Json = self.state.get((kind, key), {}).get("content", {})
        return found


class MatrixLand(Land):
    name = "matrix"

    def __init__(self, clock: VirtualClock, bot: Bot) -> None:
        super().__init__(clock, bot)
        self._folder = TemporaryDirectory(prefix="kith-land-")
        config = MatrixConfig(homeserver="http://land.test", user=KITH, password=Secret("password"))
        self.adapter = bot.adapters["matrix"] = MatrixAdapter(bot, config, Path(self._folder.name) / "keys")
        self._rooms: dict[str, Room] = {}
        self._began: dict[str, str] = {}
        """Rooms that follow another, and the first of them."""
        self._at = 0
        self._news = asyncio.Event()
        self._number = 0
        self._deaf_syncs = 0
        self._keys: dict[str, Json] = {"device_keys": {}}
        self._serving: asyncio.Task[None]

    async def connect(self) -> None:
        land = self

        async def send(_client: Homeserver, method: str, path: str, data: Any = None, *_more: Any, **_how: Any) -> Any:
            return await land.serve(method, path, data)

        self._wait, sync.WAIT = sync.WAIT, PATIENT  # else every half minute of weeks is asked for
        self._sends, Homeserver.send = Homeserver.send, send  # type: ignore[method-assign]  # nio's way to the network
        await self.adapter.start()
        self._serving = asyncio.create_task(self.adapter.serve())

    async def close(self) -> None:
        await self.adapter.stop()
        await asyncio.gather(self._serving, return_exceptions=True)
        Homeserver.send = self._sends  # type: ignore[method-assign]  # back as it was
        sync.WAIT = self._wait
        self._folder.cleanup()

    # -- the wire -----------------------------------------------------------------------------------------------------

    async def serve(self, method: str, path: str, data: Any) -> Answer:
        await asyncio.sleep(0)
        split = urlsplit(path)
        parts = [unquote(part) for part in split.path.split("/")[4:]]
        body = json.loads(data) if data else {}
        room = next((part for part in parts if part.startswith("!")), "")
        page = self.pages.get(self._place(room)) if room else None
        if page is not None:
            return await self._page(page)
        if parts[:1] == ["sync"]:
            return await self._sync(dict(parse_qsl(split.query)))
        return Answer(*self._answer(method, parts, body))

    async def _page(self, page: str) -> Answer:
        if page == "reset":
            raise ConnectionResetError
        if page == "timeout":
            await asyncio.sleep(3600)
        return Answer(*PAGES[page])

    def _place(self, room_id: str) -> str:
        """The histories are known by the room that their place began as."""
        room = self._rooms.get(room_id)
        home = str(room.content("kith.room").get("place", room_id)) if room else room_id
        return self._began.get(home, home)

    def _answer(self, method: str, parts: list[str], body: Json) -> tuple[int, Any]:
        match [method, *parts]:
            case ["GET", "login"]:
                return 200, {"flows": [{"type": "m.login.password"}]}
            case ["POST", "login"]:
                return 200, {"user_id": KITH, "device_id": "DEVICE", "access_token": "token"}
            case ["GET", "account", "whoami"]:
                return 200, {"user_id": KITH, "device_id": "DEVICE"}
            case ["POST", "keys", *what]:
                return 200, self._exchange_keys("/".join(what), body)
            case ["POST", "createRoom"]:
                return self._create(body)
            case ["POST", "join", room_id]:
                return self._join(room_id)
            case ["GET", "rooms", room_id, "state", kind, *key]:
                return self._state(room_id, kind, key[0] if key else "")
            case ["PUT", "rooms", room_id, "state", kind, *key]:
                return self._put(room_id, kind, key[0] if key else "", body)
            case ["POST", "rooms", room_id, "invite" | "kick" | "leave" as what]:
                return self._move(room_id, what, body.get("user_id", KITH))
            case ["PUT", "rooms", _room, "send", *_what]:
                return 200, {"event_id": "$said"}
            case ["GET", "rooms", _room, "messages"]:
                return 200, {"chunk": []}
            case ["GET", "user", _user, "account_data", _name]:
                return 404, {"errcode": "M_NOT_FOUND"}
        return 200, {"filter_id": "1"}

    def _exchange_keys(self, what: str, body: Json) -> Json:
        if what == "upload" and "device_keys" in body:
            self._keys["device_keys"].setdefault(KITH, {})["DEVICE"] = body["device_keys"]
        elif what == "device_signing/upload":
            self._keys |= {f"{usage}s": {KITH: key} for usage, key in body.items() if usage.endswith("_key")}
        elif what == "query":
            nobodys: Json = {user: {} for user in body["device_keys"]}
            return self._keys | {"device_keys": nobodys | self._keys["device_keys"], "failures": {}}
        return {"one_time_key_counts": {"signed_curve25519": 50}, "failures": {}, "one_time_keys": {}}

    def _create(self, body: Json) -> tuple[int, Json]:
        room = self._new(KITH, {KITH: 100}, "invite")
        for state in body.get("initial_state", ()):
            self._set(room, KITH, state["type"], state["state_key"], state["content"])
        for guest in body.get("invite", ()):
            self._member(room, KITH, guest, "invite")
            self._member(room, guest, guest, "join")  # they come at once
        return 200, {"room_id": room.id}

    def _join(self, room_id: str) -> tuple[int, Json]:
        room = self._rooms.get(room_id)
        may = room is not None and (
            room.membership(KITH) in ("invite", "join")
            or room.content("m.room.join_rules").get("join_rule") == "public"
        )
        if room is None or not may or room.membership(KITH) == "ban":
            return NO_ROOM
        if room.membership(KITH) != "join":
            self._member(room, KITH, KITH, "join")
        return 200, {"room_id": room_id}

    def _state(self, room_id: str, kind: str, key: str) -> tuple[int, Json]:
        room = self._rooms[room_id]
        if room.membership(KITH) != "join":
            self._own_word(room_id, kind, key, there=False)
            return NO_ROOM
        event = room.state.get((kind, key))
        if event is None:
            self._own_word(room_id, kind, key, there=False)
            return 404, {"errcode": "M_NOT_FOUND"}
        self._own_word(room_id, kind, key, there=event["content"].get("membership") == "join")
        return 200, event if kind == "m.room.create" else event["content"]

    def _own_word(self, room_id: str, kind: str, user: str, *, there: bool) -> None:
        if kind == "m.room.member":
            self.answered(self._place(room_id), user, there)

    def _put(self, room_id: str, kind: str, key: str, content: Json) -> tuple[int, Json]:
        room = self._rooms[room_id]
        if room.membership(KITH) != "join":
            return NO_ROOM
        self._set(room, KITH, kind, key, content)
        return 200, {"event_id": "$set"}

    def _move(self, room_id: str, what: str, user: str) -> tuple[int, Json]:
        room = self._rooms[room_id]
        if room.membership(KITH) != "join" or (what == "kick" and room.membership(user) != "join"):
            return NO_ROOM
        self._member(room, KITH, user, {"invite": "invite", "kick": "leave", "leave": "leave"}[what])
        return 200, {}

    # -- rooms and their stream ---------------------------------------------------------------------------------------

    def _new(self, creator: str, users: Json, join_rule: str, **more: Any) -> Room:
        self._number += 1
        room = self._rooms[f"!{self._number}:land.test"] = Room(f"!{self._number}:land.test")
        self._set(room, creator, "m.room.create", "", {"creator": creator, "room_version": "10", **more})
        self._member(room, creator, creator, "join")
        self._set(room, creator, "m.room.power_levels", "", LEVELS | {"users": users})
        self._set(room, creator, "m.room.join_rules", "", {"join_rule": join_rule})
        return room

    def _event(self, sender: str, kind: str, key: str, content: Json, **more: Any) -> Json:
        self._at += 1
        when = int(self.clock.now().timestamp() * 1000)
        about = {"type": kind, "state_key": key, "sender": sender, "content": content, "origin_server_ts": when}
        return about | {"event_id": f"$event{self._at}", "unsigned": {}} | more

    def _set(self, room: Room, sender: str, kind: str, key: str, content: Json, *, heard: bool = True) -> None:
        before = room.state.get((kind, key))
        unsigned = {"prev_content": before["content"]} if before else {}
        event = self._event(sender, kind, key, content, unsigned=unsigned)
        room.state[kind, key] = event
        if heard:
            self._say(room, event)

    def _member(self, room: Room, sender: str, user: str, membership: str, *, heard: bool = True) -> None:
        self._set(room, sender, "m.room.member", user, {"membership": membership}, heard=heard)

    def _say(self, room: Room, event: Json) -> None:
        room.stream.append((self._at, event))
        self._news.set()

    async def _sync(self, query: dict[str, str]) -> Answer:
        since = int(query.get("since", 0))
        if self._deaf_syncs:
            self._deaf_syncs -= 1
            return Answer(502, None)
        if self._at <= since and "full_state" not in query:
            self._news.clear()
            try:
                async with asyncio.timeout(int(query["timeout"]) / 1000):
                    await self._news.wait()
            except TimeoutError:
                pass
        rooms: Json = {"join": {}, "invite": {}, "leave": {}}
        for room in self._rooms.values():
            news = [event for at, event in room.stream if at > since]
            if news or not since:
                self._tell(rooms, room, news, since)
        answer = {"next_batch": str(self._at), "rooms": rooms, "to_device": {"events": []}}
        answer |= {"device_lists": {"changed": [], "left": []}, "device_one_time_keys_count": {"signed_curve25519": 50}}
        return Answer(200, answer | {"presence": {"events": []}})

    def _tell(self, rooms: Json, room: Room, news: list[Json], since: int) -> None:
        is_new = any(event["state_key"] == KITH and event["type"] == "m.room.member" for event in news)
        timeline = {"events": news, "limited": False, "prev_batch": ""}
        match room.membership(KITH):
            case "join":
                state = [*room.state.values()] if is_new or not since else []
                shown = {"state": {"events": state}, "timeline": timeline, "summary": {}, "ephemeral": {"events": []}}
                rooms["join"][room.id] = shown | {"account_data": {"events": []}}
            case "invite":
                kept = [{name: event[name] for name in ("type", "state_key", "sender", "content")}
                        for event in room.state.values()]  # fmt: skip
                rooms["invite"][room.id] = {"invite_state": {"events": kept}}
            case "leave" | "ban" if is_new:
                rooms["leave"][room.id] = {"timeline": timeline, "state": {"events": []}}

    # -- what happens -------------------------------------------------------------------------------------------------

    async def found(self, number: int) -> History:
        people = {name: f"@{name}{number}:land.test" for name in NAMES}
        room = self._new(MO, {MO: 100}, "public")
        self._set(room, MO, "m.room.name", "", {"name": f"Room {number}"})
        for user in (*people.values(), KITH):
            self._member(room, user, user, "join")
        accounts = {name: Member("matrix", user, name) for name, user in people.items()}
        await self.settle()
        return History(Place("matrix", room.id, f"Room {number}"), accounts)

    def _homes(self, at: History) -> Iterator[Room]:
        """The room, and those it was replaced by."""
        following: str | None = next(key for key, one in self.histories.items() if one is at)
        while following in self._rooms:
            room = self._rooms[following]
            yield room
            following = room.content("m.room.tombstone").get("replacement_room")

    async def go(self, at: History, who: str, how: str, *, heard: bool) -> None:
        user = at.members[who].id
        sender, membership = (user, "leave") if how == "leave" else (MO, "ban" if how == "ban" else "leave")
        for room in self._homes(at):
            if room.membership(user) == "join":
                self._member(room, sender, user, membership, heard=heard)

    async def come(self, at: History, who: str) -> None:
        *_old, room = self._homes(at)
        self._member(room, at.members[who].id, at.members[who].id, "join")

    async def wrong(self, at: History, chance: random.Random) -> None:
        *_old, room = self._homes(at)
        name = chance.choice(NAMES)
        who, other = at.members[name].id, "@nobody:land.test"
        gone = {"membership": "leave"}
        events: tuple[tuple[str, str, str, Any, Any], ...] = (
            (MO, "m.room.member", who, gone, {}),  # without what was before it: the homeserver is asked
            (MO, "m.room.member", who, gone, {"prev_content": gone}),
            (MO, "m.room.member", who, {}, {}),
            (MO, "m.room.member", who, {"membership": None}, {"prev_content": {"membership": "join"}}),
            (MO, "m.room.member", who, {"membership": "knock"}, {"prev_content": {"membership": "join"}}),
            (MO, "m.room.member", other, gone, {"prev_content": {"membership": "join"}}),
            (MO, "m.room.member", "", gone, {"prev_content": {"membership": "join"}}),
            (who, "m.room.tombstone", "", {"replacement_room": "!elsewhere:land.test"}, {}),
            (MO, "m.room.tombstone", "", {"body": "closed"}, {}),
            (MO, "m.room.tombstone", "x", {"replacement_room": room.id}, {}),
            (MO, "m.space.child", room.id, {"via": ["land.test"]}, {}),
            (who, "m.space.parent", room.id, {"via": ["land.test"]}, {}),
        )
        sender, kind, key, content, unsigned = chance.choice(events)
        at.did.append(f"{kind} {name} {content} {unsigned}")
        if content is gone and key == who and name not in at.there:
            at.said[name].event = True  # what it says is so, and the homeserver says it when it is asked
        self._say(room, self._event(sender, kind, key, content, unsigned=unsigned))

    async def change(self, at: History, what: str, channel: Channel | None, chance: random.Random) -> None:
        if what == "upgrade":
            *_old, room = self._homes(at)
            if room.membership(KITH) != "join":
                return
            new = self._new(MO, {MO: 100}, chance.choice(("public", "invite")), predecessor={"room_id": room.id})
            self._began[new.id] = self._began.get(room.id, room.id)
            for user in [user for kind, user in room.state if kind == "m.room.member" and user not in (KITH, MO)]:
                if room.membership(user) == "join":
                    self._member(new, user, user, "join")
            self._set(room, MO, "m.room.tombstone", "", {"body": "moved", "replacement_room": new.id})
            if new.content("m.room.join_rules")["join_rule"] == "invite":
                self._member(new, MO, KITH, "invite")

    async def take_out(self, at: History, *, really: bool) -> None:
        if not really:
            self._deaf_syncs = 3
            return
        at.lost_bot = True
        for room in self._homes(at):
            if room.membership(KITH) in ("join", "invite"):
                self._member(room, MO, KITH, "leave")

    async def bring_back(self, at: History) -> None:
        *_old, room = self._homes(at)
        self._member(room, MO, KITH, "invite")

    def together(self, at: History) -> bool:
        two = [at.members[name].id for name in ("alice", "bob")]
        return any(
            all(room.membership(user) == "join" for user in two)
            and room.content("m.room.power_levels").get("events_default", 0) < 100
            for room in self._rooms.values()
            if room.content("kith.room").get("kind") == "group"
        )

    async def settle(self) -> None:
        await asyncio.sleep(0.05)
