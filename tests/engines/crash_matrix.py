"""The real Matrix adapter against a small homeserver, for the crash engine.

It keeps rooms, encrypted or not, and remembers transaction ids for a day per device, as Synapse does. It decrypts
nothing: a delivery is known by the key that stands beside its ciphertext.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.adapters.matrix import MatrixAdapter
from bot.adapters.matrix.answer import MARK
from bot.adapters.matrix.content import KEY
from bot.bot import Bot
from bot.hosting.config import MatrixConfig
from bot.keys.secret import Secret
from bot.messages import Member
from bot.platform.adapter import Adapter
from tests.engines.processes import Json

NAME = "matrix"
BOT = "@kith:small.test"
REMEMBERED = timedelta(hours=24).total_seconds()
API = "/_matrix/client/v3"
LOOK_EVERY = 0.02
"""Seconds between two looks for what somebody who syncs waits for."""


@dataclass
class Room:
    """State and messages, each with its place in the server's one stream."""

    id: str
    state: list[Json] = field(default_factory=list)
    timeline: list[tuple[int, Json]] = field(default_factory=list)


class SmallHomeserver:
    """As much of a homeserver as the bot needs to speak in rooms that are there."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self._stream = 0
        self._lost_replies = 0
        self._reset()

    def _reset(self) -> None:
        self._rooms: dict[str, Room] = {}
        self._direct: Json = {}
        self._devices = 0
        self._keys: dict[str, Json] = {"device_keys": {}}
        self._transactions: dict[tuple[str, str, str], tuple[float, str]] = {}

    # -- a platform of the engine -------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", API + "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def answer(self, question: Json) -> Json:
        match question["ask"]:
            case "begin":
                self._reset()
                people = [f"@alice{number}:small.test" for number in range(question["people"])]
                for person in people:
                    self._open_direct(person)
                return {"people": people, "url": self._url}
            case "skip":
                self._skipped += question["seconds"]
            case "lose reply":
                self._lost_replies += 1
            case "groups":
                return {"groups": [_guests(room) for room in self._rooms.values() if _is_group(room)]}
            case "count":
                said = (event["content"] for room in self._rooms.values() for _at, event in room.timeline)
                return {"seen": Counter(content[KEY] for content in said if KEY in content), "broken": []}
        return {}

    def _open_direct(self, person: str) -> None:
        room = self._room()
        self._direct[person] = [room.id]
        for kind, key, content in (
            ("m.room.member", person, {"membership": "join"}),
            ("m.room.encryption", "", {"algorithm": "m.megolm.v1.aes-sha2"}),
            (MARK, "", {"kind": "direct", "member": person}),
        ):
            self._add_state(room, kind, key, content)

    def _room(self) -> Room:
        room = Room(f"!{len(self._rooms)}:small.test")
        self._rooms[room.id] = room
        self._add_state(room, "m.room.create", "", {"creator": BOT, "room_version": "10"})
        self._add_state(room, "m.room.member", BOT, {"membership": "join"})
        return room

    def _add_state(self, room: Room, kind: str, key: str, content: Json) -> None:
        room.state.append(self._event(kind, content) | {"state_key": key})

    def _event(self, kind: str, content: Json) -> Json:
        self._stream += 1
        sent = int((time.time() + self._skipped) * 1000)
        event = {"type": kind, "sender": BOT, "content": content, "event_id": f"$event{self._stream}"}
        return event | {"origin_server_ts": sent, "unsigned": {}}

    # -- requests -----------------------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else {}
        match [request.method, *request.match_info["path"].split("/")]:
            case ["PUT", "rooms", room_id, "send", kind, transaction]:
                return self._send(request, room_id, kind, transaction, body)
            case ["POST", "createRoom"]:
                return self._create(request, body)
            case ["POST", "rooms", room_id, "invite"]:
                self._add_state(self._rooms[room_id], "m.room.member", body["user_id"], {"membership": "invite"})
                return web.json_response({})
            case ["GET", "rooms", room_id, "messages"]:
                page = [event for _at, event in reversed(self._rooms[room_id].timeline)]
                return web.json_response({"chunk": page})
            case ["GET", "sync"]:
                return web.json_response(await self._sync(request))
            case ["GET", "login"]:
                return web.json_response({"flows": [{"type": "m.login.password"}]})
            case ["POST", "login"]:
                self._devices += 1
                device = f"DEVICE{self._devices}"
                return web.json_response({"user_id": BOT, "device_id": device, "access_token": device})
            case ["GET", "account", "whoami"]:
                return web.json_response({"user_id": BOT, "device_id": _device(request)})
            case ["GET", "user", _, "account_data", "m.direct"]:
                return web.json_response(self._direct)
            case ["POST", "keys", *what]:
                return web.json_response(self._exchange_keys(request, "/".join(what), body))
        return web.json_response({"filter_id": "1"})  # filters, account data: nothing that anybody reads again

    def _send(self, request: web.Request, room_id: str, kind: str, transaction: str, content: Json) -> web.Response:
        now = time.monotonic() + self._skipped
        known = self._transactions.get((room_id, _device(request), transaction))
        if known is None or now - known[0] > REMEMBERED:
            event = self._event(kind, content)
            self._rooms[room_id].timeline.append((self._stream, event))
            known = self._transactions[room_id, _device(request), transaction] = now, event["event_id"]
        return self._replied(request, {"event_id": known[1]})

    def _create(self, request: web.Request, body: Json) -> web.Response:
        room = self._room()
        for state in body["initial_state"]:
            self._add_state(room, state["type"], state["state_key"], state["content"])
        for guest in body["invite"]:
            self._add_state(room, "m.room.member", guest, {"membership": "invite"})
        return self._replied(request, {"room_id": room.id})

    def _replied(self, request: web.Request, answer: Json) -> web.Response:
        """The answer to what was done, unless it is lost."""
        if self._lost_replies and request.transport is not None:
            self._lost_replies -= 1
            request.transport.abort()
        return web.json_response(answer)

    async def _sync(self, request: web.Request) -> Json:
        since = int(request.query.get("since", 0))
        waits = 0.0 if "full_state" in request.query else int(request.query["timeout"]) / 1000
        while waits > 0 and self._stream <= since:
            waits -= LOOK_EVERY
            await asyncio.sleep(LOOK_EVERY)
        joined = {room.id: _joined(room, since) for room in self._rooms.values()}
        return {
            "next_batch": str(self._stream),
            "rooms": {"join": joined, "invite": {}, "leave": {}},
            "to_device": {"events": []},
            "presence": {"events": []},
            "device_lists": {"changed": [], "left": []},
            "device_one_time_keys_count": {"signed_curve25519": 50},
        }

    def _exchange_keys(self, request: web.Request, what: str, body: Json) -> Json:
        """The bot's own keys, kept as they come; nobody else has a device."""
        if what == "upload" and "device_keys" in body:
            self._keys["device_keys"].setdefault(BOT, {})[_device(request)] = body["device_keys"]
        elif what == "device_signing/upload":
            self._keys |= {f"{usage}s": {BOT: key} for usage, key in body.items() if usage.endswith("_key")}
        elif what == "signatures/upload":
            self._keys["device_keys"][BOT] |= body[BOT]
        elif what == "query":
            return self._keys | {"failures": {}}
        return {"one_time_key_counts": {"signed_curve25519": 50}, "failures": {}, "one_time_keys": {}}


def _device(request: web.Request) -> str:
    return request.headers["Authorization"].removeprefix("Bearer ")


def _is_group(room: Room) -> bool:
    return any(event["type"] == MARK and event["content"]["kind"] == "group" for event in room.state)


def _guests(room: Room) -> list[str]:
    return [
        event["state_key"] for event in room.state if event["type"] == "m.room.member" and event["state_key"] != BOT
    ]


def _joined(room: Room, since: int) -> Json:
    return {
        "state": {"events": room.state},
        "timeline": {
            "events": [event for at, event in room.timeline if at > since],
            "limited": False,
            "prev_batch": "",
        },
        "summary": {},
        "ephemeral": {"events": []},
        "account_data": {"events": []},
    }


async def connect(bot: Bot, where: Json) -> Adapter:
    """Logged in, with all rooms known. The sync is not followed: nothing is said to the bot here."""
    config = MatrixConfig(homeserver=where["url"], user=BOT, password=Secret("password"))
    adapter = MatrixAdapter(bot, config, Path(where["folder"]))
    bot.adapters[NAME] = adapter
    await adapter.start()
    return adapter


def member(person_id: str) -> Member:
    return Member(NAME, person_id)
