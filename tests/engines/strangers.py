"""Strangers and plain members on a real homeserver who try to take a community, read a report, or reach somebody.

Each attempt uses only what Matrix gives to anybody, or to a member without power. After each one it is looked at who
governs the community, what the attackers have read, and what has reached the member they are after.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import Any, NamedTuple, Protocol

from mautrix.errors import MatrixRequestError
from mautrix.types import EventType, RoomID

from bot.messages import Community, Place
from cogs import COGS
from storage.members import members
from storage.moderation import cases
from storage.moderation.cases import Named
from tests.adapters.matrix.world import World, known_as
from tests.beds.matrix.member import Heard, MatrixMember
from tests.beds.matrix.synapse import shared

SECRET = "what Alice reported"
EVIL = "words of an attacker"
VIA = {"via": ["bed.test"], "canonical": True, "suggested": True}
QUIET = 0.4
"""Seconds without another answer after which an attempt is over."""

MODERATORS = (
    "kith-mod cases",
    "kith-mod settings",
    "kith-mod setup",
    "kith-mod picture",
    "kith-mod groups",
    "kith-mod resources",
    "kith-mod lines",
    "kith-mod prompts",
    "kith-mod rounds",
    "kith-mod circles",
    "kith-mod hold {alice}",
    "kith-mod quiet-everything {alice}",
    "kith-mod trained {alice}",
)


class Siege:
    """One garden with a moderator, a member who has reported something, and two who are after it."""

    def __init__(
        self, world: World, mo: MatrixMember, alice: MatrixMember, bob: MatrixMember, eve: MatrixMember
    ) -> None:
        self.world, self.mo, self.alice = world, mo, alice
        self.bob, self.eve = bob, eve  # a plain member, and a stranger
        self.garden = mo.room
        self.community: Community
        self.direct: dict[str, str] = {}

    async def settle(self) -> None:
        for one in (self.bob, self.eve):
            self.direct[one.id] = await self.world.open_direct(one)
        await self.world.database.write(self._report)

    def _report(self, connection: Connection) -> None:
        now = self.world.bot.now()
        self.community = members.found(connection, Place("matrix", self.garden, "the garden"), now)
        people = [members.create(connection, known_as(one), "UTC", "en", now) for one in (self.alice, self.bob)]
        for person in people:
            members.join(connection, person, self.community, now)
        [alice, bob] = people

        def seal(row: int, column: str) -> bytes | None:
            words = SECRET if column == "words" else json.dumps(["matrix", self.bob.id, "bob"])
            return self.world.keyring.encrypt(words, "cases", column, row)

        cases.open_case(connection, self.community, "moderators", seal, Named(b"a", alice), Named(b"b", bob), now)

    # What they do

    async def say(self, who: MatrixMember, line: str, room: str = "") -> list[Heard]:
        """Say something, in the direct chat if nowhere else, and hear all that comes back."""
        line = line.replace("{alice}", self.alice.id)
        await who.say(line, room or self.direct[who.id])
        return await self.heard(who)

    async def heard(self, who: MatrixMember) -> list[Heard]:
        found = []
        try:
            found.append(await who.next(10 * QUIET))
            while True:
                found.append(await who.next(QUIET))
        except TimeoutError:
            return found

    async def room_of(self, who: MatrixMember, *, marked: dict[str, Any] | None = None, **more: Any) -> str:
        """A room of theirs, with Kith in it."""
        room = await who.open_room(self.world.id, encrypted=False, **more)
        if marked is not None:
            await self.state(who, room, "kith.room", "", marked)
        await self.arrived(who, room)
        return room

    async def space(self, who: MatrixMember, *rooms: str) -> str:
        space = await who.open_space(self.world.id, rooms=rooms)
        for room in rooms:
            await self.state(who, space, "m.space.child", room, VIA)
        await self.arrived(who, space)
        return space

    async def arrived(self, who: MatrixMember, room: str) -> None:
        await who.wait_for_member(self.world.id, room)
        await self.world.until(lambda: room in self.world.adapter._sync.claims)

    async def state(self, who: MatrixMember, room: str, kind: str, key: str, content: dict[str, Any]) -> None:
        try:
            await who.client.send_state_event(
                RoomID(room), EventType.find(kind, EventType.Class.STATE), content, state_key=key
            )
        except MatrixRequestError:  # the homeserver's own no
            return

    async def successor(self, who: MatrixMember) -> str:
        """A public room that calls itself the one after the garden."""
        body: dict[str, Any] = {"preset": "public_chat", "invite": [self.world.id]}
        body |= {"creation_content": {"predecessor": {"room_id": self.garden, "event_id": "$none"}}}
        url, token = "/_matrix/client/v3/createRoom", who.account.access_token
        made = await asyncio.to_thread(self.world.synapse.request, "POST", url, body, token)
        await self.arrived(who, made["room_id"])
        return str(made["room_id"])

    # What came of it

    async def broken(self) -> str | None:
        """What an attacker has got, if they got anything."""
        adapter, place = self.world.adapter, Place("matrix", self.garden)
        if adapter._rooms.place_of(self.garden) != self.garden:
            return "the garden belongs to somebody else"
        if not await adapter.is_moderator(known_as(self.mo), place):
            return "Mo does not moderate the garden any more"
        for who in (self.bob, self.eve):
            if await adapter.is_moderator(known_as(who), place):
                return "an attacker moderates the garden"
            answers = [heard.text for heard in who.log if heard.sender == self.world.id]
            if any(SECRET in answer or "Reports that wait" in answer for answer in answers):
                return "an attacker has read a report"
        if await adapter.is_member(known_as(self.eve), place):
            return "a stranger belongs to the garden"
        told = [heard.text for heard in self.eve.log if heard.sender == self.world.id]
        if any(one.id in said for said in told for one in (self.mo, self.bob)):
            return "a stranger was told who is a member"
        if any(EVIL in heard.text for heard in self.alice.log if heard.sender == self.world.id):
            return "words of an attacker have reached Alice"
        found = await self.world.database.read(members.community_of, place)
        return None if found == self.community else "the garden's community is another one"


class Besieged(Protocol):
    """Somebody under attack, on any platform."""

    async def broken(self) -> str | None: ...


class Attempt(NamedTuple):
    name: str
    do: Callable[[Any], Awaitable[object]]


async def _list_it(siege: Siege, who: MatrixMember) -> None:
    space = await siege.space(who, siege.garden)
    await siege.say(who, "!kith kith-mod cases", space)


async def _claim_to_belong(siege: Siege) -> None:
    room = await siege.room_of(siege.eve)
    await siege.state(siege.eve, room, "m.space.parent", siege.garden, VIA)
    await siege.say(siege.eve, "!kith kith-mod cases", room)


async def _give_it_away(siege: Siege) -> None:
    space = await siege.space(siege.bob, siege.garden)
    await siege.state(siege.bob, siege.garden, "m.space.parent", space, VIA)
    await siege.say(siege.bob, "!kith kith-mod cases", space)


async def _follow_it(siege: Siege, who: MatrixMember) -> None:
    room = await siege.successor(who)
    content = {"body": "moved", "replacement_room": room}
    await siege.state(who, siege.garden, "m.room.tombstone", "", content)
    await siege.say(who, "!kith kith-mod cases", room)


async def _mark(siege: Siege, mark: dict[str, Any]) -> None:
    room = await siege.room_of(siege.eve, marked=mark)
    await siege.say(siege.eve, "!kith kith-mod cases", room)


async def _look_alike(siege: Siege) -> None:
    room = await siege.room_of(siege.eve, name="the garden")
    await siege.state(siege.eve, room, "m.room.canonical_alias", "", {"alias": "#garden:bed.test"})
    await siege.say(siege.eve, "!kith kith-mod cases", room)


async def _be_called_mo(siege: Siege) -> None:
    await siege.bob.client.set_displayname(siege.mo.id)
    await siege.say(siege.bob, "!kith kith-mod cases", siege.garden)


async def _forge_buttons(siege: Siege) -> None:
    """A message of one's own with Kith's buttons in it, and the press of one."""
    for action in ("cases.open", "community.change", "lines.confirm"):
        buttons = {"kith.buttons": [["Open", f"kith:1:{action}:-:1"]]}
        forged = await siege.bob.say("Reports", siege.garden, buttons)
        await siege.bob.react(forged, "1\ufe0f\u20e3", siege.garden)
    await siege.heard(siege.bob)


async def _third_in_a_direct_chat(siege: Siege) -> None:
    """A direct chat into which the attacker asks Alice, who does not come."""
    await siege.eve.invite(siege.alice.id, siege.direct[siege.eve.id])
    await siege.say(siege.eve, "!kith kith-mod cases", siege.direct[siege.eve.id])
    await siege.eve.client.kick_user(RoomID(siege.direct[siege.eve.id]), siege.alice.id)  # type: ignore[arg-type]  # mautrix's ids are str


def _lines(line: str) -> list[Attempt]:
    return [
        Attempt(f"a stranger says {line}", lambda siege: siege.say(siege.eve, line)),
        Attempt(f"a member says {line}", lambda siege: siege.say(siege.bob, line)),
    ]


ATTEMPTS = (
    Attempt("a stranger's space lists the garden", lambda siege: _list_it(siege, siege.eve)),
    Attempt("a member's space lists the garden", lambda siege: _list_it(siege, siege.bob)),
    Attempt("a room claims to belong to the garden", _claim_to_belong),
    Attempt("a member gives the garden away", _give_it_away),
    Attempt("a stranger's room follows the garden", lambda siege: _follow_it(siege, siege.eve)),
    Attempt("a member's room follows the garden", lambda siege: _follow_it(siege, siege.bob)),
    Attempt("a group's mark", lambda siege: _mark(siege, {"kind": "group", "key": "x", "place": siege.garden})),
    Attempt("a direct chat's mark", lambda siege: _mark(siege, {"kind": "direct", "member": siege.alice.id})),
    Attempt("a room that looks alike", _look_alike),
    Attempt("a member is called as the moderator", _be_called_mo),
    Attempt("forged buttons", _forge_buttons),
    Attempt("Alice is asked into a direct chat", _third_in_a_direct_chat),
    Attempt("a member in the room", lambda siege: siege.say(siege.bob, "!kith kith-mod cases", siege.garden)),
    *(attempt for line in MODERATORS for attempt in _lines(line)),
    *_lines(f"thank {{alice}} {EVIL}"),
    *_lines("link 123456"),
    *_lines("my-data"),
    *_lines("audit"),
)
BRIEFLY = ("a stranger's space lists the garden", "a member says kith-mod cases", "a stranger says my-data")
SHORT = tuple(attempt for attempt in ATTEMPTS if attempt.name in BRIEFLY)
"""What takes no long, and among it what succeeded once."""


@asynccontextmanager
async def besieged(folder: Path) -> AsyncIterator[Siege]:
    async with World(shared(), folder, COGS) as world:
        await world.start()
        mo, alice, bob, eve = [await world.member(name) for name in ("mo", "alice", "bob", "eve")]
        await mo.open_room(world.id, alice.id, bob.id, encrypted=False)
        garden = mo.room
        for one in (alice, bob):
            await one.accept()
        await mo.wait_for_member(world.id, garden)
        await world.until(lambda: {alice.id, bob.id, world.id} <= set(world.users_of(garden)))
        siege = Siege(world, mo, alice, bob, eve)
        await siege.settle()
        yield siege


async def attempts(siege: Besieged, chosen: Iterable[Attempt] = ATTEMPTS) -> AsyncIterator[tuple[str, str | None]]:
    """Each attempt's name, and what the attacker got by it: None if nothing."""
    for attempt in chosen:
        await attempt.do(siege)
        yield attempt.name, await siege.broken()
