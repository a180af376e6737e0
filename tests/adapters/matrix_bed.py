"""A real homeserver, as a bed for the contract: Kith with all its cogs in one encrypted room, members on mautrix."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

from mautrix.errors import MatrixRequestError
from mautrix.types import RoomID

from bot.adapters.matrix import MatrixAdapter
from bot.adapters.matrix.content import BUTTONS
from bot.bot import Bot
from bot.messages import Member, Place
from bot.words.help_words import asks_for_help
from cogs import COGS
from tests.adapters.contract import Seen
from tests.adapters.matrix.world import World
from tests.beds.matrix.member import Heard, MatrixMember
from tests.beds.matrix.synapse import shared

MORE = 0.3
"""Seconds in which the files of a message follow it."""


class Meeting(Protocol):
    """Where the bot can be met: in the community's room, and in a direct one."""

    place: Place

    async def open_direct(self, person: MatrixMember) -> str: ...


class MatrixActor:
    """Types in the encrypted direct room, uses the prefix in the community's room, and reacts to choose."""

    def __init__(self, bed: Meeting, name: str, person: MatrixMember) -> None:
        self.person = person
        self.member = Member("matrix", person.id, name.title())
        self.direct = ""
        self._bed = bed
        self._ahead: list[Heard] = []

    async def say(self, line: str) -> Seen:
        await self.person.say(line, await self._direct())
        return await self.next()

    async def say_in_room(self, line: str) -> Seen:
        await self.person.say(f"!kith {line}", self._bed.place.id)
        if not self.direct and not asks_for_help(line):  # that one is answered where it was asked, without a wait
            self.direct = await self.person.accept()
        return await self.next()

    async def press(self, seen: Seen, label: str) -> Seen:
        assert isinstance(seen.raw, Heard)
        number = seen.buttons.index(label) + 1
        await self.person.react(seen.raw.event_id, f"{number}\ufe0f\u20e3", seen.raw.room)
        return await self.next()

    async def reply(self, seen: Seen, line: str) -> Seen:
        assert isinstance(seen.raw, Heard)
        await self.person.say(line, seen.raw.room, {"m.relates_to": {"m.in_reply_to": {"event_id": seen.raw.event_id}}})
        return await self.next()

    async def fill(self, form: Seen, *answers: str) -> Seen:
        for answer in answers:
            form = await self.say(answer)
        return form

    async def next(self) -> Seen:
        heard = self._ahead.pop() if self._ahead else await self.person.next()
        files, pictures = list[str](), list[str]()
        with suppress(TimeoutError):
            while not self._ahead:
                following = await self.person.next(MORE)
                if "filename" in following.content:
                    files.append(following.content["filename"])
                    if following.content["msgtype"] == "m.image":
                        pictures.append(following.content["body"])
                else:
                    self._ahead.append(following)
        buttons = tuple(label for label, _id in heard.content.get(BUTTONS, []))
        questions = (heard.text,) if "`cancel` stops" in heard.text else ()
        return Seen(heard.text, buttons, tuple(files), tuple(pictures), questions, heard)

    async def mention(self, other: Member) -> str:
        return other.id

    async def room_texts(self) -> list[str]:
        return [heard.text for heard in self.person.log if heard.room == self._bed.place.id]

    async def in_group(self, channel_id: str) -> bool:
        try:
            await self.person.client.join_room_by_id(RoomID(channel_id))
        except MatrixRequestError:
            return False
        return True

    async def _direct(self) -> str:
        if not self.direct:
            self.direct = await self._bed.open_direct(self.person)
        return self.direct


class MatrixBed:
    def __init__(self, world: World) -> None:
        self.world = world
        self.place: Place
        self._actors: dict[str, MatrixActor] = {}

    async def open(self) -> None:
        await self.world.start()
        for name in ("alice", "bob", "mo", "eve"):
            self._actors[name] = MatrixActor(self, name, await self.world.member(name))
        mo, others = self._actors["mo"].person, [self._actors[name].person for name in ("alice", "bob")]
        room = await mo.open_room(self.world.id, *(member.id for member in others))
        for member in others:
            await member.accept()
        await mo.wait_for_member(self.world.id)
        everybody = {self.world.id, mo.id, *(member.id for member in others)}
        await self.world.until(lambda: everybody <= set(self.world.users_of(room)))
        self.place = Place("matrix", room, "the garden")

    @property
    def bot(self) -> Bot:
        return self.world.bot

    @property
    def adapter(self) -> MatrixAdapter:
        return self.world.adapter

    async def open_direct(self, person: MatrixMember) -> str:
        return await self.world.open_direct(person)

    def actor(self, name: str) -> MatrixActor:
        return self._actors[name]

    async def restart(self) -> None:
        await self.world.restart()

    async def close_messages(self, name: str) -> None:
        actor = self._actors[name]
        await actor.person.client.leave_room(RoomID(actor.direct))
        await self.world.until(lambda: actor.person.id not in self.world.users_of(actor.direct))

    async def delivered(self, name: str, words: str) -> int:
        await asyncio.sleep(MORE)
        actor = self._actors[name]
        return sum(words in heard.text for heard in actor.person.log if heard.room == actor.direct)


@asynccontextmanager
async def matrix_bed(folder: Path) -> AsyncIterator[MatrixBed]:
    """Opened, and at the end nothing private was sent in the open and nothing could have pinged anybody."""
    async with World(shared(), folder, COGS) as world:
        bed = MatrixBed(world)
        await bed.open()
        yield bed
        for heard in (heard for actor in bed._actors.values() for heard in actor.person.log):
            if heard.sender == world.id and heard.type == "m.room.message":
                assert heard.encrypted
                assert heard.content["m.mentions"] == {}
