"""The playground's page, as a bed for the contract: each member on a page of their own, over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

from bot.adapters.page import DIRECT, PageAdapter, Style
from bot.bot import Bot
from bot.messages import Member, Place
from bot.story.page.server import Server
from bot.story.page.world import World
from bot.story.playground import ROOM
from tests.adapters.contract import Seen
from tests.cast import ALICE, BOB, EVE, MO
from tests.engines.on_the_spot import on_the_spot
from tests.prepared import prepared

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PATIENCE = 20.0
"""Seconds."""

Frame = dict[str, Any]


class Looking:
    """A page that looks: it sends frames, and waits for those it is told."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self._ahead: list[Frame] = []

    @classmethod
    @asynccontextmanager
    async def at(cls, address: str) -> AsyncIterator[Looking]:
        address = address.rstrip("/")
        async with ClientSession() as session, session.ws_connect(f"{address}/live", origin=address) as socket:
            yield cls(socket)

    async def send(self, **frame: object) -> None:
        await self.socket.send_json(frame)

    async def told(self, kind: str) -> Frame:
        """The next frame of this kind; what is told before it can be waited for afterwards."""
        for place, frame in enumerate(self._ahead):
            if frame["is"] == kind:
                return self._ahead.pop(place)
        while True:
            frame = await self.socket.receive_json(timeout=PATIENCE)
            if frame["is"] == kind:
                return dict(frame)
            self._ahead.append(frame)

    async def asked(self, kind: str, **frame: object) -> Frame:
        """The answer to a frame; what was told before it was asked for is not it."""
        self._ahead = [one for one in self._ahead if one["is"] != kind]
        await self.send(**frame)
        return await self.told(kind)


class PageActor:
    def __init__(self, bed: PageBed, member: Member) -> None:
        self.member = member
        self._bed = bed
        self._page: Looking | None = None

    async def page(self) -> Looking:
        if self._page is None or self._page.socket.closed:
            self._page = await self._bed.stack.enter_async_context(Looking.at(self._bed.server.address))
            await self._page.asked("lines", do="open", secret=self.secret)
        return self._page

    @property
    def secret(self) -> str:
        return self._bed.server.seats.secrets[self.member.id]

    async def say(self, line: str) -> Seen:
        return await self._done(do="write", words=line)

    async def say_in_room(self, line: str) -> Seen:
        return await self._done(do="write", words=f"/{line}", **{"in": ROOM.id})

    async def press(self, seen: Seen, label: str) -> Seen:
        [(words, id_, _style)] = [choice for choice in seen.raw["choices"] if choice[0] == label]
        return await self._done(do="choose", id=id_, label=words, **{"in": seen.raw["in"]})

    async def reply(self, seen: Seen, line: str) -> Seen:
        return await self._done(do="write", words=line, to=seen.raw["n"])

    async def fill(self, form: Seen, *answers: str) -> Seen:
        if "fields" in form.raw:
            filled = {field["name"]: answer for field, answer in zip(form.raw["fields"], answers, strict=True)}
            return await self._done(do="fill in", form=form.raw["form"], answers=filled)
        for answer in answers:
            form = await self.say(answer)
        return form

    async def next(self) -> Seen:
        page = await self.page()
        while (line := (await page.told("line"))["line"]).get("by"):
            pass
        return seen(line)

    async def _done(self, **frame: object) -> Seen:
        page = await self.page()
        await page.send(**{"secret": self.secret, "in": f"{DIRECT}{self.member.id}"} | frame)
        return await self.next()

    async def mention(self, other: Member) -> str:
        return f"@{other.name}"

    async def lines(self) -> list[Frame]:
        page = await self.page()
        lines: list[Frame] = (await page.asked("lines", do="open", secret=self.secret))["lines"]
        return [line for line in lines if not line.get("by")]

    async def room_texts(self) -> list[str]:
        return [seen(line).text for line in await self.lines() if line["in"] == ROOM.id and not line.get("alone")]

    async def in_group(self, channel_id: str) -> bool:
        if self.member == EVE:
            return EVE.id in self._bed.adapter.groups.get(channel_id, set())
        about = await (await self.page()).asked("member", do="open", secret=self.secret)
        return channel_id in [place["id"] for place in about["places"]]


def seen(line: Frame) -> Seen:
    words = "".join(span if isinstance(span, str) else span[1] for span in line["said"])
    buttons = tuple(label for label, _id, _style in line.get("choices", ()))
    questions = tuple(field["label"] for field in line.get("fields", ())) or (words,) * ("`cancel` stops" in words)
    pictures = line.get("pictures", ())
    files = (*line.get("files", ()), *(name for name, _alt, _content in pictures))
    return Seen(words, buttons, files, tuple(alt for _name, alt, _content in pictures), questions, line)


class PageBed:
    def __init__(self, folder: Path, style: Style) -> None:
        self._folder, self._style = folder, style
        people = {"alice": ALICE, "bob": BOB, "mo": MO, "eve": EVE}
        self._actors = {name: PageActor(self, member) for name, member in people.items()}
        self.place: Place = ROOM
        self.stack = AsyncExitStack()
        self.world: World
        self.server: Server

    async def open(self) -> None:
        with on_the_spot():
            self.world = await self.stack.enter_async_context(World.open(prepared(self._folder), NOON))
        await self.world.go("still")
        self.world.chat.as_on(self._style)
        self.server = Server(self.world, "127.0.0.1", 0)
        await self.stack.enter_async_context(self.server.serving())

    @property
    def bot(self) -> Bot:
        return self.world.playground.bot

    @property
    def adapter(self) -> PageAdapter:
        return self.world.chat

    def actor(self, name: str) -> PageActor:
        return self._actors[name]

    async def restart(self) -> None:
        await self.stack.aclose()
        await self.open()

    async def close_messages(self, name: str) -> None:
        actor = self.actor(name)
        about = await (await actor.page()).asked("member", do="take", secret=actor.secret, messages=False)
        assert not about["messages"]

    async def delivered(self, name: str, words: str) -> int:
        return sum(words in seen(line).text for line in await self.actor(name).lines())


@asynccontextmanager
async def page_bed(folder: Path, style: Style) -> AsyncIterator[PageBed]:
    bed = PageBed(folder, style)
    async with asyncio.timeout(60):
        await bed.open()
    try:
        yield bed
    finally:
        await bed.stack.aclose()


as_on_discord, as_on_matrix = partial(page_bed, style="discord"), partial(page_bed, style="matrix")
