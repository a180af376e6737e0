"""An announcement: many open an encrypted chat within a minute, others ask in a room, and Kith is killed meanwhile.

A real homeserver with its limits, the whole Kith in a process of its own, and members on encrypted clients. When
everybody has their answer, and how long those who have a room already waited for theirs, is read in the homeserver's
own database.
"""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import tempfile
import time as stopwatch
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from mautrix.types import EventType, JoinRule, JoinRulesStateEventContent, RoomID

from tests.beds.matrix.member import MatrixMember
from tests.beds.matrix.synapse import Synapse
from tests.beds.process import ROOT, command, configure, environment

WRONG = ("lost", "twice", "unreadable", "overtaken")
ROUGHLY = 1.15
"""By so much everybody may take longer than the limits take: each refusal takes half a second, each start some."""
STARTS = 30.0
"""Seconds for each start, and for what is under way when all else is done."""
ADMIN = "/_synapse/admin/v1/users/{user}/override_ratelimit"
LEARNS = 60.0
"""Seconds after the beginning and after each start in which Kith meets the limits, that nobody has told it."""
SLACK = 2.0
"""Seconds within which somebody who has a room is answered, where nobody is ahead of them."""


class Limit(NamedTuple):
    """So many a second, and so many at once."""

    rate: float
    burst: int

    def needs(self, number: int) -> float:
        return max(0.0, number - self.burst) / self.rate

    def written(self) -> dict[str, float]:
        return {"per_second": self.rate, "burst_count": self.burst}


MESSAGES, JOINS, ROOMS = Limit(0.2, 10), Limit(0.1, 10), Limit(0.016, 10)
"""Synapse's own."""


@dataclass
class Setting:
    """Who comes, within how many seconds, and what the homeserver allows. As given: Synapse's own limits."""

    direct: int = 200
    in_room: int = 60
    regulars: int = 10
    within: float = 60.0
    every: float = 30.0
    kills: Sequence[float] = (90.0, 300.0)
    messages: Limit = MESSAGES
    joins: Limit = JOINS
    rooms: Limit = ROOMS

    def allowed(self, said: int) -> float:
        """Seconds that the limits take. A room that is joined or made uses up a message as well."""
        newcomers = self.direct + self.in_room
        messages = self.messages.needs(2 * newcomers + said)
        return max(messages, self.joins.needs(self.direct), self.rooms.needs(self.in_room))

    def extra(self) -> dict[str, object]:
        rooms, joins = self.rooms.written(), {"local": self.joins.written()}
        return {"rc_message": self.messages.written(), "rc_joins": joins, "rc_room_creation": rooms}


@dataclass
class Kith:
    """The process, killed and started again."""

    config: Path
    log: Path
    process: Process | None = None
    is_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        with self.log.open("ab") as log:
            line = command("run", "--config", self.config)
            self.process = await asyncio.create_subprocess_exec(
                *line, cwd=ROOT, env=environment(), stdin=DEVNULL, stdout=PIPE, stderr=log
            )
        assert self.process.stdout is not None
        while not (await self.process.stdout.readline()).startswith(b"ready"):
            if self.process.stdout.at_eof():
                raise RuntimeError(self.log.read_text()[-3000:])
        self.is_up.set()

    async def kill(self) -> None:
        self.is_up.clear()
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            await self.process.wait()


class Announcement:
    """The people and their homeserver."""

    def __init__(self, setting: Setting, synapse: Synapse, folder: Path, seed: int) -> None:
        self.setting = setting
        self.synapse = synapse
        self.chance = random.Random(seed)
        self.account = synapse.register("kith")
        self.admin = synapse.register("mo", admin=True)
        self.kith = Kith(configure(folder, matrix=(synapse, self.account)), folder / "log")
        self.direct: list[MatrixMember] = []
        self.in_room: list[MatrixMember] = []
        self.regulars: list[MatrixMember] = []
        self.said = 0
        self.ends: list[float] = []

    async def run(self) -> dict[str, int | float]:
        try:
            await self._prepare()
            since = stopwatch.time()
            telling = [asyncio.create_task(self._tells(one, number)) for number, one in enumerate(self.regulars)]
            killing = asyncio.create_task(self._kill())
            with suppress(TimeoutError):  # who has no answer is counted
                async with asyncio.timeout(self.setting.allowed(0) * 3 + 600):
                    await asyncio.gather(*map(self._opens, self.direct), *map(self._asks, self.in_room))
            ended = stopwatch.time()
            await killing
            for task in (*telling, killing):
                task.cancel()
            await asyncio.gather(*telling, killing, return_exceptions=True)
            await asyncio.sleep(2)  # what would come twice comes soon
            return self._judged(since, ended)
        finally:
            await self.kith.kill()
            members = (*self.direct, *self.in_room, *self.regulars)
            await asyncio.gather(*(member.leave() for member in members))

    # -- before -------------------------------------------------------------------------------------------------------

    async def _prepare(self) -> None:
        """Everybody has an app, the regulars have a chat, and the others are in the room. No limit has been used."""
        self._override("POST")
        await self.kith.start()
        setting = self.setting
        for members, number, name in (
            (self.regulars, setting.regulars, "regular"),
            (self.in_room, setting.in_room, "guest"),
            (self.direct, setting.direct, "newcomer"),
        ):
            for _one in range(number):
                members.append(await MatrixMember.arrive(self.synapse, name))
        for one in self.regulars:
            await one.open_direct(self.account.user_id)
            await one.say("start")
            await one.next()
        await self._fill_the_room()
        self._override("DELETE")

    async def _fill_the_room(self) -> None:
        if not self.in_room:
            return
        host, *guests = self.in_room
        room = await host.open_room(self.account.user_id, encrypted=False)
        await host.wait_for_member(self.account.user_id)
        public = JoinRulesStateEventContent(JoinRule("public"))
        await host.client.send_state_event(RoomID(room), EventType.ROOM_JOIN_RULES, public)
        for guest in guests:
            await guest.join(room)
            await asyncio.sleep(0 if len(guests) < 9 else 1.2)  # as fast as a homeserver lets people into one room

    def _override(self, method: str) -> None:
        body = {"messages_per_second": 0, "burst_count": 0} if method == "POST" else None
        path = ADMIN.format(user=self.account.user_id)
        self.synapse.request(method, path, body, self.admin.access_token)

    # -- what they do -------------------------------------------------------------------------------------------------

    async def _opens(self, member: MatrixMember) -> None:
        await asyncio.sleep(self.chance.uniform(0, self.setting.within))
        await member.open_direct(self.account.user_id, wait=False)
        await member.say("start")
        await member.next(None)

    async def _asks(self, member: MatrixMember) -> None:
        await asyncio.sleep(self.chance.uniform(0, self.setting.within))
        await member.say("!kith start")
        await member.accept(None)
        while (await member.next(None)).room != member.room or member.log[-1].sender != self.account.user_id:
            pass

    async def _tells(self, member: MatrixMember, number: int) -> None:
        """Whoever has a room says something now and then, also while many wait."""
        await asyncio.sleep(self.setting.every * number / len(self.regulars))
        while True:
            await self.kith.is_up.wait()
            self.said += 1
            await member.say("help now")
            await member.next(None)
            await asyncio.sleep(self.setting.every * self.chance.uniform(0.5, 1.5) * len(self.regulars))

    async def _kill(self) -> None:
        begun = stopwatch.time()
        for at in self.setting.kills:
            await asyncio.sleep(max(0.0, begun + at - stopwatch.time()))
            down = stopwatch.time()
            await self.kith.kill()
            await self.kith.start()
            self.ends.append(down)
            self.ends.append(stopwatch.time())

    # -- what came of it ----------------------------------------------------------------------------------------------

    def _judged(self, since: float, ended: float) -> dict[str, int | float]:
        events = self._events(since)
        answered = {room: [at for at, who in said if who == self.account.user_id] for room, said in events.items()}
        direct = [len(answered.get(member.room, [])) for member in self.direct]
        unread = [heard for member in self.direct for heard in member.log if "I can't open" in heard.text]
        own = [[heard for heard in member.log if heard.sender == self.account.user_id] for member in self.in_room]
        guests = [len({heard.event_id for heard in mine if heard.encrypted}) for mine in own]
        rooms = [len({heard.room for heard in mine if heard.encrypted}) for mine in own]
        starts = [since, *self.ends[1::2]]
        rate = self.setting.messages.rate
        waits = [(at, answer - at - ahead / rate) for at, answer, ahead in self._waits(events)]
        known = [beyond for at, beyond in waits if not any(0 <= at - start < LEARNS for start in starts)]
        allowed = self.setting.allowed(self.said)
        return {
            "direct": len(direct),
            "in_room": len(guests),
            "regular_lines": len(waits),
            "lost": sum(count == 0 for count in (*direct, *guests)),
            "twice": sum(count > 1 for count in (*direct, *guests)) + sum(count > 1 for count in rooms),
            "unreadable": sum(len(one.unreadable) for one in (*self.direct, *self.in_room, *self.regulars))
            + len(unread),
            "overtaken": sum(beyond > SLACK for beyond in known),
            "longest_beyond": round(max(known, default=0.0), 2),
            "longest_while_learning": round(max((beyond for _at, beyond in waits), default=0.0), 2),
            "room_lines": sum(who == self.account.user_id for _at, who in events.get(self._shared(), [])),
            "seconds": round(ended - since, 1),
            "allowed": round(allowed * ROUGHLY + STARTS * (1 + len(self.setting.kills)), 1),
            "limits_take": round(allowed, 1),
            "kills": len(self.ends) // 2,
        }

    def _shared(self) -> str:
        return next((heard.room for one in self.in_room for heard in one.log if not heard.encrypted), "")

    def _events(self, since: float) -> dict[str, list[tuple[float, str]]]:
        """What was said in each room, as the homeserver has it: when, and by whom."""
        query = (
            "SELECT room_id, origin_server_ts, sender FROM events WHERE origin_server_ts >= ?"
            " AND type IN ('m.room.message', 'm.room.encrypted') ORDER BY stream_ordering"
        )
        found: dict[str, list[tuple[float, str]]] = {}
        for room, at, sender in self._ask(query, int(since * 1000)):
            found.setdefault(room, []).append((at / 1000, sender))
        return found

    def _waits(self, events: dict[str, list[tuple[float, str]]]) -> list[tuple[float, float, int]]:
        """When each line of a regular was said and answered, and how many who had a room were ahead of them."""
        kith = self.account.user_id
        query = (
            "SELECT room_id, min(origin_server_ts) FROM events WHERE sender = ? AND type = 'm.room.member' GROUP BY 1"
        )
        came = {room: at / 1000 for room, at in self._ask(query, kith)}
        spans, shared = [], self._shared()
        for room, said in events.items():
            for at, who in said:
                if who != kith and room in came and room != shared:
                    answer = next((then for then, by in said if by == kith and then >= at), None)
                    spans.append((room, at, max(at, came[room]), answer))
        own = {member.room for member in self.regulars}
        waits = []
        for room, at, _since, answer in spans:
            if room not in own or answer is None or self._was_down(at, answer):
                continue
            ahead = sum(
                there != room and since < at and (then is None or then > at) for there, _at, since, then in spans
            )
            waits.append((at, answer, ahead))
        return waits

    def _was_down(self, since: float, until: float) -> bool:
        """Whether Kith was killed or away in between."""
        return any(since < up and until > down for down, up in zip(self.ends[::2], self.ends[1::2], strict=True))

    def _ask(self, query: str, value: object) -> list[tuple[Any, ...]]:
        uri = f"file:{self.synapse.directory / 'homeserver.db'}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=60)) as connection:
            return connection.execute(query, (value,)).fetchall()


async def trial(setting: Setting, seed: int, extra: dict[str, object]) -> dict[str, int | float]:
    with Synapse(rate_limits=True, extra=extra) as synapse, tempfile.TemporaryDirectory(prefix="kith-many-") as folder:
        return await Announcement(setting, synapse, Path(folder), seed).run()
